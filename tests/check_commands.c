/* Command lines: words, kinds, keys, settings, completion; no terminal. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tests/tap.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/complete.h"
#include "tui/face.h"
#include "tui/words.h"

static void check_split(const char *line, const char *want)
{
	char *copy = xstrdup(line), *word[8];
	struct str got = {0};
	struct err err;
	int n = words_split(copy, word, 8, &err);

	for (int i = 0; i < n; i++)
		str_addf(&got, "[%s]", word[i]);
	if (n < 0)
		str_add(&got, err.text);
	if (!ok(strcmp(str_cstr(&got), want) == 0, "words of %s", line))
		diag("got %s", str_cstr(&got));
	str_release(&got);
	free(copy);
}

static void check_commands(const char *text, bool semicolons, const char *want)
{
	struct span rest = span_of(text), c;
	struct str got = {0};
	size_t line = 1;

	while (words_command(&rest, semicolons, &c, &line))
		str_addf(&got, "[%.*s]", (int)c.len, c.s);
	if (!ok(strcmp(str_cstr(&got), want) == 0, "commands are %s", want))
		diag("got %s", str_cstr(&got));
	str_release(&got);
}

static void check_unquote(const char *s, const char *want)
{
	char *copy = xstrdup(s);

	ok(strcmp(words_unquote(copy), want) == 0, "quotes off %s", s);
	free(copy);
}

static void check_words(void)
{
	check_split("a  b\tc", "[a][b][c]");
	check_split("'a b' \"c \\\" d\" e\\ f", "[a b][c \" d][e f]");
	check_split("Rocky's dog", "[Rocky's][dog]");
	check_split("--name='a b' \"\"", "[--name=a b][]");
	check_split("'a b", "a quote (') is not closed");
	check_split("1 2 3 4 5 6 7 8 9", "more than 8 words");
	check_commands("a; b", true, "[a][b]");
	check_commands("a; b", false, "[a; b]");
	check_commands("text 'a; b'; c", true, "[text 'a; b'][c]");
	check_commands("text Rocky's; c", true, "[text Rocky's][c]");
	check_commands("a\\; b;c", true, "[a\\; b][c]");
	check_commands("# a; b\n c # d\n", true, "[][c # d]");
	check_unquote("\"a; b\"", "a; b");
	check_unquote("'it''s'", "'it''s'");
	check_unquote("\"Hello\" she said", "\"Hello\" she said");
}

/* A usage names only kinds that there are, so that it can be completed. */
static void check_usage(const char *who, struct span place)
{
	struct span word;
	enum arg_kind kind;
	bool placeholder;

	while (usage_word(&place, &word, &placeholder))
		if (placeholder && !kind_of_placeholder(word, &kind))
			ok(false, "%s: %.*s is in ARG_WORDS of tui/kind.h", who,
			   (int)word.len, word.s);
}

static void check_row(const struct cmd *c)
{
	enum arg_kind kind;
	int options = 0;
	char *place;

	for (const struct option *o = c->options; o && o->name; o++) {
		if (o->arg)
			check_usage(c->name, span_of(o->arg));
		ok(o->help && *o->help && options < OPTIONS_MAX,
		   "%s --%s says what it does", c->name, o->name);
		options++;
	}
	for (int n = 0; *(place = args_place(c, n, &kind)); n++) {
		check_usage(c->name, span_of(place));
		free(place);
	}
	free(place);
	ok((*c->args == '\0') == (c->max_pos == 0),
	   "%s: its usage has arguments when it takes some", c->name);
	ok(strlen(c->help) > 0 && strchr(c->help, '\n') == NULL,
	   "%s has one sentence", c->name);
}

static void check_table(void)
{
	for (size_t i = 0; COMMANDS[i]; i++) {
		check_row(COMMANDS[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(COMMANDS[i]->name, COMMANDS[k]->name) == 0 &&
			    (COMMANDS[i]->flags & COMMANDS[k]->flags &
			     (CMD_BATCH | CMD_LIVE)))
				ok(false, "%s is there twice",
				   COMMANDS[i]->name);
	}
	check_row(&FACE);
}

static void check_key(const char *name, int key)
{
	char out[KEY_NAME];

	ok(keymap_key(name) == key, "%s is a key", name);
	ok(strcasecmp(keymap_name(key, out), name) == 0, "and is called so");
}

static void check_keymap(void)
{
	struct keymap m;
	char name[KEY_NAME];

	for (const struct binding *b = BINDINGS; b->command; b++) {
		const struct cmd *c = cmd_of_line(b->command);
		size_t n = strcspn(b->command, " ");
		char *argv[2] = {"", (char *)b->command + n + 1};
		struct args a;
		struct err err;

		ok(c &&
		       cmd_parse(c, b->command[n] ? 2 : 1, argv, &a, &err) == 0,
		   "%s is :%s", keymap_name(b->key, name), b->command);
		ok(keymap_key(name) == b->key, "its name is understood");
	}
	check_key("C-x", KEY_CTRL('x'));
	check_key("M-1", '1' | K_META);
	check_key("F5", K_F5);
	check_key("S-Left", K_SHIFT_LEFT);
	check_key("Space", ' ');
	check_key("comma", ',');
	check_key("é", 0xe9);
	ok(keymap_key("C-") < 0 && keymap_key("F99") < 0 && keymap_key("") < 0,
	   "what is no key is told");
	keymap_init(&m);
	ok(!keymap_find(&m, PANE_TEXT, '#'), "other keys do nothing");
	keymap_bind(&m, PANE_TEXT, '#', "run", "note");
	ok(keymap_find(&m, PANE_TEXT, '#') && !keymap_find(&m, PANE_GATE, '#'),
	   "a key of one pane holds there only");
	keymap_bind(&m, PANE_NONE, '#', "quit", "note");
	ok(strcmp(keymap_find(&m, PANE_TEXT, '#')->command, "run") == 0 &&
	       strcmp(keymap_find(&m, PANE_GATE, '#')->command, "quit") == 0,
	   "a pane's own key wins over one for all");
	ok(keymap_unbind(&m, PANE_TEXT, '#') &&
	       strcmp(keymap_find(&m, PANE_TEXT, '#')->command, "quit") == 0 &&
	       !keymap_unbind(&m, PANE_TEXT, '#'),
	   "unbind takes one away, once");
	for (size_t i = 0; BINDINGS[i].command; i++) {
		keymap_unbind(&m, PANE_NONE, BINDINGS[i].key);
		for (int p = 0; p < PANES; p++)
			keymap_unbind(&m, (enum pane_id)p, BINDINGS[i].key);
	}
	keymap_unbind(&m, PANE_NONE, '#');
	ok(m.n == 0 && m.row[0].command == NULL, "all can be unbound");
	keymap_bind(&m, PANE_NONE, 'x', "run", "note");
	ok(m.n == 1 && strcmp(m.row[0].note, "note") == 0,
	   "and bound again, with a note");
	keymap_release(&m);
}

static void check_settings(void)
{
	struct settings s;
	struct err err;

	settings_init(&s);
	for (int k = 0; k < SETTINGS_END; k++) {
		const struct setting_row *r = setting_row((enum setting)k);

		ok(settings_set(&s, r->name, r->fallback, FROM_DEFAULT, &err) ==
		       0,
		   "the default of %s is allowed", r->name);
	}
	ok(settings_set(&s, "theme", "dark", FROM_ENVIRONMENT, &err) == 0 &&
	       settings_set(&s, "theme", "light", FROM_USER, &err) == 0 &&
	       strcmp(settings_text(&s, SET_THEME), "dark") == 0,
	   "the environment wins over rc");
	ok(settings_set(&s, "theme", "mono", FROM_FLAG, &err) == 0 &&
	       strcmp(settings_text(&s, SET_THEME), "mono") == 0,
	   "a flag wins over the environment");
	ok(settings_set(&s, "beams", "0", FROM_COMMAND, &err) < 0 &&
	       strstr(err.text, "from 1 to 64"),
	   "a range is told");
	ok(settings_set(&s, "beams", "1.5", FROM_COMMAND, &err) < 0,
	   "a whole number is whole");
	ok(settings_set(&s, "mouse", "maybe", FROM_COMMAND, &err) < 0 &&
	       strstr(err.text, "on|off"),
	   "choices are told");
	ok(settings_set(&s, "editor", "rm -rf", FROM_PROJECT, &err) < 0,
	   "a file of this folder names no program");
	setenv("UMIE_PLAIN", "1", 1);
	ok(settings_environment(&s, &err) == 0 && settings_on(&s, SET_PLAIN),
	   "UMIE_PLAIN=1 switches on");
	setenv("UMIE_BEAMS", "many", 1);
	ok(settings_environment(&s, &err) < 0 && strstr(err.text, "UMIE_BEAMS"),
	   "a wrong variable is named");
	unsetenv("UMIE_PLAIN");
	unsetenv("UMIE_BEAMS");
	settings_release(&s);
}

static void check_completion(const struct app *app, const char *line,
			     const char *word, const char *want)
{
	size_t end = strlen(line);
	struct completion c;
	char *got;

	complete(app, line, end - strlen(word), end, &c);
	got = labels_join(&c.word);
	if (!ok(strcmp(got, want) == 0, "Tab behind \"%s\"", line))
		diag("got %s", got);
	free(got);
	completion_release(&c);
}

static bool wants_file(const char *line, const char *word)
{
	struct completion c;
	bool files;

	complete(NULL, line, strlen(line) - strlen(word), strlen(line), &c);
	files = c.files;
	completion_release(&c);
	return files;
}

static void check_place(const char *usage, int n, const char *want)
{
	char *got = usage_place(usage, n);

	if (!ok(strcmp(got, want) == 0, "argument %d of %s", n, usage))
		diag("got %s", got);
	free(got);
}

static void check_places(void)
{
	check_place("CKPT DATA", 1, "DATA");
	check_place("[HEAD TAIL]", 0, "HEAD");
	check_place("[KEY [VALUE]]", 1, "VALUE");
	check_place("[list|open NAME|save]", 0, "list|open|save");
	check_place("[list|open NAME|save]", 1, "NAME");
	check_place("N [head|tail] WORDS", 1, "head|tail");
	check_place("[own|off|X]", 0, "own|off|X");
	check_place("FILE", 1, "");
	check_place("", 0, "");
}

static void check_session_names(struct app *app)
{
	char dir[] = "/tmp/umie-check-XXXXXX", *path;
	struct completion c;
	FILE *f;

	if (!mkdtemp(dir)) {
		skip("names of sessions", "no folder in /tmp");
		return;
	}
	setenv("XDG_STATE_HOME", dir, 1);
	path = xasprintf("mkdir -p %s/umie/sessions", dir);
	ok(system(path) == 0, "a folder of sessions");
	free(path);
	path = xasprintf("%s/umie/sessions/bert.umie", dir);
	f = fopen(path, "w");
	if (f)
		fclose(f);
	complete_kind(app, KIND_SESSION, "b", 1, &c);
	ok(c.word.n == 1 && strcmp(c.word.name[0], "bert") == 0,
	   "names of sessions");
	completion_release(&c);
	free(path);
	path = xasprintf("rm -r %s", dir);
	ok(system(path) == 0, "and nothing is left");
	free(path);
}

static void check_complete(void)
{
	struct app app;
	struct err err;

	app_init(&app, "umie", NULL);
	schema_paper(&app.report.schema, &err);
	check_completion(&app, "fo", "fo", "focus");
	check_completion(&app, ":fo", "fo", "focus");
	check_completion(&app, "task m", "m", "mner, mre, med, meae, mee");
	check_completion(&app, "gate ", "", "own, off, sweep");
	check_completion(&app, "help ga", "ga", "gate");
	check_completion(&app, "compare e", "e", "example");
	check_completion(&app, "compare now t", "t", "trained");
	check_completion(&app, "compare trained I", "I", "I0, I1, I2");
	check_completion(&app, "set th", "th", "theme, threads");
	check_completion(&app, "set theme m", "m", "mono");
	check_completion(&app, "run --b", "--b", "--beams");
	check_completion(&app, "labels --order s", "s", "sorted, seed:");
	check_completion(&app, "labels Person,L", "Person,L",
			 "Person,Location");
	check_completion(&app, "event De", "De", "Demonstrate");
	check_completion(&app, "bind pi", "pi", "picture");
	check_completion(&app, "bind all PgU", "PgU", "PgUp");
	check_completion(&app, "bind all F5 ta", "ta", "task");
	check_completion(&app, "bind all F5 task mr", "mr", "mre");
	app.request.task = TASK_MEAE;
	check_completion(&app, "labels Att", "Att", "Attacker");
	check_completion(NULL, "event De", "De", "");
	ok(wants_file("image x", "x") && wants_file("compare x", "x") &&
	       wants_file("open ", "") && wants_file("text @f", "f") &&
	       wants_file("source s", "s") && !wants_file("gate ", ""),
	   "file names where the table says so");
	check_session_names(&app);
	app_release(&app);
}

int main(void)
{
	check_words();
	check_places();
	check_table();
	check_keymap();
	check_settings();
	check_complete();
	return tap_done();
}
