/* Commands that explain: help, log, doctor. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/doctor.h"
#include "tui/pager.h"
#include "tui/ui.h"

/* Line by line into the log, or through the pager outside the screen. */
static int show(struct app *app, char *text, struct err *err)
{
	char *save = NULL;

	if (!app->screen && app->out == stdout)
		return pager_show(
		    text, settings_text(&app->settings, SET_PAGER), err);
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		app_say(app, "%s", line);
	return 0;
}

/* Settings and keys that have to do with a word. */
static void other_matches(const struct app *app, const char *word,
			  struct str *out)
{
	char name[KEY_NAME];

	for (int k = 0; k < SETTINGS_END; k++) {
		const struct setting_row *r = setting_row((enum setting)k);

		if (strcasestr(r->name, word) || strcasestr(r->prose, word))
			str_addf(out, "  set %-28s %s\n", r->name, r->prose);
	}
	for (size_t i = 0; i < app->keys.n; i++) {
		const struct binding *b = &app->keys.row[i];

		if (strcasestr(b->command, word) ||
		    (b->note && strcasestr(b->note, word)))
			str_addf(out, "  key %-28s %s\n",
				 keymap_name(b->key, name), b->command);
	}
}

static int explain(struct app *app, const char *word, struct str *out,
		   struct err *err)
{
	const char *name = word + (*word == ':');

	/* of both, where a name is one without a screen and one with it */
	for (size_t i = 0; COMMANDS[i]; i++) {
		const struct cmd *c = COMMANDS[i];

		if (strcmp(c->name, name) == 0 ||
		    (c->alias && strcmp(c->alias, name) == 0))
			cmd_usage(c, out);
	}
	if (out->len)
		return 0;
	cmd_apropos(word, out);
	other_matches(app, word, out);
	return out->len
		   ? 0
		   : err_set(err, ERR_USAGE,
			     "no command %s, and nothing mentions it", word);
}

static int exec_help(struct app *app, const struct args *a, struct err *err)
{
	struct str out = {0};
	int rc = 0;

	if (a->n_pos)
		rc = explain(app, a->pos[0], &out, err);
	else
		cmd_list(CMD_LIVE, &out);
	if (rc == 0)
		rc = show(app, out.s, err);
	str_release(&out);
	return rc;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[WORD]",
    .flags = CMD_BATCH | CMD_LIVE,
    .max_pos = 1,
    .help = "list the commands, explain one, or find what mentions a word",
    .exec = exec_help,
};

static int exec_log(struct app *app, const struct args *a, struct err *err)
{
	struct str out = {0};
	int rc;

	(void)a;
	if (app->ui)
		return cmd_run_line(app, "show messages", err);
	for (size_t i = 0; i < app->n_log; i++)
		str_addf(&out, "%s\n", app->log[i]);
	rc = out.len ? show(app, out.s, err) : 0;
	str_release(&out);
	return rc;
}

const struct cmd cmd_log = {
    .name = "log",
    .args = "",
    .flags = CMD_LIVE,
    .help = "all messages of this run",
    .exec = exec_log,
};

static int exec_doctor(struct app *app, const struct args *a, struct err *err)
{
	struct json *j = doctor_report(app);
	struct str out = {0};
	char *line;
	int rc;

	if (args_has(a, "json")) {
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
		json_free(j);
		return 0;
	}
	doctor_text(j, &out);
	json_free(j);
	rc = show(app, out.s, err);
	str_release(&out);
	return rc;
}

static const struct option DOCTOR_OPTIONS[] = {
    {"json", 0, NULL, "as one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_doctor = {
    .name = "doctor",
    .args = "",
    .options = DOCTOR_OPTIONS,
    .flags = CMD_BATCH | CMD_LIVE,
    .help = "what umie finds here: terminal, processor, libraries, folders",
    .exec = exec_doctor,
};
