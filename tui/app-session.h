/*
 * app-session -- what the app does with its session while the engine works.
 */
#ifndef UMIE_TUI_APP_SESSION_H
#define UMIE_TUI_APP_SESSION_H

struct app;
struct event;

/* Number of the example that the request as it stands is about; 0: none. */
int app_live_example(const struct app *a);
/* An answer has come: it is logged where it belongs. */
void app_session_reply(struct app *a, const struct event *ev);
/* A job in the background failed, or a job has ended. */
void app_session_failed(struct app *a, const struct event *ev);
void app_session_ended(struct app *a, int job);
/* Have the next examples of the queue predicted. */
void app_session_ahead(struct app *a);
/* Write what may wait, when it has waited long enough. */
void app_session_tick(struct app *a);

#endif
