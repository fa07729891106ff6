/*
 * golden_lines -- files of one JSON case a line, and tuples in them.
 */
#ifndef UMIE_TESTS_GOLDEN_LINES_H
#define UMIE_TESTS_GOLDEN_LINES_H

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/reference.h"
#include "tests/golden.h"

enum { NOTES_MAX = 5, FILE_MAX = 256 << 20 };

/* The lines of one file and how they went. */
struct run {
	const char *name;
	const struct json *schemas;
	int cases, failed;
};

typedef bool case_fn(struct run *r, const struct json *j);

static void differs(struct run *r, const struct json *j, const char *what)
{
	if (++r->failed <= NOTES_MAX)
		golden_note("%s %g: %s", r->name,
			    json_number(json_get(j, "id")), what);
}

/* Run every line of a file; false when it cannot be read. */
static bool each_line(struct run *r, const char *dir, case_fn *fn)
{
	char *path = file_join(dir, r->name);
	struct err err = {0};
	struct str text = {0};
	bool fine = file_read(path, FILE_MAX, &text, &err) == 0;

	for (size_t i = 0; fine && i < text.len;) {
		const char *line = text.s + i;
		size_t n = strcspn(line, "\n");
		struct json *j;

		i += n + 1;
		if (n == 0)
			continue;
		j = json_parse(line, n, path, &err);
		fine = j != NULL;
		if (fine && fn(r, j))
			r->cases++;
		json_free(j);
	}
	if (!fine)
		golden_note("%s", err.text);
	str_release(&text);
	free(path);
	return fine;
}

static void file_test(const char *dir, const char *name,
		      const struct json *schemas, case_fn *fn)
{
	struct run r = {.name = name, .schemas = schemas};
	bool fine = each_line(&r, dir, fn);

	golden_ok(fine && r.cases && !r.failed,
		  "scoring: %s: %d of %d cases as expected", name,
		  r.cases - r.failed, r.cases);
}

static struct labels labels_from(const struct json *array)
{
	struct labels l = {0};

	for (const struct json *e = json_first(array); e; e = json_next(e))
		labels_add(&l, json_string(e), strlen(json_string(e)));
	return l;
}

/* A tuple is an array of strings, or one bare string. */
static struct ref_tuples tuples_from(const struct json *array)
{
	struct ref_tuples l = {0};

	for (const struct json *e = json_first(array); e; e = json_next(e)) {
		struct ref_tuple *t;

		l.t = xgrow(l.t, l.n, &l.cap, sizeof(*l.t));
		t = &l.t[l.n++];
		*t = (struct ref_tuple){0};
		if (json_is_string(e))
			t->field[t->n++] = xstrdup(json_string(e));
		for (const struct json *f = json_first(e); f && t->n < 3;
		     f = json_next(f))
			t->field[t->n++] = xstrdup(json_string(f));
	}
	return l;
}

/* Same tuples in the same order. */
static bool same_tuples(const struct ref_tuples *a, const struct ref_tuples *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->t[i].n != b->t[i].n)
			return false;
		for (int k = 0; k < a->t[i].n; k++)
			if (strcmp(a->t[i].field[k], b->t[i].field[k]) != 0)
				return false;
	}
	return true;
}

#endif
