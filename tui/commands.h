/*
 * commands -- the rows of the command table, in the order of help.
 */
#ifndef UMIE_TUI_COMMANDS_H
#define UMIE_TUI_COMMANDS_H

#include "tui/cmd.h"

#define COMMAND_LIST(_)                                                     \
	_(extract)                                                          \
	_(probe)                                                            \
	_(sweep)                                                            \
	_(compare) _(probe_live) _(compare_live) _(ablate) _(vary) _(score) \
	    _(attn) _(eval) _(train) _(inspect) _(init) _(pack) _(bench)    \
		_(open) _(text) _(image) _(task) _(instr) _(pair) _(event)  \
		    _(gate) _(run) _(help) _(quit) _(focus) _(zoom) _(edit) \
			_(select) _(show) _(scroll) _(nudge) _(cancel)      \
			    _(prompt) _(repaint) _(suspend)

#define COMMAND_DECLARE(name) extern const struct cmd cmd_##name;
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
