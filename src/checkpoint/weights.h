/*
 * weights -- named tensors read from files, in whatever container they are.
 *
 * safetensors (one file or shards with an index), PyTorch zip archives and
 * the older non-zip files.  Everything is mapped and points into the map;
 * only strided PyTorch tensors are gathered into memory.  No byte of a
 * pickle is executed.  Nothing here knows a model.
 */
#ifndef UMIE_CHECKPOINT_WEIGHTS_H
#define UMIE_CHECKPOINT_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "src/tensor/tensor.h"

struct err;
struct heartbeat;
struct weights;

/* One entry, in the byte order of its name. */
struct weight {
	const char *name;     /* without a leading "module." */
	struct tensor tensor; /* contiguous, read-only, lives with `weights` */
};

/*
 * Open a file, or the weights of a checkpoint folder: model.safetensors,
 * model.safetensors.index.json, pytorch_model.bin, *.pth (the only one), in
 * this order.  ERR_CHECKPOINT names the file and what is wrong.
 */
struct weights *weights_open(const char *path, struct err *err);
void weights_close(struct weights *w);

size_t weights_count(const struct weights *w);
const struct weight *weights_at(const struct weights *w, size_t i);
const struct weight *weights_find(const struct weights *w, const char *name);

/* "safetensors", "safetensors (4 shards)", "pytorch zip", "pytorch legacy" */
const char *weights_format(const struct weights *w);
/* Path of the file that was opened (the index for shards). */
const char *weights_path(const struct weights *w);
/* SHA-256 over the data of all files, 64 hex digits; computed on demand. */
int weights_hash(const struct weights *w, const struct heartbeat *heart,
		 char hex[65], struct err *err);

#endif
