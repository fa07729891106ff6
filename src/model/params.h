/*
 * params -- the registry of everything a model learns.
 *
 * A model registers each tensor once, by its name in the checkpoint, and
 * keeps the pointer it gets.  What the tensor holds comes later: from a file
 * (params_bind), from random numbers (params_init), then either as it is, for
 * inference (params_place), or widened to f32 in one flat block with a block
 * of gradients beside it, for training (params_train).  One thread.
 */
#ifndef UMIE_MODEL_PARAMS_H
#define UMIE_MODEL_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/arena.h"
#include "src/tensor/tensor.h"

struct backend;
struct err;
struct weights;

/* How a parameter that no file holds begins. */
enum init {
	INIT_ZEROS,
	INIT_ONES,
	INIT_NORMAL,  /* standard deviation `spread` */
	INIT_UNIFORM, /* -spread … spread */
};

enum {
	PARAM_TRAINED = 1, /* the forward pass uses it and it may change */
	PARAM_DECAYED = 2, /* AdamW shrinks it */
	PARAM_VOCAB = 4,   /* its rows are the vocabulary: may be resized */
	PARAM_DEAD = 8,    /* kept for saving, used by nothing */
};

struct param {
	const char *name;   /* in the registry's arena */
	uint64_t hash;      /* of the name */
	size_t prefix;      /* bytes of `name` that files do not have */
	struct tensor t;    /* data is NULL until bound or initialised */
	struct tensor grad; /* view of the gradient block, when training */
	unsigned flags;
	enum init init;
	float spread;
	int64_t offset; /* in elements, into the flat block */
};

/* A zeroed struct is an empty registry. */
struct params {
	struct param **at; /* owned array; the entries live in `memory` */
	size_t n, cap;
	/* Put before the names that are registered next; borrowed. */
	const char *prefix;
	struct arena memory; /* entries and names */
	struct arena values; /* initialised, widened or resized, on the host */

	struct backend *be;  /* who owns the blocks; NULL: not placed */
	struct tensor value; /* flat f32; decayed ones first */
	struct tensor grad;  /* of the same length */
	int64_t n_decayed;   /* elements of the decayed part, padding too */
	void *block;         /* placed weights on a device; owned */
	size_t block_size;
};

/* Before the backend that holds the weights is closed. */
void params_release(struct params *p);

/*
 * Register prefix + name, f32 of this shape until something is bound to it.
 * The tensor stays where it is as long as the registry.
 */
struct param_spec {
	unsigned flags;
	enum init init;
	float spread;
	int ndim;
	int64_t dim[4];
};
struct tensor *params_add(struct params *p, const struct param_spec *s,
			  const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* By full name; NULL when there is none. */
struct param *params_find(const struct params *p, const char *name);

/* Elements of all parameters; of the trained ones only when asked. */
int64_t params_count(const struct params *p, bool trained_only);

/*
 * Parameters whose names begin with one of `prefixes` ("shared,lm_head") will
 * not be trained; NULL: none.  Before they are placed.
 */
void params_freeze(struct params *p, const char *prefixes);

/* What opening a file found, one note for each thing worth naming. */
enum bind_kind {
	BIND_MISSING,      /* registered, not in the file */
	BIND_MISSING_DEAD, /* the same, but nothing uses it */
	BIND_UNEXPECTED,   /* in the file, not registered */
	BIND_RESIZED,      /* vocabulary cut or extended */
};
struct bind_note {
	enum bind_kind kind;
	char *name;          /* owned */
	int64_t found, want; /* rows, when resized */
};
struct bind_report {
	size_t used; /* entries of the file that are in use, aliases too */
	size_t n, cap;
	struct bind_note *note; /* owned */
};
size_t bind_report_count(const struct bind_report *r, enum bind_kind kind);
void bind_report_release(struct bind_report *r);

/*
 * Another name under which files carry the same tensor.  A list ends with
 * a NULL name.  The first name wins when both are there.
 */
struct param_alias {
	const char *alias, *name;
};

/*
 * Point the parameters registered under `prefix` ("" for none) at the file's
 * tensors, which must outlive them or params_train().  A vocabulary of other
 * size is cut or extended (new rows by the parameter's own rule and `seed`);
 * any other shape is ERR_CHECKPOINT naming tensor, found and expected.
 * Missing ones keep data == NULL.  `r` is filled also for the caller's show.
 */
int params_bind(struct params *p, const char *prefix, const struct weights *w,
		const struct param_alias *alias, uint64_t seed,
		struct bind_report *r, struct err *err);

/*
 * Initialise every parameter that has no data.  The numbers depend on seed
 * and name only, not on the order of registration.
 */
void params_init(struct params *p, uint64_t seed);

/*
 * For inference: weights stay in their type; a backend with memory of its own
 * gets a copy.  All become frozen.
 */
int params_place(struct params *p, struct backend *be, struct err *err);

/*
 * For training: trained parameters move into one f32 block, each at a
 * multiple of 64 bytes, decayed ones first; `grad` is zero.  Others are
 * placed as above.  The files may be closed afterwards unless a parameter
 * is not trained.
 */
int params_train(struct params *p, struct backend *be, struct err *err);

int params_zero_grad(struct params *p, struct err *err);

/* Copy one parameter to host memory of tensor_bytes(). */
int params_read(const struct params *p, const struct param *a, void *host,
		struct err *err);

#endif
