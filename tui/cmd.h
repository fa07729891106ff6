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

#include "tui/kind.h"

struct app;
struct err;
struct settings;
struct str;

/* An option of a command; the list ends with a NULL name. */
struct option {
	const char *name; /* without the dashes */
	char letter;      /* or 0 */
	const char *arg;  /* "FILE"; NULL: a switch */
	const char *help; /* one clause */
	/* of its value; WORDS: as `arg` names it (kind.h) */
	enum arg_kind kind;
};

enum {
	CMD_BATCH = 1,   /* as `umie NAME …` */
	CMD_LIVE = 2,    /* at the prompt, in scripts and line mode */
	CMD_MODEL = 4,   /* wants an open checkpoint */
	CMD_FILES = 8,   /* a replay shows what it did and does not do it */
	CMD_EDIT = 16,   /* changes what is asked; scripts gather such lines */
	CMD_RC = 32,     /* may stand in an rc file */
	CMD_SCREEN = 64, /* only on the full screen */
};

enum { OPTIONS_MAX = 40, ARGS_MAX = 64, KINDS_MAX = 4 };

/* A command line taken apart; strings are borrowed from argv. */
struct args {
	const struct cmd *cmd;
	const struct settings *settings; /* for options not given; or NULL */
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
	/* of the arguments, where the usage does not say it (kind.h) */
	enum arg_kind kinds[KINDS_MAX];
	const char *more; /* more sentences for --help; or NULL */
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

/* Parse and run one line of the prompt (the colon may stand there). */
int cmd_run_line(struct app *app, const char *line, struct err *err);

/* The command a line begins with; NULL when it is none of the prompt's. */
const struct cmd *cmd_of_line(const char *line);

/* Kind and usage of argument number n (from 0); "" behind the last; the
 * caller's to free(). */
char *args_place(const struct cmd *c, int n, enum arg_kind *kind);
/* The same for the value of an option. */
enum arg_kind option_kind(const struct option *o);

/* "usage: umie NAME …" with its options. */
void cmd_usage(const struct cmd *c, struct str *out);
/* Every command of these flags, a line each. */
void cmd_list(unsigned flags, struct str *out);
/* The same for those whose name, usage, options or help contain `word`. */
void cmd_apropos(const char *word, struct str *out);

#endif
