/*
 * marks -- where results stand in the text that is shown; pure.
 */
#ifndef UMIE_TUI_MARKS_H
#define UMIE_TUI_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct adjust;
struct extraction;
struct session_example;

struct mark {
	int32_t start, end; /* code points of the text that is shown */
	int number;         /* of the result, from 1; 0: a new one */
	const char *label;  /* borrowed from the extraction */
	const char *ink_of; /* label that chooses the colour; borrowed */
	bool selected;
};

struct marks {
	struct mark *m; /* owned; in order of start */
	size_t n, cap;
};

/*
 * Marks of `x` in `text`, which may have been edited since: what stands
 * wholly before or behind the edit keeps its mark.  Of relations, only the
 * selected one's head and tail.
 */
void marks_of(struct marks *out, const struct extraction *x, int selected,
	      const char *text);
/*
 * The same for the items of an example, the rejected ones apart; `row` is
 * selected, `a` is what is being set.
 */
void marks_of_items(struct marks *out, const struct session_example *e, int row,
		    const struct adjust *a, const char *text);
void marks_release(struct marks *m);

#endif
