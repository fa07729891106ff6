/*
 * command -- run a shell command and catch what it prints.
 *
 * The command has no terminal: it reads nothing, its errors go into the
 * message, and it lives in a process group of its own.
 */
#ifndef UMIE_IMAGE_COMMAND_H
#define UMIE_IMAGE_COMMAND_H

#include <stddef.h>

struct err;
struct str;

/*
 * Run `command` by /bin/sh with `argument` as $1 and append its standard
 * output to `out`.  ERR_DATA, with the last line of its standard error, when
 * its status is not 0, when it prints more than `limit` bytes, or after
 * `seconds`; in the last two cases its process group is killed.  Any thread.
 */
int command_run(const char *command, const char *argument, int seconds,
		size_t limit, struct str *out, struct err *err);

#endif
