#include "tui/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "tui/cmd.h"

enum { NAME_MAX_BYTES = 31 };

/* The command of the line; NULL while its name is being typed. */
static const struct cmd *command_of(const char *line, size_t start)
{
	char name[NAME_MAX_BYTES + 1];
	size_t at = 0, n;

	while (at < start &&
	       (isspace((unsigned char)line[at]) || line[at] == ':'))
		at++;
	n = strcspn(line + at, " \t");
	if (at == start || at + n >= start || n > NAME_MAX_BYTES)
		return NULL;
	memcpy(name, line + at, n);
	name[n] = '\0';
	return cmd_find(name, CMD_LIVE);
}

static bool begins(const char *word, size_t n, const char *text)
{
	size_t len = strlen(text);

	return len <= n && memcmp(word, text, len) == 0;
}

static char *command_name(const char *text, size_t n)
{
	for (size_t i = 0; COMMANDS[i]; i++) {
		const struct cmd *c = COMMANDS[i];

		if (!(c->flags & CMD_LIVE) ||
		    !begins(c->name, strlen(c->name), text))
			continue;
		if (n-- == 0)
			return xstrdup(c->name);
	}
	return NULL;
}

/*
 * The literal words of "[own|off|X]": placeholders are capitals only.
 * COMMAND stands for the name of one.
 */
static char *argument(const struct cmd *c, const char *text, size_t n)
{
	static const char between[] = "[]|- ";

	for (const char *s = c->args; *s;) {
		size_t len = strcspn(s, between);
		bool literal = false;

		for (size_t i = 0; i < len; i++)
			literal |= !isupper((unsigned char)s[i]) && s[i] != '@';
		if (len && literal && begins(s, len, text) && n-- == 0)
			return xstrndup(s, len);
		s += len;
		s += strspn(s, between);
	}
	return strstr(c->args, "COMMAND") ? command_name(text, n) : NULL;
}

char *complete_word(const char *line, size_t start, const char *text, size_t n)
{
	const struct cmd *c = command_of(line, start);

	return c ? argument(c, text, n) : command_name(text, n);
}

bool complete_wants_file(const char *line, size_t start)
{
	const struct cmd *c = command_of(line, start);

	return c && (strstr(c->args, "PATH") || strstr(c->args, "FILE"));
}
