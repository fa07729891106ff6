/*
 * mnre-write -- one relation a line, as Python would print the dict.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/writer.h"

/* As repr() does: double quotes only round single ones. */
static void put_string(struct str *out, struct span s)
{
	bool single = memchr(s.s, '\'', s.len) != NULL;
	bool twice = memchr(s.s, '"', s.len) != NULL;
	char quote = single && !twice ? '"' : '\'';

	str_addc(out, quote);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c == '\\' || c == (unsigned char)quote)
			str_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, (char)c);
	}
	str_addc(out, quote);
}

static void put_tokens(struct str *out, const struct offsets *o,
		       const struct words *words)
{
	str_add(out, "{'token': [");
	for (size_t i = 0; i < words->n; i++) {
		if (i)
			str_add(out, ", ");
		put_string(out, offsets_span(o, words->at[i]));
	}
	str_addc(out, ']');
}

static void put_entity(struct str *out, const char *key,
		       const struct words *words, const struct node *n)
{
	size_t from = 0, to;

	/* white space at the edge of a span belongs to no word */
	while (from + 1 < words->n && words->at[from].end <= n->at.start)
		from++;
	to = from + 1;
	while (to < words->n && words->at[to].start < n->at.end)
		to++;
	str_addf(out, ", '%s': {'name': ", key);
	put_string(out, span_trim(span_of(n->text)));
	str_addf(out, ", 'pos': [%zu, %zu]}", from, to);
}

static void put_line(struct writer *w, const struct document *doc,
		     const struct link *l)
{
	const struct node *head = &doc->g.node[l->from],
			  *tail = &doc->g.node[l->to];
	const struct place edge[] = {head->at, tail->at};
	char *image = writer_image(w, doc->e);
	struct words words = {0};

	words_divide(&words, &doc->o, edge, 2);
	put_tokens(w->out, &doc->o, &words);
	put_entity(w->out, "h", &words, head);
	put_entity(w->out, "t", &words, tail);
	if (image) {
		str_add(w->out, ", 'img_id': ");
		put_string(w->out, span_of(image));
	}
	str_add(w->out, ", 'relation': ");
	put_string(w->out, span_of(l->label));
	str_add(w->out, "}\n");
	words_release(&words);
	free(image);
}

/* Do one space each stand between the words of the text? */
static bool is_spaced(const struct document *doc)
{
	const char *s = doc->e->text;
	bool word = false;

	for (; *s; s++) {
		if (is_space_byte(*s) && (*s != ' ' || !word))
			return false;
		word = !is_space_byte(*s);
	}
	return word;
}

int write_mnre(struct writer *w)
{
	struct document doc = {0};

	while (writer_next(w, &doc)) {
		w->lost->n[LOSS_TEXT] += doc.g.n_links == 0;
		w->lost->n[LOSS_SPACING] +=
		    doc.g.n_links != 0 && !is_spaced(&doc);
		for (size_t i = 0; i < doc.g.n_links; i++)
			put_line(w, &doc, &doc.g.link[i]);
	}
	return 0;
}
