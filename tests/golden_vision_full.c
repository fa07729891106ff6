/*
 * golden_vision_full -- ResNet-101 and CLIP's RN101 with weights from the
 * formula of the golden package.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/model/resnet.h"
#include "tests/golden.h"

static const double POOLED = 5e-5, MOMENT = 1e-5, EXTREME = 5e-5;

enum { SIZE = 224 };

/* One of the two networks of full_expect.json. */
struct full {
	const char *name;
	const struct json *about;
	struct vision_config cfg;
	uint64_t seed;
	struct params params;
	float *values; /* of all parameters; owned */
	float *image;  /* (SIZE,SIZE,3); owned */
};

/* The number in [-1,1) for element i of key k. */
static double formula(uint64_t i, uint64_t k, uint64_t seed)
{
	uint64_t z = i * 0x9E3779B97F4A7C15u + (k + 1) * 0xBF58476D1CE4E5B9u +
		     seed * 0x94D049BB133111EBu;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	z ^= z >> 31;
	return ((double)(z >> 40) - 8388608) / 8388608;
}

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* value = base + slope * s, as the kind of tensor asks for. */
static void rule(const char *name, const struct tensor *t, double *base,
		 double *slope)
{
	const int64_t *d = t->dim;

	*base = 0;
	if (ends(name, "running_mean"))
		*slope = 0.1;
	else if (ends(name, "running_var"))
		*base = 1, *slope = 0.2;
	else if (t->ndim == 4)
		*slope = sqrt(6.0 / (double)(d[1] * d[2] * d[3]));
	else if (ends(name, "positional_embedding"))
		*slope = 1;
	else if (t->ndim == 2)
		*slope = sqrt(3.0 / (double)d[1]);
	else if (ends(name, "bias"))
		*slope = 0.1;
	else if (strstr(name, "layer") && ends(name, "bn3.weight"))
		*base = 0.3, *slope = 0.03;
	else
		*base = 1, *slope = 0.1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint64_t key_of(const char **names, size_t n, const char *name)
{
	const char **at = bsearch(&name, names, n, sizeof(*names), by_name);

	return (uint64_t)(at - names);
}

static void fill(struct param *a, float *to, uint64_t key, uint64_t seed)
{
	int64_t n = tensor_count(&a->t);
	double base, slope;

	rule(a->name, &a->t, &base, &slope);
#pragma omp parallel for schedule(static)
	for (int64_t i = 0; i < n; i++)
		to[i] = (float)(base + slope * formula((uint64_t)i, key, seed));
	a->t.data = to;
}

/* Every parameter by the formula; the classifier counts among the keys. */
static size_t fill_all(struct full *f)
{
	const char **names = xcalloc(f->params.n + 2, sizeof(*names));
	size_t n = 0;
	float *to;

	for (; n < f->params.n; n++)
		names[n] = f->params.at[n]->name;
	if (!f->cfg.clip) {
		names[n++] = "fc.bias";
		names[n++] = "fc.weight";
	}
	qsort(names, n, sizeof(*names), by_name);
	f->values = xaligned((size_t)params_count(&f->params, false) *
			     sizeof(*f->values));
	to = f->values;
	for (size_t i = 0; i < f->params.n; i++) {
		struct param *a = f->params.at[i];

		fill(a, to, key_of(names, n, a->name), f->seed);
		to += tensor_count(&a->t);
	}
	free(names);
	return n;
}

static void check_examples(const struct full *f)
{
	const struct json *all = json_get(f->about, "value_examples");
	int bad = 0, seen = 0;

	for (const struct json *j = json_first(all); j; j = json_next(j)) {
		const struct param *a = params_find(&f->params, json_key(j));
		const struct json *v = json_first(j);

		for (int64_t i = 0; a && v; v = json_next(v), i++, seen++)
			bad += (double)tensor_float(&a->t, i) != json_number(v);
	}
	golden_ok(seen > 0 && bad == 0, "%s: %d sample weights are as stored",
		  f->name, seen);
}

static void make_image(struct full *f, const struct json *root)
{
	const struct json *o = json_get(root, "image_formula");
	const struct json *check = json_get(root, "image_check");
	uint64_t a = (uint64_t)json_number(json_get(o, "a"));
	uint64_t b = (uint64_t)json_number(json_get(o, "b"));
	uint64_t d = (uint64_t)json_number(json_get(o, "d"));
	uint64_t e = (uint64_t)json_number(json_get(o, "e"));
	double sum = 0;

	f->image = xmalloc((size_t)SIZE * SIZE * 3 * sizeof(float));
	for (uint64_t y = 0; y < SIZE; y++)
		for (uint64_t x = 0; x < SIZE; x++)
			for (uint64_t c = 0; c < 3; c++) {
				uint64_t p = (a * x * x + b * y * y +
					      d * x * y * (c + 1) + e * c) %
					     257;
				double v = ((double)p - 128) / 64;

				f->image[(y * SIZE + x) * 3 + c] = (float)v;
				sum += v;
			}
	golden_ok(sum == json_number(json_get(check, "sum")),
		  "%s: the image's sum is as stored", f->name);
}

/* Off by at most tol of `scale`; keeps the worst share. */
static bool close_to(double got, double want, double scale, double tol,
		     double *worst)
{
	double off = fabs(got - want) / scale;

	if (!(off <= *worst))
		*worst = off;
	return off <= tol;
}

static void check_moments(const struct full *f, const char *name,
			  const struct tensor *x)
{
	const struct json *s = json_get(json_get(f->about, "stages"), name);
	double sum = 0, square = 0, least = INFINITY, most = -INFINITY, v;
	double n = (double)tensor_count(x), mean, worst[2] = {0};
	const double want[] = {
	    json_number(json_get(s, "mean")), json_number(json_get(s, "std")),
	    json_number(json_get(s, "min")), json_number(json_get(s, "max"))};
	bool good;

	for (int64_t i = 0; i < tensor_count(x); i++) {
		v = (double)tensor_float(x, i);
		sum += v;
		least = fmin(least, v);
		most = fmax(most, v);
	}
	mean = sum / n;
	for (int64_t i = 0; i < tensor_count(x); i++) {
		v = (double)tensor_float(x, i) - mean;
		square += v * v;
	}
	/* Where the mean cancels, the deviation says how large numbers are. */
	good = s && close_to(mean, want[0], fmax(fabs(want[0]), want[1]),
			     MOMENT, &worst[0]);
	good &= close_to(sqrt(square / n), want[1], want[1], MOMENT, &worst[0]);
	good &= close_to(least, want[2], fmax(-want[2], want[3]), EXTREME,
			 &worst[1]);
	good &= close_to(most, want[3], want[3], EXTREME, &worst[1]);
	golden_ok(good,
		  "%s %s: mean, deviation, least, most (worst %.2g of %.2g, "
		  "%.2g of %.2g)",
		  f->name, name, worst[0], MOMENT, worst[1], EXTREME);
}

static void run_folded(const struct full *f, struct resnet *r,
		       struct backend *be, const struct golden_file *want,
		       const char *pooled)
{
	static const char *const stages[RESNET_TAPS] = {
	    "stem", "layer1", "layer2", "layer3", "layer4"};
	const int64_t dim[] = {1, SIZE, SIZE, 3};
	char *key = xasprintf("%s.%s", f->name, pooled);
	struct tensor *tap[RESNET_TAPS], *x, *y = NULL;
	struct resnet_options o = {.taps = tap};
	struct tape t;

	tape_init(&t, be);
	x = tape_input(&t, DT_F32, 4, dim, f->image);
	if (x)
		y = resnet_forward(r, &t, x, &o);
	golden_near(y, golden_get(want, key), POOLED, false, NULL, key);
	for (int i = 0; y && i < RESNET_TAPS; i++)
		check_moments(f, stages[i], tap[i]);
	if (y)
		check_moments(f, pooled, y);
	tape_release(&t);
	free(key);
}

static void run_full(struct full *f, const struct json *root,
		     const struct golden_file *want, const char *pooled)
{
	struct backend *be;
	struct resnet *r;
	struct err err = {0};
	size_t keys;

	f->about = json_get(root, f->name);
	f->seed = (uint64_t)json_number(json_get(root, "seed"));
	r = resnet_new(&f->cfg, &f->params, f->cfg.clip ? "visual." : "");
	keys = fill_all(f);
	golden_ok((double)keys == json_number(json_get(f->about, "n_keys")),
		  "%s: %zu keys", f->name, keys);
	check_examples(f);
	make_image(f, root);
	be = cpu_backend_open(&(struct cpu_options){.threads = 2}, &err);
	if (golden_ok(be && resnet_fold(r, be, DT_F32, &err) == 0, "%s: folded",
		      f->name))
		run_folded(f, r, be, want, pooled);
	resnet_close(r);
	params_release(&f->params);
	if (be)
		be->close(be);
	free(f->values);
	free(f->image);
}

static const struct vision_config torchvision101 = {
    .arch = VISION_RESNET101,
    .layers = {3, 4, 23, 3},
    .width = 64,
    .image_size = SIZE,
};

static const struct vision_config clip101 = {
    .arch = VISION_CLIP_RN101,
    .layers = {3, 4, 23, 3},
    .width = 64,
    .clip = true,
    .heads = 32,
    .out_dim = 512,
    .image_size = SIZE,
};

void golden_vision_full(const char *dir)
{
	char *json_path = file_join(dir, "full_expect.json");
	char *path = file_join(dir, "full_expect.safetensors");
	struct golden_file *want = golden_open(path);
	struct err err = {0};
	struct json *root = json_read(json_path, 1 << 20, &err);
	struct full f[] = {
	    {.name = "torchvision_resnet101", .cfg = torchvision101},
	    {.name = "clip_rn101_visual", .cfg = clip101},
	    {.name = "clip_rn101_visual", .cfg = clip101},
	};

	f[1].cfg.posemb = true;
	if (golden_ok(want && root, "full-size networks: expectations")) {
		run_full(&f[0], root, want, "pooled");
		run_full(&f[1], root, want, "pooled_original");
		run_full(&f[2], root, want, "pooled_zero");
	}
	json_free(root);
	golden_close(want);
	free(json_path);
	free(path);
}
