/*
 * check_task -- schemas, instructions, records, scores.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/reference.h"
#include "src/task/score.h"
#include "tests/tap.h"

static void parse_schema(struct schema *s, const char *text)
{
	struct err err = {0};
	struct json *j = json_parse(text, strlen(text), "schema.json", &err);

	if (!j || schema_parse(s, j, "schema.json", &err) < 0) {
		ok(false, "schema of the test: %s", err.text);
		*s = (struct schema){0};
	}
	json_free(j);
}

/* ---- tasks and instructions ---- */

static const char small_schema[] =
    "{\"entities\":[\"Person\",\"Location\"],"
    "\"relations\":[\"none\",\"peer\"],"
    "\"events\":{\"Attack\":[\"Attacker\",\"Place\"],"
    "\"Meet\":[\"Place\"],\"Die\":[]}}";

static void fills(const struct schema *s, enum task t, const char *tmpl,
		  const char *want)
{
	const struct instruction_fields f = {
	    .types = &s->entities,
	    .relations = &s->relations,
	    .events = &s->events,
	    .roles = schema_roles(s, 0),
	    .head = "A",
	    .tail = "B",
	    .event = "Attack",
	};
	struct err err = {0};
	struct str out = {0};
	int rc = instruction_fill(tmpl, t, &f, &out, &err);

	if (!ok(rc == 0 && strcmp(str_cstr(&out), want) == 0, "\"%s\" fills",
		tmpl))
		diag("got \"%s\" %s", str_cstr(&out), err.text);
	str_release(&out);
}

/* Filling fails, and the message has `part`. */
static void refuses(const char *tmpl, enum task t, const char *part)
{
	const struct instruction_fields f = {.head = "A"};
	struct err err = {0};
	struct str out = {0};

	ok(instruction_fill(tmpl, t, &f, &out, &err) == -ERR_DATA &&
	       strstr(err.text, part),
	   "\"%s\" is refused: %s", tmpl, err.text);
	str_release(&out);
}

static void check_instructions(void)
{
	struct schema s;
	enum task t;

	parse_schema(&s, small_schema);
	fills(&s, TASK_MNER, task_instruction(TASK_MNER),
	      "Please extract the following entity type: Person, Location.");
	fills(&s, TASK_MRE, task_instruction(TASK_MRE),
	      "Please extract the following relation between A and B: none, "
	      "peer.");
	fills(&s, TASK_MED, task_instruction(TASK_MED),
	      "Please extract the following event type: Attack, Meet, Die.");
	fills(&s, TASK_MEAE, task_instruction(TASK_MEAE),
	      "Given an Attack event, please extract the corresponding "
	      "argument type: Attacker, Place.");
	fills(&s, TASK_MNER, instruction_named("I0", TASK_MNER),
	      "Given the entity types: Person, Location. Please extract the "
	      "specified entity type.");
	fills(&s, TASK_MNER, instruction_named("i1", TASK_MNER),
	      "Identity the following entity type from the given sentence: "
	      "Person, Location.");
	fills(&s, TASK_MNER, instruction_named("I2", TASK_MNER),
	      "Please extract entity type in the sentence. Option: Person, "
	      "Location.");
	ok(!instruction_named("I0", TASK_MRE) &&
	       !instruction_named("I3", TASK_MNER) &&
	       !task_instruction(TASK_MEE),
	   "there are no other named instructions");
	fills(&s, TASK_MEAE, "{labels}/{{labels}/}",
	      "Attacker, Place/{labels}/}");
	refuses("of {kind}?", TASK_MNER, "{kind}");
	refuses("of {types}?", TASK_MNER, "{types}");
	refuses("{head} {tail}", TASK_MRE, "{tail}");
	refuses("{labels}", TASK_MEE, "{labels}");
	refuses("an open {head", TASK_MRE, "{{");
	ok(task_find("meae", &t) && t == TASK_MEAE && !task_find("ner", &t) &&
	       strcmp(task_name(TASK_MEE), "mee") == 0,
	   "tasks are found by name");
	schema_release(&s);
}

/* ---- schemas ---- */

static void bad_schema(const char *text, const char *part)
{
	struct err err = {0};
	struct json *j = json_parse(text, strlen(text), "s.json", &err);
	struct schema s;
	int rc = j ? schema_parse(&s, j, "s.json", &err) : -ERR_DATA;

	if (!ok(rc == -ERR_DATA && strstr(err.text, "s.json") &&
		    strstr(err.text, part),
		"schema %.60s is refused: %.90s", text, err.text))
		diag("expected \"%s\"", part);
	json_free(j);
}

static void check_long_schema(void)
{
	struct str text = {0};

	str_add(&text, "{\"entities\":[");
	for (int i = 0; i <= 10000; i++)
		str_addf(&text, "%s\"t%d\"", i ? "," : "", i);
	str_add(&text, "]}");
	bad_schema(text.s, "more than 10000");
	str_clear(&text);
	str_addf(&text, "{\"entities\":[\"%0257d\"]}", 1);
	bad_schema(text.s, "256");
	str_release(&text);
}

static void check_schemas(void)
{
	struct schema s, again;
	struct json *j;
	char *text, *list;

	bad_schema("[]", "object");
	bad_schema("{}", "no label");
	bad_schema("{\"entity\":[]}", "\"entity\"");
	bad_schema("{\"entities\":{}}", "\"entities\": an array");
	bad_schema("{\"entities\":[\"a\",3]}", "label 2 is not a string");
	bad_schema("{\"entities\":[\"Person\",\"b\",\"PERSON\"]}", "twice");
	bad_schema("{\"entities\":[\"a, b\"]}", "comma");
	bad_schema("{\"entities\":[\"\"]}", "empty");
	bad_schema("{\"entities\":[\" a\"]}", "white space");
	bad_schema("{\"entities\":[\"a<spot>\"]}", "marker");
	bad_schema("{\"entities\":[\"a\\nb\"]}", "control");
	bad_schema("{\"events\":[\"Attack\"]}", "\"events\"");
	bad_schema("{\"events\":{\"Attack\":\"x\"}}", "\"Attack\"");
	bad_schema("{\"events\":{\"Attack\":[\"a\",\"A\"]}}", "twice");
	bad_schema("{\"events\":{\"A\":[\"x\"],\"a\":[]}}", "twice");
	bad_schema("{\"events\":{\"A\":[\"Place\"],\"B\":[\"place\"]}}",
		   "spelled");
	check_long_schema();
	parse_schema(&s, small_schema);
	j = schema_to_json(&s);
	text = json_print(j);
	ok(strcmp(text, small_schema) == 0, "a schema is written as read");
	parse_schema(&again, text);
	list = labels_join(&again.roles);
	ok(strcmp(list, "Attacker, Place") == 0 &&
	       schema_roles(&again, 1)->n == 1 &&
	       schema_roles(&again, 2)->n == 0 &&
	       schema_roles(&again, -1)->n == 2,
	   "roles of an event, and of all events");
	ok(labels_find(&again.entities, " pERSON ", 8) == 0 &&
	       labels_find(&again.entities, "Perso", 5) == -1,
	   "labels are found whatever their case");
	free(list);
	free(text);
	json_free(j);
	schema_release(&s);
	schema_release(&again);
	schema_release(&again);
}

/* ---- scores ---- */

static void add(struct records *l, enum task t, const char *label,
		const char *text)
{
	struct record *r = records_add(l, t);

	r->label = xstrdup(label);
	if (t == TASK_MRE) {
		r->head = xstrdup("head");
		r->tail = xstrdup(text);
		return;
	}
	r->text = xstrdup(text);
	if (t != TASK_MEAE)
		return;
	r->event = xstrdup("Attack");
	r->region = region_of(text);
}

static void counted(const struct records *gold, const struct records *pred,
		    const struct score_options *o, int64_t tp, int64_t fp,
		    int64_t fn, const char *what)
{
	struct counts c = {0};

	score_strict(gold, pred, o, &c);
	if (!ok(c.tp == tp && c.fp == fp && c.fn == fn, "%s", what))
		diag("tp %d fp %d fn %d", (int)c.tp, (int)c.fp, (int)c.fn);
}

/* Random lists over few labels and texts, so that many are equal. */
static void random_list(struct records *l, unsigned int *seed)
{
	static const char *const labels[] = {"a", "b"};
	static const char *const texts[] = {"x", "y", "O1", "O2", "O3"};
	int n = (int)(*seed >> 16) % 7;

	for (int i = 0; i < n; i++) {
		*seed = *seed * 1103515245u + 12345u;
		add(l, TASK_MEAE, labels[(*seed >> 16) % 2],
		    texts[(*seed >> 20) % 5]);
	}
	*seed = *seed * 1103515245u + 12345u;
}

/* O1 overlaps itself and O2; O2 also O3. */
static double toy_iou(void *context, const struct record *a,
		      const struct record *b)
{
	int p = a->boxed ? (int)a->box.x1 : a->region;
	int g = b->boxed ? (int)b->box.x1 : b->region;
	int d = p > g ? p - g : g - p;

	(void)context;
	return d == 0 ? 1 : d == 1 ? 0.5 : 0.49;
}

static void reverse(struct records *l)
{
	for (size_t i = 0; i + 1 < l->n - i; i++) {
		struct record r = l->rec[i];

		l->rec[i] = l->rec[l->n - 1 - i];
		l->rec[l->n - 1 - i] = r;
	}
}

static bool same_counts(const struct counts *a, const struct counts *b)
{
	return a->tp == b->tp && a->fp == b->fp && a->fn == b->fn;
}

/* Order does not matter, and gold and predictions change places. */
static void check_properties(void)
{
	const struct score_options o = {.iou = toy_iou};
	bool order = true, swap = true, self = true;
	unsigned int seed = 1;

	for (int i = 0; i < 2000; i++) {
		struct records gold = {0}, pred = {0};
		struct counts a = {0}, b = {0}, c = {0}, d = {0};

		random_list(&gold, &seed);
		random_list(&pred, &seed);
		score_strict(&gold, &pred, &o, &a);
		score_strict(&pred, &gold, &o, &b);
		score_strict(&gold, &gold, &o, &d);
		if (gold.n)
			reverse(&gold);
		score_strict(&gold, &pred, &o, &c);
		order &= same_counts(&a, &c);
		swap &= a.tp == b.tp && a.fp == b.fn && a.fn == b.fp &&
			score_precision(&a) == score_recall(&b) &&
			score_f1(&a) == score_f1(&b);
		self &= d.tp == (int64_t)gold.n && !d.fp && !d.fn;
		records_release(&gold);
		records_release(&pred);
	}
	ok(order, "counts do not depend on the order");
	ok(swap, "precision and recall change places with gold and "
		 "predictions");
	ok(self, "everything is right about itself");
}

static void check_scores(void)
{
	const struct score_options all = {.count_none = true};
	const struct score_options boxes = {.iou = toy_iou};
	struct records gold = {0}, pred = {0};
	struct counts c = {.tp = 1, .fp = 2, .fn = 0};

	ok(score_precision(&c) == 100.0 / 3 && score_recall(&c) == 100 &&
	       fabs(score_f1(&c) - 50) < 1e-12,
	   "percentages are not rounded");
	c = (struct counts){0};
	ok(score_precision(&c) == 0 && score_recall(&c) == 0 &&
	       score_f1(&c) == 0,
	   "undefined is 0");
	add(&gold, TASK_MRE, "none", "x");
	add(&gold, TASK_MRE, "peer", "x");
	add(&pred, TASK_MRE, "none", "x");
	add(&pred, TASK_MRE, "None", "y");
	counted(&gold, &pred, NULL, 0, 0, 1, "none is no relation");
	counted(&gold, &pred, &all, 1, 1, 1, "none counts when asked for");
	records_release(&gold);
	records_release(&pred);
	add(&gold, TASK_MNER, "none", "O1");
	add(&pred, TASK_MNER, "none", "O2");
	counted(&gold, &pred, &boxes, 0, 1, 1,
		"only relations have none, only arguments have boxes");
	records_release(&gold);
	records_release(&pred);
}

static void check_boxes(void)
{
	const struct score_options boxes = {.iou = toy_iou};
	struct records gold = {0}, pred = {0};

	add(&gold, TASK_MEAE, "Target", "O1");
	add(&gold, TASK_MEAE, "Target", "O2");
	add(&pred, TASK_MEAE, "Target", "O1");
	add(&pred, TASK_MEAE, "Target", "O4");
	counted(&gold, &pred, NULL, 1, 1, 1, "without IoU the numbers decide");
	counted(&gold, &pred, &boxes, 1, 1, 1, "an IoU of 0.49 is too little");
	free(pred.rec[1].text);
	pred.rec[1].text = xstrdup("O0");
	pred.rec[1].region = 0;
	counted(&gold, &pred, &boxes, 1, 1, 1, "a text never is a box");
	records_release(&pred);
	add(&pred, TASK_MEAE, "Target", "O2");
	add(&pred, TASK_MEAE, "Target", "O3");
	counted(&gold, &pred, &boxes, 2, 0, 0,
		"boxes are given out so that most are right");
	records_release(&pred);
	add(&pred, TASK_MEAE, "Place", "O1");
	counted(&gold, &pred, &boxes, 0, 1, 2, "a box in another role");
	for (size_t i = 0; i < gold.n; i++) {
		free(gold.rec[i].text);
		gold.rec[i].text = NULL;
		gold.rec[i].region = 0;
		gold.rec[i].boxed = BOXED_ONE;
		gold.rec[i].box = (struct box){(float)(i + 1), 0, 9, 9};
	}
	counted(&gold, &pred, &boxes, 0, 1, 2, "a box of its own, likewise");
	records_release(&pred);
	add(&pred, TASK_MEAE, "Target", "O2");
	add(&pred, TASK_MEAE, "Target", "O3");
	counted(&gold, &pred, &boxes, 2, 0, 0,
		"regions against boxes of their own");
	counted(&gold, &pred, NULL, 0, 2, 2,
		"which only their overlap can tell");
	records_release(&gold);
	records_release(&pred);
}

static void check_records(void)
{
	struct records a = {0}, b = {0};

	ok(region_of("O1") == 1 && region_of("O12") == 12 &&
	       region_of("O36") == 36,
	   "O<k> is region k");
	ok(!region_of("O") && !region_of("O0") && !region_of("O01") &&
	       !region_of("o1") && !region_of("O1.") && !region_of("O 1") &&
	       !region_of("") && !region_of("1") && !region_of("O1234567890"),
	   "nothing else is a region");
	add(&a, TASK_MEAE, "Target", "O3");
	records_drop(&a, "x, y", 4, "unknown_type");
	records_copy(&b, &a);
	records_copy(&b, &b);
	ok(b.n == 2 && b.n_dropped == 2 && b.rec[0].region == 3 &&
	       record_equal(&a.rec[0], &b.rec[1]) &&
	       a.rec[0].text != b.rec[1].text,
	   "records are copied with all they own");
	b.rec[1].region = 4;
	ok(!record_equal(&a.rec[0], &b.rec[1]), "another region differs");
	records_release(&a);
	records_release(&b);
	records_release(&b);
}

/* The reference's ways with golds; its vectors are golden data. */
static void check_reference(void)
{
	static const char gold[] = "<extra_id_0><extra_id_0> person"
				   "<extra_id_5> A<extra_id_1>";
	struct schema s;
	struct ref_parse p;

	parse_schema(&s, "{\"entities\":[\"person\"]}");
	ref_parse(REF_ENTITY, gold, strlen(gold), true, &s.entities, NULL, &p);
	ok(p.status == REF_REPAIRED && p.spots.n == 1,
	   "a gold string gets its missing brackets");
	ref_parse_release(&p);
	ref_parse(REF_ENTITY, "", 0, true, &s.entities, NULL, &p);
	ok(p.status == REF_ILL_FORMED && p.spots.n == 0,
	   "an empty gold string is ill-formed");
	ref_parse_release(&p);
	schema_release(&s);
}

int main(void)
{
	check_instructions();
	check_schemas();
	check_records();
	check_scores();
	check_boxes();
	check_properties();
	check_reference();
	return tap_done();
}
