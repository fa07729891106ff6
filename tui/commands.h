/*
 * commands -- the rows of the command table, in the order of help.
 */
#ifndef UMIE_TUI_COMMANDS_H
#define UMIE_TUI_COMMANDS_H

#include "tui/cmd.h"

/* clang-format off: a row a line */
#define COMMAND_LIST(_) \
	_(extract) \
	_(probe) \
	_(sweep) \
	_(compare) \
	_(eval) \
	_(train) \
	_(inspect) \
	_(load) \
	_(init) \
	_(pack) \
	_(convert) \
	_(agree) \
	_(adjudicate) \
	_(export) \
	_(import) \
	_(bench) \
	_(memory) \
	_(selftest) \
	_(open) \
	_(text) \
	_(image) \
	_(task) \
	_(instr) \
	_(pair) \
	_(event) \
	_(gate) \
	_(run) \
	_(probe_live) \
	_(vary) \
	_(ablate) \
	_(score) \
	_(compare_live) \
	_(attn) \
	_(write) \
	_(help) \
	_(load_live) \
	_(session) \
	_(next) \
	_(prev) \
	_(goto) \
	_(items) \
	_(accept) \
	_(reject) \
	_(type) \
	_(edges) \
	_(place) \
	_(span) \
	_(rel) \
	_(trigger) \
	_(arg) \
	_(box) \
	_(del) \
	_(note) \
	_(flag) \
	_(done) \
	_(skip) \
	_(undo) \
	_(redo) \
	_(record) \
	_(replay) \
	_(replay_live) \
	_(caption) \
	_(export_live) \
	_(import_live) \
	_(history) \
	_(sort) \
	_(filter) \
	_(slice) \
	_(quit) \
	_(focus) \
	_(zoom) \
	_(edit) \
	_(select) \
	_(show) \
	_(pixels) \
	_(yank) \
	_(scroll) \
	_(nudge) \
	_(cancel) \
	_(prompt) \
	_(repaint) \
	_(suspend) \
	_(live_eval) \
	_(live_train) \
	_(runs) \
	_(plot) \
	_(stop) \
	_(save) \
	_(screen) \
	_(predict) \
	_(serve) \
	_(new) \
	_(boxes) \
	_(labels) \
	_(set) \
	_(theme) \
	_(layout) \
	_(auto) \
	_(bind) \
	_(unbind) \
	_(source) \
	_(log) \
	_(doctor) \
	_(shell) \
	_(pipe) \
	_(adjust)
/* clang-format on */

#define COMMAND_DECLARE(name) extern const struct cmd cmd_##name;
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
