#include "src/data/compare.h"

#include <stdlib.h>
#include <string.h>

#include "src/data/graph.h"
#include "src/data/writer.h"

/* One side: the next document, and its lines. */
struct side {
	const struct dataset *d;
	bool by_example;
	size_t next, n;
	const struct example *e;
	struct labels lines;
};

static bool side_next(struct side *s, unsigned holds)
{
	struct offsets o;
	struct graph g = {0};
	struct losses ignored = {0};

	labels_release(&s->lines);
	s->next += s->n;
	s->n = 0;
	s->e = NULL;
	if (s->next >= s->d->n)
		return false;
	s->e = &s->d->ex[s->next];
	s->n = s->by_example ? 1 : document_length(s->d, s->next);
	offsets_make(&o, s->e->text, OFFSET_CP);
	graph_take(&g, s->e, s->n, &o, holds & NEEDS_PLACES, &ignored);
	s->lines = graph_lines(&g);
	graph_release(&g);
	offsets_release(&o);
	return true;
}

static size_t say(struct str *out, const struct example *e, const char *what,
		  const char *line)
{
	str_addf(out, "  %s: %s %s\n", e->id, what, line);
	return 1;
}

/* Merge two sorted lists; what only one has differs. */
static size_t compare_lines(const struct side *a, const struct side *b,
			    struct str *out)
{
	size_t i = 0, k = 0, n = 0;

	while (i < a->lines.n || k < b->lines.n) {
		int c = i == a->lines.n ? 1
			: k == b->lines.n
			    ? -1
			    : strcmp(a->lines.name[i], b->lines.name[k]);

		if (c < 0)
			n += say(out, a->e, "lost", a->lines.name[i]);
		if (c > 0)
			n += say(out, a->e, "new", b->lines.name[k]);
		i += c <= 0;
		k += c >= 0;
	}
	return n;
}

static size_t compare_images(const struct example *a, const struct example *b,
			     struct str *out)
{
	char *x = a->image ? path_plain(a->image) : NULL;
	char *y = b->image ? path_plain(b->image) : NULL;
	size_t n = 0;

	if (x && (!y || strcmp(x, y) != 0))
		n += say(out, a, "lost the picture", x);
	else if (y && !x)
		n += say(out, a, "new picture", y);
	free(x);
	free(y);
	return n;
}

size_t dataset_compare(const struct dataset *a, const struct dataset *b,
		       enum data_format f, struct str *out)
{
	/* these formats have a line or an element for each example */
	bool by_example =
	    f == DATA_JSONL || f == DATA_UMIE || f == DATA_CSV || f == DATA_TSV;
	struct side x = {.d = a, .by_example = by_example},
		    y = {.d = b, .by_example = by_example};
	unsigned holds = data_format_holds(f);
	size_t n = 0;
	bool more = true;

	while (more) {
		bool p = side_next(&x, holds), q = side_next(&y, holds);

		more = p || q;
		if (p && q) {
			if (strcmp(x.e->text, y.e->text) != 0)
				n += say(out, x.e, "another text:", y.e->text);
			n += compare_images(x.e, y.e, out);
			n += compare_lines(&x, &y, out);
		} else if (more) {
			n += say(out, p ? x.e : y.e, p ? "lost" : "new",
				 "the example");
		}
	}
	return n;
}
