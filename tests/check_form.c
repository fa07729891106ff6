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

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/align.h"
#include "tests/form_data.h"
#include "tests/form_walk.h"

enum { REAL = 400 };

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

static void check_walks(const struct setting *s, const struct dataset *d,
			size_t limit)
{
	struct form_walks w;

	form_walk(&w, s, d, limit);
	ok(w.answers > 0 && w.stuck == 0,
	   "%s: something is allowed until the end (%zu answers, %zu ended)",
	   s->name, w.answers, w.ended);
	ok(w.wrong == 0,
	   "%s: what is written at random parses, with nothing twice, wherever "
	   "it is cut",
	   s->name);
}

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
	struct form_data d;
	struct setting s = {name, &d.schema, t, ANSWER_PAPER};

	form_data_hard(&d);
	both_grammars(s, &d.set, d.set.n);
	check_refused(s, &d.set);
	form_data_release(&d);
}

static void check_demo(const char *src, const struct tokenizer *t)
{
	struct form_data d;
	struct setting s = {"demonstration", &d.schema, t, ANSWER_PAPER};
	bool removed = form_data_demo(&d, src);

	both_grammars(s, &d.set, d.set.n);
	ok(removed, "the corpus is removed");
	form_data_release(&d);
}

static void check_real(const char *shared, const struct tokenizer *t)
{
	static const char *const files[] = {
	    "wnut17/emerging.dev.conll", "twitter2015/valid.txt",
	    "twitter2017/valid.txt",     "conll04/data/CoNLL04/dev.txt",
	    "mnre/v1/ours_val.txt",      "m2e2/text_multimedia_event.json"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *path = xasprintf("%s/data/%s", shared, files[i]);
		struct form_data d = {0};
		struct err err = {0};
		struct setting s = {files[i], &d.schema, t, ANSWER_PAPER};

		if (!file_exists(path)) {
			skip(files[i], "not there");
		} else if (form_data_read(&d, path, &err) < 0) {
			ok(false, "%s", err.text);
		} else {
			check_gold(&s, &d.set, REAL);
			s.grammar = ANSWER_SEL;
			check_gold(&s, &d.set, REAL);
		}
		form_data_release(&d);
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
