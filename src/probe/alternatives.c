#include "src/probe/alternatives.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/probe.h"
#include "src/probe/table.h"

static const char NONE[] = "none";

/* The labels that may stand where the label of record r stands. */
static const struct labels *labels_of(const struct extraction *x,
				      const struct found *f,
				      const struct schema *s)
{
	const char *event =
	    f->event >= 0 ? x->found[f->event].rec.label : f->rec.event;

	return schema_list(s, f->rec.task, event);
}

struct alternatives *alternatives_new(const struct extraction *x, size_t i,
				      const struct schema *s, size_t rows,
				      struct err *err)
{
	struct alternatives *a;
	const struct labels *l;
	const char *own;

	if (i >= x->n_found) {
		err_set(err, ERR_USAGE, "no result %zu: there %s %zu", i + 1,
			x->n_found == 1 ? "is" : "are", x->n_found);
		return NULL;
	}
	a = xcalloc(1, sizeof(*a));
	a->result = i;
	a->name = result_name(x, i);
	a->planned = rows;
	a->row = xcalloc(rows + 1, sizeof(*a->row));
	l = labels_of(x, &x->found[i], s);
	own = x->found[i].rec.label;
	for (size_t k = 0; k < l->n; k++) {
		if (strcmp(l->name[k], own) == 0)
			a->own = k;
		labels_add(&a->label, l->name[k], strlen(l->name[k]));
	}
	if (labels_find(&a->label, NONE, strlen(NONE)) < 0)
		labels_add(&a->label, NONE, strlen(NONE));
	return a;
}

void alternatives_free(struct alternatives *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++) {
		free(a->row[i].what);
		free(a->row[i].logprob);
		free(a->row[i].p);
	}
	free(a->row);
	free(a->name);
	labels_release(&a->label);
	free(a);
}

struct alternatives *alternatives_copy(const struct alternatives *a)
{
	struct alternatives *b = xcalloc(1, sizeof(*b));

	b->result = a->result;
	b->name = xstrdup(a->name);
	b->own = a->own;
	b->planned = a->planned;
	b->row = xcalloc(a->planned + 1, sizeof(*b->row));
	for (size_t k = 0; k < a->label.n; k++)
		labels_add(&b->label, a->label.name[k],
			   strlen(a->label.name[k]));
	for (size_t i = 0; i < a->n; i++)
		alternatives_add(b, a->row[i].id, a->row[i].what,
				 a->row[i].logprob);
	return b;
}

static void set(char **to, const char *value)
{
	free(*to);
	*to = xstrdup_null(value);
}

void alternatives_request(const struct extraction *x, size_t i,
			  const struct extract_request *r,
			  struct extract_request *out)
{
	const struct found *f = &x->found[i];

	extract_request_copy(out, r);
	if (f->rec.task != r->task)
		set(&out->instruction, NULL); /* a cascade's own */
	out->task = f->rec.task;
	if (f->rec.task == TASK_MRE) {
		set(&out->head, f->rec.head);
		set(&out->tail, f->rec.tail);
	}
	if (f->event >= 0)
		set(&out->event, x->found[f->event].rec.label);
}

/* Did one prompt give both? */
static bool together(const struct found *a, const struct found *b)
{
	return a->rec.task == b->rec.task && a->event == b->event &&
	       (a->rec.task != TASK_MRE ||
		(string_equal(a->rec.head, b->rec.head) &&
		 string_equal(a->rec.tail, b->rec.tail)));
}

static void say(char **label, const struct relabel *l)
{
	char *said;

	if (!*label)
		return;
	said = xstrdup(relabel_say(l, *label));
	free(*label);
	*label = said;
}

char *alternatives_answer(const struct alternatives *a,
			  const struct extraction *x,
			  const struct extract_request *r,
			  enum answer_grammar g, size_t k)
{
	const struct found *chosen = &x->found[a->result];
	bool without = strcmp(a->label.name[k], NONE) == 0;
	struct records all = {0};
	struct str out = {0};

	/* A `none` relation is an answer; no entity is no answer. */
	if (chosen->rec.task == TASK_MRE && k < a->label.n - 1)
		without = false;
	for (size_t i = 0; i < x->n_found; i++) {
		struct record rec = x->found[i].rec;
		struct records one = {.rec = &rec, .n = 1};

		if (!together(&x->found[i], chosen) ||
		    (i == a->result && without))
			continue;
		records_copy(&all, &one);
		if (i == a->result)
			set(&all.rec[all.n - 1].label, a->label.name[k]);
		say(&all.rec[all.n - 1].label, &r->relabel);
		say(&all.rec[all.n - 1].event, &r->relabel);
	}
	answer_print(g, chosen->rec.task, &all, &out);
	records_release(&all);
	return str_detach(&out);
}

/* Softmax; the greatest first taken off, so that nothing overflows. */
static void normalise(const double *logprob, size_t n, double *p)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, logprob[i]);
	for (size_t i = 0; i < n; i++)
		sum += p[i] = exp(logprob[i] - most);
	for (size_t i = 0; i < n; i++)
		p[i] /= sum;
}

void alternatives_add(struct alternatives *a, const char *id, const char *what,
		      const double *logprob)
{
	struct alternative_row *r = &a->row[a->n++];
	size_t n = a->label.n;

	snprintf(r->id, sizeof(r->id), "%s", id);
	r->what = xstrdup(what);
	r->logprob = xcalloc(n, sizeof(*r->logprob));
	r->p = xcalloc(n, sizeof(*r->p));
	memcpy(r->logprob, logprob, n * sizeof(*logprob));
	normalise(logprob, n, r->p);
}

struct table *alternatives_report(const struct alternatives *a)
{
	char *title = xasprintf("result %zu, %s: probability of each "
				"alternative, forced and normalised",
				a->result + 1, a->name);
	struct table *t = table_new("scores", title);

	free(title);
	table_column(t, "id", "id", -1);
	table_column(t, "what", "what changed", -1);
	for (size_t k = 0; k < a->label.n; k++)
		table_column(t, a->label.name[k], a->label.name[k], 3);
	table_column(t, "logprob", "log p", 2);
	for (size_t i = 0; i < a->n; i++) {
		size_t row = table_row(t);

		table_text(t, row, 0, "%s%s", a->row[i].id, i ? "" : "*");
		table_text(t, row, 1, "%s", a->row[i].what);
		for (size_t k = 0; k < a->label.n; k++)
			table_number(t, row, 2 + k, a->row[i].p[k]);
		table_number(t, row, 2 + a->label.n, a->row[i].logprob[a->own]);
	}
	table_fact_text(t, "result", a->name);
	table_fact_text(t, "own", a->label.name[a->own]);
	return t;
}
