/*
 * check_import -- records of a file become decisions; a person's stay.
 */
#include "tests/session_test.h"

#include "sessions/export.h"
#include "sessions/import.h"
#include "src/data/compare.h"
#include "tests/tap.h"

static char *folder;

static struct session *fresh(const char *name)
{
	char *path = xasprintf("%s/%s.umie", folder, name);
	struct session_options o = {.who = "anna", .create = true};
	struct session *s;
	struct err err;

	if (session_open(&s, path, &o, &err) < 0)
		bug("%s", err.text);
	if (session_state(s)->n_examples == 0)
		load_test_set(s);
	free(path);
	return s;
}

/* Import JSON lines; the report is released by the caller. */
static struct import_report bring(struct session *s, const char *set, bool done)
{
	struct import_report r;
	struct dataset d = {0};
	struct err err;

	if (dataset_parse(&d, set, strlen(set), "theirs.jsonl", NULL, &err) <
		0 ||
	    session_import(s, &d, done, &r, &err) < 0)
		bug("%s", err.text);
	dataset_release(&d);
	return r;
}

static const struct session_example *nth(const struct session *s, int n)
{
	return state_example(session_state(s), n);
}

/* The entity or event with this label at this place; NULL: there is none. */
static const struct item *at(const struct session_example *e, const char *label,
			     int start)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (strcmp(e->item[i].label, label) == 0 &&
		    e->item[i].self.start == start)
			return &e->item[i];
	return NULL;
}

#define A                                                                \
	"{\"id\":\"a\",\"task\":\"mner\",\"text\":\"Kyrie met Kyrie in " \
	"Boston\","
#define B                                                                 \
	"{\"id\":\"b\",\"task\":\"mre\",\"text\":\"Ann and Bob at their " \
	"wedding\","
#define C                                                            \
	"{\"id\":\"c\",\"task\":\"mee\",\"text\":\"Smoke after the " \
	"airstrike on Suruc\",\"image\":\"c.png\","
#define PERSON "{\"type\":\"Person\",\"text\":\"Kyrie\"}"
#define SECOND \
	"{\"type\":\"Person\",\"text\":\"Kyrie\",\"start\":10,\"end\":15}"

static void check_takes(void)
{
	struct session *s = fresh("takes");
	struct import_report r = bring(
	    s,
	    A "\"gold\":[" PERSON "," SECOND "]}\n" B
	      "\"gold\":[{\"relation\":\"couple\",\"head\":\"Ann\",\"tail\":"
	      "\"Bob\"}]}\n" C
	      "\"gold\":[{\"event\":\"Attack\",\"text\":\"airstrike\"},"
	      "{\"event\":\"Injure\",\"text\":\"Smoke\",\"id\":\"i\"},"
	      "{\"role\":\"Place\",\"event\":\"Injure\",\"event_id\":\"i\","
	      "\"text\":\"Suruc\"},{\"role\":\"Target\",\"event\":\"Attack\","
	      "\"box\":[1,2,30,40]}]}\n",
	    false);
	const struct item *it;
	struct err err;
	size_t undo;

	ok(r.examples == 3 && r.taken == 7 && r.conflicts.n == 0 &&
	       r.strangers.n == 0,
	   "three examples, seven records (%zu, %zu)", r.examples, r.taken);
	import_report_release(&r);
	it = at(nth(s, 1), "Person", 0);
	ok(it && it->state == ITEM_ACCEPTED && it->layers == LAYER_GOLD,
	   "what the data set says too is accepted");
	it = at(nth(s, 1), "Person", 10);
	ok(it && it->state == ITEM_ADDED && it->last.kind == ACT_KIND_IMPORT,
	   "what is new is added, at its own place");
	ok(nth(s, 2)->n_items == 1 &&
	       nth(s, 2)->item[0].kind == ITEM_RELATION &&
	       nth(s, 2)->item[0].tail.start == 8,
	   "a relation needs no entities");
	it = at(nth(s, 3), "Place", 29);
	ok(it && at(nth(s, 3), "Injure", 0) &&
	       it->event == at(nth(s, 3), "Injure", 0)->id,
	   "an argument goes to the event that came with it");
	ok(nth(s, 3)->n_items == 5 && session_unsaved(s) == 0,
	   "a box of the picture too; all is saved");
	undo = session_state(s)->n_undo;
	ok(undo == 3 && session_undo(s, 1, &err) == 0 &&
	       session_state(s)->n_undo == 0 && nth(s, 2)->n_items == 0 &&
	       nth(s, 3)->n_items == 2,
	   "one undo takes the whole import back");
	ok(session_redo(s, 1, &err) == 0 && session_state(s)->n_undo == 3 &&
	       nth(s, 3)->n_items == 5,
	   "one redo brings it again");
	r = bring(s, A "\"gold\":[" PERSON "," SECOND "]}\n", false);
	ok(r.taken == 0 && r.already == 2 && session_state(s)->n_undo == 3,
	   "the same again changes nothing");
	import_report_release(&r);
	session_close(s, &err);
}

static void check_conflicts(void)
{
	struct session *s = fresh("conflicts");
	struct import_report r;
	const struct item *it;
	int id = 1, loc;
	struct err err;

	session_goto(s, 1, &err);
	session_reject(s, &id, 1, &err);
	session_span(s, "Location", 10, 15, &loc, &err);
	r = bring(s,
		  A "\"gold\":[" PERSON "," SECOND ",{\"type\":\"Location\","
		    "\"text\":\"Boston\"}]}\n",
		  true);
	it = example_item(nth(s, 1), 1);
	ok(r.conflicts.n == 2 && r.taken == 1, "two conflicts, the rest is "
					       "taken");
	ok(it->state == ITEM_REJECTED && it->last.kind == ACT_KIND_REJECT &&
	       strcmp(r.conflicts.name[0],
		      "example 1 (a): Person Kyrie (0-5); here 1 Person Kyrie "
		      "(0-5) is rejected by anna") == 0,
	   "a rejection stays: %s", r.conflicts.name[0]);
	ok(!at(nth(s, 1), "Person", 10) && at(nth(s, 1), "Location", 10) &&
	       strstr(r.conflicts.name[1], "here 3 Location Kyrie (10-15) is "
					   "added"),
	   "so does another type: %s", r.conflicts.name[1]);
	ok(nth(s, 1)->conflicts == 2 && nth(s, 1)->progress == PROGRESS_TODO &&
	       r.done == 0,
	   "the example is not done, and can be found");
	import_report_release(&r);
	session_goto(s, 1, &err);
	ok(session_done(s, &err) == 0 && nth(s, 1)->conflicts == 0,
	   "when a person is done with it, nothing is open");
	r = bring(s,
		  A "\"gold\":[{\"type\":\"Miscellaneous\",\"text\":\"met\"}]}"
		    "\n",
		  false);
	ok(r.conflicts.n == 1 && r.taken == 0 &&
	       strstr(r.conflicts.name[0],
		      "Miscellaneous met (6-9); here the example is done "
		      "without it"),
	   "what a done example lacks is a conflict: %s", r.conflicts.name[0]);
	import_report_release(&r);
	session_close(s, &err);
}

static void check_unlabelled(void)
{
	struct session *s = fresh("unlabelled");
	struct import_report r =
	    bring(s, A "\"split\":\"train\"}\n" B "\"gold\":[]}\n", true);
	struct err err;

	ok(r.done == 1 && nth(s, 1)->progress == PROGRESS_TODO &&
	       nth(s, 2)->progress == PROGRESS_DONE,
	   "an example without records is no example that has none");
	import_report_release(&r);
	session_close(s, &err);
}

static void check_strangers(void)
{
	struct session *s = fresh("strangers");
	struct err err;
	struct import_report r = bring(
	    s,
	    "{\"id\":\"a\",\"task\":\"mner\",\"text\":\"Another text\"}\n"
	    "{\"id\":\"zz\",\"task\":\"mner\",\"text\":\"Nobody knows\"}\n"
	    "{\"id\":\"yy\",\"task\":\"mner\",\"text\":\" Kyrie  met Kyrie in "
	    "Boston\",\"gold\":[{\"type\":\"Person\",\"text\":\"Kyrie\","
	    "\"start\":12,\"end\":17}]}\n"
	    "{\"id\":\"a\",\"task\":\"mre\",\"text\":\"Kyrie met Kyrie in "
	    "Boston\"}\n",
	    true);

	ok(r.strangers.n == 3 && r.other_text == 2,
	   "what is in the session under no id or text is counted (%zu, %zu)",
	   r.strangers.n, r.other_text);
	ok(r.examples == 1 && r.taken == 1 && r.done == 1 &&
	       at(nth(s, 1), "Person", 10) &&
	       nth(s, 1)->progress == PROGRESS_DONE,
	   "another id and other blanks do not matter, places follow");
	import_report_release(&r);
	session_close(s, &err);
}

/* What was decided in one session, brought into another as JSONL. */
static void check_round_trip(void)
{
	struct session *from = fresh("from"), *to = fresh("to");
	struct write_options o = {.format = DATA_JSONL};
	struct dataset d = {0}, e = {0};
	struct import_report r;
	struct losses lost = {0};
	struct str was = {0}, is = {0};
	struct err err;
	int id = 1, event;

	for (int i = 1; i <= 4; i++) {
		reply_to(from, i, "m1");
		reply_to(to, i, "m1");
	}
	session_goto(from, 1, &err);
	session_type(from, id, "Organization", &err);
	id = 2;
	session_reject(from, &id, 1, &err);
	session_note(from, 0, "look", &err);
	session_done(from, &err);
	session_goto(from, 2, &err);
	id = 1;
	session_accept(from, &id, 1, &err);
	session_done(from, &err);
	session_goto(from, 3, &err);
	session_trigger(from, "Die", 0, 5, &event, &err);
	session_arg(from, "Victim", event, 29, 34, NULL, &err);
	session_arg_box(from, "Target", event, 1, NULL, NULL, &err);
	session_done(from, &err);
	session_dataset(session_state(from), NULL, &d);
	if (dataset_print(&d, &o, &was, &lost, &err) < 0)
		bug("%s", err.text);
	r = bring(to, was.s, false);
	ok(r.conflicts.n == 0 && r.unplaced == 0 && r.done == 3,
	   "decisions of one session go into another");
	import_report_release(&r);
	ok(example_item(nth(to, 1), 1)->state == ITEM_EDITED &&
	       example_item(nth(to, 1), 2)->state == ITEM_REJECTED &&
	       strcmp(example_item(nth(to, 1), 1)->last.model, "m1") == 0,
	   "edited and rejected as they were, with what was seen");
	session_dataset(session_state(to), NULL, &e);
	if (!ok(dataset_compare(&d, &e, DATA_JSONL, &is) == 0,
		"and come out as they went in"))
		diag("%s", is.s);
	dataset_release(&d);
	dataset_release(&e);
	str_release(&was);
	str_release(&is);
	session_close(from, &err);
	session_close(to, &err);
}

int main(void)
{
	folder = test_folder();
	check_takes();
	check_conflicts();
	check_unlabelled();
	check_strangers();
	check_round_trip();
	remove_folder(folder);
	return tap_done();
}
