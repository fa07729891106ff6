/* Commands of the prompt: what is edited, shown and held. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/gate-sweep.h"
#include "tui/training.h"

static int exec_open(struct app *app, const struct args *a, struct err *err)
{
	return app_open(app, a->pos[0], err);
}

const struct cmd cmd_open = {
    .name = "open",
    .args = "CKPT",
    .flags = CMD_LIVE | CMD_EDIT | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "open a checkpoint folder in the background and report",
    .exec = exec_open,
};

static void set(char **to, const char *value)
{
	free(*to);
	*to = xstrdup_null(value);
}

static int exec_text(struct app *app, const struct args *a, struct err *err)
{
	char *text;
	int rc;

	if (a->n_pos == 0) {
		app_say(app, "%s", app->request.text);
		return 0;
	}
	rc = argument_text(a->pos[0], &text, err);
	if (rc < 0)
		return rc;
	if (text[utf8_valid(text, strlen(text))]) {
		free(text);
		return err_set(err, ERR_DATA, "the text is not UTF-8");
	}
	free(app->request.text);
	app->request.text = text;
	app_edited(app);
	return 0;
}

const struct cmd cmd_text = {
    .name = "text",
    .args = "[TEXT|@FILE]",
    .flags = CMD_LIVE | CMD_EDIT,
    .max_pos = 1,
    .raw = true,
    .help = "set the text, or show it",
    .exec = exec_text,
};

/* The picture of another example, for what the text says beside it. */
static int image_of_other(struct app *app, const struct args *a,
			  struct err *err)
{
	const char *number = a->n_pos > 1 ? a->pos[1] : "";
	const struct session_example *e;
	char *end;
	long n = strtol(number, &end, 10);

	if (!app_session(app, err))
		return -(int)err->code;
	e = *number && !*end && n > 0 && n <= INT_MAX
		? state_example(session_state(app->session), (int)n)
		: NULL;
	if (!e)
		return err_set(err, ERR_USAGE,
			       "image other %s: the number of an example "
			       "expected",
			       number);
	if (!e->ex.image)
		return err_set(err, ERR_USAGE,
			       "image other %ld: that example has no picture",
			       n);
	return app_image(app, e->ex.image, err);
}

static int exec_image(struct app *app, const struct args *a, struct err *err)
{
	if (strcmp(a->pos[0], "other") == 0)
		return image_of_other(app, a, err);
	if (a->n_pos > 1)
		return err_set(err, ERR_USAGE, "image: wants %s", a->cmd->args);
	if (strcmp(a->pos[0], "none") != 0)
		return app_image(app, a->pos[0], err);
	app_set_image(app, NULL);
	return 0;
}

const struct cmd cmd_image = {
    .name = "image",
    .args = "PATH|-|none|other N",
    .flags = CMD_LIVE | CMD_EDIT,
    .min_pos = 1,
    .max_pos = 2,
    .help = "use a picture, that of another example, or none",
    .exec = exec_image,
};

/* The choices with numbers, for those who do not see a list. */
static int list_tasks(struct app *app)
{
	for (int t = 0; t <= TASK_MEE; t++)
		app_say(app, "%d %s: %s%s", t + 1, task_name((enum task)t),
			task_what((enum task)t),
			(int)app->request.task == t && !app->request.own
			    ? " (now)"
			    : "");
	app_say(app, "%d " TASK_OWN ": " TASK_OWN_WHAT "%s", TASK_MEE + 2,
		app->request.own ? " (now)" : "");
	return 0;
}

/* By name or number. */
static bool which_task(const char *s, enum task *out, bool *own)
{
	*own = s[0] == '2' + TASK_MEE && !s[1];
	if (*own) {
		*out = TASK_MNER;
		return true;
	}
	if (s[0] >= '1' && s[0] <= '1' + TASK_MEE && !s[1]) {
		*out = (enum task)(s[0] - '1');
		return true;
	}
	return task_read(s, out, own);
}

static int exec_task(struct app *app, const struct args *a, struct err *err)
{
	struct extract_request *r = &app->request;
	enum task t;
	bool own;

	if (a->n_pos == 0)
		return list_tasks(app);
	if (!which_task(a->pos[0], &t, &own))
		return err_set(err, ERR_USAGE, "no task %s; the tasks are %s",
			       a->pos[0], task_names_all());
	/* types that were listed for entities may be why own is chosen */
	if (!own || r->task != TASK_MNER)
		labels_release(&r->labels);
	r->task = t;
	r->own = own;
	set(&r->instruction, NULL);
	if (own && r->labels.n == 0)
		app_note(app, OWN_WANTS_LABELS);
	app_edited(app);
	return 0;
}

const struct cmd cmd_task = {
    .name = "task",
    .args = "[TASK|N]",
    .flags = CMD_LIVE | CMD_EDIT,
    .max_pos = 1,
    .help = "choose what is extracted, with its own instruction (own: types "
	    "that you name with labels); or list the tasks",
    .exec = exec_task,
};

static int exec_pair(struct app *app, const struct args *a, struct err *err)
{
	if (a->n_pos == 1)
		return err_set(err, ERR_USAGE,
			       "pair: wants HEAD and TAIL, or nothing");
	set(&app->request.head, a->n_pos ? a->pos[0] : NULL);
	set(&app->request.tail, a->n_pos ? a->pos[1] : NULL);
	app_edited(app);
	return 0;
}

const struct cmd cmd_pair = {
    .name = "pair",
    .args = "[HEAD TAIL]",
    .flags = CMD_LIVE | CMD_EDIT,
    .max_pos = 2,
    .help = "for mre: the two entities; without them, all pairs",
    .exec = exec_pair,
};

static int exec_event(struct app *app, const struct args *a, struct err *err)
{
	(void)err;
	set(&app->request.event, a->pos[0]);
	app_edited(app);
	return 0;
}

const struct cmd cmd_event = {
    .name = "event",
    .args = "TYPE",
    .flags = CMD_LIVE | CMD_EDIT,
    .min_pos = 1,
    .max_pos = 1,
    .help = "for meae: the event type whose arguments are wanted",
    .exec = exec_event,
};

int gate_parse(const char *s, struct extract_request *r, struct err *err)
{
	char *end;
	double v;

	if (strcmp(s, "own") == 0) {
		r->gate = GATE_SET_OWN;
		return 0;
	}
	if (strcmp(s, "off") == 0) {
		r->gate = GATE_SET_OFF;
		return 0;
	}
	v = strtod(s, &end);
	if (end == s || *end || !(v >= -2 && v <= 2))
		return err_set(err, ERR_USAGE,
			       "gate %s: own, off or a number from -2 to 2 "
			       "expected",
			       s);
	r->gate = GATE_SET_HELD;
	r->gate_value = (float)v;
	return 0;
}

static int exec_gate(struct app *app, const struct args *a, struct err *err)
{
	int rc;

	if (a->n_pos && strcmp(a->pos[0], "sweep") == 0)
		return gate_sweep(app, a, err);
	if (a->n_pos > 1)
		return err_set(err, ERR_USAGE,
			       "gate: one argument too many: %s", a->pos[1]);
	if (a->n_pos == 0) {
		if (app->result)
			app_say(app, "gate %.4f in use, own %.4f, cos %.4f",
				(double)app->result->g_used,
				(double)app->result->g,
				(double)app->result->cos);
		else
			app_say(app, "gate: nothing computed yet");
		return 0;
	}
	rc = gate_parse(a->pos[0], &app->request, err);
	if (rc < 0)
		return rc;
	app->dirty |= DIRTY_GATE;
	app_edited(app);
	return 0;
}

static const struct option GATE_OPTIONS[] = {
    {"set", 0, NULL, "sweep over the session's set, in the background"},
    {"data", 0, "FILE", "sweep over this data set"},
    {"metric", 0, "f1|present|prob", "what the sweep draws"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_gate = {
    .name = "gate",
    .args = "[own|off|X|sweep FROM TO N]",
    .options = GATE_OPTIONS,
    .flags = CMD_LIVE,
    .max_pos = 4,
    .help = "hold the gate at a value, switch it off, leave it to the model, "
	    "or sweep it",
    .exec = exec_gate,
};

static int exec_run(struct app *app, const struct args *a, struct err *err)
{
	long beams, max;

	if (args_int(a, "beams", 1, 64, app->request.beams, &beams, err) < 0 ||
	    args_int(a, "max", 2, 512, app->request.max_tokens, &max, err) < 0)
		return -(int)err->code;
	if (app->request.own && app->request.labels.n == 0)
		return err_set(err, ERR_USAGE, OWN_WANTS_LABELS);
	if (args_has(a, "greedy"))
		beams = 1;
	if (args_has(a, "constrained"))
		app->request.constrained = true;
	app->request.beams = (int)beams;
	app->request.max_tokens = (int)max;
	app_predict(app);
	app_apply_settings(app); /* only for this once */
	return 0;
}

static const struct option RUN_OPTIONS[] = {
    {"beams", 0, "N", "beam search, this once (setting: beams)"},
    {"greedy", 0, NULL, "the most probable token each time, this once"},
    {"constrained", 0, NULL,
     "only answers of the task's form, this once (setting: constrained)"},
    {"max", 0, "N", "longest answer in tokens, this once (setting: max)"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_run = {
    .name = "run",
    .args = "",
    .options = RUN_OPTIONS,
    .flags = CMD_LIVE | CMD_MODEL,
    .help = "predict again now",
    .exec = exec_run,
};

/* A run is not left or ended without being asked what is wanted. */
static int exec_quit(struct app *app, const struct args *a, struct err *err)
{
	const char *word = a->n_pos ? a->pos[0] : "";
	bool stop = strcmp(word, "stop") == 0;

	if (*word && !stop && strcmp(word, "keep") != 0)
		return err_set(err, ERR_USAGE, "quit %s: keep or stop expected",
			       word);
	if (training_runs(app) && !*word)
		return err_set(err, ERR_USAGE,
			       "%s is going on: quit keep leaves it running, "
			       "quit stop lets it save and end",
			       app->training->name);
	if (training_runs(app) && stop && training_stop(app, err) < 0)
		return -(int)err->code;
	app->quit = true;
	return 0;
}

const struct cmd cmd_quit = {
    .name = "quit",
    .alias = "q",
    .args = "[keep|stop]",
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = 1,
    .help = "leave; a training run goes on, or saves and ends",
    .exec = exec_quit,
};
