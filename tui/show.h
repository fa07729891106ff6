/*
 * show -- a recording while it is shown again.
 *
 * The app's own session, checkpoint and picture are put aside; what was
 * recorded happens to an app that has nothing, in a session that is thrown
 * away, so that neither checkpoint nor pictures are needed and nothing of the
 * person's is touched.  A scene is a command and what came of it; on the full
 * screen, in a recording that has captions, all that belongs to a caption.
 * The UI's thread.
 */
#ifndef UMIE_TUI_SHOW_H
#define UMIE_TUI_SHOW_H

#include <stdbool.h>

#include "src/base/str.h"
#include "tui/app.h"
#include "tui/ui.h"

/* type, member of struct app: what is put aside */
#define SHOW_ASIDE(_)                      \
	_(struct engine *, engine)         \
	_(struct extract_request, request) \
	_(struct open_report, report)      \
	_(bool, open)                      \
	_(struct extraction *, result)     \
	_(bool, stale)                     \
	_(bool, unseen)                    \
	_(int, open_job)                   \
	_(int, live_job)                   \
	_(int, picture_job)                \
	_(double, busy_since)              \
	_(struct image, picture)           \
	_(int, picture_w)                  \
	_(int, picture_h)                  \
	_(char *, picture_error)           \
	_(int, selected)                   \
	_(struct session *, session)       \
	_(struct queue, queue)             \
	_(bool, looked)                    \
	_(int, live_example)               \
	_(double, save_at)                 \
	_(struct labels, failed)           \
	_(struct probe_view *, probe)      \
	_(bool, replaying)                 \
	_(double, run_at)

struct aside {
#define SHOW_MEMBER(type, name) type name;
	SHOW_ASIDE(SHOW_MEMBER)
#undef SHOW_MEMBER
};

enum {
	/* This is the prompt of a program that goes on: commands that would
	 * change its settings are shown and not done. */
	SHOW_GUEST = 1,
	SHOW_SCREEN = 2, /* it will be shown on the full screen */
};

struct show {
	struct recording rec;
	char *name;           /* of the file; owned */
	size_t at;            /* step that comes next */
	size_t scene, scenes; /* shown, and all */
	bool guest;           /* the program goes on afterwards */
	bool by_caption;      /* scenes are those of captions */
	bool captions;        /* they are shown */
	bool by_itself;       /* goes on without a key */
	bool paused;          /* the person goes on by hand */
	char *caption;        /* of this moment; owned; NULL: none */
	struct str shown;     /* commands of this scene */
	const char *open;     /* checkpoint to go on with; NULL: none */
	double speed;         /* by itself as recorded, divided by this; 0: as
			       * long as it takes to read */
	double due;           /* ms, of the next scene; 0: waits for a key */
	char *folder;         /* of the scratch session; owned */
	struct aside aside;
	/* What a guest saw before. */
	enum screen_id screen;
	enum pane_id focus;
	bool zoom;
};

/*
 * Put the app's own things aside and begin.  ERR_DATA names file and line.
 */
int show_open(struct app *app, const char *path, unsigned how, struct err *err);
/* End it and take the app's own things back, but of a program that only
 * replays what the person has gone on to by hand. */
void show_close(struct app *app);

/* The next scene: 1; 0 when there is none any more. */
int show_next(struct app *app, struct err *err);
/* As it was one scene earlier. */
int show_back(struct app *app, struct err *err);
/* Recorded milliseconds from the last scene to the next; -1: it is the end. */
double show_pause(const struct show *s);
/* When does the last step of the scene end, in ms of the recording? */
double show_time(const struct show *s);

/* Let the person go on from here with a checkpoint, if one is open or was
 * named; and go on with the recording as if nothing had been done. */
void show_leave(struct app *app);
/* `ev` answers what was asked for before the replay, and was taken in there. */
bool show_take(struct app *app, struct event *ev);
int show_resume(struct app *app, struct err *err);

/* The command `caption`.  Empty: none from here on. */
void show_caption(struct app *app, const char *text);

/* --- on the full screen (show-screen.c) ----------------------------------- */

/* The first scene; by itself with a speed above 0, else by key. */
void show_begin(struct app *app, double speed);
/* It is being shown, and was not left. */
bool show_plays(const struct app *app);
/* A key: false when it has its usual meaning. */
bool show_key(struct app *app, int key);
/* The clock. */
void show_tick(struct app *app);
/* The caption to be shown now, or NULL. */
const char *show_words(const struct app *app);
/* Keys, for their line; where it is, for the top; caller's. */
const char *show_keys(const struct show *s);
char *show_status(const struct show *s);

#endif
