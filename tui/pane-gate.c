/* How much of the picture goes into the text. */
#include <math.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

/* LeakyReLU(LeakyReLU(cos e^0.5)) is at most e^0.5. */
#define GATE_MAX 1.649f

static void title(const struct app *app, struct str *out)
{
	switch (app->request.gate) {
	case GATE_SET_OWN:
		break;
	case GATE_SET_OFF:
		str_add(out, "off");
		break;
	case GATE_SET_HELD:
		str_addf(out, "held at %.2f", (double)app->request.gate_value);
		break;
	}
	if (here_answer(app) && app->stale)
		str_add(out, str_cstr(out)[0] ? ", old" : "old");
}

/* "[=====|......]": filled up to the gate in use, '|' at the model's own. */
static void bar(const struct port *p, int y, int x, int w, float used,
		float own, unsigned ink)
{
	int inner = w - 2;
	int full = (int)lrintf(used / GATE_MAX * (float)inner);
	int mark = (int)lrintf(own / GATE_MAX * (float)(inner - 1));

	if (inner < 4)
		return;
	mark = MIN(MAX(mark, 0), inner - 1);
	port_char(p, y, x, ink, '[');
	for (int i = 0; i < inner; i++)
		port_char(p, y, x + 1 + i, ink,
			  i == mark  ? '|'
			  : i < full ? '='
				     : '.');
	port_char(p, y, x + w - 1, ink, ']');
}

/* The leaky side of the gate is too small for three digits. */
static double unsigned_zero(float v)
{
	return fabsf(v) < 0.0005f ? 0 : (double)v;
}

static const char *meaning(const struct app *app)
{
	switch (app->request.gate) {
	case GATE_SET_OWN:
		return "| the model's own value, in use";
	case GATE_SET_OFF:
		return "off: the picture is not used;  | own value";
	case GATE_SET_HELD:
		return "held by hand;  | the model's own value";
	}
	return "";
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct extraction *x = here_answer(app);
	unsigned ink = app->stale ? INK_DIM : 0;
	bool tall = p->h >= 3;
	int at;

	(void)scroll;
	if (!x || x->image == IMAGE_NONE) {
		port_text(p, 0, 1, INK_DIM,
			  !x ? "nothing computed yet"
			     : "no picture was used: gate 0");
		return 1;
	}
	if (x->image == IMAGE_MISSING) {
		port_text(p, 0, 1, INK_RED | INK_BOLD,
			  "image missing: computed from the text alone");
		return 1;
	}
	at = port_printf(p, 0, 1, ink, "g %.3f  own %.3f  cos %.3f",
			 unsigned_zero(x->g_used), unsigned_zero(x->g),
			 unsigned_zero(x->cos));
	if (!tall) {
		bar(p, 0, at + 2, p->w - at - 12, x->g_used, x->g, ink);
		port_text(p, 0, p->w - 9, INK_DIM, "0..1.649");
		return 1;
	}
	bar(p, 1, 1, p->w - 2, x->g_used, x->g, ink);
	port_text(p, 2, 1, INK_DIM, "0");
	port_text(p, 2, p->w - 6, INK_DIM, "1.649");
	port_text(p, 3, 1, ink, meaning(app));
	return 4;
}

const struct pane_ops pane_gate = {
    .dirty = DIRTY_GATE | DIRTY_RESULTS,
    .title = title,
    .draw = draw,
};
