/*
 * editor -- a text in the person's own editor.
 *
 * $VISUAL, then $EDITOR, then vi, run on a file that only its owner can read
 * and that is removed afterwards.  The terminal has to be the editor's: on the
 * full screen, app_terminal() comes first.
 */
#ifndef UMIE_TUI_EDITOR_H
#define UMIE_TUI_EDITOR_H

struct err;

/*
 * Edit `text`; `command` NULL or "": as above.  *out is what was saved,
 * without its last newline, the caller's to free().  When the editor ends with
 * a status but 0, or what it left is not UTF-8, nothing is changed and the
 * sentence says so.
 */
int editor_edit(const char *text, const char *command, char **out,
		struct err *err);

#endif
