#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/tokenizer.h"
#include "tests/spm_build.h"
#include "tests/tap.h"

static struct tokenizer *parse(struct str *model, struct err *err)
{
	struct tokenizer *t =
	    tokenizer_parse(model->s, model->len, "test.model", err);

	str_release(model);
	return t;
}

static char *encoded(const struct tokenizer *t, const char *text, size_t n)
{
	struct ids ids = {0};
	struct str s = {0};

	tokenizer_encode(t, text, n, &ids);
	for (size_t i = 0; i < ids.n; i++)
		str_addf(&s, "%s%d", i ? " " : "", ids.id[i]);
	ids_release(&ids);
	return str_detach(&s);
}

static char *listed(const int32_t *id, size_t n)
{
	struct str s = {0};

	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%d", i ? " " : "", id[i]);
	return str_detach(&s);
}

static void expect_bytes(const struct tokenizer *t, const char *text,
			 size_t text_n, const int32_t *want, size_t n,
			 const char *what)
{
	char *got = encoded(t, text, text_n), *list = listed(want, n);

	if (!ok(strcmp(got, list) == 0, "encode: %s", what))
		diag("got %s, expected %s", got, list);
	free(got);
	free(list);
}

#define EXPECT(t, text, what, ...)                                        \
	expect_bytes(t, text, sizeof(text) - 1, (int32_t[]){__VA_ARGS__}, \
		     sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), what)

static void check_encode(const struct tokenizer *t)
{
	EXPECT(t, "c", "a space is put in front", SPACE, LETTER_C);
	EXPECT(t, "ab", "the best sum wins, not the longest piece", SPACE_A, B);
	EXPECT(t, "cab", "a longer piece wins by its score", SPACE, LETTER_C,
	       AB);
	EXPECT(t, "  c \t c  ", "white space is squeezed and trimmed", SPACE,
	       LETTER_C, SPACE, LETTER_C);
	EXPECT(t, "xyz", "a run of unknown characters is one <unk>", SPACE,
	       TOKEN_UNK);
	EXPECT(t, "x😀cé", "unknown runs end at known characters", SPACE,
	       TOKEN_UNK, LETTER_C, TOKEN_UNK);
	EXPECT(t, "½", "a rule replaces one character by three", SPACE, ONE,
	       SLASH, TWO);
	EXPECT(t, "ee\xcc\x81", "the longest rule wins", SPACE, LETTER_C, B);
	EXPECT(t,
	       "a\x01"
	       "b",
	       "a rule deletes", SPACE_A, B);
	EXPECT(t, "a\0b", "NUL is a character", SPACE_A, TOKEN_UNK, B);
	EXPECT(t, "a\xff\xe2\x82", "broken UTF-8 is unknown", SPACE_A,
	       TOKEN_UNK);
	expect_bytes(t, "", 0, NULL, 0, "nothing from nothing");
	expect_bytes(t, " \t ", 3, NULL, 0, "nothing from white space");
	expect_bytes(t, "▁", 3, NULL, 0, "▁ is white space");
}

static void check_specials(const struct tokenizer *t)
{
	EXPECT(t, "<spot>c", "a chunk begins anew after a special", SPOT, SPACE,
	       LETTER_C);
	EXPECT(t, "c</s>", "</s> in the text is </s>", SPACE, LETTER_C,
	       TOKEN_EOS);
	EXPECT(t, "<pad><unk><asoc>", "specials side by side", TOKEN_PAD,
	       TOKEN_UNK, ASOC);
	EXPECT(t, "<extra_id_0><extra_id_99>", "extra ids count downwards",
	       EXTRA_0, PIECES);
	EXPECT(t, "c\xe3\x80\x80<spot>\x1c\xc2\x85 c",
	       "white space next to a special goes", SPACE, LETTER_C, SPOT,
	       SPACE, LETTER_C);
	EXPECT(t, "<<spot>", "a special after a <", SPACE, TOKEN_UNK, SPOT);
	EXPECT(t, "<extra_id_100>", "no such extra id", SPACE, TOKEN_UNK,
	       LETTER_C, TOKEN_UNK, A, TOKEN_UNK, ONE, TOKEN_UNK);
	EXPECT(t, "<extra_id_01>", "extra ids have one spelling", SPACE,
	       TOKEN_UNK, LETTER_C, TOKEN_UNK, A, TOKEN_UNK, ONE, TOKEN_UNK);
	EXPECT(t, "<extra_id_>", "an extra id without number", SPACE, TOKEN_UNK,
	       LETTER_C, TOKEN_UNK, A, TOKEN_UNK);
	EXPECT(t, "<spot", "a special cut short is text", SPACE, TOKEN_UNK);
	ok(tokenizer_size(t) == PIECES + 102 && tokenizer_pieces(t) == PIECES &&
	       tokenizer_spot(t) == SPOT && tokenizer_asoc(t) == ASOC &&
	       tokenizer_extra(t, 99) == PIECES,
	   "specials come after the pieces");
	ok(strcmp(tokenizer_piece(t, AB), "ab") == 0 &&
	       strcmp(tokenizer_piece(t, EXTRA_0), "<extra_id_0>") == 0 &&
	       strcmp(tokenizer_piece(t, SPOT), "<spot>") == 0 &&
	       strcmp(tokenizer_piece(t, -7), "<unk>") == 0,
	   "ids have names");
}

static void expect_text(const struct tokenizer *t, const int32_t *id, size_t n,
			bool skip_special, const char *want)
{
	struct str got = {0};

	tokenizer_decode(t, id, n, skip_special, &got);
	if (!ok(strcmp(str_cstr(&got), want) == 0, "decode: \"%s\"%s", want,
		skip_special ? " without specials" : ""))
		diag("got \"%s\"", str_cstr(&got));
	str_release(&got);
}

#define DECODE(t, skip, want, ...)                                            \
	expect_text(t, (int32_t[]){__VA_ARGS__},                              \
		    sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), skip, \
		    want)

static void check_decode(const struct tokenizer *t)
{
	DECODE(t, false, "a c", SPACE_A, SPACE, LETTER_C);
	DECODE(t, false, "a", SPACE, SPACE, SPACE_A);
	DECODE(t, false, "a</s>", SPACE_A, TOKEN_EOS);
	DECODE(t, false, "c<unk> a b<pad><pad>", LETTER_C, TOKEN_UNK, SPACE_A,
	       SPACE, B, TOKEN_PAD, TOKEN_PAD);
	DECODE(t, false, "<spot> a <asoc> <spot>", SPOT, SPACE_A, ASOC, SPOT);
	DECODE(t, false, "<spot>  <spot>", SPOT, SPACE, SPOT);
	DECODE(t, false, "<extra_id_0> a<extra_id_99>", EXTRA_0, SPACE_A,
	       PIECES);
	DECODE(t, true, "a b<extra_id_0>", SPOT, SPACE_A, TOKEN_UNK, SPACE, B,
	       ASOC, EXTRA_0, TOKEN_EOS, TOKEN_PAD);
	DECODE(t, false, "<unk><unk>", -1, 1 << 30);
	expect_text(t, NULL, 0, false, "");
}

static void expect_offsets(const struct tokenizer *t, const char *text,
			   const char *want)
{
	struct ids ids = {0};
	struct str got = {0};
	int32_t *at;

	tokenizer_encode(t, text, strlen(text), &ids);
	at = xcalloc(2 * ids.n + 1, sizeof(*at));
	tokenizer_offsets(t, text, strlen(text), at, at + ids.n, ids.n);
	for (size_t i = 0; i < ids.n; i++)
		str_addf(&got, "%s%d-%d", i ? " " : "", at[i], at[i + ids.n]);
	if (!ok(strcmp(str_cstr(&got), want) == 0, "offsets of \"%s\"", text))
		diag("got %s, expected %s", str_cstr(&got), want);
	free(at);
	ids_release(&ids);
	str_release(&got);
}

static void check_offsets(const struct tokenizer *t)
{
	expect_offsets(t, "c", "0-0 0-1");
	expect_offsets(t, "  a  b", "2-3 3-4 5-6");
	expect_offsets(t, "😀😀c", "0-0 0-2 2-3");
	expect_offsets(t, "½", "0-0 0-1 0-1 0-1");
	expect_offsets(t, "é <spot> c", "0-0 0-1 2-8 9-9 9-10");
	expect_offsets(t,
		       "e\xcc\x81"
		       "a",
		       "0-0 0-2 2-3");
	expect_offsets(t,
		       "\xff"
		       "a",
		       "0-0 0-1 1-2");
	expect_offsets(t, "", "");
}

static void check_flags(void)
{
	struct str model = build_standard(false, false), plain = {0};
	struct err err = {0};
	struct tokenizer *t = parse(&model, &err);

	EXPECT(t, " a  c ", "no prefix, no squeezing", SPACE_A, SPACE, SPACE,
	       LETTER_C, SPACE);
	tokenizer_free(t);

	build_standard_pieces(&plain);
	build_trainer(&plain, 1, false);
	build_normalizer(&plain, NULL, true, true);
	t = parse(&plain, &err);
	EXPECT(t, "A\tab", "no rules: text as it is", SPACE, TOKEN_UNK, AB);
	tokenizer_free(t);
}

static void check_user_defined(void)
{
	struct str model = {0};
	struct err err = {0};
	struct tokenizer *t;

	build_standard_pieces(&model);
	build_piece(&model, "Abc", 0, SPM_USER_DEFINED);
	build_piece(&model, "bc", -1, SPM_UNUSED);
	build_trainer(&model, 1, false);
	build_normalizer(&model, NULL, true, true);
	t = parse(&model, &err);
	EXPECT(t, "aAbca", "a piece of the user's own always wins", SPACE_A,
	       PIECES, A);
	EXPECT(t, "cbc", "unused pieces are not used", SPACE, LETTER_C, B,
	       LETTER_C);
	tokenizer_free(t);
}

static void check_scores(void)
{
	enum { X_B = 7 };
	struct str model = {0};
	struct err err = {0};
	struct tokenizer *t;

	build_first(&model);
	build_piece(&model, "▁", -3, SPM_NORMAL);
	build_piece(&model, "▁a", -4, SPM_NORMAL);
	build_piece(&model, "ab", -5, SPM_NORMAL);
	build_piece(&model, "b", -4, SPM_NORMAL);
	build_piece(&model, "xb", -13, SPM_NORMAL);
	build_trainer(&model, 1, false);
	build_normalizer(&model, NULL, true, true);
	t = parse(&model, &err);
	EXPECT(t, "ab", "of equal sums the one found first wins", 3, 5);
	EXPECT(t, "xb", "unknown is worse than the worst piece", 3, X_B);
	EXPECT(t, "x", "unknown when there is nothing else", 3, TOKEN_UNK);
	tokenizer_free(t);
}

static void check_byte_fallback(void)
{
	struct str model = {0}, text = {0};
	struct err err = {0};
	struct tokenizer *t;
	char name[8];

	build_standard_pieces(&model);
	for (int i = 0; i < 256; i++) {
		snprintf(name, sizeof(name), "<0x%02X>", i);
		build_piece(&model, name, 0, SPM_BYTE);
	}
	build_trainer(&model, 1, true);
	build_normalizer(&model, NULL, true, true);
	t = parse(&model, &err);
	EXPECT(t, "aé", "unknown characters are spelt in bytes", SPACE_A,
	       PIECES + 0xc3, PIECES + 0xa9);
	DECODE(t, false, "aé\xef\xbf\xbd", SPACE_A, PIECES + 0xc3,
	       PIECES + 0xa9, PIECES + 0xc3);
	expect_offsets(t, "aé", "0-1 1-2 1-2");
	tokenizer_free(t);
	str_release(&text);
}

static void check_t5(void)
{
	const char *shared = getenv("UMIE_SHARED");
	struct timespec t0, t1;
	struct err err = {0};
	struct tokenizer *t;
	char *path;

	if (!shared) {
		skip("T5's vocabulary opens", "UMIE_SHARED is not set");
		return;
	}
	path = file_join(shared, "data/t5/spiece.model");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	t = tokenizer_open(path, &err);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	diag("opened in %.1f ms of processor time",
	     1e3 * (double)(t1.tv_sec - t0.tv_sec) +
		 1e-6 * (double)(t1.tv_nsec - t0.tv_nsec));
	if (ok(t && tokenizer_size(t) == 32102, "T5's vocabulary opens"))
		EXPECT(t, "wait… what...", "T5's ellipsis", 1749, 233, 125,
		       233);
	tokenizer_free(t);
	free(path);
}

int main(void)
{
	struct str model = build_standard(true, true);
	struct err err = {0};
	struct tokenizer *t = parse(&model, &err);

	if (!ok(t != NULL, "a small model opens")) {
		diag("%s", err.text);
		return tap_done();
	}
	check_encode(t);
	check_specials(t);
	check_decode(t);
	check_offsets(t);
	tokenizer_free(t);
	check_flags();
	check_user_defined();
	check_scores();
	check_byte_fallback();
	check_t5();
	ok(!tokenizer_open("/nonexistent/spiece.model", &err) &&
	       err.code == ERR_CHECKPOINT &&
	       strstr(err.text, "/nonexistent/spiece.model"),
	   "a missing file is named");
	return tap_done();
}
