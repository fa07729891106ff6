/*
 * inspect -- what a picture file says about itself, read without decoding.
 *
 * Format, size and orientation come from here, so limits are enforced before
 * the decoder sees a byte; and what older decoders are known to trip over is
 * refused here.  Every read is checked; nothing is allocated.
 */
#ifndef UMIE_IMAGE_INSPECT_H
#define UMIE_IMAGE_INSPECT_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct picture_info {
	const char *kind; /* "JPEG", "PNG" or "BMP"; static */
	int w, h;         /* as stored, within the limits of image.h */
	int orientation;  /* EXIF, 1 … 8; 1 when there is none */
};

/* ERR_DATA when the n bytes of `what` are no picture that may be decoded. */
int picture_inspect(const uint8_t *data, size_t n, const char *what,
		    struct picture_info *info, struct err *err);

#endif
