#include "tui/cmd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/words.h"

#define COMMAND_ROW(name) &cmd_##name,
const struct cmd *const COMMANDS[] = {COMMAND_LIST(COMMAND_ROW) NULL};

const struct cmd *cmd_find(const char *name, unsigned flags)
{
	for (size_t i = 0; COMMANDS[i]; i++) {
		const struct cmd *c = COMMANDS[i];

		if ((c->flags & flags) == 0)
			continue;
		if (strcmp(c->name, name) == 0 ||
		    (c->alias && strcmp(c->alias, name) == 0))
			return c;
	}
	return NULL;
}

/* Row of --name (n bytes) or of a letter; -1 when there is none. */
static int find_option(const struct cmd *c, const char *name, size_t n,
		       char letter)
{
	for (int i = 0; c->options && c->options[i].name; i++) {
		const struct option *o = &c->options[i];

		if (letter
			? o->letter == letter
			: strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return i;
	}
	return -1;
}

static int bad_option(const struct cmd *c, const char *arg, struct err *err)
{
	/* no command was named */
	bool alone = strcmp(c->name, "umie") == 0;

	return err_set(err, ERR_USAGE,
		       "%s: unknown option %s (umie%s%s --help lists them)",
		       c->name, arg, alone ? "" : " ", alone ? "" : c->name);
}

static void keep(struct args *a, int option, const char *value)
{
	a->value[option] = value;
	if (a->n_many < ARGS_MAX) {
		a->many[a->n_many] = value;
		a->many_option[a->n_many++] = option;
	}
}

/* One option at argv[*i]; moves *i over a value of its own. */
static int take_option(const struct cmd *c, int argc, char **argv, int *i,
		       struct args *a, struct err *err)
{
	const char *arg = argv[*i], *value = NULL, *eq;
	int o;

	if (arg[1] == '-') {
		eq = strchr(arg, '=');
		o = find_option(c, arg + 2,
				eq ? (size_t)(eq - arg - 2) : strlen(arg + 2),
				0);
		value = eq ? eq + 1 : NULL;
	} else {
		o = find_option(c, NULL, 0, arg[1]);
		value = arg[2] ? arg + 2 : NULL;
	}
	if (o < 0)
		return bad_option(c, arg, err);
	if (!c->options[o].arg) {
		if (value)
			return err_set(err, ERR_USAGE,
				       "%s: --%s takes no value", c->name,
				       c->options[o].name);
		keep(a, o, "");
		return 0;
	}
	if (!value) {
		if (*i + 1 >= argc)
			return err_set(err, ERR_USAGE,
				       "%s: --%s wants a value (%s)", c->name,
				       c->options[o].name, c->options[o].arg);
		value = argv[++*i];
	}
	keep(a, o, value);
	return 0;
}

int cmd_parse(const struct cmd *c, int argc, char **argv, struct args *a,
	      struct err *err)
{
	bool options = true;
	int rc = 0;

	*a = (struct args){.cmd = c};
	for (int i = 1; i < argc && rc == 0; i++) {
		const char *s = argv[i];

		if (options && strcmp(s, "--") == 0)
			options = false;
		else if (options && s[0] == '-' && s[1] && !c->raw &&
			 !isdigit((unsigned char)s[1]) && s[1] != '.')
			rc = take_option(c, argc, argv, &i, a, err);
		else if (a->n_pos == c->max_pos)
			rc = err_set(err, ERR_USAGE,
				     "%s: one argument too many: %s", c->name,
				     s);
		else
			a->pos[a->n_pos++] = s;
	}
	if (rc == 0 && a->n_pos < c->min_pos)
		rc = err_set(err, ERR_USAGE, "%s: wants %s", c->name, c->args);
	return rc;
}

const char *args_get(const struct args *a, const char *name)
{
	int o = find_option(a->cmd, name, strlen(name), 0);

	if (o < 0)
		bug("%s has no option %s", a->cmd->name, name);
	return a->value[o];
}

bool args_has(const struct args *a, const char *name)
{
	return args_get(a, name) != NULL;
}

int args_number(const struct args *a, const char *name, double lo, double hi,
		double fallback, double *out, struct err *err)
{
	const char *s = args_get(a, name);
	char *end;

	*out = fallback;
	if (!s)
		return 0;
	*out = strtod(s, &end);
	if (end == s || *end || !(*out >= lo && *out <= hi))
		return err_set(err, ERR_USAGE,
			       "%s: --%s %s: a number from %g to %g expected",
			       a->cmd->name, name, s, lo, hi);
	return 0;
}

int args_int(const struct args *a, const char *name, long lo, long hi,
	     long fallback, long *out, struct err *err)
{
	const char *s = args_get(a, name);
	char *end;

	*out = fallback;
	if (!s)
		return 0;
	*out = strtol(s, &end, 10);
	if (end == s || *end || *out < lo || *out > hi)
		return err_set(err, ERR_USAGE,
			       "%s: --%s %s: a whole number from %ld to %ld "
			       "expected",
			       a->cmd->name, name, s, lo, hi);
	return 0;
}

static int run(struct app *app, const struct cmd *c, int argc, char **argv,
	       struct err *err)
{
	struct args a;
	size_t before;
	int rc = cmd_parse(c, argc, argv, &a, err);

	if (rc < 0)
		return rc;
	a.settings = &app->settings;
	if ((c->flags & CMD_MODEL) && !app->open && !app->open_job)
		return err_set(err, ERR_USAGE,
			       "%s wants a checkpoint (:open PATH)", c->name);
	before = app->session ? session_state(app->session)->n_log : 0;
	rc = c->exec(app, &a, err);
	if (app->recorder && app->session && (c->flags & CMD_FILES))
		recorder_acts(app->recorder, app->session, before);
	return rc;
}

/* Where the name of a line begins, and its bytes; "!" needs no blank. */
static const char *name_of(const char *line, size_t *n)
{
	const char *name = line + strspn(line, " \t:");

	*n = *name == '!' ? 1 : strcspn(name, " \t");
	return name;
}

const struct cmd *cmd_of_line(const char *line)
{
	size_t n;
	const char *name = name_of(line, &n);
	char *copy = xstrndup(name, n);
	const struct cmd *c = cmd_find(copy, CMD_LIVE);

	free(copy);
	return c;
}

static int run_words(struct app *app, const struct cmd *c, char *rest,
		     struct err *err)
{
	char *word[ARGS_MAX] = {(char *)c->name};
	int n;

	if (c->raw) {
		word[1] = words_unquote(rest);
		return run(app, c, *rest ? 2 : 1, word, err);
	}
	n = words_split(rest, word + 1, ARGS_MAX - 1, err);
	return n < 0 ? n : run(app, c, n + 1, word, err);
}

int cmd_run_line(struct app *app, const char *line, struct err *err)
{
	size_t n;
	const char *name = name_of(line, &n);
	const struct cmd *c = cmd_of_line(line);
	char *rest;
	int rc;

	if (!*name || *name == '#')
		return 0;
	if (!c)
		return err_set(err, ERR_USAGE,
			       "no command %.*s (help lists "
			       "them)",
			       (int)MIN(n, (size_t)100), name);
	if (app->recorder)
		recorder_command(app->recorder, line);
	rest = xstrdup(name + n + strspn(name + n, " \t"));
	rc = run_words(app, c, rest, err);
	free(rest);
	return rc;
}

char *args_place(const struct cmd *c, int n, enum arg_kind *kind)
{
	char *place = usage_place(c->args, n);

	*kind = n < KINDS_MAX ? c->kinds[n] : KIND_WORDS;
	if (*kind == KIND_WORDS)
		*kind = kind_of_place(span_of(place));
	return place;
}

enum arg_kind option_kind(const struct option *o)
{
	if (o->kind != KIND_WORDS || !o->arg)
		return o->kind;
	return kind_of_place(span_of(o->arg));
}

/* "-m, --model CKPT"; the caller's. */
static char *option_left(const struct option *o)
{
	char letter[] = {'-', o->letter, ',', ' ', '\0'};

	return xasprintf("%s--%s%s%s", o->letter ? letter : "    ", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
}

enum { OPTION_COLUMN = 28, COMMAND_COLUMN = 32 };

/* What is too wide for its column has its help on the next line. */
static void add_row(const char *left, int column, const char *help,
		    struct str *out)
{
	str_addf(out, "  %-*s ", column, left);
	if (strlen(left) > (size_t)column)
		str_addf(out, "\n  %-*s ", column, "");
	str_addf(out, "%s\n", help);
}

void cmd_usage(const struct cmd *c, struct str *out)
{
	str_addf(out, "usage: %s%s%s%s%s\n%s\n",
		 c->flags & CMD_LIVE ? ":" : "umie ", c->name,
		 c->options ? " [OPTION...]" : "", *c->args ? " " : "", c->args,
		 c->help);
	if (c->more)
		str_addf(out, "\n%s\n\n", c->more);
	for (const struct option *o = c->options; o && o->name; o++) {
		char *left = option_left(o);

		add_row(left, OPTION_COLUMN, o->help, out);
		free(left);
	}
}

static void list_row(const struct cmd *c, struct str *out)
{
	char *left = xasprintf("%s%s%s", c->name, *c->args ? " " : "", c->args);

	add_row(left, COMMAND_COLUMN, c->help, out);
	free(left);
}

void cmd_list(unsigned flags, struct str *out)
{
	for (size_t i = 0; COMMANDS[i]; i++)
		if (COMMANDS[i]->flags & flags)
			list_row(COMMANDS[i], out);
}

static bool mentions(const struct cmd *c, const char *word)
{
	struct str usage = {0};
	bool found;

	cmd_usage(c, &usage);
	found = strcasestr(usage.s, word) != NULL;
	str_release(&usage);
	return found;
}

void cmd_apropos(const char *word, struct str *out)
{
	for (size_t i = 0; COMMANDS[i]; i++)
		if (mentions(COMMANDS[i], word))
			list_row(COMMANDS[i], out);
}
