/*
 * signals -- a pipe for those the loop acts on, a last word for the others.
 *
 * SIGWINCH, SIGTERM, SIGHUP, SIGINT and SIGTSTP become bytes that poll() sees.
 * SIGSEGV, SIGABRT, SIGBUS, their like and SIGQUIT put the terminal back first,
 * then have their usual effect.
 */
#ifndef UMIE_TUI_SIGNALS_H
#define UMIE_TUI_SIGNALS_H

#include <termios.h>

struct err;

/*
 * From now on.  `tty` and its modes `was` are what a crash restores; `err_fd`
 * is where it may speak, `log_fd` a pipe whose content it passes on (what was
 * written to standard error; -1: none).
 */
int signals_start(int tty, const struct termios *was, int err_fd, int log_fd,
		  struct err *err);
void signals_stop(void);
/* The program is ending because of one: from now on, stopped or not, others of
 * their kind (SIGHUP, SIGTERM, SIGINT) no longer disturb it. */
void signals_last(void);

/* Readable when a signal came. */
int signals_fd(void);
/* The next signal, each kind once; 0: no more. */
int signals_next(void);

/*
 * What a crash would have done: modes, alternate screen, cursor, colours and
 * line editing of the terminal that standard output is.  ERR_FAILED when it
 * is none.
 */
int signals_reset_terminal(struct err *err);

/* Stop the whole process group, as C-z does; returns when continued. */
void signals_suspend(void);

#endif
