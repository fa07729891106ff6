/* What the model is asked: the instruction as it was filled in. */
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

static bool editing(const struct app *app)
{
	return app->ui->typing == TYPING_PANE &&
	       app->ui->focus == PANE_INSTRUCTION;
}

static void title(const struct app *app, struct str *out)
{
	str_add(out, task_called(app->request.task, app->request.own));
	if (editing(app))
		str_add(out, ", editing");
	else if (app->request.instruction)
		str_add(out, ", edited");
	else if (app->open && app->report.trained_instructions)
		str_add(out, ", as trained");
}

/* The filled-in one as long as it is the one asked for. */
static const char *shown(const struct app *app)
{
	const struct extract_request *r = &app->request;
	const struct extraction *x = here_answer(app);
	const char *own = task_instruction(r->task);

	if (editing(app))
		return str_cstr(&app->ui->line);
	if (x && x->task == r->task && (!app->stale || !r->instruction))
		return x->instruction;
	if (r->instruction)
		return r->instruction;
	return own ? own : "(the instructions of med and meae)";
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const char *s = shown(app);
	struct glyphs g;
	struct rows rows;
	size_t at;
	int top, n;

	glyphs_of(&g, s, strlen(s));
	rows_wrap(&rows, &g, MAX(p->w, 1));
	at = glyphs_byte(&g, app->ui->point);
	top = pane_top((int)rows.n, p->h, editing(app) ? SCROLL_AUTO : scroll,
		       editing(app) ? (int)rows_of(&rows, at) : -1);
	n = (int)rows.n;
	for (int y = 0; y < p->h && y + top < n; y++) {
		const struct row *r = &rows.row[y + top];
		int x = 0;

		for (size_t i = r->begin; i < r->end; i++) {
			if (x + g.g[i].width <= p->w)
				port_glyph(p, y, x, INK_PLAIN, &g.g[i]);
			x += g.g[i].width;
		}
	}
	if (editing(app)) {
		size_t row = rows_of(&rows, at);

		port_cursor(p, (int)row - top,
			    glyphs_width(&g, rows.row[row].begin, at));
	}
	pane_more(p, top, n);
	rows_release(&rows);
	glyphs_release(&g);
	return n;
}

const struct pane_ops pane_instruction = {
    .dirty = DIRTY_INSTRUCTION,
    .title = title,
    .draw = draw,
};
