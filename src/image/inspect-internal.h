/*
 * inspect-internal -- what the inspectors of the formats share.
 */
#ifndef UMIE_IMAGE_INSPECT_INTERNAL_H
#define UMIE_IMAGE_INSPECT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct picture_info;

/* Borrowed; who reads from it checks n first. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

static inline unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static inline unsigned le16(const uint8_t *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)le16(p + 2) << 16 | le16(p);
}

/* -ERR_DATA: "WHAT: broken KIND picture (WHY)". */
int inspect_broken(const char *kind, const char *what, const char *why,
		   struct err *err);

/* Set w and h as stored, which may be anything up to 2^32, within limits. */
int inspect_size(struct picture_info *info, uint64_t w, uint64_t h,
		 const char *what, struct err *err);

/* `b` begins like a JPEG file. */
int inspect_jpeg(struct bytes b, const char *what, struct picture_info *info,
		 struct err *err);

#endif
