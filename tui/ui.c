#include "tui/ui.h"

#include <string.h>

#include "tui/layout.h"

static const struct {
	const char *name, *title;
} SCREEN_INFO[SCREENS] = {
#define SCREEN_ROW(upper, lower, title) [SCREEN_##upper] = {#lower, title},
    SCREEN_LIST(SCREEN_ROW)
#undef SCREEN_ROW
};

static const struct {
	const char *name, *title;
	unsigned screens;
} PANE_INFO[PANES] = {
#define PANE_ROW(upper, lower, title, screens) \
	[PANE_##upper] = {#lower, title, screens},
    PANE_LIST(PANE_ROW)
#undef PANE_ROW
};

void ui_init(struct ui *ui)
{
	*ui = (struct ui){.focus = PANE_TEXT, .boxes = true, .heat = true};
	for (int i = 0; i < PANES; i++)
		ui->scroll[i] = SCROLL_AUTO;
	for (int i = 0; i < SCREENS; i++)
		ui->left[i] = pane_numbered((enum screen_id)i, 1);
}

void ui_release(struct ui *ui)
{
	str_release(&ui->line);
	str_release(&ui->label);
	str_release(&ui->hint);
	str_release(&ui->begun);
	str_release(&ui->send);
	canvas_memory_release(&ui->painted);
	adjust_release(&ui->adjust);
}

void ui_show_screen(struct ui *ui, enum screen_id s)
{
	if (s != ui->screen) {
		ui->left[ui->screen] = ui->focus;
		ui->screen = s;
		ui->focus = ui->left[s];
		ui->zoom = false;
	}
	ui->overlay = OVERLAY_NONE;
}

void ui_show_first(struct ui *ui)
{
	ui_show_screen(ui, SCREEN_ANNOTATE);
	ui->focus = PANE_TEXT;
	ui->zoom = ui->other = false;
	for (int i = 0; i < PANES; i++)
		ui->scroll[i] = SCROLL_AUTO;
}

void ui_focus(struct ui *ui, enum pane_id p)
{
	enum screen_id s = ui->screen;

	for (int i = 0; i < SCREENS && !pane_number(s, p); i++)
		s = (enum screen_id)i;
	ui_show_screen(ui, s);
	ui->focus = p;
	if (layout_has(ui, p))
		return;
	/* In one column it may stand where `i` leads; else it is alone. */
	ui->other = !ui->other;
	if (layout_has(ui, p))
		return;
	ui->other = !ui->other;
	ui->zoom = true;
}

const char *screen_name(enum screen_id s)
{
	return SCREEN_INFO[s].name;
}

const char *screen_title(enum screen_id s)
{
	return SCREEN_INFO[s].title;
}

int screen_panes(enum screen_id s)
{
	int n = 0;

	for (int i = 0; i < PANES; i++)
		n += (PANE_INFO[i].screens >> s) & 1;
	return n;
}

int pane_number(enum screen_id s, enum pane_id p)
{
	int n = 0;

	if (!(PANE_INFO[p].screens & 1u << s))
		return 0;
	for (int i = 0; i <= (int)p; i++)
		n += (PANE_INFO[i].screens >> s) & 1;
	return n;
}

enum pane_id pane_numbered(enum screen_id s, int number)
{
	for (int i = 0; i < PANES; i++)
		if (pane_number(s, (enum pane_id)i) == number)
			return (enum pane_id)i;
	return PANE_NONE;
}

const char *pane_name(enum pane_id p)
{
	return PANE_INFO[p].name;
}

const char *pane_title(enum pane_id p)
{
	return PANE_INFO[p].title;
}

bool pane_find(const char *name, enum pane_id *out)
{
	for (int i = 0; i < PANES; i++)
		if (strcmp(name, PANE_INFO[i].name) == 0) {
			*out = (enum pane_id)i;
			return true;
		}
	return false;
}

bool widest_find(const char *name, enum widest *out)
{
	static const char *const names[WIDEST_COUNT] = {
#define WIDEST_NAME(upper, name) [WIDEST_##upper] = name,
	    WIDEST(WIDEST_NAME)
#undef WIDEST_NAME
	};

	for (int i = 0; i < WIDEST_COUNT; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum widest)i;
			return true;
		}
	return false;
}

bool theme_find(const char *name, enum theme *out)
{
	static const char *const names[THEME_COUNT] = {
#define THEME_NAME(upper, name, what) [THEME_##upper] = name,
	    THEMES(THEME_NAME)
#undef THEME_NAME
	};

	for (int i = 0; i < THEME_COUNT; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum theme)i;
			return true;
		}
	return false;
}

static const struct {
	const char *name, *title;
} OVERLAY_INFO[] = {[OVERLAY_NONE] = {"", ""},
#define OVERLAY_ROW(upper, lower, title) [OVERLAY_##upper] = {#lower, title},
		    OVERLAYS(OVERLAY_ROW)
#undef OVERLAY_ROW
};

const char *overlay_name(enum overlay o)
{
	return OVERLAY_INFO[o].name;
}

const char *overlay_title(enum overlay o)
{
	return OVERLAY_INFO[o].title;
}
