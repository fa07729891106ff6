#include "src/checkpoint/config.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/config-field.h"

enum { CONFIG_MAX = 16 << 20 }; /* bytes of config.json */

/* Fields of T5Config: ranges, and the defaults of the class. */
static const struct config_field t5_fields[] = {
    {"vocab_size", offsetof(struct config, vocab), 2, 1 << 22, 32128},
    {"d_model", offsetof(struct config, d_model), 1, 16384, 512},
    {"d_kv", offsetof(struct config, d_kv), 1, 1024, 64},
    {"d_ff", offsetof(struct config, d_ff), 1, 65536, 2048},
    {"num_heads", offsetof(struct config, heads), 1, 256, 8},
    {"num_layers", offsetof(struct config, enc_layers), 1, 256, 6},
    {"relative_attention_num_buckets", offsetof(struct config, buckets), 4,
     1024, 32},
    {"relative_attention_max_distance", offsetof(struct config, max_distance),
     2, 1 << 20, 128},
};

/* Values of T5Config that the model takes for granted. */
static const struct {
	const char *name;
	int value;
} fixed[] = {
    {"pad_token_id", 0},
    {"eos_token_id", 1},
    {"decoder_start_token_id", 0},
};

int field_fail(const struct field_source *s, const char *name,
	       const struct json *value, const char *expected)
{
	char *text = value ? json_print(value) : xstrdup("not there");
	int rc =
	    err_set(s->err, ERR_CHECKPOINT, "%s: \"%s\" is %.60s; expected: %s",
		    s->what, name, text, expected);

	free(text);
	return rc;
}

int field_int(const struct field_source *s, const char *name, int lo, int hi,
	      int *value)
{
	const struct json *j = json_get(s->json, name);
	char expected[80];
	struct err ignored;
	int64_t v;

	if (!j)
		return 0;
	if (json_int(j, lo, hi, name, &v, &ignored) < 0) {
		snprintf(expected, sizeof(expected),
			 "a whole number from %d to %d", lo, hi);
		return field_fail(s, name, j, expected);
	}
	*value = (int)v;
	return 0;
}

int field_float(const struct field_source *s, const char *name, double lo,
		double hi, float *value)
{
	const struct json *j = json_get(s->json, name);
	double v = json_number(j);
	char expected[80];

	if (!j)
		return 0;
	if (!json_is_number(j) || !(v >= lo && v <= hi)) {
		snprintf(expected, sizeof(expected), "a number from %g to %g",
			 lo, hi);
		return field_fail(s, name, j, expected);
	}
	*value = (float)v;
	return 0;
}

int field_bool(const struct field_source *s, const char *name, bool *value)
{
	const struct json *j = json_get(s->json, name);

	if (!j)
		return 0;
	if (!json_is_bool(j))
		return field_fail(s, name, j, "true or false");
	*value = json_true(j);
	return 0;
}

int field_choice(const struct field_source *s, const char *name,
		 const char *const *choices, int n, int *value)
{
	const struct json *j = json_get(s->json, name);
	const char *text = json_string(j);
	char expected[160] = "";
	size_t used;

	if (!j)
		return 0;
	for (int i = 0; i < n; i++) {
		if (text && strcmp(text, choices[i]) == 0) {
			*value = i;
			return 0;
		}
		used = strlen(expected);
		snprintf(expected + used, sizeof(expected) - used, "%s\"%s\"",
			 i ? " or " : "", choices[i]);
	}
	return field_fail(s, name, j, expected);
}

int field_table(const struct field_source *s, const struct config_field *f,
		size_t n, void *object)
{
	int rc = 0, *value;

	for (size_t i = 0; i < n && rc == 0; i++) {
		value = (int *)((char *)object + f[i].offset);
		*value = f[i].initial;
		rc = field_int(s, f[i].name, f[i].lo, f[i].hi, value);
	}
	return rc;
}

/* What a T5 may be and this one cannot. */
static int check_kind(const struct field_source *s)
{
	const struct json *j = json_get(s->json, "feed_forward_proj");
	const char *ff = json_string(j);
	bool tied = true, both = true;
	int rc, v;

	if (!ff || strcmp(ff, "gated-gelu") != 0)
		return field_fail(s, "feed_forward_proj", j,
				  "\"gated-gelu\", as FLAN-T5 and T5 v1.1 "
				  "have it");
	j = json_get(s->json, "dense_act_fn");
	if (j && (!json_string(j) || strcmp(json_string(j), "gelu_new") != 0))
		return field_fail(s, "dense_act_fn", j, "\"gelu_new\"");
	rc = field_bool(s, "tie_word_embeddings", &tied);
	if (rc == 0 && tied)
		return field_fail(s, "tie_word_embeddings",
				  json_get(s->json, "tie_word_embeddings"),
				  "false; a T5 whose output layer is its "
				  "embedding cannot be used");
	if (rc == 0)
		rc = field_bool(s, "is_encoder_decoder", &both);
	if (rc == 0 && !both)
		return field_fail(s, "is_encoder_decoder",
				  json_get(s->json, "is_encoder_decoder"),
				  "true");
	for (size_t i = 0; i < ARRAY_LEN(fixed) && rc == 0; i++)
		rc = field_int(s, fixed[i].name, fixed[i].value, fixed[i].value,
			       &v);
	return rc;
}

static int read_t5(struct config *c, const struct field_source *s)
{
	int rc = check_kind(s);

	if (rc == 0)
		rc = field_table(s, t5_fields, ARRAY_LEN(t5_fields), c);
	if (rc < 0)
		return rc;
	c->dec_layers = c->enc_layers;
	c->norm_eps = 1e-6f;
	c->dropout = 0.1f;
	rc = field_int(s, "num_decoder_layers", 1, 256, &c->dec_layers);
	if (rc == 0)
		rc = field_float(s, "layer_norm_epsilon", 1e-12, 1e-2,
				 &c->norm_eps);
	if (rc == 0)
		rc = field_float(s, "dropout_rate", 0, 0.9, &c->dropout);
	if (rc == 0 && c->buckets % 2)
		rc = field_fail(
		    s, "relative_attention_num_buckets",
		    json_get(s->json, "relative_attention_num_buckets"),
		    "an even number");
	if (rc == 0 && c->max_distance <= c->buckets / 2)
		rc = field_fail(
		    s, "relative_attention_max_distance",
		    json_get(s->json, "relative_attention_max_distance"),
		    "more than half the number of buckets");
	return rc;
}

/* What a reference checkpoint has without saying so. */
static void set_reference(struct config *c)
{
	c->feat_dim = 512;
	c->max_regions = 36;
	c->visual_layers = 2;
	c->mask_padding = true;
	c->grammar = GRAMMAR_SEL;
	c->vision = (struct vision_config){.arch = VISION_NONE};
}

/* A copy that does not hang on its root. */
static struct json *copy_json(const struct json *j)
{
	char *text = json_print(j);
	struct err ignored;
	struct json *copy = json_parse(text, strlen(text), "copy", &ignored);

	free(text);
	return copy;
}

static int read_umie(struct config *c, const struct field_source *top)
{
	static const char *const grammars[] = {"paper", "sel"};
	const struct json *u = json_get(top->json, "umie");
	struct field_source s = {u, NULL, top->err};
	int rc, grammar = GRAMMAR_PAPER, feat_dim = 0;
	char *what;

	if (!json_is_object(u))
		return field_fail(top, "umie", u, "an object");
	what = xasprintf("%s: umie", top->what);
	s.what = what;
	rc = field_choice(&s, "grammar", grammars, ARRAY_LEN(grammars),
			  &grammar);
	c->grammar = (enum grammar)grammar;
	if (rc == 0)
		rc = field_int(&s, "max_regions", 1, 1024, &c->max_regions);
	if (rc == 0)
		rc = field_int(&s, "visual_layers", 1, 256, &c->visual_layers);
	if (rc == 0)
		rc = field_bool(&s, "mask_padding", &c->mask_padding);
	if (rc == 0)
		rc = config_read_vision(&c->vision, &s);
	if (rc == 0)
		rc = field_int(&s, "feat_dim", 1, 65536, &feat_dim);
	if (rc == 0 && feat_dim && c->vision.arch != VISION_NONE &&
	    feat_dim != vision_feat_dim(&c->vision))
		rc = field_fail(&s, "feat_dim", json_get(u, "feat_dim"),
				"the width of what \"vision\" gives");
	if (feat_dim)
		c->feat_dim = feat_dim;
	else if (c->vision.arch != VISION_NONE)
		c->feat_dim = vision_feat_dim(&c->vision);
	c->has_umie = true;
	c->umie = rc == 0 ? copy_json(u) : NULL;
	free(what);
	return rc;
}

int config_parse(struct config *c, const struct json *j, const char *what,
		 struct err *err)
{
	struct field_source s = {j, what, err};
	int rc;

	*c = (struct config){0};
	if (!json_is_object(j))
		return err_set(err, ERR_CHECKPOINT,
			       "%s: a JSON object was expected", what);
	rc = read_t5(c, &s);
	if (rc < 0)
		return rc;
	set_reference(c);
	rc = field_int(&s, "feat_dim", 1, 65536, &c->feat_dim);
	if (rc == 0 && json_get(j, "umie"))
		rc = read_umie(c, &s);
	if (rc < 0)
		config_release(c);
	return rc;
}

int config_read(struct config *c, const char *path, struct err *err)
{
	struct json *j = json_read(path, CONFIG_MAX, err);
	int rc;

	*c = (struct config){0};
	if (!j)
		return err_recode(err, ERR_CHECKPOINT);
	rc = config_parse(c, j, path, err);
	json_free(j);
	return rc;
}

void config_release(struct config *c)
{
	json_free(c->umie);
	*c = (struct config){0};
}

bool config_preset(struct config *c, const char *size)
{
	static const struct {
		const char *name;
		int d_model, d_kv, d_ff, heads, layers;
	} sizes[] = {
	    {"tiny", 64, 16, 128, 4, 2},
	    {"base", 768, 64, 2048, 12, 12},
	    {"large", 1024, 64, 2816, 16, 24},
	    {"xl", 2048, 64, 5120, 32, 24},
	};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		if (strcmp(sizes[i].name, size) != 0)
			continue;
		*c = (struct config){
		    .vocab = 32102,
		    .d_model = sizes[i].d_model,
		    .d_kv = sizes[i].d_kv,
		    .d_ff = sizes[i].d_ff,
		    .heads = sizes[i].heads,
		    .enc_layers = sizes[i].layers,
		    .dec_layers = sizes[i].layers,
		    .buckets = 32,
		    .max_distance = 128,
		    .norm_eps = 1e-6f,
		    .dropout = 0.1f,
		};
		set_reference(c);
		c->grammar = GRAMMAR_PAPER;
		c->has_umie = true;
		return true;
	}
	return false;
}
