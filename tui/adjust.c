#include "tui/adjust-internal.h"

#include <stdlib.h>
#include <string.h>

#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/here.h"
#include "tui/tokens.h"
#include "tui/ui.h"
#include "tui/words.h"

static const struct {
	const char *name, *keys;
} KINDS_TABLE[ADJUST_KINDS] = {[ADJUST_NONE] = {"", ""},
#define ADJUST_ROW(upper, name, keys) [ADJUST_##upper] = {name, keys},
			       ADJUSTS(ADJUST_ROW)
#undef ADJUST_ROW
};

const char *adjust_keys(enum adjust_kind k)
{
	return KINDS_TABLE[k].keys;
}

const char *adjust_names(void)
{
	return "edges|span|box|relation|type|N";
}

static int need_example(const struct app *app, struct err *err)
{
	if (here_example(app))
		return 0;
	return err_set(err, ERR_USAGE,
		       "nothing to decide about: open a data set first "
		       "(:load FILE)");
}

static int need_item(const struct app *app, struct err *err)
{
	if (need_example(app, err) < 0)
		return -(int)err->code;
	if (here_item(app))
		return 0;
	return err_set(err, ERR_USAGE, "no result is selected");
}

static int begin_edges(struct app *app, struct adjust *a, struct err *err)
{
	const struct item *it = here_item(app);
	struct tokens t;

	if (it->kind == ITEM_RELATION || !it->self.text)
		return err_set(err, ERR_USAGE,
			       "%d: only what stands in the text has edges",
			       it->id);
	a->item = it->id;
	a->start = it->self.start;
	a->end = it->self.end;
	if (a->start >= 0)
		return 0;
	/* It stands nowhere yet: begin at the first word. */
	tokens_of(&t, here_example(app)->ex.text);
	a->start = tokens_start(&t, -1, 1);
	a->end = tokens_end(&t, 0, 1);
	tokens_release(&t);
	return a->end > 0 ? 0 : err_set(err, ERR_USAGE, "the text is empty");
}

/* The word behind the selected item, or the first one. */
static int begin_span(struct app *app, struct adjust *a, struct err *err)
{
	const struct item *it = here_item(app);
	struct tokens t;
	int32_t from = it && it->self.text ? it->self.end : -1;

	tokens_of(&t, here_example(app)->ex.text);
	if (tokens_end(&t, from, 1) == from)
		from = -1;
	a->start = tokens_start(&t, from - 1, 1);
	a->end = tokens_end(&t, a->start, 1);
	tokens_release(&t);
	return a->end > 0 ? 0 : err_set(err, ERR_USAGE, "the text is empty");
}

void adjust_picture(const struct app *app, float *w, float *h)
{
	*w = (float)app->picture_w;
	*h = (float)app->picture_h;
}

static int begin_box(struct app *app, struct adjust *a, struct err *err)
{
	const struct item *it = here_item(app);
	const struct extraction *x = here_answer(app);
	float w, h;

	adjust_picture(app, &w, &h);
	if (w <= 0 || h <= 0)
		return err_set(err, ERR_USAGE, "there is no picture");
	if (it->kind != ITEM_EVENT && it->kind != ITEM_ARGUMENT)
		return err_set(err, ERR_USAGE,
			       "%d: boxes are for arguments; select an event "
			       "or one of its arguments",
			       it->id);
	a->item = it->kind == ITEM_ARGUMENT ? it->id : 0;
	a->event = it->kind == ITEM_EVENT ? it->id : 0;
	a->box = (struct box){w / 4, h / 4, w * 3 / 4, h * 3 / 4};
	if (it->has_box)
		a->box = it->box;
	else if (x && it->region > 0 && it->region < x->regions.n)
		a->box = x->regions.box[it->region];
	return 0;
}

void adjust_pick(struct app *app, enum item_kind kind, const char *event,
		 char *before, char *after)
{
	struct adjust *a = &app->ui->adjust;

	a->kind = ADJUST_PICK;
	a->before = before;
	a->after = after;
	a->chosen = 0;
	here_labels(app, kind, event, &a->labels);
}

static void begin_type(struct app *app)
{
	const struct item *it = here_item(app);

	adjust_pick(app, it->kind, it->event_type,
		    xasprintf("type %d ", it->id), xstrdup(""));
}

static enum adjust_kind find(const char *name)
{
	int k = ADJUST_KINDS - 1;

	while (k > ADJUST_NONE && strcmp(KINDS_TABLE[k].name, name) != 0)
		k--;
	return *name ? (enum adjust_kind)k : ADJUST_NONE;
}

static int begin(struct app *app, enum adjust_kind kind, struct err *err)
{
	struct adjust *a = &app->ui->adjust;

	switch (kind) {
	case ADJUST_EDGES:
		return begin_edges(app, a, err);
	case ADJUST_SPAN:
		return begin_span(app, a, err);
	case ADJUST_BOX:
		return begin_box(app, a, err);
	case ADJUST_PICK:
		begin_type(app);
		return 0;
	case ADJUST_HEAD:
	case ADJUST_TAIL:
	case ADJUST_NONE:
	case ADJUST_KINDS:
		break;
	}
	return 0;
}

/* Where it is shown. */
static void look_at(struct app *app, enum adjust_kind kind)
{
	if (kind == ADJUST_BOX)
		ui_focus(app->ui, PANE_PICTURE);
	if (kind == ADJUST_EDGES || kind == ADJUST_SPAN)
		ui_focus(app->ui, PANE_TEXT);
	if (kind == ADJUST_HEAD)
		ui_focus(app->ui, PANE_RESULTS);
	app->ui->scroll[PANE_TEXT] = SCROLL_AUTO;
}

int adjust_begin(struct app *app, const char *name, struct err *err)
{
	enum adjust_kind kind = find(name);
	struct adjust *a = &app->ui->adjust;

	if (kind == ADJUST_NONE)
		return err_set(err, ERR_USAGE, "adjust %s: expected %s", name,
			       adjust_names());
	if ((kind == ADJUST_SPAN ? need_example : need_item)(app, err) < 0)
		return -(int)err->code;
	adjust_leave(app);
	if (begin(app, kind, err) < 0)
		return -(int)err->code;
	a->kind = kind;
	a->example = here_example(app)->number;
	a->from = (int)app->ui->focus;
	a->other = app->ui->other;
	a->zoom = app->ui->zoom;
	look_at(app, kind);
	return 0;
}

void adjust_release(struct adjust *a)
{
	free(a->before);
	free(a->after);
	labels_release(&a->labels);
	str_release(&a->filter);
	*a = (struct adjust){0};
}

void adjust_leave(struct app *app)
{
	struct ui *ui = app->ui;

	if (ui->adjust.kind) {
		ui_focus(ui, (enum pane_id)ui->adjust.from);
		ui->other = ui->adjust.other;
		ui->zoom = ui->adjust.zoom;
	}
	adjust_release(&ui->adjust);
	app->dirty = DIRTY_ALL;
}

int adjust_label(struct app *app, int n, struct err *err)
{
	const struct item *it;
	struct labels labels;
	struct str line = {0};
	int rc;

	if (need_item(app, err) < 0)
		return -(int)err->code;
	it = here_item(app);
	here_labels(app, it->kind, it->event_type, &labels);
	if (n < 1 || n > (int)labels.n) {
		rc = err_set(err, ERR_USAGE,
			     "there are %zu labels for it, no number %d",
			     labels.n, n);
	} else {
		str_addf(&line, "type %d ", it->id);
		words_quote(labels.name[n - 1], &line);
		rc = cmd_run_line(app, line.s, err);
	}
	str_release(&line);
	labels_release(&labels);
	return rc;
}
