#include "tui/batch.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/device.h"
#include "src/image/cache.h"
#include "src/tensor/backend.h"
#include "tui/app.h"

#define CACHE_LIMIT ((size_t)256 << 20)

int batch_backend(struct backend **be, const struct args *a, struct err *err)
{
	long threads;
	int rc = args_int(a, "threads", 1, 1024, 0, &threads, err);

	*be = NULL;
	return rc < 0
		   ? rc
		   : device_open(args_get(a, "device"), (int)threads, be, err);
}

int batch_open(struct batch *b, struct app *app, const struct args *a,
	       const char *path, struct err *err)
{
	char *own, *cache;
	int rc;

	*b = (struct batch){0};
	own = path ? NULL : bundle_default(app->argv0, err);
	if (!path && !own)
		return -(int)err->code;
	rc = batch_backend(&b->be, a, err);
	if (rc == 0)
		rc = bundle_open(&b->bundle, path ? path : own, b->be,
				 &(struct bundle_options){0}, err);
	free(own);
	if (rc < 0) {
		batch_close(b);
		return rc;
	}
	cache = file_xdg("CACHE");
	b->features = feature_cache_open(cache, CACHE_LIMIT);
	free(cache);
	b->extractor =
	    extractor_new(b->bundle, app->decoder, b->features, NULL);
	return 0;
}

void batch_close(struct batch *b)
{
	extractor_free(b->extractor);
	feature_cache_close(b->features);
	bundle_close(b->bundle);
	if (b->be)
		b->be->close(b->be);
	*b = (struct batch){0};
}

int argument_text(const char *s, char **out, struct err *err)
{
	struct str text = {0};
	int rc;

	*out = NULL;
	if (!s)
		return 0;
	if (s[0] != '@') {
		*out = xstrdup(s);
		return 0;
	}
	rc = file_read(s + 1, 1 << 20, &text, err);
	if (rc < 0) {
		str_release(&text);
		return err_recode(err, ERR_DATA);
	}
	while (text.len &&
	       (text.s[text.len - 1] == '\n' || text.s[text.len - 1] == '\r'))
		text.s[--text.len] = '\0';
	*out = str_detach(&text);
	return 0;
}
