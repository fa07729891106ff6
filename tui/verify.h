/*
 * verify -- the answers of a recording computed anew.
 */
#ifndef UMIE_TUI_VERIFY_H
#define UMIE_TUI_VERIFY_H

#include "sessions/replay.h"
#include "src/engine/call.h"

struct app;
struct event;

/* What a slice found. */
struct verify_news {
	char *lines;                 /* each ends in a newline; owned */
	size_t answers, differences; /* so far */
	bool last;
};
void verify_news_free(void *news);

/* For the engine's thread, one answer a slice; takes *rec over. */
struct call *verify_call(struct recording *rec);

/* News of app->verify_job. */
void replay_verified(struct app *app, struct event *ev);

#endif
