#include "examples/pictograms/corpus.h"

#include <stdlib.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/texts.h"
#include "examples/pictograms/writer.h"
#include "src/base/err.h"
#include "src/base/mem.h"

static const struct {
	const char *name;
	float fresh;
} splits[SPLIT_COUNT] = {
#define SPLIT_ROW(upper, name, fresh) {name, fresh},
    SPLITS(SPLIT_ROW)
#undef SPLIT_ROW
};

/* One throw of the dice: a text with all its pictures. */
static int write_text(struct writer *w, struct dice *d, float fresh,
		      struct err *err)
{
	struct group g[2] = {0};
	int rc, which = dice_below(d, 10);

	if (which < 4)
		group_entities(&g[0], d, fresh);
	else if (which < 7)
		group_relation(&g[0], d, fresh);
	else
		group_event(&g[0], &g[1], d, fresh);
	group_reword(&g[0], d);
	group_reword(&g[1], d);
	rc = writer_put(w, &g[0], err);
	if (!rc && g[1].n)
		rc = writer_put(w, &g[1], err);
	group_release(&g[0]);
	group_release(&g[1]);
	return rc;
}

static int write_split(const struct corpus_options *o, enum split s,
		       struct err *err)
{
	char *file = xasprintf("%s.jsonl", splits[s].name);
	struct writer w;
	int rc = writer_open(&w, o->dir, splits[s].name, file, err);

	w.wanted = o->examples[s];
	for (uint64_t i = 0; !rc && w.written < w.wanted; i++) {
		struct dice d =
		    dice_new(rng_mix(rng_mix(o->seed, (uint64_t)s), i));

		rc = write_text(&w, &d, splits[s].fresh, err);
	}
	free(file);
	return writer_close(&w, rc, err);
}

int corpus_write(const struct corpus_options *o, struct err *err)
{
	int rc = 0;

	for (int s = 0; !rc && s < SPLIT_COUNT; s++)
		rc = write_split(o, (enum split)s, err);
	return rc;
}
