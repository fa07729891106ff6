#include "tui/instr.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/probe-view.h"

static const char SUFFIX[] = ".txt";

bool instr_is_name(const char *s)
{
	if (!*s || strlen(s) > 64)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_')
			return false;
	return true;
}

char *instr_folder(struct err *err)
{
	return file_xdg_folder("DATA", "instructions", err);
}

char *instr_file(const char *name, struct err *err)
{
	char *dir = instr_folder(err), *path;

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

/* The row of an id in the variants table; NULL: there is none. */
static const struct probe_row *row_of(const struct app *app, const char *id)
{
	const struct probe_table *t = app->probe ? app->probe->table : NULL;
	int i = t ? probe_find(t, id) : -1;

	return i >= 0 ? &t->row[i] : NULL;
}

/* What was saved under a name; NULL: nothing. */
static char *saved_text(const char *name)
{
	struct err err; /* then it is no name */
	char *path = instr_is_name(name) ? instr_file(name, &err) : NULL;
	char *text = NULL, *at;

	if (path && file_exists(path)) {
		at = xasprintf("@%s", path);
		if (argument_text(at, &text, &err) < 0)
			text = NULL;
		free(at);
	}
	free(path);
	return text;
}

bool instr_find(const struct app *app, const char *word, char **out)
{
	const struct probe_row *r;

	*out = NULL;
	if (strcmp(word, "trained") == 0 || strcmp(word, "own") == 0)
		return true;
	if (strcmp(word, "now") == 0) {
		*out = xstrdup_null(app->request.instruction);
		return true;
	}
	/* i1 is a row, I1 a set, unless there is no such row */
	r = *word == 'I' ? NULL : row_of(app, word);
	if (r)
		*out = xstrdup_null(r->request.instruction);
	else if (instruction_named(word, app->request.task))
		*out = xstrdup(word);
	else
		*out = saved_text(word);
	return r || *out;
}

char *instr_text(const struct app *app, const char *word)
{
	const char *set;
	char *s;

	if (!instr_find(app, word, &s))
		return NULL;
	if (!s)
		return xstrdup_null(own(app));
	set = instruction_named(s, app->request.task);
	if (!set)
		return s;
	free(s);
	return xstrdup(set);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of what was saved, in order. */
static void add_saved(struct labels *out)
{
	struct err err;
	char *dir = instr_folder(&err);
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *e;
	size_t first = out->n;

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name), tail = strlen(SUFFIX);

		if (n > tail && strcmp(e->d_name + n - tail, SUFFIX) == 0)
			labels_add(out, e->d_name, n - tail);
	}
	if (d)
		closedir(d);
	if (out->n > first)
		qsort(out->name + first, out->n - first, sizeof(*out->name),
		      by_name);
	free(dir);
}

void instr_names(const struct app *app, struct labels *out)
{
	static const char *const sets[] = {"trained", "I0", "I1", "I2"};
	const struct probe_table *t = app->probe ? app->probe->table : NULL;

	*out = (struct labels){0};
	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		if (i == 0 || instruction_named(sets[i], app->request.task))
			labels_add(out, sets[i], strlen(sets[i]));
	for (size_t i = 0; t && i < t->n; i++)
		if (variation_group_of(t->row[i].kind) == VARY_INSTRUCTION)
			labels_add(out, t->row[i].id, strlen(t->row[i].id));
	add_saved(out);
}

int instr_differ(const char *first, const char *second, struct err *err)
{
	return strcmp(first, second) != 0
		   ? 0
		   : err_set(err, ERR_USAGE,
			     "compare: %s is given twice; two instructions "
			     "expected",
			     first);
}
