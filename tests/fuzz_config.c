/* Any bytes as config.json; what is accepted is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/checkpoint/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const struct config *c)
{
	struct json *j = config_to_json(c), *k;
	char *text = json_print(j);
	struct config again;
	struct err err;

	k = json_parse(text, strlen(text), "again", &err);
	if (!k || config_parse(&again, k, "again", &err) < 0)
		bug("%s: %s", err.text, text);
	if (again.d_model != c->d_model || again.feat_dim != c->feat_dim ||
	    again.dropout != c->dropout || again.has_umie != c->has_umie)
		bug("another config came back: %s", text);
	config_release(&again);
	json_free(j);
	json_free(k);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	struct err err;
	struct json *j;

	j = json_parse((const char *)data, size, "input", &err);
	if (j && config_parse(&c, j, "input", &err) == 0) {
		write_and_read(&c);
		config_release(&c);
	}
	json_free(j);
	return 0;
}
