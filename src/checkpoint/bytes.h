/*
 * bytes -- little-endian numbers out of a file image.
 *
 * Tensors are used where they lie in the file, so the machine has to be
 * little-endian, as every container read here is.
 */
#ifndef UMIE_CHECKPOINT_BYTES_H
#define UMIE_CHECKPOINT_BYTES_H

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "weights are used as they lie in the file");

static inline uint16_t le16(const unsigned char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t le32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t le64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
