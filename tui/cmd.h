/*
 * cmd -- the command table: one row per command, for every face.
 *
 * The same rows serve `umie NAME …`, the prompt (`:NAME …`), scripts, line
 * mode, help and the man page.  A command changes the app or prints through
 * app_say(); it never draws.
 */
#ifndef UMIE_TUI_CMD_H
#define UMIE_TUI_CMD_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct err;
struct str;

/* An option of a command; the list ends with a NULL name. */
struct option {
	const char *name; /* without the dashes */
	char letter;      /* or 0 */
	const char *arg;  /* "FILE"; NULL: a switch */
	const char *help; /* one clause */
};

enum {
	CMD_BATCH = 1, /* as `umie NAME …` */
	CMD_LIVE = 2,  /* at the prompt, in scripts and line mode */
	CMD_MODEL = 4, /* wants an open checkpoint */
	CMD_FILES = 8, /* a replay shows what it did and does not do it */
};

enum { OPTIONS_MAX = 32, ARGS_MAX = 64 };

/* A command line taken apart; strings are borrowed from argv. */
struct args {
	const struct cmd *cmd;
	/* the last value of each option of the row; "" for a switch */
	const char *value[OPTIONS_MAX];
	/* every value of options that may be given more than once, in order */
	const char *many[ARGS_MAX];
	int many_option[ARGS_MAX], n_many;
	const char *pos[ARGS_MAX]; /* the other arguments */
	int n_pos;
};

struct cmd {
	const char *name, *alias;     /* alias: NULL, or the short form */
	const char *args;             /* "[TEXT|-]" */
	const struct option *options; /* NULL: none */
	unsigned flags;
	int min_pos, max_pos;
	/* Everything after the name is one argument, spaces included. */
	bool raw;
	const char *help; /* one sentence */
	int (*exec)(struct app *app, const struct args *a, struct err *err);
};

extern const struct cmd *const COMMANDS[]; /* ends with NULL */

/* By name or alias, never by prefix; NULL when there is none. */
const struct cmd *cmd_find(const char *name, unsigned flags);

/* argv[0] is the command's name.  ERR_USAGE names the argument. */
int cmd_parse(const struct cmd *c, int argc, char **argv, struct args *a,
	      struct err *err);

/* Value of option `name` (a row's option), or NULL. */
const char *args_get(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *name);
/* Whole number or number within lo … hi; `fallback` when not given. */
int args_int(const struct args *a, const char *name, long lo, long hi,
	     long fallback, long *out, struct err *err);
int args_number(const struct args *a, const char *name, double lo, double hi,
		double fallback, double *out, struct err *err);

/* Parse and run one line of the prompt (without the colon). */
int cmd_run_line(struct app *app, const char *line, struct err *err);

/* "usage: umie NAME …" with its options. */
void cmd_usage(const struct cmd *c, struct str *out);
/* Every command of these flags, a line each. */
void cmd_list(unsigned flags, struct str *out);

#endif
