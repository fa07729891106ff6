/*
 * prompt-guard -- what readline 8.2 gets wrong when it is fed key by key.
 *
 * For a handler that removes itself (rl_callback_handler_remove()): readline
 * would begin the next line before it is asked to.  On the UI's thread.
 * tests/check_prompt has the keys that crash it, or spoil older lines.
 */
#ifndef UMIE_TUI_PROMPT_GUARD_H
#define UMIE_TUI_PROMPT_GUARD_H

/*
 * Before the first byte of a key.  A search that is ended by the first of
 * several keys makes readline call itself and crash: it is ended here.
 */
void guard_key(unsigned char first);

/*
 * rl_callback_read_char(), that frees no undo list twice, leaves older lines
 * as they are, and needs no further key for Enter behind an argument (M-1).
 */
void guard_read(void);

/*
 * Have readline end the line in its own way, so that nothing of it is left in
 * undo and history; it may be in the middle of a sequence of keys, or of a
 * search.  For a moment byte 0 is the newline command.
 */
void guard_end(void);

#endif
