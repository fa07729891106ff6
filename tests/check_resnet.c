/*
 * The image encoder: what a file must hold, that both forms of a network
 * agree, that a picture's features do not depend on its company or the
 * threads, and that gradients reach every parameter.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"
#include "tests/tap.h"

enum { SIZE = 64, PICTURES = 6, PIXELS = SIZE * SIZE * 3 };

static const struct vision_config plain = {
    .arch = VISION_RESNET,
    .layers = {1, 1, 2, 2},
    .width = 8,
    .image_size = SIZE,
};

static const struct vision_config clip = {
    .arch = VISION_RESNET,
    .layers = {1, 1, 2, 1},
    .width = 8,
    .clip = true,
    .heads = 4,
    .out_dim = 24,
    .image_size = SIZE,
    .posemb = true,
};

static struct backend *open_cpu(int threads, bool bf16)
{
	struct err err;
	struct backend *be = cpu_backend_open(
	    &(struct cpu_options){.threads = threads, .bf16 = bf16}, &err);

	if (!be)
		bug("%s", err.text);
	return be;
}

/* A network with random weights and statistics; not placed yet. */
static struct resnet *random_net(const struct vision_config *cfg,
				 struct params *p, const char *prefix)
{
	struct resnet *r = resnet_new(cfg, p, prefix);

	params_init(p, 7);
	for (size_t i = 0; i < p->n; i++) {
		struct tensor *t = &p->at[i]->t;
		struct rng_key key = {.seed = i};
		float *x = t->data;

		if (t->ndim != 1)
			continue;
		for (int64_t e = 0; e < tensor_count(t); e++)
			x[e] += 0.2f * (rng_uniform(&key, (uint64_t)e) - 0.5f);
	}
	return r;
}

static float *random_pictures(void)
{
	float *x = xmalloc(sizeof(*x) * PICTURES * PIXELS);
	struct rng_key key = {.seed = 3};

	for (uint64_t i = 0; i < PICTURES * PIXELS; i++)
		x[i] = rng_normal(&key, i);
	return x;
}

/* Features of all pictures, `step` in one call; to be freed. */
static float *features(const struct vision_config *cfg, struct backend *be,
		       enum dtype type, const float *pictures, int step)
{
	size_t width = (size_t)vision_feat_dim(cfg);
	float *out = xcalloc(PICTURES * width, sizeof(*out));
	struct params p = {0};
	struct resnet *r = random_net(cfg, &p, "");
	struct err err = {0};
	struct tape t;
	int rc = resnet_fold(r, be, type, &err);

	params_release(&p);
	tape_init(&t, be);
	for (int i = 0; i < PICTURES && rc == 0; i += step)
		rc = resnet_features(r, &t, pictures + (size_t)i * PIXELS, step,
				     out + (size_t)i * width, &err);
	if (rc < 0)
		bug("%s", err.text);
	tape_release(&t);
	resnet_close(r);
	return out;
}

static void check_company(const struct vision_config *cfg, const char *name,
			  const float *pictures)
{
	size_t width = (size_t)vision_feat_dim(cfg);
	struct backend *one = open_cpu(1, false), *three = open_cpu(3, false);
	float *alone = features(cfg, one, DT_F32, pictures, 1);
	float *together = features(cfg, one, DT_F32, pictures, PICTURES);
	float *threads = features(cfg, three, DT_F32, pictures, 3);
	size_t size = PICTURES * width * sizeof(*alone);

	ok(memcmp(alone, together, size) == 0,
	   "%s: the same features alone and in company", name);
	ok(memcmp(alone, threads, size) == 0,
	   "%s: the same features for any number of threads", name);
	free(alone);
	free(together);
	free(threads);
	one->close(one);
	three->close(three);
}

static void check_bf16(const struct vision_config *cfg, const char *name,
		       const float *pictures)
{
	size_t width = (size_t)vision_feat_dim(cfg);
	struct backend *be = open_cpu(2, true);
	float *exact = features(cfg, be, DT_F32, pictures, 2);
	float *rounded = features(cfg, be, DT_BF16, pictures, 2);

	near(rounded, exact, (long)(PICTURES * width), 0.03, name);
	free(exact);
	free(rounded);
	be->close(be);
}

/* A picture through the trainable form with stored statistics. */
static struct tensor *trainable_forward(struct resnet *r, struct tape *t,
					const float *pictures, int n)
{
	const int64_t dim[] = {n, SIZE, SIZE, 3};
	struct resnet_options o = {0};
	struct tensor *x;

	tape_reset(t);
	x = tape_input(t, DT_F32, 4, dim, pictures);
	return x ? resnet_forward(r, t, x, &o) : NULL;
}

static void check_forms(const struct vision_config *cfg, const char *name,
			const float *pictures)
{
	struct backend *be = open_cpu(2, false);
	float *folded = features(cfg, be, DT_F32, pictures, PICTURES);
	struct params p = {0};
	struct resnet *r = random_net(cfg, &p, "");
	struct err err = {0};
	struct tensor *y = NULL;
	struct tape t;

	tape_init(&t, be);
	if (params_place(&p, be, &err) == 0)
		y = trainable_forward(r, &t, pictures, PICTURES);
	if (ok(y, "%s: the trainable form runs", name))
		near(y->data, folded, (long)tensor_count(y), 1e-5, name);
	tape_release(&t);
	resnet_close(r);
	params_release(&p);
	free(folded);
	be->close(be);
}

static double sum_of(const struct tensor *y)
{
	double s = 0;

	for (int64_t i = 0; i < tensor_count(y); i++)
		s += (double)tensor_float(y, i) * (double)(1 + i % 7);
	return s;
}

/* (loss far along the gradient - loss against it) / 2h */
static double slope(struct resnet *r, struct tape *t, struct param *a,
		    const float *pictures, double h)
{
	float *x = a->t.data, *g = a->grad.data;
	int64_t n = tensor_count(&a->t);
	double loss[2];

	for (int side = 0; side < 2; side++) {
		float *old = xmalloc((size_t)n * sizeof(*old));

		memcpy(old, x, (size_t)n * sizeof(*old));
		for (int64_t i = 0; i < n; i++)
			x[i] += (float)(side ? -h : h) * g[i];
		loss[side] = sum_of(trainable_forward(r, t, pictures, 2));
		memcpy(x, old, (size_t)n * sizeof(*old));
		free(old);
	}
	return (loss[0] - loss[1]) / (2 * h);
}

/* Along its own gradient every parameter must change the loss as it says. */
static void check_slopes(const struct vision_config *cfg, const char *name,
			 const float *pictures)
{
	struct backend *be = open_cpu(2, false);
	struct params p = {0};
	struct resnet *r = random_net(cfg, &p, "");
	struct err err = {0};
	struct tensor *y, seed;
	struct tape t;
	float *s;
	int bad = 0, tried = 0;

	tape_init(&t, be);
	t.recording = true;
	if (params_train(&p, be, &err) < 0)
		bug("%s", err.text);
	y = trainable_forward(r, &t, pictures, 2);
	seed = *y;
	s = seed.data = xmalloc(tensor_bytes(y));
	for (int64_t i = 0; i < tensor_count(y); i++)
		s[i] = (float)(1 + i % 7);
	ok(tape_backward(&t, y, &seed) == 0, "%s: backward", name);
	t.recording = false;
	for (size_t i = 0; i < p.n; i++) {
		struct param *a = p.at[i];
		double norm = 0, got;

		for (int64_t e = 0; e < tensor_count(&a->t); e++)
			norm += pow((double)tensor_float(&a->grad, e), 2);
		if (strstr(a->name, "running_") || strstr(a->name, "k_proj.b"))
			continue; /* nothing depends on these */
		got = slope(r, &t, a, pictures, 2e-3 / sqrt(norm));
		tried++;
		if (!(fabs(got - norm) <= 0.03 * norm)) {
			diag("%s: slope %g, gradient says %g", a->name, got,
			     norm);
			bad++;
		}
	}
	ok(tried > 30 && bad == 0, "%s: %d parameters, right slopes", name,
	   tried);
	free(seed.data);
	tape_release(&t);
	resnet_close(r);
	params_release(&p);
	be->close(be);
}

/* Write a network's tensors, `left_out` not, and some that are no part. */
static void save_net(const struct params *p, const char *path,
		     const char *left_out, const struct tensor *extra)
{
	struct save_tensor *s = xcalloc(p->n + 3, sizeof(*s));
	struct err err = {0};
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->at[i]->name, left_out) != 0)
			s[n++] = (struct save_tensor){p->at[i]->name,
						      &p->at[i]->t, DT_F32};
	s[n++] = (struct save_tensor){"fc.weight", extra, DT_F32};
	s[n++] = (struct save_tensor){"visual.bn1.num_batches_tracked", extra,
				      DT_F32};
	s[n++] = (struct save_tensor){"logit_scale", extra, DT_F32};
	if (save_safetensors(path, s, n, NULL, &err) < 0)
		bug("%s", err.text);
	free(s);
}

static struct resnet *open_file(const struct vision_config *cfg,
				const char *path, struct backend *be,
				struct err *err)
{
	struct weights *w = weights_open(path, err);
	struct resnet *r = w ? resnet_open(cfg, w, be, err) : NULL;

	weights_close(w);
	return r;
}

static void check_report(const struct resnet *r)
{
	const struct bind_report *b = resnet_report(r);

	ok(b->n == 1 && b->note[0].kind == BIND_UNEXPECTED &&
	       strcmp(b->note[0].name, "logit_scale") == 0,
	   "what the file has too much is reported, usual things are not");
}

static void check_files(const char *path)
{
	static const char name[] = "visual.layer3.1.conv2.weight";
	struct backend *be = open_cpu(1, false);
	struct vision_config wide = clip;
	struct params p = {0};
	struct resnet *made = random_net(&clip, &p, "visual."), *r;
	struct err err = {0};

	save_net(&p, path, "", &p.at[1]->t);
	r = open_file(&clip, path, be, &err);
	if (ok(r, "opened with the prefix visual. %s", err.text))
		check_report(r);
	resnet_close(r);
	wide.layers[0] = 2;
	r = open_file(&wide, path, be, &err);
	ok(!r && err.code == ERR_CHECKPOINT &&
	       strstr(err.text, "visual.layer1.1.conv1.weight"),
	   "a missing block: %s", err.text);
	wide = clip;
	wide.out_dim = 25;
	r = open_file(&wide, path, be, &err);
	ok(!r && err.code == ERR_CHECKPOINT && strstr(err.text, path) &&
	       strstr(err.text, "[24, 256]") && strstr(err.text, "[25, 256]"),
	   "another shape: %s", err.text);
	unlink(path);
	save_net(&p, path, name, &p.at[1]->t);
	r = open_file(&clip, path, be, &err);
	ok(!r && err.code == ERR_CHECKPOINT && strstr(err.text, name) &&
	       strstr(err.text, "[32, 32, 3, 3]"),
	   "a missing tensor: %s", err.text);
	resnet_close(made);
	params_release(&p);
	be->close(be);
	unlink(path);
}

static void check_cancel(const float *pictures)
{
	struct backend *be = open_cpu(2, false);
	struct params p = {0};
	struct resnet *r = random_net(&plain, &p, "");
	atomic_bool cancel = true;
	struct err err = {0};
	float out[256];
	struct tape t;

	if (resnet_fold(r, be, DT_F32, &err) < 0)
		bug("%s", err.text);
	tape_init(&t, be);
	t.cancel = &cancel;
	ok(resnet_features(r, &t, pictures, 1, out, &err) == -ERR_CANCELLED &&
	       err.code == ERR_CANCELLED,
	   "cancelled before the first layer");
	cancel = false;
	ok(resnet_features(r, &t, pictures, 1, out, &err) == 0,
	   "and usable afterwards");
	tape_release(&t);
	resnet_close(r);
	params_release(&p);
	be->close(be);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/umie-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	float *pictures = random_pictures();
	char *path;

	check_company(&plain, "torchvision layout", pictures);
	check_company(&clip, "CLIP layout", pictures);
	check_forms(&plain, "torchvision layout, both forms", pictures);
	check_forms(&clip, "CLIP layout, both forms", pictures);
	check_bf16(&plain, "torchvision layout, bf16", pictures);
	check_bf16(&clip, "CLIP layout, bf16", pictures);
	check_slopes(&plain, "torchvision layout", pictures);
	check_slopes(&clip, "CLIP layout", pictures);
	check_cancel(pictures);
	if (!mkdtemp(dir))
		bug("no temporary folder");
	path = file_join(dir, "vision.safetensors");
	check_files(path);
	rmdir(dir);
	free(path);
	free(dir);
	free(pictures);
	return tap_done();
}
