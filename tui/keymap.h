/*
 * keymap -- keys are command lines; pure.
 *
 * One table: what a key does can as well be typed behind `:`, scripted and
 * looked up.  Keys are Unicode characters or one of KEYS below.
 */
#ifndef UMIE_TUI_KEYMAP_H
#define UMIE_TUI_KEYMAP_H

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
	_(F1, "F1", NULL)                 \
	_(F2, "F2", NULL)                 \
	_(F3, "F3", NULL)                 \
	_(F4, "F4", NULL)                 \
	_(F5, "F5", NULL)                 \
	_(ENTER, "Enter", "\r")           \
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
};

#define KEY_CTRL(c) ((c)&0x1f)

struct binding {
	int key;
	const char *command; /* a line of the prompt */
	const char *note;    /* for `?`; NULL: as the row before */
	const char *hint;    /* short, for the line of keys; or NULL */
	unsigned panes;      /* where the hint is shown: bit per pane */
};

extern const struct binding BINDINGS[]; /* ends with a NULL command */

/* NULL: the key does nothing. */
const struct binding *keymap_find(int key);
/* "e", "C-c", "S-Tab"; `out` has room for 16 bytes. */
const char *keymap_name(int key, char *out);
/* What readline is given for a key of KEYS; NULL: nothing. */
const char *keymap_bytes(int key);

#endif
