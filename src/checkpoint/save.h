/*
 * save -- safetensors out, and folders that appear whole or not at all.
 *
 * Protocol: everything goes into FOLDER.tmp-PID, preallocated and fsynced,
 * then one rename; see reliability notes in HACKING.md.  A full disk leaves
 * the old checkpoint untouched and no temporary behind.
 */
#ifndef UMIE_CHECKPOINT_SAVE_H
#define UMIE_CHECKPOINT_SAVE_H

#include <stddef.h>

#include "src/tensor/tensor.h"

struct err;
struct json;
struct heartbeat;

/* What to write: contiguous host tensors; `as` converts f32 on the way. */
struct save_tensor {
	const char *name;
	const struct tensor *tensor;
	enum dtype as;
};

/*
 * Write one safetensors file, fsynced, not renamed (the caller's folder is
 * temporary).  `metadata` (string values) may be NULL.  Tensors are laid out
 * by element size, then name, so equal content gives equal bytes.
 */
int save_safetensors(const char *path, const struct save_tensor *t, size_t n,
		     const struct json *metadata, struct err *err);

/*
 * The same for somebody who waits: `heart` is beaten between pieces, and what
 * is written is synced as it goes, so that no single call takes long.
 */
int save_safetensors_watched(const char *path, const struct save_tensor *t,
			     size_t n, const struct json *metadata,
			     const struct heartbeat *heart, struct err *err);

/*
 * A folder in the making.  Files are written below save_path(); commit makes
 * it durable and renames it to its final name, replacing an older folder of
 * that name; abort removes it.  Both free the handle.
 */
struct save_folder;
struct save_folder *save_begin(const char *final_path, struct err *err);
const char *save_path(const struct save_folder *f);
int save_write(struct save_folder *f, const char *name, const void *data,
	       size_t n, struct err *err);
int save_copy(struct save_folder *f, const char *name, const char *from,
	      struct err *err);
int save_commit(struct save_folder *f, struct err *err);
void save_abort(struct save_folder *f);

/* Remove left-over *.tmp-PID folders in `dir` whose process is gone. */
void save_sweep(const char *dir);

#endif
