/*
 * zip -- the entries of an archive whose entries are stored, not compressed.
 *
 * This is what PyTorch writes.  Every byte of the file belongs to exactly one
 * entry, to the directory or to the records after it, and what is said twice
 * is the same twice: nobody else can read another content out of the file.
 */
#ifndef UMIE_CHECKPOINT_ZIP_H
#define UMIE_CHECKPOINT_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/str.h"

struct err;

enum { ZIP_MAX_ENTRIES = 1000000 };

struct zip_entry {
	struct span name; /* in the image */
	const unsigned char *data;
	size_t size;
	/* from the directory, for the checks */
	size_t offset; /* of the local header */
	uint32_t crc;
	uint16_t flags;
};

struct zip {
	struct zip_entry *entry; /* by the bytes of the names; owned */
	size_t count;
};

/*
 * Read and check an image of n bytes, CRC-32 of all entries included.  On
 * error `z` is released.  `what` names the file in messages.
 */
int zip_parse(struct zip *z, const unsigned char *image, size_t n,
	      const char *what, struct err *err);
void zip_release(struct zip *z);

/* NULL when there is none of that name. */
const struct zip_entry *zip_find(const struct zip *z, struct span name);

/* CRC-32 of ISO 3309, as zip has it. */
uint32_t zip_crc32(const unsigned char *p, size_t n);

#endif
