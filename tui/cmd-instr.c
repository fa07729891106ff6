/* :instr: the instruction that is edited, those that are kept, and how they
 * differ. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/wdiff.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/instr.h"

static void say_one(struct app *app, const char *name, const char *text)
{
	char *now = instr_text(app, "now");

	app_say(app, "%c %-10s %s", now && strcmp(now, text) == 0 ? '*' : ' ',
		name, text);
	free(now);
}

static int list(struct app *app)
{
	struct labels names = {0};
	char *text;

	instr_names(app, &names);
	for (size_t i = 0; i < names.n; i++) {
		text = instr_text(app, names.name[i]);
		if (text)
			say_one(app, names.name[i], text);
		free(text);
	}
	labels_release(&names);
	return 0;
}

static int save(struct app *app, const char *name, struct err *err)
{
	char *dir, *path, *text, *line;
	int rc;

	if (!instr_is_name(name))
		return err_set(err, ERR_USAGE,
			       "instr save %s: a name of letters, digits, - "
			       "and _ expected",
			       name);
	text = instr_text(app, "now");
	if (!text)
		return err_set(err, ERR_USAGE,
			       "mee has no instruction of its own");
	dir = instr_folder(err);
	rc = dir ? file_mkdirs(dir, err) : -(int)err->code;
	free(dir);
	path = rc == 0 ? instr_file(name, err) : NULL;
	line = xasprintf("%s\n", text);
	if (path)
		rc = file_replace(path, line, strlen(line), err);
	if (rc == 0)
		app_note(app, "saved in %s", path);
	free(path);
	free(line);
	free(text);
	return rc;
}

/* A template a diff names: a known word, or the text itself. */
static char *side(const struct app *app, const char *word)
{
	char *text = instr_text(app, word);

	return text ? text : xstrdup(word);
}

static int diff(struct app *app, const char *words, struct err *err)
{
	size_t n = strcspn(words, " \t");
	const char *second = words + n + strspn(words + n, " \t");
	char *first = xstrndup(words, n), *a, *b;
	struct str out = {0};

	if (!n || !*second) {
		free(first);
		return err_set(
		    err, ERR_USAGE,
		    "instr diff wants two: trained, now, I0, I1, I2, "
		    "a variant (i3) or a saved name");
	}
	a = side(app, first);
	b = side(app, second);
	wdiff(a, b, &out);
	app_say(app, "%s", str_cstr(&out));
	str_release(&out);
	free(a);
	free(b);
	free(first);
	return 0;
}

/* The rest of the line behind a first word `verb`, or NULL. */
static const char *behind(const char *line, const char *verb)
{
	size_t n = strlen(verb);

	if (strncmp(line, verb, n) != 0 || (line[n] && line[n] != ' '))
		return NULL;
	return line + n + strspn(line + n, " ");
}

/* Takes text; NULL: the task's own. */
static void set(struct app *app, char *text)
{
	free(app->request.instruction);
	app->request.instruction = text;
	app_edited(app);
}

static int exec_instr(struct app *app, const struct args *a, struct err *err)
{
	const char *line = a->n_pos ? a->pos[0] : "", *rest;
	char *text;
	int rc;

	if (!*line) {
		app_say(app, "%s",
			app->request.instruction ? app->request.instruction
						 : "(the task's own)");
		return 0;
	}
	if (strcmp(line, "list") == 0)
		return list(app);
	if ((rest = behind(line, "save")) && instr_is_name(rest))
		return save(app, rest, err);
	if ((rest = behind(line, "diff")))
		return diff(app, rest, err);
	if (strcmp(line, "own") == 0 || strcmp(line, "trained") == 0) {
		set(app, NULL);
		return 0;
	}
	if (strchr(line, ' ') || !instr_find(app, line, &text)) {
		rc = argument_text(line, &text, err);
		if (rc < 0)
			return rc;
	}
	set(app, text);
	return 0;
}

const struct cmd cmd_instr = {
    .name = "instr",
    .args = "[TEXT|@FILE|I0|I1|I2|own|trained|ID|NAME|list|save NAME|diff "
	    "INSTR INSTR]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "set the instruction ({types}, {head}… are filled in), list, keep "
	    "or compare instructions",
    .exec = exec_instr,
};
