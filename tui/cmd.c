#include "tui/cmd.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"

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
	return err_set(err, ERR_USAGE,
		       "%s: unknown option %s (umie %s --help "
		       "lists them)",
		       c->name, arg, c->name);
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

/*
 * Split a line into words like a shell without expansion: quotes group, a
 * backslash takes the next character as it is.  Words are in `memory`.
 */
static int split(char *line, char **word, int max, struct err *err)
{
	char *from = line, *to = line, quote;
	int n = 0;

	for (;;) {
		while (isspace((unsigned char)*from))
			from++;
		if (!*from)
			return n;
		if (n == max)
			return err_set(err, ERR_USAGE, "more than %d words",
				       max);
		word[n++] = to;
		for (quote = 0;
		     *from && (quote || !isspace((unsigned char)*from));
		     from++) {
			if (quote ? *from == quote
				  : *from == '"' || *from == '\'')
				quote = quote ? 0 : *from;
			else if (*from == '\\' && from[1] && quote != '\'')
				*to++ = *++from;
			else
				*to++ = *from;
		}
		if (quote)
			return err_set(err, ERR_USAGE,
				       "a quote (%c) is not closed", quote);
		if (*from)
			from++;
		*to++ = '\0';
	}
}

static int run(struct app *app, const struct cmd *c, int argc, char **argv,
	       struct err *err)
{
	struct args a;
	size_t before;
	int rc = cmd_parse(c, argc, argv, &a, err);

	if (rc < 0)
		return rc;
	if ((c->flags & CMD_MODEL) && !app->open && !app->open_job)
		return err_set(err, ERR_USAGE,
			       "%s wants a checkpoint (:open PATH)", c->name);
	before = app->session ? session_state(app->session)->n_log : 0;
	rc = c->exec(app, &a, err);
	if (app->recorder && app->session && (c->flags & CMD_FILES))
		recorder_acts(app->recorder, app->session, before);
	return rc;
}

int cmd_run_line(struct app *app, const char *line, struct err *err)
{
	char *copy = xstrdup(line), *word[ARGS_MAX], *name = copy, *rest;
	const struct cmd *c;
	int n, rc = 0;

	while (isspace((unsigned char)*name) || *name == ':')
		name++;
	rest = name + strcspn(name, " \t");
	if (*rest)
		*rest++ = '\0';
	rest += strspn(rest, " \t");
	if (!*name || *name == '#')
		goto done;
	c = cmd_find(name, CMD_LIVE);
	if (!c) {
		rc = err_set(err, ERR_USAGE, "no command %s (help lists them)",
			     name);
		goto done;
	}
	if (app->recorder)
		recorder_command(app->recorder, line);
	word[0] = name;
	if (c->raw) {
		word[1] = rest;
		rc = run(app, c, *rest ? 2 : 1, word, err);
		goto done;
	}
	n = split(rest, word + 1, ARGS_MAX - 1, err);
	rc = n < 0 ? n : run(app, c, n + 1, word, err);
done:
	free(copy);
	return rc;
}

void cmd_usage(const struct cmd *c, struct str *out)
{
	str_addf(out, "usage: umie %s%s%s%s\n%s\n", c->name,
		 c->options ? " [OPTION...]" : "", *c->args ? " " : "", c->args,
		 c->help);
	for (int i = 0; c->options && c->options[i].name; i++) {
		const struct option *o = &c->options[i];
		char *left = xasprintf(
		    "%s--%s%s%s",
		    o->letter ? (char[]){'-', o->letter, ',', ' ', 0} : "    ",
		    o->name, o->arg ? " " : "", o->arg ? o->arg : "");

		str_addf(out, "  %-28s %s\n", left, o->help);
		free(left);
	}
}

void cmd_list(unsigned flags, struct str *out)
{
	for (size_t i = 0; COMMANDS[i]; i++) {
		const struct cmd *c = COMMANDS[i];
		char *left;

		if ((c->flags & flags) == 0)
			continue;
		left =
		    xasprintf("%s%s%s", c->name, *c->args ? " " : "", c->args);
		str_addf(out, "  %-32s %s\n", left, c->help);
		free(left);
	}
}
