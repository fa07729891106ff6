#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/task/reference.h"

static bool equal(const struct ref_tuple *a, const struct ref_tuple *b)
{
	for (int i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->field[i], b->field[i]) != 0)
			return false;
	return a->n == b->n;
}

static bool contains(const struct ref_tuples *l, const struct ref_tuple *t)
{
	for (size_t i = 0; i < l->n; i++)
		if (equal(&l->t[i], t))
			return true;
	return false;
}

/* A prediction takes one gold tuple; a missed one is looked up by value. */
void ref_count(const struct ref_tuples *gold, const struct ref_tuples *pred,
	       struct ref_counts *c)
{
	bool *taken = xcalloc(gold->n, sizeof(*taken));

	for (size_t p = 0; p < pred->n; p++) {
		size_t g = 0;

		while (g < gold->n &&
		       (taken[g] || !equal(&gold->t[g], &pred->t[p])))
			g++;
		if (g < gold->n)
			taken[g] = true;
		c->tp += g < gold->n;
		c->fp += g == gold->n;
	}
	for (size_t g = 0; g < gold->n; g++)
		c->fn += !contains(pred, &gold->t[g]);
	free(taken);
}

/* To four decimals, half to even in the binary value, as Python's round(). */
static double round4(double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.4f", v);
	return strtod(text, NULL);
}

static double ratio(int64_t part, int64_t rest)
{
	return part + rest ? round4((double)part / (double)(part + rest)) : 0;
}

void ref_scores(const struct ref_counts *c, double *p, double *r, double *f1)
{
	double precision = ratio(c->tp, c->fp), recall = ratio(c->tp, c->fn);
	double sum = precision + recall;

	*p = precision * 100;
	*r = recall * 100;
	*f1 = sum > 0 ? round4(2 * (precision * recall) / sum) * 100 : 0;
}

void ref_two_stage(const struct ref_tuples *triggers,
		   struct ref_tuples *arguments)
{
	const char *type = triggers->n ? triggers->t[0].field[0] : "none";

	for (size_t i = 0; i < arguments->n; i++) {
		free(arguments->t[i].field[0]);
		arguments->t[i].field[0] = xstrdup(type);
	}
}
