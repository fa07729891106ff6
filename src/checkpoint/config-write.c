#include "src/checkpoint/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/config-field.h"

int float_digits(float v)
{
	enum { ENOUGH = 9 };
	char text[40];

	for (int digits = 1; digits < ENOUGH; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, (double)v);
		if (strtof(text, NULL) == v)
			return digits;
	}
	return ENOUGH;
}

static void put_float(struct json *j, const char *name, float v)
{
	json_put_number(j, name, (double)v, float_digits(v));
}

static void put_t5(struct json *j, const struct config *c)
{
	json_put_string(j, "model_type", "t5");
	json_put_int(j, "vocab_size", c->vocab);
	json_put_int(j, "d_model", c->d_model);
	json_put_int(j, "d_kv", c->d_kv);
	json_put_int(j, "d_ff", c->d_ff);
	json_put_int(j, "num_layers", c->enc_layers);
	json_put_int(j, "num_decoder_layers", c->dec_layers);
	json_put_int(j, "num_heads", c->heads);
	json_put_int(j, "relative_attention_num_buckets", c->buckets);
	json_put_int(j, "relative_attention_max_distance", c->max_distance);
	put_float(j, "layer_norm_epsilon", c->norm_eps);
	put_float(j, "dropout_rate", c->dropout);
	json_put_string(j, "feed_forward_proj", "gated-gelu");
	json_put_bool(j, "tie_word_embeddings", false);
	json_put_bool(j, "is_encoder_decoder", true);
	json_put_int(j, "pad_token_id", 0);
	json_put_int(j, "eos_token_id", 1);
	json_put_int(j, "decoder_start_token_id", 0);
	json_put_int(j, "feat_dim", c->feat_dim);
}

/* Members of the object as read that are not fields of struct config. */
static void put_rest(struct json *umie, const struct json *rest)
{
	const struct json *m;
	struct err ignored;
	char *text;

	for (m = json_first(rest); m; m = json_next(m)) {
		if (json_get(umie, json_key(m)) ||
		    strcmp(json_key(m), "vision") == 0)
			continue;
		text = json_print(m);
		json_put(umie, json_key(m),
			 json_parse(text, strlen(text), "copy", &ignored));
		free(text);
	}
}

struct json *config_to_json(const struct config *c)
{
	struct json *j = json_new_object(), *umie, *vision;

	put_t5(j, c);
	if (!c->has_umie)
		return j;
	umie = json_new_object();
	json_put_string(umie, "grammar",
			c->grammar == GRAMMAR_PAPER ? "paper" : "sel");
	json_put_int(umie, "feat_dim", c->feat_dim);
	json_put_int(umie, "max_regions", c->max_regions);
	json_put_int(umie, "visual_layers", c->visual_layers);
	json_put_bool(umie, "mask_padding", c->mask_padding);
	vision = config_vision_json(&c->vision);
	if (vision)
		json_put(umie, "vision", vision);
	put_rest(umie, c->umie);
	json_put(j, "umie", umie);
	return j;
}
