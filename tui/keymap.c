#include "tui/keymap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

enum {
	INSTRUCTION = 1 << PANE_INSTRUCTION,
	TEXT = 1 << PANE_TEXT,
	RESULTS = 1 << PANE_RESULTS,
	PICTURE = 1 << PANE_PICTURE,
	GATE = 1 << PANE_GATE,
	QUEUE = 1 << PANE_QUEUE,
	/* where one decides */
	ITEMS = RESULTS | QUEUE,
	DESK = ITEMS | TEXT | PICTURE,
	VARIANTS = 1 << PANE_VARIANTS,
	SWEEP = 1 << PANE_SWEEP,
	SCORES = 1 << PANE_SCORES,
	PROBE = VARIANTS | SWEEP | SCORES,
	ALL = (1 << PANES) - 1,
};

const struct binding BINDINGS[] = {
    {'a', "accept", "the item is right", "accept", DESK | HINT_SESSION, DESK},
    {'A', "accept all", "so are all that are left", NULL, 0, DESK},
    {'x', "reject", "the item is wrong", "reject", DESK | HINT_SESSION, DESK},
    {'1', "adjust 1", "the type with this number", "1-9 type",
     ITEMS | TEXT | HINT_SESSION, ITEMS | TEXT},
    {'2', "adjust 2", NULL, NULL, 0, ITEMS | TEXT},
    {'3', "adjust 3", NULL, NULL, 0, ITEMS | TEXT},
    {'4', "adjust 4", NULL, NULL, 0, ITEMS | TEXT},
    {'5', "adjust 5", NULL, NULL, 0, ITEMS | TEXT},
    {'6', "adjust 6", NULL, NULL, 0, ITEMS | TEXT},
    {'7', "adjust 7", NULL, NULL, 0, ITEMS | TEXT},
    {'8', "adjust 8", NULL, NULL, 0, ITEMS | TEXT},
    {'9', "adjust 9", NULL, NULL, 0, ITEMS | TEXT},
    {K_ENTER, "done", "the example is done: the next one", "Enter done, next",
     ITEMS | HINT_SESSION, ITEMS},
    {'t', "adjust type", "choose the type from a list", "t find",
     DESK | HINT_SESSION, DESK},
    {'e', "adjust edges", "move the edges of the item", "edges",
     ITEMS | HINT_SESSION, ITEMS},
    {'v', "adjust span", "mark a new span", "new", DESK | HINT_SESSION, DESK},
    {'b', "adjust box", "set the box of an argument", "box",
     PICTURE | HINT_SESSION, DESK},
    {'o', "place", "the next place of its words", NULL, 0, DESK},
    {'r', "adjust relation", "a new relation", NULL, 0, DESK},
    {'d', "del", "take an added item away", NULL, 0, DESK},
    {'u', "undo", "take the last act back", "undo", DESK | HINT_SESSION, 0},
    {KEY_CTRL('_'), "undo", NULL, NULL, 0, 0},
    {'U', "redo", "do it again", NULL, 0, 0},
    {'n', "next", "next example", NULL, 0, 0},
    {'p', "prev", "example before", NULL, 0, 0},
    {'j', "next", NULL, NULL, 0, QUEUE},
    {'k', "prev", NULL, NULL, 0, QUEUE},
    {K_DOWN, "next", NULL, NULL, 0, QUEUE},
    {K_UP, "prev", NULL, NULL, 0, QUEUE},
    {'N', "next todo", "next example that is to do", NULL, 0, 0},
    {'s', "skip", "leave the example out", NULL, 0, DESK},
    {'f', "flag", "look at it again some day", NULL, 0, DESK},
    {';', "prompt note", "a note", NULL, 0, DESK},
    {'/', "prompt filter", "choose examples of the queue", NULL, 0, 0},
    {'e', "edit", "edit the text, or the instruction", "edit",
     INSTRUCTION | TEXT | RESULTS},
    {K_ENTER, "edit", NULL, NULL, 0},
    {'E', "edit --editor", "edit in $VISUAL", NULL, 0},
    {'j', "select next", "next result", "j k result", RESULTS | TEXT},
    {K_DOWN, "select next", NULL, NULL, 0},
    {'k', "select previous", "result before", NULL, 0},
    {K_UP, "select previous", NULL, NULL, 0},
    {K_HOME, "select first", "first result", NULL, 0},
    {K_END, "select last", "last result", NULL, 0},
    {'0', "gate off", "switch the picture off", "off", GATE | PICTURE},
    {'=', "gate own", "the model's own gate", "own", GATE | PICTURE},
    {K_LEFT, "nudge -0.05", "hold the gate lower", "left right gate",
     GATE | PICTURE | RESULTS},
    {K_RIGHT, "nudge 0.05", "hold the gate higher", NULL, 0},
    {'i', "show picture", "small screens: picture or lists", "picture",
     INSTRUCTION | TEXT | RESULTS | PICTURE},
    {'g', "focus gate", "the gate", NULL, 0},
    {'<', "attn head previous", "attention of the head before", NULL, 0,
     PICTURE},
    {'>', "attn head next", "attention of the next head", "head", PICTURE,
     PICTURE},
    {'M', "attn head mean", "attention, mean of the heads", NULL, 0, PICTURE},
    {'h', "show heat", "attention over the picture, on and off", "heat",
     PICTURE},
    {'O', "show boxes", "frames of the boxes, on and off", "boxes", PICTURE},
    {'R', "show raw", "input and output of the model", "raw", RESULTS},
    {'m', "show messages", "all messages", NULL, 0},
    {K_TAB, "focus next", "next pane", "Tab pane", ALL},
    {K_BACK_TAB, "focus previous", "pane before", NULL, 0},
    {'1' | K_META, "focus 1", "the pane with this number", NULL, 0},
    {'2' | K_META, "focus 2", NULL, NULL, 0},
    {'3' | K_META, "focus 3", NULL, NULL, 0},
    {'4' | K_META, "focus 4", NULL, NULL, 0},
    {'5' | K_META, "focus 5", NULL, NULL, 0},
    {'6' | K_META, "focus 6", NULL, NULL, 0},
    {'7' | K_META, "focus 7", NULL, NULL, 0},
    {'8' | K_META, "focus 8", NULL, NULL, 0},
    {'9' | K_META, "focus 9", NULL, NULL, 0},
    {'1', "focus 1", NULL, NULL, 0},
    {'2', "focus 2", NULL, NULL, 0},
    {'3', "focus 3", NULL, NULL, 0},
    {'4', "focus 4", NULL, NULL, 0},
    {'5', "focus 5", NULL, NULL, 0},
    {'6', "focus 6", NULL, NULL, 0},
    {'7', "focus 7", NULL, NULL, 0},
    {'8', "focus 8", NULL, NULL, 0},
    {'9', "focus 9", NULL, NULL, 0},
    {'V', "probe", "vary: what becomes of each result", "vary", PROBE},
    {'G', "gate sweep", "hold the gate at value after value", "sweep", PROBE},
    {'P', "score", "what the chosen result could have been", "scores", PROBE},
    {'S', "probe --all", "the same over the whole set", "set",
     VARIANTS | SCORES, VARIANTS | SCORES},
    {'S', "gate sweep --set", "the sweep over the whole set", "set", SWEEP,
     SWEEP},
    {'c', "prompt compare", "compare with something else", "compare", PROBE,
     PROBE},
    {'w', "prompt write", "write table, drawing or variations to a file",
     "write", PROBE, PROBE},
    {'z', "zoom", "the pane in focus takes all the room", "zoom", ALL},
    {'Z', "pixels", "the picture in the terminal's own pixels", NULL, 0},
    {'y', "yank", "copy what the pane shows to the clipboard", NULL, 0},
    {K_PAGE_DOWN, "scroll down", "scroll", NULL, 0},
    {K_PAGE_UP, "scroll up", NULL, NULL, 0},
    {K_F5, "run", "predict again", "run", RESULTS | GATE},
    {':', "prompt", "type a command", "command", ALL},
    {KEY_CTRL('l'), "repaint", "draw the screen again", NULL, 0},
    {KEY_CTRL('c'), "cancel", "cancel what runs; twice: leave", NULL, 0},
    {KEY_CTRL('z'), "suspend", "back to the shell (fg returns)", NULL, 0},
    {'?', "show keys", "this list", "keys", ALL},
    {K_F1, "screen annotate", "annotate, probe, train, eval", NULL, 0},
    {K_F2, "screen probe", NULL, NULL, 0},
    {K_F3, "screen train", NULL, NULL, 0},
    {K_F4, "screen eval", NULL, NULL, 0},
    {'q', "quit", "leave", "quit", ALL},
    {0, NULL, NULL, NULL, 0},
};

static char *own(const char *s)
{
	return xstrdup_null(s);
}

static void release_row(struct binding *b)
{
	free((char *)b->command);
	free((char *)b->note);
	free((char *)b->hint);
}

/* Room at `at`, and the end of the rows behind the last. */
static struct binding *open_row(struct keymap *m, size_t at)
{
	m->row = xgrow(m->row, m->n + 1, &m->cap, sizeof(*m->row));
	memmove(m->row + at + 1, m->row + at, (m->n - at) * sizeof(*m->row));
	m->n++;
	m->row[m->n] = (struct binding){0};
	return &m->row[at];
}

void keymap_init(struct keymap *m)
{
	*m = (struct keymap){0};
	for (const struct binding *b = BINDINGS; b->command; b++) {
		struct binding *to = open_row(m, m->n);

		*to = *b;
		to->command = own(b->command);
		to->note = own(b->note);
		to->hint = own(b->hint);
	}
}

void keymap_release(struct keymap *m)
{
	for (size_t i = 0; i < m->n; i++)
		release_row(&m->row[i]);
	free(m->row);
	*m = (struct keymap){0};
}

static unsigned bit(enum pane_id pane)
{
	return pane == PANE_NONE ? 0 : 1u << pane;
}

const struct binding *keymap_find(const struct keymap *m, enum pane_id pane,
				  int key)
{
	const struct binding *general = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->row[i];

		if (b->key != key)
			continue;
		if (b->in & bit(pane))
			return b;
		if (b->in == 0 && !general)
			general = b;
	}
	return general;
}

/* The row of a key that holds in exactly these panes; m->n: none. */
static size_t row_of(const struct keymap *m, unsigned in, int key)
{
	size_t i = 0;

	while (i < m->n && !(m->row[i].key == key && m->row[i].in == in))
		i++;
	return i;
}

/* A group's first row has the note of all: the next one inherits it. */
static void close_row(struct keymap *m, size_t at)
{
	struct binding *b = &m->row[at], *next = b + 1;

	if (b->note && at + 1 < m->n && !next->note) {
		next->note = b->note;
		b->note = NULL;
		if (!next->hint) {
			next->hint = b->hint;
			next->panes = b->panes;
			b->hint = NULL;
		}
	}
	release_row(b);
	memmove(b, next, (m->n - at) * sizeof(*b)); /* the end comes along */
	m->n--;
}

/* One pane less; a row of several panes keeps the others. */
static bool remove_from(struct keymap *m, unsigned in, int key)
{
	size_t at = row_of(m, in, key);

	if (at < m->n) {
		close_row(m, at);
		return true;
	}
	for (at = 0; at < m->n; at++)
		if (m->row[at].key == key && (m->row[at].in & in)) {
			m->row[at].in &= ~in;
			return true;
		}
	return false;
}

void keymap_bind(struct keymap *m, enum pane_id pane, int key,
		 const char *command, const char *note)
{
	char *line = xstrdup(command); /* may be a row's own */
	struct binding *to;
	size_t at;

	remove_from(m, bit(pane), key);
	for (at = 0; at < m->n; at++)
		if (strcmp(m->row[at].command, line) == 0)
			break;
	if (at == m->n) {
		to = open_row(m, m->n);
		*to = (struct binding){.note = xstrdup(note)};
	} else {
		to = open_row(m, at + 1);
		*to = (struct binding){0};
	}
	to->key = key;
	to->command = line;
	to->in = bit(pane);
}

bool keymap_unbind(struct keymap *m, enum pane_id pane, int key)
{
	return remove_from(m, bit(pane), key);
}

static const struct {
	const char *name, *bytes;
} KEY_TABLE[] = {
#define KEY_ROW(upper, name, bytes) [K_##upper - KEYS_FROM] = {name, bytes},
    KEYS(KEY_ROW)
#undef KEY_ROW
};

/* Characters that would be hard to read, or to write in a list of keys. */
static const struct {
	int key;
	const char *name;
} WORD_TABLE[] = {
    {K_TAB, "Tab"},
    {K_ESCAPE, "Esc"},
    {' ', "Space"},
    {',', "comma"},
};

/* The name without M-. */
static void bare_name(int key, char *out, size_t room)
{
	if (key > KEYS_FROM && key < KEYS_END) {
		snprintf(out, room, "%s", KEY_TABLE[key - KEYS_FROM].name);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(WORD_TABLE); i++)
		if (WORD_TABLE[i].key == key) {
			snprintf(out, room, "%s", WORD_TABLE[i].name);
			return;
		}
	if (key < 0x20)
		/* letters small, as they are typed; C-_ and its like */
		snprintf(out, room, "C-%c",
			 key <= 26 ? key | 0x60 : key | 0x40);
	else
		out[utf8_encode((uint32_t)key, out)] = '\0';
}

const char *keymap_name(int key, char *out)
{
	size_t n = key & K_META ? 2 : 0;

	memcpy(out, "M-", 2);
	bare_name(key & ~K_META, out + n, KEY_NAME - n);
	return out;
}

const char *keymap_word(size_t n)
{
	for (int k = KEYS_FROM + 1; k < KEYS_END; k++)
		if (*KEY_TABLE[k - KEYS_FROM].name && n-- == 0)
			return KEY_TABLE[k - KEYS_FROM].name;
	return n < ARRAY_LEN(WORD_TABLE) ? WORD_TABLE[n].name : NULL;
}

int keymap_key(const char *name)
{
	size_t n = strlen(name);
	uint32_t cp;
	int key;

	if (n > 2 && strncmp(name, "M-", 2) == 0) {
		key = keymap_key(name + 2);
		return key < 0 ? -1 : key | K_META;
	}
	if (n == 3 && strncmp(name, "C-", 2) == 0 &&
	    strchr("abcdefghijklmnopqrstuvwxyz\\]^_", tolower(name[2])))
		return KEY_CTRL(tolower(name[2]));
	for (int k = KEYS_FROM + 1; k < KEYS_END; k++)
		if (n && strcasecmp(name, KEY_TABLE[k - KEYS_FROM].name) == 0)
			return k;
	for (size_t i = 0; i < ARRAY_LEN(WORD_TABLE); i++)
		if (strcasecmp(name, WORD_TABLE[i].name) == 0)
			return WORD_TABLE[i].key;
	if (n && utf8_decode(name, n, &cp) == (int)n && cp > 0x20)
		return (int)cp;
	return -1;
}

const char *keymap_bytes(int key)
{
	if (key > KEYS_FROM && key < KEYS_END)
		return KEY_TABLE[key - KEYS_FROM].bytes;
	return NULL;
}
