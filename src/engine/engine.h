/*
 * engine -- the thread that computes, and the messages to and from it.
 *
 * The UI owns terminal and app; the engine thread owns model, backend and
 * tensors.  They share only messages with one owner each.  Every job ends in
 * exactly one DONE, FAILED or CANCELLED event; a newer EXTRACT job of the
 * same channel replaces those that still wait and cancels the running one.
 * Jobs in the background run when nothing else waits; a live job cancels the
 * one that runs, so that a person never waits for what is predicted ahead.
 * Wake-ups coalesce: when engine_fd() is readable, drain engine_next().
 * All functions here are for one thread, the UI's.
 */
#ifndef UMIE_ENGINE_ENGINE_H
#define UMIE_ENGINE_ENGINE_H

#include "src/base/err.h"
#include "src/engine/bundle.h"
#include "src/engine/extract.h"
#include "src/image/image.h"

struct backend;
struct call;
struct decoder;
struct engine;

enum job_kind {
	JOB_OPEN,    /* path -> report */
	JOB_EXTRACT, /* request -> extraction */
	JOB_PICTURE, /* path -> thumbnail */
	JOB_CALL,    /* call -> news, see src/engine/call.h */
};

/* Made by job_new(), given away by engine_submit(). */
struct job {
	enum job_kind kind;
	char *path;                     /* OPEN, PICTURE */
	int max_side;                   /* PICTURE: of the thumbnail */
	struct extract_request request; /* EXTRACT */
	bool live;                      /* EXTRACT: replaces older live ones */
	bool background;                /* gives way to all others */
	struct call *call;              /* CALL */
	bool patient; /* CALL: a long one, others run between its slices */
};
struct job *job_new(enum job_kind kind);
void job_free(struct job *j);

enum event_kind { EVENT_PROGRESS, EVENT_DONE, EVENT_FAILED, EVENT_CANCELLED };

/* The receiver owns it. */
struct event {
	enum event_kind kind;
	enum job_kind job_kind;
	int job;                   /* as engine_submit() returned */
	bool background;           /* so was the job */
	struct err err;            /* FAILED */
	struct open_report report; /* OPEN DONE */
	struct extraction
	    *extraction;          /* EXTRACT DONE; may be taken: set NULL */
	struct image picture;     /* PICTURE DONE */
	int picture_w, picture_h; /* full size */
	char *note;               /* PROGRESS: one line; owned */
	/* CALL PROGRESS and DONE; may be taken: set NULL */
	void *news;
	void (*free_news)(void *news);
	struct event *next;
};
void event_free(struct event *e);

struct engine_config {
	const char *device;      /* as device_open(); NULL: nobody asked */
	char *note;              /* DEVICE_NOTE bytes for it, or NULL */
	int threads;             /* 0: all cores */
	struct decoder *decoder; /* borrowed; outlives the engine */
	const char *cache_dir;   /* of image features; NULL: none */
};

struct engine *engine_start(const struct engine_config *cfg, struct err *err);
/* Takes j, returns its id (> 0). */
int engine_submit(struct engine *e, struct job *j);
void engine_cancel(struct engine *e, int job); /* 0: all */
int engine_fd(const struct engine *e);         /* readable: events wait */
struct event *engine_next(struct engine *e);   /* NULL when drained */
/* Jobs have not ended yet, those in the background apart. */
bool engine_busy(const struct engine *e);
void engine_stop(struct engine *e); /* cancels, joins, frees */

#endif
