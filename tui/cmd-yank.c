/* yank -- something that is on the screen, to the clipboard or to a file. */
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/probe.h"
#include "src/probe/table.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/here.h"
#include "tui/items.h"
#include "tui/probe-view.h"

/* What xterm takes, and most take no less: bytes of base64. */
enum { CLIPBOARD_MAX = 74994 };

/* enum, name, what it is */
#define YANKS(_)                                                  \
	_(ITEM, item, "the selected result, as `items` lists it") \
	_(TEXT, text, "the text")                                 \
	_(INSTRUCTION, instruction, "the instruction, filled in") \
	_(RAW, raw, "the answer as the model wrote it")           \
	_(TABLE, table, "the table of variants")

enum yank {
#define YANK_ENUM(upper, name, what) YANK_##upper,
	YANKS(YANK_ENUM)
#undef YANK_ENUM
	    YANK_KINDS
};

static const char *const names[] = {
#define YANK_NAME(upper, name, what) #name,
    YANKS(YANK_NAME)
#undef YANK_NAME
};

/* What is meant when nothing is said: what the pane in focus shows. */
static enum yank of_focus(const struct app *app)
{
	if (!app->ui)
		return YANK_ITEM;
	switch (app->ui->focus) {
	case PANE_TEXT:
		return YANK_TEXT;
	case PANE_INSTRUCTION:
		return YANK_INSTRUCTION;
	case PANE_VARIANTS:
	case PANE_SWEEP:
	case PANE_SCORES:
		return YANK_TABLE;
	default:
		return YANK_ITEM;
	}
}

static void add_found(const struct found *f, struct str *out)
{
	const struct record *r = &f->rec;

	str_add(out, r->label);
	if (r->event)
		str_addf(out, " of %s", r->event);
	if (r->text)
		str_addf(out, "  %s", r->text);
	if (r->head)
		str_addf(out, "  %s -> %s", r->head, r->tail ? r->tail : "");
}

static void add_table(const struct app *app, struct str *out)
{
	struct table *t;

	if (!app->probe || !app->probe->table)
		return;
	t = probe_report(app->probe->table);
	table_lines(t, out);
	table_free(t);
}

/* Nothing is added when there is no such thing. */
static void take(const struct app *app, enum yank what, struct str *out)
{
	const struct extraction *x = here_answer(app);

	switch (what) {
	case YANK_ITEM:
		if (here_item(app))
			item_text(here_item(app), out);
		else if (here_found(app))
			add_found(here_found(app), out);
		break;
	case YANK_TEXT:
		str_add(out, app->request.text);
		break;
	case YANK_INSTRUCTION:
		str_add(out, x ? x->instruction
			     : app->request.instruction
				 ? app->request.instruction
				 : "");
		break;
	case YANK_RAW:
		str_add(out, x ? x->raw : "");
		break;
	case YANK_TABLE:
		add_table(app, out);
		break;
	case YANK_KINDS:
		break;
	}
}

/* OSC 52: the terminal, also at the other end of ssh, takes it over. */
static int to_clipboard(struct app *app, const char *what, const struct str *s,
			struct err *err)
{
	size_t n = BASE64_ENCODE_RAW_LENGTH(s->len);
	char *text;

	if (!app->ui)
		return err_set(err, ERR_USAGE,
			       "yank: only the full screen reaches a "
			       "clipboard; yank %s FILE writes a file",
			       what);
	if (!settings_on(&app->settings, SET_CLIPBOARD))
		return err_set(err, ERR_USAGE,
			       "yank: the setting clipboard is off; yank %s "
			       "FILE writes a file",
			       what);
	if (n > CLIPBOARD_MAX)
		return err_set(err, ERR_USAGE,
			       "yank: %zu bytes are more than terminals take; "
			       "yank %s FILE writes a file",
			       s->len, what);
	text = xcalloc(n + 1, 1);
	base64_encode_raw(text, s->len, (const uint8_t *)s->s);
	str_clear(&app->ui->send);
	str_addf(&app->ui->send, "\033]52;c;%s\a", text);
	free(text);
	app_say(app, "%s: %zu bytes to the clipboard, if the terminal has one",
		what, s->len);
	return 0;
}

static int to_file(struct app *app, const char *what, const char *path,
		   struct str *s, struct err *err)
{
	int rc;

	if (s->s[s->len - 1] != '\n')
		str_addc(s, '\n');
	rc = file_replace(path, s->s, s->len, err);
	if (rc == 0)
		app_say(app, "%s: %s, %zu bytes", path, what, s->len);
	return rc;
}

/* `yank FILE` takes what is meant, `yank WHAT` goes to the clipboard. */
static void words_of(const struct app *app, const struct args *a,
		     enum yank *what, const char **path)
{
	int k = 0;

	while (a->n_pos && k < YANK_KINDS && strcmp(names[k], a->pos[0]) != 0)
		k++;
	*what = a->n_pos && k < YANK_KINDS ? (enum yank)k : of_focus(app);
	*path = a->n_pos && k == YANK_KINDS ? a->pos[0] : a->pos[1];
}

static int exec_yank(struct app *app, const struct args *a, struct err *err)
{
	struct str s = {0};
	const char *path;
	enum yank what;
	int rc;

	words_of(app, a, &what, &path);
	take(app, what, &s);
	if (s.len == 0)
		rc = err_set(err, ERR_USAGE, "yank: there is no %s here",
			     names[what]);
	else if (path)
		rc = to_file(app, names[what], path, &s, err);
	else
		rc = to_clipboard(app, names[what], &s, err);
	str_release(&s);
	return rc;
}

const struct cmd cmd_yank = {
    .name = "yank",
    .alias = "y",
    .args = "[item|text|instruction|raw|table] [FILE]",
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = 2,
    .help = "copy to the terminal's clipboard (OSC 52), or to a file",
    .exec = exec_yank,
};
