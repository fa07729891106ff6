/*
 * conll04 -- CoNLL-2004 as multi-head selection wants it: "#doc N" before a
 * sentence, then index, token, tag, relations and the tokens they go to.
 *
 * Relations stand at the last token of their head and name the last token of
 * their tail: ['Kill', 'Live_In'] and [12, 4]; ['N'] is none.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/graph.h"
#include "src/data/pyliteral.h"

/* A relation before every entity is known. */
struct arc {
	char *label;           /* owned */
	size_t from, to, line; /* words; for messages */
};

struct sentence {
	struct str text;
	struct words words;
	int32_t end;
	struct span type; /* of the open entity */
	bool open;
	struct graph g;
	size_t *last; /* last word of each node; owned */
	size_t cap_last;
	struct arc *arc; /* owned */
	size_t n_arcs, cap_arcs;
	char *id; /* owned; NULL before the first */
};

static void sentence_clear(struct sentence *s)
{
	str_release(&s->text);
	words_release(&s->words);
	graph_release(&s->g);
	for (size_t i = 0; i < s->n_arcs; i++)
		free(s->arc[i].label);
	free(s->arc);
	free(s->last);
	free(s->id);
	*s = (struct sentence){0};
}

/* The entity whose last word this is. */
static int find_last(struct reader *r, const struct sentence *s, size_t word,
		     size_t *out)
{
	for (size_t i = 0; i < s->g.n; i++)
		if (s->last[i] == word) {
			*out = i;
			return 0;
		}
	return reader_fail(r, "a relation with word %zu, where no entity ends",
			   word);
}

static int end_sentence(struct reader *r, struct sentence *s)
{
	struct example *e;
	struct offsets o;
	int rc = 0;

	if (!s->id)
		return 0;
	e = reader_add(r);
	e->id = xstrdup(s->id);
	if (reader_set_text(r, e, str_cstr(&s->text)) < 0)
		return -ERR_DATA;
	offsets_make(&o, e->text, OFFSET_CP);
	for (size_t i = 0; i < s->g.n; i++)
		s->g.node[i].text = offsets_copy(&o, s->g.node[i].at);
	offsets_release(&o);
	for (size_t i = 0; i < s->n_arcs && rc == 0; i++) {
		size_t from = 0, to = 0, here = r->line;

		r->line = s->arc[i].line;
		rc = find_last(r, s, s->arc[i].from, &from);
		if (rc == 0)
			rc = find_last(r, s, s->arc[i].to, &to);
		if (rc == 0)
			graph_link(&s->g, false, from, to)->label =
			    xstrdup(s->arc[i].label);
		r->line = here;
	}
	if (rc == 0)
		graph_give(r, &s->g);
	sentence_clear(s);
	return rc;
}

/* Column k of a line; empty when there is none. */
static struct span column(struct span line, int k)
{
	const char *end = line.s + line.len, *tab;

	for (; k > 0; k--) {
		tab = memchr(line.s, '\t', (size_t)(end - line.s));
		if (!tab)
			return (struct span){end, 0};
		line.s = tab + 1;
	}
	tab = memchr(line.s, '\t', (size_t)(end - line.s));
	line.len = (size_t)((tab ? tab : end) - line.s);
	return span_trim(line);
}

static bool same_span(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

static int take_tag(struct reader *r, struct sentence *s, struct span tag)
{
	struct place at = s->words.at[s->words.n - 1];
	struct span type = {"", 0};

	if (span_eq(tag, "O")) {
		s->open = false;
		return 0;
	}
	if (tag.len > 2)
		type = span_trim((struct span){tag.s + 2, tag.len - 2});
	if (type.len == 0 || (tag.s[0] != 'B' && tag.s[0] != 'I') ||
	    tag.s[1] != '-')
		return reader_fail(r,
				   "a tag O, B-TYPE or I-TYPE expected, "
				   "found \"%.*s\"",
				   span_shown(tag), tag.s);
	if (!s->open || tag.s[0] == 'B' || !same_span(type, s->type)) {
		struct node *n = graph_add(&s->g, NODE_ENTITY);

		n->label = xstrndup(type.s, type.len);
		n->id = xasprintf("T%zu", s->g.n);
		n->at.start = at.start;
		s->last =
		    xgrow(s->last, s->g.n - 1, &s->cap_last, sizeof(*s->last));
	}
	s->g.node[s->g.n - 1].at.end = at.end;
	s->last[s->g.n - 1] = s->words.n - 1;
	s->type = type;
	s->open = true;
	return 0;
}

static struct json *literal(struct reader *r, struct span text)
{
	char *what = reader_what(r);
	struct str out = {0};
	struct json *j = NULL;

	if (pyliteral_to_json(text.s, text.len, what, &out, r->err) == 0)
		j = json_parse(str_cstr(&out), out.len, what, r->err);
	str_release(&out);
	free(what);
	return j;
}

static int take_arcs(struct reader *r, struct sentence *s, struct span line)
{
	struct json *labels = literal(r, column(line, 3));
	struct json *heads = labels ? literal(r, column(line, 4)) : NULL;
	const struct json *to = json_first(heads);
	int64_t word;
	int rc = heads ? 0 : -(int)r->err->code;

	if (rc == 0 && json_len(labels) != json_len(heads))
		rc = reader_fail(r, "as many relations as words they go to "
				    "expected");
	for (const struct json *l = rc == 0 ? json_first(labels) : NULL;
	     l && rc == 0; l = json_next(l), to = json_next(to)) {
		const char *name = json_string(l);

		if (name && strcmp(name, "N") == 0)
			continue;
		if (!name ||
		    json_int(to, 0, 1 << 20, "word", &word, r->err) < 0) {
			rc = reader_fail(r, "relations are no lists of names "
					    "and words");
			break;
		}
		s->arc =
		    xgrow(s->arc, s->n_arcs, &s->cap_arcs, sizeof(*s->arc));
		s->arc[s->n_arcs] =
		    (struct arc){NULL, s->words.n - 1, (size_t)word, r->line};
		rc = field_filled(r, "relation", name,
				  &s->arc[s->n_arcs++].label);
	}
	json_free(labels);
	json_free(heads);
	return rc;
}

static int take_line(struct reader *r, struct sentence *s, struct span line)
{
	static const char head[] = "#doc ";
	struct span token;
	int rc;

	if (line.len > strlen(head) &&
	    memcmp(line.s, head, strlen(head)) == 0) {
		rc = end_sentence(r, s);
		line = span_trim((struct span){line.s + strlen(head),
					       line.len - strlen(head)});
		s->id = xstrndup(line.s, line.len);
		return rc;
	}
	token = column(line, 1);
	if (!s->id || token.len == 0 || column(line, 4).len == 0)
		return reader_fail(r, "\"#doc N\", or index, token, tag, "
				      "relations and words expected");
	words_push(&s->words, &s->text, &s->end, token);
	rc = take_tag(r, s, column(line, 2));
	return rc < 0 ? rc : take_arcs(r, s, line);
}

int read_conll04(struct reader *r)
{
	struct sentence s = {0};
	struct span line;
	int rc;

	while ((rc = reader_line(r, &line)) > 0) {
		if (span_trim(line).len)
			rc = take_line(r, &s, line);
		if (rc < 0)
			break;
	}
	if (rc == 0)
		rc = end_sentence(r, &s);
	sentence_clear(&s);
	return rc;
}
