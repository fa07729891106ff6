/*
 * gen-docs -- what the tables say, as man pages and completions of shells.
 *
 * usage: gen-docs umie.bash|_umie|umie.fish|umie-keys.7|umie-commands.7
 * Run at build time; the program's own tables are linked in, so that nothing
 * here can say something else.  Needs no terminal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "src/base/mem.h"
#include "tui/cmd.h"
#include "tui/gen-docs.h"
#include "tui/keymap.h"
#include "tui/settings.h"

/* Text of a paragraph. */
static void roff(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++)
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else if (*s == '"')
			fputs("\\(dq", stdout);
		else
			putchar(*s);
}

static void man_head(const char *name, const char *what)
{
	printf(".\\\" Made from the tables of the program; not to be edited.\n"
	       ".TH %s 7 \"\" \"umie %s\" \"Miscellaneous Information\"\n"
	       ".SH NAME\n%s \\- %s\n",
	       name, PACKAGE_VERSION, name, what);
}

static void man_keys_table(void)
{
	const struct binding *b = BINDINGS;
	char name[KEY_NAME];

	while (b->command) {
		const struct binding *first = b;
		const char *between = "";

		printf(".TP\n.B ");
		do {
			printf("%s", between);
			roff(keymap_name(b->key, name));
			between = ", ";
			b++;
		} while (b->command && !b->note);
		printf("\n");
		roff(first->note);
		printf(":\n.B :");
		roff(first->command);
		printf("\n");
	}
}

static void man_key_names(void)
{
	const char *name;

	for (size_t i = 0; (name = keymap_word(i)); i++) {
		printf("%s", i ? ", " : "");
		roff(name);
	}
	printf(".\n");
}

static void man_keys(void)
{
	man_head("umie-keys", "the keys of umie's full screen");
	printf(".SH DESCRIPTION\n"
	       "Keys are commands: behind each key stands what can be typed "
	       "behind a colon as well (\\fBumie\\-commands\\fR(7)).\n"
	       "What holds now, with your own keys, is shown by the key \\fB?"
	       "\\fR and listed by \\fB:bind\\fR.\n"
	       ".SH KEYS OF THE PANES\n");
	man_keys_table();
	printf(".SH KEYS WHILE YOU TYPE\n"
	       "Behind the colon and while a text or an instruction is edited "
	       "the keys are those of\n.BR readline (3),\n"
	       "with your ~/.inputrc ($if umie), its vi mode and its search "
	       "in the history; Esc or C\\-c leaves.\n"
	       ".SH NAMES OF KEYS\n"
	       "A character is its own name.  C\\-x is Ctrl with x, M\\-x is "
	       "Alt with x (or Esc, then x); Alt may stand before any name.  "
	       "The others, in which capitals do not count:\n");
	man_key_names();
	printf(".SH OWN KEYS\n.nf\n"
	       "bind all C\\-n,M\\-1 select next\n"
	       "bind picture x image none\n"
	       "unbind all q\n.fi\n"
	       "Typed, or kept in ~/.config/umie/rc.  A key of one pane wins "
	       "over one for all.\n"
	       ".SH SEE ALSO\n.BR umie (1),\n.BR umie\\-commands (7)\n");
}

static void man_option(const struct option *o)
{
	printf(".TP\n.B ");
	if (o->letter)
		printf("\\-%c, ", o->letter);
	printf("\\-\\-");
	roff(o->name);
	if (o->arg) {
		printf(" \\fI");
		roff(o->arg);
		printf("\\fR");
	}
	printf("\n");
	roff(o->help);
	printf(".\n");
}

static void man_command(const struct cmd *c)
{
	printf(".SS \"");
	roff(c->name);
	if (*c->args) {
		printf(" \\fI");
		roff(c->args);
		printf("\\fR");
	}
	printf("\"\n");
	roff(c->help);
	printf(".\n");
	if (c->more) {
		roff(c->more);
		printf("\n");
	}
	if (c->alias) {
		printf("Short: ");
		roff(c->alias);
		printf(".\n");
	}
	for (const struct option *o = c->options; o && o->name; o++)
		man_option(o);
}

static void man_list(const char *title, unsigned with, unsigned without)
{
	printf(".SH %s\n", title);
	for (size_t i = 0; COMMANDS[i]; i++)
		if ((COMMANDS[i]->flags & with) == with &&
		    !(COMMANDS[i]->flags & without))
			man_command(COMMANDS[i]);
}

static void man_settings(void)
{
	printf(".SH SETTINGS\n"
	       ".B set\nlists them with their values and where each is "
	       "from.\n");
	for (int k = 0; k < SETTINGS_END; k++) {
		const struct setting_row *r = setting_row((enum setting)k);

		printf(".TP\n.B ");
		roff(r->name);
		printf(" \\fI");
		roff(r->words);
		printf("\\fR\n");
		roff(r->prose);
		if (r->type == SETTING_WHOLE || r->type == SETTING_NUMBER)
			printf("; from %g to %g", r->lo, r->hi);
		if (*r->fallback) {
			printf("; default ");
			roff(r->fallback);
		}
		printf(".\n");
	}
}

static void man_commands(void)
{
	man_head("umie-commands", "every command and setting of umie");
	printf(".SH DESCRIPTION\n"
	       "The same commands are typed behind a colon on the full screen, "
	       "in line mode as they are, in scripts, and behind \\-c; keys "
	       "run them, and some run without a screen as\n"
	       ".BI \"umie \" COMMAND .\n"
	       "How scripts and quotes are read is told in\n.BR umie (1).\n");
	man_list("BATCH COMMANDS", CMD_BATCH, CMD_LIVE);
	man_list("COMMANDS OF BOTH", CMD_BATCH | CMD_LIVE, 0);
	man_list("COMMANDS OF THE PROMPT", CMD_LIVE, CMD_BATCH);
	man_settings();
	printf(".SH SEE ALSO\n.BR umie (1),\n.BR umie\\-keys (7),\n"
	       ".BR umie\\-formats (5)\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*make)(void);
	} page[] = {
	    {"umie.bash", gen_bash},           {"_umie", gen_zsh},
	    {"umie.fish", gen_fish},           {"umie-keys.7", man_keys},
	    {"umie-commands.7", man_commands},
	};
	const char *slash = argc == 2 ? strrchr(argv[1], '/') : NULL;
	const char *name = slash ? slash + 1 : argc == 2 ? argv[1] : "";

	for (size_t i = 0; i < ARRAY_LEN(page); i++)
		if (strcmp(name, page[i].name) == 0) {
			page[i].make();
			return fflush(stdout) != 0;
		}
	fprintf(stderr, "usage: gen-docs umie.bash|_umie|umie.fish|"
			"umie-keys.7|umie-commands.7\n");
	return 2;
}
