/*
 * semeval -- SemEval-2010 task 8: a numbered sentence in quotes with <e1> and
 * <e2> round two nominals, the relation on the next line, maybe a comment.
 *
 * The relation keeps its direction: "Cause-Effect(e2,e1)" holds from the
 * second to the first.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"

/* Take <e1>, </e1>, <e2> and </e2> out of the text: where they stood. */
static int cut_marks(struct reader *r, char *text, struct place at[2])
{
	static const char *const marks[] = {"<e1>", "</e1>", "<e2>", "</e2>"};
	int32_t where[4] = {-1, -1, -1, -1}, cp = 0;
	char *to = text;

	for (const char *c = text; *c;) {
		int k = 0;

		while (k < 4 && strncmp(c, marks[k], strlen(marks[k])) != 0)
			k++;
		if (k < 4 && where[k] < 0) {
			where[k] = cp;
			c += strlen(marks[k]);
			continue;
		}
		cp += ((unsigned char)*c & 0xc0) != 0x80;
		*to++ = *c++;
	}
	*to = '\0';
	for (int k = 0; k < 2; k++) {
		at[k] = (struct place){where[2 * k], where[2 * k + 1]};
		if (at[k].start < 0 || !place_known(at[k]))
			return reader_fail(r,
					   "%s and %s round something expected",
					   marks[2 * k], marks[2 * k + 1]);
	}
	return 0;
}

/* Without the white space at its edges. */
static char *take_name(const struct offsets *o, struct place *at)
{
	while (at->start < at->end &&
	       is_space_byte(o->text[o->byte[at->start]]))
		at->start++;
	while (at->start < at->end &&
	       is_space_byte(o->text[o->byte[at->end - 1]]))
		at->end--;
	return place_known(*at) ? offsets_copy(o, *at) : NULL;
}

/* Head and tail: strings and places. */
static int set_pair(struct reader *r, struct example *e, struct record *rec,
		    struct place at[2])
{
	struct offsets o;

	offsets_make(&o, e->text, OFFSET_CP);
	rec->head = take_name(&o, &at[0]);
	rec->tail = take_name(&o, &at[1]);
	offsets_release(&o);
	if (!rec->head || !rec->tail)
		return reader_fail(r, "a nominal is empty");
	rec->head_at = at[0];
	rec->tail_at = at[1];
	e->head = xstrdup(rec->head);
	e->tail = xstrdup(rec->tail);
	return 0;
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
