/*
 * formats -- the table of formats; which one a file is.
 */
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/data/offsets.h"
#include "src/data/reader.h"

static const struct {
	const char *name;
	unsigned holds;
} rows[] = {{"guess", 0},
#define FORMAT_ROW(upper, name, holds, what) {name, holds},
	    DATA_FORMATS(FORMAT_ROW)
#undef FORMAT_ROW
};

const char *data_format_name(enum data_format f)
{
	return rows[f].name;
}

unsigned data_format_holds(enum data_format f)
{
	return rows[f].holds;
}

int data_format_find(const char *name, enum data_format *out, struct err *err)
{
	struct str names = {0};

	*out = DATA_GUESS;
	if (!name)
		return 0;
	for (size_t i = 1; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*out = (enum data_format)i;
			str_release(&names);
			return 0;
		}
		str_addf(&names, "%s%s", i > 1 ? ", " : "", rows[i].name);
	}
	err_set(err, ERR_USAGE, "no format %s; the formats are %s", name,
		names.s);
	str_release(&names);
	return -ERR_USAGE;
}

enum data_format data_format_of_name(const char *path)
{
	static const struct {
		const char *end;
		enum data_format format;
	} ends[] = {
	    {".jsonl", DATA_JSONL},
	    {".umie", DATA_JSONL},
	    {".conll", DATA_CONLL},
	    {".bio", DATA_CONLL},
	    {".bilou", DATA_BILOU},
	    {".csv", DATA_CSV},
	    {".tsv", DATA_TSV},
	    {".coco.json", DATA_COCO},
	    {".mnre", DATA_MNRE},
	    {".labelstudio.json", DATA_LABELSTUDIO},
	    {".umie.json", DATA_UMIE},
	    {".brat", DATA_BRAT},
	    {".spacy.jsonl", DATA_SPACY},
	    {".doccano.jsonl", DATA_DOCCANO},
	    {".oneie.jsonl", DATA_ONEIE},
	    {".m2e2.json", DATA_M2E2},
	};
	size_t n = strlen(path), best = 0;
	enum data_format found = DATA_GUESS;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t len = strlen(ends[i].end);

		if (len > best && n > len &&
		    strcmp(path + n - len, ends[i].end) == 0) {
			best = len;
			found = ends[i].format;
		}
	}
	return found;
}

/* Is "key" the name of a member somewhere in the head of a JSON file? */
static bool has_key(struct span head, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 1; i + len + 1 < head.len; i++) {
		size_t k = i + len + 1;

		if (head.s[i - 1] != '"' || head.s[i + len] != '"' ||
		    memcmp(head.s + i, key, len) != 0 ||
		    (i > 1 && head.s[i - 2] == '\\'))
			continue;
		while (k < head.len && is_space_byte(head.s[k]))
			k++;
		if (k < head.len && head.s[k] == ':')
			return true;
	}
	return false;
}

/* The first that fits; a row's keys have to be there all. */
static const struct {
	char first; /* of the file */
	enum data_format format;
	const char *key[2];
} signs[] = {
    {'[', DATA_M2E2_UMIE, {"golden-event-mentions", "image_id"}},
    {'[', DATA_M2E2, {"golden-event-mentions", NULL}},
    {'[', DATA_UMIE, {"spot_asoc", NULL}},
    {'[', DATA_LABELSTUDIO, {"data", NULL}},
    {'[', DATA_UMIE, {"image_id", "text"}},
    {'[', DATA_UMIE, {"text", "label"}},
    {'{', DATA_ONEIE, {"entity_mentions", "tokens"}},
    {'{', DATA_COCO, {"annotations", "images"}},
    {'{', DATA_JSONL, {"task", "text"}},
    {'{', DATA_M2E2_IMAGE, {"role", "event_type"}},
    {'{', DATA_SPACY, {"text", "spans"}},
    {'{', DATA_SPACY, {"text", "_task_hash"}},
    {'{', DATA_DOCCANO, {"text", "entities"}},
    {'{', DATA_DOCCANO, {"text", "label"}},
    {'{', DATA_DOCCANO, {"text", "labels"}},
    {'{', DATA_JSONL, {NULL, NULL}},
};

static enum data_format guess_json(struct span head)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		bool fits = head.s[0] == signs[i].first;

		for (int k = 0; k < 2; k++)
			fits &=
			    !signs[i].key[k] || has_key(head, signs[i].key[k]);
		if (fits)
			return signs[i].format;
	}
	return DATA_GUESS;
}

static bool starts(struct span s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.s, with, strlen(with)) == 0;
}

/* "sentence TAB picture.jpg TAB event type" */
static bool is_coref(struct span line)
{
	const char *a = memchr(line.s, '\t', line.len);
	const char *b = memrchr(line.s, '\t', line.len);

	return a && b > a + 4 && memcmp(b - 4, ".jpg", 4) == 0 &&
	       !memchr(a + 1, '\t', (size_t)(b - a - 1));
}

static bool is_semeval(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.s[n] >= '0' && line.s[n] <= '9')
		n++;
	return n && n + 1 < line.len && line.s[n] == '\t' &&
	       line.s[n + 1] == '"';
}

static enum data_format guess_line(struct span line)
{
	if (starts(line, "id\ttask\t"))
		return DATA_TSV;
	if (starts(line, "id,task,"))
		return DATA_CSV;
	if (starts(line, "#doc "))
		return DATA_CONLL04;
	if (is_coref(line))
		return DATA_M2E2_COREF;
	if (is_semeval(line))
		return DATA_SEMEVAL;
	return conll_line(line) ? DATA_CONLL : DATA_GUESS;
}

enum data_format data_format_guess(const char *s, size_t n)
{
	enum { HEAD = 1 << 20 }; /* a sentence of M2E2 takes 10 KiB */
	struct span rest = span_trim((struct span){s, n}), line = rest;
	const char *end = memchr(rest.s, '\n', rest.len);

	if (end)
		line.len = (size_t)(end - rest.s);
	if (line.len == 0)
		return DATA_GUESS;
	if (line.s[0] == '{' || line.s[0] == '[') {
		struct span inside =
		    span_trim((struct span){line.s + 1, line.len - 1});

		if (line.s[0] == '{' && inside.len && inside.s[0] == '\'')
			return DATA_MNRE;
		rest.len = MIN(rest.len, HEAD);
		return guess_json(rest);
	}
	/* A token may be empty: look at the whole line, tabs included. */
	while (line.s > s && line.s[-1] != '\n') {
		line.s--;
		line.len++;
	}
	return guess_line(line);
}
