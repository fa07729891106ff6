/* Probing without a model: plans, words, tables, progress, variants, answers.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/alternatives.h"
#include "src/probe/news-json.h"
#include "src/probe/plan.h"
#include "src/probe/progress.h"
#include "src/probe/stats.h"
#include "src/probe/table.h"
#include "src/probe/variant.h"
#include "src/probe/words.h"
#include "src/task/relabel.h"
#include "tests/found_test.h"
#include "tests/tap.h"

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
	struct extraction *x = found_in("Kevin Love met Kyle in Ohio");
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
