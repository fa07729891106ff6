/*
 * fuzz_dataset -- data sets of every format.
 *
 * The first byte chooses the format, or to guess it, the unit of offsets, and
 * whether a schema maps the tags.  What is read can be written as JSONL and
 * read again, and in every format that writes at all; what was written is
 * read.  brat has its text and its annotations, a NUL between.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/data/dataset.h"
#include "src/data/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char labels[] =
    "{\"entities\":[\"Person\",\"Location\",\"Miscellaneous\"],"
    "\"relations\":[\"none\",\"couple\",\"member of\"],"
    "\"events\":{\"Attack\":[\"Attacker\",\"Place\"],\"Die\":[]}}";

static struct schema make_schema(void)
{
	struct err err = {0};
	struct json *j = json_parse(labels, strlen(labels), "labels", &err);
	struct schema s;

	if (!j || schema_parse(&s, j, "labels", &err) < 0)
		abort();
	json_free(j);
	return s;
}

static void write_again(const struct example *e)
{
	struct json *j = example_to_json(e), *parsed;
	char *text = json_print(j);
	struct err err = {0};
	struct example again;

	parsed = json_parse(text, strlen(text), "again", &err);
	if (!parsed || example_from_json(&again, parsed, "again", NULL, &err)) {
		fprintf(stderr, "%s\n%s\n", err.text, text);
		abort();
	}
	if (again.gold.n != e->gold.n || strcmp(again.text, e->text) != 0)
		abort();
	example_release(&again);
	json_free(parsed);
	json_free(j);
	free(text);
}

/* Written in format f, it is read again. */
static void write_as(const struct dataset *d, enum data_format f,
		     enum offset_unit unit)
{
	struct write_options o = {.format = f, .unit = unit};
	struct dataset_options in = {
	    .format = f, .unit = unit, .image_dir = "/nonexistent"};
	struct dataset again = {0};
	struct losses lost = {0};
	struct str out = {0};
	struct err err = {0};

	if (dataset_print(d, &o, &out, &lost, &err) == 0 &&
	    dataset_parse(&again, str_cstr(&out), out.len, "written", &in,
			  &err) < 0 &&
	    !strstr(err.text, "no example in it")) {
		fprintf(stderr, "%s: %s\n%s\n", data_format_name(f), err.text,
			str_cstr(&out));
		abort();
	}
	dataset_release(&again);
	str_release(&out);
}

static void write_all(const struct dataset *d, enum offset_unit unit)
{
	for (int f = DATA_GUESS + 1; f < DATA_FORMAT_END; f++)
		if (!(data_format_holds((enum data_format)f) &
		      (READ_ONLY | FOLDER)))
			write_as(d, (enum data_format)f, unit);
}

/* The text, and behind a NUL the annotations. */
static int parse_brat(struct dataset *d, const char *s, size_t n,
		      const struct dataset_options *o, struct err *err)
{
	const char *nul = memchr(s, '\0', n);
	size_t text = nul ? (size_t)(nul - s) : n;
	struct reader r = {.path = "fuzz.ann",
			   .o = o,
			   .image_dir = o->image_dir,
			   .d = d,
			   .err = err};
	struct span txt = {s, text}, ann = {"", 0};
	int rc;

	if (nul)
		ann = (struct span){nul + 1, n - text - 1};
	rc = read_brat_pair(&r, "fuzz", txt, ann);
	labels_release(&r.lost);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o = {0};
	struct dataset d = {0};
	struct err err = {0};
	struct schema s;
	const char *text = (const char *)data + 1;
	int rc;

	if (size == 0)
		return 0;
	s = make_schema();
	o.format = (enum data_format)((data[0] & 31) % DATA_FORMAT_END);
	o.unit = data[0] & 32 ? OFFSET_UTF16 : OFFSET_CP;
	o.schema = data[0] & 64 ? &s : NULL;
	o.image_dir = "/nonexistent";
	if (o.format == DATA_BRAT) {
		rc = parse_brat(&d, text, size - 1, &o, &err);
	} else {
		rc = dataset_parse(&d, text, size - 1, "fuzz", &o, &err);
		if (rc < 0 && d.n)
			abort();
	}
	if (rc < 0 && !err.text[0])
		abort();
	for (size_t i = 0; rc == 0 && i < d.n; i++)
		write_again(&d.ex[i]);
	if (rc == 0)
		write_all(&d, o.unit);
	dataset_release(&d);
	schema_release(&s);
	return 0;
}
