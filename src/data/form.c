#include "src/data/form-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/chars.h"

void symbols_push(struct symbols *l, int32_t symbol)
{
	l->s = xgrow(l->s, l->n, &l->cap, sizeof(*l->s));
	l->s[l->n++] = symbol;
}

void symbols_append(struct symbols *l, const struct symbols *more)
{
	for (size_t i = 0; i < more->n; i++)
		symbols_push(l, more->s[i]);
}

void symbols_release(struct symbols *l)
{
	free(l->s);
	*l = (struct symbols){0};
}

void symbols_add_token(struct symbols *l, const struct tokenizer *t, int32_t id)
{
	const char *space = tokenizer_space(t);
	size_t len = strlen(space);
	struct str bytes = {0};

	if (id == TOKEN_UNK) {
		symbols_push(l, SYM_UNKNOWN);
		return;
	}
	if (!tokenizer_bytes(t, id, &bytes)) {
		symbols_push(l, SYM_ID + id);
		return;
	}
	for (size_t i = 0; i < bytes.len;) {
		bool is_space = strncmp(bytes.s + i, space, len) == 0;

		symbols_push(l,
			     is_space ? SYM_SPACE : (unsigned char)bytes.s[i]);
		i += is_space ? len : 1;
	}
	str_release(&bytes);
}

/* A string as it would be encoded behind a special token. */
static void add_string(struct symbols *l, const struct tokenizer *t,
		       const char *s)
{
	struct ids ids = {0};

	tokenizer_encode(t, s, strlen(s), &ids);
	for (size_t i = 0; i < ids.n; i++)
		symbols_add_token(l, t, ids.id[i]);
	ids_release(&ids);
}

static void add_id(struct symbols *l, int32_t id)
{
	symbols_push(l, SYM_ID + id);
}

/* What reading `s` back from an answer gives; the caller's to free(). */
static char *said(const struct tokenizer *t, const char *s)
{
	struct ids ids = {0};
	struct str out = {0};

	tokenizer_encode(t, s, strlen(s), &ids);
	tokenizer_decode(t, ids.id, ids.n, false, &out);
	ids_release(&ids);
	return str_detach(&out);
}

/* Length of the character whose first byte is symbol `at`. */
static size_t character(const struct symbols *l, size_t at, uint32_t *cp)
{
	char byte[4];
	size_t n = 0;

	for (; n < sizeof(byte) && at + n < l->n && l->s[at + n] < SYM_SPACE;
	     n++)
		byte[n] = (char)l->s[at + n];
	return chars_next(byte, n, cp);
}

/* Is there a piece, or a piece for each byte, for exactly these symbols? */
static bool has_piece(const struct tokenizer *t, const struct symbols *l,
		      size_t at, size_t n)
{
	uint32_t node = TOKEN_ROOT;
	bool bytes = true;
	int32_t id = -1;

	for (size_t i = 0; i < n; i++)
		bytes &= tokenizer_byte(t, (unsigned char)l->s[at + i]) >= 0;
	for (size_t i = 0; i < n && node; i++)
		node =
		    tokenizer_down(t, node, (unsigned char)l->s[at + i], &id);
	return bytes || (node && id >= 0);
}

/* Can every cut of these symbols be written on, and be read back? */
static bool spelt(const struct tokenizer *t, const struct symbols *l)
{
	uint32_t cp;

	for (size_t i = 0, n = 1; i < l->n; i += n) {
		n = 1;
		if (l->s[i] >= SYM_ID)
			return false;
		if (l->s[i] >= SYM_SPACE)
			continue;
		n = character(l, i, &cp);
		if (!has_piece(t, l, i, n))
			return false;
	}
	return true;
}

/* Does a string behind a special token begin with a space of its own? */
static bool has_dummy(const struct tokenizer *t)
{
	struct symbols l = {0};
	bool dummy;

	add_string(&l, t, "a");
	dummy = l.n && l.s[0] == SYM_SPACE;
	symbols_release(&l);
	return dummy;
}

/* A space has a piece, or pieces for its bytes that are read as a space. */
static bool has_space(const struct tokenizer *t)
{
	const char *space = tokenizer_space(t);
	uint32_t node = TOKEN_ROOT;
	int32_t id = -1;

	for (const char *s = space; *s && node; s++)
		node = tokenizer_down(t, node, (unsigned char)*s, &id);
	return (node && id >= 0) || (!space[1] && tokenizer_byte(t, ' ') >= 0);
}

/* Label i as the answer has it; false: it could not be read back. */
static bool add_label(struct symbols *l, const struct form_options *o,
		      const struct tokenizer *t, size_t i, const char *before,
		      const char *after)
{
	char *all = xasprintf("%s%s%s", before, o->labels->name[i], after);
	char *alone = said(t, o->labels->name[i]);
	struct symbols fresh = {0};
	bool good;

	add_string(&fresh, t, all);
	good = spelt(t, &fresh) &&
	       labels_find(o->labels, alone, strlen(alone)) == (int)i &&
	       (o->grammar == ANSWER_SEL || !strchr(alone, ','));
	if (good)
		symbols_append(l, &fresh);
	symbols_release(&fresh);
	free(all);
	free(alone);
	return good;
}

/* `label,_` or `head, relation,_` */
static bool lead_paper(struct form *f, const struct form_options *o, size_t i,
		       struct lead *out)
{
	char *before =
	    o->task == TASK_MRE ? xasprintf("%s, ", o->head) : xstrdup("");
	bool good = add_label(&out->first, o, f->t, i, before, ",");

	free(before);
	symbols_push(&out->first, SYM_SPACE);
	add_id(&out->later, tokenizer_spot(f->t));
	symbols_append(&out->later, &out->first);
	return good;
}

/* `[event](label:_` or `(head(relation:_` */
static bool lead_sel(struct form *f, const struct form_options *o, size_t i,
		     struct lead *out)
{
	int32_t bracket = tokenizer_extra(f->t, 0);
	struct symbols *l = &out->later;
	bool good;

	add_id(l, bracket);
	if (o->task == TASK_MRE) {
		add_string(l, f->t, o->head);
		add_id(l, bracket);
	}
	good = add_label(l, o, f->t, i, "", "");
	add_id(l, tokenizer_extra(f->t, 5));
	if (has_dummy(f->t))
		symbols_push(l, SYM_SPACE);
	if (o->task == TASK_MEAE) {
		add_id(&out->first, bracket);
		add_string(&out->first, f->t, o->event);
	}
	symbols_append(&out->first, l);
	return good;
}

static void lead_release(struct lead *l)
{
	symbols_release(&l->first);
	symbols_release(&l->later);
}

static void make_leads(struct form *f, const struct form_options *o)
{
	f->lead = xcalloc(o->labels->n + 1, sizeof(*f->lead));
	for (size_t i = 0; i < o->labels->n; i++) {
		struct lead *l = &f->lead[f->leads];
		bool good = o->grammar == ANSWER_PAPER ? lead_paper(f, o, i, l)
						       : lead_sel(f, o, i, l);

		if (good)
			f->leads++;
		else
			lead_release(l);
	}
}

/* What stands around the records. */
static void make_frame(struct form *f, const struct form_options *o)
{
	int32_t close = tokenizer_extra(f->t, 1);

	if (o->grammar == ANSWER_SEL) {
		add_id(&f->open, tokenizer_extra(f->t, 0));
		add_id(&f->after, close);
		if (o->task == TASK_MRE)
			add_id(&f->after, close);
		if (o->task == TASK_MEAE)
			add_id(&f->close, close);
		add_id(&f->close, close);
		add_id(&f->none, close);
	}
	add_id(&f->close, TOKEN_EOS);
	add_id(&f->none, TOKEN_EOS);
}

/* Text that reads like a marker of the grammars would be taken for one. */
static void break_markers(struct symbols *l)
{
	static const char *const markers[] = {"<spot>", "<extra_id_", "</s>",
					      "<pad>"};

	for (size_t i = 0; i < l->n; i++)
		for (size_t m = 0; m < ARRAY_LEN(markers); m++) {
			size_t k = 0;

			while (markers[m][k] && i + k < l->n &&
			       l->s[i + k] == (unsigned char)markers[m][k])
				k++;
			if (!markers[m][k])
				l->s[i] = SYM_BREAK;
		}
}

/* What cannot be said in every way is said in none. */
static void break_unspelt(const struct tokenizer *t, struct symbols *l)
{
	uint32_t cp;

	for (size_t i = 0, n = 1; i < l->n; i += n) {
		n = 1;
		if (l->s[i] >= SYM_ID)
			l->s[i] = SYM_BREAK;
		if (l->s[i] >= SYM_SPACE)
			continue;
		n = character(l, i, &cp);
		if (has_piece(t, l, i, n))
			continue;
		for (size_t k = 0; k < n; k++)
			l->s[i + k] = SYM_BREAK;
	}
}

/* The words that the model read: tokens of the prompt that are of the text. */
static void take_words(struct form *f, const struct prompt *p)
{
	for (size_t k = 0; k < p->ids.n; k++)
		if (p->end[k] > 0)
			symbols_add_token(&f->text, f->t, p->ids.id[k]);
	break_markers(&f->text);
	break_unspelt(f->t, &f->text);
}

static void mark_room(struct form *f)
{
	f->starts = xcalloc(f->text.n + 1, sizeof(*f->starts));
	f->ends = xcalloc(f->text.n + 1, sizeof(*f->ends));
}

/* May a word begin or end between the characters a and b? */
static bool edge(uint32_t a, uint32_t b)
{
	if (chars_extends(b) || a == 0x200d)
		return false;
	return !(chars_word(a) && chars_word(b));
}

/* Where strings of the text may start and end: at the edges of words. */
static void mark_words(struct form *f, bool cut)
{
	enum { NOTHING, CHARACTER, UNKNOWN } before = NOTHING, now;
	uint32_t last = 0, cp = 0;

	mark_room(f);
	for (size_t i = 0, n = 1; i < f->text.n; i += n) {
		bool inside;

		n = 1;
		now = f->text.s[i] == SYM_UNKNOWN ? UNKNOWN : NOTHING;
		if (f->text.s[i] < SYM_SPACE) {
			n = character(&f->text, i, &cp);
			now = chars_space(cp) ? NOTHING : CHARACTER;
		}
		inside =
		    before == CHARACTER && now == CHARACTER && !edge(last, cp);
		f->starts[i] = now != NOTHING && !inside;
		f->ends[i] = before != NOTHING && !inside;
		before = now;
		last = cp;
	}
	/* a text that was cut ends nobody knows where */
	f->ends[f->text.n] = before != NOTHING && !cut;
}

/* One string more, as it stands behind a space, which is whole or not there. */
static void add_whole(struct form *f, const char *s)
{
	struct symbols l = {0};
	size_t skip, from;

	add_string(&l, f->t, s);
	skip = l.n && l.s[0] == SYM_SPACE;
	if (l.n > skip && spelt(f->t, &l)) {
		symbols_push(&f->text, SYM_BREAK);
		from = f->text.n;
		for (size_t i = skip; i < l.n; i++)
			symbols_push(&f->text, l.s[i]);
		f->starts = xrealloc(f->starts, f->text.n + 1, sizeof(bool));
		f->ends = xrealloc(f->ends, f->text.n + 1, sizeof(bool));
		for (size_t i = from; i <= f->text.n; i++)
			f->starts[i] = f->ends[i] = false;
		f->starts[from] = true;
		f->ends[f->text.n] = true;
	}
	symbols_release(&l);
}

static void add_regions(struct form *f, const struct form_options *o)
{
	char name[16];

	for (int k = 1; k < o->regions; k++) {
		if (o->hidden >> k & 1)
			continue;
		snprintf(name, sizeof(name), "O%d", k);
		add_whole(f, name);
	}
}

static void find_ends(struct form *f)
{
	size_t n = f->text.n;

	f->next_end = xcalloc(n + 1, sizeof(*f->next_end));
	f->reaches = xcalloc(n + 1, sizeof(*f->reaches));
	for (size_t i = n + 1; i-- > 0;) {
		f->next_end[i] = i;
		f->reaches[i] = f->ends[i];
		if (f->ends[i] || i == n || f->text.s[i] == SYM_BREAK)
			continue;
		f->next_end[i] = f->next_end[i + 1];
		f->reaches[i] = f->reaches[i + 1];
	}
}

/* Is the string of head, tail or event one that an answer gives back? */
static bool usable(const struct tokenizer *t, const char *s)
{
	struct symbols l = {0};
	char *back = said(t, s);
	bool good;

	add_string(&l, t, s);
	good = span_trim(span_of(back)).len > 0 && spelt(t, &l);
	symbols_release(&l);
	free(back);
	return good;
}

static bool answerable(const struct form_options *o, const struct tokenizer *t)
{
	bool good = true;
	char *back;

	if (o->task == TASK_MRE)
		return usable(t, o->head) && usable(t, o->tail);
	if (o->task == TASK_MEAE && o->grammar == ANSWER_SEL) {
		back = said(t, o->event);
		good = usable(t, o->event) &&
		       span_ieq(span_trim(span_of(back)), o->event);
		free(back);
	}
	return good;
}

struct form *form_new(const struct form_options *o, const struct tokenizer *t,
		      const struct prompt *p, struct err *err)
{
	struct form *f;

	if (!has_space(t)) {
		err_set(err, ERR_CHECKPOINT,
			"constrained decoding: the vocabulary has no piece "
			"for a space");
		return NULL;
	}
	f = xcalloc(1, sizeof(*f));
	f->t = t;
	make_frame(f, o);
	if (answerable(o, t))
		make_leads(f, o);
	if (o->task == TASK_MRE) {
		mark_room(f);
		add_whole(f, o->tail);
	} else {
		take_words(f, p);
		mark_words(f, p->cut > 0);
	}
	if (o->task == TASK_MEAE)
		add_regions(f, o);
	find_ends(f);
	return f;
}

void form_free(struct form *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->leads; i++)
		lead_release(&f->lead[i]);
	free(f->lead);
	symbols_release(&f->open);
	symbols_release(&f->after);
	symbols_release(&f->close);
	symbols_release(&f->none);
	symbols_release(&f->text);
	free(f->starts);
	free(f->ends);
	free(f->next_end);
	free(f->reaches);
	free(f);
}
