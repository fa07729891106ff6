/*
 * backend-plugin -- what the program and a backend in a plugin agree on.
 *
 * See src/base/plugin.h.  The program checks the first four members before it
 * believes the others.  A plugin carries its own copy of src/base and
 * src/tensor: the two share only these structs.
 */
#ifndef UMIE_TENSOR_BACKEND_PLUGIN_H
#define UMIE_TENSOR_BACKEND_PLUGIN_H

#include "src/base/plugin.h"
#include "src/tensor/backend.h"

enum { BACKEND_PLUGIN_ABI = 4 };
#define BACKEND_PLUGIN_SYMBOL "umie_backend_plugin"

struct device_options {
	int device; /* 0, 1, … */
	bool tf32;  /* f32 products may round their factors to TF32 */
	bool bf16;  /* activations may be rounded to bf16 beside bf16 weights */
	bool eager; /* every call on its own: no CUDA graphs */
};

/* What a device can do at most; 0 where the driver does not say. */
struct device_facts {
	char name[96];
	int capability;      /* 10 * major + minor */
	int multiprocessors; /* SMs */
	double memory;       /* bytes */
	double flops;        /* f32, a second, without tensor cores */
	double bandwidth;    /* bytes a second */
};

struct backend_plugin {
	struct plugin_head head;
	uint32_t ops;       /* OP_COUNT */
	uint32_t call_size; /* of struct op_call */
	const char *name;   /* "cuda" */
	/* NULL and ERR_DEVICE, with the reason, when there is none to use. */
	struct backend *(*open)(const struct device_options *o,
				struct err *err);
	/* How many devices there are; none is ERR_DEVICE, with the reason. */
	int (*count)(struct err *err);
	/* Where its work is queued: a cudaStream_t. */
	void *(*stream)(struct backend *be);
	int (*facts)(struct backend *be, struct device_facts *out,
		     struct err *err);
};

#endif
