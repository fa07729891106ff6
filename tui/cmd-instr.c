/* :instr: the instruction that is edited, those that are kept, and how they
 * differ. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/wdiff.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/probe-view.h"

static const char SUFFIX[] = ".txt";

/* A name that can be a file's. */
static bool is_name(const char *s)
{
	if (!*s || strlen(s) > 64)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_')
			return false;
	return true;
}

/* Where instructions are kept; caller's, or NULL and a sentence. */
static char *folder(struct err *err)
{
	return file_xdg_folder("DATA", "instructions", err);
}

/* File of a name; caller's, or NULL. */
static char *file_of(const char *name, struct err *err)
{
	char *dir = folder(err), *path;

	if (!dir)
		return NULL;
	path = xasprintf("%s/%s%s", dir, name, SUFFIX);
	free(dir);
	return path;
}

/* The checkpoint's own template of the task that is edited; NULL: none. */
static const char *own(const struct app *app)
{
	enum task t = app->request.task;

	if (t == TASK_MEE)
		return NULL;
	return (size_t)t < app->report.instructions.n
		   ? app->report.instructions.name[t]
		   : task_instruction(t);
}

static const char *row_instruction(const struct app *app, const char *id)
{
	const struct probe_table *t = app->probe ? app->probe->table : NULL;
	int i = t ? probe_find(t, id) : -1;

	if (i < 0)
		return NULL;
	return t->row[i].request.instruction ? t->row[i].request.instruction
					     : own(app);
}

/*
 * The template that a word names: trained, now, I0 … I2, a variant's id, one
 * that was saved.  Caller's; NULL when it names none.
 */
static char *named(const struct app *app, const char *word)
{
	const char *s = NULL;
	struct err err;
	char *path, *text = NULL, *at;

	if (strcmp(word, "trained") == 0 || strcmp(word, "own") == 0)
		s = own(app);
	else if (strcmp(word, "now") == 0)
		s = app->request.instruction ? app->request.instruction
					     : own(app);
	else
		s = instruction_named(word, app->request.task);
	if (!s)
		s = row_instruction(app, word);
	if (s)
		return xstrdup(s);
	path = is_name(word) ? file_of(word, &err) : NULL;
	if (path && file_exists(path)) {
		at = xasprintf("@%s", path);
		if (argument_text(at, &text, &err) < 0)
			text = NULL;
		free(at);
	}
	free(path);
	return text;
}

static void say_one(struct app *app, const char *name, const char *text)
{
	char *now = named(app, "now");

	app_say(app, "%c %-10s %s", now && strcmp(now, text) == 0 ? '*' : ' ',
		name, text);
	free(now);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of what was saved, in order. */
static void saved(struct labels *out)
{
	struct err err;
	char *dir = folder(&err);
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name), tail = strlen(SUFFIX);

		if (n > tail && strcmp(e->d_name + n - tail, SUFFIX) == 0)
			labels_add(out, e->d_name, n - tail);
	}
	if (d)
		closedir(d);
	if (out->n)
		qsort(out->name, out->n, sizeof(*out->name), by_name);
	free(dir);
}

static int list(struct app *app)
{
	static const char *const sets[] = {"trained", "I0", "I1", "I2"};
	const struct probe_table *t = app->probe ? app->probe->table : NULL;
	struct labels files = {0};
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		text = named(app, sets[i]);
		if (text)
			say_one(app, sets[i], text);
		free(text);
	}
	for (size_t i = 0; t && i < t->n; i++)
		if (variation_group_of(t->row[i].kind) == VARY_INSTRUCTION &&
		    row_instruction(app, t->row[i].id))
			say_one(app, t->row[i].id,
				row_instruction(app, t->row[i].id));
	saved(&files);
	for (size_t i = 0; i < files.n; i++) {
		text = named(app, files.name[i]);
		if (text)
			say_one(app, files.name[i], text);
		free(text);
	}
	labels_release(&files);
	return 0;
}

static int save(struct app *app, const char *name, struct err *err)
{
	char *dir, *path, *text, *line;
	int rc;

	if (!is_name(name))
		return err_set(err, ERR_USAGE,
			       "instr save %s: a name of letters, digits, - "
			       "and _ expected",
			       name);
	text = named(app, "now");
	if (!text)
		return err_set(err, ERR_USAGE,
			       "mee has no instruction of its own");
	dir = folder(err);
	rc = dir ? file_mkdirs(dir, err) : -(int)err->code;
	free(dir);
	path = rc == 0 ? file_of(name, err) : NULL;
	line = xasprintf("%s\n", text);
	if (path)
		rc = file_replace(path, line, strlen(line), err);
	if (rc == 0)
		app_note(app, "saved in %s", path);
	free(path);
	free(line);
	free(text);
	return rc;
}

/* A template a diff names: a known word, or the text itself. */
static char *side(const struct app *app, const char *word)
{
	char *text = named(app, word);

	return text ? text : xstrdup(word);
}

static int diff(struct app *app, const char *words, struct err *err)
{
	size_t n = strcspn(words, " \t");
	const char *second = words + n + strspn(words + n, " \t");
	char *first = xstrndup(words, n), *a, *b;
	struct str out = {0};

	if (!n || !*second) {
		free(first);
		return err_set(
		    err, ERR_USAGE,
		    "instr diff wants two: trained, now, I0, I1, I2, "
		    "a variant (i3) or a saved name");
	}
	a = side(app, first);
	b = side(app, second);
	wdiff(a, b, &out);
	app_say(app, "%s", str_cstr(&out));
	str_release(&out);
	free(a);
	free(b);
	free(first);
	return 0;
}

/* The rest of the line behind a first word `verb`, or NULL. */
static const char *behind(const char *line, const char *verb)
{
	size_t n = strlen(verb);

	if (strncmp(line, verb, n) != 0 || (line[n] && line[n] != ' '))
		return NULL;
	return line + n + strspn(line + n, " ");
}

/* Takes text; NULL: the task's own. */
static void set(struct app *app, char *text)
{
	free(app->request.instruction);
	app->request.instruction = text;
	app_edited(app);
}

static int exec_instr(struct app *app, const struct args *a, struct err *err)
{
	const char *line = a->n_pos ? a->pos[0] : "", *rest;
	char *text;
	int rc;

	if (!*line) {
		app_say(app, "%s",
			app->request.instruction ? app->request.instruction
						 : "(the task's own)");
		return 0;
	}
	if (strcmp(line, "list") == 0)
		return list(app);
	if ((rest = behind(line, "save")) && is_name(rest))
		return save(app, rest, err);
	if ((rest = behind(line, "diff")))
		return diff(app, rest, err);
	if (strcmp(line, "own") == 0 || strcmp(line, "trained") == 0) {
		set(app, NULL);
		return 0;
	}
	text = strchr(line, ' ') || instruction_named(line, app->request.task)
		   ? NULL
		   : named(app, line);
	rc = text ? 0 : argument_text(line, &text, err);
	if (rc == 0)
		set(app, text);
	return rc;
}

const struct cmd cmd_instr = {
    .name = "instr",
    .args = "[TEXT|@FILE|I0|I1|I2|own|trained|ID|NAME|list|save NAME|diff A B]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "set the instruction ({types}, {head}… are filled in), list, keep "
	    "or compare instructions",
    .exec = exec_instr,
};
