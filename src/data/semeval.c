/*
 * semeval -- SemEval-2010 task 8: a numbered sentence in quotes with <e1> and
 * <e2> round two nominals, the relation on the next line, maybe a comment.
 *
 * The relation keeps its direction: "Cause-Effect(e2,e1)" holds from the
 * second to the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/field.h"

/* Cut "<e1>x</e1>" out of the text: where x stands then. */
static int cut_mark(struct reader *r, char *text, int k, struct place *at)
{
	char open[8], close[8], *from, *to;

	snprintf(open, sizeof(open), "<e%d>", k);
	snprintf(close, sizeof(close), "</e%d>", k);
	from = strstr(text, open);
	to = from ? strstr(from, close) : NULL;
	if (!to || to == from + 4)
		return reader_fail(r, "%s and %s round something expected",
				   open, close);
	memmove(to, to + 5, strlen(to + 5) + 1);
	memmove(from, from + 4, strlen(from + 4) + 1);
	to -= 4;
	at->start = (int32_t)utf8_count(text, (size_t)(from - text));
	at->end = (int32_t)utf8_count(text, (size_t)(to - text));
	return 0;
}

/* The marks of the second nominal moved what the first one's place says. */
static int cut_marks(struct reader *r, char *text, struct place at[2])
{
	const char *one = strstr(text, "<e1>"), *two = strstr(text, "<e2>");
	int first = two && two < one, rc;

	rc = cut_mark(r, text, first + 1, &at[first]);
	return rc < 0 ? rc : cut_mark(r, text, 2 - first, &at[!first]);
}

/* Head and tail: strings and places. */
static int set_pair(struct reader *r, struct example *e, struct record *rec,
		    const struct place at[2])
{
	struct offsets o;
	struct span head, tail;
	int rc = 0;

	offsets_make(&o, e->text, OFFSET_CP);
	head = span_trim(offsets_span(&o, at[0]));
	tail = span_trim(offsets_span(&o, at[1]));
	if (head.len == 0 || tail.len == 0 || !place_known(at[0]) ||
	    !place_known(at[1]))
		rc = reader_fail(r, "a nominal is empty");
	e->head = xstrndup(head.s, head.len);
	e->tail = xstrndup(tail.s, tail.len);
	rec->head = xstrdup(e->head);
	rec->tail = xstrdup(e->tail);
	rec->head_at = at[0];
	rec->tail_at = at[1];
	offsets_release(&o);
	return rc;
}

/* N TAB "sentence" */
static int take_sentence(struct reader *r, struct span line)
{
	const char *tab = memchr(line.s, '\t', line.len);
	struct span id = {line.s, tab ? (size_t)(tab - line.s) : 0}, rest;
	struct example *e = reader_add(r);
	struct place at[2];
	char *text;
	int rc;

	rest = span_trim((struct span){line.s + id.len, line.len - id.len});
	if (span_trim(id).len == 0 || rest.len < 3 || rest.s[0] != '"' ||
	    rest.s[rest.len - 1] != '"')
		return reader_fail(r, "a number, a tab and a sentence in "
				      "quotes expected");
	e->task = TASK_MRE;
	id = span_trim(id);
	e->id = xstrndup(id.s, id.len);
	text = xstrndup(rest.s + 1, rest.len - 2);
	rc = cut_marks(r, text, at);
	if (rc == 0)
		rc = reader_set_text(r, e, text);
	if (rc == 0)
		rc = set_pair(r, e, records_add(&e->gold, TASK_MRE), at);
	free(text);
	return rc;
}

/* The relation of the sentence before. */
static int take_relation(struct reader *r, struct span line)
{
	struct example *e = &r->d->ex[r->d->n - 1];
	const struct schema *s = r->o->schema;

	line = span_trim(line);
	if (memchr(line.s, '\t', line.len) || line.len == 0)
		return reader_fail(r, "a relation expected");
	e->gold.rec[0].label =
	    reader_label(r, s ? &s->relations : NULL, TASK_MRE, line);
	e->has_gold = true;
	return 0;
}

static int take(struct reader *r, struct span line)
{
	static const char comment[] = "Comment:";
	bool open = r->d->n > r->first && !r->d->ex[r->d->n - 1].has_gold;
	struct example *e;

	if (open)
		return take_relation(r, line);
	if (line.len < strlen(comment) ||
	    memcmp(line.s, comment, strlen(comment)) != 0)
		return take_sentence(r, line);
	line = span_trim((struct span){line.s + strlen(comment),
				       line.len - strlen(comment)});
	if (r->d->n == r->first)
		return reader_fail(r, "a comment before any sentence");
	e = &r->d->ex[r->d->n - 1];
	if (line.len && !e->note)
		e->note = xstrndup(line.s, line.len);
	return 0;
}

int read_semeval(struct reader *r)
{
	int rc = reader_lines(r, take);

	if (rc == 0 && r->d->n > r->first && !r->d->ex[r->d->n - 1].has_gold)
		rc = reader_fail(r, "the last sentence has no relation");
	return rc;
}
