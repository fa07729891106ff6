/* Scorers, tables and intervals, on invented answers. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/engine/evaluate-internal.h"
#include "tests/tap.h"

struct world {
	struct bundle bundle;
	struct dataset data;
	struct evaluate_options o;
	struct evaluator v;
	struct extraction x;
};

static const char DATA[] =
    "{\"id\":\"1\",\"task\":\"mner\",\"text\":\"Ann met Ann and Bo in Rome\","
    "\"split\":\"dev\",\"meta\":{\"kind\":\"decides\"},"
    "\"gold\":[{\"type\":\"Person\",\"text\":\"Ann\"},"
    "{\"type\":\"Person\",\"text\":\"Ann\"},"
    "{\"type\":\"Location\",\"text\":\"Rome\"}]}\n"
    "{\"id\":\"2\",\"task\":\"mner\",\"text\":\"Bo\",\"split\":\"test\","
    "\"gold\":[]}\n"
    "{\"id\":\"3\",\"task\":\"mre\",\"text\":\"Ann of Rome\",\"head\":\"Ann\","
    "\"tail\":\"Rome\",\"gold\":[{\"relation\":\"residence\",\"head\":\"Ann\","
    "\"tail\":\"Rome\"}]}\n";

static const char SCHEMA[] =
    "{\"entities\":[\"Person\",\"Location\"],\"relations\":[\"residence\","
    "\"none\"],\"events\":{\"Attack\":[\"Target\"]}}";

static void world_init(struct world *w, enum scorer scorer)
{
	struct err err = {0};
	struct json *j = json_parse(SCHEMA, strlen(SCHEMA), "schema", &err);

	memset(w, 0, sizeof(*w));
	if (!j || schema_parse(&w->bundle.schema, j, "schema", &err) < 0 ||
	    dataset_parse(&w->data, DATA, strlen(DATA), "test.jsonl",
			  &(struct dataset_options){.format = DATA_JSONL},
			  &err) < 0)
		bug("%s", err.text);
	json_free(j);
	w->o = (struct evaluate_options){
	    .scorer = scorer, .regime = REGIME_USUAL, .seed = 1};
	w->v = (struct evaluator){.b = &w->bundle,
				  .d = &w->data,
				  .o = &w->o,
				  .next = w->data.n,
				  .end = w->data.n};
	w->v.now.name = xstrdup("test.jsonl");
	w->v.now.scorer = scorer;
	w->v.now.regime = REGIME_USUAL;
	labels_add(&w->v.now.types, "Person", 6);
	labels_add(&w->v.now.types, "Location", 8);
	w->v.now.confusion = xcalloc(9, sizeof(size_t));
	w->v.now.examples[TASK_MNER] = 2;
}

static void world_release(struct world *w)
{
	evaluator_release(&w->v);
	dataset_release(&w->data);
	schema_release(&w->bundle.schema);
}

/* The model answers example i with these (type, text) pairs. */
static void answer(struct world *w, size_t i, const char *const (*pair)[2])
{
	struct outcome out = {
	    .e = &w->data.ex[i], .index = i, .x = &w->x, .raw = ""};

	for (; (*pair)[0]; pair++) {
		struct record *r = records_add(&out.found, TASK_MNER);

		r->label = xstrdup((*pair)[0]);
		r->text = xstrdup((*pair)[1]);
	}
	evaluate_score(&w->v, &out);
	records_release(&out.found);
}

static const struct eval_row *find(const struct evaluation *e,
				   const char *label, const char *value)
{
	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];

		if (r->task == TASK_MNER && !r->label == !label &&
		    !r->value == !value &&
		    (!label || strcmp(r->label, label) == 0) &&
		    (!value || strcmp(r->value, value) == 0))
			return r;
	}
	return NULL;
}

static bool counts_are(const struct eval_row *r, int tp, int fp, int fn)
{
	if (r && r->c.tp == tp && r->c.fp == fp && r->c.fn == fn)
		return true;
	diag("%d %d %d", r ? (int)r->c.tp : -1, r ? (int)r->c.fp : -1,
	     r ? (int)r->c.fn : -1);
	return false;
}

/* One right, one of the wrong type, one missed, one that is not there. */
static const char *const FIRST[][2] = {
    {"Person", "Ann"}, {"Person", "Rome"}, {"Location", "Oslo"}, {NULL, NULL}};
static const char *const SECOND[][2] = {{"Person", "Bo"}, {NULL, NULL}};

static void scored(struct world *w, enum scorer scorer, struct evaluation *e)
{
	world_init(w, scorer);
	answer(w, 0, FIRST);
	answer(w, 1, SECOND);
	evaluator_table(&w->v, true, e);
}

static void check_scorers(void)
{
	static const struct {
		enum scorer scorer;
		int tp, fp, fn;
	} want[] = {
	    {SCORER_STRICT, 1, 3, 2},
	    {SCORER_TEXT, 2, 2, 1},
	    {SCORER_OFFSET, 1, 3, 2},
	    /* a gold one that equals a found one is never missed */
	    {SCORER_REFERENCE, 1, 3, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct evaluation e;
		struct world w;

		scored(&w, want[i].scorer, &e);
		ok(counts_are(find(&e, NULL, NULL), want[i].tp, want[i].fp,
			      want[i].fn),
		   "%s: what is right, too much, missed",
		   scorer_name(want[i].scorer));
		evaluation_release(&e);
		world_release(&w);
	}
}

/* Boxes of their own: one nearly O1's, one that is in the other half. */
static const char BOXED[] =
    "{\"id\":\"4\",\"task\":\"meae\",\"event\":\"Attack\",\"text\":\"Smoke\","
    "\"image\":\"4.png\",\"boxes\":{\"boxes\":[[0,0,0.5,0.5]],"
    "\"unit\":\"relative\"},\"gold\":["
    "{\"role\":\"Target\",\"box\":[0,0,0.4,0.5]},"
    "{\"role\":\"Target\",\"box\":[0.5,0,1,1]}]}\n";

static void check_own_boxes(void)
{
	struct outcome out = {0};
	struct evaluation e;
	struct err err = {0};
	struct str text = {0};
	struct record *r;
	struct world w;
	size_t row = 0;

	world_init(&w, SCORER_STRICT);
	if (dataset_parse(&w.data, BOXED, strlen(BOXED), "boxed.jsonl",
			  &(struct dataset_options){.format = DATA_JSONL},
			  &err) < 0)
		bug("%s", err.text);
	w.v.next = w.v.end = w.data.n;
	w.x.image_w = w.x.image_h = 200;
	w.x.regions.n = 2;
	w.x.regions.box[0] = (struct box){0, 0, 200, 200};
	w.x.regions.box[1] = (struct box){0, 0, 100, 100};
	out.e = &w.data.ex[w.data.n - 1];
	out.index = w.data.n - 1;
	out.x = &w.x;
	out.raw = "";
	r = records_add(&out.found, TASK_MEAE);
	r->label = xstrdup("Target");
	r->event = xstrdup("Attack");
	r->text = xstrdup("O1");
	r->region = 1;
	evaluate_score(&w.v, &out);
	w.v.now.examples[TASK_MEAE] = 1;
	evaluator_table(&w.v, false, &e);
	while (row < e.n_rows && e.row[row].task != TASK_MEAE)
		row++;
	ok(row < e.n_rows && counts_are(&e.row[row], 1, 0, 1) && e.boxed == 2,
	   "a region against an argument's own box, in the example's unit");
	evaluation_text(&e, &text);
	ok(strstr(text.s, "IoU >= 0.5; 2 gold ones have a box of their own"),
	   "the threshold is said");
	w.x.regions.n = 0;
	w.v.n_tallies = 0;
	evaluate_score(&w.v, &out);
	ok(w.v.tally[0].c.tp == 0, "without the picture none is right");
	str_release(&text);
	records_release(&out.found);
	evaluation_release(&e);
	world_release(&w);
}

static void check_types(void)
{
	struct evaluation e;
	struct world w;

	scored(&w, SCORER_STRICT, &e);
	ok(counts_are(find(&e, "Person", NULL), 1, 2, 1), "of one type");
	ok(counts_are(find(&e, "Location", NULL), 0, 1, 1), "of another");
	ok(e.confusion[0] == 1 && e.confusion[1 * 3 + 0] == 1 &&
	       e.confusion[0 * 3 + 2] == 1 && e.confusion[2 * 3 + 1] == 1 &&
	       e.confusion[2 * 3 + 0] == 1,
	   "which type was taken for which");
	evaluation_release(&e);
	world_release(&w);
}

static void check_slices(void)
{
	struct evaluation e;
	struct world w;

	world_init(&w, SCORER_STRICT);
	w.o.slice[0] = "split";
	w.o.slice[1] = "meta.kind";
	w.o.slice[2] = "length";
	w.o.n_slices = 3;
	answer(&w, 0, FIRST);
	answer(&w, 1, SECOND);
	evaluator_table(&w.v, true, &e);
	ok(counts_are(find(&e, NULL, "test"), 0, 1, 0), "by split");
	ok(counts_are(find(&e, NULL, "decides"), 1, 2, 2), "by a meta field");
	ok(counts_are(find(&e, NULL, "-"), 0, 1, 0), "and those without it");
	ok(find(&e, NULL, "0-39") && find(&e, NULL, "0-39")->examples == 2,
	   "by length");
	ok(!evaluate_check_slice("meta.x") && evaluate_check_slice("meta.") &&
	       evaluate_check_slice("kind"),
	   "other fields are refused");
	evaluation_release(&e);
	world_release(&w);
}

/* Half of many examples right: the interval is where statistics has it. */
static void check_interval(void)
{
	enum { MANY = 400 };
	static const char *const right[][2] = {{"Person", "Ann"}, {NULL, NULL}};
	static const char *const wrong[][2] = {{NULL, NULL}};
	struct str text = {0};
	struct err err = {0};
	struct evaluation e, again;
	struct world w;
	const struct eval_row *r;

	for (int i = 0; i < MANY; i++)
		str_add(&text, "{\"task\":\"mner\",\"text\":\"Ann\",\"gold\":"
			       "[{\"type\":\"Person\",\"text\":\"Ann\"}]}\n");
	world_init(&w, SCORER_STRICT);
	dataset_release(&w.data);
	if (dataset_parse(&w.data, text.s, text.len, "many.jsonl",
			  &(struct dataset_options){.format = DATA_JSONL},
			  &err) < 0)
		bug("%s", err.text);
	w.v.next = w.v.end = MANY;
	for (size_t i = 0; i < MANY; i++)
		answer(&w, i, i % 2 ? right : wrong);
	evaluator_table(&w.v, true, &e);
	r = find(&e, NULL, NULL);
	/* R is 0.5 +- 0.049, P is 1, F1 = 2R/(1+R) */
	ok(fabs(r->low - 62.1) < 1.5 && fabs(r->high - 70.9) < 1.5,
	   "the interval of 400 examples: %.1f to %.1f", r->low, r->high);
	evaluator_table(&w.v, true, &again);
	ok(again.row[0].low == e.row[0].low &&
	       again.row[0].high == e.row[0].high,
	   "the same seed gives the same interval");
	evaluation_release(&again);
	w.o.seed = 2;
	evaluator_table(&w.v, true, &again);
	ok(again.row[0].low != e.row[0].low ||
	       again.row[0].high != e.row[0].high,
	   "another seed another one");
	evaluation_release(&again);
	evaluation_release(&e);
	str_release(&text);
	world_release(&w);
}

static void check_csv(void)
{
	struct evaluation e;
	struct str text = {0};
	struct world w;

	scored(&w, SCORER_STRICT, &e);
	free(e.name);
	e.name = xstrdup("a \"b\", c");
	evaluation_csv(&e, &text);
	ok(strstr(text.s, "\"a \"\"b\"\", c\",strict,text and picture,mner,,,,"
			  "2,1,3,2,25.0000,33.3333,28.5714,") != NULL,
	   "a row of CSV");
	str_release(&text);
	evaluation_release(&e);
	world_release(&w);
}

int main(void)
{
	check_scorers();
	check_own_boxes();
	check_types();
	check_slices();
	check_interval();
	check_csv();
	return tap_done();
}
