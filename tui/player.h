/*
 * player -- a recording shown again, a command at a time.
 *
 * What the engine answered comes from the recording; commands that touch
 * files are shown and not done.  Decisions go to a session that is thrown
 * away.  Line mode goes through it once (cmd-replay.c); on the full screen a
 * person goes on, back, lets it play by itself, or leaves it and goes on by
 * hand where it stands.
 */
#ifndef UMIE_TUI_PLAYER_H
#define UMIE_TUI_PLAYER_H

#include <stdbool.h>

#include "sessions/replay.h"
#include "src/base/str.h"

struct app;
struct err;

struct player {
	struct recording rec; /* owned */
	size_t at;            /* step that is next */
	char *folder;         /* of the session; owned; or NULL */
	const char *open;     /* checkpoint to go on with by hand; or NULL */
	struct str shown;     /* commands whose outcome is shown */
	bool has_captions;    /* each begins a step; else each command */
	char *caption;        /* owned; NULL: none now */
	bool captions;        /* they are shown */
	bool by_itself;       /* goes on at reading speed */
	bool left;            /* the person goes on by hand */
	double due;           /* ms, of the next command */
};

/* app->player becomes the recording's; ERR_DATA names file and line. */
int player_open(struct app *app, const char *path, struct err *err);
/* Ends it, and everything that it brought. */
void player_close(struct app *app);

/* The next command; NULL at the end. */
const struct replay_step *player_peek(const struct player *p);
/* Do it, with all that came of it. */
int player_next(struct app *app, struct err *err);

/* --- on the full screen --------------------------------------------------- */

/* The first step, when there is a screen to show it on. */
void player_begin(struct app *app);
/* A key while it plays: true when it was taken. */
bool player_key(struct app *app, int key);
/* Go on when it is time; ms until then, or -1. */
void player_tick(struct app *app);
int player_timeout(const struct app *app);
/* Go on behind where it was left. */
int player_resume(struct app *app, struct err *err);
/* "space next   left back   … 3/31" */
void player_hint(const struct app *app, struct str *out);

/* A caption: shown on the screen, printed in line mode.  Empty: none. */
void player_caption(struct app *app, const char *text);
/* The one to be shown now, or NULL. */
const char *player_shows(const struct app *app);

#endif
