/*
 * fuzz_answer -- answers of a model, which may be anything.
 *
 * The first byte chooses the task and the event; the rest goes through both
 * grammars and the reference's parser.  What is read can be printed and read
 * again without a loss.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/task/answer.h"
#include "src/task/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char labels[] =
    "{\"entities\":[\"person\",\"location\",\"work of art\"],"
    "\"relations\":[\"none\",\"peer\",\"member of\"],"
    "\"events\":{\"attack\":[\"attacker\",\"place\"],"
    "\"arrest jail\":[\"person\",\"place\"],\"die\":[]}}";

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

/* A marker in a text or head would be read as what it means. */
static int plain(const struct records *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *fields[] = {l->rec[i].text, l->rec[i].head,
					l->rec[i].tail};

		for (int k = 0; k < 3; k++)
			if (fields[k] &&
			    (strchr(fields[k], '<') || strchr(fields[k], ',')))
				return 0;
	}
	return 1;
}

static void both_ways(enum answer_grammar g, enum task t,
		      const struct schema *s, int event, const char *raw,
		      size_t n)
{
	struct records a = {0}, b = {0};
	struct str text = {0};

	answer_parse(g, t, s, event, raw, n, &a);
	for (size_t i = 0; i < a.n; i++)
		if (!a.rec[i].label || a.rec[i].raw_start >= a.rec[i].raw_end ||
		    a.rec[i].raw_end > n)
			abort();
	if (plain(&a)) {
		answer_print(g, t, &a, &text);
		answer_parse(g, t, s, event, str_cstr(&text), text.len, &b);
		if (a.n != b.n || b.n_dropped)
			abort();
		for (size_t i = 0; i < a.n; i++)
			if (!record_equal(&a.rec[i], &b.rec[i]))
				abort();
	}
	str_release(&text);
	records_release(&a);
	records_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema s;
	const char *raw;
	int event;
	enum task t;

	if (size == 0)
		return 0;
	s = make_schema();
	t = (enum task)(data[0] % 4);
	event = data[0] / 4 % 4 - 1;
	raw = (const char *)data + 1;
	size--;
	both_ways(ANSWER_PAPER, t, &s, event, raw, size);
	both_ways(ANSWER_SEL, t, &s, event, raw, size);
	for (int p = REF_ENTITY; p <= REF_EVENT; p++)
		for (int gold = 0; gold < 2; gold++) {
			struct ref_parse out;

			ref_parse((enum ref_parser)p, raw, size, gold,
				  p == REF_RELATION ? &s.relations : &s.events,
				  &s.roles, &out);
			ref_parse_release(&out);
		}
	schema_release(&s);
	return 0;
}
