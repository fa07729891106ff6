/*
 * view -- what the model sees of one picture: regions, features, Z.
 *
 * Made once for a picture with its boxes and kept: in memory here, features
 * also on disk (src/image/cache).  The engine's thread.
 */
#ifndef UMIE_ENGINE_VIEW_H
#define UMIE_ENGINE_VIEW_H

#include "src/engine/extract.h"
#include "src/tensor/tape.h"

struct view {
	char *key;                     /* owned: picture, boxes */
	int w, h;                      /* of the picture */
	struct regions regions;        /* pixels; row 0 the whole picture */
	float box[REGIONS_MAX + 1][4]; /* relative */
	uint64_t hidden;               /* bit k: region k is masked out */
	float *feats;                  /* (N,feat_dim); owned; NULL when
					  another view has them */
	float *Z;                      /* (N,D), on the host; owned */
	uint64_t used;                 /* for the least recently used */
	double image_ms, vision_ms;    /* what making it took */
};

struct views;

struct views *views_new(struct bundle *b, struct decoder *d,
			struct feature_cache *features,
			const atomic_bool *cancel);
void views_free(struct views *v);

/*
 * The view of a request's picture; borrowed, valid until the next call but
 * VIEWS-1 later ones.  *fresh tells whether it was made now.  Uses `t`, which
 * is reset.
 */
enum { VIEWS = 40 };
int views_get(struct views *v, struct tape *t, const struct extract_request *r,
	      const struct view **out, bool *fresh, struct err *err);

#endif
