/*
 * check_form -- constrained decoding lets through what is right, and nothing
 * else: every gold answer of every task, in both grammars, under vocabularies
 * of several kinds; and whatever is written by taking any allowed token after
 * any other parses with nothing left over and no record twice, wherever it is
 * cut.
 */
#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/corpus.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/data/dataset.h"
#include "src/data/form.h"
#include "src/text/align.h"

enum { LONGEST = 96, WALKS = 4, REAL = 400 };

/* What stands between an example and an answer. */
struct setting {
	const char *name;
	const struct schema *schema;
	const struct tokenizer *t;
	enum answer_grammar grammar;
};

/* Records of one question about an example. */
struct question {
	const struct example *e;
	enum task task;
	const char *head, *tail, *event;
	struct records gold; /* borrowed */
};

static struct form *form_of(const struct setting *s, const struct question *q)
{
	const char *instruction = "Find: x.";
	struct form_options o = {.grammar = s->grammar,
				 .task = q->task,
				 .labels =
				     schema_list(s->schema, q->task, q->event),
				 .head = q->head,
				 .tail = q->tail,
				 .event = q->event,
				 .regions = q->e->boxes.n};
	struct prompt p;
	struct form *f = NULL;
	struct err err = {0};

	if (prompt_build(&p, s->t, instruction, q->e->text, &err) == 0) {
		f = form_new(&o, s->t, &p, &err);
		prompt_release(&p);
	}
	if (!f)
		diag("%s: %s", q->e->id, err.text);
	return f;
}

/* The records with labels as the schema spells them. */
static void spelling(const struct setting *s, const struct question *q,
		     struct records *out)
{
	const struct labels *l = schema_list(s->schema, q->task, q->event);

	records_copy(out, &q->gold);
	for (size_t i = 0; i < out->n; i++) {
		char **label = &out->rec[i].label;
		int k = labels_find(l, *label, strlen(*label));

		free(*label);
		*label = xstrdup(k < 0 ? "?" : l->name[k]);
	}
}

/* The target of training, as src/train/sample.c makes it, but whole. */
static void target(const struct setting *s, const struct question *q,
		   struct ids *out)
{
	struct records gold = {0};
	struct str answer = {0};

	spelling(s, q, &gold);
	answer_print(s->grammar, q->task, &gold, &answer);
	records_release(&gold);
	tokenizer_encode(s->t, str_cstr(&answer), answer.len, out);
	ids_push(out, TOKEN_EOS);
	str_release(&answer);
}

/* Is what is accepted also offered, token by token? */
static bool offered(const struct form *f, const struct tokenizer *t,
		    const struct ids *ids)
{
	int V = (int)tokenizer_size(t);
	uint8_t *may = xmalloc((size_t)V);
	bool all = true;

	for (size_t k = 0; k < ids->n && all; k++) {
		memset(may, 0, (size_t)V);
		form_next(f, ids->id, k, may, V);
		all = may[ids->id[k]];
		if (!all)
			diag("token %zu, %s, is not offered", k,
			     tokenizer_piece(t, ids->id[k]));
	}
	free(may);
	return all;
}

static bool repeats(const struct records *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < i; k++)
			if (record_equal(&l->rec[i], &l->rec[k]))
				return true;
	return false;
}

static bool accepts(const struct setting *s, const struct question *q)
{
	struct form *f = form_of(s, q);
	struct ids ids = {0};
	bool good;

	target(s, q, &ids);
	good = f && form_accepts(f, ids.id, ids.n) && offered(f, s->t, &ids);
	form_free(f);
	ids_release(&ids);
	return good;
}

static bool is_cascade(const struct example *e)
{
	return e->task == TASK_MEE || (e->task == TASK_MRE && !e->head);
}

/* Call `each` with the questions of an example: a cascade has several. */
static void questions(const struct example *e,
		      void (*each)(const struct question *q, void *context),
		      void *context)
{
	struct question q = {e, e->task, e->head, e->tail, e->event, e->gold};

	if (!is_cascade(e)) {
		each(&q, context);
		return;
	}
	for (size_t i = 0; i < e->gold.n; i++) {
		struct record *r = &e->gold.rec[i];

		q = (struct question){e,       r->task,  r->head,
				      r->tail, r->event, {.rec = r, .n = 1}};
		each(&q, context);
	}
}

static bool stands(const char *text, const char *s)
{
	struct alignment a;
	bool there;

	align(text, strlen(text), s, strlen(s), &a);
	there = a.fit == FIT_EXACT || a.fit == FIT_REPEATED;
	alignment_release(&a);
	return there;
}

/* Some data sets write their strings in other words than their texts. */
static bool all_stand(const struct question *q)
{
	for (size_t i = 0; i < q->gold.n; i++) {
		const struct record *r = &q->gold.rec[i];

		if (r->task != TASK_MRE && !r->region &&
		    !stands(q->e->text, r->text))
			return false;
	}
	return true;
}

struct tally {
	const struct setting *s;
	size_t of[TASK_MEE], good[TASK_MEE], twice, elsewhere;
};

static void count(const struct question *q, void *context)
{
	struct tally *t = context;
	struct str answer = {0};

	if (repeats(&q->gold)) {
		t->twice++;
		return;
	}
	if (!all_stand(q)) {
		t->elsewhere++;
		return;
	}
	t->of[q->task]++;
	if (accepts(t->s, q)) {
		t->good[q->task]++;
		return;
	}
	answer_print(t->s->grammar, q->task, &q->gold, &answer);
	diag("refused: %s | %s | %s", q->e->id, str_cstr(&answer), q->e->text);
	str_release(&answer);
}

/* Every gold answer of the set, in one grammar. */
static void check_gold(const struct setting *s, const struct dataset *d,
		       size_t limit)
{
	static const char *const grammar[] = {"paper", "sel"};
	struct tally t = {.s = s};

	for (size_t i = 0; i < d->n && i < limit; i++)
		questions(&d->ex[i], count, &t);
	for (int k = 0; k < TASK_MEE; k++)
		if (t.of[k])
			ok(t.good[k] == t.of[k],
			   "%s, %s grammar: %zu of %zu gold answers of %s can "
			   "be written",
			   s->name, grammar[s->grammar], t.good[k], t.of[k],
			   task_name((enum task)k));
	if (t.twice + t.elsewhere)
		diag("left out: %zu gold answers with a record twice, %zu with "
		     "a string that is not in the text",
		     t.twice, t.elsewhere);
}

/* --- whatever is allowed is right --------------------------------------- */

struct walk {
	const struct setting *s;
	struct rng_key key;
	uint64_t step;
	size_t answers, ended, wrong, stuck;
};

static int32_t pick(struct walk *w, const uint8_t *may, int V)
{
	uint64_t n = 0, k;

	for (int i = 0; i < V; i++)
		n += may[i];
	if (n == 0)
		return -1;
	k = rng_below(&w->key, w->step++, n);
	for (int i = 0; i < V; i++)
		if (may[i] && k-- == 0)
			return i;
	return -1;
}

/* Does what was written parse, and hold only what may be found? */
static bool is_right(const struct walk *w, const struct question *q,
		     const struct ids *ids)
{
	int event = q->event ? labels_find(&w->s->schema->events, q->event,
					   strlen(q->event))
			     : -1;
	struct records found = {0};
	struct str raw = {0};
	bool good;

	tokenizer_decode(w->s->t, ids->id, ids->n, false, &raw);
	answer_parse(w->s->grammar, q->task, w->s->schema, event,
		     str_cstr(&raw), raw.len, &found);
	good = found.n_dropped == 0 && !repeats(&found);
	for (size_t i = 0; i < found.n; i++) {
		const struct record *r = &found.rec[i];

		good &= r->region == 0 || q->e->boxes.n > r->region ||
			strstr(q->e->text, r->text);
		if (q->task == TASK_MRE)
			good &= r->head && r->tail;
	}
	if (!good)
		diag("%s: %s", q->e->id, str_cstr(&raw));
	records_release(&found);
	str_release(&raw);
	return good;
}

/* Take any allowed token after any other, then cut at every whole place. */
static void wander(struct walk *w, const struct question *q,
		   const struct form *f)
{
	int V = (int)tokenizer_size(w->s->t);
	uint8_t *may = xmalloc((size_t)V);
	struct ids ids = {0};
	int32_t id = 0;

	while (ids.n < LONGEST && id != TOKEN_EOS) {
		memset(may, 0, (size_t)V);
		form_next(f, ids.id, ids.n, may, V);
		id = pick(w, may, V);
		if (id < 0) {
			struct str raw = {0};

			tokenizer_decode(w->s->t, ids.id, ids.n, false, &raw);
			diag("%s: nothing may follow \"%s\"", q->e->id,
			     str_cstr(&raw));
			str_release(&raw);
			w->stuck++;
			break;
		}
		ids_push(&ids, id);
	}
	w->answers++;
	w->ended += id == TOKEN_EOS;
	for (; ids.n; ids.n--)
		if (form_whole(f, ids.id, ids.n))
			w->wrong += !is_right(w, q, &ids);
	free(may);
	ids_release(&ids);
}

static void wander_all(const struct question *q, void *context)
{
	struct walk *w = context;
	struct form *f = form_of(w->s, q);

	for (int i = 0; f && i < WALKS; i++)
		wander(w, q, f);
	form_free(f);
}

static void check_walks(const struct setting *s, const struct dataset *d,
			size_t limit)
{
	struct walk w = {.s = s, .key = {.seed = 5}};

	for (size_t i = 0; i < d->n && i < limit; i++)
		questions(&d->ex[i], wander_all, &w);
	ok(w.answers > 0 && w.stuck == 0,
	   "%s: something is allowed until the end (%zu answers, %zu ended)",
	   s->name, w.answers, w.ended);
	ok(w.wrong == 0,
	   "%s: what is written at random parses, with nothing twice, wherever "
	   "it is cut",
	   s->name);
}

/* --- what is refused ---------------------------------------------------- */

static void check_refused(struct setting s, const struct dataset *d)
{
	static const struct {
		const char *id, *answer;
		bool good;
	} rows[] = {
	    {"ner", "", true},
	    {"ner", "Person, Kyrie", true},
	    {"ner", "Location, Kyrie <spot> Person, Kyrie", true},
	    {"ner", "Person, Cleveland, Ohio", true},
	    {"ner", "Person, Kyrie <spot> Person, Kyrie", false},
	    {"ner", "Person, Ky", false},
	    {"ner", "Person, yrie", false},
	    {"ner", "Person, LeBron", false},
	    {"ner", "Weapon, Kyrie", false},
	    {"ner", "Person Kyrie", false},
	    {"ner", "Person, ", false},
	    {"ner", "Person, Kyrie <spot>", false},
	    {"ner", "Person, Kyrie <spot> <spot> Location, Ohio", false},
	    {"ner", "Person, O1", false},
	    {"pair", "Clara Hansen, member of, Red Cross", true},
	    {"pair", "Red Cross, member of, Clara Hansen", false},
	    {"pair", "Clara Hansen, Red Cross", false},
	    {"role", "Target, O2", true},
	    {"role", "Target, O3", false},
	    {"role", "Target, O1 <spot> Target, O1", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct question q = {0};
		struct ids ids = {0};
		struct form *f;

		for (size_t k = 0; k < d->n; k++)
			if (strcmp(d->ex[k].id, rows[i].id) == 0)
				q = (struct question){
				    &d->ex[k],      d->ex[k].task,
				    d->ex[k].head,  d->ex[k].tail,
				    d->ex[k].event, {0}};
		f = form_of(&s, &q);
		tokenizer_encode(s.t, rows[i].answer, strlen(rows[i].answer),
				 &ids);
		ids_push(&ids, TOKEN_EOS);
		ok(form_accepts(f, ids.id, ids.n) == rows[i].good,
		   "%s: \"%s\" is %s", rows[i].id, rows[i].answer,
		   rows[i].good ? "accepted" : "refused");
		form_free(f);
		ids_release(&ids);
	}
}

/* --- data ---------------------------------------------------------------- */

static const char schema_text[] =
    "{\"entities\":[\"Person\",\"Location\",\"creative work\"],"
    "\"relations\":[\"none\",\"member of\",\"place of birth\"],"
    "\"events\":{\"Attack\":[\"Attacker\",\"Target\"],"
    "\"Transport Person\":[\"Vehicle\",\"Person\"]}}";

/* The hard cases; every one is to be accepted. */
static const char hard[] =
    "{\"id\":\"ner\",\"task\":\"mner\",\"text\":\"Kyrie plays in Cleveland, "
    "Ohio.\",\"gold\":[{\"type\":\"Person\",\"text\":\"Kyrie\"},"
    "{\"type\":\"Location\",\"text\":\"Cleveland, Ohio\"}]}\n"
    "{\"id\":\"none\",\"task\":\"mner\",\"text\":\"Nothing here\","
    "\"gold\":[]}\n"
    "{\"id\":\"tag\",\"task\":\"mner\",\"text\":\"RT @kyrie: #Lakers' win "
    "(finally!) \\\"Space Jam\\\"...\",\"gold\":[{\"type\":\"creative work\","
    "\"text\":\"Space Jam\"},{\"type\":\"Person\",\"text\":\"kyrie\"},"
    "{\"type\":\"Location\",\"text\":\"Lakers\"}]}\n"
    "{\"id\":\"letters\",\"task\":\"mner\",\"text\":\"I \\u2764\\ufe0f "
    "N\\u00f8rre\\u0301bro \\ud83d\\ude00 and "
    "\\u6771\\u4eac\\u30bf\\u30ef\\u30fc"
    "\",\"gold\":[{\"type\":\"Location\",\"text\":\"N\\u00f8rre\\u0301bro\"},"
    "{\"type\":\"Location\",\"text\":\"\\u6771\\u4eac\"}]}\n"
    "{\"id\":\"forms\",\"task\":\"mner\",\"text\":\"The \\ufb01rst  "
    "\\uff21\\uff22"
    " \\u2122 of\\tMr. O\\u2019Neil\",\"gold\":[{\"type\":\"Person\",\"text\":"
    "\"O\\u2019Neil\"},{\"type\":\"creative "
    "work\",\"text\":\"\\uff21\\uff22\"}]}\n"
    "{\"id\":\"marks\",\"task\":\"mner\",\"text\":\"Ann <spot> Bob "
    "\\uff1cspot\\uff1e"
    " Eve </s> Dan <extra_id_1> Kim <unk> Lee\",\"gold\":[{\"type\":\"Person\","
    "\"text\":\"Ann\"},{\"type\":\"Person\",\"text\":\"Bob\"},{\"type\":"
    "\"Person\",\"text\":\"Kim\"}]}\n"
    "{\"id\":\"same\",\"task\":\"mner\",\"text\":\"a a a a\",\"gold\":["
    "{\"type\":\"Person\",\"text\":\"a a\"},{\"type\":\"Person\",\"text\":"
    "\"a\"}]}\n"
    "{\"id\":\"one\",\"task\":\"mner\",\"text\":\"Kyrie\",\"gold\":[{\"type\":"
    "\"Person\",\"text\":\"Kyrie\"}]}\n"
    "{\"id\":\"pair\",\"task\":\"mre\",\"text\":\"Clara Hansen of the Red "
    "Cross\",\"head\":\"Clara Hansen\",\"tail\":\"Red Cross\",\"gold\":["
    "{\"relation\":\"member of\",\"head\":\"Clara Hansen\",\"tail\":"
    "\"Red Cross\"}]}\n"
    "{\"id\":\"commas\",\"task\":\"mre\",\"text\":\"X\",\"head\":\"Smith, "
    "none, Jr\",\"tail\":\"Rome, Italy\",\"gold\":[{\"relation\":\"none\","
    "\"head\":\"Smith, none, Jr\",\"tail\":\"Rome, Italy\"}]}\n"
    "{\"id\":\"role\",\"task\":\"meae\",\"event\":\"Attack\",\"image\":"
    "\"x.png\",\"boxes\":[[1,1,9,9],[2,2,8,8]],\"text\":\"Rebels hit the "
    "bridge near O7\",\"gold\":[{\"role\":\"Attacker\",\"text\":\"Rebels\"},"
    "{\"role\":\"Target\",\"region\":2}]}\n"
    "{\"id\":\"all\",\"task\":\"mee\",\"text\":\"Troops were flown to Mosul; "
    "an airstrike hit a truck\",\"gold\":[{\"event\":\"Transport Person\","
    "\"text\":\"flown\"},{\"event\":\"Attack\",\"text\":\"airstrike\"},"
    "{\"role\":\"Person\",\"event\":\"Transport Person\",\"text\":\"Troops\"},"
    "{\"role\":\"Target\",\"event\":\"Attack\",\"text\":\"truck\"}]}\n";

static struct tokenizer *open_vocabulary(const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	struct err err = {0};
	struct tokenizer *t = tokenizer_open(path, &err);

	if (!t)
		diag("%s", err.text);
	free(path);
	return t;
}

static void both_grammars(struct setting s, const struct dataset *d,
			  size_t limit)
{
	for (int g = ANSWER_PAPER; g <= ANSWER_SEL; g++) {
		s.grammar = (enum answer_grammar)g;
		check_gold(&s, d, limit);
		check_walks(&s, d, limit < 60 ? limit : 60);
	}
}

static void check_hard(const struct tokenizer *t, const char *name)
{
	struct dataset d = {0};
	struct schema schema;
	struct err err = {0};
	struct json *j =
	    json_parse(schema_text, strlen(schema_text), "schema", &err);
	struct setting s = {name, &schema, t, ANSWER_PAPER};
	struct dataset_options o = {.format = DATA_JSONL};

	if (schema_parse(&schema, j, "schema", &err) < 0 ||
	    dataset_parse(&d, hard, strlen(hard), "hard", &o, &err) < 0)
		bug("%s", err.text);
	both_grammars(s, &d, d.n);
	check_refused(s, &d);
	json_free(j);
	dataset_release(&d);
	schema_release(&schema);
}

/* The corpus that the demonstration learnt from, and what it ships. */
static void check_demo(const char *src, const struct tokenizer *t)
{
	char dir[] = "/tmp/check_form.XXXXXX";
	char *path = file_join(src, "examples/demo/schema.json");
	char *shipped = file_join(src, "examples/demo/examples.jsonl");
	struct schema schema;
	struct dataset d = {0};
	struct corpus_options o = {.seed = 11, .examples = {0, 0, 240}};
	struct err err = {0};
	struct setting s = {"demonstration", &schema, t, ANSWER_PAPER};
	char *test, *rm;

	o.dir = mkdtemp(dir);
	if (!o.dir || corpus_write(&o, &err) < 0 ||
	    schema_read(&schema, path, &err) < 0)
		bug("%s", err.text);
	test = file_join(dir, "test.jsonl");
	if (dataset_read(&d, test, NULL, &err) < 0 ||
	    dataset_read(&d, shipped, NULL, &err) < 0)
		bug("%s", err.text);
	both_grammars(s, &d, d.n);
	dataset_release(&d);
	schema_release(&schema);
	rm = xasprintf("rm -r '%s'", dir);
	ok(system(rm) == 0, "the corpus is removed");
	free(rm);
	free(test);
	free(path);
	free(shipped);
}

static void know(struct labels *l, const char *name)
{
	if (labels_find(l, name, strlen(name)) < 0)
		labels_add(l, name, strlen(name));
}

static struct json *list_of(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

/* The labels that the records of a set have; every event has every role. */
static void schema_of(const struct dataset *d, struct schema *out)
{
	struct json *j = json_new_object(), *events = json_new_object();
	struct labels l[TASK_MEE] = {{0}};
	struct err err = {0};

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < d->ex[i].gold.n; k++) {
			const struct record *r = &d->ex[i].gold.rec[k];

			know(&l[r->task], r->label);
			if (r->event)
				know(&l[TASK_MED], r->event);
		}
	for (size_t i = 0; i < l[TASK_MED].n; i++)
		json_put(events, l[TASK_MED].name[i], list_of(&l[TASK_MEAE]));
	json_put(j, "entities", list_of(&l[TASK_MNER]));
	json_put(j, "relations", list_of(&l[TASK_MRE]));
	json_put(j, "events", events);
	if (schema_parse(out, j, "schema", &err) < 0)
		bug("%s", err.text);
	for (int t = 0; t < TASK_MEE; t++)
		labels_release(&l[t]);
	json_free(j);
}

static void check_real(const char *shared, const struct tokenizer *t)
{
	static const char *const files[] = {
	    "wnut17/emerging.dev.conll", "twitter2015/valid.txt",
	    "twitter2017/valid.txt",     "conll04/data/CoNLL04/dev.txt",
	    "mnre/v1/ours_val.txt",      "m2e2/text_multimedia_event.json"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *path = xasprintf("%s/data/%s", shared, files[i]);
		struct dataset d = {0};
		struct schema schema = {0};
		struct err err = {0};
		struct setting s = {files[i], &schema, t, ANSWER_PAPER};

		if (!file_exists(path)) {
			skip(files[i], "not there");
		} else if (dataset_read(&d, path, NULL, &err) < 0) {
			ok(false, "%s", err.text);
		} else {
			schema_of(&d, &schema);
			check_gold(&s, &d, REAL);
			s.grammar = ANSWER_SEL;
			check_gold(&s, &d, REAL);
		}
		schema_release(&schema);
		dataset_release(&d);
		free(path);
	}
}

int main(void)
{
	const char *src = getenv("srcdir") ? getenv("srcdir") : ".";
	const char *shared = getenv("UMIE_SHARED");
	struct tokenizer *demo =
	    open_vocabulary(src, "examples/demo/spiece.model");
	struct tokenizer *bytes =
	    open_vocabulary(src, "tests/corpus/spm/bytes.model");
	struct tokenizer *t5 =
	    shared ? open_vocabulary(shared, "data/t5/spiece.model") : NULL;

	if (!demo || !bytes)
		return 99;
	check_hard(demo, "hard cases");
	check_hard(bytes, "hard cases in bytes");
	check_demo(src, demo);
	if (t5) {
		check_hard(t5, "hard cases in T5's pieces");
		check_real(shared, t5);
	} else {
		skip("T5's vocabulary and real data", "UMIE_SHARED is not set");
	}
	tokenizer_free(demo);
	tokenizer_free(bytes);
	tokenizer_free(t5);
	return tap_done();
}
