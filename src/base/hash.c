#include "src/base/hash.h"

#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/heartbeat.h"

enum { PIECE = 1 << 24 }; /* bytes between two beats */

void hash_bytes_watched(const void *p, size_t n, const struct heartbeat *heart,
			char hex[HASH_HEX])
{
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx c;

	sha256_init(&c);
	for (size_t at = 0; at < n; at += PIECE) {
		sha256_update(&c, MIN(n - at, (size_t)PIECE),
			      (const unsigned char *)p + at);
		heartbeat(heart);
	}
	sha256_digest(&c, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void hash_bytes(const void *p, size_t n, char hex[HASH_HEX])
{
	hash_bytes_watched(p, n, NULL, hex);
}

int hash_file_watched(const char *path, const struct heartbeat *heart,
		      char hex[HASH_HEX], struct err *err)
{
	struct file_map map;
	int rc = file_map(&map, path, err);

	if (rc < 0)
		return rc;
	hash_bytes_watched(map.data, map.size, heart, hex);
	file_unmap(&map);
	return 0;
}

int hash_file(const char *path, char hex[HASH_HEX], struct err *err)
{
	return hash_file_watched(path, NULL, hex, err);
}
