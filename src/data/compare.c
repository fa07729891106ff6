#include "src/data/compare.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/graph.h"
#include "src/data/writer.h"

/* A document of one side. */
struct side {
	const struct example *e;
	size_t n;
	bool used; /* it was matched */
};

struct sides {
	struct side *at; /* owned */
	size_t n, cap;
};

static struct sides split(const struct dataset *d, bool by_example)
{
	struct sides s = {0};

	for (size_t i = 0; i < d->n;) {
		size_t n = by_example ? 1 : document_length(d, i);

		s.at = xgrow(s.at, s.n, &s.cap, sizeof(*s.at));
		s.at[s.n++] = (struct side){&d->ex[i], n, false};
		i += n;
	}
	return s;
}

/* Count characters that are no white space only, so that spacing does not
 * move what stands behind it. */
static void close_up(struct graph *g, const struct offsets *o)
{
	int32_t *black = xcalloc(o->n + 1, sizeof(*black));

	for (size_t i = 0; i < o->n; i++) {
		struct span c =
		    offsets_span(o, (struct place){(int32_t)i, (int32_t)i + 1});

		black[i + 1] = black[i] + !same_but_space(c, span_of(""));
	}
	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[i];
		struct str text = {0};

		for (const char *c = n->text; c && *c; c++)
			if (!is_space_byte(*c))
				str_addc(&text, *c);
		if (n->text) {
			free(n->text);
			n->text = str_detach(&text);
		}
		if (place_known(n->at))
			n->at = (struct place){black[n->at.start],
					       black[n->at.end]};
	}
	free(black);
}

/* What the document says; *absent: records that no place is found for. */
static struct labels lines_of(const struct side *s, bool places, bool spaced,
			      size_t *absent)
{
	struct losses lost = {0};
	struct graph g = {0};
	struct labels lines;
	struct offsets o;

	offsets_make(&o, s->e->text, OFFSET_CP);
	graph_take(&g, s->e, s->n, &o, places, &lost);
	if (spaced)
		close_up(&g, &o);
	lines = graph_lines(&g);
	*absent = lost.n[LOSS_ABSENT];
	graph_release(&g);
	offsets_release(&o);
	return lines;
}

static size_t say(struct str *out, const struct example *e, const char *what,
		  const char *line)
{
	str_addf(out, "  %s: %s %s\n", e->id, what, line);
	return 1;
}

/* Merge two sorted lists; what only one has differs. */
static size_t compare_lines(const struct example *e, const struct labels *a,
			    const struct labels *b, struct str *out)
{
	size_t i = 0, k = 0, n = 0;

	while (i < a->n || k < b->n) {
		int c = i == a->n   ? 1
			: k == b->n ? -1
				    : strcmp(a->name[i], b->name[k]);

		if (c < 0)
			n += say(out, e, "lost", a->name[i]);
		if (c > 0)
			n += say(out, e, "new", b->name[k]);
		i += c <= 0;
		k += c >= 0;
	}
	return n;
}

static size_t compare_images(const struct example *a, const struct example *b,
			     struct str *out)
{
	char *x = a->image ? path_whole(a->image) : NULL;
	char *y = b->image ? path_whole(b->image) : NULL;
	size_t n = 0;

	if (x && (!y || strcmp(x, y) != 0))
		n += say(out, a, "lost the picture", x);
	else if (y && !x)
		n += say(out, a, "new picture", y);
	free(x);
	free(y);
	return n;
}

/* By the text; by the picture where one side has no text. */
static bool same_name(const struct example *a, const struct example *b)
{
	char *x, *y;
	bool same;

	if (a->text[0] && b->text[0])
		return same_but_space(span_of(a->text), span_of(b->text));
	if (!a->image || !b->image)
		return false;
	x = path_whole(a->image);
	y = path_whole(b->image);
	same = strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

/* The next document of b that is a's, looking round from `from`. */
static struct side *find(struct sides *b, const struct side *a, size_t from)
{
	for (size_t k = 0; k < b->n; k++) {
		struct side *s = &b->at[(from + k) % b->n];

		if (!s->used && same_name(a->e, s->e))
			return s;
	}
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All relations of a sentence, which mnre has a line each for. */
static void add_more(struct sides *b, const struct side *a, bool places,
		     bool spaced, struct labels *lines)
{
	struct side *more;
	size_t ignored;

	while ((more = find(b, a, 0)) != NULL) {
		struct labels l = lines_of(more, places, spaced, &ignored);

		more->used = true;
		for (size_t i = 0; i < l.n; i++)
			labels_add(lines, l.name[i], strlen(l.name[i]));
		labels_release(&l);
	}
	if (lines->n)
		qsort(lines->name, lines->n, sizeof(*lines->name), by_text);
}

static size_t compare_pair(const struct side *a, struct side *b,
			   struct sides *rest, enum data_format f,
			   struct str *out)
{
	unsigned holds = data_format_holds(f);
	bool places = holds & NEEDS_PLACES || !(holds & HOLDS_PLACES);
	bool spaced = strcmp(a->e->text, b->e->text) != 0;
	size_t absent, ignored, n = 0;
	struct labels x, y;

	b->used = true;
	x = lines_of(a, places, spaced, &absent);
	y = lines_of(b, places, spaced, &ignored);
	if (f == DATA_MNRE)
		add_more(rest, a, places, spaced, &y);
	if (spaced)
		n +=
		    say(out, a->e, "lost",
			b->e->text[0] ? "white space of the text" : "the text");
	if (absent)
		n += say(out, a->e, "lost", "what the text lacks");
	n += compare_images(a->e, b->e, out);
	n += compare_lines(a->e, &x, &y, out);
	labels_release(&x);
	labels_release(&y);
	return n;
}

size_t dataset_compare(const struct dataset *a, const struct dataset *b,
		       enum data_format f, struct str *out)
{
	/* these formats have a line or an element for each example */
	bool by_example =
	    f == DATA_JSONL || f == DATA_UMIE || f == DATA_CSV || f == DATA_TSV;
	struct sides x = split(a, by_example), y = split(b, by_example);
	size_t n = 0, at = 0;

	for (size_t i = 0; i < x.n; i++) {
		struct side *other = find(&y, &x.at[i], at);

		if (other)
			n += compare_pair(&x.at[i], other, &y, f, out);
		else
			n += say(out, x.at[i].e, "lost", "the example");
		at = other ? (size_t)(other - y.at) + 1 : at;
	}
	for (size_t i = 0; i < y.n; i++)
		if (!y.at[i].used)
			n += say(out, y.at[i].e, "new", "the example");
	free(x.at);
	free(y.at);
	return n;
}
