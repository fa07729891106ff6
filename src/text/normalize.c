#include "src/text/normalize.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

/* What the first characters of a text turn into. */
struct rewrite {
	const char *s;
	size_t n;    /* bytes of s */
	size_t used; /* bytes of the source, at least 1 */
};

static uint32_t load_le32(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

/*
 * A unit: bits 0-7 and 31 are its label (bit 31: a leaf, whose other bits are
 * a value), bit 8 says that child 0 is a leaf, bit 9 scales the offset in the
 * bits above.
 */
static uint32_t unit_offset(uint32_t unit)
{
	return (unit >> 10) << ((unit & 1u << 9) >> 6);
}

static uint32_t unit_label(uint32_t unit)
{
	return unit & (1u << 31 | 0xff);
}

static bool unit_has_leaf(uint32_t unit)
{
	return unit >> 8 & 1;
}

static bool target_ok(const struct str *target, uint32_t at)
{
	return at < target->len &&
	       ((unsigned char)target->s[at] & 0xc0) != 0x80;
}

/* Every way out of every unit must stay inside: the root's, too. */
static bool units_ok(const struct normalizer *z)
{
	uint32_t unit, leaf;
	size_t child;

	for (size_t i = 0; i < z->units; i++) {
		unit = z->unit[i];
		if (unit >> 31) /* a leaf: read only through its parent */
			continue;
		child = i ^ unit_offset(unit);
		if ((child | 0xff) >= z->units)
			return false;
		leaf = z->unit[child];
		if (unit_has_leaf(unit) &&
		    !(leaf >> 31 && target_ok(&z->target, leaf & ~(1u << 31))))
			return false;
	}
	return true;
}

/* Valid UTF-8, ends with a NUL, and no text in it is beyond measure. */
static bool targets_ok(const struct str *target)
{
	size_t begin = 0;

	if (target->len == 0 || target->s[target->len - 1] != '\0' ||
	    utf8_valid(target->s, target->len) != target->len)
		return false;
	while (begin < target->len) {
		size_t n = strlen(target->s + begin);

		if (n > NORMALIZE_RULE_MAX)
			return false;
		begin += n + 1;
	}
	return true;
}

static int load_rules(struct normalizer *z, const struct str *map)
{
	size_t bytes;

	if (map->len < 4)
		return -1;
	bytes = load_le32(map->s);
	if (bytes % 4 != 0 || bytes == 0 || bytes > map->len - 4)
		return -1;
	z->units = bytes / 4;
	z->unit = xcalloc(z->units, sizeof(*z->unit));
	for (size_t i = 0; i < z->units; i++)
		z->unit[i] = load_le32(map->s + 4 + 4 * i);
	str_addn(&z->target, map->s + 4 + bytes, map->len - 4 - bytes);
	if (!targets_ok(&z->target) || z->unit[0] >> 31 || !units_ok(z))
		return -1;
	return 0;
}

int normalizer_init(struct normalizer *z, const struct spm *m,
		    const struct trie *pieces, const char *what,
		    struct err *err)
{
	*z = (struct normalizer){
	    .pieces = pieces,
	    .piece = m->piece,
	    .add_dummy_prefix = m->add_dummy_prefix,
	    .remove_extra_whitespaces = m->remove_extra_whitespaces,
	    .escape_whitespaces = m->escape_whitespaces,
	};
	for (size_t i = 0; i < m->n; i++)
		z->user_defined |= m->piece[i].type == SPM_USER_DEFINED;
	if (m->charsmap.len > 0 && load_rules(z, &m->charsmap) < 0) {
		normalizer_release(z);
		return err_set(err, ERR_CHECKPOINT,
			       "%s: the normalisation rules "
			       "(precompiled_charsmap) are damaged",
			       what);
	}
	return 0;
}

void normalizer_release(struct normalizer *z)
{
	free(z->unit);
	str_release(&z->target);
	*z = (struct normalizer){0};
}

/* Bytes of the longest of the user's own pieces that s begins with, or 0. */
static size_t match_user_defined(const struct normalizer *z, const char *s,
				 size_t n)
{
	uint32_t node = TRIE_ROOT;
	size_t longest = 0;
	int32_t id;

	for (size_t i = 0; i < n; i++) {
		node = trie_step(z->pieces, node, (unsigned char)s[i]);
		if (node == TRIE_NONE)
			break;
		id = trie_value(z->pieces, node);
		if (id >= 0 && z->piece[id].type == SPM_USER_DEFINED)
			longest = i + 1;
	}
	return longest;
}

/* The longest rule that applies at s; false when there is none. */
static bool match_rule(const struct normalizer *z, const char *s, size_t n,
		       struct rewrite *out)
{
	size_t i, at = unit_offset(z->unit[0]);
	uint32_t unit, leaf;

	out->used = 0;
	for (i = 0; i < MIN(n, NORMALIZE_RULE_MAX); i++) {
		at ^= (unsigned char)s[i];
		unit = z->unit[at];
		if (unit_label(unit) != (unsigned char)s[i])
			break;
		at ^= unit_offset(unit);
		if (!unit_has_leaf(unit))
			continue;
		leaf = z->unit[at] & ~(1u << 31);
		out->s = z->target.s + leaf;
		out->used = i + 1;
	}
	if (out->used == 0)
		return false;
	out->n = strlen(out->s);
	return true;
}

static struct rewrite rewrite(const struct normalizer *z, const char *s,
			      size_t n)
{
	struct rewrite out = {s, 0, 0};
	uint32_t cp;

	if (z->user_defined)
		out.used = match_user_defined(z, s, n);
	if (out.used == 0 && z->unit && match_rule(z, s, n, &out))
		return out;
	if (out.used == 0)
		out.used = (size_t)utf8_decode(s, n, &cp);
	if (out.used == 0)
		return (struct rewrite){"\xef\xbf\xbd", 3, 1};
	out.n = out.used;
	return out;
}

static void put(struct normal *out, const char *s, size_t n, struct origin from)
{
	str_addn(&out->text, s, n);
	for (size_t i = 0; i < n; i++) {
		out->from =
		    xgrow(out->from, out->n, &out->cap, sizeof(*out->from));
		out->from[out->n++] = from;
	}
}

static const char *space_of(const struct normalizer *z)
{
	return z->escape_whitespaces ? SPACE_MARK : " ";
}

static void put_text(const struct normalizer *z, struct normal *out,
		     struct rewrite r, struct origin from)
{
	const char *space = space_of(z);

	for (size_t i = 0; i < r.n; i++)
		if (r.s[i] == ' ')
			put(out, space, strlen(space), from);
		else
			put(out, r.s + i, 1, from);
}

static void trim(const struct normalizer *z, struct normal *out)
{
	const char *space = space_of(z);
	size_t n = strlen(space);

	while (out->n >= n && memcmp(out->text.s + out->n - n, space, n) == 0) {
		out->n -= n;
		out->text.len = out->n;
		out->text.s[out->n] = '\0';
	}
}

void normalize(const struct normalizer *z, const char *s, size_t n,
	       struct normal *out)
{
	bool squeeze = z->remove_extra_whitespaces, after_space = squeeze;
	const char *space = space_of(z);
	struct rewrite r;
	size_t i = 0;

	str_clear(&out->text);
	out->n = 0;
	for (; squeeze && i < n; i += r.used) {
		r = rewrite(z, s + i, n - i);
		if (r.n != 1 || r.s[0] != ' ')
			break;
	}
	if (i == n)
		return;
	if (z->add_dummy_prefix)
		put(out, space, strlen(space), (struct origin){i, i});
	for (size_t used; i < n; i += used) {
		r = rewrite(z, s + i, n - i);
		used = r.used;
		for (; after_space && r.n > 0 && r.s[0] == ' '; r.n--)
			r.s++;
		put_text(z, out, r, (struct origin){i, i + used});
		if (r.n > 0)
			after_space = squeeze && r.s[r.n - 1] == ' ';
	}
	if (squeeze)
		trim(z, out);
}

void normal_release(struct normal *a)
{
	str_release(&a->text);
	free(a->from);
	*a = (struct normal){0};
}
