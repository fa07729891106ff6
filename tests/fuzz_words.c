#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/cmd.h"
#include "tui/complete.h"
#include "tui/keymap.h"
#include "tui/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was split can be written as words and split again. */
static void round_trip(char **word, int n)
{
	char *again[ARGS_MAX];
	struct str line = {0};
	struct err err;
	int m;

	for (int i = 0; i < n; i++) {
		if (i)
			str_addc(&line, ' ');
		words_quote(word[i], &line);
	}
	m = line.s ? words_split(line.s, again, ARGS_MAX, &err) : 0;
	if (m != n)
		bug("%d words became %d", n, m);
	for (int i = 0; i < n; i++)
		if (strcmp(word[i], again[i]) != 0)
			bug("word %d became another", i);
	str_release(&line);
}

/* Every command reads the words as its arguments, or says what is wrong. */
static void parse(char **word, int n)
{
	struct args a;
	struct err err;
	char *argv[ARGS_MAX + 1];

	memcpy(argv + 1, word, (size_t)n * sizeof(*word));
	for (size_t i = 0; COMMANDS[i]; i++) {
		argv[0] = (char *)COMMANDS[i]->name;
		err.code = ERR_NONE;
		if (cmd_parse(COMMANDS[i], n + 1, argv, &a, &err) < 0 &&
		    err.code != ERR_USAGE)
			bug("an error that is not one of usage");
		if (a.n_pos < 0 || a.n_pos > ARGS_MAX || a.n_many > ARGS_MAX)
			bug("more arguments than there is room for");
	}
}

static void one_command(struct span c)
{
	char *line = xstrndup(c.s, c.len), *whole = xstrdup(line);
	char *word[ARGS_MAX], quote;
	struct completion found;
	struct err err;
	size_t n = strlen(line), start;
	int words;

	start = words_last(line, n, &quote);
	if (start > n)
		bug("a word begins behind the line");
	complete(NULL, line, start, n, &found);
	completion_release(&found);
	cmd_of_line(line);
	keymap_key(line);
	words = words_split(line, word, ARGS_MAX, &err);
	if (words > 0) {
		round_trip(word, words);
		parse(word, MIN(words, ARGS_MAX - 1));
	}
	if (strlen(words_unquote(whole)) > n)
		bug("taking quotes off made it longer");
	free(whole);
	free(line);
}

/* Bytes as a script, and as an argument of -c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int semicolons = 0; semicolons < 2; semicolons++) {
		struct span rest = {(const char *)data, size}, c;
		size_t lines = 1, newlines = 1;

		for (size_t i = 0; i < size; i++)
			newlines += data[i] == '\n';
		while (words_command(&rest, semicolons, &c, &lines)) {
			if (c.len && (c.s < (const char *)data ||
				      c.s + c.len > (const char *)data + size))
				bug("a command outside the text");
			one_command(c);
		}
		if (rest.len || lines != newlines)
			bug("%zu lines instead of %zu", lines, newlines);
	}
	return 0;
}
