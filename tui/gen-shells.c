/* Completions of bash, zsh and fish. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/task.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/gen-docs.h"
#include "tui/settings.h"

/* The words that may stand in one place; files: a name of one as well. */
struct choice {
	struct labels word;
	bool files, dirs;
};

static void add_kind(struct choice *c, enum arg_kind kind)
{
	c->files |= kind == KIND_FILE;
	c->dirs |= kind == KIND_DIR;
	for (int t = 0; kind == KIND_TASK && t <= TASK_MEE; t++)
		labels_add(&c->word, task_name((enum task)t),
			   strlen(task_name((enum task)t)));
	if (kind == KIND_TASK)
		labels_add(&c->word, TASK_OWN, strlen(TASK_OWN));
	for (size_t i = 0; kind == KIND_COMMAND && COMMANDS[i]; i++)
		labels_add(&c->word, COMMANDS[i]->name,
			   strlen(COMMANDS[i]->name));
	for (int k = 0; kind == KIND_SETTING && k < SETTINGS_END; k++)
		labels_add(&c->word, setting_row((enum setting)k)->name,
			   strlen(setting_row((enum setting)k)->name));
}

static struct choice choice_of(struct span place, enum arg_kind own)
{
	struct choice c = {0};
	struct span word;
	enum arg_kind kind;
	bool placeholder;

	while (usage_word(&place, &word, &placeholder))
		if (!placeholder)
			labels_add(&c.word, word.s, word.len);
		else if (kind_of_placeholder(word, &kind))
			add_kind(&c, kind);
	add_kind(&c, own);
	return c;
}

/* "a b c" */
static char *joined(const struct choice *c)
{
	struct str out = {0};

	for (size_t i = 0; i < c->word.n; i++)
		str_addf(&out, "%s%s", i ? " " : "", c->word.name[i]);
	return str_detach(&out);
}

/* Every batch command, then `umie` by itself. */
static const struct cmd *next_batch(size_t *i)
{
	while (COMMANDS[*i] && !(COMMANDS[*i]->flags & CMD_BATCH))
		++*i;
	return COMMANDS[*i] ? COMMANDS[(*i)++] : NULL;
}

static void bash_choice(const struct choice *c)
{
	char *words = joined(c);

	if (c->word.n)
		printf(" words='%s'", words);
	if (c->files)
		printf(" files=-f");
	else if (c->dirs)
		printf(" files=-d");
	if (!c->word.n && !c->files && !c->dirs)
		printf(" :");
	free(words);
}

static void bash_values(const struct cmd *c)
{
	for (const struct option *o = c->options; o && o->name; o++) {
		struct choice v;

		if (!o->arg)
			continue;
		printf("\t%s,--%s", c->name, o->name);
		if (o->letter)
			printf("|%s,-%c", c->name, o->letter);
		printf(")");
		v = choice_of(span_of(o->arg), o->kind);
		bash_choice(&v);
		printf(" ;;\n");
		labels_release(&v.word);
	}
}

static void bash_options(const struct cmd *c)
{
	printf("\t%s) words='", c->name);
	for (const struct option *o = c->options; o && o->name; o++)
		printf("%s--%s", o == c->options ? "" : " ", o->name);
	printf("%s' ;;\n", c->options && c != &FACE ? " --help" : "");
}

static void bash_arguments(const struct cmd *c)
{
	enum arg_kind kind;
	struct choice all = {0};
	char *place;

	for (int n = 0; *(place = args_place(c, n, &kind)); n++) {
		struct choice v = choice_of(
		    span_of(place),
		    kind == kind_of_place(span_of(place)) ? KIND_WORDS : kind);

		labels_append(&all.word, &v.word);
		all.files |= v.files;
		all.dirs |= v.dirs;
		labels_release(&v.word);
		free(place);
	}
	free(place);
	printf("\t%s)", c->name);
	bash_choice(&all);
	printf(" ;;\n");
	labels_release(&all.word);
}

static void each_batch(void (*f)(const struct cmd *))
{
	const struct cmd *c;

	for (size_t i = 0; (c = next_batch(&i));)
		f(c);
}

static void bash_name(const struct cmd *c)
{
	printf(" %s", c->name);
}

void gen_bash(void)
{
	printf("# bash completion for umie %s, made from its tables\n\n"
	       "_umie()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd=umie words= files=\n"
	       "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} commands='",
	       PACKAGE_VERSION);
	each_batch(bash_name);
	printf(" '\n\n"
	       "\t# --name=value is three words\n"
	       "\tif [[ $cur == '=' ]]; then\n\t\tcur=\n"
	       "\telif [[ $prev == '=' ]] && ((COMP_CWORD > 2)); then\n"
	       "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	       "\tif ((COMP_CWORD > 1)) &&\n"
	       "\t\t[[ $commands == *\" ${COMP_WORDS[1]} \"* ]]; then\n"
	       "\t\tcmd=${COMP_WORDS[1]}\n\tfi\n"
	       "\tCOMPREPLY=()\n"
	       "\tcase $cmd,$prev in\n");
	bash_values(&FACE);
	each_batch(bash_values);
	printf("\t*)\n\t\tif [[ $cur == -* ]]; then\n\t\t\tcase $cmd in\n");
	bash_options(&FACE);
	each_batch(bash_options);
	printf("\t\t\tesac\n\t\telse\n\t\t\tcase $cmd in\n"
	       "\tumie) files=-f\n\t\t((COMP_CWORD == 1)) && words=$commands "
	       ";;\n");
	each_batch(bash_arguments);
	printf("\t\t\tesac\n\t\tfi ;;\n\tesac\n"
	       "\tlocal IFS=$' \\t\\n'\n"
	       "\t[[ -z $words ]] || "
	       "COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	       "\tif [[ -n $files ]]; then\n"
	       "\t\tlocal IFS=$'\\n'\n"
	       "\t\tcompopt -o filenames 2>/dev/null\n"
	       "\t\tCOMPREPLY+=($(compgen $files -- \"$cur\"))\n"
	       "\tfi\n}\n"
	       "complete -F _umie umie\n");
}

/* Inside '…' of _arguments: quotes, brackets and colons have a meaning. */
static void zsh_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\'", stdout);
		else if (strchr("[]:\\", *s))
			putchar('\\');
		putchar(*s);
	}
}

static void zsh_choice(const struct choice *c)
{
	char *words = joined(c);

	if (c->files)
		printf("_files");
	else if (c->dirs)
		printf("_files -/");
	else if (c->word.n)
		printf("(%s)", words);
	else
		printf(" ");
	free(words);
}

static void zsh_option(const struct option *o)
{
	struct choice v;

	printf(" \\\n\t\t");
	if (o->letter)
		printf("'(-%c --%s)'{-%c,--%s}'", o->letter, o->name, o->letter,
		       o->name);
	else
		printf("'--%s", o->name);
	printf("%s[", o->arg ? "=" : "");
	zsh_text(o->help);
	printf("]");
	if (o->arg) {
		printf(":");
		zsh_text(o->arg);
		printf(":");
		v = choice_of(span_of(o->arg), o->kind);
		zsh_choice(&v);
		labels_release(&v.word);
	}
	printf("'");
}

static void zsh_arguments(const struct cmd *c)
{
	enum arg_kind kind;
	char *place;

	for (int n = 0; *(place = args_place(c, n, &kind)); n++) {
		struct choice v = choice_of(span_of(place), kind);

		printf(" \\\n\t\t'%d:", n + 1);
		zsh_text(place);
		printf(":");
		zsh_choice(&v);
		printf("'");
		free(place);
		labels_release(&v.word);
	}
	free(place);
}

static void zsh_command(const struct cmd *c)
{
	printf("%s)\n\t_arguments -s", c->name);
	for (const struct option *o = c->options; o && o->name; o++)
		zsh_option(o);
	zsh_arguments(c);
	printf("\n\t;;\n");
}

static void zsh_name(const struct cmd *c)
{
	printf("\t'%s:", c->name);
	zsh_text(c->help);
	printf("'\n");
}

void gen_zsh(void)
{
	printf("#compdef umie\n# zsh completion for umie %s, made from its "
	       "tables\n\nlocal -a commands\ncommands=(\n",
	       PACKAGE_VERSION);
	each_batch(zsh_name);
	printf(")\nif (( CURRENT > 2 )) && "
	       "[[ -n ${commands[(r)$words[2]:*]} ]]; then\n"
	       "\tshift words\n\t(( CURRENT-- ))\n"
	       "elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
	       "\t_describe command commands\n\t_files\n\treturn\n"
	       "else\n\twords[1]=umie\nfi\ncase $words[1] in\n");
	zsh_command(&FACE);
	each_batch(zsh_command);
	printf("esac\n");
}

static void fish_text(const char *s)
{
	putchar('\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('\'');
}

static void fish_choice(const struct choice *c, bool wanted)
{
	char *words = joined(c);

	if (c->word.n) {
		printf(" -a ");
		fish_text(words);
	}
	printf("%s", c->files || c->dirs ? " -F" : " -f");
	if (wanted)
		printf(" -r");
	free(words);
}

static void fish_condition(const struct cmd *c)
{
	if (c == &FACE)
		printf("complete -c umie -n __fish_use_subcommand");
	else
		printf("complete -c umie -n '__fish_seen_subcommand_from %s'",
		       c->name);
}

static void fish_command(const struct cmd *c)
{
	enum arg_kind kind;
	struct choice v;
	char *place;

	for (const struct option *o = c->options; o && o->name; o++) {
		fish_condition(c);
		printf(" -l %s", o->name);
		if (o->letter)
			printf(" -s %c", o->letter);
		if (o->arg) {
			v = choice_of(span_of(o->arg), o->kind);
			fish_choice(&v, true);
			labels_release(&v.word);
		}
		printf(" -d ");
		fish_text(o->help);
		putchar('\n');
	}
	if (c == &FACE)
		return;
	for (int n = 0; *(place = args_place(c, n, &kind)); n++) {
		fish_condition(c);
		v = choice_of(span_of(place), kind);
		fish_choice(&v, false);
		labels_release(&v.word);
		putchar('\n');
		free(place);
	}
	free(place);
}

static void fish_name(const struct cmd *c)
{
	printf("complete -c umie -n __fish_use_subcommand -a %s -d ", c->name);
	fish_text(c->help);
	putchar('\n');
}

void gen_fish(void)
{
	printf("# fish completion for umie %s, made from its tables\n",
	       PACKAGE_VERSION);
	each_batch(fish_name);
	fish_command(&FACE);
	each_batch(fish_command);
}
