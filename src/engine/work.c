#include "src/engine/work.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/engine/call.h"
#include "src/engine/device.h"
#include "src/image/cache.h"
#include "src/image/decode.h"
#include "src/image/resize.h"
#include "src/tensor/backend.h"

struct work {
	struct backend *be;
	struct decoder *decoder;
	struct feature_cache *features;
	struct bundle *bundle;       /* NULL: nothing opened yet */
	struct extractor *extractor; /* of bundle */
	const atomic_bool *cancel;
};

/* Image features kept on disk, all together. */
#define CACHE_LIMIT ((size_t)256 << 20)

struct work *work_new(const struct engine_config *cfg,
		      const atomic_bool *cancel, struct err *err)
{
	struct work *w = xcalloc(1, sizeof(*w));

	if (device_open(cfg->device, cfg->threads, &w->be, cfg->note, err) <
	    0) {
		free(w);
		return NULL;
	}
	w->decoder = cfg->decoder;
	w->cancel = cancel;
	if (cfg->cache_dir)
		w->features = feature_cache_open(cfg->cache_dir, CACHE_LIMIT);
	return w;
}

void work_enter(struct work *w)
{
	if (w->be->enter)
		w->be->enter(w->be);
}

const char *work_remark(struct work *w)
{
	const char *remark = w->be->remark;

	w->be->remark = NULL;
	return remark;
}

void work_free(struct work *w)
{
	if (!w)
		return;
	extractor_free(w->extractor);
	bundle_close(w->bundle);
	feature_cache_close(w->features);
	w->be->close(w->be);
	free(w);
}

/* The old checkpoint stays in use when the new one cannot be opened. */
static int run_open(struct work *w, const struct job *j, struct event *ev)
{
	struct bundle *b;
	int rc = bundle_open(&b, j->path, w->be, &(struct bundle_options){0},
			     &ev->err);

	if (rc < 0)
		return rc;
	extractor_free(w->extractor);
	bundle_close(w->bundle);
	w->bundle = b;
	w->extractor = extractor_new(b, w->decoder, w->features, w->cancel);
	open_report_copy(&ev->report, &b->report);
	return 0;
}

static int run_extract(struct work *w, const struct job *j, struct event *ev)
{
	if (!w->extractor)
		return err_set(&ev->err, ERR_CHECKPOINT,
			       "no checkpoint is open");
	return extractor_run(w->extractor, &j->request, &ev->extraction,
			     &ev->err);
}

/* A thumbnail whose longer side is at most max_side. */
static int run_picture(struct work *w, const struct job *j, struct event *ev)
{
	struct image im;
	int px[4] = {0}, longer, tw, th;
	int rc = decoder_read(w->decoder, j->path, true, &im, &ev->err);

	if (rc < 0)
		return rc;
	ev->picture_w = px[2] = im.w;
	ev->picture_h = px[3] = im.h;
	longer = MAX(im.w, im.h);
	if (longer <= j->max_side) {
		ev->picture = im;
		return 0;
	}
	tw = MAX(1, (int)((long)im.w * j->max_side / longer));
	th = MAX(1, (int)((long)im.h * j->max_side / longer));
	image_crop_resize(&im, px, tw, th, &ev->picture);
	image_release(&im);
	return 0;
}

static int run_call(struct work *w, const struct job *j, struct event *ev)
{
	const struct call_site at = {.extractor = w->extractor,
				     .be = w->be,
				     .decoder = w->decoder,
				     .features = w->features,
				     .cancel = w->cancel};

	if (!w->extractor)
		return err_set(&ev->err, ERR_CHECKPOINT,
			       "no checkpoint is open");
	ev->free_news = j->call->free_news;
	return j->call->slice(j->call, &at, &ev->news, &ev->err);
}

int work_run(struct work *w, const struct job *j, struct event *ev)
{
	switch (j->kind) {
	case JOB_OPEN:
		return run_open(w, j, ev);
	case JOB_EXTRACT:
		return run_extract(w, j, ev);
	case JOB_PICTURE:
		return run_picture(w, j, ev);
	case JOB_CALL:
		return run_call(w, j, ev);
	}
	bug("job kind %d", (int)j->kind);
}
