/*
 * Probing with a model that was taught a little: what the table, the sweep and
 * the scores promise.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/engine/bundle.h"
#include "src/engine/steps.h"
#include "src/probe/calls.h"
#include "src/probe/table.h"
#include "tests/probing_room.h"
#include "tests/tap.h"

static void keep_last(void *context, void *news, int last)
{
	struct probe_news **to = context;

	(void)last;
	probe_news_free(*to);
	*to = news;
}

/* A call to its end; the last news. */
static struct probe_news *finish(struct room *r, struct call *c)
{
	struct probe_news *n = NULL;
	struct err err;

	if (call_run(c, &r->site, keep_last, &n, &err) < 0)
		bug("%s", err.text);
	return n;
}

static bool near_to(double a, double b)
{
	return fabs(a - b) < 1e-5;
}

static bool same_answer(const struct extraction *a, const struct extraction *b)
{
	bool same = strcmp(a->raw, b->raw) == 0 && a->n_found == b->n_found;

	for (size_t i = 0; same && i < a->n_found; i++)
		same = record_equal(&a->found[i].rec, &b->found[i].rec) &&
		       near_to((double)a->found[i].p, (double)b->found[i].p);
	return same;
}

/* A batch of gates shares everything before the decoder: same answers.  The
 * last bit of a probability may depend on how many rows a product has. */
static void check_sweep(struct room *r)
{
	struct extract_request q;
	struct extraction *own, *none, *x[4], *alone;
	struct sweep_options o = {.n = 1};
	struct extract_request held[4];
	struct probe_news *n;
	struct err err;
	bool same = true;

	room_request(r->picture, &q);
	own = room_extract(r, &q);
	ok(own->n_found == 2 && own->g > 0.2f, "the model was taught: g %.3f",
	   (double)own->g);
	o.from = o.to = (double)own->g;
	n = finish(r, sweep_call(&q, NULL, &o));
	ok(n->sweep->y[SWEEP_F1][0] == 1 &&
	       n->sweep->y[SWEEP_PROB][0] == n->sweep->own[SWEEP_PROB] &&
	       near_to(n->sweep->own[SWEEP_PROB], (double)own->found[0].p),
	   "the sweep at the own g is the normal run");
	probe_news_free(n);

	for (int i = 0; i < 4; i++) {
		extract_request_copy(&held[i], &q);
		held[i].gate = GATE_SET_HELD;
		held[i].gate_value = 0.5f * (float)i;
	}
	held[3].gate = GATE_SET_OWN;
	if (extractor_run_batch(r->x, held, 4, x, &err) < 0)
		bug("%s", err.text);
	for (int i = 0; i < 4; i++) {
		alone = room_extract(r, &held[i]);
		same &= same_answer(alone, x[i]) &&
			near_to((double)alone->g, (double)x[i]->g);
		extraction_free(alone);
	}
	ok(same, "many gates at once give what each gives alone");
	ok(same_answer(own, x[3]), "and the own one among them, too");
	extract_request_release(&q);
	room_request(NULL, &q);
	none = room_extract(r, &q);
	ok(same_answer(none, x[0]), "g = 0 is no picture");
	for (int i = 0; i < 4; i++) {
		extraction_free(x[i]);
		extract_request_release(&held[i]);
	}
	extraction_free(none);
	extraction_free(own);
	extract_request_release(&q);
}

/* Forced, an answer of the model has the product of its tokens' p. */
static void check_forced(struct room *r)
{
	struct steps *s = steps_new(r->bundle, NULL);
	struct steps_options o = {.max_tokens = LONGEST};
	struct step a = {0}, *at = &a;
	struct ids ids[3] = {0};
	double ms = 0, logprob[3], sum;
	struct err err;

	if (prompt_build(&a.prompt, r->bundle->tokenizer,
			 "Please extract: Person.", "Rex is in Rome",
			 &err) < 0 ||
	    steps_run(s, &at, 1, &o, &ms, &ms, &err) < 0)
		bug("%s", err.text);
	sum = a.best.sum;
	for (int k = 0; k < 3; k++) {
		for (int i = 1; i < a.best.n; i++)
			ids_push(&ids[k], a.best.ids[i]);
		/* The others are longer and shorter. */
		if (k == 1)
			ids_push(&ids[k], 5);
		if (k == 2)
			ids[k].n = 1;
	}
	if (steps_score(s, &a, ids, 3, logprob, &err) < 0)
		bug("%s", err.text);
	ok(fabs(logprob[0] - sum) < 1e-3,
	   "forced %.5f, written %.5f (padded among others)", logprob[0], sum);
	ok(logprob[1] < logprob[0] && logprob[2] > logprob[0],
	   "more tokens are less probable");
	for (int k = 0; k < 3; k++)
		ids_release(&ids[k]);
	step_release(&a);
	steps_free(s);
}

static void check_scores(struct room *r)
{
	struct extract_request q, off;
	struct probe_news *n;
	const struct alternatives *a;
	struct extraction *own;
	double sum = 0, p = 1;

	room_request(r->picture, &q);
	extract_request_copy(&off, &q);
	off.gate = GATE_SET_OFF;
	own = room_extract(r, &q);
	n = finish(
	    r, score_call(&q, 0, &(struct score_row){"g0", "off", &off}, 1));
	a = n->scores;
	for (size_t k = 0; k < a->label.n; k++)
		sum += a->row[0].p[k];
	ok(fabs(sum - 1) < 1e-9, "alternatives sum to 1");
	ok(strcmp(a->label.name[a->own], own->found[0].rec.label) == 0 &&
	       a->row[0].p[a->own] > 0.5,
	   "what the model wrote is the most probable");
	ok(a->row[1].p[a->own] < a->row[0].p[a->own] &&
	       a->row[1].p[a->label.n - 1] > 0.5,
	   "without the picture it is none");
	for (size_t i = 0; i < own->n_found; i++)
		p *= (double)own->found[i].p;
	ok(exp(a->row[0].logprob[a->own]) <= p * 1.0001,
	   "the whole answer is at most as probable as its results");
	probe_news_free(n);
	extraction_free(own);
	extract_request_release(&q);
	extract_request_release(&off);
}

/* What is marked goes when the picture goes, and nothing else. */
static void check_needs(struct room *r)
{
	struct plan p = {0};
	struct extract_request q;
	struct probe_call_options o = {.base = &q, .plan = &p, .boxes = true};
	struct extraction *own, *none;
	struct probe_news *n;
	struct matching m;
	struct err err;
	bool exact = true;
	size_t marked = 0;

	room_request(r->picture, &q);
	plan_add(&p, "off", NULL, &err);
	n = finish(r, probe_call(&o));
	ok(n->table->n == 4, "base, off and two boxes: %zu rows", n->table->n);
	own = room_extract(r, &q);
	free(q.image);
	q.image = NULL;
	q.boxes = (struct regions){0};
	none = room_extract(r, &q);
	match(own, none, NULL, 0, &m);
	for (size_t i = 0; i < m.n; i++) {
		marked += probe_needs_image(n->table, i);
		exact &=
		    probe_needs_image(n->table, i) == (m.mark[i] != MARK_SAME);
	}
	ok(exact && marked == 1 && m.n == 2,
	   "removing the picture removes exactly the marked results");
	matching_release(&m);
	extraction_free(own);
	extraction_free(none);
	probe_news_free(n);
	plan_release(&p);
	extract_request_release(&q);
}

/* A box that is masked leaves no trace: masked last, it is not there. */
static void check_masked(struct room *r)
{
	struct extract_request q;
	struct extraction *without, *masked;
	struct err err;

	room_request(r->picture, &q);
	q.hidden = 1 << 2;
	masked = room_extract(r, &q);
	q.hidden = 0;
	q.boxes.n = 2;
	without = room_extract(r, &q);
	ok(fabsf(masked->g - without->g) < 1e-5f &&
	       strcmp(masked->raw, without->raw) == 0,
	   "g %.6f masked, %.6f without the box", (double)masked->g,
	   (double)without->g);
	q.hidden = 1 << 5;
	extraction_free(masked);
	ok(extractor_run(r->x, &q, &masked, &err) == -ERR_USAGE, "%s",
	   err.text);
	extraction_free(without);
	extract_request_release(&q);
}

static char *table_text_of(const struct probe_news *n)
{
	struct table *t = probe_news_report(n);
	struct json *j = table_json(t);
	char *s = json_print(j);

	json_free(j);
	table_free(t);
	return s;
}

static void check_repeats(struct room *r)
{
	struct plan p = {.seed = 11};
	struct extract_request q;
	struct probe_call_options o = {.base = &q, .plan = &p};
	struct probe_news *n;
	char *first, *second;

	room_request(r->picture, &q);
	plan_standard(&p);
	n = finish(r, probe_call(&o));
	first = table_text_of(n);
	probe_news_free(n);
	n = finish(r, probe_call(&o));
	second = table_text_of(n);
	ok(strcmp(first, second) == 0, "the same seeds, the same table");
	free(second);
	probe_news_free(n);
	p.hold_gate = true;
	n = finish(r, probe_call(&o));
	for (size_t i = 1; i < n->table->n; i++)
		if (n->table->row[i].kind != VARY_OFF &&
		    n->table->row[i].g != n->table->base->g)
			bug("row %zu has another gate", i);
	ok(true, "a held gate stays in every variant");
	probe_news_free(n);
	free(first);
	plan_release(&p);
	extract_request_release(&q);
}

/* A synonym is read back as the label it stands for. */
static void check_synonym(struct room *r)
{
	struct extract_request q;
	struct extraction *x;

	room_request(r->picture, &q);
	labels_add(&q.relabel.from, "Organization", 12);
	labels_add(&q.relabel.to, "company", 7);
	x = room_extract(r, &q);
	ok(strstr(x->instruction, "company") &&
	       !strstr(x->instruction, "Organization"),
	   "the instruction says the other word: %s", x->instruction);
	extraction_free(x);
	q.relabel.shuffle = true;
	q.relabel.seed = 4;
	x = room_extract(r, &q);
	ok(x->n_found == 2 && strcmp(x->found[1].rec.label, "Location") == 0,
	   "in another order the labels are the same");
	extraction_free(x);
	extract_request_release(&q);
}

/* Slices until `stop` of them, then the call is thrown away: as killed. */
static void run_part(struct room *r, struct call *c, int stop)
{
	struct err err;
	int rc = 1;

	for (int i = 0; i < stop && rc > 0; i++) {
		void *news = NULL;

		rc = c->slice(c, &r->site, &news, &err);
		probe_news_free(news);
	}
	call_free(c);
}

static void check_resume(struct room *r, enum set_kind kind)
{
	struct plan p = {.seed = 2};
	struct sweep_options w;
	struct err err;
	char *path = file_join(r->dir, "progress"), *whole, *parts;
	struct set_options o = {.kind = kind,
				.data = r->data,
				.plan = &p,
				.sweep = &w,
				.second = kind == SET_COMPARE ? r->ckpt : NULL,
				.max_tokens = LONGEST};
	struct probe_news *n;

	sweep_defaults(&w);
	w.n = 3;
	plan_add(&p, "none", NULL, &err);
	plan_add(&p, "order", "2", &err);
	plan_add(&p, "other", NULL, &err);
	n = finish(r, set_call(&o));
	whole = table_text_of(n);
	switch (kind) {
	case SET_PROBE:
		ok(n->set->done == 3 && n->set->gold && n->set->n == 4,
		   "three examples against gold, four rows");
		break;
	case SET_SWEEP:
		ok(n->sweep->set->with_image == 2 && n->sweep->n == 3,
		   "three points, two examples with a picture");
		break;
	case SET_COMPARE:
		ok(n->set->n == 2 && n->set->n_fragile == 0,
		   "a checkpoint does not differ from itself");
		break;
	}
	probe_news_free(n);
	o.progress = path;
	for (int i = 1; i < 5; i++)
		run_part(r, set_call(&o), i);
	n = finish(r, set_call(&o));
	parts = table_text_of(n);
	ok(strcmp(whole, parts) == 0,
	   "stopped four times and resumed: the same bytes");
	probe_news_free(n);
	free(parts);
	o.limit = 2;
	n = NULL;
	ok(call_run(set_call(&o), &r->site, keep_last, &n, &err) == -ERR_DATA,
	   "%s", err.text);
	probe_news_free(n);
	unlink(path);
	free(path);
	free(whole);
	plan_release(&p);
}

int main(void)
{
	struct room r;

	setlocale(LC_ALL, "C.UTF-8");
	if (!room_open(&r)) {
		skip("probing", "no umie program to teach a checkpoint with");
		return tap_done();
	}
	check_sweep(&r);
	check_forced(&r);
	check_scores(&r);
	check_needs(&r);
	check_masked(&r);
	check_repeats(&r);
	check_synonym(&r);
	check_resume(&r, SET_PROBE);
	check_resume(&r, SET_SWEEP);
	check_resume(&r, SET_COMPARE);
	room_close(&r);
	return tap_done();
}
