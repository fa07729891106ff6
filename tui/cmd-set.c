/* Commands that change how umie behaves: settings, keys, rc files. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/script.h"
#include "tui/ui.h"
#include "tui/words.h"

enum { RC_MAX = 1 << 20 }; /* bytes */

static void say_setting(struct app *app, enum setting k, bool prose)
{
	struct str text = {0};
	char *save = NULL;

	settings_line(&app->settings, k, prose, &text);
	for (char *line = strtok_r(text.s, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		app_say(app, "%s", line);
	str_release(&text);
}

static int exec_set(struct app *app, const struct args *a, struct err *err)
{
	enum setting k;

	if (a->n_pos == 0) {
		for (int i = 0; i < SETTINGS_END; i++)
			say_setting(app, (enum setting)i, false);
		return 0;
	}
	if (a->n_pos == 2)
		return app_set(app, a->pos[0], a->pos[1], err);
	if (!setting_find(a->pos[0], &k))
		return err_set(err, ERR_USAGE,
			       "no setting %s (`set` lists "
			       "them)",
			       a->pos[0]);
	say_setting(app, k, true);
	return 0;
}

const struct cmd cmd_set = {
    .name = "set",
    .args = "[KEY [VALUE]]",
    .flags = CMD_LIVE | CMD_EDIT | CMD_RC,
    .max_pos = 2,
    .help = "change a setting, explain one, or list all with where each is "
	    "from",
    .exec = exec_set,
};

/* `theme` and `auto` are settings with a command of their own. */
static int set_or_show(struct app *app, const struct args *a, enum setting k,
		       struct err *err)
{
	if (a->n_pos)
		return app_set(app, setting_row(k)->name, a->pos[0], err);
	say_setting(app, k, true);
	return 0;
}

static int exec_theme(struct app *app, const struct args *a, struct err *err)
{
	return set_or_show(app, a, SET_THEME, err);
}

const struct cmd cmd_theme = {
    .name = "theme",
    .args = "[default|light|dark|mono|high-contrast]",
    .flags = CMD_LIVE | CMD_RC,
    .max_pos = 1,
    .help = "choose the colours of the screen",
    .exec = exec_theme,
};

/* The line in the person's own rc file that chooses it, or a new one. */
static void put_line(const struct str *was, const char *line, struct str *out)
{
	struct span rest = {was->s, was->len};
	bool put = false;

	while (rest.len) {
		const char *end = memchr(rest.s, '\n', rest.len);
		size_t n = end ? (size_t)(end - rest.s) + 1 : rest.len;

		if (n > 7 && strncmp(rest.s, "layout ", 7) == 0) {
			str_addf(out, "%s", put ? "" : line);
			put = true;
		} else {
			str_addn(out, rest.s, n);
		}
		rest.s += n;
		rest.len -= n;
	}
	if (out->len && out->s[out->len - 1] != '\n')
		str_addc(out, '\n');
	if (!put)
		str_add(out, line);
}

static int save_layout(struct app *app, struct err *err)
{
	char *dir = file_xdg("CONFIG"),
	     *path = dir ? file_join(dir, "rc") : NULL;
	char *line =
	    xasprintf("layout %s\n", settings_text(&app->settings, SET_LAYOUT));
	struct str was = {0}, now = {0};
	int rc = dir ? file_mkdirs(dir, err)
		     : err_set(err, ERR_FAILED,
			       "layout: there is no home to save it in");

	if (rc == 0 && file_exists(path))
		rc = file_read(path, RC_MAX, &was, err);
	if (rc == 0) {
		put_line(&was, line, &now);
		rc = file_replace(path, now.s, now.len, err);
	}
	if (rc == 0)
		app_say(app, "%s: %.*s", path, (int)strlen(line) - 1, line);
	str_release(&was);
	str_release(&now);
	free(line);
	free(path);
	free(dir);
	return rc;
}

static int exec_layout(struct app *app, const struct args *a, struct err *err)
{
	if (a->n_pos && strcmp(a->pos[0], "save") == 0)
		return save_layout(app, err);
	return set_or_show(app, a, SET_LAYOUT, err);
}

const struct cmd cmd_layout = {
    .name = "layout",
    .args = "[auto|columns|column|save]",
    .flags = CMD_LIVE | CMD_RC,
    .max_pos = 1,
    .help = "choose how many panes stand side by side, or keep the choice",
    .exec = exec_layout,
};

static int exec_auto(struct app *app, const struct args *a, struct err *err)
{
	return set_or_show(app, a, SET_AUTO, err);
}

const struct cmd cmd_auto = {
    .name = "auto",
    .args = "[on|off]",
    .flags = CMD_LIVE | CMD_EDIT | CMD_RC,
    .max_pos = 1,
    .help = "predict after every change, or only on `run`",
    .exec = exec_auto,
};

static int parse_pane(const char *s, enum pane_id *out, struct err *err)
{
	*out = PANE_NONE;
	if (strcmp(s, "all") == 0)
		return 0;
	for (int i = 0; i < PANES; i++)
		if (strcmp(s, pane_name((enum pane_id)i)) == 0) {
			*out = (enum pane_id)i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "no pane %s; all or the name of a pane "
		       "expected",
		       s);
}

/* Keys with commas between; n of them, or ERR_USAGE. */
static int parse_keys(const char *s, int *key, int max, struct err *err)
{
	char *copy = xstrdup(s), *save = NULL;
	int n = 0, rc = 0;

	for (char *name = strtok_r(copy, ",", &save); name && rc == 0;
	     name = strtok_r(NULL, ",", &save)) {
		if (n == max)
			rc = err_set(err, ERR_USAGE, "more than %d keys", max);
		else if ((key[n] = keymap_key(name)) < 0)
			rc = err_set(err, ERR_USAGE,
				     "no key %s; keys are characters and names "
				     "like C-x, M-1, F5, S-left, Space, comma",
				     name);
		n++;
	}
	free(copy);
	if (rc == 0 && n == 0)
		return err_set(err, ERR_USAGE, "no key given");
	return rc < 0 ? rc : n;
}

/* As a line that `bind` reads. */
static void say_binding(struct app *app, const struct binding *b,
			enum pane_id only)
{
	char name[KEY_NAME];

	if (b->in == 0 && only == PANE_NONE)
		app_say(app, "bind all %s %s", keymap_name(b->key, name),
			b->command);
	for (int p = 0; p < PANES; p++)
		if ((b->in & 1u << p) && (only == PANE_NONE || (int)only == p))
			app_say(app, "bind %s %s %s",
				pane_name((enum pane_id)p),
				keymap_name(b->key, name), b->command);
}

static int list_bindings(struct app *app, const char *pane, struct err *err)
{
	enum pane_id only = PANE_NONE;

	if (pane && parse_pane(pane, &only, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < app->keys.n; i++)
		say_binding(app, &app->keys.row[i], only);
	return 0;
}

enum { KEYS_AT_ONCE = 16 };

static int bind_keys(struct app *app, const char *pane, const char *keys,
		     const char *line, struct err *err)
{
	const struct cmd *c = cmd_of_line(line);
	int key[KEYS_AT_ONCE], n = parse_keys(keys, key, KEYS_AT_ONCE, err);
	enum pane_id where;

	if (n < 0 || parse_pane(pane, &where, err) < 0)
		return -(int)err->code;
	if (!c)
		return err_set(err, ERR_USAGE, "bind: no command %s", line);
	for (int i = 0; i < n; i++)
		keymap_bind(&app->keys, where, key[i], line, c->help);
	app->dirty = DIRTY_ALL;
	return 0;
}

static int exec_bind(struct app *app, const struct args *a, struct err *err)
{
	char *copy, *pane, *keys, *line;
	int rc;

	if (a->n_pos == 0)
		return list_bindings(app, NULL, err);
	copy = xstrdup(a->pos[0]);
	pane = strtok_r(copy, " \t", &line);
	keys = strtok_r(NULL, " \t", &line);
	line += strspn(line, " \t");
	if (!keys)
		rc = list_bindings(app, pane, err);
	else if (!*line)
		rc = err_set(err, ERR_USAGE, "bind: wants %s", a->cmd->args);
	else
		rc = bind_keys(app, pane, keys, line, err);
	free(copy);
	return rc;
}

const struct cmd cmd_bind = {
    .name = "bind",
    .args = "[PANE KEYS LINE]",
    .flags = CMD_LIVE | CMD_RC,
    .max_pos = 1,
    .raw = true,
    .help = "let keys run a command in a pane (or all); or list the keys",
    .exec = exec_bind,
    .more = "KEYS are characters or names (C-x, M-1, F5, S-left, Space, "
	    "comma), with commas between several.",
};

static int exec_unbind(struct app *app, const struct args *a, struct err *err)
{
	int key[KEYS_AT_ONCE];
	int n = parse_keys(a->pos[1], key, KEYS_AT_ONCE, err);
	char name[KEY_NAME];
	enum pane_id where;

	if (n < 0 || parse_pane(a->pos[0], &where, err) < 0)
		return -(int)err->code;
	for (int i = 0; i < n; i++)
		if (!keymap_unbind(&app->keys, where, key[i]))
			return err_set(err, ERR_USAGE,
				       "%s is not bound there (bind lists what "
				       "is)",
				       keymap_name(key[i], name));
	app->dirty = DIRTY_ALL;
	return 0;
}

const struct cmd cmd_unbind = {
    .name = "unbind",
    .args = "PANE KEYS",
    .flags = CMD_LIVE | CMD_RC,
    .min_pos = 2,
    .max_pos = 2,
    .help = "let keys do nothing in a pane, or in all",
    .exec = exec_unbind,
};

/* In an rc file the sourced one is an rc file too. */
static int exec_source(struct app *app, const struct args *a, struct err *err)
{
	int rc;

	if (app->screen && app->source == FROM_COMMAND)
		return script_begin(app, a->pos[0], err);
	if (app->depth >= SCRIPT_DEPTH)
		return err_set(err, ERR_USAGE,
			       "%s: files that source each "
			       "other",
			       a->pos[0]);
	app->depth++;
	if (app->source == FROM_COMMAND)
		rc = script_run_file(app, a->pos[0], err);
	else if (!file_exists(a->pos[0]))
		rc = err_set(err, ERR_DATA, "%s: no such file", a->pos[0]);
	else
		rc = (script_run_rc(app, a->pos[0]), 0);
	app->depth--;
	return rc;
}

const struct cmd cmd_source = {
    .name = "source",
    .args = "FILE",
    .flags = CMD_LIVE | CMD_RC,
    .min_pos = 1,
    .max_pos = 1,
    .help = "run the commands of a file, one a line",
    .exec = exec_source,
};
