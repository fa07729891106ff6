#include "tui/prompt-guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "src/base/mem.h"

/*
 * An undo list belongs to the line that is edited: readline also hangs it on
 * the older line that was changed, and may free it once for each.  A list that
 * is then nobody's is lost: it might have been freed.
 */
static void own_undo(void)
{
	HIST_ENTRY **older = history_list();

	for (; older && *older; older++)
		(*older)->data = NULL;
}

/* The last key was, or ended, a search other than C-r. */
static bool searched(bool typing)
{
	rl_command_func_t *const search[] = {
	    rl_history_search_forward,
	    rl_history_search_backward,
	    rl_history_substr_search_forward,
	    rl_history_substr_search_backward,
	    rl_noninc_forward_search_again,
	    rl_noninc_reverse_search_again,
	    rl_vi_search_again,
	};

	if (RL_ISSTATE(RL_STATE_NSEARCH | RL_STATE_ISEARCH))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(search); i++)
		if (rl_last_func == search[i])
			return true;
	return typing;
}

/*
 * Such a search forgets the line that was begun, but may leave readline at an
 * older one: what is typed next would then go into that one.  So the line is
 * put behind all older ones, or at the one that it is, with no undo before.
 */
static void settle(void)
{
	const HIST_ENTRY *at = current_history();
	char *line = xstrdup(rl_line_buffer);
	bool found = at && strcmp(at->line, line) == 0;
	int point = rl_point;

	rl_maybe_unsave_line();
	rl_replace_line(line, 0);
	rl_undo_list = NULL;
	rl_point = point;
	if (found)
		rl_maybe_save_line();
	else
		using_history();
	free(line);
}

void guard_key(unsigned char first)
{
	if (RL_ISSTATE(RL_STATE_ISEARCH) &&
	    rl_get_keymap()[first].type == ISKMAP)
		rl_callback_sigcleanup();
}

void guard_read(void)
{
	bool typing = RL_ISSTATE(RL_STATE_NSEARCH);

	rl_callback_read_char();
	own_undo();
	if (!RL_ISSTATE(RL_STATE_CALLBACK))
		return; /* the line was handed in */
	if (rl_done)
		guard_end();
	else if (searched(typing))
		settle();
}

void guard_end(void)
{
	bool typing = RL_ISSTATE(RL_STATE_NSEARCH);
	KEYMAP_ENTRY *zero, was;

	rl_callback_sigcleanup();
	if (typing)
		settle();
	zero = &rl_get_keymap()[0];
	was = *zero;
	*zero = (KEYMAP_ENTRY){.type = ISFUNC, .function = rl_newline};
	rl_stuff_char('\0');
	rl_callback_read_char();
	*zero = was;
}
