/*
 * fuzz_dataset -- data sets of every format.
 *
 * The first byte chooses the format, or to guess it, and whether a schema
 * maps the tags.  What is read can be written as JSONL and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/data/dataset.h"

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
	if (!parsed || example_from_json(&again, parsed, "again", NULL, &err))
		abort();
	if (again.gold.n != e->gold.n || strcmp(again.text, e->text) != 0)
		abort();
	example_release(&again);
	json_free(parsed);
	json_free(j);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o = {0};
	struct dataset d = {0};
	struct err err = {0};
	struct schema s;

	if (size == 0)
		return 0;
	s = make_schema();
	o.format = (enum data_format)(data[0] % 4);
	o.schema = data[0] & 4 ? &s : NULL;
	o.image_dir = "/nonexistent";
	if (dataset_parse(&d, (const char *)data + 1, size - 1, "fuzz", &o,
			  &err) < 0 &&
	    (!err.text[0] || d.n))
		abort();
	for (size_t i = 0; i < d.n; i++)
		write_again(&d.ex[i]);
	dataset_release(&d);
	schema_release(&s);
	return 0;
}
