/*
 * replay -- a recording: what was typed and what the engine answered.
 *
 * One JSON object a line; the first says which version (umie-formats.5,
 * "RECORDINGS").  With it a session can be shown again without checkpoint,
 * data set or pictures, and its answers can be compared with new ones.
 */
#ifndef UMIE_SESSIONS_REPLAY_H
#define UMIE_SESSIONS_REPLAY_H

#include "sessions/session.h"
#include "src/engine/bundle.h"

struct recorder;
struct probe_news;

/* 2: what probes found. */
enum { RECORDING_VERSION = 2, RECORDING_THUMBNAIL = 96 };

/* Begin a new file; one that exists is ERR_FAILED.  The log of `s` (may be
 * NULL) is written first. */
int recorder_open(struct recorder **out, const char *path,
		  const struct session *s, struct err *err);
/* *err tells that something could not be written, now or before. */
int recorder_close(struct recorder *r, struct err *err);

void recorder_command(struct recorder *r, const char *line);
void recorder_opened(struct recorder *r, const struct open_report *report);
/* `request` is what was asked; `example` the one that was predicted ahead, 0
 * for a live answer. */
void recorder_reply(struct recorder *r, const struct extract_request *request,
		    const struct extraction *x, int example);
void recorder_picture(struct recorder *r, const char *path,
		      const struct image *thumbnail, int w, int h);
/* What a probe found in the end. */
void recorder_news(struct recorder *r, const struct probe_news *n);
/* Acts of the session that follow number `from` of its log. */
void recorder_acts(struct recorder *r, const struct session *s, size_t from);

/* enum, key in the file */
#define STEPS(_)            \
	_(COMMAND, command) \
	_(OPENED, opened)   \
	_(REPLY, reply)     \
	_(PICTURE, picture) \
	_(NEWS, news)       \
	_(ACT, act)

enum step_kind {
#define STEP_ENUM(upper, lower) STEP_##upper,
	STEPS(STEP_ENUM)
#undef STEP_ENUM
};

/* Members that the kind has not are empty. */
struct replay_step {
	enum step_kind kind;
	double t;      /* ms since the recording began */
	char *command; /* owned */
	struct open_report report;
	struct extract_request request; /* pictures: whole paths */
	struct extraction *reply;       /* owned */
	int ahead; /* example that it was predicted for; 0: live */
	struct image picture;
	int picture_w, picture_h;
	char *path;    /* of the picture; owned */
	char hash[65]; /* of its bytes; "": was not there */
	struct act act;
	struct probe_news *news; /* owned */
};

struct recording {
	struct replay_step *step; /* owned */
	size_t n, cap;
};

/* ERR_DATA names file and line. */
int recording_read(struct recording *r, const char *path, struct err *err);
/* The same from n bytes; names of pictures are relative to `dir`. */
int recording_parse(struct recording *r, const char *bytes, size_t n,
		    const char *path, const char *dir, struct err *err);
void recording_release(struct recording *r);

/* What differs between two answers to one request, a line each; false:
 * nothing. */
bool replies_differ(const struct extraction *was, const struct extraction *is,
		    struct str *out);

#endif
