#include "src/probe/second.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/engine/extract.h"

int second_open(struct second **out, const char *dir,
		const struct call_site *at, struct err *err)
{
	struct bundle *b;
	int rc = bundle_open(&b, dir, at->be, &(struct bundle_options){0}, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	*out = xcalloc(1, sizeof(**out));
	(*out)->bundle = b;
	(*out)->extractor =
	    extractor_new(b, at->decoder, at->features, at->cancel);
	return 0;
}

void second_close(struct second *s)
{
	if (!s)
		return;
	extractor_free(s->extractor);
	bundle_close(s->bundle);
	free(s);
}
