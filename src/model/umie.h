/*
 * umie -- the model: a text encoder, an eye, a gate between them, a decoder.
 *
 *	T = encoder(text)				(B,L,D)
 *	Z = visual transformer(visual embedding)	(B,N,D)
 *	A = feed-forward(T + attention(T over Z))	(B,L,D)
 *	g = leaky(leaky(cos(mean T, mean Z) * e^0.5))	(B)
 *	M = T + g*A					(B,L,D), decoded
 *
 * T depends on the text alone and Z on the picture alone, so both can be kept
 * between calls.  N = 0, or a gate that is off, gives M = T.  Functions that
 * take a tape follow its rules: NULL after a failure, the sentence in
 * tape->err.  Padding is left out of everything unless the checkpoint's
 * config asks for the reference's behaviour (mask_padding false).
 */
#ifndef UMIE_MODEL_UMIE_H
#define UMIE_MODEL_UMIE_H

#include <stdint.h>

#include "src/checkpoint/config.h"
#include "src/model/params.h"
#include "src/model/t5.h"

enum { T5_PAD = 0, T5_EOS = 1, T5_START = 0 };
enum { LABEL_IGNORED = -100 };

struct visual_embedding {
	struct tensor *feat, *feat_bias; /* (D,feat_dim), (D) */
	struct tensor *feat_norm;        /* (D) */
	struct tensor *pos, *pos_bias;   /* (D,5), (D) */
	struct tensor *pos_norm;         /* (D) */
	struct tensor *image_order;      /* (2,D); row 0 is used */
};

struct gate {
	struct t5_attention attention; /* queries: text; keys: regions */
	struct t5_ff ff;
	struct tensor *text_1, *text_2;     /* (384,D), (128,384) */
	struct tensor *visual_1, *visual_2; /* the same */
};

struct umie {
	struct config config; /* `umie` inside is borrowed */
	struct t5_shape shape;
	struct tensor *shared;  /* (V,D); object order from its end */
	struct tensor *lm_head; /* (V,D) */
	struct t5_stack encoder, decoder, visual;
	struct visual_embedding embedding;
	struct gate gate;
};

/* Register every name of a model of this shape. */
void umie_init(struct umie *m, const struct config *c, struct params *p);
void umie_release(struct umie *m);

/*
 * A head start for a model that begins with random numbers, whose answers are
 * mostly copies of the text.  lm_head = shared/sqrt(D): a word that was never
 * seen in an answer has a row that fits it.  Some heads of the encoder and
 * the decoder prefer the next or the previous word.  Keys of the
 * cross-attention begin as its queries: the decoder looks at the word it has
 * just written.  What the gate adds begins as nothing new (A = T), or the
 * first steps would close the gate against noise, and a closed gate hardly
 * learns.  All of it can be unlearnt; call it between params_init() and
 * placing.
 */
void umie_head_start(struct umie *m);

/* The names that share storage with "shared.weight". */
const struct param_alias *umie_aliases(void);

/*
 * Make config's vocabulary and feature width what the file holds; `changed`
 * (may be NULL) tells whether either differed.  ERR_CHECKPOINT when the file
 * has no embedding at all.
 */
int umie_adopt(struct config *c, const struct weights *w, bool *changed,
	       struct err *err);
/* FLAN-T5 as published: not one tensor of the visual half. */
bool umie_is_plain_t5(const struct weights *w);

/* Everything in between, for golden tests and curious people. */
struct umie_taps {
	struct tensor *text_embeddings, *T;
	struct tensor *vis_feat, *vis_pos, *vis_sum, *Z;
	struct tensor *gate_probs, *Y, *A, *t_mean, *v_mean, *gate_c, *gate;
	struct tensor *M, *dec_final, *logits, *nll;
	struct t5_taps encoder, visual, decoder;
};

/* ids (B,L) i32, mask (B,L) u8 or NULL -> T (B,L,D) */
struct tensor *umie_text(struct tape *t, const struct umie *m,
			 struct tensor *ids, struct tensor *mask,
			 struct umie_taps *taps);

/* feats (B,N,feat_dim), boxes (B,N,5), mask (B,N) or NULL -> Z (B,N,D) */
struct tensor *umie_regions(struct tape *t, const struct umie *m,
			    struct tensor *feats, struct tensor *boxes,
			    struct tensor *mask, struct umie_taps *taps);

/* What the gate says about T and Z, before anything is mixed. */
struct umie_gate {
	struct tensor *A; /* (B,L,D) */
	struct tensor *g; /* (B) */
	struct tensor *c; /* (B): cosine * e^0.5 */
	struct tensor *P; /* (B,H,L,N), when asked for */
};
void umie_gate(struct tape *t, const struct umie *m, struct tensor *T,
	       struct tensor *text_mask, struct tensor *Z,
	       struct tensor *region_mask, bool want_probs,
	       struct umie_gate *out, struct umie_taps *taps);

/*
 * A gate by hand.  Holding the value the model gives itself changes nothing,
 * to the last bit.
 */
enum gate_mode { GATE_OWN, GATE_OFF, GATE_HELD };
struct gate_choice {
	enum gate_mode mode;
	float value; /* GATE_HELD */
};

/*
 * M for `n` choices.  n = B: one for each example.  B = 1: as many as wished
 * (a sweep), all over the same T and A.  gate NULL: there is no picture.
 * In a batch where some have none, theirs must be off.  `used` (n, may be
 * NULL) gets the gate of each row.
 */
struct tensor *umie_mix(struct tape *t, struct tensor *T,
			const struct umie_gate *gate,
			const struct gate_choice *choice, int n, float *used);

/* M (B,L,D), its text mask or NULL, input ids (B,M) -> logits (B,M,V) */
struct tensor *umie_logits(struct tape *t, const struct umie *m,
			   struct tensor *M, struct tensor *mask,
			   struct tensor *ids, struct umie_taps *taps);

/* Cosine of a scaled one. */
float umie_cosine(float c);

/* A batch on the host, padded to the longest; arrays are borrowed. */
struct umie_batch {
	int B, L, N, M;
	const int32_t *ids;         /* (B,L) */
	const uint8_t *text_mask;   /* (B,L), NULL: all real */
	const float *feats;         /* (B,N,feat_dim) */
	const float *boxes;         /* (B,N,4): x1 y1 x2 y2, 0…1 */
	const uint8_t *region_mask; /* (B,N), NULL: all real */
	const int32_t *labels;      /* (B,M), LABEL_IGNORED after the end */
	/* The features when they are on the tape already (a backbone that is
	 * trained too); `feats` is not read then. */
	struct tensor *feats_on_tape;
};

/* Check ids, labels and sizes against the model; ERR_DATA. */
int umie_check(const struct umie *m, const struct umie_batch *b,
	       struct err *err);

/* The batch's parts on the tape; masks are NULL when nothing is padded. */
struct umie_inputs {
	struct tensor *ids, *text_mask;             /* (B,L) */
	struct tensor *feats, *boxes, *region_mask; /* boxes (B,N,5) */
	struct tensor *dec_ids, *labels;            /* (B,M) */
};
void umie_upload(struct tape *t, const struct umie_batch *b, int feat_dim,
		 struct umie_inputs *in);

/* T, Z and the gate as the model has it: M (B,L,D). */
struct tensor *umie_memory(struct tape *t, const struct umie *m,
			   const struct umie_inputs *in,
			   struct umie_taps *taps);

/* Real entries of row b of a mask (rows,n); all n when it is NULL. */
int umie_real(const uint8_t *mask, int b, int n);

/*
 * The first steps of a model that begins with nothing (gate-lesson.c): the
 * gate of examples with a picture is held at `hold`, and
 * pull * mean (c - hold)^2 is added to the loss.
 */
struct gate_lesson {
	float hold, pull;
};

/* As umie_memory(), held; *away: the mean square (1,1), NULL without pictures.
 */
struct tensor *umie_held_memory(struct tape *t, const struct umie *m,
				const struct umie_inputs *in,
				const struct umie_batch *b, float hold,
				struct umie_taps *taps, struct tensor **away);
/* loss + pull * away; loss itself where away is NULL. */
struct tensor *umie_with_pull(struct tape *t, struct tensor *loss,
			      struct tensor *away, float pull);

/*
 * Mean label-smoothed cross-entropy of the answers, teacher-forced.  Record
 * the tape and call tape_backward() on it for gradients.  lesson: NULL when
 * the gate is the model's own.
 */
struct tensor *umie_loss(struct tape *t, const struct umie *m,
			 const struct umie_batch *b, float smoothing,
			 const struct gate_lesson *lesson,
			 struct umie_taps *taps);

#endif
