/*
 * fuzz_filter -- filter expressions: parsed or refused with a sentence, and
 * what is parsed can be asked of an example.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/filter.h"
#include "src/base/err.h"
#include "src/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice slices[] = {{"hard", "unc>.5 and not flag"},
				 {"self", "self or n=1"},
				 {"bad", "unc >"}};
	struct state s = {.slice = slices, .n_slices = ARRAY_LEN(slices)};
	struct session_example e = {.number = 1,
				    .ex = {.id = "a", .text = "Ann met Bo"}};
	char *expr = xstrndup((const char *)data, size);
	struct err err = {0};
	struct filter *f;
	int rc = filter_parse(&f, expr, &s, &err);

	if (rc == 0)
		(void)filter_match(f, &e);
	else if (err.code != ERR_USAGE || !err.text[0] || f)
		abort();
	filter_free(f);
	free(expr);
	return 0;
}
