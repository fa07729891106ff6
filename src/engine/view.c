#include "src/engine/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/regions.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"
#include "src/image/cache.h"
#include "src/image/decode.h"
#include "src/image/resize.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"

struct views {
	struct bundle *b;
	struct decoder *decoder;
	struct feature_cache *features;
	const atomic_bool *cancel;
	struct view at[VIEWS];
	uint64_t clock;
};

struct views *views_new(struct bundle *b, struct decoder *d,
			struct feature_cache *features,
			const atomic_bool *cancel)
{
	struct views *v = xcalloc(1, sizeof(*v));

	v->b = b;
	v->decoder = d;
	v->features = features;
	v->cancel = cancel;
	return v;
}

static void view_release(struct view *a)
{
	free(a->key);
	free(a->feats);
	free(a->Z);
	*a = (struct view){0};
}

void views_free(struct views *v)
{
	if (!v)
		return;
	for (int i = 0; i < VIEWS; i++)
		view_release(&v->at[i]);
	free(v);
}

/* Picture content and everything that chooses its regions. */
static char *view_key(const struct extract_request *r, const char *hash)
{
	struct str s = {0};

	str_addf(&s, "%s", hash);
	for (int i = 1; i < r->boxes.n; i++)
		str_addf(&s, " %.9g,%.9g,%.9g,%.9g", (double)r->boxes.box[i].x1,
			 (double)r->boxes.box[i].y1, (double)r->boxes.box[i].x2,
			 (double)r->boxes.box[i].y2);
	str_addf(&s, "|%d|%s|%s", r->boxes_relative,
		 r->boxes_file ? r->boxes_file : "",
		 r->detector ? r->detector : "");
	return str_detach(&s);
}

/* Boxes that came with the request, or else proposed ones. */
static int own_regions(struct view *a, const struct extract_request *r,
		       const struct image *im, int max, struct err *err)
{
	struct example e = {.id = r->image,
			    .boxes = r->boxes,
			    .boxes_relative = r->boxes_relative};

	return example_regions(&e, im, max, &a->regions, err);
}

static int choose_regions(struct views *v, struct view *a,
			  const struct extract_request *r,
			  const struct image *im, struct err *err)
{
	int max = MIN(v->b->config.max_regions, REGIONS_MAX);

	regions_whole(&a->regions, a->w, a->h);
	if (r->boxes_file) {
		if (regions_from_file(&a->regions, r->boxes_file, a->w, a->h,
				      err) < 0)
			return -(int)err->code;
	} else if (r->detector) {
		if (regions_from_command(&a->regions, r->detector, r->image,
					 a->w, a->h, err) < 0)
			return -(int)err->code;
	} else if (own_regions(a, r, im, max, err) < 0) {
		return -(int)err->code;
	}
	if (a->regions.n - 1 > max)
		return err_set(err, ERR_DATA,
			       "%s: %d boxes; this checkpoint takes at most %d",
			       r->image, a->regions.n - 1, max);
	return 0;
}

/* Every region's pixels, resized and normalised, through the backbone. */
static int compute_features(struct views *v, struct tape *t,
			    const struct image *im, int (*px)[4], int n,
			    float *out, struct err *err)
{
	const struct vision_config *c = &v->b->config.vision;
	size_t size = (size_t)c->image_size, pixels = size * size * 3;
	float *input = xmalloc((size_t)n * pixels * sizeof(*input));
	struct image_norm norm;
	int rc;

	memcpy(norm.mean, c->mean, sizeof(norm.mean));
	memcpy(norm.std, c->std, sizeof(norm.std));
	for (int i = 0; i < n; i++) {
		struct image crop;

		image_crop_resize(im, px[i], c->image_size, c->image_size,
				  &crop);
		image_to_float(&crop, &norm, 0, input + (size_t)i * pixels);
		image_release(&crop);
	}
	t->cancel = v->cancel;
	rc = resnet_features(v->b->vision, t, input, n, out, err);
	free(input);
	return rc;
}

static int features_of(struct views *v, struct tape *t, struct view *a,
		       const struct image *im, const char *hash, float *out,
		       struct err *err)
{
	int px[REGIONS_MAX + 1][4], n = a->regions.n, rc;
	size_t dim = (size_t)v->b->config.feat_dim;
	char key[HASH_HEX];

	for (int i = 0; i < n; i++)
		box_to_pixels(&a->regions.box[i], a->w, a->h, px[i]);
	feature_key(hash, (const int(*)[4])px, (size_t)n,
		    v->b->report.vision_hash, key);
	if (v->features &&
	    feature_cache_get(v->features, key, out, (size_t)n, dim))
		return 0;
	rc = compute_features(v, t, im, px, n, out, err);
	if (rc == 0 && v->features)
		feature_cache_put(v->features, key, out, (size_t)n, dim);
	return rc;
}

/* Z (N,D) from features and boxes, hidden regions masked out. */
static int regions_to_Z(struct views *v, struct tape *t, struct view *a,
			const float *feats, struct err *err)
{
	int n = a->regions.n, D = v->b->config.d_model;
	uint8_t shown[REGIONS_MAX + 1];
	struct umie_batch batch = {.B = 1,
				   .N = n,
				   .feats = feats,
				   .boxes = &a->box[0][0],
				   .region_mask = a->hidden ? shown : NULL};
	struct umie_inputs in = {0};
	struct tensor *Z;

	for (int k = 0; k < n; k++)
		shown[k] = !(a->hidden >> k & 1);

	for (int i = 0; i < n; i++) {
		const struct box *b = &a->regions.box[i];

		a->box[i][0] = b->x1 / (float)a->w;
		a->box[i][1] = b->y1 / (float)a->h;
		a->box[i][2] = b->x2 / (float)a->w;
		a->box[i][3] = b->y2 / (float)a->h;
	}
	tape_reset(t);
	umie_upload(t, &batch, v->b->config.feat_dim, &in);
	Z = umie_regions(t, &v->b->model, in.feats, in.boxes, in.region_mask,
			 NULL);
	a->Z = xmalloc((size_t)n * (size_t)D * sizeof(*a->Z));
	if (t->failed || tape_read(t, Z, a->Z) < 0) {
		*err = t->err;
		return -(int)err->code;
	}
	return 0;
}

static int view_make(struct views *v, struct tape *t, struct view *a,
		     const struct extract_request *r,
		     const struct file_map *file, const char *hash,
		     struct err *err)
{
	double start = clock_ms();
	struct image im;
	int rc;

	rc = decoder_decode(v->decoder, file->data, file->size, true, r->image,
			    &im, err);
	if (rc < 0)
		return rc;
	a->w = im.w;
	a->h = im.h;
	rc = choose_regions(v, a, r, &im, err);
	a->image_ms = clock_ms() - start;
	if (rc == 0) {
		a->feats =
		    xmalloc((size_t)a->regions.n *
			    (size_t)v->b->config.feat_dim * sizeof(*a->feats));
		start = clock_ms();
		rc = features_of(v, t, a, &im, hash, a->feats, err);
		if (rc == 0)
			rc = regions_to_Z(v, t, a, a->feats, err);
		a->vision_ms = clock_ms() - start;
	}
	image_release(&im);
	return rc;
}

static struct view *slot(struct views *v, const char *key, bool *hit)
{
	struct view *oldest = &v->at[0];

	for (int i = 0; i < VIEWS; i++) {
		struct view *a = &v->at[i];

		if (a->key && strcmp(a->key, key) == 0) {
			*hit = true;
			return a;
		}
		if (a->used < oldest->used)
			oldest = a;
	}
	*hit = false;
	return oldest;
}

/* A slot that was found or just filled: it is the newest now, or empty. */
static void settle(struct views *v, struct view *a, const char *key, int rc)
{
	if (rc < 0) {
		view_release(a);
		return;
	}
	if (!a->key)
		a->key = xstrdup(key);
	a->used = ++v->clock;
}

/* A view of `whole` with some of its regions masked out. */
static int view_hide(struct views *v, struct tape *t, struct view *a,
		     const struct view *whole, uint64_t hidden, struct err *err)
{
	double start = clock_ms();
	int rc;

	if (!v->b->config.mask_padding)
		return err_set(err, ERR_USAGE,
			       "this checkpoint knows no masks (mask_padding "
			       "is false), so no box can be left out");
	if (hidden >> whole->regions.n)
		return err_set(err, ERR_USAGE,
			       "a box to leave out that the picture does not "
			       "have: it has %d",
			       whole->regions.n - 1);
	a->w = whole->w;
	a->h = whole->h;
	a->regions = whole->regions;
	a->hidden = hidden;
	rc = regions_to_Z(v, t, a, whole->feats, err);
	a->vision_ms = clock_ms() - start;
	return rc;
}

static int hide(struct views *v, struct tape *t, const struct view *whole,
		uint64_t hidden, const struct view **out, bool *fresh,
		struct err *err)
{
	char *key =
	    xasprintf("%s|hidden %llx", whole->key, (unsigned long long)hidden);
	struct view *a;
	bool hit;
	int rc = 0;

	a = slot(v, key, &hit);
	if (!hit) {
		view_release(a);
		rc = view_hide(v, t, a, whole, hidden, err);
	}
	settle(v, a, key, rc);
	free(key);
	*out = a;
	*fresh |= !hit;
	return rc;
}

int views_get(struct views *v, struct tape *t, const struct extract_request *r,
	      const struct view **out, bool *fresh, struct err *err)
{
	struct file_map file;
	char hash[HASH_HEX], *key;
	struct view *a;
	bool hit;
	int rc;

	if (!v->b->vision)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: no vision.safetensors, so pictures cannot "
			       "be used",
			       v->b->dir);
	if (file_map(&file, r->image, err) < 0)
		return err_recode(err, ERR_DATA);
	hash_bytes(file.data, file.size, hash);
	key = view_key(r, hash);
	a = slot(v, key, &hit);
	rc = 0;
	if (!hit) {
		view_release(a);
		rc = view_make(v, t, a, r, &file, hash, err);
	}
	settle(v, a, key, rc);
	free(key);
	file_unmap(&file);
	*out = a;
	*fresh = !hit;
	if (rc == 0 && r->hidden)
		rc = hide(v, t, a, r->hidden, out, fresh, err);
	return rc;
}
