/*
 * jsonl -- the own format: one example a line, blank lines allowed.
 */
#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"

static int take(struct reader *r, const struct json *j)
{
	char *what = reader_what(r);
	struct example *e = reader_add(r);
	int rc = example_from_json(e, j, what, r->image_dir, r->err);

	free(what);
	if (rc < 0)
		return rc;
	if (!json_get(j, "id")) {
		free(e->id);
		e->id = xasprintf("%zu", r->line);
	}
	reader_respell(r, e);
	return 0;
}

int read_jsonl(struct reader *r)
{
	return reader_objects(r, take);
}
