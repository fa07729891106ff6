#include "tui/editor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tui/child.h"

enum { TEXT_MAX = 1 << 20 };
static const char SUFFIX[] = ".txt";

static const char *usual(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	if (visual && *visual)
		return visual;
	return editor && *editor ? editor : "vi";
}

/* A file of mode 0600 with `text` in it; *path is the caller's. */
static int write_file(const char *text, char **path, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	int fd, rc;

	*path = xasprintf("%s/umie-edit-XXXXXX%s", tmp && *tmp ? tmp : "/tmp",
			  SUFFIX);
	fd = mkstemps(*path, (int)strlen(SUFFIX));
	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot create", *path);
	rc = file_write_all(fd, text, strlen(text), *path, err);
	if (rc == 0)
		rc = file_write_all(fd, "\n", 1, *path, err);
	close(fd);
	return rc;
}

/*
 * A program with words behind it, and not ":", which is none: it can take the
 * shell's place, so that we see it when it stops only itself.
 */
static bool is_plain(const char *command)
{
	return !strpbrk(command, "|&;<>()$`\\\n=:");
}

static int run_editor(const char *command, const char *path, struct err *err)
{
	struct str line = {0};
	int status;

	str_addf(&line, "%s%s ", is_plain(command) ? "exec " : "", command);
	child_quote(path, &line);
	status = child_run(line.s, NULL, 0, err);
	str_release(&line);
	if (status <= 0)
		return status;
	return err_set(err, ERR_FAILED,
		       "%s ended with status %d: the text is as before",
		       command, status);
}

static int read_back(const char *path, char **out, struct err *err)
{
	struct str text = {0};
	int rc = file_read(path, TEXT_MAX, &text, err);

	if (text.len && text.s[text.len - 1] == '\n')
		text.s[--text.len] = '\0';
	if (rc == 0 && (memchr(str_cstr(&text), 0, text.len) ||
			utf8_valid(str_cstr(&text), text.len) < text.len))
		rc = err_set(err, ERR_DATA,
			     "what the editor left is not UTF-8: the text is "
			     "as before");
	if (rc == 0)
		*out = str_detach(&text);
	str_release(&text);
	return rc;
}

int editor_edit(const char *text, const char *command, char **out,
		struct err *err)
{
	char *path;
	int rc = write_file(text, &path, err);

	*out = NULL;
	if (rc == 0)
		rc = run_editor(command && *command ? command : usual(), path,
				err);
	if (rc == 0)
		rc = read_back(path, out, err);
	unlink(path);
	free(path);
	return rc;
}
