/* From tallies to rows: whole tasks, types, slices, each with an interval. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/utf8.h"
#include "src/engine/evaluate-internal.h"
#include "src/task/bootstrap.h"

enum { META = 5 /* strlen("meta.") */ };

const char *scorer_name(enum scorer s)
{
	static const char *const name[] = {
#define SCORER_NAME(upper, lower, what) #lower,
	    SCORERS(SCORER_NAME)
#undef SCORER_NAME
	};

	return name[s];
}

const char *regime_name(enum regime r)
{
	static const char *const name[] = {
#define REGIME_NAME(upper, lower, what) lower,
	    REGIMES(REGIME_NAME)
#undef REGIME_NAME
		"usual"};

	return name[r];
}

bool scorer_find(const char *name, enum scorer *out)
{
	for (int i = 0; i <= SCORER_OFFSET; i++)
		if (strcmp(scorer_name((enum scorer)i), name) == 0) {
			*out = (enum scorer)i;
			return true;
		}
	return false;
}

bool regime_find(const char *name, enum regime *out)
{
	for (int i = 0; i < REGIME_USUAL; i++)
		if (strcmp(regime_name((enum regime)i), name) == 0) {
			*out = (enum regime)i;
			return true;
		}
	return false;
}

const char *evaluate_check_slice(const char *field)
{
	static const char *const known[] = {"split", "task", "image", "length"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(field, known[i]) == 0)
			return NULL;
	return strncmp(field, "meta.", META) == 0 && field[META]
		   ? NULL
		   : "split, task, image, length or meta.NAME expected";
}

/* A member of the example's "meta"; caller's to free(). */
static char *meta_value(const struct example *e, const char *name)
{
	struct json *j;
	const struct json *m;
	struct err ignored;
	char *value;

	if (!e->meta)
		return xstrdup("-");
	j = json_parse(e->meta, strlen(e->meta), "meta", &ignored);
	m = json_get(j, name);
	if (!m)
		value = xstrdup("-");
	else
		value =
		    json_is_string(m) ? xstrdup(json_string(m)) : json_print(m);
	json_free(j);
	return value;
}

static const char *length_class(const char *text)
{
	size_t n = utf8_count(text, strlen(text));

	return n < 40 ? "0-39" : n < 80 ? "40-79" : n < 160 ? "80-159" : "160-";
}

static char *slice_value(const struct evaluator *v, const struct example *e,
			 const char *field)
{
	if (strcmp(field, "split") == 0)
		return xstrdup(e->split ? e->split : "-");
	if (strcmp(field, "task") == 0)
		return xstrdup(task_name(e->task));
	if (strcmp(field, "length") == 0)
		return xstrdup(length_class(e->text));
	if (strcmp(field, "image") == 0)
		return xstrdup(!e->image || v->o->no_pictures  ? "none"
			       : e->image_state == IMAGE_FOUND ? "found"
							       : "missing");
	return meta_value(e, field + META);
}

/* Percentiles of F1 over samples of the examples that count anything. */
static void bootstrap(const struct counts *each, size_t n, uint64_t seed,
		      struct eval_row *row)
{
	double f1[BOOTSTRAPS];

	for (uint32_t k = 0; k < BOOTSTRAPS; k++) {
		struct counts c = bootstrap_sample(each, n, seed, k);

		f1[k] = score_f1(&c);
	}
	bootstrap_interval(f1, &row->low, &row->high);
	row->interval = true;
}

/* Which examples a row is about. */
struct choice {
	enum task task; /* of the records */
	int label;      /* -1: all */
	const char *field, *value;
	char **values; /* of each example, for `field` */
};

/* Records of this task come from examples of it, or of the whole cascade. */
static bool gives(enum task example, enum task records)
{
	return example == records ||
	       (example == TASK_MEE &&
		(records == TASK_MED || records == TASK_MEAE));
}

static bool chosen(const struct evaluator *v, const struct choice *c, size_t i)
{
	const struct example *e = &v->d->ex[i];

	if (!gives(e->task, c->task) || (v->o->task && e->task != *v->o->task))
		return false;
	return !c->field || strcmp(c->values[i], c->value) == 0;
}

/* The sums of a row, and each example's own that counts anything. */
static size_t add_up(const struct evaluator *v, const struct choice *c,
		     const bool *in, struct counts *each, struct eval_row *row)
{
	size_t *slot = xcalloc(v->next, sizeof(*slot)), n = 0;

	for (size_t i = 0; i < v->n_tallies; i++) {
		const struct tally *y = &v->tally[i];
		struct counts *to;

		if (y->task != c->task || y->label != c->label ||
		    !in[y->example])
			continue;
		if (!slot[y->example])
			slot[y->example] = ++n;
		to = &each[slot[y->example] - 1];
		to->tp += y->c.tp;
		to->fp += y->c.fp;
		to->fn += y->c.fn;
		row->c.tp += y->c.tp;
		row->c.fp += y->c.fp;
		row->c.fn += y->c.fn;
	}
	free(slot);
	return n;
}

static void add_row(const struct evaluator *v, const struct choice *c,
		    bool interval, struct evaluation *out)
{
	struct counts *each = xcalloc(v->next, sizeof(*each));
	bool *in = xcalloc(v->next, sizeof(*in));
	struct eval_row row = {.task = c->task};
	size_t n;

	for (size_t i = 0; i < v->next; i++) {
		in[i] = chosen(v, c, i);
		row.examples += in[i];
	}
	n = add_up(v, c, in, each, &row);
	if (interval && row.examples)
		bootstrap(each, n, v->o->seed, &row);
	free(each);
	free(in);
	if (row.examples == 0)
		return;
	row.label = c->label < 0 ? NULL : xstrdup(v->names.name[c->label]);
	row.field = xstrdup_null(c->field);
	row.value = c->field ? xstrdup(c->value) : NULL;
	out->row =
	    xgrow(out->row, out->n_rows, &out->cap_rows, sizeof(*out->row));
	out->row[out->n_rows++] = row;
}

static void add_types(const struct evaluator *v, enum task t, bool interval,
		      struct evaluation *out)
{
	for (int label = 0; label < (int)v->names.n; label++) {
		struct choice c = {.task = t, .label = label};
		bool any = false;

		for (size_t i = 0; i < v->n_tallies && !any; i++)
			any =
			    v->tally[i].task == t && v->tally[i].label == label;
		if (any)
			add_row(v, &c, interval, out);
	}
}

static void add_slices(const struct evaluator *v, const char *field,
		       bool interval, struct evaluation *out)
{
	char **values = xcalloc(v->next, sizeof(*values));
	struct choice c = {.label = -1, .field = field, .values = values};
	struct labels seen = {0};

	for (size_t i = 0; i < v->next; i++)
		values[i] = slice_value(v, &v->d->ex[i], field);
	for (size_t i = 0; i < v->next; i++)
		if (labels_find(&seen, values[i], strlen(values[i])) < 0)
			labels_add(&seen, values[i], strlen(values[i]));
	for (size_t k = 0; k < seen.n; k++)
		for (int t = 0; t < TASK_MEE; t++) {
			c.task = (enum task)t;
			c.value = seen.name[k];
			add_row(v, &c, interval, out);
		}
	for (size_t i = 0; i < v->next; i++)
		free(values[i]);
	free(values);
	labels_release(&seen);
}

/* Plain counts are copied; what `now` owns is not. */
static void copy_counts(const struct evaluator *v, struct evaluation *out)
{
	size_t side = v->now.types.n + 1;

	*out = v->now;
	out->row = NULL;
	out->n_rows = out->cap_rows = 0;
	out->name = xstrdup(v->now.name);
	out->types = (struct labels){0};
	for (size_t i = 0; i + 1 < side; i++)
		labels_add(&out->types, v->now.types.name[i],
			   strlen(v->now.types.name[i]));
	out->confusion = NULL;
	if (!v->now.examples[TASK_MNER])
		return;
	out->confusion = xcalloc(side * side, sizeof(*out->confusion));
	memcpy(out->confusion, v->now.confusion,
	       side * side * sizeof(*out->confusion));
}

void evaluator_table(const struct evaluator *v, bool intervals,
		     struct evaluation *out)
{
	copy_counts(v, out);
	for (int t = 0; t < TASK_MEE; t++)
		add_row(v, &(struct choice){.task = (enum task)t, .label = -1},
			intervals, out);
	for (int t = 0; t < TASK_MEE; t++)
		add_types(v, (enum task)t, intervals, out);
	for (int i = 0; i < v->o->n_slices; i++)
		add_slices(v, v->o->slice[i], intervals, out);
}

void evaluation_release(struct evaluation *e)
{
	for (size_t i = 0; i < e->n_rows; i++) {
		free(e->row[i].label);
		free(e->row[i].field);
		free(e->row[i].value);
	}
	free(e->row);
	free(e->name);
	free(e->confusion);
	labels_release(&e->types);
	*e = (struct evaluation){0};
}

double evaluation_score(const struct evaluation *e)
{
	double sum = 0;
	int n = 0;

	for (size_t i = 0; i < e->n_rows; i++)
		if (!e->row[i].label && !e->row[i].field) {
			sum += score_f1(&e->row[i].c);
			n++;
		}
	return n ? sum / n : 0;
}
