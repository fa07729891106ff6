/*
 * settings -- what `set` changes: one row each, with where its value is from.
 *
 * Where a value comes from decides who wins: flag > environment > ./umie.conf
 * > ~/.config/umie/rc > /etc/xdg/umie/rc > default; `set` typed later wins
 * over all.  The environment's name is UMIE_ and the setting's in capitals.
 */
#ifndef UMIE_TUI_SETTINGS_H
#define UMIE_TUI_SETTINGS_H

#include <stdbool.h>

struct err;
struct str;

/*
 * enum, name, type, from, to, default, choices or what kind of words, who may
 * set it, prose.  SWITCH: on or off; WHOLE, NUMBER: within from … to; CHOICE:
 * a word of the list; WORDS: anything.  OWN: not by a file that lies in the
 * folder one happens to be in, since it names a program to run.
 */
#define SETTINGS(_)                                                            \
	_(ATTENTION, "attention", SWITCH, 0, 1, "on", "on|off", ANY,           \
	  "compute the weights over the regions of the picture")               \
	_(AUTO, "auto", SWITCH, 0, 1, "on", "on|off", ANY,                     \
	  "predict after every change, not only on `run`")                     \
	_(BEAMS, "beams", WHOLE, 1, 64, "1", "N", ANY,                         \
	  "beams of the search; 1 is greedy")                                  \
	_(CHECKPOINT, "checkpoint", WORDS, 0, 0, "", "CKPT", ANY,              \
	  "folder to open at the start; empty: the demonstration")             \
	_(CLIPBOARD, "clipboard", SWITCH, 0, 1, "on", "on|off", ANY,           \
	  "yank may write to the terminal's clipboard (OSC 52)")               \
	_(COLOR, "color", CHOICE, 0, 0, "auto", "auto|always|never", ANY,      \
	  "colours in the output of batch commands; auto: on a terminal, "     \
	  "without NO_COLOR")                                                  \
	_(CONSTRAINED, "constrained", SWITCH, 0, 1, "off", "on|off", ANY,      \
	  "decode only answers of the task's form: its labels, words of the "  \
	  "text, no record twice")                                             \
	_(DELAY, "delay", WHOLE, 0, 5000, "150", "N", ANY,                     \
	  "milliseconds from the last key to the prediction")                  \
	_(DEVICE, "device", WORDS, 0, 0, "auto", "NAME", ANY,                  \
	  "where to compute; holds from the next start on")                    \
	_(EDITOR, "editor", WORDS, 0, 0, "", "CMD", OWN,                       \
	  "editor of long texts; empty: $VISUAL, $EDITOR, vi")                 \
	_(HISTORY, "history", WHOLE, 0, 100000, "1000", "N", ANY,              \
	  "lines kept of what was typed; 0: none is written")                  \
	_(LAYOUT, "layout", CHOICE, 0, 0, "auto", "auto|columns|column", ANY,  \
	  "panes of the screen: as many as find room, at most two columns, "   \
	  "or one column")                                                     \
	_(MAX, "max", WHOLE, 2, 512, "128", "N", ANY,                          \
	  "longest answer in tokens")                                          \
	_(MOUSE, "mouse", SWITCH, 0, 1, "off", "on|off", ANY,                  \
	  "the screen takes the mouse; Shift then selects text")               \
	_(PAGER, "pager", WORDS, 0, 0, "", "CMD", OWN,                         \
	  "shows long texts on a terminal; empty: $PAGER, more")               \
	_(PLAIN, "plain", SWITCH, 0, 1, "off", "on|off", ANY,                  \
	  "line mode instead of the full screen")                              \
	_(THEME, "theme", CHOICE, 0, 0, "default",                             \
	  "default|light|dark|mono|high-contrast", ANY,                        \
	  "colours of the screen: the terminal's eight (default), eight that " \
	  "stand out on a light or a dark background, none (mono), bold and "  \
	  "reverse only (high-contrast)")                                      \
	_(THREADS, "threads", WHOLE, 0, 1024, "0", "N", ANY,                   \
	  "processor threads, 0: all cores; holds from the next start on")

enum setting {
#define SETTING_ENUM(upper, name, type, lo, hi, value, words, who, prose) \
	SET_##upper,
	SETTINGS(SETTING_ENUM)
#undef SETTING_ENUM
	    SETTINGS_END
};

enum setting_type {
	SETTING_SWITCH,
	SETTING_WHOLE,
	SETTING_NUMBER,
	SETTING_CHOICE,
	SETTING_WORDS,
};

/* enum, as it is told; each wins over those before it */
#define SETTING_SOURCES(_)            \
	_(DEFAULT, "default")         \
	_(SYSTEM, "system rc")        \
	_(USER, "user rc")            \
	_(PROJECT, "umie.conf")       \
	_(ENVIRONMENT, "environment") \
	_(FLAG, "command line")       \
	_(COMMAND, "set")

enum setting_source {
#define SOURCE_ENUM(upper, name) FROM_##upper,
	SETTING_SOURCES(SOURCE_ENUM)
#undef SOURCE_ENUM
};

struct setting_row {
	const char *name;
	enum setting_type type;
	double lo, hi;
	const char *fallback, *words;
	bool own; /* not by ./umie.conf */
	const char *prose;
};

const struct setting_row *setting_row(enum setting s);
/* By name; false: there is none. */
bool setting_find(const char *name, enum setting *out);
const char *setting_source_name(enum setting_source from);

/* Values; zeroed until settings_init(). */
struct settings {
	char *value[SETTINGS_END]; /* owned; checked when they were set */
	enum setting_source from[SETTINGS_END];
};

void settings_init(struct settings *s);
void settings_release(struct settings *s);

/*
 * Set one.  ERR_USAGE names setting, value and what was expected.  A value
 * that ranks above `from` stays, without an error.
 */
int settings_set(struct settings *s, const char *name, const char *value,
		 enum setting_source from, struct err *err);
/* Take UMIE_NAME of every setting from the environment. */
int settings_environment(struct settings *s, struct err *err);

bool settings_on(const struct settings *s, enum setting k);    /* SWITCH */
long settings_whole(const struct settings *s, enum setting k); /* WHOLE */
/* Any; "" where nothing is given.  Borrowed until it is set again. */
const char *settings_text(const struct settings *s, enum setting k);
/* The same, but NULL when nobody set it. */
const char *settings_given(const struct settings *s, enum setting k);

/* One line: name, value, source; prose too when `prose`. */
void settings_line(const struct settings *s, enum setting k, bool prose,
		   struct str *out);

#endif
