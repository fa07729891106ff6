/* Filters mean what they say; the queue's order, steps, progress. */
#include "sessions/filter.h"
#include "sessions/queue.h"
#include "tests/session_test.h"
#include "tests/tap.h"

/* Numbers of the examples that match, "1 3"; or the error. */
static char *matches(const struct state *s, const char *expr)
{
	struct filter *f;
	struct err err;
	struct str out = {0};

	if (filter_parse(&f, expr, s, &err) < 0)
		return xstrdup(err.text);
	for (size_t i = 0; i < s->n_examples; i++)
		if (filter_match(f, s->example[i]))
			str_addf(&out, "%s%d", out.len ? " " : "",
				 s->example[i]->number);
	filter_free(f);
	return str_detach(&out);
}

static void check_filters(struct session *session)
{
	static const char *const cases[][2] = {
	    {"", "1 2 3 4"},
	    {"task=mner", "1 4"},
	    {"task != mner", "2 3"},
	    {"split=train or split = test", "1 4"},
	    {"unc > .5", "1 3"},
	    {"unc>.5 and unc<.7", "3"},
	    {"not unc > .5", "2 4"},
	    {"not (task=mner or task=mre)", "3"},
	    {"task=mner or task=mre and unc>.5", "1 4"},
	    {"(task=mner or task=mre) and unc>.5", "1"},
	    {"n=3", "1 3"},
	    {"n>=1", "1 2 3 4"},
	    {"gate <= .25", "1 2"},
	    {"flag", "2"},
	    {"flag=0", "1 3 4"},
	    {"state=done", "1"},
	    {"state=todo", "2 3 4"},
	    {"text~Kyrie", "1"},
	    {"text~\"at their\"", "2"},
	    {"text!~'the'", "1 4"},
	    {"id=c", "3"},
	    {"absent>0", "1"},
	    {"disagree>0 and not absent>0", "3"},
	    {"number>2", "3 4"},
	    {"hard", "1 3"},
	    {"not hard and flag", "2"},
	    {"unc", "filter: character 4: one of = != < <= > >= ~ expected "
		    "after unc"},
	    {"unc ~ 3", "filter: character 5: unc is compared with = != < <= "
			"> >="},
	    {"unc > high", "filter: character 7: a number expected, not high"},
	    {"task=mner and", "filter: character 14: a field, a slice, not or "
			      "( expected"},
	    {"task=mner task=mre",
	     "filter: character 11: and, or or the end expected"},
	    {"(task=mner", "filter: character 11: a ) expected"},
	    {"text~\"Ky", "filter: character 6: the quote is not closed"},
	    {"text~\"\xc3\xa9\" nope=1",
	     "filter: character 10: and, or or the end expected"},
	};
	const struct state *s = session_state(session);
	struct err err;
	char *got;

	session_set(session, "slice hard", "unc>.5", &err);
	session_set(session, "slice loop", "loop or flag", &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		got = matches(s, cases[i][0]);
		if (!ok(strcmp(got, cases[i][1]) == 0, "%s: %s", cases[i][0],
			cases[i][1]))
			diag("got %s", got);
		free(got);
	}
	got = matches(s, "tasks=mner");
	ok(strstr(got, "no field or slice tasks; the fields are task,") != NULL,
	   "an unknown field lists the fields");
	free(got);
	got = matches(s, "loop");
	ok(strstr(got, "more than 50 levels") != NULL,
	   "a slice that names itself is told: %.60s …", got);
	free(got);
}

static void check_order(struct session *session, const char *order,
			const char *want)
{
	const struct state *s = session_state(session);
	struct queue q = {0};
	struct str got = {0};
	struct err err;

	session_set(session, "sort", order, &err);
	if (queue_make(&q, s, &err) < 0)
		diag("%s", err.text);
	for (size_t i = 0; i < q.n; i++)
		str_addf(&got, "%s%d", i ? " " : "", q.number[i]);
	if (!ok(strcmp(str_cstr(&got), want) == 0, "order %s: %s", order, want))
		diag("got %s", got.s);
	str_release(&got);
	queue_release(&q);
}

static void check_steps(struct session *session)
{
	const struct state *s = session_state(session);
	struct queue q = {0};
	struct queue_progress p;
	struct err err;
	int ahead[8];

	session_set(session, "sort", "uncertain", &err);
	session_set(session, "filter", "", &err);
	queue_make(&q, s, &err);
	ok(queue_step(&q, s, 1, 1, false) == 3 &&
	       queue_step(&q, s, 4, 1, false) == 0 &&
	       queue_step(&q, s, 1, -1, false) == 0 &&
	       queue_step(&q, s, 0, 1, false) == 1,
	   "next and previous end at the ends");
	ok(queue_step(&q, s, 4, 1, true) == 3 &&
	       queue_step(&q, s, 3, -1, true) == 4,
	   "the next to do goes round, past what is done");
	session_goto(session, 3, &err);
	queue_progress(&q, s, &p);
	ok(p.n == 4 && p.done == 1 && p.place == 2, "progress");
	ok(queue_ahead(&q, s, "m1", ahead, 8) == 0,
	   "nothing is ahead when all is predicted");
	ok(queue_ahead(&q, s, "m2", ahead, 8) == 2 && ahead[0] == 2 &&
	       ahead[1] == 4,
	   "for another model, those to do behind the one looked at");
	ok(queue_ahead(&q, s, "m2", ahead, 1) == 1, "and no more than asked");
	queue_release(&q);
}

static void check_variants(struct session *session)
{
	const struct session_example *e =
	    state_example(session_state(session), 4);
	struct extract_request r = {0};
	struct extraction *x;
	struct err err;
	int a, b, c;

	session_request(e, &r);
	free(r.instruction);
	r.instruction = xstrdup("Which {types}?");
	ok(session_variant(session, 4, &r, "instruction", &a, &err) == 0 &&
	       session_variant(session, 4, &r, "instruction", &b, &err) == 0 &&
	       a == b,
	   "the same variant is found again");
	r.gate = GATE_SET_HELD;
	r.gate_value = 0.5f;
	session_variant(session, 4, &r, "gate", &c, &err);
	e = state_example(session_state(session), 4);
	ok(c != a && e->n_variants == 2 &&
	       state_example(session_state(session), c)->parent == 4,
	   "another gate is another variant");
	x = answer(state_example(session_state(session), a), "m1", 0.1, "[]");
	session_reply(session, a, x, GATE_SET_OWN, &err);
	extraction_free(x);
	ok(e->flips == 1, "a result that the variant loses is a flip");
	ok(session_state(session)->counts.examples == 4,
	   "variants are not examples to do");
	extract_request_release(&r);
	check_order(session, "flips", "4 1 2 3");
}

int main(void)
{
	char *folder = test_folder(), *path = xasprintf("%s/q.umie", folder);
	struct session_options o = {.who = "anna", .create = true};
	struct session *s;
	struct err err;

	if (session_open(&s, path, &o, &err) < 0)
		bug("%s", err.text);
	load_test_set(s);
	for (int i = 1; i <= 4; i++)
		reply_to(s, i, "m1");
	session_goto(s, 2, &err);
	session_flag(s, true, &err);
	session_goto(s, 1, &err);
	session_done(s, &err);
	check_filters(s);
	check_order(s, "file", "1 2 3 4");
	check_order(s, "uncertain", "1 3 2 4");
	check_order(s, "gate", "4 3 2 1");
	check_order(s, "disagree", "1 3 2 4");
	check_order(s, "length", "3 2 1 4");
	check_order(s, "flips", "1 2 3 4");
	check_steps(s);
	check_variants(s);
	session_close(s, &err);
	free(path);
	remove_folder(folder);
	return tap_done();
}
