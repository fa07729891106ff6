/*
 * train -- what the commands about training share: ranks through mpirun.
 */
#ifndef UMIE_TUI_TRAIN_H
#define UMIE_TUI_TRAIN_H

#include "tui/cmd.h"

/*
 * `umie train --ranks N …` as the N processes that it asks for: starts mpirun
 * with the same words and waits.  The first SIGINT or SIGTERM lets every rank
 * finish its step and save, the second ends them all.
 */
int train_launch(const struct args *a, struct err *err);

#endif
