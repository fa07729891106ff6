/*
 * app -- what is open, edited and shown; no curses.
 *
 * Commands and events change it and set dirty bits; panes read it.  The app
 * belongs to the UI's thread.
 */
#ifndef UMIE_TUI_APP_H
#define UMIE_TUI_APP_H

#include <stdio.h>

#include "sessions/queue.h"
#include "sessions/replay.h"
#include "sessions/session.h"
#include "src/engine/engine.h"
#include "tui/scoring.h"
#include "tui/keymap.h"
#include "tui/settings.h"

struct decoder;
struct probe_view;
struct show;
struct str;
struct training;
struct ui;

/* What has to be drawn again. */
enum {
	DIRTY_STATUS = 1,
	DIRTY_INSTRUCTION = 2,
	DIRTY_TEXT = 4,
	DIRTY_RESULTS = 8,
	DIRTY_PICTURE = 16,
	DIRTY_GATE = 32,
	DIRTY_MESSAGE = 64,
	DIRTY_QUEUE = 128, /* session: queue, decisions, progress */
	DIRTY_PROBE = 256, /* variants, sweep, scores */
	DIRTY_TRAIN = 512, /* a training run */
	DIRTY_EVAL = 1024, /* scores of a set */
	DIRTY_ALL = 2047,
};

/* Examples that are predicted before they are looked at. */
enum { AHEAD = 8 };
struct ahead {
	int job, example;
};

struct app {
	const char *argv0;
	struct decoder *decoder; /* owned by main() */
	struct engine *engine;   /* owned; NULL in most batch commands */
	FILE *out, *err;         /* where app_say() and app_note() go */
	struct settings settings;
	struct keymap keys;
	enum setting_source source; /* of `set`: which file is being read */
	int depth;                  /* of files that source others */
	bool in_script;             /* a failure ends it: kept, not told */
	struct err failure;         /* of a job, while in_script or script */
	struct script *script;      /* runs on the screen; owned; or NULL */
	int interrupt_fd;           /* readable: a signal came; or -1 */
	bool interrupted;           /* C-c ended a wait */
	const atomic_bool *cancel;  /* of batch commands; or NULL */
	bool screen; /* the full screen is up: lines go to the log */
	bool color;  /* stdout may be coloured */

	struct extract_request request; /* what is being edited */
	struct open_report report;      /* of the open checkpoint */
	bool open;                      /* a checkpoint is open */
	struct extraction *result;      /* the newest; owned; or NULL */
	bool stale;                     /* something changed since result */
	bool unseen;                    /* line mode has not printed result */
	int open_job, live_job, picture_job; /* 0: none is going on */
	double busy_since;                   /* ms; of the live job */
	struct image picture;                /* thumbnail of request.image */
	int picture_w, picture_h;
	char *picture_error; /* owned; or NULL */
	char *spool;         /* picture that came from stdin; owned; or NULL */
	int selected;        /* result row; -1: none */
	struct ui *ui;       /* the full screen's; NULL without one */
	/* of line mode: the next line typed, caller's; NULL at the end */
	char *(*ask)(struct app *a);
	/* of the full screen: give the terminal away, or take it back */
	void (*terminal)(struct app *a, bool give);

	/* app-session.c */
	struct session *session; /* owned; NULL: none is open */
	const char *user;        /* --user; NULL: $USER */
	struct queue queue;      /* of the session */
	bool looked;             /* line mode: the example is to be shown */
	int live_example;        /* the live job is about it; 0: about none */
	struct ahead ahead[AHEAD];
	size_t n_ahead;
	struct labels failed;      /* ids of examples the model failed on */
	unsigned shown;            /* version of the session on the screen */
	struct demo *demo;         /* what is shipped; owned; or NULL */
	struct recorder *recorder; /* owned; NULL: nothing is recorded */
	struct show *show;         /* owned; NULL: nothing is replayed */
	bool mute;                 /* app_say() and app_note() are not heard */
	int verify_job;            /* of `replay --verify`; 0: none */
	bool replaying;         /* answers and pictures come from a recording */
	double save_at;         /* ms; soft acts are due then; 0: none */
	struct scoring scoring; /* what :eval fills */
	struct training *training; /* the run of :train; owned; or NULL */
	struct probe_view *probe;  /* newest tables; owned; NULL: none yet */

	char **log; /* owned lines, oldest first */
	size_t n_log, cap_log;
	size_t n_said; /* lines ever, dropped ones included */
	/* the line of messages shows those behind this one: what an earlier
	 * scene of a recording said is no longer true */
	size_t said_from;
	unsigned dirty;
	double run_at; /* when the edited request is due; 0: not */
	bool quit;
	int exit_code;
};

enum { INTERRUPTED = 130 }; /* exit status after C-c */

void app_init(struct app *a, const char *argv0, struct decoder *d);
void app_release(struct app *a);

/* Results and answers: stdout in batch and line mode, the log on screen. */
void app_say(struct app *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Messages and progress: stderr, or the log. */
void app_note(struct app *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A failure: its sentence to stderr or the log; its code becomes the exit
 * status. */
void app_fail(struct app *a, const struct err *err);

/* Take a setting's value; what follows from it is done at once. */
int app_set(struct app *a, const char *name, const char *value,
	    struct err *err);

/* Before and after another program has the terminal. */
void app_terminal(struct app *a, bool give);

/* Make the settings that belong to what is asked part of the request. */
void app_apply_settings(struct app *a);

/* Start the engine when it is not running. */
int app_engine(struct app *a, struct err *err);

/*
 * The checkpoint to open when none is named: the setting, or the demonstration
 * one.  Caller's to free(); NULL and ERR_CHECKPOINT.
 */
char *app_checkpoint(const struct app *a, struct err *err);

/* Something is to be predicted, and nothing is there to do it: the code and
 * a sentence; else 0. */
int app_lacks_checkpoint(const struct app *a, struct err *err);

/* Ask for a checkpoint, a picture, a prediction of the request.  Each
 * returns at once; the outcome comes as an event. */
int app_open(struct app *a, const char *path, struct err *err);
void app_set_image(struct app *a, const char *path); /* NULL: none */
/* The same with a look whether it is there; "-": read from standard input
 * into a file of its own.  ERR_DATA. */
int app_image(struct app *a, const char *path, struct err *err);
void app_predict(struct app *a);

/* The request changed: predict 150 ms after the last change. */
void app_edited(struct app *a);
/* Milliseconds until app_tick() has something to do; -1: nothing. */
int app_timeout(const struct app *a);
void app_tick(struct app *a);

/*
 * Sessions.  Opening, closing and moving change what is edited and shown;
 * each says what it did.  app_session() is NULL with a sentence.
 */
int app_session_open(struct app *a, const char *name, bool create,
		     bool read_only, struct err *err);
int app_session_close(struct app *a, struct err *err);
struct session *app_session(struct app *a, struct err *err);
/* Add a data set, or with `split` that part of it; without a session, to the
 * one named after it. */
int app_load(struct app *a, const char *path, const char *split,
	     const struct dataset_options *o, struct err *err);
/* The example looked at has changed: show it, predict it when needed. */
void app_look(struct app *a);
int app_goto(struct app *a, int number, struct err *err);
/* Make the queue anew from the session's settings. */
int app_queue(struct app *a, struct err *err);
/* The item of the session that is selected; NULL: none. */
struct item *app_item(const struct app *a);

/* Take in one event, of the engine or of a recording. */
void app_take(struct app *a, struct event *ev);
/* Take in everything the engine has to say. */
void app_drain(struct app *a);
/*
 * Wait until the engine has nothing to do (batch and line mode).  C-c cancels
 * what runs and sets a->interrupted.
 */
void app_wait(struct app *a);
/* Only until the checkpoint is open, or is not. */
void app_wait_open(struct app *a);

#endif
