/*
 * prompt -- readline through its callback interface, fed from a byte queue.
 *
 * Curses owns the terminal: keys come from the loop, what readline would
 * write goes into the ui.  A paste never passes through readline's reader, so
 * a pasted newline runs nothing; it is inserted as one piece to undo.
 * Readline knows no instances, so there is one prompt a program.
 */
#ifndef UMIE_TUI_PROMPT_H
#define UMIE_TUI_PROMPT_H

#include <stdbool.h>

#include "tui/ui.h"

struct prompt;

/* Before curses starts.  Reads the history. */
struct prompt *prompt_new(struct ui *ui);
/* Writes the history. */
void prompt_free(struct prompt *p);

/* Type a command that begins with `text`, or edit `text` in place; sets
 * ui->typing. */
void prompt_command(struct prompt *p, const char *text);
void prompt_edit(struct prompt *p, const char *text);
/* End without running anything. */
void prompt_leave(struct prompt *p);

/*
 * One key (keymap.h) while ui->typing; `alone`: no other key came with it,
 * which tells Esc from Alt.  ui->line and ui->point follow.  Returns true
 * when the line was ended: *line is what was entered and the caller's, NULL
 * when it was left without.
 */
bool prompt_key(struct prompt *p, int key, bool alone, char **line);

/* Between the brackets of a paste: the line is still as before. */
bool prompt_pasting(const struct prompt *p);

/* The line is `columns` wide where it is edited: up and down move in it. */
void prompt_columns(struct prompt *p, int columns);

#endif
