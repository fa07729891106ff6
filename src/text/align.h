/*
 * align -- where does a string the model wrote stand in the text?
 *
 * Offsets are Unicode code points, end-exclusive, of the text as given.
 */
#ifndef UMIE_TEXT_ALIGN_H
#define UMIE_TEXT_ALIGN_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/place.h"

/* name in JSON, mark on the screen, meaning */
#define FITS(_)                                                           \
	_(EXACT, exact, "=", "stands in the text once")                   \
	_(REPEATED, repeated, "=2", "stands in the text more than once")  \
	_(NEAR, near, "~", "differs in case, spacing or unknown letters") \
	_(ABSENT, absent, "!", "does not stand in the text")

enum fit {
#define FIT_ENUM(upper, lower, mark, text) FIT_##upper,
	FITS(FIT_ENUM)
#undef FIT_ENUM
};

struct alignment {
	enum fit fit;
	struct place *place; /* owned; all places, in order of the text */
	size_t n;            /* 0 when absent */
};

/*
 * Look for `needle` in `text` (valid UTF-8).  A match starts and ends at word
 * boundaries where one exists; else anywhere.  NEAR: equal after folding case
 * (simple folding), squeezing white space, removing spaces around
 * punctuation, and letting "<unk>" stand for any run of one or more
 * characters (up to 64 inside of the needle) without white space.  A needle
 * of "<unk>" alone stands for characters outside ASCII.
 */
void align(const char *text, size_t text_n, const char *needle, size_t needle_n,
	   struct alignment *out);
void alignment_release(struct alignment *a);

const char *fit_name(enum fit f); /* "exact" … */
const char *fit_mark(enum fit f);

#endif
