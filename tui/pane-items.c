/* Results of a session: what model, data set and person say, and decided. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/session.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

enum {
	NUMBER = 4, /* ">12 " */
	STATE = 2,
	LAYERS = 4,
	TYPE_MAX = 20,
	P = 5,
	PLACE = 10, /* "1234-5678 " */
	FIT = 3,
	FIT_ROOM = 24, /* bytes */
	WIDE = 54,     /* from here on places are shown */
	FULL = 64,     /* and here types in full */
	TAG = 3,       /* letters of one that is not */
	HEADER_H = 9,  /* from here on there is a line of headings */
	LEGEND_H = 14, /* and here the marks are explained */
};

/* Columns of one line. */
struct columns {
	int type, text, place;
	bool tags; /* types are three letters */
};

void items_title(const struct app *app, struct str *out)
{
	const struct session_example *e = here_example(app);
	int model = 0, gold = 0, same = 0;

	for (size_t i = 0; i < e->n_items; i++) {
		unsigned l = e->item[i].layers;

		model += (l & LAYER_MODEL) != 0;
		gold += (l & LAYER_GOLD) != 0;
		same += (l & LAYER_MODEL) && (l & LAYER_GOLD);
	}
	str_addf(out, "model %d", model);
	if (gold)
		str_addf(out, "  gold %d  same %d", gold, same);
	if (e->flag)
		str_add(out, "  flagged");
	if (e->progress == PROGRESS_DONE)
		str_add(out, "  done");
	if (e->progress == PROGRESS_SKIPPED)
		str_add(out, "  skipped");
}

static char *place_of(const struct anchor *a)
{
	if (!a->text)
		return xstrdup("");
	return a->start < 0 ? xstrdup("-")
			    : xasprintf("%d-%d", a->start, a->end);
}

/* "Ann -> Bob", "O1 (picture)", the text; caller's. */
static char *what_of(const struct item *it)
{
	const char *note = it->note ? " ;" : "";

	if (it->kind == ITEM_RELATION)
		return xasprintf("%s -> %s%s", it->head.text, it->tail.text,
				 note);
	if (it->self.text)
		return xasprintf("%s%s", it->self.text, note);
	if (it->region)
		return xasprintf("O%d (picture)%s", it->region, note);
	return xasprintf("box %.0f,%.0f..%.0f,%.0f%s", (double)it->box.x1,
			 (double)it->box.y1, (double)it->box.x2,
			 (double)it->box.y2, note);
}

/* "=", "=2", "1/2" once a place among several is chosen, "!" */
static void fit_of(const struct item *it, char out[FIT_ROOM])
{
	const struct anchor *a = &it->self;

	out[0] = '\0';
	if (it->kind == ITEM_RELATION)
		snprintf(out, FIT_ROOM, "%s",
			 fit_mark(MAX(it->head.fit, it->tail.fit)));
	else if (a->text && a->fit == FIT_REPEATED && a->place > 0)
		snprintf(out, FIT_ROOM, "%d/%d", a->place, a->places);
	else if (a->text)
		snprintf(out, FIT_ROOM, "%s", fit_mark(a->fit));
}

static const char *branch(const struct session_example *e, size_t i, bool utf8)
{
	int of = e->item[i].event;
	bool more = i + 1 < e->n_items && e->item[i + 1].event == of;

	if (e->item[i].kind != ITEM_ARGUMENT)
		return "";
	if (utf8)
		return more ? "\u251c " : "\u2514 ";
	return more ? "+- " : "`- ";
}

static void tag_of(const char *label, char out[TAG + 1])
{
	for (int i = 0; i < TAG; i++)
		out[i] = (char)toupper((unsigned char)label[i]);
	out[TAG] = '\0';
}

/* Three letters tell any two of them apart, and read as a type. */
static bool tags_do(const struct session_example *e)
{
	char a[TAG + 1], b[TAG + 1];

	for (size_t i = 0; i < e->n_items; i++) {
		const char *label = e->item[i].label;

		if (e->item[i].kind != ITEM_ENTITY || strlen(label) < TAG)
			return false;
		for (int k = 0; k < TAG; k++)
			if (!isalpha((unsigned char)label[k]))
				return false;
		tag_of(label, a);
		for (size_t k = 0; k < i; k++) {
			tag_of(e->item[k].label, b);
			if (strcmp(a, b) == 0 &&
			    strcmp(label, e->item[k].label) != 0)
				return false;
		}
	}
	return true;
}

static struct columns columns_of(const struct session_example *e, int w)
{
	struct columns c = {.type = 4,
			    .place = w >= WIDE ? PLACE : 0,
			    .tags = w < FULL && tags_do(e)};

	for (size_t i = 0; i < e->n_items && !c.tags; i++)
		c.type =
		    MAX(c.type, cells_width(e->item[i].label) +
				    (e->item[i].kind == ITEM_ARGUMENT ? 3 : 0));
	c.type = MIN(c.type, MIN(TYPE_MAX, w / 4));
	c.text =
	    w - NUMBER - STATE - LAYERS - c.type - 1 - P - c.place - FIT - 1;
	return c;
}

/* "PER", "+- Place"; caller's. */
static char *type_of(const struct session_example *e, size_t i,
		     const struct columns *c, bool utf8)
{
	char tag[TAG + 1];

	if (!c->tags)
		return xasprintf("%s%s", branch(e, i, utf8), e->item[i].label);
	tag_of(e->item[i].label, tag);
	return xstrdup(tag);
}

static void draw_item(const struct app *app, const struct port *p, int y,
		      size_t i, const struct columns *c)
{
	const struct session_example *e = here_example(app);
	const struct item *it = &e->item[i];
	bool selected = (int)i == app->selected;
	bool out = it->state == ITEM_REJECTED;
	unsigned ink = out ? INK_DIM : 0;
	char *what = what_of(it), *place = place_of(&it->self), layers[4];
	char *name = type_of(e, i, c, app->ui->utf8);
	char prob[8] = "", fit[FIT_ROOM];
	int at;

	if (!isnan(it->p))
		pane_probability(it->p, prob);
	fit_of(it, fit);
	at = port_printf(p, y, 0, ink | INK_BOLD, "%c%2d %c ",
			 selected ? '>' : ' ', it->id,
			 item_state_mark(it->state));
	at = port_field(p, y, at, LAYERS, ink, item_layers(it->layers, layers));
	at =
	    port_field(p, y, at, c->type, ink | pane_tag(app, it->label), name);
	at = port_field(p, y, at + 1, c->text, ink, what);
	at = port_field(p, y, at + 1, P - 1, ink, prob);
	if (c->place)
		at = port_field(p, y, at + 1, c->place - 1, ink, place);
	port_text(p, y, at + 1, ink, fit);
	if (selected)
		port_ink(p, y, 0, p->w, INK_REVERSE);
	free(what);
	free(place);
	free(name);
}

static void draw_header(const struct port *p, const struct columns *c)
{
	int at = NUMBER + STATE + LAYERS;

	port_text(p, 0, NUMBER - 1, INK_DIM, "st in");
	at = port_field(p, 0, at, c->type, INK_DIM, "type");
	at = port_field(p, 0, at + 1, c->text, INK_DIM, "text");
	at = port_field(p, 0, at + 1, P - 1, INK_DIM, "p");
	if (c->place)
		at = port_field(p, 0, at + 1, c->place - 1, INK_DIM, "chars");
	port_text(p, 0, at + 1, INK_DIM, "fit");
}

/* What else there is to say about the selected one. */
static int draw_more(const struct app *app, const struct port *p, int y)
{
	const struct session_example *e = here_example(app);
	const struct item *it = here_item(app);

	if (it && it->was)
		port_printf(p, y++, 1, 0, "%d was: %s", it->id, it->was);
	if (it && it->note)
		port_printf(p, y++, 1, 0, "%d note: %s", it->id, it->note);
	if (e->note)
		port_printf(p, y++, 1, 0, "note: %s", e->note);
	return y;
}

static void draw_legend(const struct port *p, int y)
{
	port_text(p, y, 1, INK_DIM,
		  "+ accepted x rejected ~ edited * added   M model  G data "
		  "set  H you");
	port_text(p, y + 1, 1, INK_DIM,
		  "fit: = exact  =2 twice (o: next place)  ~ near  ! not in "
		  "the text");
}

static struct port list_port(const struct port *p)
{
	int header = p->h >= HEADER_H;

	return port_part(p, header, 0, p->h - header, p->w);
}

static int rows_of_items(const struct app *app)
{
	const struct session_example *e = here_example(app);
	const struct item *it = here_item(app);

	return (int)e->n_items + (it && it->was) + (it && it->note) +
	       (e->note != NULL);
}

int items_draw(const struct app *app, const struct port *p, int scroll)
{
	const struct session_example *e = here_example(app);
	struct columns c = columns_of(e, p->w);
	struct port list = list_port(p);
	int n = rows_of_items(app);
	int top = pane_top(n, list.h, scroll, app->selected);

	if (list.h < p->h)
		draw_header(p, &c);
	for (size_t i = 0; i < e->n_items; i++)
		draw_item(app, &list, (int)i - top, i, &c);
	draw_more(app, &list, (int)e->n_items - top);
	if (e->n_items == 0)
		port_text(&list, 0, 1, INK_DIM,
			  e->reply ? "nothing was found: v marks a new span"
				   : "not predicted yet");
	if (p->h >= LEGEND_H && n <= list.h - 3)
		draw_legend(p, p->h - 2);
	pane_more(&list, top, n);
	return n + p->h - list.h;
}

bool items_click(const struct app *app, const struct port *p, int scroll, int y,
		 struct str *line)
{
	struct port list = list_port(p);
	int at = y - (p->h - list.h);

	at += pane_top(rows_of_items(app), list.h, scroll, app->selected);
	if (at < 0 || at >= here_rows(app))
		return false;
	str_addf(line, "select %d", at + 1);
	return true;
}
