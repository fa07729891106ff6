/*
 * prompt-guard -- what readline 8.2 gets wrong when it is fed key by key.
 *
 * Around rl_callback_read_char(), on the UI's thread.  tests/check_prompt has
 * the keys that crashed it, or spoilt older lines, without.
 */
#ifndef UMIE_TUI_PROMPT_GUARD_H
#define UMIE_TUI_PROMPT_GUARD_H

#include <stdbool.h>

/*
 * Before the first byte of a key.  A search that is ended by the first of
 * several keys makes readline call itself and crash: it is ended here.
 */
void guard_key(unsigned char first);

/*
 * After each byte.  An undo list belongs to the line that is edited: readline
 * also hangs it on the older line that was changed, and may free it for each.
 */
void guard_undo(void);

/*
 * The last key ended a search other than C-r; `before`: one was being typed
 * when it came (RL_STATE_NSEARCH).
 */
bool guard_searched(bool before);

/*
 * After such a search.  It forgets the line that was begun, but may leave
 * readline at an older one: what is typed next would then go into that one.
 * So the line is put behind all older ones, or at the one that it is, with no
 * undo before this.
 */
void guard_settle(void);

#endif
