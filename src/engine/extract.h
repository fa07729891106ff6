/*
 * extract -- one extraction: instruction, text and picture to records.
 *
 * Text and picture are computed apart and cached apart (performance notes in
 * HACKING.md): editing the instruction costs no picture, another picture no
 * text encoder.  MEE and MRE without a pair are cascades on the model's own
 * answers.  Runs on the engine's thread.
 */
#ifndef UMIE_ENGINE_EXTRACT_H
#define UMIE_ENGINE_EXTRACT_H

#include <stdatomic.h>

#include "src/data/dataset.h"
#include "src/task/record.h"
#include "src/task/relabel.h"
#include "src/text/align.h"

struct bundle;
struct decoder;
struct err;
struct extractor;
struct feature_cache;
struct json;
struct str;

/* What an own request without its types is told. */
#define OWN_WANTS_LABELS                                               \
	"own wants your types: labels Tool, Ship (on a command line: " \
	"--labels 'Tool, Ship')"

enum gate_setting { GATE_SET_OWN, GATE_SET_OFF, GATE_SET_HELD };

/* A zeroed struct with a text is a valid request.  Strings are owned. */
struct extract_request {
	char *id;
	enum task task;
	bool own;          /* MNER as task own: wants labels */
	char *text;        /* valid UTF-8 */
	char *instruction; /* template, "I0" … "I2", or NULL */
	char *head, *tail; /* MRE: both or none */
	char *event;       /* MEAE: a type of the schema */
	/* instead of the schema's list that belongs to the task, in this
	 * order; empty: the schema's.  Not for cascades. */
	struct labels labels;
	char *image;          /* path; NULL: no picture */
	struct regions boxes; /* n > 1: given boxes, pixels */
	bool boxes_relative;  /* boxes are 0..1 of the picture */
	char *boxes_file;     /* JSON; NULL: none */
	char *detector;       /* command; NULL: none */
	enum gate_setting gate;
	float gate_value; /* when held */
	int beams;        /* 0 or 1: greedy */
	int max_tokens;   /* of one answer, start included; 0: 128 */
	bool constrained; /* only answers of the prompt's form (form.h) */
	bool attention;   /* weights over regions for every record */
	int head_shown;   /* attention of this head (1 …); 0: their mean */
	/* what a probe changes */
	struct relabel relabel; /* owned */
	uint64_t hidden;        /* bit k: region k is masked out */
};
void extract_request_release(struct extract_request *r);
void extract_request_copy(struct extract_request *to,
			  const struct extract_request *from);

/* What an example asks; `r` is released first. */
void example_request(const struct example *e, struct extract_request *r);

/* A piece of an answer found in the text. */
struct mention {
	enum fit fit;
	int32_t start, end; /* code points; -1 when absent */
	size_t places;      /* how often it stands in the text */
};

struct found {
	struct record rec;
	struct mention text, head, tail; /* those that the task has */
	float p;          /* product of its tokens' probabilities */
	float *attention; /* one weight per region, sum 1; owned; or NULL */
	int event;        /* MEE arguments: index of their MED record, or -1 */
};

/* Everything shown; plain data, owned, safe to hand to another thread. */
struct extraction {
	char *id;
	enum task task;
	bool own; /* MNER as task own */
	char *text;
	char *instruction; /* as filled in; for cascades the first one */
	char model[65];    /* hash */
	char device[32];
	bool constrained; /* as it was asked, as are */
	int beams, max_tokens;
	float g, cos; /* the model's own, of the first step */
	float g_used; /* what was used */
	enum image_state image;
	char *image_path;
	int image_w, image_h;
	struct regions regions; /* pixels; row 0 the whole picture */
	float *attention;       /* mean over all text tokens, one per region; or
				   NULL without picture */
	struct found *found;
	size_t n_found;
	struct dropped *dropped;
	size_t n_dropped;
	char *raw;        /* answers as decoded, a line each */
	int input_tokens; /* of the first step, </s> included */
	int cut_tokens;   /* of the text, that did not fit in 256 */
	int answer_tokens;
	struct {
		double tokenize, image, vision, encode, decode, total;
	} ms;
};
void extraction_free(struct extraction *x);

/* One JSON object in the form of "umie/1" (umie-formats.5); json_free(). */
struct json *extraction_json(const struct extraction *x, bool attention);
/*
 * The same result again, but for image_path, which is NULL.  *out is the
 * caller's.  ERR_DATA names `what` and the key.
 */
int extraction_from_json(struct extraction **out, const struct json *j,
			 const char *what, struct err *err);
/* A deep copy. */
struct extraction *extraction_copy(const struct extraction *x);
/* Readable lines; `color` uses the eight terminal colours. */
void extraction_text(const struct extraction *x, bool color, struct str *out);

/*
 * An extractor keeps the caches.  `d` and `features` may be NULL when no
 * pictures come.  cancel is polled (may be NULL).
 */
struct extractor *extractor_new(struct bundle *b, struct decoder *d,
				struct feature_cache *features,
				const atomic_bool *cancel);
void extractor_free(struct extractor *x);

/* *out is the caller's.  ERR_DATA for bad input, ERR_CANCELLED. */
int extractor_run(struct extractor *x, const struct extract_request *r,
		  struct extraction **out, struct err *err);

/*
 * Many MNER, MRE, MED or MEAE requests at once, batched through encoder and
 * decoder; the results equal those of extractor_run() one by one.
 */
int extractor_run_batch(struct extractor *x, const struct extract_request *r,
			size_t n, struct extraction **out, struct err *err);

/*
 * Teacher forcing: the log-probability of each of n answers (as the grammar
 * prints them) to a request that is one prompt, all tokens and the end
 * counted.  ERR_USAGE for a cascade.
 */
int extractor_score(struct extractor *x, const struct extract_request *r,
		    char *const *answer, size_t n, double *logprob,
		    struct err *err);

/* Borrowed: schema, grammar, instructions of what answers. */
const struct bundle *extractor_bundle(const struct extractor *x);

#endif
