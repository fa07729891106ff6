#include "tui/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/complete.h"
#include "tui/words.h"

enum { LINES_DEFAULT = 1000 };

/* Readline's callbacks have no argument for it. */
static struct {
	const struct app *app;
	char *file; /* owned; NULL: no history is kept */
	struct completion found;
} reader;

void reader_for(const struct app *app)
{
	reader.app = app;
}

/* Readline asks for one after the other. */
static char *next_word(const char *text, int state)
{
	static size_t n;

	(void)text;
	n = state ? n + 1 : 0;
	return n < reader.found.word.n ? xstrdup(reader.found.word.name[n])
				       : NULL;
}

static char **find(const char *text, int start, int end)
{
	char **match;

	completion_release(&reader.found);
	complete(reader.app, rl_line_buffer, (size_t)start, (size_t)end,
		 &reader.found);
	rl_attempted_completion_over = !reader.found.files;
	match = rl_completion_matches(text, next_word);
	/* A blank behind "--gate" or "a," would be in the way. */
	if (match && strchr("=,", match[0][MAX(strlen(match[0]), 1) - 1]))
		rl_completion_append_character = '\0';
	return match;
}

static int is_quoted(char *line, int at)
{
	char quote;

	words_last(line, (size_t)at, &quote);
	return quote || (at > 0 && line[at - 1] == '\\');
}

static long lines_kept(void)
{
	return reader.app ? settings_whole(&reader.app->settings, SET_HISTORY)
			  : LINES_DEFAULT;
}

static void read_file(void)
{
	char *dir = file_xdg("STATE");
	struct err err;

	using_history();
	stifle_history((int)MAX(lines_kept(), 1));
	if (lines_kept() && dir && file_mkdirs(dir, &err) == 0) {
		reader.file = file_join(dir, "history");
		/* An older umie left it readable for all. */
		chmod(reader.file, 0600);
		read_history(reader.file);
	}
	free(dir);
	using_history();
}

void reader_start(void)
{
	rl_readline_name = "umie";
	rl_change_environment = 0;
	rl_attempted_completion_function = find;
	rl_basic_word_break_characters = " \t\n\"'=";
	rl_completer_word_break_characters = (char *)" \t\n\"'=@";
	rl_completer_quote_characters = "\"'";
	rl_filename_quote_characters = " \t\"'\\";
	rl_char_is_quoted_p = is_quoted;
	read_file();
}

void reader_stop(void)
{
	clear_history();
	completion_release(&reader.found);
	free(reader.file);
	reader.file = NULL;
	reader.app = NULL;
}

/* The file may have been made away with meanwhile. */
static void append(void)
{
	int fd =
	    open(reader.file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	close(fd);
	append_history(1, reader.file);
}

void reader_remember(const char *line)
{
	HIST_ENTRY *last = history_get(history_base + history_length - 1);
	enum { SLACK = 64 };
	static int added; /* since the file was cut to its length */

	if (!*line || (last && strcmp(last->line, line) == 0))
		return;
	add_history(line);
	if (!reader.file)
		return;
	append();
	if (added++ % SLACK == 0)
		history_truncate_file(reader.file, (int)lines_kept());
}
