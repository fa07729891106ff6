/*
 * progress -- how far a long command is, on a terminal only.
 */
#ifndef UMIE_TUI_PROGRESS_H
#define UMIE_TUI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct progress_bar {
	FILE *to;
	bool tty;
	double begun, shown; /* ms */
	size_t first, total; /* those before `first` took no time */
	int width;           /* of the line on the screen */
};

void progress_begin(struct progress_bar *p, FILE *to, size_t first,
		    size_t total);
/* "12 of 300, 1.2/s, 4 min left", over the line before; at most 10 a second. */
void progress_show(struct progress_bar *p, size_t done);
/* Take the line away: a message may follow. */
void progress_end(struct progress_bar *p);

/* "45 s", "12 min", "1 h 34 min"; `out` has room for 32 bytes. */
const char *progress_time(double seconds, char *out);

#endif
