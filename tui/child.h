/*
 * child -- run a command of the shell and wait for it.
 *
 * The terminal is the child's meanwhile: on the full screen, app_terminal()
 * comes first.  Ctrl-C reaches the child, not umie; Ctrl-Z stops both, and fg
 * continues both.  So does a stop of the child alone: of the shell, or of the
 * program that took its place (exec).
 */
#ifndef UMIE_TUI_CHILD_H
#define UMIE_TUI_CHILD_H

#include <stddef.h>

struct err;
struct str;

/*
 * `sh -c command` with n bytes on its standard input; input NULL: it shares
 * ours.  Returns its exit status, 128 + n after a signal; a negative code when
 * it could not be started.
 */
int child_run(const char *command, const char *input, size_t n,
	      struct err *err);

/* Append `s` as one word of the shell. */
void child_quote(const char *s, struct str *out);

#endif
