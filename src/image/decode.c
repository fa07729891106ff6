#include "src/image/decode.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/image/inspect.h"
#include "src/image/sandbox.h"
#include "src/image/stb.h"

struct decoder {
	struct sandbox *sandbox;
	pthread_mutex_t lock; /* one job at a time */
};

/* What a child leaves at the start of its memory; the heap follows. */
struct verdict {
	int w, h;
	size_t rgb; /* where the pixels are, from the start; 0: refused */
	char why[64];
};

enum {
	HEAP = 4096,          /* where it starts */
	HEAP_SMALL = 1 << 20, /* for tables and the decoder's own state */
	MARGIN = 32,          /* pixels that blocks may stick out */
	PIXEL_COST = 41,      /* bytes: interlaced 16-bit RGBA, the worst */
	SECONDS = 2,
	PIXELS_A_SECOND = 4 << 20, /* slower than any machine in use */
};

static int failed(const struct picture_info *info, const char *why,
		  const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "%s: broken %s picture (%s)", what,
		       info->kind, why);
}

/*
 * A copy of `rgb` (w x h) turned as `orientation` wants: the source is walked
 * from one of its corners, by rows or by columns.
 */
static struct image turned(const uint8_t *rgb, int w, int h, int orientation)
{
	static const struct {
		int columns, from_right, from_bottom;
	} table[9] = {
	    [2] = {0, 1, 0}, [3] = {0, 1, 1}, [4] = {0, 0, 1}, [5] = {1, 0, 0},
	    [6] = {1, 0, 1}, [7] = {1, 1, 1}, [8] = {1, 1, 0},
	};
	int columns = table[orientation].columns;
	ptrdiff_t dx = 3, dy = 3 * (ptrdiff_t)w, t;
	struct image out = {.w = columns ? h : w, .h = columns ? w : h};
	const uint8_t *corner = rgb, *from;
	uint8_t *to;

	if (table[orientation].from_right) {
		corner += dx * (w - 1);
		dx = -dx;
	}
	if (table[orientation].from_bottom) {
		corner += dy * (h - 1);
		dy = -dy;
	}
	if (columns) {
		t = dx;
		dx = dy;
		dy = t;
	}
	out.rgb = to = xmalloc((size_t)w * (size_t)h * 3);
	for (int y = 0; y < out.h; y++) {
		from = corner + y * dy;
		if (dx == 3) {
			memcpy(to, from, (size_t)out.w * 3);
			to += (size_t)out.w * 3;
			continue;
		}
		for (int x = 0; x < out.w; x++, from += dx, to += 3)
			memcpy(to, from, 3);
	}
	return out;
}

/* In the child: decode `in` in the memory `out`. */
static void work(const uint8_t *in, size_t n, uint8_t *out, size_t size)
{
	struct stb_heap heap = {.base = out + HEAP, .size = size - HEAP};
	struct verdict *v = (struct verdict *)out;
	const char *why;
	uint8_t *rgb = stb_decode(&heap, in, n, &v->w, &v->h, &why);

	if (rgb)
		v->rgb = (size_t)(rgb - out);
	else
		strncpy(v->why, why, sizeof(v->why) - 1);
}

/* A job that is as large and as slow as this picture can be. */
static struct sandbox_job job_for(const void *data, size_t n,
				  const struct picture_info *info)
{
	size_t pixels = (size_t)info->w * (size_t)info->h;

	return (struct sandbox_job){
	    .in = data,
	    .n = n,
	    .size = HEAP + HEAP_SMALL + 2 * n +
		    PIXEL_COST * ((size_t)info->w + MARGIN) *
			((size_t)info->h + MARGIN),
	    .seconds = SECONDS + (int)(pixels / PIXELS_A_SECOND),
	};
}

/* Nothing the child wrote is believed before it has been compared. */
static int accept(const struct sandbox_job *job,
		  const struct picture_info *info, bool upright,
		  const char *what, struct image *out, struct err *err)
{
	struct verdict v;
	size_t bytes = (size_t)info->w * (size_t)info->h * 3;

	switch (job->end) {
	case SANDBOX_DONE:
		break;
	case SANDBOX_CRASHED:
		return err_set(err, ERR_DATA,
			       "%s: the picture crashed its decoder and was "
			       "refused",
			       what);
	case SANDBOX_TOO_SLOW:
		return err_set(err, ERR_DATA,
			       "%s: the picture took more than %d seconds to "
			       "decode and was refused",
			       what, job->seconds);
	case SANDBOX_NO_MEMORY:
		return err_set(err, ERR_FAILED,
			       "%s: no process or memory to decode it in",
			       what);
	}
	memcpy(&v, job->out, sizeof(v));
	v.why[sizeof(v.why) - 1] = '\0';
	for (char *c = v.why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (v.rgb == 0)
		return failed(info, v.why[0] ? v.why : "no reason given", what,
			      err);
	if (v.w != info->w || v.h != info->h || v.rgb < HEAP ||
	    v.rgb > job->size || bytes > job->size - v.rgb)
		return failed(info, "its decoder and its header disagree", what,
			      err);
	*out =
	    turned(job->out + v.rgb, v.w, v.h, upright ? info->orientation : 1);
	return 0;
}

struct decoder *decoder_start(struct err *err)
{
	struct sandbox *s = sandbox_start(work, err);
	struct decoder *d;

	if (!s)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->sandbox = s;
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void decoder_stop(struct decoder *d)
{
	if (!d)
		return;
	sandbox_stop(d->sandbox);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

int decoder_decode(struct decoder *d, const void *data, size_t n, bool upright,
		   const char *what, struct image *out, struct err *err)
{
	struct picture_info info;
	struct sandbox_job job;
	int rc;

	*out = (struct image){0};
	rc = picture_inspect(data, n, what, &info, err);
	if (rc < 0)
		return rc;
	job = job_for(data, n, &info);
	pthread_mutex_lock(&d->lock);
	rc = sandbox_run(d->sandbox, &job, err);
	pthread_mutex_unlock(&d->lock);
	if (rc < 0)
		return err_context(err, "%s", what);
	rc = accept(&job, &info, upright, what, out, err);
	sandbox_release(&job);
	return rc;
}

int decoder_read(struct decoder *d, const char *path, bool upright,
		 struct image *out, struct err *err)
{
	struct str bytes = {0};
	int rc = file_read(path, IMAGE_BYTES_MAX, &bytes, err);

	*out = (struct image){0};
	if (rc < 0)
		rc = err_recode(err, ERR_DATA);
	else
		rc = decoder_decode(d, bytes.s, bytes.len, upright, path, out,
				    err);
	str_release(&bytes);
	return rc;
}

int decode_here(const void *data, size_t n, bool upright, const char *what,
		struct image *out, struct err *err)
{
	struct stb_heap heap = {0};
	struct picture_info info;
	const char *why;
	uint8_t *rgb;
	int w, h, rc;

	*out = (struct image){0};
	rc = picture_inspect(data, n, what, &info, err);
	if (rc < 0)
		return rc;
	rgb = stb_decode(&heap, data, n, &w, &h, &why);
	if (!rgb)
		return failed(&info, why, what, err);
	if (w != info.w || h != info.h)
		rc = failed(&info, "its decoder and its header disagree", what,
			    err);
	else
		*out = turned(rgb, w, h, upright ? info.orientation : 1);
	free(rgb);
	return rc;
}
