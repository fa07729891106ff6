/*
 * batch -- what the commands that compute without an engine thread share.
 */
#ifndef UMIE_TUI_BATCH_H
#define UMIE_TUI_BATCH_H

#include "src/engine/bundle.h"
#include "src/engine/extract.h"
#include "tui/cmd.h"

struct app;
struct backend;
struct dataset;
struct feature_cache;
struct json;
struct losses;
struct session;
struct write_options;

/* "own", "off" or a number into r; ERR_USAGE names what was given. */
int gate_parse(const char *s, struct extract_request *r, struct err *err);

/*
 * An argument that may be "@FILE": then the content of FILE without its last
 * newline.  *out is the caller's; NULL for NULL.
 */
int argument_text(const char *s, char **out, struct err *err);

/* app_say() it on one line; takes it. */
void say_json(struct app *app, struct json *j);

/* {"code": 3, "text": "…"}; the caller's to json_free(). */
struct json *error_json(const struct err *err);

/*
 * Standard input is about to be read: when it is a terminal, print the usage
 * on stderr; ERR_USAGE then.  `what`: "a text".
 */
int batch_stdin(struct app *app, const struct args *a, const char *what,
		struct err *err);
/*
 * What REQUEST_OPTIONS say, for one text or for every line of a data set.
 * extract_request_release() it, also after an error.
 */
int batch_request(const struct args *a, struct extract_request *r,
		  struct err *err);
/* What --labels lists.  ERR_USAGE. */
int labels_option(const char *list, struct labels *out, struct err *err);
/* Ask for `l`, unless it is empty, instead of what the example asks for. */
void request_labels(struct extract_request *r, const struct labels *l);
/* Argument `at`, or standard input for "-" and nothing; without its last
 * newline.  Caller's. */
int batch_text(struct app *app, const struct args *a, int at, char **out,
	       struct err *err);

/* dataset_write(); "-": to standard output, where no screen is. */
int batch_write(struct app *app, const struct dataset *d, const char *path,
		const struct write_options *o, struct losses *lost,
		struct err *err);

/*
 * The session that --session names, which must be there; session_close() it.
 * ERR_USAGE with the names there are when none is named: what is read or
 * changed is never guessed.
 */
int batch_session(struct session **out, const struct args *a, bool read_only,
		  struct err *err);

/* Row of a command about a session. */
#define SESSION_OPTION                                             \
	{                                                          \
		"session", 0, "SESSION|FILE",                      \
		    "the session: its name, or its file (PATH or " \
		    "NAME.umie); must be given",                   \
		    KIND_SESSION                                   \
	}

/* Everything a command needs to compute here and now. */
struct batch {
	struct app *app; /* borrowed; told what the device remarks */
	struct backend *be;
	struct bundle *bundle;
	struct feature_cache *features;
	struct extractor *extractor;
};

/*
 * Open the device (--device and --threads of `a`) and the checkpoint `path`;
 * NULL: the demonstration one.
 */
int batch_open(struct batch *b, struct app *app, const struct args *a,
	       const char *path, struct err *err);
/* --device and --threads of `a` for the engine that will be started. */
int app_options(struct app *app, const struct args *a, struct err *err);
int batch_backend(struct app *app, struct backend **be, const struct args *a,
		  struct err *err);
void batch_close(struct batch *b);

/* Rows of an option table for a command that opens a checkpoint. */
#define BATCH_OPTIONS                                                       \
	{"model", 'm', "CKPT",                                              \
	 "checkpoint folder (default: the "                                 \
	 "demonstration one)"},                                             \
	    {"device", 0, "NAME", "where to compute"},                      \
	{                                                                   \
		"threads", 0, "N", "processor threads (default: all cores)" \
	}

/* Rows for a command that asks about one text. */
#define REQUEST_OPTIONS                                                      \
	{"task", 't', "TASK", "mner (default), mre, med, meae, mee or own"}, \
	    {"image", 'i', "FILE", "a JPEG, PNG or BMP picture"},            \
	    {"boxes", 0, "FILE", "JSON with the boxes of its objects"},      \
	    {"detector", 0, "CMD",                                           \
	     "command that prints such JSON for a picture"},                 \
	    {"instruction", 0, "TEXT|@FILE|I0|I1|I2",                        \
	     "instead of the task's own"},                                   \
	    {"labels", 0, "LIST", "types instead of the schema's"},          \
	    {"head", 0, "H", "mre: first entity (with --tail)"},             \
	    {"tail", 0, "T", "mre: second entity"},                          \
	    {"event", 0, "E", "meae: event type"},                           \
	    {"gate", 0, "own|off|X",                                         \
	     "leave the gate, switch it off, hold it"},                      \
	    {"beams", 0, "N", "beam search (default 1: greedy)"},            \
	    {"constrained", 0, NULL, "only answers of the task's form"},     \
	{                                                                    \
		"max", 0, "N", "longest answer in tokens (default 128)"      \
	}

#endif
