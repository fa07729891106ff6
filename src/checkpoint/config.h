/*
 * config -- config.json: HF T5 fields and the object "umie".
 *
 * Every number has a range; what is outside is ERR_CHECKPOINT naming file,
 * field, value and range.  Missing fields get the defaults of T5Config.
 */
#ifndef UMIE_CHECKPOINT_CONFIG_H
#define UMIE_CHECKPOINT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;

enum grammar { GRAMMAR_PAPER, GRAMMAR_SEL };

enum vision_arch {
	VISION_NONE,       /* features are supplied */
	VISION_RESNET,     /* explicit layers, width, stem, pool */
	VISION_RESNET101,  /* as in torchvision */
	VISION_CLIP_RN101, /* CLIP's modified ResNet with attention pool */
};

struct vision_config {
	enum vision_arch arch;
	int layers[4]; /* bottleneck blocks of each stage */
	int width;     /* channels of the first stage before expansion by 4 */
	bool clip;     /* CLIP layout: three-convolution stem, average pools */
	int heads;     /* of CLIP's attention pool */
	int out_dim;   /* of CLIP's attention pool */
	int image_size;
	float mean[3], std[3];
	bool posemb; /* CLIP: use the stored positional embedding */
};

struct config {
	int vocab; /* V */
	int d_model, d_kv, d_ff, heads;
	int enc_layers, dec_layers, visual_layers;
	int buckets, max_distance;
	float norm_eps, dropout;
	int feat_dim, max_regions;
	bool mask_padding;
	bool has_umie; /* the object "umie" was there */
	enum grammar grammar;
	struct vision_config vision;
	/* trained instructions by task name, and how it was trained: the
	 * object "umie" as read, for those who know more; NULL without one */
	struct json *umie; /* owned */
};

int config_read(struct config *c, const char *path, struct err *err);
int config_parse(struct config *c, const struct json *j, const char *what,
		 struct err *err);
void config_release(struct config *c);

/* "base", "large", "xl", "tiny"; false when unknown. */
bool config_preset(struct config *c, const char *size);

/* The file's JSON, "umie" object included; caller's to json_free(). */
struct json *config_to_json(const struct config *c);

/* Feature width of the backbone: width*32 (pooled) or out_dim. */
int vision_feat_dim(const struct vision_config *v);

#endif
