/*
 * check_answer -- answers of both grammars, read and printed: answer.cases.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/answer.h"
#include "tests/tap.h"

static void parse_schema(struct schema *s, const char *text)
{
	struct err err = {0};
	struct json *j = json_parse(text, strlen(text), "schema.json", &err);

	if (!j || schema_parse(s, j, "schema.json", &err) < 0) {
		ok(false, "schema of the test: %s", err.text);
		*s = (struct schema){0};
	}
	json_free(j);
}

struct line {
	enum answer_grammar grammar;
	bool prints;
	char *text; /* owned */
};

/* One block of the case file. */
struct block {
	int number; /* of its first line */
	enum task task;
	int event;
	struct line *line;
	size_t n, cap;
	struct records want;
};

/* Expand \n \t \\, and the markers of sel lines. */
static char *expand(const char *s, bool sel)
{
	struct str out = {0};

	for (; *s; s++) {
		if (sel && strchr("{}^~", *s))
			str_addf(&out, "<extra_id_%c>",
				 "0156"[strchr("{}^~", *s) - "{}^~"]);
		else if (s[0] == '\\' && s[1])
			str_addc(&out, *++s == 'n' ? '\n'
				       : *s == 't' ? '\t'
						   : *s);
		else
			str_addc(&out, *s);
	}
	return str_detach(&out);
}

/* Up to three fields with " | " between. */
static int fields(char *s, char *out[3])
{
	int n = 0;

	for (char *next; s && n < 3; s = next) {
		char *bar = strstr(s, "| ");

		next = bar ? bar + 2 : NULL;
		if (bar)
			*bar = '\0';
		if (bar && bar > s && bar[-1] == ' ')
			bar[-1] = '\0';
		out[n++] = s;
	}
	return n;
}

static void want_record(struct block *b, char *text)
{
	struct record *r = records_add(&b->want, b->task);
	char *f[3];
	int n = fields(text, f);

	if (b->task == TASK_MEAE && n == 3) {
		r->event = *f[0] ? xstrdup(f[0]) : NULL;
		r->label = xstrdup(f[1]);
		r->text = xstrdup(f[2]);
		r->region = region_of(r->text);
	} else if (b->task == TASK_MRE && n == 3) {
		r->label = xstrdup(f[0]);
		r->head = xstrdup(f[1]);
		r->tail = xstrdup(f[2]);
	} else {
		r->label = xstrdup(f[0]);
		r->text = xstrdup(n > 1 ? f[1] : "");
	}
}

static bool same_lists(const struct records *a, const struct records *b)
{
	if (a->n != b->n || a->n_dropped != b->n_dropped)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!record_equal(&a->rec[i], &b->rec[i]))
			return false;
	for (size_t i = 0; i < a->n_dropped; i++)
		if (strcmp(a->dropped[i].reason, b->dropped[i].reason) ||
		    strcmp(a->dropped[i].segment, b->dropped[i].segment))
			return false;
	return true;
}

static void show(const struct records *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct record *r = &l->rec[i];

		diag("  %s | %s | %s | %s | %s | %d | %zu-%zu", r->label,
		     r->text ? r->text : "", r->head ? r->head : "",
		     r->tail ? r->tail : "", r->event ? r->event : "",
		     r->region, r->raw_start, r->raw_end);
	}
	for (size_t i = 0; i < l->n_dropped; i++)
		diag("  - %s | %s", l->dropped[i].reason,
		     l->dropped[i].segment);
}

static bool same_places(const struct records *want, const struct records *got)
{
	for (size_t i = 0; i < want->n && i < got->n; i++)
		if (want->rec[i].raw_end &&
		    (want->rec[i].raw_start != got->rec[i].raw_start ||
		     want->rec[i].raw_end != got->rec[i].raw_end))
			return false;
	return true;
}

static void check_line(const struct schema *s, const struct block *b,
		       const struct line *l)
{
	static const char *const names[] = {"paper", "sel"};
	struct records got = {0};
	struct str printed = {0};

	answer_parse(l->grammar, b->task, s, b->event, l->text, strlen(l->text),
		     &got);
	if (!ok(same_lists(&got, &b->want) && same_places(&b->want, &got),
		"answer.cases:%d: line %td (%s) reads", b->number,
		l - b->line + 1, names[l->grammar]))
		show(&got);
	if (l->prints) {
		answer_print(l->grammar, b->task, &got, &printed);
		if (!ok(strcmp(str_cstr(&printed), l->text) == 0,
			"answer.cases:%d: line %td (%s) prints the same",
			b->number, l - b->line + 1, names[l->grammar]))
			diag("  %s", str_cstr(&printed));
	}
	str_release(&printed);
	records_release(&got);
}

static void end_block(const struct schema *s, struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		check_line(s, b, &b->line[i]);
		free(b->line[i].text);
	}
	free(b->line);
	records_release(&b->want);
	*b = (struct block){0};
}

static void add_line(struct block *b, enum answer_grammar g, const char *text)
{
	struct line *l;

	b->line = xgrow(b->line, b->n, &b->cap, sizeof(*b->line));
	l = &b->line[b->n++];
	l->grammar = g;
	l->prints = *text == '=';
	text += l->prints;
	text += *text == ' ';
	l->text = expand(text, g == ANSWER_SEL);
}

static void set_task(const struct schema *s, struct block *b, const char *text)
{
	size_t n = strcspn(text, " ");
	char *name = xstrndup(text, n);

	if (!task_find(name, &b->task))
		ok(false, "answer.cases: no task %s", name);
	b->event = -1;
	if (text[n])
		b->event = labels_find(&s->events, text + n, strlen(text + n));
	free(name);
}

/* Reasons live as long as the program. */
static const char *reason_of(const char *name)
{
	static const char *const reasons[] = {
	    "no_comma",           "unknown_type",     "empty_text",
	    "too_few_fields",     "unknown_relation", "no_colon",
	    "two_colons",         "null_span",        "unclosed",
	    "unexpected_bracket", "stray_text",
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strcmp(reasons[i], name) == 0)
			return reasons[i];
	return "not a reason";
}

static void want_place(struct block *b, const char *text)
{
	size_t k, start, end;

	if (sscanf(text, "%zu %zu %zu", &k, &start, &end) == 3 && k &&
	    k <= b->want.n) {
		b->want.rec[k - 1].raw_start = start;
		b->want.rec[k - 1].raw_end = end;
	}
}

static bool sel_block(const struct block *b)
{
	return b->n && b->line[0].grammar == ANSWER_SEL;
}

static void case_line(struct schema *s, struct block *b, char *line, int number)
{
	char *text, *f[3];

	if (!b->number)
		b->number = number;
	if (strncmp(line, "schema ", 7) == 0) {
		parse_schema(s, line + 7);
	} else if (strncmp(line, "task ", 5) == 0) {
		set_task(s, b, line + 5);
	} else if (strncmp(line, "paper", 5) == 0) {
		add_line(b, ANSWER_PAPER, line + 5);
	} else if (strncmp(line, "sel", 3) == 0) {
		add_line(b, ANSWER_SEL, line + 3);
	} else if (strncmp(line, "raw ", 4) == 0) {
		want_place(b, line + 4);
	} else if (strncmp(line, "= ", 2) == 0 || strncmp(line, "- ", 2) == 0) {
		text = expand(line + 2, *line == '-' && sel_block(b));
		if (*line == '=')
			want_record(b, text);
		else if (fields(text, f) == 2)
			records_drop(&b->want, f[1], strlen(f[1]),
				     reason_of(f[0]));
		free(text);
	} else {
		ok(false, "answer.cases:%d: what is this? %s", number, line);
	}
}

static void check_cases(void)
{
	const char *src = getenv("srcdir");
	char *path = xasprintf("%s/tests/answer.cases", src ? src : ".");
	struct str text = {0};
	struct schema s = {0};
	struct block b = {0};
	struct err err = {0};
	int number = 0;

	ok(file_read(path, 1 << 20, &text, &err) == 0, "answer.cases is read");
	for (char *line = text.s, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		number++;
		if (*line == '#')
			continue;
		if (*line)
			case_line(&s, &b, line, number);
		else
			end_block(&s, &b);
	}
	end_block(&s, &b);
	schema_release(&s);
	str_release(&text);
	free(path);
}

int main(void)
{
	check_cases();
	return tap_done();
}
