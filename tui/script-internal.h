/*
 * script-internal -- what scripts in line mode and on the screen share.
 */
#ifndef UMIE_TUI_SCRIPT_INTERNAL_H
#define UMIE_TUI_SCRIPT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct cmd;
struct err;

enum { SCRIPT_MAX = 16 << 20 }; /* bytes */

/* It changes or shows only what is asked; `gate` alone shows a result. */
bool script_is_edit(const struct cmd *c, const char *line);

/* ERR_DATA, with file and line: a NUL byte. */
int script_check(const char *text, size_t n, const char *name, struct err *err);

#endif
