#include "tui/keymap.h"

#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"

enum {
	INSTRUCTION = 1 << PANE_INSTRUCTION,
	TEXT = 1 << PANE_TEXT,
	RESULTS = 1 << PANE_RESULTS,
	PICTURE = 1 << PANE_PICTURE,
	GATE = 1 << PANE_GATE,
	PROBE = 1 << PANE_VARIANTS | 1 << PANE_SWEEP | 1 << PANE_SCORES,
	ALL = (1 << PANES) - 1,
};

const struct binding BINDINGS[] = {
    {'e', "edit", "edit the text, or the instruction", "edit",
     INSTRUCTION | TEXT | RESULTS},
    {K_ENTER, "edit", NULL, NULL, 0},
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
    {'h', "show heat", "attention over the picture, on and off", "heat",
     PICTURE},
    {'O', "show boxes", "frames of the boxes, on and off", "boxes", PICTURE},
    {'R', "show raw", "input and output of the model", "raw", RESULTS},
    {'m', "show messages", "all messages", NULL, 0},
    {K_TAB, "focus next", "next pane", "Tab pane", ALL},
    {K_BACK_TAB, "focus previous", "pane before", NULL, 0},
    {'1', "focus 1", "the pane with this number", NULL, 0},
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
    {'z', "zoom", "the pane in focus takes all the room", "zoom", ALL},
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

const struct binding *keymap_find(int key)
{
	for (const struct binding *b = BINDINGS; b->command; b++)
		if (b->key == key)
			return b;
	return NULL;
}

static const struct {
	const char *name, *bytes;
} KEY_TABLE[] = {
#define KEY_ROW(upper, name, bytes) [K_##upper - KEYS_FROM] = {name, bytes},
    KEYS(KEY_ROW)
#undef KEY_ROW
};

const char *keymap_name(int key, char *out)
{
	if (key > KEYS_FROM && key < KEYS_END)
		return KEY_TABLE[key - KEYS_FROM].name;
	if (key == K_TAB)
		return "Tab";
	if (key == K_ESCAPE)
		return "Esc";
	if (key < 0x20)
		snprintf(out, 16, "C-%c", key | 0x60);
	else
		out[utf8_encode((uint32_t)key, out)] = '\0';
	return out;
}

const char *keymap_bytes(int key)
{
	if (key > KEYS_FROM && key < KEYS_END)
		return KEY_TABLE[key - KEYS_FROM].bytes;
	return NULL;
}
