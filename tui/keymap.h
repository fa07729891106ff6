/*
 * keymap -- keys are command lines; pure.
 *
 * What a key does can as well be typed behind `:`, scripted and looked up.
 * The table of BINDINGS is what holds without `bind`; a struct keymap is a
 * copy of it that `bind` and `unbind` change.  Keys are Unicode characters or
 * one of KEYS below, with K_META added when Alt was held.
 */
#ifndef UMIE_TUI_KEYMAP_H
#define UMIE_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/ui.h"

/* enum, name on the screen, bytes that readline expects; NULL: none */
#define KEYS(_)                           \
	_(UP, "up", "\033[A")             \
	_(DOWN, "down", "\033[B")         \
	_(RIGHT, "right", "\033[C")       \
	_(LEFT, "left", "\033[D")         \
	_(HOME, "Home", "\033[H")         \
	_(END, "End", "\033[F")           \
	_(PAGE_UP, "PgUp", NULL)          \
	_(PAGE_DOWN, "PgDn", NULL)        \
	_(INSERT, "Ins", NULL)            \
	_(DELETE, "Del", "\033[3~")       \
	_(BACKSPACE, "Backspace", "\177") \
	_(BACK_TAB, "S-Tab", NULL)        \
	_(SHIFT_UP, "S-up", NULL)         \
	_(SHIFT_DOWN, "S-down", NULL)     \
	_(SHIFT_RIGHT, "S-right", NULL)   \
	_(SHIFT_LEFT, "S-left", NULL)     \
	_(F1, "F1", NULL)                 \
	_(F2, "F2", NULL)                 \
	_(F3, "F3", NULL)                 \
	_(F4, "F4", NULL)                 \
	_(F5, "F5", NULL)                 \
	_(F6, "F6", NULL)                 \
	_(F7, "F7", NULL)                 \
	_(F8, "F8", NULL)                 \
	_(F9, "F9", NULL)                 \
	_(F10, "F10", NULL)               \
	_(F11, "F11", NULL)               \
	_(F12, "F12", NULL)               \
	_(ENTER, "Enter", "\r")           \
	_(CLICK, "", NULL)                \
	_(WHEEL_UP, "", NULL)             \
	_(WHEEL_DOWN, "", NULL)           \
	_(PASTE_BEGIN, "", NULL)          \
	_(PASTE_END, "", NULL)            \
	_(OTHER, "", NULL)

enum key {
	KEYS_FROM = 0x110000, /* behind the last Unicode character */
#define KEY_ENUM(upper, name, bytes) K_##upper,
	KEYS(KEY_ENUM)
#undef KEY_ENUM
	    KEYS_END,
	K_ESCAPE = 27,
	K_TAB = 9,
	K_META = 0x400000, /* added to a key: Alt was held */
};

#define KEY_CTRL(c) ((c)&0x1f)

/* In `panes`: the hint is shown while there is a session. */
#define HINT_SESSION (1u << 31)

struct binding {
	int key;
	const char *command; /* a line of the prompt */
	const char *note;    /* for `?`; NULL: as the row before */
	const char *hint;    /* short, for the line of keys; or NULL */
	unsigned panes;      /* where the hint is shown: bit per pane */
	unsigned in;         /* where it holds: bit per pane; 0: everywhere */
};

extern const struct binding BINDINGS[]; /* ends with a NULL command */

/* Rows in the order of `?`, ended by a NULL command; strings are owned. */
struct keymap {
	struct binding *row;
	size_t n, cap; /* rows without the end */
};

void keymap_init(struct keymap *m); /* as BINDINGS say */
void keymap_release(struct keymap *m);

/*
 * What `key` does in a pane (PANE_NONE: everywhere): a row for that pane wins
 * over one for all.  NULL: nothing.
 */
const struct binding *keymap_find(const struct keymap *m, enum pane_id pane,
				  int key);
/*
 * Let `key` run `command` in a pane (PANE_NONE: in all).  `note` is for `?`;
 * a row of the same command lends its own instead.
 */
void keymap_bind(struct keymap *m, enum pane_id pane, int key,
		 const char *command, const char *note);
/* false: that key was not bound there. */
bool keymap_unbind(struct keymap *m, enum pane_id pane, int key);

enum { KEY_NAME = 24 };
/* "e", "C-c", "M-1", "S-Tab"; `out` has room for KEY_NAME bytes. */
const char *keymap_name(int key, char *out);
/* The key of such a name (case counts only for characters); -1: none. */
int keymap_key(const char *name);
/* Name number n (from 0) of a key that has a word for a name; NULL: no more. */
const char *keymap_word(size_t n);
/* What readline is given for a key of KEYS; NULL: nothing. */
const char *keymap_bytes(int key);

#endif
