/*
 * progress -- a file with a line for each example that is done.
 *
 * The first line says what is computed, with digests of model, data and plan.
 * A run that was killed goes on behind the last whole line; a file of another
 * run is refused.  The figures are made from the lines alone, so it does not
 * matter how often a run was interrupted.
 */
#ifndef UMIE_PROBE_PROGRESS_H
#define UMIE_PROBE_PROGRESS_H

struct err;
struct json;

struct progress {
	int fd;     /* -1: no file */
	char *path; /* owned */
};

typedef int progress_take(void *context, const struct json *line,
			  struct err *err);

/*
 * path NULL: keep nothing.  progress_close() it, also after an error.  Every
 * line that is there goes to `take`. ERR_DATA when the file belongs to another
 * run, ERR_FAILED when another process writes it.
 */
int progress_open(struct progress *p, const char *path,
		  const struct json *header, progress_take *take, void *context,
		  struct err *err);
/* One more line, to the file and to `take`. */
int progress_add(struct progress *p, const struct json *line,
		 progress_take *take, void *context, struct err *err);
void progress_close(struct progress *p);

#endif
