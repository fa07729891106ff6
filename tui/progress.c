#include "tui/progress.h"

#include <unistd.h>

#include "src/base/mem.h"
#include "src/engine/clock.h"

enum { EVERY = 100 }; /* ms */

void progress_begin(struct progress_bar *p, FILE *to, size_t first,
		    size_t total)
{
	*p = (struct progress_bar){.to = to,
				   .tty = isatty(fileno(to)),
				   .begun = clock_ms(),
				   .first = first,
				   .total = total};
}

const char *progress_time(double seconds, char *out)
{
	long s = (long)(seconds + 0.5);

	if (s < 100)
		snprintf(out, 32, "%ld s", s);
	else if (s < 3600)
		snprintf(out, 32, "%ld min", (s + 30) / 60);
	else
		snprintf(out, 32, "%ld h %ld min", s / 3600, s % 3600 / 60);
	return out;
}

void progress_show(struct progress_bar *p, size_t done)
{
	double now = clock_ms(), seconds = (now - p->begun) / 1e3, rate;
	char left[32];
	int n;

	if (!p->tty || (now - p->shown < EVERY && done < p->total))
		return;
	p->shown = now;
	n = fprintf(p->to, "\r%zu of %zu", done, p->total) - 1;
	if (done > p->first && seconds > 0.5) {
		rate = (double)(done - p->first) / seconds;
		n += fprintf(
		    p->to, ", %.1f/s, %s left", rate,
		    progress_time((double)(p->total - done) / rate, left));
	}
	/* blanks over what was longer: no escape sequence */
	fprintf(p->to, "%*s", MAX(p->width - n, 0), "");
	p->width = n;
	fflush(p->to);
}

void progress_end(struct progress_bar *p)
{
	if (p->tty && p->width)
		fprintf(p->to, "\r%*s\r", p->width, "");
	p->width = 0;
}
