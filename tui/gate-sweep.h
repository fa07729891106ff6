/*
 * gate-sweep -- `:gate sweep FROM TO N [--set] [--metric M]`.
 */
#ifndef UMIE_TUI_GATE_SWEEP_H
#define UMIE_TUI_GATE_SWEEP_H

struct app;
struct args;
struct err;

/* a->pos[0] is "sweep". */
int gate_sweep(struct app *app, const struct args *a, struct err *err);

#endif
