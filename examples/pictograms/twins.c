/*
 * twins DATA ANSWERS -- does the picture change the answer where it should?
 *
 * DATA is a generated split (test.jsonl), ANSWERS what `umie extract --jsonl
 * DATA` printed for it, line by line.  Twins are examples of one group: the
 * same text with another picture, or with none.  For every pair of twins the
 * gold records say whether the answer should change; the program counts how
 * often the model's answer did, and the mean gate by kind of picture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

struct twin {
	char *group, *kind, *gold, *raw; /* owned */
	bool image;
	double g;
};

struct twins {
	struct twin *at;
	size_t n, cap;
};

struct figure {
	long pairs, changed;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "twins: %s\n", what);
	exit(1);
}

static struct json *next_line(FILE *f, const char *path, char **line,
			      size_t *cap)
{
	ssize_t n = getline(line, cap, f);
	struct json *j;
	struct err err;

	if (n < 0)
		return NULL;
	j = json_parse(*line, (size_t)n, path, &err);
	if (!j)
		die(err.text);
	return j;
}

static char *member(const struct json *j, const char *key)
{
	const char *s = json_string(json_get(j, key));

	return xstrdup(s ? s : "");
}

static void add(struct twins *t, const struct json *ex, const struct json *x)
{
	const struct json *meta = json_get(ex, "meta");
	struct twin *a;

	t->at = xgrow(t->at, t->n, &t->cap, sizeof(*t->at));
	a = &t->at[t->n++];
	a->group = member(meta, "group");
	a->kind = member(meta, "kind");
	a->gold = json_print(json_get(ex, "gold"));
	a->raw = member(x, "raw");
	a->image = json_get(ex, "image") != NULL;
	a->g = json_number(json_get(x, "g"));
}

static void read_all(struct twins *t, const char *data, const char *answers)
{
	FILE *d = fopen(data, "r"), *a = fopen(answers, "r");
	char *line = NULL;
	size_t cap = 0;
	struct json *ex, *x;

	if (!d || !a)
		die("cannot open DATA or ANSWERS");
	while ((ex = next_line(d, data, &line, &cap))) {
		x = next_line(a, answers, &line, &cap);
		if (!x)
			die("ANSWERS has fewer lines than DATA");
		add(t, ex, x);
		json_free(ex);
		json_free(x);
	}
	free(line);
	fclose(d);
	fclose(a);
}

/* Twins follow each other in the file. */
static void compare(const struct twins *t, struct figure *should,
		    struct figure *should_not)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = i + 1; k < t->n; k++) {
			const struct twin *a = &t->at[i], *b = &t->at[k];
			struct figure *f;

			if (strcmp(a->group, b->group) != 0)
				break;
			f = strcmp(a->gold, b->gold) ? should : should_not;
			f->pairs++;
			f->changed += strcmp(a->raw, b->raw) != 0;
		}
}

static void gates(const struct twins *t)
{
	static const char *const kinds[] = {"decides", "irrelevant"};

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		double sum = 0;
		long n = 0;

		for (size_t i = 0; i < t->n; i++)
			if (t->at[i].image &&
			    strcmp(t->at[i].kind, kinds[k]) == 0) {
				sum += t->at[i].g;
				n++;
			}
		printf("mean gate, picture %s: %.4f (%ld examples)\n", kinds[k],
		       n ? sum / (double)n : 0, n);
	}
}

int main(int argc, char **argv)
{
	struct twins t = {0};
	struct figure should = {0}, should_not = {0};

	if (argc != 3)
		die("usage: twins DATA ANSWERS");
	read_all(&t, argv[1], argv[2]);
	compare(&t, &should, &should_not);
	printf("another picture should change the answer: %ld pairs, it does "
	       "in %.1f %%\n",
	       should.pairs,
	       should.pairs
		   ? 100.0 * (double)should.changed / (double)should.pairs
		   : 0);
	printf("another picture should not change it: %ld pairs, it does in "
	       "%.1f %%\n",
	       should_not.pairs,
	       should_not.pairs ? 100.0 * (double)should_not.changed /
				      (double)should_not.pairs
				: 0);
	gates(&t);
	for (size_t i = 0; i < t.n; i++) {
		free(t.at[i].group);
		free(t.at[i].kind);
		free(t.at[i].gold);
		free(t.at[i].raw);
	}
	free(t.at);
	return 0;
}
