/*
 * Ids and strings as the reference tokenizer gave them, to be met exactly.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/tokenizer.h"
#include "tests/golden.h"

enum {
	FILE_LIMIT = 64 << 20,
	CATEGORIES = 256,
	MAX_IDS = 24, /* of "ids_max24" */
	NOTES = 3,    /* failures shown for each group */
};

/* What a NUL becomes while the text is JSON, which may not hold one here. */
static const char placeholder[] = "\xf4\x8f\xbf\xbd"; /* U+10FFFD */

enum aspect { IDS, IDS_NO_EOS, IDS_MAX, DECODED, SKIPPED, ASPECTS };

static const char *const aspect_key[] = {
    [IDS] = "ids",
    [IDS_NO_EOS] = "ids_no_eos",
    [IDS_MAX] = "ids_max24",
    [DECODED] = "decoded",
    [SKIPPED] = "decoded_skip_special",
};

struct group {
	char *category; /* owned */
	int good[ASPECTS], all[ASPECTS];
};

struct check {
	const struct tokenizer *t;
	struct group group[CATEGORIES];
	size_t n;
	struct group *now;
	double id; /* of the case, for notes */
};

/* "\u0000" whose backslash is not itself escaped. */
static void hide_nul(const char *s, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\' || i + 1 == n) {
			str_addc(out, s[i]);
		} else if (n - i >= 6 && memcmp(s + i, "\\u0000", 6) == 0) {
			str_add(out, placeholder);
			i += 5;
		} else {
			str_addn(out, s + i, 2);
			i++;
		}
	}
}

static void show_nul(const char *s, struct str *out)
{
	const char *at;

	for (; (at = strstr(s, placeholder)); s = at + strlen(placeholder)) {
		str_addn(out, s, (size_t)(at - s));
		str_addc(out, '\0');
	}
	str_add(out, s);
}

static void count(struct check *c, enum aspect a, bool good, const char *got,
		  const char *want)
{
	struct group *g = c->now;

	g->all[a]++;
	g->good[a] += good;
	if (!good && g->all[a] - g->good[a] <= NOTES)
		golden_note("%s, case %.0f, %s: got %s, expected %s",
			    g->category, c->id, aspect_key[a], got, want);
}

static char *print_ids(const int32_t *id, size_t n)
{
	struct str s = {0};

	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%d", i ? " " : "", id[i]);
	return str_detach(&s);
}

static void read_ids(const struct json *list, struct ids *out)
{
	for (const struct json *j = json_first(list); j; j = json_next(j))
		ids_push(out, (int32_t)json_number(j));
}

static void compare_ids(struct check *c, enum aspect a, const struct json *line,
			const struct ids *got)
{
	struct ids want = {0};
	char *g, *w;

	read_ids(json_get(line, aspect_key[a]), &want);
	g = print_ids(got->id, got->n);
	w = print_ids(want.id, want.n);
	count(c, a, strcmp(g, w) == 0, g, w);
	free(g);
	free(w);
	ids_release(&want);
}

static void compare_text(struct check *c, enum aspect a,
			 const struct json *line, const struct ids *ids)
{
	const char *s = json_string(json_get(line, aspect_key[a]));
	struct str want = {0}, got = {0};

	show_nul(s ? s : "(missing)", &want);
	tokenizer_decode(c->t, ids->id, ids->n, a == SKIPPED, &got);
	count(c, a,
	      got.len == want.len &&
		  memcmp(str_cstr(&got), str_cstr(&want), got.len) == 0,
	      str_cstr(&got), str_cstr(&want));
	str_release(&want);
	str_release(&got);
}

static void end_with_eos(struct ids *l)
{
	if (l->n == 0 || l->id[l->n - 1] != TOKEN_EOS)
		ids_push(l, TOKEN_EOS);
}

static void check_encode(struct check *c, const struct json *line)
{
	const char *s = json_string(json_get(line, "text"));
	struct ids ids = {0}, cut = {0};
	struct str text = {0};

	show_nul(s ? s : "", &text);
	tokenizer_encode(c->t, str_cstr(&text), text.len, &ids);
	compare_ids(c, IDS_NO_EOS, line, &ids);
	for (size_t i = 0; i < ids.n && i < MAX_IDS - 1; i++)
		ids_push(&cut, ids.id[i]);
	end_with_eos(&ids);
	end_with_eos(&cut);
	compare_ids(c, IDS_MAX, line, &cut);
	compare_ids(c, IDS, line, &ids);
	compare_text(c, DECODED, line, &ids);
	compare_text(c, SKIPPED, line, &ids);
	ids_release(&ids);
	ids_release(&cut);
	str_release(&text);
}

static void check_decode(struct check *c, const struct json *line)
{
	struct ids ids = {0};

	read_ids(json_get(line, "ids"), &ids);
	compare_text(c, DECODED, line, &ids);
	compare_text(c, SKIPPED, line, &ids);
	ids_release(&ids);
}

static bool enter_group(struct check *c, const char *category)
{
	for (size_t i = 0; i < c->n; i++) {
		c->now = &c->group[i];
		if (strcmp(c->now->category, category) == 0)
			return true;
	}
	if (c->n == CATEGORIES)
		return false;
	c->now = &c->group[c->n++];
	c->now->category = xstrdup(category);
	return true;
}

static bool check_line(struct check *c, struct span s, const char *path)
{
	const char *category;
	struct json *line;
	struct str text = {0};
	struct err err = {0};
	bool good = false;

	hide_nul(s.s, s.len, &text);
	line = json_parse(str_cstr(&text), text.len, path, &err);
	str_release(&text);
	if (!line) {
		golden_note("%s", err.text);
		return false;
	}
	category = json_string(json_get(line, "category"));
	c->id = json_number(json_get(line, "id"));
	if (enter_group(c, category ? category : "decode")) {
		if (json_get(line, "text"))
			check_encode(c, line);
		else
			check_decode(c, line);
		good = true;
	}
	json_free(line);
	return good;
}

static void report(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct group *g = &c->group[i];

		for (int a = 0; a < ASPECTS; a++)
			if (g->all[a])
				golden_ok(g->good[a] == g->all[a],
					  "tokenizer %s %s: %d of %d",
					  g->category, aspect_key[a],
					  g->good[a], g->all[a]);
		free(g->category);
	}
}

static void check_file(const struct tokenizer *t, const char *dir,
		       const char *name)
{
	char *path = file_join(dir, name);
	struct check c = {.t = t};
	struct str text = {0};
	struct err err = {0};
	int bad = 0, all = 0;

	if (!file_exists(path)) {
		free(path);
		return;
	}
	if (file_read(path, FILE_LIMIT, &text, &err) < 0)
		golden_note("%s", err.text);
	for (size_t i = 0, n; i < text.len; i += n + 1) {
		const char *end = memchr(text.s + i, '\n', text.len - i);

		n = end ? (size_t)(end - text.s) - i : text.len - i;
		if (n > 0) {
			bad +=
			    !check_line(&c, (struct span){text.s + i, n}, path);
			all++;
		}
	}
	golden_ok(bad == 0 && all > 0, "tokenizer %s: %d of %d lines read",
		  name, all - bad, all);
	report(&c);
	str_release(&text);
	free(path);
}

void golden_tokenizer(const char *dir, const char *spm_path)
{
	struct err err = {0};
	struct tokenizer *t = tokenizer_open(spm_path, &err);

	if (!golden_ok(t != NULL, "tokenizer: %s opens", spm_path)) {
		golden_note("%s", err.text);
		return;
	}
	check_file(t, dir, "encode.jsonl");
	check_file(t, dir, "decode.jsonl");
	tokenizer_free(t);
}
