/*
 * call -- work of another room that runs where the model is, in slices.
 *
 * The engine's thread does one slice after the other; whatever is short and
 * waits, above all a live extraction, runs between two of them.  A batch
 * command does the same slices without a thread (call_run()).
 */
#ifndef UMIE_ENGINE_CALL_H
#define UMIE_ENGINE_CALL_H

#include <stdatomic.h>

struct backend;
struct decoder;
struct err;
struct extractor;
struct feature_cache;

/* What a slice may use; all borrowed. */
struct call_site {
	struct extractor *extractor;
	struct backend *be;
	struct decoder *decoder;
	struct feature_cache *features;
	const atomic_bool *cancel; /* may be NULL */
};

/* The first member of what its maker makes. */
struct call {
	/*
	 * One batch through the model, or a few: 1 when there is more to do, 0
	 * when done, or the negative code of *err.  *news, NULL before, may be
	 * set to something that goes to the caller.
	 */
	int (*slice)(struct call *c, const struct call_site *at, void **news,
		     struct err *err);
	void (*free)(struct call *c);
	void (*free_news)(void *news);
};

void call_free(struct call *c);

/*
 * All slices, here and now; takes c.  `tell` gets each piece of news, which is
 * then its own; `last` tells that it is the final one.
 */
int call_run(struct call *c, const struct call_site *at,
	     void (*tell)(void *context, void *news, int last), void *context,
	     struct err *err);

#endif
