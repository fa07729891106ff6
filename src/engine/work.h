/*
 * work -- what the engine thread does for each kind of job.
 *
 * Everything here but work_new() and work_free() runs on the engine thread.
 */
#ifndef UMIE_ENGINE_WORK_H
#define UMIE_ENGINE_WORK_H

#include <stdatomic.h>

#include "src/engine/engine.h"

struct work;

struct work *work_new(const struct engine_config *cfg,
		      const atomic_bool *cancel, struct err *err);
/* From the thread that will call work_run(), before it does. */
void work_enter(struct work *w);
void work_free(struct work *w);

/* What the device went on without, once: one line, or NULL. */
const char *work_remark(struct work *w);

/* Fill the event's payload; 0, 1 when a call has slices left, or the negative
 * code of ev->err. */
int work_run(struct work *w, const struct job *j, struct event *ev);

#endif
