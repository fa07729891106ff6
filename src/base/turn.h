/*
 * turn -- how soon a thread gets a core, and how long it keeps one.
 *
 * Wishes to the kernel: where it does not know them nothing changes.
 */
#ifndef UMIE_BASE_TURN_H
#define UMIE_BASE_TURN_H

#include <sys/types.h>

/*
 * This thread waits for a person and works for a millisecond: short turns,
 * for which Linux from 6.12 on interrupts others at once, whatever the share
 * of the process.
 */
void turn_soon(void);

/*
 * A thread (0: this one), and those it will start, compute for long: with
 * less weight than others, and never interrupting them when they wake up.
 */
void turn_later(pid_t thread);

#endif
