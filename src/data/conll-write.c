/*
 * conll-write -- sentences as lines of token and tag.
 *
 * Words are what white space separates, cut where a span begins or ends.
 * Of spans that overlap the one that begins first stays, and the longest of
 * those that begin together.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/data/writer.h"

struct spans {
	const struct node **at; /* owned list */
	size_t n;
};

static int compare(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a;
	const struct node *y = *(const struct node *const *)b;

	if (x->at.start != y->at.start)
		return x->at.start < y->at.start ? -1 : 1;
	if (x->at.end != y->at.end)
		return x->at.end > y->at.end ? -1 : 1;
	return strcmp(x->label, y->label);
}

/* The spans that can stand side by side. */
static struct spans flat(struct writer *w, const struct graph *g)
{
	struct spans s = {xcalloc(g->n, sizeof(*s.at)), 0};
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].kind == NODE_ENTITY)
			s.at[s.n++] = &g->node[i];
	if (s.n)
		qsort(s.at, s.n, sizeof(*s.at), compare);
	for (size_t i = 0; i < s.n; i++) {
		if (kept && place_overlaps(s.at[kept - 1]->at, s.at[i]->at))
			w->lost->n[LOSS_OVERLAP]++;
		else
			s.at[kept++] = s.at[i];
	}
	s.n = kept;
	return s;
}

/* Which of B, I, L, U word i has, which is in the span. */
static char mark(const char *scheme, const struct words *w, size_t i,
		 struct place span)
{
	bool first = i == 0 || !place_overlaps(w->at[i - 1], span);
	bool last = i + 1 == w->n || !place_overlaps(w->at[i + 1], span);

	return scheme[first && last ? 3 : first ? 0 : last ? 2 : 1];
}

/* A label is one column: white space in it becomes "_" between spaces. */
static void put_tag(struct str *out, char m, const char *label, char sep)
{
	str_addf(out, "%c-", m);
	for (; *label; label++)
		str_addc(out,
			 is_space_byte(*label) && (sep == ' ' || *label != ' ')
			     ? '_'
			     : *label);
}

static bool spaced_otherwise(const struct document *doc,
			     const struct words *words)
{
	int32_t end = 0;

	for (size_t i = 0; i < words->n; i++) {
		if (words->at[i].start != end + (i > 0) ||
		    (i && doc->o.text[doc->o.byte[end]] != ' '))
			return true;
		end = words->at[i].end;
	}
	return (size_t)end != doc->o.n;
}

static void put_sentence(struct writer *w, const struct document *doc,
			 const char *scheme, const char *middle, char sep)
{
	struct spans s = flat(w, &doc->g);
	struct place *edge = xcalloc(s.n, sizeof(*edge));
	struct words words = {0};
	size_t k = 0;

	for (size_t i = 0; i < s.n; i++)
		edge[i] = s.at[i]->at;
	words_divide(&words, &doc->o, edge, s.n);
	w->lost->n[LOSS_SPACING] += spaced_otherwise(doc, &words);
	for (size_t i = 0; i < words.n; i++) {
		struct span token = offsets_span(&doc->o, words.at[i]);

		while (k < s.n && edge[k].end <= words.at[i].start)
			k++;
		str_addn(w->out, token.s, token.len);
		str_add(w->out, middle);
		str_addc(w->out, sep);
		if (k < s.n && place_overlaps(edge[k], words.at[i]))
			put_tag(w->out, mark(scheme, &words, i, edge[k]),
				s.at[k]->label, sep);
		else
			str_addc(w->out, 'O');
		str_addc(w->out, '\n');
	}
	str_addc(w->out, '\n');
	words_release(&words);
	free(edge);
	free(s.at);
}

/* "IMGID:" and the name without its .jpg. */
static int put_picture(struct writer *w, const struct example *e)
{
	char *name = writer_image(w, e);
	size_t n = name ? strlen(name) : 0;
	int rc = 0;

	if (name && strpbrk(name, "\t\r\n"))
		rc = err_set(w->err, ERR_DATA,
			     "%s: the picture's name \"%.200s\" has a tab or a "
			     "line end in it",
			     e->id, name);
	else if (name)
		str_addf(w->out, "IMGID:%.*s\n",
			 (int)(n > 4 && strcmp(name + n - 4, ".jpg") == 0
				   ? n - 4
				   : n),
			 name);
	free(name);
	return rc;
}

static int put_all(struct writer *w, const char *scheme, const char *middle,
		   char sep)
{
	struct document doc = {0};
	int rc = 0;

	while (writer_next(w, &doc)) {
		if (rc < 0)
			continue;
		if (w->holds & HOLDS_IMAGE)
			rc = put_picture(w, doc.e);
		put_sentence(w, &doc, scheme, middle, sep);
	}
	return rc;
}

int write_conll(struct writer *w)
{
	return put_all(w, "BIIB", "", '\t');
}

int write_conll2003(struct writer *w)
{
	return put_all(w, "BIIB", " - -", ' ');
}

int write_bilou(struct writer *w)
{
	return put_all(w, "BILU", "", '\t');
}
