/* Lists over the panes: keys, messages, input and output of the model. */
#include <string.h>

#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/keymap.h"
#include "tui/pane.h"

/* Rows go out one by one; what is out of view costs nothing. */
struct list {
	const struct port *p;
	int y; /* next row, negative above the port */
};

static void blank(struct list *l)
{
	l->y++;
}

static void text(struct list *l, unsigned ink, const char *s)
{
	l->y += pane_paragraph(l->p, l->y, ink, s);
}

static void keys(struct list *l, const struct app *app)
{
	const struct binding *b = app->keys.row;

	while (b->command) {
		const struct binding *first = b;
		struct str names = {0};
		char name[KEY_NAME];

		do {
			str_addf(&names, "%s%s", names.len ? " " : "",
				 keymap_name(b->key, name));
			b++;
		} while (b->command && !b->note);
		port_field(l->p, l->y, 1, 14, INK_BOLD, names.s);
		port_field(l->p, l->y, 16, 37, 0, first->note);
		port_printf(l->p, l->y++, 54, INK_DIM, ":%s", first->command);
		str_release(&names);
	}
	blank(l);
	text(l, 0,
	     "Keys are commands: what stands at the right can be typed "
	     "behind : as well; :help lists all commands.  While you "
	     "type, the keys of readline hold (~/.inputrc).");
}

static void raw(struct list *l, const struct extraction *x)
{
	if (!x) {
		text(l, INK_DIM, "nothing computed yet");
		return;
	}
	text(l, INK_BOLD, "Instruction");
	text(l, 0, x->instruction);
	blank(l);
	text(l, INK_BOLD, "Text");
	text(l, 0, x->text);
	blank(l);
	text(l, INK_BOLD, "Answer");
	text(l, 0, x->raw);
	blank(l);
	text(l, INK_BOLD, "Weights (SHA-256)");
	text(l, 0, x->model);
}

/* All of them, or those that a command has just made. */
static void messages(struct list *l, const struct app *app)
{
	size_t last = app->ui->last_messages;

	for (size_t i = last && last < app->n_log ? app->n_log - last : 0;
	     i < app->n_log; i++)
		text(l, 0, app->log[i]);
}

int overlay_draw(const struct app *app, const struct port *p, int scroll)
{
	struct list l = {p, -scroll};

	switch (app->ui->overlay) {
	case OVERLAY_NONE:
		break;
	case OVERLAY_KEYS:
		keys(&l, app);
		break;
	case OVERLAY_MESSAGES:
		messages(&l, app);
		break;
	case OVERLAY_RAW:
		raw(&l, here_answer(app));
		break;
	}
	return l.y + scroll;
}
