/* Commands of the full screen: what its keys do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/here.h"
#include "tui/layout.h"
#include "tui/script.h"
#include "tui/training.h"

enum { TWICE = 2000 }; /* ms between two cancels that mean leave */

/* The ui, or NULL and a sentence outside the full screen. */
static struct ui *screen(struct app *app, const struct args *a, struct err *err)
{
	if (!app->ui)
		err_set(err, ERR_USAGE, "%s: only on the full screen",
			a->cmd->name);
	return app->ui;
}

static void focus(struct app *app, enum pane_id to)
{
	ui_focus(app->ui, to);
	app->dirty = DIRTY_ALL;
}

/* "next", "previous", a number on this screen or a name. */
static bool pane_meant(const struct ui *ui, const char *s, enum pane_id *out)
{
	int step = strcmp(s, "next") == 0 ? 1 : -1;
	struct layout l;

	if (step > 0 || strcmp(s, "previous") == 0) {
		layout_make(&l, ui);
		/* alone: all of them, not those that can be seen */
		for (int i = 0; ui->zoom && i < PANES; i++)
			l.pane[i].h = 1;
		*out = layout_next(&l, ui, step);
		return true;
	}
	if (s[0] >= '1' && s[0] <= '9' && !s[1]) {
		*out = pane_numbered(ui->screen, s[0] - '0');
		return *out != PANE_NONE;
	}
	return pane_find(s, out);
}

static int exec_focus(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);
	enum pane_id to;

	if (!ui)
		return -(int)err->code;
	if (!pane_meant(ui, a->pos[0], &to))
		return err_set(err, ERR_USAGE,
			       "focus %s: next, previous, the number of a "
			       "pane from 1 to %d or a name expected",
			       a->pos[0], screen_panes(ui->screen));
	focus(app, to);
	return 0;
}

const struct cmd cmd_focus = {
    .name = "focus",
    .args = "next|previous|N|instruction|text|results|picture|gate|queue|"
	    "variants|sweep|scores|loss|ranks|dev|gates|log|table|slices|"
	    "messages",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "screen: go to a pane, by its number on this screen or its name",
    .exec = exec_focus,
};

static int exec_screen(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);
	int s = 0;

	if (!ui)
		return -(int)err->code;
	while (s < SCREENS &&
	       strcmp(a->pos[0], screen_name((enum screen_id)s)) != 0)
		s++;
	if (s == SCREENS)
		return err_set(err, ERR_USAGE, "screen %s: expected %s",
			       a->pos[0], a->cmd->args);
	ui_show_screen(ui, (enum screen_id)s);
	app->dirty = DIRTY_ALL;
	return 0;
}

const struct cmd cmd_screen = {
    .name = "screen",
    .args = "annotate|probe|train|eval",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "screen: change to another one",
    .exec = exec_screen,
};

static int exec_zoom(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);

	if (!ui)
		return -(int)err->code;
	ui->zoom = !ui->zoom;
	app->dirty = DIRTY_ALL;
	return 0;
}

const struct cmd cmd_zoom = {
    .name = "zoom",
    .args = "",
    .flags = CMD_LIVE | CMD_SCREEN,
    .help = "screen: the pane in focus takes all the room, or gives it "
	    "back",
    .exec = exec_zoom,
};

static int exec_select(struct app *app, const struct args *a, struct err *err)
{
	int n = here_rows(app), at;
	const char *s = a->pos[0];
	char *end;

	if (n == 0)
		return err_set(err, ERR_USAGE, "select: nothing was found");
	if (strcmp(s, "next") == 0)
		at = MIN(app->selected + 1, n - 1);
	else if (strcmp(s, "previous") == 0)
		at = MAX(app->selected - 1, 0);
	else if (strcmp(s, "first") == 0)
		at = 0;
	else if (strcmp(s, "last") == 0)
		at = n - 1;
	else
		at = (int)strtol(s, &end, 10) - 1;
	if (at < 0 || at >= n)
		return err_set(err, ERR_USAGE,
			       "select %s: next, previous, first, last or a "
			       "number from 1 to %d expected",
			       s, n);
	app->selected = at;
	for (int i = 0; app->ui && i < PANES; i++)
		app->ui->scroll[i] = SCROLL_AUTO;
	app->dirty |= DIRTY_RESULTS | DIRTY_TEXT | DIRTY_PICTURE;
	return 0;
}

const struct cmd cmd_select = {
    .name = "select",
    .args = "next|previous|first|last|N",
    .flags = CMD_LIVE,
    .min_pos = 1,
    .max_pos = 1,
    .help = "choose a result; its place and attention are shown",
    .exec = exec_select,
};

/* "picture", "boxes" and "heat" are switched, the rest is laid over. */
static int exec_show(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);
	const char *s = a->pos[0];
	int o = OVERLAY_RAW;

	if (!ui)
		return -(int)err->code;
	app->dirty = DIRTY_ALL;
	if (strcmp(s, "picture") == 0) {
		ui->other = !ui->other;
	} else if (strcmp(s, "boxes") == 0) {
		ui->boxes = !ui->boxes;
	} else if (strcmp(s, "heat") == 0) {
		ui->heat = !ui->heat;
	} else {
		while (o > OVERLAY_NONE &&
		       strcmp(s, overlay_name((enum overlay)o)) != 0)
			o--;
		if (o == OVERLAY_NONE)
			return err_set(err, ERR_USAGE, "show %s: expected %s",
				       s, a->cmd->args);
		ui->overlay = (enum overlay)o;
		ui->last_messages = 0;
		/* messages are read from the end */
		ui->overlay_scroll = o == OVERLAY_MESSAGES ? 1 << 20 : 0;
	}
	return 0;
}

const struct cmd cmd_show = {
    .name = "show",
    .args = "picture|boxes|heat|raw|messages|keys",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "screen: lay a list over the panes, or switch something on "
	    "and off",
    .exec = exec_show,
};

static int exec_pixels(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);

	if (!ui)
		return -(int)err->code;
	if (!app->picture.rgb)
		return err_set(err, ERR_USAGE, "pixels: there is no picture");
	ui->want |= WANT_PIXELS;
	return 0;
}

const struct cmd cmd_pixels = {
    .name = "pixels",
    .args = "",
    .flags = CMD_LIVE,
    .help = "screen: the picture in the terminal's own pixels (sixel, kitty)",
    .exec = exec_pixels,
};

static int exec_scroll(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = screen(app, a, err);
	const char *s = a->pos[0];
	int *at, step;
	struct layout l;

	if (!ui)
		return -(int)err->code;
	if (strcmp(s, "up") != 0 && strcmp(s, "down") != 0)
		return err_set(err, ERR_USAGE, "scroll %s: up or down expected",
			       s);
	layout_make(&l, ui);
	at = ui->overlay ? &ui->overlay_scroll : &ui->scroll[ui->focus];
	step = (ui->overlay ? l.all.h : l.pane[ui->focus].h) - 2;
	*at = MAX(*at, 0) + MAX(step, 1) * (*s == 'u' ? -1 : 1);
	*at = MAX(*at, 0);
	app->dirty = DIRTY_ALL;
	return 0;
}

const struct cmd cmd_scroll = {
    .name = "scroll",
    .args = "up|down",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "screen: turn a page in the pane in focus",
    .exec = exec_scroll,
};

/* From what is held, or else from the model's own value, in whole steps. */
static int exec_nudge(struct app *app, const struct args *a, struct err *err)
{
	float from = app->result ? app->result->g : 0, to;
	char *end, *line;
	double step = strtod(a->pos[0], &end);
	int rc;

	if (end == a->pos[0] || *end ||
	    !(fabs(step) >= 0.001 && fabs(step) <= 2))
		return err_set(err, ERR_USAGE,
			       "nudge %s: a step from -2 to 2 expected",
			       a->pos[0]);
	if (app->request.gate == GATE_SET_HELD)
		from = app->request.gate_value;
	if (app->request.gate == GATE_SET_OFF)
		from = 0;
	to = (float)(step * (round((double)from / step) + 1));
	line = xasprintf("gate %.3f", (double)fminf(fmaxf(to, 0), 1.649f));
	rc = cmd_run_line(app, line, err);
	free(line);
	return rc;
}

const struct cmd cmd_nudge = {
    .name = "nudge",
    .args = "STEP",
    .flags = CMD_LIVE,
    .min_pos = 1,
    .max_pos = 1,
    .raw = true,
    .help = "hold the gate a step higher or lower",
    .exec = exec_nudge,
};

static int exec_cancel(struct app *app, const struct args *a, struct err *err)
{
	bool ran = app->script || (app->engine && engine_busy(app->engine));
	double now = clock_ms();
	struct err stopped;

	(void)a;
	/* Where a run is looked at, it is what C-c is meant for. */
	if (app->ui && app->ui->screen == SCREEN_TRAIN && training_runs(app))
		return training_stop(app, err);
	if (ran && app->engine)
		engine_cancel(app->engine, 0);
	app->run_at = 0;
	err_set(&stopped, ERR_CANCELLED, "interrupted");
	if (app->script)
		script_stop(app, &stopped);
	else
		app_note(app, "%s%s", ran ? "cancelled" : "nothing is running",
			 app->ui ? "; C-c again within 2 seconds leaves" : "");
	if (!app->ui)
		return 0;
	app->ui->asking =
	    app->ui->cancelled_at > 0 && now - app->ui->cancelled_at < TWICE;
	app->ui->cancelled_at = now;
	app->dirty |= DIRTY_STATUS;
	return 0;
}

const struct cmd cmd_cancel = {
    .name = "cancel",
    .args = "",
    .flags = CMD_LIVE,
    .help = "stop what is being computed",
    .exec = exec_cancel,
};

static int want(struct app *app, const struct args *a, unsigned what,
		struct err *err)
{
	if (!screen(app, a, err))
		return -(int)err->code;
	app->ui->want |= what;
	return 0;
}

static int exec_prompt(struct app *app, const struct args *a, struct err *err)
{
	int rc = want(app, a, WANT_PROMPT, err);

	if (rc < 0 || a->n_pos == 0)
		return rc;
	str_clear(&app->ui->begun);
	str_addf(&app->ui->begun, "%s ", a->pos[0]);
	return 0;
}

const struct cmd cmd_prompt = {
    .name = "prompt",
    .args = "[LINE]",
    .flags = CMD_LIVE | CMD_SCREEN,
    .max_pos = 1,
    .raw = true,
    .help = "screen: type a command, which may have been begun",
    .exec = exec_prompt,
};

static int exec_repaint(struct app *app, const struct args *a, struct err *err)
{
	return want(app, a, WANT_REPAINT, err);
}

const struct cmd cmd_repaint = {
    .name = "repaint",
    .args = "",
    .flags = CMD_LIVE | CMD_SCREEN,
    .help = "screen: draw everything again",
    .exec = exec_repaint,
};

static int exec_suspend(struct app *app, const struct args *a, struct err *err)
{
	return want(app, a, WANT_SUSPEND, err);
}

const struct cmd cmd_suspend = {
    .name = "suspend",
    .args = "",
    .flags = CMD_LIVE | CMD_SCREEN,
    .help = "screen: back to the shell; fg returns",
    .exec = exec_suspend,
};
