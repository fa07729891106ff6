/*
 * ui -- what the person looks at on the full screen; no curses.
 *
 * The app holds what is edited and found, this holds focus, zoom, scrolling
 * and the line being typed.  Commands change it and panes read it; it belongs
 * to the UI's thread and lives as long as the screen.
 */
#ifndef UMIE_TUI_UI_H
#define UMIE_TUI_UI_H

#include <stdbool.h>

#include "src/base/str.h"
#include "tui/canvas.h"

/* name in commands, title; in the order of their numbers, from 1 */
#define PANE_LIST(_)                               \
	_(INSTRUCTION, instruction, "Instruction") \
	_(TEXT, text, "Text")                      \
	_(RESULTS, results, "Results")             \
	_(PICTURE, picture, "Picture")             \
	_(GATE, gate, "Gate")

enum pane_id {
#define PANE_ENUM(upper, lower, title) PANE_##upper,
	PANE_LIST(PANE_ENUM)
#undef PANE_ENUM
	    PANES,
	PANE_NONE = -1,
};

/* name in `show`, title of the box over the panes */
#define OVERLAYS(_)                       \
	_(KEYS, keys, "Keys")             \
	_(MESSAGES, messages, "Messages") \
	_(RAW, raw, "Input and output of the model")

enum overlay {
	OVERLAY_NONE,
#define OVERLAY_ENUM(upper, lower, title) OVERLAY_##upper,
	OVERLAYS(OVERLAY_ENUM)
#undef OVERLAY_ENUM
};

/* Where keys go. */
enum typing {
	TYPING_NONE,   /* to the keymap */
	TYPING_PROMPT, /* to readline: a command */
	TYPING_PANE,   /* to readline: the instruction or the text */
};

/* What commands ask of the screen's owner; taken once a turn. */
enum {
	WANT_REPAINT = 1,
	WANT_SUSPEND = 2,
	WANT_PROMPT = 4,
	WANT_EDIT = 8, /* of ui.focus */
};

enum { SCROLL_AUTO = -1 }; /* the selected result stays in view */

struct ui {
	int w, h;
	enum pane_id focus;
	bool zoom;    /* the pane in focus takes all the room */
	bool picture; /* one column: picture instead of the lists */
	bool boxes, heat;
	enum overlay overlay;
	int scroll[PANES], overlay_scroll; /* rows above the pane */
	size_t last_messages;              /* shown by the overlay; 0: all */
	enum canvas_mode mode;
	bool utf8; /* frames are lines */
	enum typing typing;
	struct str line, label, hint; /* typed, before it, completions */
	size_t point;                 /* cursor in line, bytes */
	bool asking;                  /* leave? */
	double cancelled_at;          /* ms; 0: not lately */
	unsigned want;
};

const char *pane_name(enum pane_id p);
const char *pane_title(enum pane_id p);
const char *overlay_name(enum overlay o);
const char *overlay_title(enum overlay o);

#endif
