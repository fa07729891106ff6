#include "tui/ui.h"

const char *pane_name(enum pane_id p)
{
	static const char *const name[PANES] = {
#define PANE_NAME(upper, lower, title) [PANE_##upper] = #lower,
	    PANE_LIST(PANE_NAME)
#undef PANE_NAME
	};

	return name[p];
}

const char *pane_title(enum pane_id p)
{
	static const char *const name[PANES] = {
#define PANE_TITLE(upper, lower, title) [PANE_##upper] = title,
	    PANE_LIST(PANE_TITLE)
#undef PANE_TITLE
	};

	return name[p];
}

static const struct {
	const char *name, *title;
} OVERLAY_TABLE[] = {[OVERLAY_NONE] = {"", ""},
#define OVERLAY_ROW(upper, lower, title) [OVERLAY_##upper] = {#lower, title},
		     OVERLAYS(OVERLAY_ROW)
#undef OVERLAY_ROW
};

const char *overlay_name(enum overlay o)
{
	return OVERLAY_TABLE[o].name;
}

const char *overlay_title(enum overlay o)
{
	return OVERLAY_TABLE[o].title;
}
