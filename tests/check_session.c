/*
 * check_session -- what a session promises to the person who uses it.
 */
#include "tests/session_test.h"

#include "sessions/import.h"
#include "src/base/file.h"
#include "src/base/rng.h"
#include "tests/tap.h"

static char *folder, *path;

static const struct item *item_here(const struct session *s, int id)
{
	return example_item(session_here(s), id);
}

static void check_layers(struct session *s)
{
	const struct session_example *e = state_example(session_state(s), 1);
	char layers[4];

	ok(e->n_items == 2 && e->item[0].layers == LAYER_GOLD,
	   "gold records are items before the model has answered");
	for (int i = 1; i <= 4; i++)
		reply_to(s, i, "m1");
	ok(e->n_items == 4, "model and gold are merged (%zu items)",
	   e->n_items);
	ok(strcmp(item_layers(e->item[0].layers, layers), "MG") == 0 &&
	       e->item[0].id == 1,
	   "what both say is one item");
	ok(e->item[1].self.start == 10 && e->item[1].self.place == 2 &&
	       e->item[1].layers == LAYER_MODEL,
	   "a name that the model says twice is its two places");
	ok(e->item[2].layers == LAYER_GOLD, "what the model misses stays");
	ok(item_unplaced(&e->item[3]) && e->item[3].self.fit == FIT_ABSENT,
	   "what is not in the text is last");
	ok(e->uncertainty == 0.75f && e->disagree == 3,
	   "uncertainty and disagreement (%g, %d)", (double)e->uncertainty,
	   e->disagree);
	e = state_example(session_state(s), 3);
	ok(e->n_items == 3 && e->item[0].kind == ITEM_EVENT &&
	       e->item[1].kind == ITEM_ARGUMENT &&
	       e->item[1].event == e->item[0].id &&
	       e->item[2].event == e->item[0].id,
	   "arguments stand below their event");
	ok(e->item[2].region == 1 && e->item[2].has_box &&
	       e->item[2].box.x2 == 110,
	   "an argument in the picture has its box");
}

static void check_decisions(struct session *s)
{
	struct err err;
	const struct item *it;
	int all[] = {1, 2}, id;

	session_goto(s, 1, &err);
	ok(session_accept(s, all, 2, &err) == 0 && session_unsaved(s) == 0,
	   "accept two items; saved");
	it = item_here(s, 1);
	ok(it->state == ITEM_ACCEPTED && strcmp(it->last.who, "anna") == 0 &&
	       strcmp(it->last.model, "m1") == 0 && it->last.p == 0.9f &&
	       it->last.gate == 0.1f &&
	       strcmp(it->last.instruction, "Please extract") == 0,
	   "a decision keeps who, model, instruction, gate and score");
	ok(session_type(s, 1, "Location", &err) == 0 &&
	       item_here(s, 1)->state == ITEM_EDITED &&
	       strcmp(item_here(s, 1)->was, "Person Kyrie") == 0,
	   "another type: edited, and what it was is kept");
	ok(session_type(s, 1, "Person", &err) == 0 &&
	       item_here(s, 1)->state == ITEM_ACCEPTED,
	   "the first type again: no longer edited");
	ok(session_place(s, 1, PART_SELF, 0, &err) == 0 &&
	       item_here(s, 1)->self.start == 10,
	   "the next place of a repeated name");
	ok(session_edges(s, 1, PART_SELF, 0, 9, &err) == 0 &&
	       strcmp(item_here(s, 1)->self.text, "Kyrie met") == 0,
	   "edges take the text between them");
	id = 4;
	ok(session_accept(s, &id, 1, &err) == -ERR_USAGE,
	   "what is not in the text cannot be accepted: %s", err.text);
	ok(session_edges(s, 1, PART_SELF, 3, 99, &err) < 0,
	   "edges outside the text: %s", err.text);
	ok(session_span(s, "Miscellaneous", 6, 9, &id, &err) == 0 &&
	       item_here(s, id)->state == ITEM_ADDED &&
	       strcmp(item_here(s, id)->self.text, "met") == 0,
	   "a span is added");
	ok(session_span(s, "Miscellaneous", 6, 9, NULL, &err) == -ERR_USAGE,
	   "and not twice: %s", err.text);
	ok(session_rel(s, "couple", 1, id, NULL, &err) == 0,
	   "a relation between items");
	ok(session_delete(s, &id, 1, &err) == 0 && !item_here(s, id) &&
	       !item_here(s, id + 1),
	   "deleting a span deletes the relation that was added to it");
	id = 1;
	ok(session_delete(s, &id, 1, &err) == -ERR_USAGE,
	   "the model's items are rejected, not deleted: %s", err.text);
	ok(session_reject(s, &id, 1, &err) == 0 &&
	       item_here(s, 1)->state == ITEM_REJECTED,
	   "reject");
	ok(session_note(s, 0, "a note", &err) == 0 &&
	       session_note(s, 2, "of an item", &err) == 0 &&
	       session_flag(s, true, &err) == 0 && session_here(s)->flag,
	   "notes and a flag");
	ok(session_accept(s, (int[]){99}, 1, &err) == -ERR_USAGE,
	   "an item that is not there: %s", err.text);
}

static void check_events(struct session *s)
{
	struct err err;
	struct box b = {5, 6, 50, 60};
	int event = 0, arg = 0;

	session_goto(s, 3, &err);
	ok(session_trigger(s, "Die", 0, 5, &event, &err) == 0 &&
	       session_arg(s, "Place", event, 29, 34, &arg, &err) == 0 &&
	       session_arg_box(s, "Victim", event, 2, NULL, NULL, &err) == 0 &&
	       session_arg_box(s, "Agent", event, 0, &b, &arg, &err) == 0,
	   "an event with arguments in text and picture");
	ok(session_here(s)->n_items == 7 &&
	       session_here(s)->item[0].id == event &&
	       item_here(s, arg)->event == event &&
	       strcmp(item_here(s, arg)->event_type, "Die") == 0,
	   "one tree for text and picture");
	b.x2 = 70;
	ok(session_box(s, arg, &b, &err) == 0 &&
	       item_here(s, arg)->box.x2 == 70,
	   "a box is moved");
	ok(session_arg_box(s, "Agent", event, 9, NULL, NULL, &err) < 0,
	   "a box that is not there: %s", err.text);
	ok(session_type(s, event, "Injure", &err) == 0 &&
	       strcmp(item_here(s, arg)->event_type, "Injure") == 0,
	   "arguments follow their event's type");
}

static void check_reply_again(struct session *s)
{
	const struct session_example *e = state_example(session_state(s), 1);
	struct extraction *x;
	struct err err;
	size_t n = e->n_items;
	int state = (int)example_item(e, 1)->state;

	x = answer(e, "m2", 0.5, "[]");
	session_reply(s, 1, x, GATE_SET_OFF, &err);
	extraction_free(x);
	ok(e->n_items < n && example_item(e, 1) &&
	       (int)example_item(e, 1)->state == state,
	   "another model takes its undecided items with it, not decisions");
	reply_to(s, 1, "m1");
	ok(example_item(e, 1)->layers & LAYER_MODEL,
	   "the first model's item is known again, though it was edited");
}

static void check_undo(struct session *s)
{
	struct err err;
	char *before = printed(s), *after;
	size_t n = session_state(s)->n_undo;

	ok(session_undo(s, (int)n, &err) == 0 && session_state(s)->n_undo == 0,
	   "undo everything (%zu acts)", n);
	ok(session_undo(s, 1, &err) == -ERR_USAGE, "and no more: %s", err.text);
	s = again(s, path, "after undo");
	ok(session_redo(s, (int)n, &err) == 0, "redo everything, in a new run");
	after = printed(s);
	/* The cursor has moved with the acts. */
	if (!ok(strcmp(strchr(before, '\n'), strchr(after, '\n')) == 0,
		"which gives the state before"))
		diag("%s\n%s", before, after);
	free(before);
	free(after);
	session_close(s, &err);
}

static void check_one_writer(void)
{
	struct session *a = open_path(path, false), *b;
	struct session_options o = {.who = "bert"};
	struct err err;
	char *one, *two;

	ok(session_open(&b, path, &o, &err) == -ERR_FAILED && !b,
	   "a second writer is told who writes: %s", err.text);
	o.read_only = true;
	ok(session_open(&b, path, &o, &err) == 0, "a reader is let in");
	one = printed(a);
	two = printed(b);
	ok(strcmp(one, two) == 0, "and sees the same");
	ok(session_goto(b, 1, &err) == 0 &&
	       session_flag(b, true, &err) == -ERR_USAGE,
	   "but decides nothing: %s", err.text);
	free(one);
	free(two);
	session_close(b, &err);
	session_close(a, &err);
	one = xasprintf("%s-lock", path);
	ok(!file_exists(one), "no lock file is left behind");
	free(one);
	one = xasprintf("%s-wal", path);
	ok(!file_exists(one), "one file remains");
	free(one);
}

/* "Rex" stands at 0, 9 and 19, "raid" at 2, 10 and 18. */
static const char placed_set[] =
    "{\"id\":\"p\",\"task\":\"mner\",\"text\":\"Rex sees Rex, then "
    "Rex\",\"gold\":"
    "[{\"type\":\"Person\",\"text\":\"Rex\",\"start\":19,\"end\":22},"
    "{\"type\":\"Person\",\"text\":\"Rex\"}]}\n"
    "{\"id\":\"q\",\"task\":\"mre\",\"text\":\"Rex sees Rex, then "
    "Rex\",\"gold\":"
    "[{\"relation\":\"alike\",\"head\":\"Rex\",\"tail\":\"Rex\","
    "\"head_start\":19,\"head_end\":22,\"tail_start\":9,\"tail_end\":12}]}\n"
    "{\"id\":\"r\",\"task\":\"mee\",\"text\":\"a raid, a raid, a raid\","
    "\"image\":\"c.png\",\"boxes\":[[10,20,110,220]],\"gold\":"
    "[{\"event\":\"Attack\",\"text\":\"raid\",\"start\":18,\"end\":22,"
    "\"id\":\"e1\"},{\"event\":\"Attack\",\"text\":\"raid\",\"start\":10,"
    "\"end\":14,\"id\":\"e2\"},{\"role\":\"Target\",\"event\":\"Attack\","
    "\"event_id\":\"e2\",\"box\":[1,2,30,40]}]}\n";

static bool stands(const struct anchor *a, int start, int place)
{
	return a->start == start && a->place == place && a->places == 3;
}

/* A name that stands three times: records are where the file says. */
static void check_places(void)
{
	struct session *s = open_path(path, true);
	const struct session_example *e;
	struct dataset d = {0};
	struct extraction *x;
	struct err err;
	int first;

	if (dataset_parse(&d, placed_set, strlen(placed_set), "p.jsonl", NULL,
			  &err) < 0 ||
	    session_load(s, &d, &first, &err) < 0)
		bug("%s", err.text);
	dataset_release(&d);
	e = state_example(session_state(s), 1);
	ok(stands(&example_item(e, 1)->self, 19, 3),
	   "an item of the data set stands where the file says");
	ok(stands(&example_item(e, 2)->self, 0, 1),
	   "one without a place takes the first that is left");
	x = answer(
	    e, "m1", 0,
	    "[{\"type\":\"Person\",\"text\":\"Rex\",\"fit\":\"repeated\","
	    "\"start\":0,\"end\":3,\"places\":3,\"p\":0.9}]");
	if (session_reply(s, 1, x, GATE_SET_OWN, &err) < 0)
		bug("%s", err.text);
	extraction_free(x);
	ok(e->n_items == 2 &&
	       example_item(e, 1)->layers == (LAYER_MODEL | LAYER_GOLD),
	   "what the model says of such a name is the data set's item");
	e = state_example(session_state(s), 2);
	ok(stands(&e->item[0].head, 19, 3) && stands(&e->item[0].tail, 9, 2),
	   "so do both ends of a relation");
	e = state_example(session_state(s), 3);
	ok(stands(&example_item(e, 1)->self, 18, 3) &&
	       stands(&example_item(e, 2)->self, 10, 2),
	   "and triggers");
	ok(example_item(e, 3)->event == 2,
	   "an argument belongs to the event that the file names");
	ok(example_item(e, 3)->has_box && example_item(e, 3)->box.x2 == 30 &&
	       example_item(e, 3)->region == 0,
	   "and has the box of its own");
	s = again(s, path, "with places");
	session_close(s, &err);
}

static void fresh_path(const char *name)
{
	free(path);
	path = xasprintf("%s/%s.umie", folder, name);
}

int main(void)
{
	struct session *s;

	folder = test_folder();
	fresh_path("one");
	s = open_path(path, true);
	load_test_set(s);
	ok(session_state(s)->n_examples == 4 && session_state(s)->at == 1,
	   "a data set is in the session");
	check_layers(s);
	check_decisions(s);
	check_events(s);
	check_reply_again(s);
	s = again(s, path, "after decisions");
	check_undo(s);
	check_one_writer();
	fresh_path("places");
	check_places();
	free(path);
	remove_folder(folder);
	return tap_done();
}
