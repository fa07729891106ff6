/*
 * check_session_random -- random acts against a model of undo, and what is
 * read back against what was left.
 */
#include "sessions/import.h"
#include "src/base/rng.h"
#include "tests/session_test.h"
#include "tests/tap.h"

enum { RANDOM_ACTS = 600 };

static uint32_t dice(int i, uint32_t n)
{
	return rng_below(&(struct rng_key){7, 0, 0}, (uint64_t)i, n);
}

/* Another annotator's view of three examples. */
static void import_some(struct session *s, const char *label, bool done)
{
	char *set = xasprintf(
	    "{\"id\":\"a\",\"task\":\"mner\",\"text\":\"Kyrie met Kyrie in "
	    "Boston\",\"gold\":[{\"type\":\"%s\",\"text\":\"Kyrie\"},{\"type\":"
	    "\"Location\",\"text\":\"Boston\"}]}\n"
	    "{\"id\":\"b\",\"task\":\"mre\",\"text\":\"Ann and Bob at their "
	    "wedding\",\"gold\":[{\"relation\":\"%s\",\"head\":\"Ann\","
	    "\"tail\":"
	    "\"Bob\"}]}\n"
	    "{\"id\":\"c\",\"task\":\"mee\",\"text\":\"Smoke after the "
	    "airstrike "
	    "on Suruc\",\"image\":\"c.png\",\"gold\":[{\"event\":\"Attack\","
	    "\"text\":\"airstrike\"},{\"role\":\"%s\",\"event\":\"Attack\","
	    "\"text\":\"Suruc\"},{\"role\":\"Target\",\"event\":\"Attack\","
	    "\"box\":[1,2,30,40]}]}\n",
	    label, label, label);
	struct import_report r;
	struct dataset d = {0};
	struct err err;

	if (dataset_parse(&d, set, strlen(set), "theirs.jsonl", NULL, &err) < 0)
		bug("%s", err.text);
	if (session_import(s, &d, done, &r, &err) < 0)
		diag("import: %s", err.text);
	import_report_release(&r);
	dataset_release(&d);
	free(set);
}

/* One random act; errors are as good as acts: they change nothing. */
static void random_act(struct session *s, int i)
{
	struct session_example *e = session_here(s);
	struct err err;
	int n = (int)e->n_items, id = n ? e->item[dice(i, (uint32_t)n)].id : 1;
	int from = (int)dice(i + 1, 20), to = from + 1 + (int)dice(i + 2, 8);
	struct box b = {1, 1, (float)(2 + from), (float)(3 + to)};

	switch (dice(i + 3, 18)) {
	case 0:
		session_accept(s, &id, 1, &err);
		break;
	case 1:
		session_reject(s, &id, 1, &err);
		break;
	case 2:
		session_type(s, id, from % 2 ? "Person" : "Location", &err);
		break;
	case 3:
		session_edges(s, id, (enum item_part)(from % 3), from, to,
			      &err);
		break;
	case 4:
		session_place(s, id, PART_SELF, 0, &err);
		break;
	case 5:
		session_span(s, "Person", from, to, NULL, &err);
		break;
	case 6:
		session_rel(s, "couple", id, e->item[0].id, NULL, &err);
		break;
	case 7:
		session_trigger(s, "Attack", from, to, NULL, &err);
		break;
	case 8:
		session_arg(s, "Place", id, from, to, NULL, &err);
		break;
	case 9:
		session_arg_box(s, "Target", id, 0, &b, NULL, &err);
		break;
	case 10:
		session_box(s, id, &b, &err);
		break;
	case 11:
		session_delete(s, &id, 1, &err);
		break;
	case 12:
		session_note(s, from % 2 ? id : 0, to % 3 ? "note" : "", &err);
		break;
	case 13:
		session_flag(s, from % 2, &err);
		break;
	case 14:
		to % 2 ? session_done(s, &err) : session_skip(s, &err);
		break;
	case 15:
		session_goto(s, 1 + from % 4, &err);
		break;
	case 16:
		reply_to(s, 1 + from % 4, to % 2 ? "m1" : "m2");
		break;
	case 17:
		import_some(s, to % 2 ? "Person" : "Location", to % 3 == 0);
		break;
	}
}

/* What follows from the acts, without what counts them. */
static char *items_printed(const struct session *s)
{
	char *all = printed(s), *from = strstr(all, "\nexample 1"), *copy;

	copy = xstrdup(from ? from : "");
	for (char *n = copy; (n = strstr(n, " next "));) {
		char *end = n + strcspn(n, "\n");

		memmove(n, end, strlen(end) + 1);
	}
	free(all);
	return copy;
}

/*
 * The model of undo: a stack of what was printed after each act.  Replies are
 * not undone, so this run has none; the run after it has.
 */
static void check_random(const char *path)
{
	char *stack[RANDOM_ACTS + 1];
	struct session *s = open_path(path, true);
	struct err err;
	size_t top = 0, most = 0;
	int wrong = 0;

	load_test_set(s);
	for (int i = 1; i <= 4; i++)
		reply_to(s, i, "m1");
	stack[0] = items_printed(s);
	for (int i = 0; i < RANDOM_ACTS; i++) {
		size_t depth = session_state(s)->n_undo;
		char *now;

		if (dice(100 * i, 4) == 0 && depth) {
			session_undo(s, 1, &err);
			now = items_printed(s);
			if (strcmp(now, stack[top - 1]) != 0 && !wrong++)
				diag("act %d: undo gives\n%snot\n%s", i, now,
				     stack[top - 1]);
			if (dice(100 * i + 50, 2) == 0) {
				session_redo(s, 1, &err);
				free(now);
				now = items_printed(s);
				wrong += strcmp(now, stack[top]) != 0;
			} else {
				free(stack[top--]);
			}
			free(now);
			continue;
		}
		if (dice(100 * i + 13, 18) == 16)
			continue;
		random_act(s, 100 * i + 10);
		if (session_state(s)->n_undo > depth)
			stack[++top] = items_printed(s);
		most = MAX(most, top);
	}
	ok(wrong == 0 && most > 100,
	   "%d random acts and undos: undo and redo are exact (%zu deep)",
	   RANDOM_ACTS, most);
	for (size_t i = 0; i <= top; i++)
		free(stack[i]);
	s = again(s, path, "after random acts");
	session_close(s, &err);
}

static void check_random_replies(const char *path)
{
	struct session *s = open_path(path, true);
	struct err err;
	char *before, *after;
	size_t n;

	load_test_set(s);
	for (int i = 0; i < RANDOM_ACTS; i++)
		random_act(s, 90 * i);
	s = again(s, path, "after random acts and answers");
	before = items_printed(s);
	n = session_state(s)->n_undo;
	session_undo(s, (int)n, &err);
	s = again(s, path, "after undoing them");
	session_redo(s, (int)n, &err);
	after = items_printed(s);
	if (!ok(strcmp(before, after) == 0,
		"undo and redo of %zu acts among answers gives the same", n))
		diag("%s\n%s", before, after);
	free(before);
	free(after);
	session_close(s, &err);
}

int main(void)
{
	char *folder = test_folder();
	char *one = xasprintf("%s/one.umie", folder);
	char *two = xasprintf("%s/two.umie", folder);

	check_random(one);
	check_random_replies(two);
	free(one);
	free(two);
	remove_folder(folder);
	return tap_done();
}
