/* Probing without a model: matching, edits, plans, diffs, tables, drawings. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/probe/alternatives.h"
#include "src/probe/calls.h"
#include "src/probe/edit.h"
#include "src/probe/match.h"
#include "src/probe/news-json.h"
#include "src/probe/plan.h"
#include "src/probe/progress.h"
#include "src/probe/stats.h"
#include "src/probe/svg.h"
#include "src/probe/table.h"
#include "src/probe/variant.h"
#include "src/probe/wdiff.h"
#include "src/probe/words.h"
#include "src/task/relabel.h"
#include "src/text/align.h"
#include "tests/tap.h"

/* An extraction made by hand. */
static struct extraction *found_in(const char *text)
{
	struct extraction *x = xcalloc(1, sizeof(*x));

	x->text = xstrdup(text);
	x->instruction = xstrdup("");
	x->raw = xstrdup("");
	return x;
}

static struct found *add(struct extraction *x, enum task t, const char *label)
{
	struct found *f;

	x->found = xrealloc(x->found, x->n_found + 1, sizeof(*x->found));
	f = &x->found[x->n_found++];
	*f = (struct found){.event = -1, .p = 0.5f};
	f->rec.task = t;
	f->rec.label = xstrdup(label);
	return f;
}

static void locate(const struct extraction *x, const char *s, struct mention *m)
{
	struct alignment a;

	align(x->text, strlen(x->text), s, strlen(s), &a);
	*m = (struct mention){a.fit, -1, -1, a.n};
	if (a.n) {
		m->start = a.place[0].start;
		m->end = a.place[0].end;
	}
	alignment_release(&a);
}

static void entity(struct extraction *x, const char *label, const char *text)
{
	struct found *f = add(x, TASK_MNER, label);

	f->rec.text = xstrdup(text);
	locate(x, text, &f->text);
}

static void relation(struct extraction *x, const char *label, const char *head,
		     const char *tail)
{
	struct found *f = add(x, TASK_MRE, label);

	f->rec.head = xstrdup(head);
	f->rec.tail = xstrdup(tail);
	locate(x, head, &f->head);
	locate(x, tail, &f->tail);
}

/* Marks of the base's results, then how many are new: ".L-+1" */
static char *marks(const struct extraction *a, const struct extraction *b,
		   const int32_t *origin, size_t n)
{
	struct str s = {0};
	struct matching m;

	match(a, b, origin, n, &m);
	for (size_t i = 0; i < m.n; i++)
		str_add(&s, mark_sign(m.mark[i]));
	str_addf(&s, "+%zu", m.added);
	matching_release(&m);
	return str_detach(&s);
}

static void marks_are(const struct extraction *a, const struct extraction *b,
		      const char *want, const char *what)
{
	char *got = marks(a, b, NULL, 0);

	if (!ok(strcmp(got, want) == 0, "%s", what))
		diag("got %s, want %s", got, want);
	free(got);
}

static const char TEXT[] = "Kevin Love met Kyle in Quicken Loans Arena , Ohio";

static void check_entities(void)
{
	struct extraction *a = found_in(TEXT), *b = found_in(TEXT);
	struct matching m;
	struct counts c = {0};

	entity(a, "Person", "Kevin Love");
	entity(a, "Person", "Kyle");
	entity(a, "Location", "Quicken Loans Arena");
	entity(a, "Location", "Ohio");
	entity(a, "Organization", "Cavaliers");
	marks_are(a, a, ".....+0", "nothing changes: all the same");
	entity(b, "Person", "Kevin");
	entity(b, "Person", "Kyle");
	entity(b, "Organization", "Quicken Loans Arena");
	entity(b, "Person", "met");
	entity(b, "Organization", "Cavaliers");
	marks_are(a, b, "B.L-.+1", "edges, same, label, lost, nowhere, new");
	match(a, b, NULL, 0, &m);
	matching_counts(&m, &c);
	ok(matching_flips(&m) == 4, "flips count changes and what is new");
	ok(c.tp == 2 && c.fp == 3 && c.fn == 3,
	   "only what is the same is right");
	matching_release(&m);
	extraction_free(a);
	extraction_free(b);
}

static void check_twice(void)
{
	struct extraction *a = found_in("Bo and Bo"),
			  *b = found_in("Bo and Bo");

	entity(a, "Person", "Bo");
	entity(a, "Location", "Bo");
	entity(b, "Location", "Bo");
	entity(b, "Person", "Bo");
	marks_are(a, b, "..+0", "what is the same is never given away");
	extraction_free(a);
	extraction_free(b);
}

static void check_relations(void)
{
	struct extraction *a = found_in(TEXT), *b = found_in(TEXT);

	relation(a, "peer", "Kevin Love", "Kyle");
	relation(a, "member of", "Kyle", "Quicken Loans Arena");
	relation(b, "couple", "Kevin Love", "Kyle");
	relation(b, "member of", "Kyle", "Loans Arena");
	relation(b, "peer", "Kyle", "Kevin Love");
	marks_are(a, b, "LB+1", "of a relation the pair is the place");
	extraction_free(a);
	extraction_free(b);
}

static void event(struct extraction *x, const char *type, const char *trigger)
{
	struct found *f = add(x, TASK_MED, type);

	f->rec.text = xstrdup(trigger);
	locate(x, trigger, &f->text);
}

static void argument(struct extraction *x, int owner, const char *role,
		     const char *text, int region)
{
	struct found *f = add(x, TASK_MEAE, role);

	f->event = owner;
	f->rec.text = xstrdup(text);
	f->rec.region = region;
	if (!region)
		locate(x, text, &f->text);
}

static void two_boxes(struct extraction *x, float left)
{
	x->regions.n = 3;
	x->regions.box[0] = (struct box){0, 0, 100, 100};
	x->regions.box[1] = (struct box){0, 0, 40, 40};
	x->regions.box[2] = (struct box){left, 50, left + 40, 90};
}

static void check_events(void)
{
	struct extraction *a = found_in("police shot at protesters"),
			  *b = found_in("police shot at protesters");

	two_boxes(a, 50);
	two_boxes(b, 60);
	event(a, "Attack", "shot");
	argument(a, 0, "Attacker", "police", 0);
	argument(a, 0, "Target", "O2", 2);
	argument(a, 0, "Instrument", "O1", 1);
	event(b, "Die", "shot");
	argument(b, 0, "Attacker", "protesters", 0);
	argument(b, 0, "Target", "O2", 2);
	argument(b, 0, "Place", "O1", 1);
	marks_are(a, b, "L-.L+1",
		  "an event's trigger, an argument's box with IoU 0.5");
	b->image_path = xstrdup("other.png");
	marks_are(a, b, "L---+3", "boxes of another picture are others");
	extraction_free(a);
	extraction_free(b);
}

static void check_changed_text(void)
{
	struct extraction *a = found_in("Rex is in Rome"), *b;
	struct edited e;
	struct records gold = {0};
	struct counts c = {0};
	struct record *r;
	char *got;

	entity(a, "Person", "Rex");
	entity(a, "Location", "Rome");
	edit_wrap(a->text, "Hello there.", "", &e);
	b = found_in(e.text);
	entity(b, "Person", "Rex");
	entity(b, "Location", "Rome");
	got = marks(a, b, e.origin, e.n);
	ok(strcmp(got, "..+0") == 0, "places move with a sentence in front");
	free(got);
	extraction_free(b);
	edited_release(&e);

	edit_case(a->text, CASE_UPPER, &e);
	ok(strcmp(e.text, "REX IS IN ROME") == 0, "upper case");
	b = found_in(e.text);
	entity(b, "Person", "REX");
	entity(b, "Person", "ROME");
	got = marks(a, b, e.origin, e.n);
	ok(strcmp(got, ".L+0") == 0, "the case of a place does not matter");
	free(got);
	r = records_add(&gold, TASK_MNER);
	r->label = xstrdup("Person");
	r->text = xstrdup("Rex");
	match_gold(&gold, a, b, e.origin, e.n, &c);
	ok(c.tp == 1 && c.fp == 1 && c.fn == 0,
	   "against gold strings are read where they came from");
	records_release(&gold);
	extraction_free(b);
	edited_release(&e);
	extraction_free(a);
}

static bool origins_fit(const char *before, const struct edited *e)
{
	size_t n = strlen(e->text);

	if (utf8_count(e->text, n) != e->n)
		return false;
	for (size_t i = 0; i < e->n; i++)
		if (e->origin[i] >= (int32_t)utf8_count(before, strlen(before)))
			return false;
	return true;
}

static void check_edits(void)
{
	static const char text[] = "Zoë wörked in Zürich yesterday 👍🏽";
	struct edited e, again, other;
	struct err err;
	int32_t a, b;

	edit_typos(text, 3, 7, &e);
	edit_typos(text, 3, 7, &again);
	edit_typos(text, 3, 8, &other);
	ok(strcmp(e.text, text) != 0 && strcmp(e.text, again.text) == 0,
	   "the same seed makes the same mistakes: %s", e.text);
	ok(strcmp(e.text, other.text) != 0, "another seed makes others");
	ok(origins_fit(text, &e) &&
	       utf8_valid(e.text, strlen(e.text)) == strlen(e.text),
	   "every letter has an origin in the text");
	edited_release(&e);
	edited_release(&again);
	edited_release(&other);
	edit_typos("a b 1 2", 5, 1, &e);
	ok(strcmp(e.text, "a b 1 2") == 0, "no word, no mistake");
	edited_release(&e);
	edit_case("straße ÉTÉ don't", CASE_TITLE, &e);
	ok(strcmp(e.text, "Straße Été Don'T") == 0, "title case: %s", e.text);
	edited_release(&e);
	edit_stop("All is well.", &e);
	ok(strcmp(e.text, "All is well") == 0, "a full stop goes");
	edited_release(&e);
	edit_stop("All is well", &e);
	ok(strcmp(e.text, "All is well.") == 0 && e.origin[e.n - 1] == -1,
	   "and comes");
	edited_release(&e);
	edit_cut("Rex is in Rome", 4, 6, &e);
	ok(strcmp(e.text, "Rex in Rome") == 0 && e.origin[7] == 10,
	   "a part removed, with one of its two spaces");
	edited_release(&e);
	edit_guess("Rex is in Rome", "Rex was in Rome", &e);
	ok(e.origin[0] == 0 && e.origin[4] == -1 && e.origin[e.n - 1] == 13,
	   "what was edited by hand is between what was not");
	edited_release(&e);
	ok(edit_find("Rex is in Rome", "Rome", &a, &b, &err) == 0 && a == 10 &&
	       b == 14,
	   "a part by its words");
	ok(edit_find("Rex is in Rome", "4-6", &a, &b, &err) == 0 && a == 4 &&
	       b == 6,
	   "or by its offsets");
	ok(edit_find("Rex", "2-9", &a, &b, &err) == -ERR_USAGE, "%s", err.text);
	ok(edit_find("Rex", "Max", &a, &b, &err) == -ERR_USAGE, "%s", err.text);
}

static void diff_is(const char *a, const char *b, const char *want)
{
	struct str s = {0};

	wdiff(a, b, &s);
	if (!ok(strcmp(str_cstr(&s), want) == 0, "diff: %s", want))
		diag("got %s", str_cstr(&s));
	str_release(&s);
}

static void check_wdiff(void)
{
	diff_is("Please extract the following type: {types}.",
		"Identify the following type: {types}.",
		"[-Please extract-] {+Identify+} the following type: "
		"{types}.");
	diff_is("a b c", "a b c", "a b c");
	diff_is("a b", "", "[-a b-]");
	diff_is("", "a b", "{+a b+}");
	diff_is("a b c d", "a x c y", "a [-b-] {+x+} c [-d-] {+y+}");
}

/* For each letter of `new` the one of `old` there, or a dot. */
static void origin_is(const char *old, const char *new, const char *want)
{
	size_t n;
	int32_t *origin = wdiff_origin(old, new, &n);
	struct str s = {0};

	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (origin[i] < 0) {
			str_addc(&s, '.');
			continue;
		}
		at = utf8_offset(old, strlen(old), (size_t)origin[i]);
		str_addn(&s, old + at,
			 utf8_offset(old + at, strlen(old + at), 1));
	}
	if (!ok(strcmp(str_cstr(&s), want) == 0, "origin: %s", want))
		diag("got %s", str_cstr(&s));
	str_release(&s);
	free(origin);
}

static void check_origin(void)
{
	origin_is("Ann met Bo", "Ann met Bo", "Ann.met.Bo");
	origin_is("in Zürich", "Ann in  Zürich today", "....in..Zürich......");
	origin_is("a b", "c", ".");
	origin_is("", "", "");
}

static struct comparison *two_texts(void)
{
	struct extraction *a = found_in("Rex is in Rome with Ann"),
			  *b = found_in("Today Rex is with Ann in Rome .");

	entity(a, "Animal", "Rex");
	entity(a, "Location", "Rome");
	entity(a, "Person", "Ann");
	entity(b, "Person", "Rex");
	entity(b, "Person", "Ann");
	entity(b, "Location", "Rome");
	entity(b, "Location", "Today");
	a->image_path = xstrdup("a/dog.png");
	b->image_path = xstrdup("b/dog.png");
	return comparison_new("one", "two", a, b);
}

static char *report_of(const struct comparison *c)
{
	struct table *t = comparison_report(c);
	struct str s = {0};

	table_lines(t, &s);
	table_free(t);
	return str_detach(&s);
}

static struct json *no_request(void *context, const struct extract_request *r)
{
	(void)context;
	(void)r;
	return json_new_object();
}

static int no_request_read(void *context, const struct json *j,
			   struct extract_request *out, struct err *err)
{
	(void)context;
	(void)j;
	(void)out;
	return err_set(err, ERR_DATA, "a comparison holds no request");
}

/* What is recorded of a comparison is shown as it was. */
static void check_recorded(const char *want)
{
	static const struct request_format f = {NULL, no_request,
						no_request_read};
	struct probe_news *n = probe_news_new(1, 1), *again = NULL;
	struct json *written, *j;
	struct err err;
	char *got;

	n->comparison = two_texts();
	written = news_json(n, &f);
	got = json_print(written);
	j = json_parse(got, strlen(got), "news", &err);
	free(got);
	json_free(written);
	if (!j || news_read(&again, j, "news", &f, &err) < 0)
		bug("%s", err.text);
	got = report_of(again->comparison);
	if (!ok(strcmp(got, want) == 0, "and the same when it was recorded"))
		diag("%s", got);
	free(got);
	json_free(j);
	probe_news_free(n);
	probe_news_free(again);
}

static void check_two_texts(void)
{
	struct comparison *c = two_texts();
	char *text = report_of(c);

	ok(strncmp(text, "2 differences ", 14) == 0,
	   "two texts: another label and one that is new");
	ok(strstr(text, "  L  Animal Rex     0.50  Person Rex      0.50\n"),
	   "a word that both have is one place");
	ok(strstr(text, "  +                       Location Today  0.50\n"),
	   "what only the second has is new");
	ok(strstr(text, "  .  Location Rome  ") &&
	       strstr(text, "  .  Person Ann     "),
	   "words that stand elsewhere are found by what they say");
	ok(strstr(text, "  text 1: Rex is in Rome with Ann\n  text 2: Today"),
	   "both texts are told");
	ok(strstr(text, "  picture dog.png and dog.png (another)\n"),
	   "two pictures of one name are two");
	if (!strstr(text, "  text 1: "))
		diag("%s", text);
	check_recorded(text);
	free(text);
	comparison_free(c);
}

static void check_plan(void)
{
	static const char *const words[] = {"order", "10", "typo", "none",
					    "prefix=Oh my"};
	struct plan p = {0}, q = {0};
	struct str s = {0};
	struct err err;
	char path[] = "/tmp/umie-plan-XXXXXX";
	int fd = mkstemp(path);

	ok(plan_words(&p, words, 5, &err) == 0 && p.n == 4 &&
	       strcmp(p.item[0].value, "10") == 0 && !p.item[1].value,
	   "a plan as it is typed");
	plan_print(&p, &s);
	ok(file_replace(path, s.s, s.len, &err) == 0 &&
	       plan_read(&q, path, &err) == 0 && q.n == p.n &&
	       strcmp(q.item[3].value, "Oh my") == 0,
	   "written and read again it is the same");
	plan_release(&p);
	plan_release(&q);
	str_release(&s);
	close(fd);
	unlink(path);
	ok(plan_add(&p, "frobnicate", NULL, &err) == -ERR_USAGE, "%s",
	   err.text);
	ok(plan_add(&p, "order", "many", &err) == -ERR_USAGE, "%s", err.text);
	ok(plan_add(&p, "none", "1", &err) == -ERR_USAGE, "%s", err.text);
	ok(plan_add(&p, "prefix", NULL, &err) == -ERR_USAGE, "%s", err.text);
	plan_release(&p);
}

static void check_words(void)
{
	bool full = true;

	for (int t = TASK_MNER; t < TASK_MEE; t++)
		for (size_t i = 0; i < PARAPHRASES; i++) {
			const char *s = paraphrase((enum task)t, i);
			const char *list = t == TASK_MNER  ? "{types}"
					   : t == TASK_MRE ? "{relations}"
					   : t == TASK_MED ? "{events}"
							   : "{roles}";

			full &= s && strstr(s, list);
			full &= t != TASK_MRE ||
				(strstr(s, "{head}") && strstr(s, "{tail}"));
		}
	ok(full, "ten wordings for each task, each with its fields");
	ok(!paraphrase(TASK_MEE, 0), "and none for mee");
}

static void check_relabel(void)
{
	struct schema s, t;
	struct err err;
	struct relabel r = {.shuffle = true, .seed = 5};
	char *a, *b;

	schema_paper(&s, &err);
	labels_add(&r.from, "Person", 6);
	labels_add(&r.to, "human", 5);
	relabel_schema(&r, &s, &t);
	a = labels_join(&s.relations);
	b = labels_join(&t.relations);
	ok(s.relations.n == t.relations.n && strcmp(a, b) != 0,
	   "another order, the same labels");
	free(a);
	free(b);
	ok(labels_find(&t.entities, "human", 5) >= 0 &&
	       labels_find(&t.entities, "Person", 6) < 0,
	   "another word for a label");
	ok(strcmp(relabel_mean(&r, "Human"), "Person") == 0 &&
	       strcmp(relabel_mean(&r, "Location"), "Location") == 0,
	   "which means what it meant");
	ok(t.event_roles[labels_find(&t.events, "Meet", 4)].n ==
	       s.event_roles[labels_find(&s.events, "Meet", 4)].n,
	   "events keep their roles");
	schema_release(&s);
	schema_release(&t);
	relabel_release(&r);
}

static void check_stats(void)
{
	struct counts a[40], b[40];
	struct interval d, again;

	for (int i = 0; i < 40; i++) {
		a[i] = (struct counts){1, 1, 1};
		b[i] = (struct counts){1 + i % 2, 1 - i % 2, 1 - i % 2};
	}
	d = bootstrap_difference(a, b, 40, 3);
	again = bootstrap_difference(a, b, 40, 3);
	ok(fabs(d.value - 0.25) < 1e-12 && d.lo < d.value && d.hi > d.value &&
	       d.lo > 0.1 && d.hi < 0.4,
	   "a quarter better, %.3f to %.3f", d.lo, d.hi);
	ok(d.lo == again.lo && d.hi == again.hi, "and the same again");
	d = bootstrap_difference(a, a, 40, 3);
	ok(d.value == 0 && d.lo == 0 && d.hi == 0, "no difference is none");
	/* Binomial tails by hand: 2*(1+10)/2^10, and 1 for a tie. */
	ok(fabs(mcnemar(1, 9) - 22.0 / 1024) < 1e-12, "McNemar 1 against 9");
	ok(mcnemar(4, 4) == 1 && mcnemar(0, 0) == 1, "a tie says nothing");
}

static void check_table(void)
{
	struct table *t = table_new("kind", "title");
	struct str s = {0};
	struct json *j;
	char *line;

	table_column(t, "name", "name", -1);
	table_column(t, "v", "value", 2);
	table_text(t, table_row(t), 0, "a,\"b\"");
	table_number(t, 0, 1, 1.0 / 3);
	table_text(t, table_row(t), 0, "<x> & é");
	table_note(t, "a note");
	table_fact_number(t, "n", 2);
	table_csv(t, &s);
	ok(strcmp(s.s, "name,v\n\"a,\"\"b\"\"\",0.333333333\n<x> & é,\n") == 0,
	   "CSV quotes and leaves gaps");
	str_clear(&s);
	table_lines(t, &s);
	ok(strcmp(s.s, "title\n  name     value\n  a,\"b\"     0.33\n"
		       "  <x> & é\n  a note\n") == 0,
	   "lines are aligned by letters");
	str_clear(&s);
	table_svg(t, &s);
	ok(strstr(s.s, "&lt;x&gt; &amp; é") && strstr(s.s, "</svg>\n"),
	   "SVG is escaped");
	j = table_json(t);
	line = json_print(j);
	ok(strcmp(line,
		  "{\"schema\":\"umie/1\",\"table\":\"kind\",\"n\":2,"
		  "\"rows\":[{\"name\":\"a,\\\"b\\\"\",\"v\":"
		  "0.333333333},{\"name\":\"<x> & é\",\"v\":null}]}") == 0,
	   "JSON has nulls for gaps");
	free(line);
	json_free(j);
	str_release(&s);
	table_free(t);
}

static int count_lines(void *context, const struct json *line, struct err *err)
{
	int *n = context;

	(void)line;
	(void)err;
	++*n;
	return 0;
}

/* Cut a progress file at every byte: whole lines are kept, no more. */
static void check_progress(void)
{
	char path[] = "/tmp/umie-progress-XXXXXX";
	struct json *header = json_new_object(), *other = json_new_object();
	struct json *line = json_new_object();
	struct progress p, second;
	struct str whole = {0};
	struct err err;
	int fd = mkstemp(path), n = 0;
	bool right = true;

	close(fd);
	unlink(path);
	json_put_string(header, "run", "a");
	json_put_string(other, "run", "b");
	json_put_int(line, "i", 1);
	progress_open(&p, path, header, count_lines, &n, &err);
	for (int i = 0; i < 3; i++)
		progress_add(&p, line, count_lines, &n, &err);
	ok(n == 3, "each line that is added is taken");
	ok(progress_open(&second, path, header, count_lines, &n, &err) ==
	       -ERR_FAILED,
	   "%s", err.text);
	progress_close(&second);
	progress_close(&p);
	file_read(path, 1 << 20, &whole, &err);
	for (size_t cut = 0; cut <= whole.len; cut++) {
		size_t first = strcspn(whole.s, "\n") + 1;
		int lines = cut < first ? 0 : (int)((cut - first) / 8);

		n = 0;
		file_replace(path, whole.s, cut, &err);
		right &=
		    progress_open(&p, path, header, count_lines, &n, &err) == 0;
		right &= n == lines;
		for (; n < 3;)
			progress_add(&p, line, count_lines, &n, &err);
		progress_close(&p);
	}
	ok(right, "cut at any byte it goes on behind the last whole line");
	ok(progress_open(&p, path, other, count_lines, &n, &err) == -ERR_DATA,
	   "%s", err.text);
	progress_close(&p);
	unlink(path);
	str_release(&whole);
	json_free(header);
	json_free(other);
	json_free(line);
}

/* Variants are children: the base is never touched. */
static void check_variants(void)
{
	struct schema s;
	struct variant_context c = {.instruction = "Extract: {types}."};
	struct extract_request base = {0};
	struct variants v = {0}, w = {0};
	struct plan p = {0};
	struct err err;
	bool same = true;

	schema_paper(&s, &err);
	c.schema = &s;
	base.text = xstrdup("Ann lives in Paris");
	base.image = xstrdup("a.png");
	plan_standard(&p);
	plan_add(&p, "mistype", NULL, &err);
	plan_add(&p, "span", "lives", &err);
	variants_begin(&v, &base);
	variants_begin(&w, &base);
	ok(variants_make(&v, &p, true, &c, &err) == 0 &&
	       variants_make(&w, &p, true, &c, &err) == 0,
	   "the standard plan makes %zu rows", v.n);
	for (size_t i = 0; i < variants_members(&v); i++) {
		const struct extract_request *a =
		    &variants_member(&v, i)->request;
		const struct extract_request *b =
		    &variants_member(&w, i)->request;

		same &= strcmp(a->text, b->text) == 0 &&
			a->relabel.seed == b->relabel.seed &&
			(a->instruction
			     ? strcmp(a->instruction, b->instruction) == 0
			     : !b->instruction);
	}
	ok(same, "twice the same ones");
	ok(strcmp(v.v[0].member->request.text, base.text) == 0 &&
	       !v.v[0].member->request.instruction,
	   "the base stays as it is");
	variants_release(&v);
	base.task = TASK_MEE;
	variants_begin(&v, &base);
	ok(variants_make(&v, &p, true, &c, &err) == -ERR_USAGE, "%s", err.text);
	variants_release(&v);
	variants_begin(&v, &base);
	ok(variants_make(&v, &p, false, &c, &err) == 0,
	   "what a task cannot have is left out of a standard plan");
	variants_release(&v);
	variants_release(&w);
	plan_release(&p);
	extract_request_release(&base);
	schema_release(&s);
}

/* Answers with another label in a result's place, in both grammars. */
static void check_answers(void)
{
	struct extraction *x = found_in(TEXT);
	struct extract_request r = {0};
	struct alternatives *a;
	struct schema s;
	struct err err;
	char *answer;

	schema_paper(&s, &err);
	entity(x, "Person", "Kevin Love");
	entity(x, "Location", "Ohio");
	a = alternatives_new(x, 1, &s, 1, &err);
	ok(a->label.n == 5 && a->own == 1, "four types, and none");
	answer = alternatives_answer(a, x, &r, ANSWER_PAPER, 2);
	ok(strcmp(answer, "Person, Kevin Love <spot> Organization, Ohio") == 0,
	   "another type: %s", answer);
	free(answer);
	answer = alternatives_answer(a, x, &r, ANSWER_PAPER, 4);
	ok(strcmp(answer, "Person, Kevin Love") == 0, "none: %s", answer);
	free(answer);
	labels_add(&r.relabel.from, "Person", 6);
	labels_add(&r.relabel.to, "human", 5);
	answer = alternatives_answer(a, x, &r, ANSWER_PAPER, 1);
	ok(strcmp(answer, "human, Kevin Love <spot> Location, Ohio") == 0,
	   "in the words of the variant: %s", answer);
	free(answer);
	alternatives_free(a);
	ok(!alternatives_new(x, 2, &s, 1, &err), "%s", err.text);
	extract_request_release(&r);
	extraction_free(x);
	schema_release(&s);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	check_entities();
	check_twice();
	check_relations();
	check_events();
	check_changed_text();
	check_edits();
	check_wdiff();
	check_origin();
	check_two_texts();
	check_plan();
	check_words();
	check_relabel();
	check_stats();
	check_table();
	check_progress();
	check_variants();
	check_answers();
	return tap_done();
}
