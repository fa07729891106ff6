/*
 * cache -- image features by content, under the XDG cache directory.
 *
 * Key: hash of the picture's bytes, of the box of one crop and of the image
 * backbone.  Value: one feature row.  Files are replaced atomically; when all
 * together exceed the limit the least recently used go first.  A damaged or
 * foreign file is a miss, never an error; what cannot be written will be a
 * miss.  Programs may share a directory; one cache is used by one thread.
 */
#ifndef UMIE_IMAGE_CACHE_H
#define UMIE_IMAGE_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/hash.h"

struct feature_cache;

/* NULL dir: no cache on disk, everything misses.  limit in bytes. */
struct feature_cache *feature_cache_open(const char *dir, size_t limit);
void feature_cache_close(struct feature_cache *c);

/*
 * Features of one picture with one list of boxes are one entry: n rows of
 * `dim` floats.  `key` is made by feature_key().  After a miss `out` may hold
 * anything.
 */
bool feature_cache_get(struct feature_cache *c, const char *key, float *out,
		       size_t n, size_t dim);
void feature_cache_put(struct feature_cache *c, const char *key,
		       const float *rows, size_t n, size_t dim);

/* Hash over picture hash, boxes (n x 4 ints of pixels) and backbone hash. */
void feature_key(const char *picture_hash, const int (*px)[4], size_t n,
		 const char *backbone_hash, char key[HASH_HEX]);

#endif
