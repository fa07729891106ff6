/*
 * dataset_test -- reading small data sets and saying what came out.
 */
#ifndef UMIE_TESTS_DATASET_TEST_H
#define UMIE_TESTS_DATASET_TEST_H

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/data/dataset.h"
#include "tests/tap.h"

/* The start of a line of the own format. */
#define MNER "{\"task\":\"mner\",\"text\":\"Ann met Bob\","

static const char test_labels[] =
    "{\"entities\":[\"Person\",\"Location\",\"Organization\","
    "\"Miscellaneous\",\"creative work\"],"
    "\"relations\":[\"none\",\"couple\",\"member of\","
    "\"/per/misc/awarded\"],"
    "\"events\":{\"Attack\":[\"Attacker\",\"Target\",\"Place\"],"
    "\"Die\":[]}}";

__attribute__((unused)) static void make_schema(struct schema *s,
						const char *text)
{
	struct err err = {0};
	struct json *j = json_parse(text, strlen(text), "schema", &err);

	if (!j || schema_parse(s, j, "schema", &err) < 0)
		ok(false, "schema of the test: %s", err.text);
	json_free(j);
}

__attribute__((unused)) static int read_text(struct dataset *d,
					     const char *text, size_t n,
					     const struct schema *s,
					     struct err *err)
{
	const struct dataset_options o = {.schema = s, .image_dir = "pics"};

	return dataset_parse(d, text, n, "x.txt", &o, err);
}

/* Reading fails at line `line` (0: without one) and says `part`. */
__attribute__((unused)) static void refuses_n(const char *text, size_t n,
					      const struct schema *s, int line,
					      const char *part)
{
	struct dataset d = {0};
	struct err err = {0};
	char place[64] = "x.txt: ";
	int rc = read_text(&d, text, n, s, &err);

	if (line)
		snprintf(place, sizeof(place), "x.txt: line %d: ", line);
	if (!ok(rc == -ERR_DATA &&
		    strncmp(err.text, place, strlen(place)) == 0 &&
		    strstr(err.text, part) && d.n == 0,
		"refused: %.100s", err.text))
		diag("expected \"%s\" and \"%s\"", place, part);
	dataset_release(&d);
}

__attribute__((unused)) static void
refuses_s(const char *text, const struct schema *s, int line, const char *part)
{
	refuses_n(text, strlen(text), s, line, part);
}

__attribute__((unused)) static void refuses(const char *text, int line,
					    const char *part)
{
	refuses_n(text, strlen(text), NULL, line, part);
}

/* One line for each example: what it is and what it says. */
__attribute__((unused)) static char *show(const struct dataset *d)
{
	struct str out = {0};

	for (size_t i = 0; i < d->n; i++) {
		const struct example *e = &d->ex[i];

		str_addf(&out, "%s %s [%s]", e->id, task_name(e->task),
			 e->text);
		if (e->image)
			str_addf(&out, " %s", e->image);
		if (e->head)
			str_addf(&out, " %s>%s", e->head, e->tail);
		for (size_t k = 0; k < e->gold.n; k++) {
			const struct record *r = &e->gold.rec[k];

			str_addf(&out, " (%s%s%s: %s%s%s)",
				 r->event ? r->event : "", r->event ? "/" : "",
				 r->label, r->text ? r->text : r->head,
				 r->tail ? " > " : "", r->tail ? r->tail : "");
		}
		str_addc(&out, '\n');
	}
	return str_detach(&out);
}

__attribute__((unused)) static void reads_n(const char *text, size_t n,
					    const struct schema *s,
					    const char *want, const char *what)
{
	struct dataset d = {0};
	struct err err = {0};
	int rc = read_text(&d, text, n, s, &err);
	char *got = show(&d);

	if (!ok(rc == 0 && strcmp(got, want) == 0, "%s", what))
		diag("%s%s", err.text, got);
	free(got);
	dataset_release(&d);
}

__attribute__((unused)) static void reads(const char *text,
					  const struct schema *s,
					  const char *want, const char *what)
{
	reads_n(text, strlen(text), s, want, what);
}

#endif
