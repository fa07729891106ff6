#include "src/data/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/dataset.h"

struct judgement *judgements_add(struct judgements *l, enum verdict v)
{
	l->at = xgrow(l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n] = (struct judgement){.verdict = v, .gate = NAN, .p = NAN};
	return &l->at[l->n++];
}

struct output *outputs_add(struct outputs *l)
{
	l->at = xgrow(l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n] = (struct output){.g = NAN, .cos = NAN};
	return &l->at[l->n++];
}

struct result *output_add(struct output *o, enum task t)
{
	o->result = xgrow(o->result, o->n, &o->cap, sizeof(*o->result));
	o->result[o->n] = (struct result){.rec.task = t, .p = NAN};
	return &o->result[o->n++];
}

void remarks_add(struct remarks *l, const char *id, const char *name,
		 const char *of, const char *value)
{
	l->at = xgrow(l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = (struct remark){xstrdup_null(id), xstrdup_null(name),
					xstrdup_null(of), xstrdup_null(value)};
}

const char *remarks_get(const struct remarks *l, const char *name,
			const char *of)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->at[i].name, name) == 0 &&
		    string_equal(l->at[i].of, of))
			return l->at[i].value ? l->at[i].value : "";
	return NULL;
}

void judgements_release(struct judgements *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct judgement *j = &l->at[i];

		record_release(&j->rec);
		record_release(&j->before);
		free(j->who);
		free(j->when);
		free(j->note);
		free(j->model);
		free(j->instruction);
	}
	free(l->at);
	*l = (struct judgements){0};
}

static void output_release(struct output *o)
{
	for (size_t i = 0; i < o->n; i++)
		record_release(&o->result[i].rec);
	free(o->result);
	free(o->model);
	free(o->instruction);
	free(o->when);
	free(o->raw);
}

void outputs_release(struct outputs *l)
{
	for (size_t i = 0; i < l->n; i++)
		output_release(&l->at[i]);
	free(l->at);
	*l = (struct outputs){0};
}

void remarks_release(struct remarks *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->at[i].id);
		free(l->at[i].name);
		free(l->at[i].of);
		free(l->at[i].value);
	}
	free(l->at);
	*l = (struct remarks){0};
}

static const char *const verdicts[] = {
#define VERDICT_NAME(upper, lower, what) #lower,
    VERDICTS(VERDICT_NAME)
#undef VERDICT_NAME
};

const char *verdict_name(enum verdict v)
{
	return verdicts[v];
}

bool verdict_find(const char *name, enum verdict *out)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (strcmp(verdicts[i], name) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	return false;
}

void example_records(const struct example *e, struct records *out)
{
	*out = (struct records){0};
	if (!e->has_judged) {
		records_copy(out, &e->gold);
		return;
	}
	for (size_t i = 0; i < e->judged.n; i++) {
		const struct judgement *j = &e->judged.at[i];

		if (j->verdict != VERDICT_REJECTED)
			record_copy(records_add(out, j->rec.task), &j->rec);
	}
}
