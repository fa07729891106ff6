/* Reading an answer by a form, and what may come next in it. */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/form-internal.h"

enum part {
	PART_OPEN,  /* within `open` */
	PART_LEAD,  /* within a lead */
	PART_TEXT,  /* within a string, which began at `start` */
	PART_AFTER, /* behind it, within `after` */
	PART_WHOLE, /* behind a record: `start` to `end` of the text */
	PART_CLOSE, /* within `close` or `none` */
	PART_DONE,
};

/* One way to read what was written: where it stands now. */
struct spot {
	enum part part;
	bool later; /* LEAD: of another record; CLOSE: of some records */
	size_t lead, start, end, at;
};

/* A record that is written. */
struct written {
	size_t lead, start, end;
};

/*
 * All ways to read what was written.  They differ in where a string stands
 * in the text and in how far it goes, not in the records before it.
 */
struct reading {
	const struct form *f;
	struct spot *spot; /* owned */
	size_t n, cap;
	struct written *record; /* owned */
	size_t records, cap_records;
};

/* What is heard next in [at, end): spaces beside <unk> are not. */
static int32_t heard(const struct form *f, size_t begin, size_t *at, size_t end)
{
	const int32_t *s = f->text.s;

	while (*at < end && s[*at] == SYM_SPACE &&
	       ((*at > begin && s[*at - 1] == SYM_UNKNOWN) ||
		(*at + 1 < end && s[*at + 1] == SYM_UNKNOWN)))
		++*at;
	return *at < end ? s[(*at)++] : -1;
}

/* Are two strings of the text one to whoever reads the answer? */
static bool same_string(const struct form *f, size_t a, size_t a_end, size_t b,
			size_t b_end)
{
	size_t i = a, k = b;
	int32_t x, y;

	do {
		x = heard(f, a, &i, a_end);
		y = heard(f, b, &k, b_end);
	} while (x == y && x >= 0);
	return x == y;
}

static bool is_written(const struct reading *r, size_t lead, size_t start,
		       size_t end)
{
	for (size_t i = 0; i < r->records; i++) {
		const struct written *w = &r->record[i];

		if (w->lead == lead &&
		    same_string(r->f, w->start, w->end, start, end))
			return true;
	}
	return false;
}

/* The first end of a string at `from` or behind it; false: there is none. */
static bool next_end(const struct form *f, size_t from, size_t *end)
{
	if (!f->reaches[from])
		return false;
	*end = f->next_end[from];
	return true;
}

/*
 * Is there a new record whose string begins at `start` and takes the symbol at
 * `at`, too?
 */
static bool goes_on(const struct reading *r, size_t lead, size_t start,
		    size_t at)
{
	size_t end;

	while (at < r->f->text.n && r->f->text.s[at] != SYM_BREAK &&
	       next_end(r->f, at + 1, &end)) {
		if (!is_written(r, lead, start, end))
			return true;
		at = end;
	}
	return false;
}

static bool has_new(const struct reading *r, size_t lead)
{
	for (size_t i = 0; i < r->f->text.n; i++)
		if (r->f->starts[i] && goes_on(r, lead, i, i))
			return true;
	return false;
}

static void push(struct reading *r, struct spot s)
{
	r->spot = xgrow(r->spot, r->n, &r->cap, sizeof(*r->spot));
	r->spot[r->n++] = s;
}

static void push_after(struct reading *r, struct spot s)
{
	s.part = s.at == r->f->after.n ? PART_WHOLE : PART_AFTER;
	push(r, s);
}

static void push_text(struct reading *r, struct spot s)
{
	if (goes_on(r, s.lead, s.start, s.at))
		push(r, s);
	if (s.at > s.start && r->f->ends[s.at] &&
	    !is_written(r, s.lead, s.start, s.at)) {
		s.end = s.at;
		s.at = 0;
		push_after(r, s);
	}
}

/* A string may begin; only <unk>, which eats a space before it, `early`. */
static void push_strings(struct reading *r, size_t lead, bool early)
{
	const struct form *f = r->f;

	for (size_t i = 0; i < f->text.n; i++)
		if (f->starts[i] && (!early || f->text.s[i] == SYM_UNKNOWN))
			push_text(
			    r, (struct spot){PART_TEXT, false, lead, i, 0, i});
}

static const struct symbols *lead_of(const struct form *f, const struct spot *s)
{
	return s->later ? &f->lead[s->lead].later : &f->lead[s->lead].first;
}

static void push_lead(struct reading *r, struct spot s)
{
	const struct symbols *l = lead_of(r->f, &s);

	if (s.at == l->n) {
		push_strings(r, s.lead, false);
		return;
	}
	push(r, s);
	if (s.at + 1 == l->n && l->s[s.at] == SYM_SPACE)
		push_strings(r, s.lead, true);
}

static void push_close(struct reading *r, struct spot s)
{
	size_t n = s.later ? r->f->close.n : r->f->none.n;

	s.part = s.at == n ? PART_DONE : PART_CLOSE;
	push(r, s);
}

/* No record, or the first of some. */
static void push_open(struct reading *r, struct spot s)
{
	if (s.at < r->f->open.n) {
		push(r, s);
		return;
	}
	push_close(r, (struct spot){.part = PART_CLOSE});
	for (size_t l = 0; l < r->f->leads; l++)
		if (has_new(r, l))
			push(r, (struct spot){.part = PART_LEAD, .lead = l});
}

/* A record ends by what comes behind it: the end, or another. */
static void follow_record(struct reading *r, const struct spot *s,
			  int32_t symbol)
{
	const struct form *f = r->f;

	r->record =
	    xgrow(r->record, r->records, &r->cap_records, sizeof(*r->record));
	r->record[r->records++] = (struct written){s->lead, s->start, s->end};
	if (f->close.s[0] == symbol)
		push_close(r, (struct spot){.later = true, .at = 1});
	for (size_t l = 0; l < f->leads; l++)
		if (f->lead[l].later.s[0] == symbol && has_new(r, l))
			push_lead(r, (struct spot){.part = PART_LEAD,
						   .later = true,
						   .lead = l,
						   .at = 1});
}

/* The symbol that a spot waits for; -1: see follow_record(), or none. */
static int32_t wanted(const struct form *f, const struct spot *s)
{
	switch (s->part) {
	case PART_OPEN:
		return f->open.s[s->at];
	case PART_LEAD:
		return lead_of(f, s)->s[s->at];
	case PART_TEXT:
		return f->text.s[s->at];
	case PART_AFTER:
		return f->after.s[s->at];
	case PART_CLOSE:
		return (s->later ? &f->close : &f->none)->s[s->at];
	case PART_WHOLE:
	case PART_DONE:
		break;
	}
	return -1;
}

static void advance(struct reading *r, struct spot s)
{
	s.at++;
	switch (s.part) {
	case PART_OPEN:
		push_open(r, s);
		break;
	case PART_LEAD:
		push_lead(r, s);
		break;
	case PART_TEXT:
		push_text(r, s);
		break;
	case PART_AFTER:
		push_after(r, s);
		break;
	case PART_CLOSE:
		push_close(r, s);
		break;
	case PART_WHOLE:
	case PART_DONE:
		break;
	}
}

/* Spots [from, to) take a symbol; theirs come behind.  False: none did. */
static bool take(struct reading *r, size_t from, size_t to, int32_t symbol)
{
	size_t before = r->n;
	bool followed = false;

	for (size_t i = from; i < to; i++) {
		struct spot s = r->spot[i];

		/* all that are whole have the same record in the end */
		if (s.part == PART_WHOLE && symbol >= SYM_ID && !followed) {
			follow_record(r, &s, symbol);
			followed = true;
		} else if (wanted(r->f, &s) == symbol) {
			advance(r, s);
		}
	}
	return r->n > before;
}

/* Go over to the spots behind `from`. */
static void forget(struct reading *r, size_t from)
{
	memmove(r->spot, r->spot + from, (r->n - from) * sizeof(*r->spot));
	r->n -= from;
}

/* False: the tokens are no beginning of an answer. */
static bool read_ids(struct reading *r, const int32_t *ids, size_t n)
{
	struct symbols l = {0};
	bool good = true;

	push_open(r, (struct spot){.part = PART_OPEN});
	for (size_t i = 0; i < n; i++)
		symbols_add_token(&l, r->f->t, ids[i]);
	for (size_t i = 0; i < l.n && good; i++) {
		size_t to = r->n;

		good = take(r, 0, to, l.s[i]);
		forget(r, to);
	}
	symbols_release(&l);
	return good;
}

static void reading_release(struct reading *r)
{
	free(r->spot);
	free(r->record);
}

/* The ids that may come next. */
struct choice {
	uint8_t *may;
	int vocab;
};

static void allow(const struct choice *c, int32_t id)
{
	if (id >= 0 && id < c->vocab)
		c->may[id] = 1;
}

/* The different bytes and spaces that spots [from, to) wait for. */
static size_t sounds(const struct reading *r, size_t from, size_t to,
		     int32_t out[SYM_SPACE + 1])
{
	bool seen[SYM_SPACE + 1] = {false};
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		int32_t s = wanted(r->f, &r->spot[i]);

		if (s < 0 || s > SYM_SPACE || seen[s])
			continue;
		seen[s] = true;
		out[n++] = s;
	}
	return n;
}

/* One symbol down the tree of pieces. */
static uint32_t down(const struct tokenizer *t, uint32_t node, int32_t symbol,
		     int32_t *id)
{
	const char *s = tokenizer_space(t);

	if (symbol < SYM_SPACE)
		return tokenizer_down(t, node, (unsigned char)symbol, id);
	for (; *s && node; s++)
		node = tokenizer_down(t, node, (unsigned char)*s, id);
	return node;
}

/* Pieces that go on from `node` as spots [from, to) want it. */
static void choose_pieces(struct reading *r, uint32_t node, size_t from,
			  size_t to, const struct choice *c)
{
	int32_t symbol[SYM_SPACE + 1], id = -1;
	size_t n = sounds(r, from, to, symbol), base = r->n;

	for (size_t i = 0; i < n; i++) {
		uint32_t next = down(r->f->t, node, symbol[i], &id);

		if (next && take(r, from, to, symbol[i])) {
			allow(c, id);
			choose_pieces(r, next, base, r->n, c);
		}
		r->n = base;
	}
}

/* Pieces of one byte, where the vocabulary has them. */
static void choose_bytes(const struct reading *r, size_t to,
			 const struct choice *c)
{
	int32_t symbol[SYM_SPACE + 1];
	size_t n = sounds(r, 0, to, symbol);
	const char *space = tokenizer_space(r->f->t);

	for (size_t i = 0; i < n; i++) {
		if (symbol[i] < SYM_SPACE)
			allow(c, tokenizer_byte(r->f->t,
						(unsigned char)symbol[i]));
		else if (!space[1])
			allow(c, tokenizer_byte(r->f->t, ' '));
	}
}

/* A token that is one symbol. */
static void choose_symbol(struct reading *r, size_t to, int32_t symbol,
			  int32_t id, const struct choice *c)
{
	size_t records = r->records;

	if (take(r, 0, to, symbol))
		allow(c, id);
	r->n = to;
	r->records = records;
}

static void choose_specials(struct reading *r, size_t to,
			    const struct choice *c)
{
	const int32_t id[] = {
	    TOKEN_EOS, tokenizer_spot(r->f->t), tokenizer_extra(r->f->t, 0),
	    tokenizer_extra(r->f->t, 1), tokenizer_extra(r->f->t, 5)};

	choose_symbol(r, to, SYM_UNKNOWN, TOKEN_UNK, c);
	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		choose_symbol(r, to, SYM_ID + id[i], id[i], c);
}

void form_next(const struct form *f, const int32_t *ids, size_t n, uint8_t *may,
	       int vocab)
{
	struct reading r = {.f = f};
	struct choice c = {may, vocab};

	if (read_ids(&r, ids, n)) {
		choose_specials(&r, r.n, &c);
		choose_bytes(&r, r.n, &c);
		choose_pieces(&r, TOKEN_ROOT, 0, r.n, &c);
	}
	reading_release(&r);
}

/* Is one of the spots within one of these parts? */
static bool stands(const struct reading *r, unsigned parts)
{
	for (size_t i = 0; i < r->n; i++)
		if (parts >> r->spot[i].part & 1)
			return true;
	return false;
}

bool form_whole(const struct form *f, const int32_t *ids, size_t n)
{
	struct reading r = {.f = f};
	bool whole = read_ids(&r, ids, n) &&
		     stands(&r, 1u << PART_OPEN | 1u << PART_WHOLE |
				    1u << PART_CLOSE | 1u << PART_DONE);

	reading_release(&r);
	return whole;
}

bool form_accepts(const struct form *f, const int32_t *ids, size_t n)
{
	struct reading r = {.f = f};
	bool done = read_ids(&r, ids, n) && stands(&r, 1u << PART_DONE);

	reading_release(&r);
	return done;
}
