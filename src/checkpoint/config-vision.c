#include "src/checkpoint/config.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/config-field.h"

enum { STRIDE = 32, EXPANSION = 32 }; /* last stage: 8 times 4 channels */

static const char *const arch_names[] = {
    [VISION_NONE] = "none",
    [VISION_RESNET] = "resnet",
    [VISION_RESNET101] = "resnet101",
    [VISION_CLIP_RN101] = "clip_rn101",
};
static const char *const stem_names[] = {"torchvision", "clip"};
static const char *const pool_names[] = {"average", "attention"};

int vision_feat_dim(const struct vision_config *v)
{
	return v->clip ? v->out_dim : v->width * EXPANSION;
}

static void set_arch(struct vision_config *v, enum vision_arch arch, bool clip)
{
	static const struct vision_config torchvision = {
	    .layers = {3, 4, 23, 3},
	    .width = 64,
	    .image_size = 224,
	    .mean = {0.485f, 0.456f, 0.406f},
	    .std = {0.229f, 0.224f, 0.225f},
	};
	static const struct vision_config clip_rn101 = {
	    .layers = {3, 4, 23, 3},
	    .width = 64,
	    .clip = true,
	    .heads = 32,
	    .out_dim = 512,
	    .image_size = 224,
	    .mean = {0.48145466f, 0.4578275f, 0.40821073f},
	    .std = {0.26862954f, 0.26130258f, 0.27577711f},
	    .posemb = true,
	};

	*v = clip ? clip_rn101 : torchvision;
	v->arch = arch;
}

/* Three or four numbers of an array through one of the two targets. */
static int read_array(const struct field_source *s, const char *name, int n,
		      double lo, double hi, float *f, int *i)
{
	const struct json *a = json_get(s->json, name), *j;
	char *expected;
	int at = 0, rc;

	if (!a)
		return 0;
	for (j = json_is_array(a) ? json_first(a) : NULL; j && at < n;
	     j = json_next(j), at++) {
		double v = json_number(j);

		if (!json_is_number(j) || !(v >= lo && v <= hi) ||
		    (i && v != (int)v))
			break;
		if (i)
			i[at] = (int)v;
		else
			f[at] = (float)v;
	}
	if (at == n && !j)
		return 0;
	expected = xasprintf("an array of %d %snumbers from %g to %g", n,
			     i ? "whole " : "", lo, hi);
	rc = field_fail(s, name, a, expected);
	free(expected);
	return rc;
}

/* Layers, width, stem and pool of a net that is neither of the two known. */
static int read_resnet(struct vision_config *v, const struct field_source *s)
{
	static const char *const needed[] = {"layers", "width", "stem", "pool"};
	int rc, stem = 0, pool = 0;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!json_get(s->json, needed[i]))
			return field_fail(s, needed[i], NULL,
					  "\"resnet\" with layers, width, "
					  "stem and pool");
	rc = field_choice(s, "stem", stem_names, ARRAY_LEN(stem_names), &stem);
	if (rc == 0)
		rc = field_choice(s, "pool", pool_names, ARRAY_LEN(pool_names),
				  &pool);
	if (rc == 0 && stem != pool)
		rc = field_fail(s, "pool", json_get(s->json, "pool"),
				"\"average\" behind the stem \"torchvision\", "
				"\"attention\" behind \"clip\"");
	if (rc < 0)
		return rc;
	set_arch(v, VISION_RESNET, stem);
	rc = read_array(s, "layers", 4, 1, 256, NULL, v->layers);
	if (rc == 0)
		rc = field_int(s, "width", 2, 1024, &v->width);
	if (rc == 0 && v->clip && v->width % 2)
		rc = field_fail(s, "width", json_get(s->json, "width"),
				"an even number for the stem \"clip\"");
	if (!v->clip || rc < 0)
		return rc;
	rc = field_int(s, "heads", 1, 1024, &v->heads);
	if (rc == 0)
		rc = field_int(s, "out_dim", 1, 65536, &v->out_dim);
	if (rc == 0 && v->width * EXPANSION % v->heads)
		rc = field_fail(s, "heads", json_get(s->json, "heads"),
				"a divisor of 32 times the width");
	return rc;
}

static int read_picture(struct vision_config *v, const struct field_source *s)
{
	int rc = field_int(s, "image_size", STRIDE, 2048, &v->image_size);

	if (rc == 0 && v->clip && v->image_size % STRIDE)
		rc =
		    field_fail(s, "image_size", json_get(s->json, "image_size"),
			       "a multiple of 32");
	if (rc == 0)
		rc = read_array(s, "mean", 3, -1, 1, v->mean, NULL);
	if (rc == 0)
		rc = read_array(s, "std", 3, 1e-3, 10, v->std, NULL);
	if (rc == 0)
		rc = field_bool(s, "posemb", &v->posemb);
	return rc;
}

int config_read_vision(struct vision_config *v, const struct field_source *top)
{
	const struct json *j = json_get(top->json, "vision");
	struct field_source s = {j, NULL, top->err};
	int rc, arch = VISION_NONE;
	char *what;

	*v = (struct vision_config){.arch = VISION_NONE};
	if (!j)
		return 0;
	if (!json_is_object(j) || !json_get(j, "arch"))
		return field_fail(top, "vision", j, "an object with \"arch\"");
	what = xasprintf("%s.vision", top->what);
	s.what = what;
	rc = field_choice(&s, "arch", arch_names, ARRAY_LEN(arch_names), &arch);
	if (rc == 0 && arch == VISION_RESNET)
		rc = read_resnet(v, &s);
	else if (rc == 0 && arch != VISION_NONE)
		set_arch(v, (enum vision_arch)arch, arch == VISION_CLIP_RN101);
	if (rc == 0 && arch != VISION_NONE)
		rc = read_picture(v, &s);
	free(what);
	return rc;
}

static struct json *numbers(const float *f, int n)
{
	struct json *a = json_new_array();

	for (int i = 0; i < n; i++)
		json_push_number(a, (double)f[i], float_digits(f[i]));
	return a;
}

struct json *config_vision_json(const struct vision_config *v)
{
	struct json *j, *layers;

	if (v->arch == VISION_NONE)
		return NULL;
	j = json_new_object();
	json_put_string(j, "arch", arch_names[v->arch]);
	if (v->arch == VISION_RESNET) {
		layers = json_new_array();
		for (int i = 0; i < 4; i++)
			json_push_number(layers, v->layers[i], 9);
		json_put(j, "layers", layers);
		json_put_int(j, "width", v->width);
		json_put_string(j, "stem", stem_names[v->clip]);
		json_put_string(j, "pool", pool_names[v->clip]);
	}
	if (v->arch == VISION_RESNET && v->clip) {
		json_put_int(j, "heads", v->heads);
		json_put_int(j, "out_dim", v->out_dim);
	}
	json_put_int(j, "image_size", v->image_size);
	json_put(j, "mean", numbers(v->mean, 3));
	json_put(j, "std", numbers(v->std, 3));
	if (v->clip)
		json_put_bool(j, "posemb", v->posemb);
	return j;
}
