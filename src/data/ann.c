#include "src/data/ann.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/brat.h"
#include "src/data/field.h"

/* Cut up to `sep` off the front of *rest; all of it when there is none. */
struct span ann_cut(struct span *rest, char sep)
{
	const char *end = memchr(rest->s, sep, rest->len);
	size_t n = end ? (size_t)(end - rest->s) : rest->len;
	struct span head = {rest->s, n};

	rest->s += n + (end != NULL);
	rest->len -= n + (end != NULL);
	return head;
}

/* The next word, white space before it skipped; empty at the end. */
struct span ann_word(struct span *rest)
{
	struct span head;
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->len && !strchr(" \t\r\n\f\v", rest->s[n]))
		n++;
	head = (struct span){rest->s, n};
	n += n < rest->len; /* what ended it */
	rest->s += n;
	rest->len -= n;
	return head;
}

char *ann_dup(struct span s)
{
	return xstrndup(s.s, s.len);
}

/* Whole number of a span; false when it is none. */
static bool number(struct span s, int64_t *out)
{
	*out = 0;
	if (s.len == 0 || s.len > 9)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] < '0' || s.s[i] > '9')
			return false;
		*out = *out * 10 + (s.s[i] - '0');
	}
	return true;
}

/* "0 5" */
static int get_piece(struct reader *r, const struct ann *a, struct span s,
		     struct place *out)
{
	struct span from = ann_word(&s), to = span_trim(s);
	int64_t x, y;

	if (!number(from, &x) || !number(to, &y) ||
	    !offsets_find(&a->o, x, &out->start) ||
	    !offsets_find(&a->o, y, &out->end) || !place_known(*out))
		return reader_fail(r,
				   "offsets \"%.*s %.*s\" are no part of the "
				   "text, which has %u",
				   span_shown(from), from.s, span_shown(to),
				   to.s, a->o.unit[a->o.n]);
	return 0;
}

/* Is there but a line end between two pieces? */
static bool is_break(const struct ann *a, int32_t from, int32_t to)
{
	struct span gap;

	if (from >= to)
		return false;
	gap = offsets_span(&a->o, (struct place){from, to});
	return gap.s[0] != ' ' && same_but_space(gap, span_of("")) &&
	       (memchr(gap.s, '\n', gap.len) || memchr(gap.s, '\r', gap.len));
}

/* "0 5;7 9": the whole, and the pieces when text lies between them. */
static int get_pieces(struct reader *r, const struct ann *a, struct span s,
		      struct textbound *t)
{
	struct str pieces = {0}, text = {0};
	struct place p, all = {0};
	bool apart = false;
	int rc = 0;

	do {
		rc = get_piece(r, a, ann_cut(&s, ';'), &p);
		if (rc < 0)
			break;
		if (all.end > p.start)
			rc = reader_fail(r, "its pieces are not in order");
		apart |= all.end && !is_break(a, all.end, p.start);
		str_addf(&pieces, "%s%d %d", all.end ? ";" : "", p.start,
			 p.end);
		if (!all.end)
			all.start = p.start;
		all.end = p.end;
		str_addn(&text, offsets_span(&a->o, p).s,
			 offsets_span(&a->o, p).len);
	} while (rc == 0 && s.len);
	if (rc == 0 &&
	    !same_but_space(span_of(str_cstr(&text)), span_of(t->text)))
		rc =
		    reader_fail(r, "the text there is not \"%.200s\"", t->text);
	if (rc == 0 && same_but_space(span_of(str_cstr(&text)), span_of("")))
		rc = reader_fail(r, "there is but white space there");
	if (rc == 0 && apart)
		t->pieces = str_detach(&pieces);
	t->at = all;
	str_release(&pieces);
	str_release(&text);
	return rc;
}

struct textbound *ann_text(const struct ann *a, struct span id)
{
	for (size_t i = 0; i < a->n; i++)
		if (span_eq(id, a->t[i].id))
			return &a->t[i];
	return NULL;
}

int ann_take_text(struct reader *r, struct ann *a, struct span id,
		  struct span rest)
{
	struct span head = ann_cut(&rest, '\t'), type = ann_word(&head);
	struct textbound *t;

	if (ann_text(a, id))
		return reader_fail(r, "%.*s is there twice", span_shown(id),
				   id.s);
	if (type.len == 0)
		return reader_fail(r, "%.*s has no type", span_shown(id), id.s);
	a->t = xgrow(a->t, a->n, &a->cap, sizeof(*a->t));
	t = &a->t[a->n++];
	*t = (struct textbound){.id = ann_dup(id),
				.type = brat_label(r, type),
				.text = ann_dup(rest)};
	if (get_pieces(r, a, head, t) < 0)
		return -ERR_DATA;
	free(t->text);
	t->text = offsets_copy(&a->o, t->at);
	if (t->pieces)
		remarks_add(&a->e->remarks, NULL, "fragments", t->id,
			    t->pieces);
	return 0;
}
