#include "tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "tui/cells.h"
#include "tui/keymap.h"
#include "tui/prompt-guard.h"
#include "tui/reader.h"

struct prompt {
	struct ui *ui;    /* borrowed */
	struct str queue; /* bytes for readline */
	size_t taken;     /* of queue */
	struct str paste; /* between the brackets of a paste */
	bool pasting;
	bool ended;                        /* readline handed in a line */
	char *line;                        /* that line; owned */
	rl_completion_func_t *complete;    /* of a command line */
	HISTORY_STATE *commands, *nothing; /* while the other is in use */
	FILE *null;
	int columns;
};

/*
 * The one prompt: readline's callbacks have no argument for it.  Set by
 * prompt_new(), cleared by prompt_free().
 */
static struct prompt *the_prompt;

static int next_byte(FILE *f)
{
	struct prompt *p = the_prompt;

	(void)f;
	if (p->taken == p->queue.len)
		return EOF;
	return (unsigned char)p->queue.s[p->taken++];
}

static int bytes_wait(void)
{
	return the_prompt->taken < the_prompt->queue.len;
}

static void line_ended(char *line)
{
	/* Readline would begin the next line, with what C-o wants in it. */
	rl_callback_handler_remove();
	the_prompt->ended = true;
	free(the_prompt->line);
	the_prompt->line = line;
}

/* The ui draws; readline is only asked what there is. */
static void follow(void)
{
	struct ui *ui = the_prompt->ui;
	const char *s = rl_display_prompt;

	str_clear(&ui->line);
	str_addn(&ui->line, rl_line_buffer, (size_t)rl_end);
	ui->point = (size_t)rl_point;
	str_clear(&ui->label);
	for (; s && *s; s++)
		if (*s != RL_PROMPT_START_IGNORE && *s != RL_PROMPT_END_IGNORE)
			str_addc(&ui->label, *s);
}

/* A pane's text is no command line. */
static char **complete_in_prompt(const char *text, int start, int end)
{
	if (the_prompt->ui->typing == TYPING_PROMPT)
		return the_prompt->complete(text, start, end);
	rl_attempted_completion_over = 1;
	return NULL;
}

static void show_matches(char **match, int n, int longest)
{
	struct ui *ui = the_prompt->ui;

	(void)longest;
	str_clear(&ui->hint);
	for (int i = 1; i <= n; i++)
		str_addf(&ui->hint, "%s%s", i > 1 ? "  " : "", match[i]);
}

static void set_up_readline(struct prompt *p)
{
	reader_start();
	p->complete = rl_attempted_completion_function;
	rl_attempted_completion_function = complete_in_prompt;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = next_byte;
	rl_input_available_hook = bytes_wait;
	rl_redisplay_function = follow;
	rl_completion_display_matches_hook = show_matches;
	rl_outstream = p->null;
	/* Esc and Enter in haste would switch to vi's keys; ~/.inputrc may. */
	rl_unbind_key_in_map('\r', emacs_meta_keymap);
	rl_unbind_key_in_map('\n', emacs_meta_keymap);
	rl_initialize();
	rl_variable_bind("keyseq-timeout", "0");
	rl_variable_bind("bell-style", "none");
}

struct prompt *prompt_new(struct ui *ui)
{
	struct prompt *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	p->columns = 1;
	p->null = fopen("/dev/null", "w");
	p->nothing = xcalloc(1, sizeof(*p->nothing));
	the_prompt = p;
	set_up_readline(p);
	return p;
}

void prompt_free(struct prompt *p)
{
	if (!p)
		return;
	prompt_leave(p);
	reader_stop();
	rl_outstream = stdout;
	if (p->null)
		fclose(p->null);
	the_prompt = NULL;
	str_release(&p->queue);
	str_release(&p->paste);
	free(p->line);
	free(p->nothing);
	free(p);
}

/* What is typed in a pane has no history, least of all the commands'. */
static void switch_history(struct prompt *p, bool commands)
{
	if (commands && p->commands) {
		history_set_history_state(p->commands);
		free(p->commands);
		p->commands = NULL;
	} else if (!commands && !p->commands) {
		p->commands = history_get_history_state();
		history_set_history_state(p->nothing);
	}
	using_history();
}

static void begin(struct prompt *p, enum typing t, const char *label,
		  const char *text)
{
	p->ui->typing = t;
	switch_history(p, t == TYPING_PROMPT);
	rl_callback_handler_install(label, line_ended);
	/* The line that C-o asked for is there, and stays if no other is. */
	if (current_history() && *text) {
		rl_maybe_unsave_line();
		using_history();
	}
	if (!current_history())
		rl_replace_line(text, 1);
	rl_point = rl_end;
	follow();
}

void prompt_command(struct prompt *p, const char *text)
{
	begin(p, TYPING_PROMPT, ":", text);
}

void prompt_edit(struct prompt *p, const char *text)
{
	begin(p, TYPING_PANE, "", text);
}

void prompt_leave(struct prompt *p)
{
	if (p->ui->typing == TYPING_NONE)
		return;
	if (!p->ended)
		guard_end();
	rl_callback_handler_remove();
	switch_history(p, true);
	p->ui->typing = TYPING_NONE;
	p->pasting = p->ended = false;
	str_clear(&p->paste);
	str_clear(&p->queue);
	p->taken = 0;
	str_clear(&p->ui->line);
	str_clear(&p->ui->label);
	str_clear(&p->ui->hint);
	p->ui->point = 0;
}

bool prompt_pasting(const struct prompt *p)
{
	return p->pasting;
}

void prompt_columns(struct prompt *p, int columns)
{
	p->columns = MAX(columns, 1);
}

/* Esc of its own leaves, but not where readline gives it a meaning. */
static bool escapes(void)
{
	return !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH |
			   RL_STATE_MOREINPUT) &&
	       !(rl_editing_mode == 0 &&
		 rl_get_keymap() == vi_insertion_keymap);
}

/* Up or down a row of the wrapped line. */
static void move_row(struct prompt *p, int step)
{
	struct glyphs g;
	struct rows rows;
	size_t at, row;
	int column;

	glyphs_of(&g, rl_line_buffer, (size_t)rl_end);
	rows_wrap(&rows, &g, p->columns);
	at = glyphs_byte(&g, (size_t)rl_point);
	row = rows_of(&rows, at);
	column = glyphs_width(&g, rows.row[row].begin, at);
	row = step < 0 ? row - (row > 0) : MIN(row + 1, rows.n - 1);
	for (at = rows.row[row].begin; at < rows.row[row].end; at++)
		if (glyphs_width(&g, rows.row[row].begin, at) >= column)
			break;
	if (at == rows.row[row].end && row + 1 < rows.n)
		at--; /* behind the last is the next row */
	rl_point = at < g.n ? (int)g.g[at].byte : rl_end;
	rows_release(&rows);
	glyphs_release(&g);
	follow();
}

static void end_paste(struct prompt *p)
{
	p->pasting = false;
	if (p->paste.len) {
		rl_begin_undo_group();
		rl_insert_text(p->paste.s);
		rl_end_undo_group();
	}
	str_clear(&p->paste);
	follow();
}

/* Control characters but newline and tab have no business in a text. */
static void add_pasted(struct prompt *p, int key)
{
	char utf8[4];

	if (key == K_ENTER || key == '\r')
		key = '\n';
	if (key >= KEYS_FROM || (key < 0x20 && key != '\n' && key != '\t'))
		return;
	str_addn(&p->paste, utf8, (size_t)utf8_encode((uint32_t)key, utf8));
}

static void feed(struct prompt *p, int key)
{
	const char *bytes = keymap_bytes(key);
	char utf8[4];

	if (bytes)
		str_add(&p->queue, bytes);
	else if (key < KEYS_FROM)
		str_addn(&p->queue, utf8,
			 (size_t)utf8_encode((uint32_t)key, utf8));
	if (p->queue.len)
		guard_key((unsigned char)p->queue.s[0]);
	while (bytes_wait() && !p->ended)
		guard_read();
	str_clear(&p->queue);
	p->taken = 0;
}

bool prompt_key(struct prompt *p, int key, bool alone, char **line)
{
	bool pane = p->ui->typing == TYPING_PANE;

	*line = NULL;
	if (key == K_PASTE_BEGIN)
		p->pasting = true;
	else if (key == K_PASTE_END)
		end_paste(p);
	else if (p->pasting)
		add_pasted(p, key);
	else if (key == K_ESCAPE && alone && escapes())
		return prompt_leave(p), true;
	else if (pane && (key == K_UP || key == K_DOWN))
		move_row(p, key == K_UP ? -1 : 1);
	else {
		str_clear(&p->ui->hint);
		feed(p, key);
	}
	if (!p->ended)
		return false;
	*line = p->line;
	p->line = NULL;
	if (*line && !pane)
		reader_remember(*line);
	prompt_leave(p);
	return true;
}
