/*
 * small_model -- a model of odd sizes with random weights, and a batch of
 * three examples for it, for tests that hold whatever the weights are.
 */
#ifndef UMIE_TESTS_SMALL_MODEL_H
#define UMIE_TESTS_SMALL_MODEL_H

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/model/decode.h"

enum { V = 61, FEAT = 12, L = 9, N = 4, B = 3, LONGEST = 14 };

/* Odd sizes, and an inner width that is not D. */
static const struct config small = {
    .vocab = V,
    .d_model = 24,
    .d_kv = 5,
    .d_ff = 40,
    .heads = 3,
    .enc_layers = 2,
    .dec_layers = 2,
    .visual_layers = 2,
    .buckets = 32,
    .max_distance = 128,
    .norm_eps = 1e-6f,
    .feat_dim = FEAT,
    .max_regions = 36,
    .mask_padding = true,
};

struct world {
	struct backend *be;
	struct params params;
	struct umie m;
	struct generator d;
	struct tape t;
	struct arena memory;
};

/* On a backend that the world then owns; released in either case. */
static inline int world_open_on(struct world *w, struct backend *be, bool train,
				struct err *err)
{
	int rc;

	*w = (struct world){.be = be};
	umie_init(&w->m, &small, &w->params);
	params_init(&w->params, 7);
	rc = train ? params_train(&w->params, be, err)
		   : params_place(&w->params, be, err);
	generator_init(&w->d, &w->m, be);
	tape_init(&w->t, be);
	return rc;
}

static inline void world_open(struct world *w, int threads, bool train)
{
	struct cpu_options o = {.threads = threads};
	struct err err = {0};
	struct backend *be = cpu_backend_open(&o, &err);

	if (!be || world_open_on(w, be, train, &err) < 0)
		bug("%s", err.text);
}

static inline void world_release(struct world *w)
{
	generator_release(&w->d);
	tape_release(&w->t);
	arena_release(&w->memory);
	umie_release(&w->m);
	params_release(&w->params);
	w->be->close(w->be);
}

/* Three examples of different sizes; the last has no picture. */
struct inputs {
	int32_t ids[B * L], labels[B * 4];
	uint8_t text[B * L], region[B * N];
	float feats[B * N * FEAT], boxes[B * N * 4];
};
static const int lengths[B] = {9, 4, 6}, regions[B] = {4, 2, 0};

static inline void inputs_make(struct inputs *in)
{
	struct rng_key key = {.seed = 3};

	memset(in, 0, sizeof(*in));
	for (int b = 0; b < B; b++) {
		for (int i = 0; i < lengths[b]; i++) {
			in->text[b * L + i] = 1;
			in->ids[b * L + i] =
			    3 + (int32_t)rng_below(&key, (uint64_t)(b * L + i),
						   V - 3);
		}
		memset(in->region + b * N, 1, (size_t)regions[b]);
		for (int i = 0; i < regions[b] * FEAT; i++)
			in->feats[b * N * FEAT + i] =
			    rng_normal(&key, (uint64_t)(1000 + b * 100 + i));
		for (int i = 0; i < regions[b] * 4; i++)
			in->boxes[b * N * 4 + i] = 0.1f * (float)i;
		for (int i = 0; i < 4; i++)
			in->labels[b * 4 + i] =
			    i > b + 1 ? LABEL_IGNORED : 5 + b + i;
	}
}

static inline struct umie_batch whole(const struct inputs *in)
{
	return (struct umie_batch){
	    .B = B,
	    .L = L,
	    .N = N,
	    .ids = in->ids,
	    .text_mask = in->text,
	    .feats = in->feats,
	    .boxes = in->boxes,
	    .region_mask = in->region,
	};
}

static inline struct umie_batch alone(const struct inputs *in, int b)
{
	return (struct umie_batch){
	    .B = 1,
	    .L = lengths[b],
	    .N = regions[b],
	    .ids = in->ids + b * L,
	    .feats = in->feats + b * N * FEAT,
	    .boxes = in->boxes + b * N * 4,
	};
}

static inline void encode(struct world *w, const struct umie_batch *b,
			  struct umie_inputs *in, struct tensor **M)
{
	tape_reset(&w->t);
	umie_upload(&w->t, b, FEAT, in);
	*M = umie_memory(&w->t, &w->m, in, NULL);
}

static inline int run(struct world *w, struct tensor *M, struct tensor *mask,
		      int beams, struct decoded *out, struct err *err)
{
	struct decode_options o = {
	    .max_length = LONGEST, .beams = beams, .attention = true};

	return generator_run(&w->d, M, mask, &o, &w->memory, out, err);
}

/*
 * A toy constraint: after n ids, one of them that leaves n when divided by
 * three, and the end after every second of the others.
 */
static inline void toy_next(const void *context, const int32_t *ids, int n,
			    uint8_t *may, int vocab)
{
	(void)context;
	(void)ids;
	for (int i = 2; i < vocab; i++)
		may[i] = i % 3 == n % 3;
	may[T5_EOS] = n % 2 == 1;
}

static inline bool toy_whole(const void *context, const int32_t *ids, int n)
{
	(void)context;
	(void)ids;
	return n % 2 == 1;
}

static const struct constraint toy[B] = {{toy_next, toy_whole, NULL},
					 {toy_next, toy_whole, NULL},
					 {toy_next, toy_whole, NULL}};

static inline int run_toy(struct world *w, struct tensor *M,
			  struct tensor *mask, int longest, int beams,
			  struct decoded *out, struct err *err)
{
	struct decode_options o = {.max_length = longest,
				   .beams = beams,
				   .attention = beams == 1,
				   .constraint = toy};

	return generator_run(&w->d, M, mask, &o, &w->memory, out, err);
}

static inline bool same_ids(const struct hypothesis *a,
			    const struct hypothesis *b)
{
	return a->n == b->n &&
	       memcmp(a->ids, b->ids, (size_t)a->n * sizeof(*a->ids)) == 0;
}

#endif
