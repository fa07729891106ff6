/*
 * hash -- SHA-256 of memory and files (nettle), as 64 hexadecimal digits.
 */
#ifndef UMIE_BASE_HASH_H
#define UMIE_BASE_HASH_H

#include <stddef.h>

struct err;
struct heartbeat;

enum { HASH_HEX = 65 }; /* 64 digits and the NUL */

void hash_bytes(const void *p, size_t n, char hex[HASH_HEX]);
int hash_file(const char *path, char hex[HASH_HEX], struct err *err);

/* The same for somebody who waits, in pieces; heart may be NULL. */
void hash_bytes_watched(const void *p, size_t n, const struct heartbeat *heart,
			char hex[HASH_HEX]);
int hash_file_watched(const char *path, const struct heartbeat *heart,
		      char hex[HASH_HEX], struct err *err);

#endif
