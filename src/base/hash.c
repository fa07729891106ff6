#include "src/base/hash.h"

#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "src/base/err.h"
#include "src/base/file.h"

void hash_bytes(const void *p, size_t n, char hex[HASH_HEX])
{
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx c;

	sha256_init(&c);
	sha256_update(&c, n, p);
	sha256_digest(&c, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

int hash_file(const char *path, char hex[HASH_HEX], struct err *err)
{
	struct file_map map;
	int rc = file_map(&map, path, err);

	if (rc < 0)
		return rc;
	hash_bytes(map.data, map.size, hex);
	file_unmap(&map);
	return 0;
}
