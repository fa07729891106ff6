/*
 * file -- reading, mapping and replacing files without losing the old one.
 *
 * A file is replaced by temporary + fsync + rename + fsync of the directory:
 * after a crash either the old or the new content is there, whole.
 */
#ifndef UMIE_BASE_FILE_H
#define UMIE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct str;

struct file_map {
	const unsigned char *data; /* read-only map; owned; NULL when empty */
	size_t size;
};

/* Map a regular file; ERR_FAILED names path and reason. */
int file_map(struct file_map *m, const char *path, struct err *err);
void file_unmap(struct file_map *m);

/* Append the whole of `path` ("-": stdin) to `out`.  ERR_DATA when it cannot
 * be opened or has more than `limit` bytes. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);

/* Replace `path` by n bytes, durably. */
int file_replace(const char *path, const void *data, size_t n, struct err *err);

/* write(2) until all is written; ERR_FAILED names `path`. */
int file_write_all(int fd, const void *data, size_t n, const char *path,
		   struct err *err);
int file_sync_dir(const char *dir, struct err *err);

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* mkdir -p with mode 0700. */
int file_mkdirs(const char *path, struct err *err);

/* "dir/name"; caller's to free(). */
char *file_join(const char *dir, const char *name);

/*
 * The XDG base directory `which` ("CONFIG", "STATE", "DATA", "CACHE") for
 * umie: $XDG_which_HOME/umie, or its default below $HOME.  Relative values
 * are ignored.  Caller's to free(); NULL without a home.
 */
char *file_xdg(const char *which);
/* The folder `name` in it, not made yet; ERR_FAILED and NULL without a home. */
char *file_xdg_folder(const char *which, const char *name, struct err *err);

#endif
