#include "src/text/spm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_64 = 1,
	WIRE_BYTES = 2,
	WIRE_32 = 5,
};

/* The rest of a message. */
struct wire {
	const unsigned char *p, *end;
};

struct field {
	uint64_t number;
	enum wire_type type;
	uint64_t value;    /* WIRE_VARINT, WIRE_64, WIRE_32 */
	struct wire bytes; /* WIRE_BYTES */
};

/* What parsing needs besides the result. */
struct reader {
	struct spm *m;
	const char *what;
	struct err *err;
	bool has_trainer, has_normalizer;
	uint64_t model_type;
	bool suffix, denormalizes;
};

static bool read_varint(struct wire *w, uint64_t *out)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 70 && w->p < w->end; shift += 7) {
		uint64_t b = *w->p++;

		if (shift == 63 && b > 1)
			return false;
		v |= (b & 0x7f) << shift;
		if (b < 0x80) {
			*out = v;
			return true;
		}
	}
	return false;
}

static bool read_fixed(struct wire *w, int n, uint64_t *out)
{
	*out = 0;
	if (w->end - w->p < n)
		return false;
	for (int i = 0; i < n; i++)
		*out |= (uint64_t)*w->p++ << (8 * i);
	return true;
}

/* The next field of a message that is not at its end; false when broken. */
static bool read_field(struct wire *w, struct field *f)
{
	uint64_t key;

	if (!read_varint(w, &key) || key >> 3 == 0)
		return false;
	f->number = key >> 3;
	f->type = (enum wire_type)(key & 7);
	switch (f->type) {
	case WIRE_VARINT:
		return read_varint(w, &f->value);
	case WIRE_64:
		return read_fixed(w, 8, &f->value);
	case WIRE_32:
		return read_fixed(w, 4, &f->value);
	case WIRE_BYTES:
		if (!read_varint(w, &f->value) ||
		    f->value > (uint64_t)(w->end - w->p))
			return false;
		f->bytes = (struct wire){w->p, w->p + f->value};
		w->p = f->bytes.end;
		return true;
	}
	return false; /* groups have not been written for twenty years */
}

static bool is(const struct field *f, uint64_t number, enum wire_type type)
{
	return f->number == number && f->type == type;
}

static int broken(const struct reader *r, const char *part)
{
	return err_set(r->err, ERR_CHECKPOINT,
		       "%s: %s is damaged or cut short: not a SentencePiece "
		       "model",
		       r->what, part);
}

static bool name_ok(struct wire name)
{
	size_t n = (size_t)(name.end - name.p);

	return n > 0 && n <= SPM_PIECE_MAX && !memchr(name.p, 0, n) &&
	       utf8_valid((const char *)name.p, n) == n;
}

static int add_piece(struct reader *r, struct wire name, uint64_t type,
		     float score)
{
	struct spm *m = r->m;
	struct spm_piece *p;

	if (m->n == SPM_PIECES_MAX)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: more than %d pieces", r->what,
			       SPM_PIECES_MAX);
	if (!name_ok(name))
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: piece %zu must be 1 to %d bytes of UTF-8 "
			       "without NUL",
			       r->what, m->n, SPM_PIECE_MAX);
	if (type < SPM_NORMAL || type > SPM_BYTE)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: piece %zu has type %llu, expected 1 to 6",
			       r->what, m->n, (unsigned long long)type);
	if (!isfinite(score))
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: the score of piece %zu is not finite",
			       r->what, m->n);

	m->piece = xgrow(m->piece, m->n, &m->cap, sizeof(*m->piece));
	p = &m->piece[m->n++];
	p->name = (uint32_t)m->names.len;
	p->len = (uint16_t)(name.end - name.p);
	p->type = (uint8_t)type;
	p->score = score;
	str_addn(&m->names, (const char *)name.p, p->len);
	str_addc(&m->names, '\0');
	return 0;
}

static int read_piece(struct reader *r, struct wire w)
{
	struct wire name = {0};
	uint64_t type = SPM_NORMAL;
	float score = 0;
	uint32_t bits;
	struct field f;

	while (w.p < w.end) {
		if (!read_field(&w, &f))
			return broken(r, "a piece");
		if (is(&f, 1, WIRE_BYTES)) {
			name = f.bytes;
		} else if (is(&f, 2, WIRE_32)) {
			bits = (uint32_t)f.value;
			memcpy(&score, &bits, sizeof(score));
		} else if (is(&f, 3, WIRE_VARINT)) {
			type = f.value;
		}
	}
	return add_piece(r, name, type, score);
}

static int read_trainer(struct reader *r, struct wire w)
{
	struct field f;

	r->has_trainer = true;
	while (w.p < w.end) {
		if (!read_field(&w, &f))
			return broken(r, "the trainer specification");
		if (is(&f, 3, WIRE_VARINT))
			r->model_type = f.value;
		else if (is(&f, 24, WIRE_VARINT))
			r->suffix = f.value != 0;
		else if (is(&f, 35, WIRE_VARINT))
			r->m->byte_fallback = f.value != 0;
	}
	return 0;
}

static int read_normalizer(struct reader *r, struct wire w)
{
	struct spm *m = r->m;
	struct field f;

	r->has_normalizer = true;
	while (w.p < w.end) {
		if (!read_field(&w, &f))
			return broken(r, "the normaliser specification");
		if (is(&f, 2, WIRE_BYTES)) {
			str_clear(&m->charsmap);
			str_addn(&m->charsmap, (const char *)f.bytes.p,
				 (size_t)(f.bytes.end - f.bytes.p));
		} else if (is(&f, 3, WIRE_VARINT)) {
			m->add_dummy_prefix = f.value != 0;
		} else if (is(&f, 4, WIRE_VARINT)) {
			m->remove_extra_whitespaces = f.value != 0;
		} else if (is(&f, 5, WIRE_VARINT)) {
			m->escape_whitespaces = f.value != 0;
		}
	}
	return 0;
}

static int read_denormalizer(struct reader *r, struct wire w)
{
	struct field f;

	while (w.p < w.end) {
		if (!read_field(&w, &f))
			return broken(r, "the denormaliser specification");
		if (is(&f, 2, WIRE_BYTES) && f.bytes.p < f.bytes.end)
			r->denormalizes = true;
	}
	return 0;
}

static int read_model(struct reader *r, struct wire w)
{
	struct field f;
	int rc = 0;

	while (w.p < w.end && rc == 0) {
		if (!read_field(&w, &f))
			return broken(r, "the file");
		if (is(&f, 1, WIRE_BYTES))
			rc = read_piece(r, f.bytes);
		else if (is(&f, 2, WIRE_BYTES))
			rc = read_trainer(r, f.bytes);
		else if (is(&f, 3, WIRE_BYTES))
			rc = read_normalizer(r, f.bytes);
		else if (is(&f, 5, WIRE_BYTES))
			rc = read_denormalizer(r, f.bytes);
	}
	return rc;
}

/* The ids that the model's code relies on (TOKEN_PAD and its neighbours). */
static int check_layout(const struct reader *r)
{
	static const struct {
		const char *name;
		enum spm_type type;
	} first[] = {
	    {"<pad>", SPM_CONTROL},
	    {"</s>", SPM_CONTROL},
	    {"<unk>", SPM_UNKNOWN},
	};
	const struct spm *m = r->m;

	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (i >= m->n || m->piece[i].type != first[i].type ||
		    strcmp(spm_name(m, i), first[i].name) != 0)
			return err_set(r->err, ERR_CHECKPOINT,
				       "%s: piece %zu must be %s, as in T5's "
				       "vocabulary",
				       r->what, i, first[i].name);
	for (size_t i = ARRAY_LEN(first); i < m->n; i++)
		if (m->piece[i].type == SPM_UNKNOWN)
			return err_set(r->err, ERR_CHECKPOINT,
				       "%s: piece %zu is a second unknown "
				       "piece",
				       r->what, i);
	return 0;
}

static int check_bytes(const struct reader *r)
{
	const struct spm *m = r->m;
	bool seen[256] = {0};
	int b, n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->piece[i].type != SPM_BYTE)
			continue;
		b = spm_byte(spm_name(m, i));
		if (b < 0 || seen[b] || !m->byte_fallback)
			return err_set(r->err, ERR_CHECKPOINT,
				       "%s: piece %zu is not a valid byte "
				       "piece",
				       r->what, i);
		seen[b] = true;
		n++;
	}
	if (m->byte_fallback && n != 256)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: has %d byte pieces, expected 256", r->what,
			       n);
	return 0;
}

static int check(const struct reader *r)
{
	static const char *const kind[] = {"", "unigram", "BPE", "word",
					   "character"};

	if (!r->has_trainer || !r->has_normalizer)
		return broken(r, "the file");
	if (r->model_type != 1)
		return err_set(
		    r->err, ERR_CHECKPOINT,
		    "%s: is a %s model, expected a unigram model", r->what,
		    r->model_type < ARRAY_LEN(kind) ? kind[r->model_type]
						    : "strange");
	if (r->suffix)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: puts white space behind words "
			       "(treat_whitespace_as_suffix), expected before",
			       r->what);
	if (r->denormalizes)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: has denormalisation rules, expected none",
			       r->what);
	if (check_layout(r) < 0)
		return -ERR_CHECKPOINT;
	return check_bytes(r);
}

int spm_parse(struct spm *m, const void *data, size_t n, const char *what,
	      struct err *err)
{
	struct reader r = {.m = m, .what = what, .err = err, .model_type = 1};
	struct wire w = {data, n ? (const unsigned char *)data + n : data};

	*m = (struct spm){.add_dummy_prefix = true,
			  .remove_extra_whitespaces = true,
			  .escape_whitespaces = true};
	if (n > SPM_FILE_MAX) {
		err_set(err, ERR_CHECKPOINT,
			"%s: has %zu bytes, expected at most %d", what, n,
			SPM_FILE_MAX);
		goto fail;
	}
	if (read_model(&r, w) < 0 || check(&r) < 0)
		goto fail;
	return 0;
fail:
	spm_release(m);
	return -ERR_CHECKPOINT;
}

void spm_release(struct spm *m)
{
	free(m->piece);
	str_release(&m->names);
	str_release(&m->charsmap);
	*m = (struct spm){0};
}

const char *spm_name(const struct spm *m, size_t id)
{
	return m->names.s + m->piece[id].name;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

int spm_byte(const char *name)
{
	int high, low;

	if (strlen(name) != 6 || memcmp(name, "<0x", 3) != 0 || name[5] != '>')
		return -1;
	high = hex_digit(name[3]);
	low = hex_digit(name[4]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}
