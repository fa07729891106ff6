/*
 * bundle -- what one checkpoint folder holds, opened and checked together.
 *
 * Weights, tokenizer, schema, image backbone.  Opening always makes a report;
 * nothing is loaded quietly and nothing falls back.  Belongs to the engine's
 * thread; the report is plain data.
 */
#ifndef UMIE_ENGINE_BUNDLE_H
#define UMIE_ENGINE_BUNDLE_H

#include "src/checkpoint/config.h"
#include "src/model/umie.h"
#include "src/task/answer.h"
#include "src/task/task.h"

struct backend;
struct err;
struct json;
struct resnet;
struct str;
struct tokenizer;
struct weights;

/* What opening found.  Lists are owned. */
struct open_report {
	char *path;
	char *format; /* "safetensors", … */
	const char *dtype;
	char hash[65];        /* of the weights */
	char vision_hash[65]; /* of the image backbone; "" without */
	int64_t parameters, vision_parameters, bytes;
	int vocab, pieces;
	int heads; /* of the gated attention; 0: not known */
	struct labels missing, unexpected, resized; /* names of tensors */
	struct labels instructions; /* own templates of mner … meae */
	size_t used;
	bool has_vision, has_schema, trained_instructions;
	struct schema schema; /* the labels that it knows */
	double ms;
};

struct bundle {
	char *dir; /* owned */
	struct config config;
	struct schema schema;
	struct tokenizer *tokenizer; /* owned; NULL without spiece.model */
	struct params params;        /* text half, gate, and a backbone that is
					trained too */
	struct umie model;
	struct weights *weights; /* owned; parameters point into it */
	struct weights *vision_weights;
	struct resnet *vision; /* owned; NULL: features are supplied */
	struct backend *be;    /* borrowed */
	struct open_report report;
};

enum bundle_use {
	BUNDLE_INFER,
	BUNDLE_TRAIN,        /* the backbone stays frozen */
	BUNDLE_TRAIN_VISION, /* the backbone is trained too */
};

/* A zeroed struct opens for inference. */
struct bundle_options {
	enum bundle_use use;
	uint64_t seed;      /* of tensors that the folder lacks */
	const char *freeze; /* "shared,lm_head": names that begin so are not
			       trained; or NULL */
};

/*
 * Open a folder.  Tensors that it lacks are initialised from the seed and
 * reported.  ERR_CHECKPOINT says which file and what was expected.
 */
int bundle_open(struct bundle **out, const char *dir, struct backend *be,
		const struct bundle_options *o, struct err *err);
void bundle_close(struct bundle *b);

/*
 * The instruction template of a task: `wanted` itself, or the named set I0,
 * I1, I2, or when NULL the one the checkpoint was trained with, or else the
 * paper's.  Borrowed.
 */
const char *bundle_instruction(const struct bundle *b, enum task t,
			       const char *wanted);
enum answer_grammar bundle_grammar(const struct bundle *b);

/* The report for people and as JSON (caller's to json_free()). */
void open_report_text(const struct open_report *r, struct str *out);
struct json *open_report_json(const struct open_report *r);
void open_report_release(struct open_report *r);
void open_report_copy(struct open_report *to, const struct open_report *from);

/* The demonstration's folder, beside the program or installed, when `file` is
 * in it; caller's to free(); or NULL. */
char *bundle_shipped(const char *argv0, const char *file);
/*
 * The folder of the demonstration checkpoint: $UMIE_CHECKPOINT, then
 * examples/demo beside the build tree of `argv0`, then the installed one.
 * Caller's to free(); NULL and ERR_CHECKPOINT listing where it looked.
 */
char *bundle_default(const char *argv0, struct err *err);

#endif
