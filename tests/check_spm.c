#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/tokenizer.h"
#include "tests/spm_build.h"
#include "tests/tap.h"

static void expect_refusal(struct str *model, const char *sentence)
{
	struct err err = {0};
	struct tokenizer *t =
	    tokenizer_parse(str_cstr(model), model->len, "test.model", &err);

	if (!ok(!t && err.code == ERR_CHECKPOINT &&
		    strstr(err.text, "test.model") &&
		    strstr(err.text, sentence),
		"refused: %s", sentence))
		diag("%s", t ? "opens" : err.text);
	tokenizer_free(t);
	str_release(model);
}

static void end_model(struct str *model)
{
	build_trainer(model, 1, false);
	build_normalizer(model, NULL, true, true);
}

static void check_refusals(void)
{
	struct str m = {0};
	char long_name[SPM_PIECE_MAX + 2];

	expect_refusal(&m, "damaged or cut short");
	str_add(&m, "hello, this is no model");
	expect_refusal(&m, "damaged or cut short");
	build_piece(&m, "<unk>", 0, SPM_UNKNOWN);
	end_model(&m);
	expect_refusal(&m, "piece 0 must be <pad>");
	build_first(&m);
	build_piece(&m, "", 0, SPM_NORMAL);
	expect_refusal(&m, "piece 3 must be 1 to 1024 bytes");
	build_first(&m);
	build_piece_n(&m, "a\0b", 3, 0, SPM_NORMAL);
	expect_refusal(&m, "without NUL");
	build_first(&m);
	build_piece(&m, "\xff", 0, SPM_NORMAL);
	expect_refusal(&m, "of UTF-8");
	memset(long_name, 'a', sizeof(long_name));
	build_first(&m);
	build_piece_n(&m, long_name, SPM_PIECE_MAX + 1, 0, SPM_NORMAL);
	expect_refusal(&m, "piece 3 must be");
	build_first(&m);
	build_piece(&m, "a", NAN, SPM_NORMAL);
	expect_refusal(&m, "not finite");
	build_first(&m);
	build_piece(&m, "a", 0, 9);
	expect_refusal(&m, "has type 9");
	build_first(&m);
	build_piece(&m, "a", 0, SPM_NORMAL);
	build_piece(&m, "a", 0, SPM_NORMAL);
	end_model(&m);
	expect_refusal(&m, "piece 4, \"a\", is there already");
	build_first(&m);
	build_piece(&m, "<0x41>", 0, SPM_BYTE);
	end_model(&m);
	expect_refusal(&m, "not a valid byte piece");
	build_first(&m);
	build_trainer(&m, 1, true);
	build_normalizer(&m, NULL, true, true);
	expect_refusal(&m, "has 0 byte pieces");
	build_first(&m);
	build_trainer(&m, 2, false);
	build_normalizer(&m, NULL, true, true);
	expect_refusal(&m, "is a BPE model");
}

/* A model whose rules are n units and some text. */
static void expect_bad_rules(const uint32_t *unit, size_t n, const char *target,
			     size_t target_n)
{
	struct str m = {0}, rules = {0};

	build_le32(&rules, (uint32_t)n * 4);
	for (size_t i = 0; i < n; i++)
		build_le32(&rules, unit[i]);
	str_addn(&rules, target, target_n);
	build_standard_pieces(&m);
	build_trainer(&m, 1, false);
	build_normalizer(&m, &rules, true, true);
	str_release(&rules);
	expect_refusal(&m, "precompiled_charsmap");
}

static void check_bad_rules(void)
{
	uint32_t unit[512] = {256 << 10};
	const uint32_t leaf = 1u << 31;

	expect_bad_rules(unit, 1, "", 1);
	expect_bad_rules(unit, 511, "", 1);
	unit[0] = 512 << 10;
	expect_bad_rules(unit, 512, "", 1);
	unit[0] = leaf;
	expect_bad_rules(unit, 512, "", 1);
	unit[0] = 256 << 10;
	unit['a' ^ 256] = (uint32_t)('a' ^ 256) << 10 | 1 << 8 | 'a';
	expect_bad_rules(unit, 512, "", 1);
	unit[0] = 256 << 10;
	unit[1] = leaf | 8;
	unit['a' ^ 256] = (uint32_t)('a' ^ 256 ^ 1) << 10 | 1 << 8 | 'a';
	expect_bad_rules(unit, 512, "1234567", 8);
	unit[1] = leaf | 1;
	expect_bad_rules(unit, 512, "", 0);
	expect_bad_rules(unit, 512, "1234567", 7);
	expect_bad_rules(unit, 512, "é", 3);
	unit['b' ^ 256] = 0x1fffffu << 10 | 1 << 9 | 'b';
	expect_bad_rules(unit, 512, "abc", 4);
}

/* Opens or is refused; when it opens, it works on. */
static bool survives(const char *s, size_t n)
{
	static const char text[] = "Ab ½ c\0<spot>e\xcc\x81\xff x";
	char *copy = xmalloc(n ? n : 1); /* an overrun is seen */
	struct err err = {0};
	struct ids ids = {0};
	struct str out = {0};
	struct tokenizer *t;
	bool good;

	memcpy(copy, s, n);
	t = tokenizer_parse(copy, n, "cut.model", &err);
	free(copy);
	if (!t)
		return err.code == ERR_CHECKPOINT && err.text[0];
	tokenizer_encode(t, text, sizeof(text), &ids);
	tokenizer_decode(t, ids.id, ids.n, false, &out);
	good = out.len > 0;
	ids_release(&ids);
	str_release(&out);
	tokenizer_free(t);
	return good;
}

static void check_damage(void)
{
	struct str m = build_standard(true, true);
	size_t cut = 0, flipped = 0, opened = 0;
	struct err err;

	for (size_t n = 0; n < m.len; n++) {
		struct tokenizer *t =
		    tokenizer_parse(m.s, n, "cut.model", &err);

		opened += t != NULL;
		tokenizer_free(t);
		cut += survives(m.s, n);
	}
	ok(cut == m.len && opened == 0,
	   "a model cut short at any of %zu bytes is refused", m.len);
	for (size_t n = 0; n < m.len; n++) {
		char was = m.s[n];

		m.s[n] = (char)(was ^ (n % 3 ? 0xff : 0x81));
		flipped += survives(m.s, n % 2 ? m.len : m.len - 1);
		flipped += survives(m.s, m.len);
		m.s[n] = was;
	}
	ok(flipped == 2 * m.len, "a damaged byte anywhere is survived");
	str_release(&m);
}

int main(void)
{
	check_refusals();
	check_bad_rules();
	check_damage();
	return tap_done();
}
