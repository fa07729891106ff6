/*
 * pager -- long texts, a screenful at a time when somebody looks.
 */
#ifndef UMIE_TUI_PAGER_H
#define UMIE_TUI_PAGER_H

struct err;

/*
 * Print `text` on standard output: through `command` (NULL or "": $PAGER, or
 * else more) when that is a terminal which can do more than append and has
 * fewer rows.
 */
int pager_show(const char *text, const char *command, struct err *err);

#endif
