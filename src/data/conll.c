/*
 * conll -- one token and its tag a line, a blank line after each sentence.
 *
 * The first column is the token, the last one the tag: O, B-TYPE, I-TYPE, and
 * L or E for a last token, U or S for a span of one (BILOU, BIOES).
 * A line IMGID:x before a sentence names its picture x.jpg.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/offsets.h"
#include "src/data/reader.h"

struct sentence {
	struct str text;
	struct words words;
	int32_t end;         /* code points in text */
	char *imgid;         /* owned, or NULL */
	struct records gold; /* open spans included */
	struct str span;     /* text of the open span */
	struct place at;     /* its place */
	struct span type;    /* its type as the file has it */
	char *label;         /* its label, owned; NULL: no span is open */
	size_t count;        /* sentences so far */
};

static void sentence_release(struct sentence *s)
{
	str_release(&s->text);
	words_release(&s->words);
	str_release(&s->span);
	records_release(&s->gold);
	free(s->imgid);
	free(s->label);
}

static void open_span(struct reader *r, struct sentence *s, struct span type)
{
	const struct schema *schema = r->o->schema;

	s->type = type;
	s->label =
	    reader_label(r, schema ? &schema->entities : NULL, TASK_MNER, type);
}

static void close_span(struct sentence *s)
{
	struct record *rec;

	if (!s->label)
		return;
	rec = records_add(&s->gold, TASK_MNER);
	rec->label = s->label;
	rec->text = str_detach(&s->span);
	rec->at = s->at;
	s->label = NULL;
}

/* What follows B- or I-. */
static struct span type_of(struct span tag)
{
	return span_trim((struct span){tag.s + 2, tag.len - 2});
}

/* Is it O, B-x, I-x, L-x, E-x, U-x or S-x? */
static bool is_tag(struct span tag)
{
	return span_eq(tag, "O") ||
	       (tag.len > 2 && memchr("BILEUS", tag.s[0], 6) &&
		tag.s[1] == '-' && type_of(tag).len > 0);
}

static bool same_span(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* First and last column; false when there is only one. */
static bool columns(struct span line, struct span *token, struct span *tag)
{
	const char *a, *b;
	char sep = memchr(line.s, '\t', line.len) ? '\t' : ' ';

	if (sep == ' ')
		line = span_trim(line);
	a = memchr(line.s, sep, line.len);
	if (!a)
		return false;
	b = memrchr(line.s, sep, line.len);
	*token = span_trim((struct span){line.s, (size_t)(a - line.s)});
	*tag = span_trim(
	    (struct span){b + 1, (size_t)(line.s + line.len - b - 1)});
	return true;
}

static void take_token(struct reader *r, struct sentence *s, struct span token,
		       struct span tag)
{
	char mark = tag.s[0];
	bool outside = mark == 'O', starts = memchr("BUS", mark, 3) != NULL;
	struct span type = outside ? (struct span){"", 0} : type_of(tag);
	struct place at;

	if (outside || starts || !same_span(type, s->type))
		close_span(s);
	words_push(&s->words, &s->text, &s->end, token);
	if (outside)
		return;
	at = s->words.at[s->words.n - 1];
	if (s->label) {
		str_addc(&s->span, ' ');
	} else {
		open_span(r, s, type);
		s->at.start = at.start;
	}
	str_addn(&s->span, token.s, token.len);
	s->at.end = at.end;
	if (memchr("LEUS", mark, 4))
		close_span(s);
}

static int token_line(struct reader *r, struct sentence *s, struct span line)
{
	struct span token, tag;

	if (!columns(line, &token, &tag) || !is_tag(tag))
		return reader_fail(r,
				   "a token and a tag (O, B-TYPE or I-TYPE) "
				   "expected, found \"%.*s\"",
				   span_shown(line), line.s);
	if (token.len == 0 && tag.s[0] != 'O')
		return reader_fail(r, "tag %.*s without a token",
				   span_shown(tag), tag.s);
	if (token.len == 0)
		close_span(s);
	else
		take_token(r, s, token, tag);
	return 0;
}

/* A sentence of nothing but empty tokens is no sentence. */
static int end_sentence(struct reader *r, struct sentence *s)
{
	struct example *e;
	char *what;
	int rc;

	close_span(s);
	if (s->text.len == 0 && s->imgid)
		return reader_fail(r, "IMGID:%.80s has no token", s->imgid);
	if (s->text.len == 0)
		return 0;
	what = reader_what(r);
	rc = example_check_text(s->text.s, what, r->err);
	free(what);
	if (rc < 0)
		return rc;
	s->count++;
	e = reader_add(r);
	e->task = TASK_MNER;
	e->id = s->imgid ? xstrdup(s->imgid) : xasprintf("%zu", s->count);
	e->text = str_detach(&s->text);
	e->gold = s->gold;
	e->has_gold = true;
	s->gold = (struct records){0};
	s->words.n = 0;
	s->end = 0;
	if (s->imgid)
		reader_set_image(r, e, s->imgid);
	free(s->imgid);
	s->imgid = NULL;
	return 0;
}

static bool starts(struct span line, const char *head)
{
	return line.len >= strlen(head) &&
	       memcmp(line.s, head, strlen(head)) == 0;
}

bool conll_line(struct span line)
{
	struct span token, tag;

	return starts(line, "IMGID:") || starts(line, "-DOCSTART-") ||
	       (columns(line, &token, &tag) && is_tag(tag));
}

static int any_line(struct reader *r, struct sentence *s, struct span line)
{
	bool blank = span_trim(line).len == 0;
	struct span token, tag;
	/* a token may look like a picture, but then it has a tag */
	bool picture = starts(line, "IMGID:") &&
		       !(columns(line, &token, &tag) && is_tag(tag));
	int rc;

	if (!blank && !picture && !starts(line, "-DOCSTART-"))
		return token_line(r, s, line);
	rc = end_sentence(r, s);
	if (rc < 0 || !picture)
		return rc;
	line = span_trim((struct span){line.s + 6, line.len - 6});
	if (line.len == 0)
		return reader_fail(r, "IMGID: without a name");
	s->imgid = xstrndup(line.s, line.len);
	return 0;
}

int read_conll(struct reader *r)
{
	struct sentence s = {0};
	struct span line;
	int rc = reader_line(r, &line);

	while (rc > 0) {
		rc = any_line(r, &s, line);
		if (rc == 0)
			rc = reader_line(r, &line);
	}
	if (rc == 0)
		rc = end_sentence(r, &s);
	sentence_release(&s);
	return rc;
}
