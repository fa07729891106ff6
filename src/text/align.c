#include "src/text/align.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/text/chars.h"

enum {
	WILD = 0x110000, /* "<unk>" among the characters of a needle */
	WILD_MAX = 64,   /* longest run of characters it stands for */
};

/* A character that is compared, and where it stands in the text. */
struct glyph {
	uint32_t cp;
	int32_t at; /* index of the code point */
};

/* Zeroed is empty. */
struct line {
	struct glyph *g; /* owned */
	size_t n;
	bool foreign; /* a needle that is nothing but WILD and spaces */
};

static struct line line_of(const char *s, size_t n)
{
	struct line l = {.g = xcalloc(n ? n : 1, sizeof(*l.g))};
	size_t i = 0;

	for (; i < n; l.n++) {
		i += chars_next(s + i, n - i, &l.g[l.n].cp);
		l.g[l.n].at = (int32_t)l.n;
	}
	return l;
}

/* Each "<unk>" becomes one WILD. */
static void mark_wild(struct line *l)
{
	static const char name[] = "<unk>";
	size_t out = 0, k;

	for (size_t i = 0; i < l->n; i += k ? k : 1, out++) {
		for (k = 0; name[k] && i + k < l->n; k++)
			if (l->g[i + k].cp != (unsigned char)name[k])
				break;
		k = name[k] ? 0 : k;
		l->g[out] = l->g[i];
		if (k)
			l->g[out].cp = WILD;
	}
	l->n = out;
}

/*
 * Is the space between a and b of no account?  After <unk> decoding drops and
 * adds spaces; only one between two of them is to be relied on.
 */
static bool loose(uint32_t a, uint32_t b)
{
	return chars_punct(a) || chars_punct(b) || (a == WILD && b != WILD);
}

/* Fold case, squeeze white space, drop it where it is loose and at the ends. */
static void fold(struct line *l)
{
	bool space = false;
	uint32_t last = ' '; /* the last but spaces */
	size_t out = 0;

	l->foreign = true;
	for (size_t i = 0; i < l->n; i++) {
		struct glyph g = l->g[i];

		if (chars_space(g.cp)) {
			space = out > 0;
			continue;
		}
		g.cp = chars_fold(g.cp);
		if (g.cp == WILD && last == WILD && !space)
			continue;
		if (space && !loose(last, g.cp))
			l->g[out++] = (struct glyph){' ', g.at - 1};
		l->g[out++] = g;
		last = g.cp;
		l->foreign &= last == WILD;
		space = false;
	}
	l->n = out;
}

/* May a mention end between the code points i - 1 and i of the text? */
static bool boundary(const struct line *text, size_t i)
{
	uint32_t a, b;

	if (i == 0 || i == text->n)
		return true;
	a = text->g[i - 1].cp;
	b = text->g[i].cp;
	if (chars_extends(b) || a == 0x200d)
		return false;
	return !(chars_word(a) && chars_word(b));
}

/*
 * May a run of unknown characters at an end of the needle go on from a to b?
 * A needle that is nothing but "<unk>" would stand anywhere: it is taken for
 * what vocabularies lack most, characters outside ASCII.
 */
static bool same_run(uint32_t a, uint32_t b, bool foreign)
{
	if (chars_space(b))
		return false;
	if (foreign)
		return a > 0x7f && b > 0x7f;
	if (chars_extends(b) || a == 0x200d)
		return true;
	return chars_word(a) ? chars_word(b)
			     : a > 0x7f && b > 0x7f && !chars_word(b);
}

static bool literal_at(const struct line *text, size_t i, const struct glyph *p,
		       size_t n)
{
	if (n > text->n - i)
		return false;
	for (size_t k = 0; k < n; k++)
		if (text->g[i + k].cp != p[k].cp)
			return false;
	return true;
}

/*
 * The run of unknown characters that begins at i, and after it the n > 0
 * literal characters of p: where those begin, or text->n.  `first`: the run
 * is at the start of the needle, so it must be of one kind.
 */
static size_t skip_run(const struct line *text, size_t i, const struct glyph *p,
		       size_t n, bool first, bool foreign)
{
	const struct glyph *g = text->g;
	size_t end = MIN(text->n, i + WILD_MAX);

	for (i++; i < end; i++) {
		if (literal_at(text, i, p, n))
			return i;
		if (g[i].cp == ' ')
			return literal_at(text, i + 1, p, n) ? i + 1 : text->n;
		if (first && !same_run(g[i - 1].cp, g[i].cp, foreign))
			break;
	}
	return text->n;
}

/* The end of a run of unknown characters that ends the needle. */
static size_t end_run(const struct line *text, size_t i, bool foreign)
{
	for (i++; i < text->n; i++)
		if (!same_run(text->g[i - 1].cp, text->g[i].cp, foreign))
			break;
	return i;
}

/* Where a match of the needle that begins at i ends; 0: none begins there. */
static size_t match_at(const struct line *text, size_t i,
		       const struct line *needle)
{
	const struct glyph *p = needle->g, *stop = p + needle->n;
	bool foreign = needle->foreign, wild;
	size_t n;

	while (p < stop) {
		wild = p->cp == WILD;
		p += wild;
		for (n = 0; p + n < stop && p[n].cp != WILD;)
			n++;
		if (i >= text->n || (wild && text->g[i].cp == ' ') ||
		    (wild && foreign && text->g[i].cp <= 0x7f))
			return 0;
		if (wild && n == 0)
			return end_run(text, i, foreign);
		if (wild)
			i = skip_run(text, i, p, n, p - 1 == needle->g,
				     foreign);
		if (!literal_at(text, i, p, n))
			return 0;
		i += n;
		p += n;
	}
	return i;
}

static void push(struct alignment *out, size_t *cap, struct place p)
{
	out->place = xgrow(out->place, out->n, cap, sizeof(*out->place));
	out->place[out->n++] = p;
}

/*
 * All places of `needle` in `text`, from left to right, none overlapping.
 * `raw` is the text before folding, in which places are told.
 */
static void find(const struct line *raw, const struct line *text,
		 const struct line *needle, bool bounded, struct alignment *out)
{
	size_t cap = 0, end;
	struct place p;

	for (size_t i = 0; i < text->n; i++) {
		end = match_at(text, i, needle);
		if (end == 0)
			continue;
		p.start = text->g[i].at;
		p.end = text->g[end - 1].at + 1;
		if (bounded && !(boundary(raw, (size_t)p.start) &&
				 boundary(raw, (size_t)p.end)))
			continue;
		push(out, &cap, p);
		i = end - 1;
	}
}

/* In this order: a whole word in another case is meant more often than part
 * of a word. */
static const struct {
	bool near, bounded;
} passes[] = {{false, true}, {true, true}, {false, false}, {true, false}};

void align(const char *text, size_t text_n, const char *needle, size_t needle_n,
	   struct alignment *out)
{
	struct line raw = line_of(text, text_n), folded = {0};
	struct line exact = line_of(needle, needle_n);
	struct line near = line_of(needle, needle_n);

	*out = (struct alignment){.fit = FIT_ABSENT};
	mark_wild(&near);
	fold(&near);
	for (size_t i = 0; i < ARRAY_LEN(passes) && near.n > 0; i++) {
		bool is_near = passes[i].near;

		if (is_near && !folded.g) {
			folded = line_of(text, text_n);
			fold(&folded);
		}
		find(&raw, is_near ? &folded : &raw, is_near ? &near : &exact,
		     passes[i].bounded, out);
		if (out->n == 0)
			continue;
		out->fit = is_near      ? FIT_NEAR
			   : out->n > 1 ? FIT_REPEATED
					: FIT_EXACT;
		break;
	}
	free(raw.g);
	free(folded.g);
	free(exact.g);
	free(near.g);
}

void alignment_release(struct alignment *a)
{
	free(a->place);
	*a = (struct alignment){.fit = FIT_ABSENT};
}

const char *fit_name(enum fit f)
{
	static const char *const name[] = {
#define FIT_NAME(upper, lower, mark, text) [FIT_##upper] = #lower,
	    FITS(FIT_NAME)
#undef FIT_NAME
	};

	return name[f];
}

const char *fit_mark(enum fit f)
{
	static const char *const mark[] = {
#define FIT_MARK(upper, lower, mark, text) [FIT_##upper] = mark,
	    FITS(FIT_MARK)
#undef FIT_MARK
	};

	return mark[f];
}
