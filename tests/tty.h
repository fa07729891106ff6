/*
 * tty -- a program in a pseudo terminal, under a shell of its own.
 */
#ifndef UMIE_TESTS_TTY_H
#define UMIE_TESTS_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	PATIENCE = 60000, /* ms until silence counts as hanging */
	TAIL = 4096,      /* bytes of output that are kept */
	QUIET = 4,        /* ms without output: it has drawn */
};

struct tty {
	int master, reports;
	pid_t shell, program;
	char tail[TAIL + 1]; /* the newest output */
	size_t n_tail;
	size_t output; /* bytes ever */
	int starts, stops, bad_modes, bad_ends;
	int last_status;
	bool ended; /* it was not started again */
};

double now_ms(void);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tty_start(struct tty *t, int w, int h, bool again, char **argv);
/* Take what there is within `ms`; false when nothing came. */
bool tty_read(struct tty *t, int ms);
/* Everything goes in, however slowly it is read; false: nobody reads. */
bool tty_write(struct tty *t, const char *s, size_t n);
bool tty_type(struct tty *t, const char *s);
/* Until `what` has been shown; false: it never was. */
bool tty_wait(struct tty *t, const char *what);
/* Until nothing has come for `ms`; when the last of it came. */
double tty_settle(struct tty *t, int ms);
void tty_resize(struct tty *t, int w, int h);

#endif
