/*
 * thread_comm -- a communicator whose ranks are threads of one program.
 */
#ifndef UMIE_TESTS_THREAD_COMM_H
#define UMIE_TESTS_THREAD_COMM_H

#include "src/train/comm.h"

enum { THREAD_RANKS = 8 };

/* `size` communicators that know each other; each is closed by its rank. */
void thread_comms(int size, struct comm *out[THREAD_RANKS]);

#endif
