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
#include "tui/adjust.h"
#include "tui/canvas.h"

/* name in commands, in the line at the top */
#define SCREEN_LIST(_)                    \
	_(ANNOTATE, annotate, "ANNOTATE") \
	_(PROBE, probe, "PROBE")          \
	_(TRAIN, train, "TRAIN")          \
	_(EVAL, eval, "EVAL")

enum screen_id {
#define SCREEN_ENUM(upper, lower, title) SCREEN_##upper,
	SCREEN_LIST(SCREEN_ENUM)
#undef SCREEN_ENUM
	    SCREENS,
};

enum {
#define SCREEN_BIT(upper, lower, title) ON_##upper = 1 << SCREEN_##upper,
	SCREEN_LIST(SCREEN_BIT)
#undef SCREEN_BIT
};

/*
 * Name in commands, title, screens.  A pane's number on a screen is its place
 * in this order among the panes of that screen, whatever the size.
 */
#define PANE_LIST(_)                                                       \
	_(INSTRUCTION, instruction, "Instruction", ON_ANNOTATE | ON_PROBE) \
	_(TEXT, text, "Text", ON_ANNOTATE | ON_PROBE)                      \
	_(RESULTS, results, "Results", ON_ANNOTATE)                        \
	_(PICTURE, picture, "Picture", ON_ANNOTATE | ON_PROBE)             \
	_(GATE, gate, "Gate", ON_ANNOTATE)                                 \
	_(QUEUE, queue, "Queue", ON_ANNOTATE)                              \
	_(VARIANTS, variants, "Variants", ON_ANNOTATE | ON_PROBE)          \
	_(SWEEP, sweep, "Gate sweep", ON_ANNOTATE | ON_PROBE)              \
	_(SCORES, scores, "Across variants", ON_PROBE)                     \
	_(LOSS, loss, "Loss", ON_TRAIN)                                    \
	_(RANKS, ranks, "Ranks", ON_TRAIN)                                 \
	_(DEV, dev, "Dev scores", ON_TRAIN)                                \
	_(GATES, gates, "Gate on dev", ON_TRAIN)                           \
	_(LOG, log, "Log", ON_TRAIN)                                       \
	_(TABLE, table, "Scores", ON_EVAL)                                 \
	_(SLICES, slices, "Slices", ON_EVAL)                               \
	_(MESSAGES, messages, "Messages", ON_ANNOTATE | ON_PROBE | ON_EVAL)

enum pane_id {
#define PANE_ENUM(upper, lower, title, screens) PANE_##upper,
	PANE_LIST(PANE_ENUM)
#undef PANE_ENUM
	    PANES,
	PANE_NONE = -1,
};

/* name in `theme`, what it is for */
#define THEMES(_)                                              \
	_(DEFAULT, "default", "the terminal's own colours")    \
	_(LIGHT, "light", "dark inks, for a light background") \
	_(DARK, "dark", "bright inks, for a dark background")  \
	_(MONO, "mono", "bold, reverse and underline only")    \
	_(CONTRAST, "high-contrast", "bright on black, never dim")

enum theme {
#define THEME_ENUM(upper, name, what) THEME_##upper,
	THEMES(THEME_ENUM)
#undef THEME_ENUM
	    THEME_COUNT,
};

/* name in `layout`: how many panes stand side by side at most */
#define WIDEST(_)             \
	_(AUTO, "auto")       \
	_(COLUMNS, "columns") \
	_(COLUMN, "column")

enum widest {
#define WIDEST_ENUM(upper, name) WIDEST_##upper,
	WIDEST(WIDEST_ENUM)
#undef WIDEST_ENUM
	    WIDEST_COUNT,
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
	WANT_PIXELS = 16,
};

enum { SCROLL_AUTO = -1 }; /* the selected result stays in view */

struct ui {
	int w, h;
	enum screen_id screen;
	enum pane_id focus;         /* on it */
	enum pane_id left[SCREENS]; /* in focus when one was left */
	bool zoom;                  /* the pane in focus takes all the room */
	enum widest widest;
	bool other;    /* one column: picture instead of the lists */
	bool progress; /* a line tells how far a session or a run is */
	int caption;   /* rows of a caption above the keys */
	bool boxes, heat;
	enum overlay overlay;
	int scroll[PANES], overlay_scroll; /* rows above the pane */
	size_t last_messages;              /* shown by the overlay; 0: all */
	enum canvas_mode mode;
	struct canvas_memory painted; /* of the picture */
	bool utf8;                    /* frames are lines */
	enum typing typing;
	struct str line, label, hint; /* typed, before it, completions */
	size_t point;                 /* cursor in line, bytes */
	struct str begun;             /* for the next prompt to begin with */
	bool asking;                  /* leave? */
	struct adjust adjust;         /* what is being set with keys */
	struct str send;              /* for the terminal as it stands */
	double cancelled_at;          /* ms; 0: not lately */
	unsigned want;
};

/* Annotate, with the text in focus and nothing typed. */
void ui_init(struct ui *ui);
void ui_release(struct ui *ui);
/* Show a screen, with the pane in focus that was when it was left. */
void ui_show_screen(struct ui *ui, enum screen_id s);
/* The screen, the pane and the view of the beginning. */
void ui_show_first(struct ui *ui);
/* Put a pane in focus, on a screen that has it, where it can be seen. */
void ui_focus(struct ui *ui, enum pane_id p);

const char *screen_name(enum screen_id s);
const char *screen_title(enum screen_id s);
/* Panes on a screen; number of one, from 1 (0: not on it); and back. */
int screen_panes(enum screen_id s);
int pane_number(enum screen_id s, enum pane_id p);
enum pane_id pane_numbered(enum screen_id s, int number);

const char *pane_name(enum pane_id p);
const char *pane_title(enum pane_id p);
/* False when no pane is called so. */
bool pane_find(const char *name, enum pane_id *out);
bool theme_find(const char *name, enum theme *out);
bool widest_find(const char *name, enum widest *out);
const char *overlay_name(enum overlay o);
const char *overlay_title(enum overlay o);

#endif
