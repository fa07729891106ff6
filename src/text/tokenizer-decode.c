#include "src/text/tokenizer.h"

#include <string.h>

#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/text/chars.h"
#include "src/text/tokenizer-impl.h"

/* What tokenizer_decode() has so far. */
struct decoder {
	const struct tokenizer *t;
	struct str *out;
	struct str part;  /* between two of <spot>, <asoc>, ends */
	struct str run;   /* between two of pad, eos, unk, ends of the part */
	struct str bytes; /* of byte pieces that are not in `run` yet */
	size_t parts;
	bool in_part, after_special;
	bool may_drop; /* the space at the start of the run */
};

/* Byte pieces make characters; what makes none is U+FFFD. */
static void end_bytes(struct decoder *d)
{
	uint32_t cp;

	for (size_t i = 0, n; i < d->bytes.len; i += n) {
		const char *s = d->bytes.s + i;

		n = (size_t)utf8_decode(s, d->bytes.len - i, &cp);
		if (n > 0)
			str_addn(&d->run, s, n);
		else
			str_add(&d->run, "\xef\xbf\xbd");
		n += n == 0;
	}
	str_clear(&d->bytes);
}

/* A run does not begin with the space that encoding put in front. */
static const char *drop_space(struct decoder *d, const char *s)
{
	const struct spm *m = &d->t->m;
	size_t n = strlen(SPACE_MARK);

	if (d->run.len > 0 || !d->may_drop ||
	    !(m->add_dummy_prefix || m->remove_extra_whitespaces) ||
	    strncmp(s, SPACE_MARK, n) != 0)
		return s;
	d->may_drop = m->remove_extra_whitespaces;
	return s + n;
}

static void add_to_run(struct decoder *d, int32_t id)
{
	const struct spm *m = &d->t->m;
	const char *s = tokenizer_piece(d->t, id), *mark;
	size_t n = strlen(SPACE_MARK);

	if (id >= tokenizer_pieces(d->t)) {
		end_bytes(d);
		str_add(&d->run, s);
		return;
	}
	if (m->piece[id].type == SPM_BYTE) {
		str_addc(&d->bytes, (char)spm_byte(s));
		return;
	}
	end_bytes(d);
	if (m->piece[id].type == SPM_CONTROL)
		return;
	s = drop_space(d, s);
	while ((mark = strstr(s, SPACE_MARK))) {
		str_addn(&d->run, s, (size_t)(mark - s));
		str_addc(&d->run, ' ');
		s = mark + n;
	}
	str_add(&d->run, s);
}

static void end_run(struct decoder *d)
{
	end_bytes(d);
	str_addn(&d->part, str_cstr(&d->run), d->run.len);
	str_clear(&d->run);
	d->may_drop = true;
}

/* The space comes before the run that the special ends: so did HF's. */
static void add_special(struct decoder *d, int32_t id)
{
	if (!d->after_special)
		str_addc(&d->part, ' ');
	end_run(d);
	str_add(&d->part, tokenizer_piece(d->t, id));
}

static void add_part(struct decoder *d, const char *s, size_t n)
{
	if (d->parts++ > 0)
		str_addc(d->out, ' ');
	str_addn(d->out, s, n);
}

static void end_part(struct decoder *d)
{
	const char *s;
	size_t begin, end;

	end_run(d);
	s = str_cstr(&d->part);
	begin = chars_trim_start(s, 0, d->part.len);
	end = chars_trim_end(s, begin, d->part.len);
	if (d->in_part)
		add_part(d, s + begin, end - begin);
	str_clear(&d->part);
	d->in_part = false;
	d->after_special = false;
}

void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n,
		      bool skip_special, struct str *out)
{
	struct decoder d = {.t = t, .out = out, .may_drop = true};

	for (size_t i = 0; i < n; i++) {
		int32_t k =
		    id[i] < 0 || id[i] >= tokenizer_size(t) ? TOKEN_UNK : id[i];
		bool cuts = k >= tokenizer_spot(t), special = k <= TOKEN_UNK;

		if (skip_special && (cuts || special))
			continue;
		if (cuts) {
			end_part(&d);
			add_part(&d, tokenizer_piece(t, k),
				 strlen(tokenizer_piece(t, k)));
			continue;
		}
		d.in_part = true;
		if (special)
			add_special(&d, k);
		else
			add_to_run(&d, k);
		d.after_special = special;
	}
	end_part(&d);
	str_release(&d.part);
	str_release(&d.run);
	str_release(&d.bytes);
}
