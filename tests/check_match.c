/* What of one answer is in another: matching, edits, word diffs, comparisons.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/probe/calls.h"
#include "src/probe/compare.h"
#include "src/probe/edit.h"
#include "src/probe/match.h"
#include "src/probe/news-json.h"
#include "src/probe/table.h"
#include "src/probe/wdiff.h"
#include "tests/found_test.h"
#include "tests/tap.h"

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
	return tap_done();
}
