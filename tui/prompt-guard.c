#include "tui/prompt-guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "src/base/mem.h"

void guard_undo(void)
{
	HIST_ENTRY **older = history_list();

	for (; older && *older; older++)
		(*older)->data = NULL;
}

bool guard_searched(bool before)
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
	return before;
}

void guard_settle(void)
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
