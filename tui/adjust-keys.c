/* Keys while something is set, and the command that Enter makes of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "tui/adjust-internal.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/here.h"
#include "tui/keymap.h"
#include "tui/tokens.h"
#include "tui/ui.h"
#include "tui/words.h"

enum { BOX_STEPS = 32 }; /* of a picture's side in one key */

/* --- taking ------------------------------------------------------------- */

/* Leave, then run the line, which is released. */
static void finish(struct app *app, char *line)
{
	struct err err;

	adjust_leave(app);
	if (cmd_run_line(app, line, &err) < 0)
		app_note(app, "%s", err.text);
	free(line);
}

static void take_box(struct app *app)
{
	const struct adjust *a = &app->ui->adjust;
	const struct session_example *e = here_example(app);
	const struct item *event = a->event ? example_item(e, a->event) : NULL;
	char *box =
	    xasprintf("%.0f,%.0f,%.0f,%.0f", (double)a->box.x1,
		      (double)a->box.y1, (double)a->box.x2, (double)a->box.y2);

	if (event)
		adjust_pick(app, ITEM_ARGUMENT, event->label,
			    xasprintf("arg %d ", a->event),
			    xasprintf(" %s", box));
	else
		finish(app, xasprintf("box %d %s", a->item, box));
	free(box);
}

/* What a new span is: a trigger where events are looked for. */
static enum item_kind span_kind(const struct app *app)
{
	enum task t = here_example(app)->ex.task;

	return t == TASK_MED || t == TASK_MEE ? ITEM_EVENT : ITEM_ENTITY;
}

static void take_span(struct app *app)
{
	const struct adjust *a = &app->ui->adjust;
	enum item_kind kind = span_kind(app);

	adjust_pick(app, kind, NULL,
		    xstrdup(kind == ITEM_EVENT ? "trigger " : "span "),
		    xasprintf(" %d %d", a->start, a->end));
}

static void take_pick(struct app *app)
{
	const struct adjust *a = &app->ui->adjust;
	const char *label = adjust_choice(a, a->chosen);
	struct str line = {0};

	if (!label)
		return;
	str_add(&line, a->before);
	words_quote(label, &line);
	str_add(&line, a->after);
	finish(app, str_detach(&line));
}

static void take(struct app *app)
{
	struct adjust *a = &app->ui->adjust;
	const struct item *it = here_item(app);

	switch (a->kind) {
	case ADJUST_EDGES:
		finish(app,
		       xasprintf("edges %d %d %d", a->item, a->start, a->end));
		break;
	case ADJUST_SPAN:
		take_span(app);
		break;
	case ADJUST_BOX:
		take_box(app);
		break;
	case ADJUST_HEAD:
		if (it) {
			a->head = it->id;
			a->kind = ADJUST_TAIL;
		}
		break;
	case ADJUST_TAIL:
		if (it)
			adjust_pick(app, ITEM_RELATION, NULL, xstrdup("rel "),
				    xasprintf(" %d %d", a->head, it->id));
		break;
	case ADJUST_PICK:
		take_pick(app);
		break;
	case ADJUST_NONE:
	case ADJUST_KINDS:
		break;
	}
	app->dirty = DIRTY_ALL;
}

/* --- keys --------------------------------------------------------------- */

static int32_t moved(const struct tokens *t, int32_t at, int step, bool finely,
		     bool end)
{
	if (finely)
		return MAX(0, MIN(at + step, t->points));
	return end ? tokens_end(t, at, step) : tokens_start(t, at, step);
}

static bool edges_key(struct app *app, int key)
{
	static const struct {
		int key, start, end;
	} table[] = {
	    {'h', 0, -1},          {'l', 0, 1},           {'H', -1, 0},
	    {'L', 1, 0},           {K_LEFT, -1, -1},      {K_RIGHT, 1, 1},
	    {K_SHIFT_LEFT, 0, -1}, {K_SHIFT_RIGHT, 0, 1},
	};
	struct adjust *a = &app->ui->adjust;
	bool finely = key & K_META;
	int32_t start = a->start, end = a->end;
	struct tokens t;
	size_t i = 0;

	while (i < ARRAY_LEN(table) && table[i].key != (key & ~K_META))
		i++;
	if (i == ARRAY_LEN(table))
		return false;
	tokens_of(&t, here_example(app)->ex.text);
	if (table[i].start)
		start = moved(&t, start, table[i].start, finely, false);
	if (table[i].end)
		end = moved(&t, end, table[i].end, finely, true);
	tokens_release(&t);
	/* Both or none, so that a span at the end does not shrink. */
	if (start < end && (!table[i].start || start != a->start) &&
	    (!table[i].end || end != a->end)) {
		a->start = start;
		a->end = end;
	}
	app->dirty |= DIRTY_TEXT;
	return true;
}

/* Move by (dx, dy), or move the far corner alone; within the picture. */
static void move_box(struct adjust *a, float w, float h, float dx, float dy,
		     bool size)
{
	struct box b = a->box;

	if (!size) {
		dx = fmaxf(-b.x1, fminf(dx, w - b.x2));
		dy = fmaxf(-b.y1, fminf(dy, h - b.y2));
		b.x1 += dx;
		b.y1 += dy;
	}
	b.x2 = fmaxf(b.x1 + 1, fminf(b.x2 + dx, w));
	b.y2 = fmaxf(b.y1 + 1, fminf(b.y2 + dy, h));
	a->box = b;
}

static bool box_key(struct app *app, int key)
{
	static const struct {
		int key, dx, dy;
		bool size;
	} table[] = {
	    {K_LEFT, -1, 0, false},      {K_RIGHT, 1, 0, false},
	    {K_UP, 0, -1, false},        {K_DOWN, 0, 1, false},
	    {K_SHIFT_LEFT, -1, 0, true}, {K_SHIFT_RIGHT, 1, 0, true},
	    {K_SHIFT_UP, 0, -1, true},   {K_SHIFT_DOWN, 0, 1, true},
	    {'h', -1, 0, false},         {'l', 1, 0, false},
	    {'k', 0, -1, false},         {'j', 0, 1, false},
	    {'H', -1, 0, true},          {'L', 1, 0, true},
	    {'K', 0, -1, true},          {'J', 0, 1, true},
	};
	bool finely = key & K_META;
	float w, h;

	adjust_picture(app, &w, &h);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].key == (key & ~K_META)) {
			move_box(
			    &app->ui->adjust, w, h,
			    (float)table[i].dx * (finely ? 1 : w / BOX_STEPS),
			    (float)table[i].dy * (finely ? 1 : h / BOX_STEPS),
			    table[i].size);
			app->dirty |= DIRTY_PICTURE;
			return true;
		}
	return false;
}

static bool matches(const char *label, const char *filter)
{
	size_t n = strlen(filter);

	for (; *label; label++)
		if (strncasecmp(label, filter, n) == 0)
			return true;
	return n == 0;
}

const char *adjust_choice(const struct adjust *a, int n)
{
	for (size_t i = 0; i < a->labels.n; i++)
		if (matches(a->labels.name[i], str_cstr(&a->filter)) &&
		    n-- == 0)
			return a->labels.name[i];
	return NULL;
}

static void drop_last(struct str *s)
{
	while (s->len && ((unsigned char)s->s[--s->len] & 0xc0) == 0x80)
		;
	if (s->s)
		s->s[s->len] = '\0';
}

static bool pick_key(struct app *app, int key)
{
	struct adjust *a = &app->ui->adjust;
	char utf8[4];

	if (key == K_DOWN && adjust_choice(a, a->chosen + 1)) {
		a->chosen++;
	} else if (key == K_UP && a->chosen > 0) {
		a->chosen--;
	} else if (key == K_BACKSPACE || key == KEY_CTRL('h')) {
		drop_last(&a->filter);
		a->chosen = 0;
	} else if (key >= '1' && key <= '9' && a->filter.len == 0 &&
		   adjust_choice(a, key - '1')) {
		a->chosen = key - '1';
		take(app);
	} else if (key >= ' ' && key != 0x7f && key < KEYS_FROM) {
		str_addn(&a->filter, utf8,
			 (size_t)utf8_encode((uint32_t)key, utf8));
		a->chosen = 0;
	}
	app->dirty = DIRTY_ALL;
	return true;
}

bool adjust_key(struct app *app, int key)
{
	struct adjust *a = &app->ui->adjust;
	const struct session_example *e = here_example(app);

	if (!e || e->number != a->example || key == K_ESCAPE ||
	    key == KEY_CTRL('c')) {
		adjust_leave(app);
		return true;
	}
	if (key == K_ENTER) {
		take(app);
		return true;
	}
	switch (a->kind) {
	case ADJUST_EDGES:
	case ADJUST_SPAN:
		return edges_key(app, key);
	case ADJUST_BOX:
		return box_key(app, key);
	case ADJUST_PICK:
		return pick_key(app, key);
	case ADJUST_HEAD:
	case ADJUST_TAIL:
	case ADJUST_NONE:
	case ADJUST_KINDS:
		break;
	}
	return false;
}
