/*
 * scoring -- the newest evaluation of the program, which :eval fills.
 */
#ifndef UMIE_TUI_SCORING_H
#define UMIE_TUI_SCORING_H

#include <stdbool.h>

struct app;
struct evaluation;
struct event;

/* Zeroed is "nothing scored yet". */
struct scoring {
	int job;                /* of the engine; 0: none is going on */
	struct evaluation *now; /* owned; in part while job is set; or NULL */
	char *csv;              /* file for the rows; owned; or NULL */
	bool as_json;
	double floor; /* the mean F1 that was asked for */
};
void scoring_release(struct scoring *s);

/* Take in an event of scoring.job. */
void scoring_event(struct app *app, struct event *ev);

#endif
