/*
 * save-file -- one file of a checkpoint: room first, then the bytes, synced.
 */
#ifndef UMIE_CHECKPOINT_SAVE_FILE_H
#define UMIE_CHECKPOINT_SAVE_FILE_H

#include <stddef.h>

struct err;

/*
 * Create `path`, which must not exist, with room for n bytes, so that a full
 * disk is known before anything is written.  Descriptor or negative code.
 */
int save_file_open(const char *path, size_t n, struct err *err);

/*
 * Sync and close when `rc` is 0, else or when that fails: close and remove.
 * Returns rc, or the code of the failure.
 */
int save_file_close(int fd, const char *path, int rc, struct err *err);

#endif
