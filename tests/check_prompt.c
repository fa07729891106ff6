/* Readline behind the full screen, key by key and without a terminal. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "tests/tap.h"
#include "tui/keymap.h"
#include "tui/prompt.h"

/* Readline 8.2 loses a few bytes with every prompt; that is not ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libreadline";
}

static char *entered; /* by the newest ended line */

static bool press(struct prompt *p, int key, bool alone)
{
	char *line;
	bool ended = prompt_key(p, key, alone, &line);

	if (ended) {
		free(entered);
		entered = line;
	}
	return ended;
}

/* Characters of `s`, as fast as a terminal sends them. */
static void type(struct prompt *p, const char *s)
{
	size_t n = strlen(s);
	uint32_t cp;

	for (size_t i = 0; i < n; i += (size_t)utf8_decode(s + i, n - i, &cp)) {
		utf8_decode(s + i, n - i, &cp);
		press(p, (int)cp, false);
	}
}

static bool line_is(const struct ui *ui, const char *want)
{
	if (strcmp(str_cstr(&ui->line), want) == 0)
		return true;
	diag("got \"%s\"", str_cstr(&ui->line));
	return false;
}

static void check_command(struct prompt *p, struct ui *ui)
{
	prompt_command(p, "");
	ok(ui->typing == TYPING_PROMPT && strcmp(ui->label.s, ":") == 0,
	   "a command has its prompt");
	type(p, "text w\u00f6rld \u4e2d");
	ok(line_is(ui, "text w\u00f6rld \u4e2d") && ui->point == 15,
	   "letters of several bytes");
	press(p, K_ESCAPE, false);
	press(p, 'b', true);
	ok(ui->point == 12, "Esc with a key behind it is Alt");
	press(p, K_HOME, true);
	ok(ui->point == 0, "keys of the terminal reach readline");
	ok(press(p, K_ENTER, true) && ui->typing == TYPING_NONE &&
	       strcmp(entered, "text w\u00f6rld \u4e2d") == 0,
	   "Enter hands the line over");
	prompt_command(p, "");
	type(p, "quit");
	ok(press(p, K_ESCAPE, true) && !entered, "Esc alone leaves");
	prompt_command(p, "");
	press(p, K_UP, true);
	ok(line_is(ui, "text w\u00f6rld \u4e2d"),
	   "what was left is not in the history, what was entered is");
	prompt_leave(p);
}

static void check_completion(struct prompt *p, struct ui *ui)
{
	prompt_command(p, "");
	type(p, "foc\tne\t");
	ok(line_is(ui, "focus next "), "Tab completes names and arguments");
	press(p, KEY_CTRL('u'), true);
	type(p, "gate o\t\t");
	ok(ui->hint.len && strstr(ui->hint.s, "own") &&
	       strstr(ui->hint.s, "off"),
	   "Tab twice shows what there is");
	prompt_leave(p);
}

static void check_paste(struct prompt *p, struct ui *ui)
{
	prompt_edit(p, "one");
	press(p, K_PASTE_BEGIN, false);
	type(p, " two");
	press(p, '\r', false);
	type(p, "q\033\a");
	ok(prompt_pasting(p) && line_is(ui, "one"),
	   "a paste waits for its end");
	press(p, K_PASTE_END, true);
	ok(line_is(ui, "one two\nq"), "its newline runs nothing");
	press(p, KEY_CTRL('_'), true);
	ok(line_is(ui, "one"), "one undo takes it back");
	prompt_leave(p);
}

static void check_rows(struct prompt *p, struct ui *ui)
{
	prompt_columns(p, 10);
	prompt_edit(p, "one two three four");
	ok(ui->typing == TYPING_PANE && ui->point == 18,
	   "a text is edited from its end");
	press(p, K_UP, true);
	ok(ui->point == 7, "up goes up a row of the wrapped text");
	press(p, K_UP, true);
	ok(ui->point == 7, "and no further");
	press(p, K_DOWN, true);
	ok(ui->point == 15, "down goes to the same column");
	press(p, KEY_CTRL('p'), true);
	ok(line_is(ui, "one two three four"),
	   "the history of commands does not come into a text");
	prompt_leave(p);
}

/* Sequences that made readline crash or stay in the middle of something. */
static void check_search(struct prompt *p, struct ui *ui)
{
	prompt_command(p, "");
	press(p, KEY_CTRL('r'), false);
	type(p, "w\u00f6");
	ok(strstr(ui->label.s, "search") && strstr(ui->line.s, "w\u00f6rld"),
	   "a search shows its own prompt");
	press(p, KEY_CTRL('x'), false);
	press(p, KEY_CTRL('p'), false);
	type(p, "x");
	ok(ui->typing == TYPING_PROMPT, "two keys end a search");
	press(p, K_ESCAPE, false);
	prompt_leave(p);
	prompt_command(p, "");
	type(p, "b");
	ok(line_is(ui, "b"), "half a sequence is forgotten on leaving");
	press(p, K_ESCAPE, false);
	press(p, K_ENTER, false);
	type(p, "ihk");
	ok(line_is(ui, "bihk") || ui->typing == TYPING_NONE,
	   "Esc and Enter in haste do not switch to vi's keys");
	prompt_leave(p);
}

static void enter(struct prompt *p, const char *line)
{
	prompt_command(p, "");
	type(p, line);
	press(p, K_ENTER, false);
}

/* An older line, changed and left, is not what a search or C-o spoils. */
static void check_older(struct prompt *p, struct ui *ui)
{
	enter(p, "older one");
	enter(p, "newer");
	prompt_command(p, "");
	press(p, K_UP, false);
	press(p, K_UP, false);
	press(p, K_ESCAPE, false);
	type(p, "nzz"); /* M-n: a search of another kind */
	press(p, K_ENTER, false);
	ok(line_is(ui, ""), "a search without success leaves the line begun");
	type(p, "x");
	press(p, K_ENTER, false);
	prompt_command(p, "");
	press(p, K_UP, false);
	press(p, K_UP, false);
	press(p, K_UP, false);
	ok(line_is(ui, "older one"), "and the older lines as they were");
	press(p, KEY_CTRL('o'), false);
	ok(ui->typing == TYPING_NONE && strcmp(entered, "older one") == 0,
	   "C-o enters a line");
	prompt_command(p, "");
	ok(line_is(ui, "newer"), "and has the next one ready");
	press(p, KEY_CTRL('o'), false);
	prompt_command(p, "gate ");
	ok(line_is(ui, "gate "), "unless another is wanted");
	press(p, K_UP, false);
	press(p, K_DOWN, false);
	ok(line_is(ui, "gate "), "which is the newest");
	prompt_leave(p);
	prompt_command(p, "");
	type(p, "help");
	press(p, K_ESCAPE, false);
	type(p, "1");
	ok(press(p, K_ENTER, false) && strcmp(entered, "help") == 0,
	   "Enter behind an argument waits for no further key");
}

/* Any keys in any order (sanitizers watch). */
static void check_any(struct prompt *p, struct ui *ui)
{
	static const int key[] = {
	    K_ESCAPE,      K_ENTER,       K_UP,          K_DOWN,
	    K_LEFT,        K_RIGHT,       K_HOME,        K_END,
	    K_BACKSPACE,   K_DELETE,      K_TAB,         K_PASTE_BEGIN,
	    K_PASTE_END,   KEY_CTRL('a'), KEY_CTRL('e'), KEY_CTRL('g'),
	    KEY_CTRL('k'), KEY_CTRL('n'), KEY_CTRL('p'), KEY_CTRL('r'),
	    KEY_CTRL('o'), KEY_CTRL('j'), 'n',           'p',
	    KEY_CTRL('s'), KEY_CTRL('t'), KEY_CTRL('v'), KEY_CTRL('w'),
	    KEY_CTRL('x'), KEY_CTRL('y'), KEY_CTRL('_'), 'a',
	    'b',           'f',           '1',           '-',
	    ' ',           '.',           0x4e2d,        0x301,
	    0x1f600,
	};
	unsigned long seed = 1;

	for (int i = 0; i < 20000; i++) {
		if (ui->typing == TYPING_NONE && i % 2)
			prompt_command(p, "");
		else if (ui->typing == TYPING_NONE)
			prompt_edit(p, "one w\u00f6rld");
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		press(p, key[(seed >> 33) % ARRAY_LEN(key)], seed >> 62 == 0);
		if (ui->point > ui->line.len)
			break;
	}
	ok(ui->point <= ui->line.len, "the cursor stays in the line");
	prompt_leave(p);
}

int main(void)
{
	char dir[] = "/tmp/umie-prompt-XXXXXX";
	struct ui ui = {.w = 80, .h = 24};
	struct prompt *p;
	char *file;

	if (!setlocale(LC_ALL, "C.UTF-8") || !mkdtemp(dir)) {
		skip("the prompt", "no UTF-8 locale");
		return tap_done();
	}
	setenv("XDG_STATE_HOME", dir, 1);
	setenv("INPUTRC", "/dev/null", 1);
	p = prompt_new(&ui);
	check_command(p, &ui);
	check_completion(p, &ui);
	check_paste(p, &ui);
	check_rows(p, &ui);
	check_search(p, &ui);
	check_older(p, &ui);
	check_any(p, &ui);
	prompt_free(p);
	file = xasprintf("%s/umie/history", dir);
	ok(file_exists(file), "the history is kept");
	unlink(file);
	free(file);
	file = xasprintf("%s/umie", dir);
	rmdir(file);
	rmdir(dir);
	free(file);
	free(entered);
	str_release(&ui.line);
	str_release(&ui.label);
	str_release(&ui.hint);
	return tap_done();
}
