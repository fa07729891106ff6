/* What was found: number, type, text, probability, place, fit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

enum {
	TYPE_MAX = 22,
	PLACE = 9, /* "1234-5678" */
	FIT = 3,
	P = 5,
	WIDE = 56,  /* from here on places are shown, */
	WIDER = 76, /* and both of a relation */
};

static void title(const struct app *app, struct str *out)
{
	const struct extraction *x = app->result;
	double busy = pane_busy(app);

	if (here_example(app)) {
		items_title(app, out);
		x = NULL;
	}
	if (x)
		str_addf(out, "%zu found", x->n_found);
	if (x && x->n_dropped)
		str_addf(out, ", %zu not used", x->n_dropped);
	if (x && app->stale)
		str_add(out, ", old");
	if (busy > 0)
		str_addf(out, " ... %.1f s", busy / 1e3);
}

static char *place_of(const struct mention *m)
{
	return m->fit == FIT_ABSENT ? xstrdup("-")
				    : xasprintf("%d-%d", m->start, m->end);
}

/* What the row says, and where it stands; both the caller's. */
static void words(const struct extraction *x, const struct found *f,
		  char **what, char **place, const char **fit)
{
	const struct record *r = &f->rec;
	char *head, *tail;

	*fit = "";
	if (r->task == TASK_MRE) {
		*what = xasprintf("%s -> %s", r->head, r->tail);
		head = place_of(&f->head);
		tail = place_of(&f->tail);
		*place = xasprintf("%s %s", head, tail);
		free(head);
		free(tail);
		*fit = fit_mark(MAX(f->head.fit, f->tail.fit));
	} else if (r->region && r->region < x->regions.n) {
		const struct box *b = &x->regions.box[r->region];

		*what = xasprintf("O%d  %.0f,%.0f..%.0f,%.0f", r->region,
				  (double)b->x1, (double)b->y1, (double)b->x2,
				  (double)b->y2);
		*place = xstrdup("picture");
	} else if (r->region) {
		*what = xasprintf("O%d: no such box", r->region);
		*place = xstrdup("-");
		*fit = fit_mark(FIT_ABSENT);
	} else {
		*what = xstrdup(r->text);
		*place = place_of(&f->text);
		*fit = fit_mark(f->text.fit);
	}
}

/* An argument stands below its event. */
static const char *branch(const struct extraction *x, size_t i, bool utf8)
{
	int of = x->found[i].event;
	bool more = i + 1 < x->n_found && x->found[i + 1].event == of;

	if (of < 0)
		return "";
	if (utf8)
		return more ? "\u251c " : "\u2514 ";
	return more ? "+- " : "`- ";
}

static int type_width(const struct extraction *x, int w)
{
	int type = 4;

	for (size_t i = 0; i < x->n_found; i++)
		type = MAX(type, cells_width(x->found[i].rec.label) +
				     (x->found[i].event >= 0 ? 3 : 0));
	return MIN(type, MIN(TYPE_MAX, w / 3));
}

static void draw_found(const struct app *app, const struct port *p, size_t i,
		       int y)
{
	const struct extraction *x = app->result;
	const struct found *f = &x->found[i];
	unsigned old = app->stale ? INK_DIM : 0;
	int type = type_width(x, p->w), at, text;
	bool pair = f->rec.task == TASK_MRE;
	int place_w = p->w < (pair ? WIDER : WIDE) ? 0
		      : pair                       ? 2 * PLACE + 2
						   : PLACE + 1;
	char *what, *place, *name, prob[8];
	const char *fit;
	bool selected = (int)i == app->selected;

	words(x, f, &what, &place, &fit);
	name = xasprintf("%s%s", branch(x, i, app->ui->utf8), f->rec.label);
	pane_probability(f->p, prob);
	at = port_printf(p, y, 0, old | (selected ? INK_BOLD : 0), "%c%2zu ",
			 selected ? '>' : ' ', i + 1);
	at = port_field(p, y, at, type, old | pane_tag(app, f->rec.label),
			name) +
	     1;
	text = p->w - at - P - place_w - FIT;
	at = port_field(p, y, at, text, old, what);
	at = port_field(p, y, at + 1, P - 1, old, prob);
	if (place_w)
		at = port_field(p, y, at + 1, place_w - 1, old, place);
	port_field(p, y, at + 1, FIT - 1, old, fit);
	if (selected)
		port_ink(p, y, 0, p->w, INK_REVERSE);
	free(what);
	free(place);
	free(name);
}

static void draw_empty(const struct app *app, const struct port *p)
{
	const char *why = "nothing was found";

	if (app->open_job)
		why = "opening the checkpoint ...";
	else if (!app->open)
		why = "no checkpoint is open (:open PATH)";
	else if (!*app->request.text)
		why = "there is no text yet";
	else if (!app->result && app->live_job)
		why = "computing ...";
	else if (!app->result)
		why = "nothing computed yet (F5)";
	port_text(p, 0, 1, app->open || app->open_job ? INK_DIM : INK_PLAIN,
		  why);
}

/* What the answer held besides, a line each; row `y` may be out of view. */
static int draw_rest(const struct app *app, const struct port *p, int y)
{
	const struct extraction *x = app->result;
	unsigned old = app->stale ? INK_DIM : 0;

	for (size_t i = 0; i < x->n_dropped; i++)
		port_printf(p, y++, 1, old | INK_RED, "not used (%s): %s",
			    x->dropped[i].reason, x->dropped[i].segment);
	port_printf(p, y++, 1, INK_DIM,
		    "%.0f ms: picture %.0f, encoder %.0f, decoder %.0f; "
		    "%d tokens in, %d out%s",
		    x->ms.total, x->ms.image + x->ms.vision, x->ms.encode,
		    x->ms.decode, x->input_tokens, x->answer_tokens,
		    x->constrained ? "; constrained" : "");
	return y;
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct extraction *x = app->result;
	int n, top;

	if (here_example(app))
		return items_draw(app, p, scroll);
	if (!x || (x->n_found == 0 && x->n_dropped == 0)) {
		draw_empty(app, p);
		return x ? draw_rest(app, p, 1) : 1;
	}
	n = (int)x->n_found + (int)x->n_dropped + 1;
	top = pane_top(n, p->h, scroll, app->selected);
	for (size_t i = 0; i < x->n_found; i++)
		draw_found(app, p, i, (int)i - top);
	draw_rest(app, p, (int)x->n_found - top);
	pane_more(p, top, n);
	return n;
}

static bool click(const struct app *app, const struct port *p, int scroll,
		  int y, struct str *line)
{
	const struct extraction *x = app->result;
	int n = here_rows(app);
	int at = y + pane_top(n + (x ? (int)x->n_dropped : 0) + 1, p->h, scroll,
			      app->selected);

	if (here_example(app))
		return items_click(app, p, scroll, y, line);
	if (at >= n)
		return false;
	str_addf(line, "select %d", at + 1);
	return true;
}

const struct pane_ops pane_results = {
    .click = click,
    .dirty = DIRTY_RESULTS | DIRTY_STATUS | DIRTY_QUEUE,
    .title = title,
    .draw = draw,
};
