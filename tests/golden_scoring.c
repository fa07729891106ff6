/*
 * golden_scoring -- the reference parser and scorer, the paper's answers and
 * the strict scorer against files of expected results.
 *
 * Every file is one TAP line, the reference parser one for each kind; the
 * first few cases that differ are named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/task/answer.h"
#include "src/task/reference.h"
#include "src/task/score.h"
#include "tests/golden_lines.h"

static const char *const parser_names[] = {
    "entity", "relation", "event_trigger", "event_arg", "event",
};

static int parser_of(const struct json *j)
{
	const char *name = json_string(json_get(j, "parser"));

	for (size_t i = 0; name && i < ARRAY_LEN(parser_names); i++)
		if (strcmp(parser_names[i], name) == 0)
			return (int)i;
	return -1;
}

/* Parse `pred` by the parser and schema that the case names. */
static void parse_case(const struct run *r, const struct json *j,
		       const char *pred, bool gold, struct ref_parse *out)
{
	const struct json *schema =
	    json_get(r->schemas, json_string(json_get(j, "schema")));
	struct labels types = labels_from(json_get(schema, "types"));
	struct labels roles = labels_from(json_get(schema, "roles"));

	ref_parse((enum ref_parser)parser_of(j), pred, strlen(pred), gold,
		  &types, &roles, out);
	labels_release(&types);
	labels_release(&roles);
}

static bool parser_case(struct run *r, const struct json *j)
{
	static const char *const statuses[] = {"well-formed", "repaired",
					       "ill-formed"};
	struct ref_tuples spots = tuples_from(json_get(j, "spots"));
	struct ref_tuples asocs = tuples_from(json_get(j, "asocs"));
	struct ref_parse got;

	parse_case(r, j, json_string(json_get(j, "pred")), false, &got);
	if (strcmp(statuses[got.status], json_string(json_get(j, "status"))))
		differs(r, j, "another status");
	else if (!same_tuples(&got.spots, &spots))
		differs(r, j, "other spots");
	else if (!same_tuples(&got.asocs, &asocs))
		differs(r, j, "other asocs");
	ref_parse_release(&got);
	ref_tuples_release(&spots);
	ref_tuples_release(&asocs);
	return true;
}

/* One function for each parser kind, so that each has its own line. */
#define KIND_CASE(kind, number)                                       \
	static bool kind##_case(struct run *r, const struct json *j)  \
	{                                                             \
		return parser_of(j) == (number) && parser_case(r, j); \
	}
KIND_CASE(entity, REF_ENTITY)
KIND_CASE(relation, REF_RELATION)
KIND_CASE(trigger, REF_EVENT_TRIGGER)
KIND_CASE(arg, REF_EVENT_ARG)
KIND_CASE(event, REF_EVENT)

static bool unknown_case(struct run *r, const struct json *j)
{
	if (parser_of(j) >= 0)
		return true;
	differs(r, j, "unknown parser");
	return true;
}

static void parser_tests(const char *dir, const struct json *schemas)
{
	static case_fn *const fns[] = {entity_case, relation_case, trigger_case,
				       arg_case, event_case};
	static const char name[] = "reference_parser.jsonl";

	for (size_t i = 0; i < ARRAY_LEN(fns); i++) {
		struct run r = {.name = name, .schemas = schemas};
		bool fine = each_line(&r, dir, fns[i]);

		golden_ok(fine && !r.failed,
			  "scoring: %s, %s: %d of %d cases as expected", name,
			  parser_names[i], r.cases - r.failed, r.cases);
	}
	file_test(dir, name, schemas, unknown_case);
}

static bool is(const struct json *j, const char *key, double v, double tol)
{
	double d = json_number(json_get(j, key)) - v;

	return json_is_number(json_get(j, key)) && d <= tol && d >= -tol;
}

static bool scores_are(const struct json *j, const struct ref_counts *c,
		       bool all)
{
	double p, r, f1;

	ref_scores(c, &p, &r, &f1);
	return is(j, "tp", (double)c->tp, 0) && is(j, "fp", (double)c->fp, 0) &&
	       is(j, "fn", (double)c->fn, 0) && is(j, "F1", f1, 1e-9) &&
	       (!all || (is(j, "P", p, 1e-9) && is(j, "R", r, 1e-9)));
}

static bool scorer_case(struct run *r, const struct json *j)
{
	struct ref_counts c = {0};

	for (const struct json *e = json_first(json_get(j, "instances")); e;
	     e = json_next(e)) {
		struct ref_tuples gold = tuples_from(json_get(e, "gold"));
		struct ref_tuples pred = tuples_from(json_get(e, "pred"));

		ref_count(&gold, &pred, &c);
		ref_tuples_release(&gold);
		ref_tuples_release(&pred);
	}
	if (!scores_are(j, &c, true))
		differs(r, j, "other figures");
	return true;
}

/* Does the case have prefix-tp, prefix-fp, … of these counts? */
static bool metrics_are(const struct json *j, const char *prefix,
			const struct ref_counts *c, double *f1)
{
	static const char *const names[] = {"tp", "fp", "P", "R", "F1"};
	double v[5] = {(double)c->tp, (double)c->fp};
	bool fine = true;
	char key[32];

	ref_scores(c, &v[2], &v[3], &v[4]);
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof(key), "%s-%s", prefix, names[i]);
		fine &= is(j, key, v[i], 1e-9);
	}
	*f1 = v[4];
	return fine;
}

static bool end_to_end_case(struct run *r, const struct json *j)
{
	const struct json *g = json_first(json_get(j, "gold"));
	const struct json *p = json_first(json_get(j, "pred"));
	struct ref_counts spots = {0}, asocs = {0};
	double spot_f1, asoc_f1;
	bool fine;

	for (; g && p; g = json_next(g), p = json_next(p)) {
		struct ref_parse gold, pred;

		parse_case(r, j, json_string(g), true, &gold);
		parse_case(r, j, json_string(p), false, &pred);
		ref_count(&gold.spots, &pred.spots, &spots);
		ref_count(&gold.asocs, &pred.asocs, &asocs);
		ref_parse_release(&gold);
		ref_parse_release(&pred);
	}
	fine = metrics_are(j, "spot", &spots, &spot_f1);
	fine &= metrics_are(j, "asoc", &asocs, &asoc_f1);
	if (!fine || !is(j, "overall-F1", spot_f1 + asoc_f1, 1e-9))
		differs(r, j, "other figures");
	return true;
}

static bool two_stage_case(struct run *r, const struct json *j)
{
	struct ref_counts c = {0};
	bool replaced = true;

	for (const struct json *e = json_first(json_get(j, "instances")); e;
	     e = json_next(e)) {
		struct ref_tuples triggers =
		    tuples_from(json_get(e, "predicted_triggers"));
		struct ref_tuples args =
		    tuples_from(json_get(e, "predicted_arguments"));
		struct ref_tuples gold =
		    tuples_from(json_get(e, "gold_arguments"));
		struct ref_tuples want =
		    tuples_from(json_get(e, "arguments_after_replacement"));

		ref_two_stage(&triggers, &args);
		replaced &= same_tuples(&args, &want);
		ref_count(&gold, &args, &c);
		ref_tuples_release(&triggers);
		ref_tuples_release(&args);
		ref_tuples_release(&gold);
		ref_tuples_release(&want);
	}
	if (!replaced)
		differs(r, j, "other arguments after replacement");
	else if (!scores_are(j, &c, false))
		differs(r, j, "other figures");
	return true;
}

static bool task_of(const struct json *j, enum task *t)
{
	static const char *const names[] = {"entity", "relation", "trigger",
					    "argument"};
	const char *name = json_string(json_get(j, "task"));

	for (size_t i = 0; name && i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0) {
			*t = (enum task)i;
			return true;
		}
	return false;
}

static bool is_string(const struct json *j, const char *s)
{
	return json_is_string(j) && s && strcmp(json_string(j), s) == 0;
}

static bool same_record(const struct json *want, const struct record *r)
{
	const struct json *a = json_first(want), *b = a ? json_next(a) : NULL;

	if (r->task != TASK_MRE)
		return json_len(want) == 2 && is_string(a, r->label) &&
		       is_string(b, r->text);
	return json_len(want) == 3 && is_string(a, r->label) &&
	       is_string(b, r->head) && is_string(json_next(b), r->tail);
}

static bool same_dropped(const struct json *want, const struct dropped *d)
{
	return is_string(json_get(want, "segment"), d->segment) &&
	       is_string(json_get(want, "reason"), d->reason);
}

static bool same_answer(const struct json *j, const struct records *got)
{
	const struct json *want = json_get(j, "records"),
			  *lost = json_get(j, "dropped");
	size_t i = 0;
	bool fine =
	    json_len(want) == got->n && json_len(lost) == got->n_dropped;

	for (const struct json *e = json_first(want); fine && e;
	     e = json_next(e))
		fine = same_record(e, &got->rec[i++]);
	i = 0;
	for (const struct json *e = json_first(lost); fine && e;
	     e = json_next(e))
		fine = same_dropped(e, &got->dropped[i++]);
	return fine;
}

static bool paper_case(struct run *r, const struct json *j)
{
	const char *text = json_string(json_get(j, "text"));
	struct labels l = labels_from(json_get(j, "schema"));
	/* All four lists borrow the one that the case gives. */
	struct schema s = {
	    .entities = l, .relations = l, .events = l, .roles = l};
	struct records got = {0};
	enum task t;

	if (!task_of(j, &t)) {
		differs(r, j, "unknown task");
	} else {
		answer_parse(ANSWER_PAPER, t, &s, -1, text, strlen(text), &got);
		if (!same_answer(j, &got))
			differs(r, j, "other records");
	}
	records_release(&got);
	labels_release(&l);
	return true;
}

/* Pairs as entities, triples as event type, role and text. */
static struct records records_from(const struct json *array)
{
	struct ref_tuples t = tuples_from(array);
	struct records l = {0};

	for (size_t i = 0; i < t.n; i++) {
		bool triple = t.t[i].n == 3;
		struct record *r =
		    records_add(&l, triple ? TASK_MEAE : TASK_MNER);

		r->label = xstrdup(t.t[i].field[triple]);
		r->text = xstrdup(t.t[i].field[1 + triple]);
		if (!triple)
			continue;
		r->event = xstrdup(t.t[i].field[0]);
		r->region = region_of(r->text);
	}
	ref_tuples_release(&t);
	return l;
}

static bool strict_case(struct run *r, const struct json *j)
{
	struct counts c = {0};

	for (const struct json *e = json_first(json_get(j, "instances")); e;
	     e = json_next(e)) {
		struct records gold = records_from(json_get(e, "gold"));
		struct records pred = records_from(json_get(e, "pred"));

		score_strict(&gold, &pred, NULL, &c);
		records_release(&gold);
		records_release(&pred);
	}
	if (!is(j, "tp", (double)c.tp, 0) || !is(j, "fp", (double)c.fp, 0) ||
	    !is(j, "fn", (double)c.fn, 0) ||
	    !is(j, "P", score_precision(&c), 6e-9) ||
	    !is(j, "R", score_recall(&c), 6e-9) ||
	    !is(j, "F1", score_f1(&c), 6e-9))
		differs(r, j, "other figures");
	return true;
}

void golden_scoring(const char *dir)
{
	char *path = file_join(dir, "reference_schemas.json");
	struct err err = {0};
	struct json *schemas = json_read(path, FILE_MAX, &err);

	if (golden_ok(schemas != NULL, "scoring: schemas are read")) {
		parser_tests(dir, schemas);
		file_test(dir, "reference_scorer.jsonl", schemas, scorer_case);
		file_test(dir, "reference_end_to_end.jsonl", schemas,
			  end_to_end_case);
		file_test(dir, "reference_two_stage.jsonl", schemas,
			  two_stage_case);
		file_test(dir, "paper_format.jsonl", schemas, paper_case);
		file_test(dir, "strict_f1.jsonl", schemas, strict_case);
	} else {
		golden_note("%s", err.text);
	}
	json_free(schemas);
	free(path);
}
