/*
 * decode -- pictures are decoded in a sandboxed helper process.
 *
 * JPEG, PNG and BMP by stb_image, but never in this process: a helper,
 * started before anything else (it must fork cheaply and own no threads),
 * forks one child per picture with rlimits and seccomp strict.  A hostile
 * picture may kill the child, never `umie`.  Thread-safe: one request at a
 * time, others wait.  JPEGs give the very pixels that libjpeg gives (jpeg.h).
 */
#ifndef UMIE_IMAGE_DECODE_H
#define UMIE_IMAGE_DECODE_H

#include <stdbool.h>

#include "src/image/image.h"

struct decoder;

/* Fork the helper.  Call it first thing in main(). */
struct decoder *decoder_start(struct err *err);
void decoder_stop(struct decoder *d);

/*
 * Decode n bytes (8-bit RGB; alpha dropped, 16-bit by the high byte, grey
 * and palette expanded).  `upright` applies the EXIF orientation.  `what`
 * names the picture in messages; ERR_DATA says what is wrong with it, or that
 * it crashed its decoder or took too long; ERR_FAILED that there is no memory
 * or the helper is gone.  On failure `out` is empty.
 */
int decoder_decode(struct decoder *d, const void *data, size_t n, bool upright,
		   const char *what, struct image *out, struct err *err);

/* The same for a file ("-": stdin). */
int decoder_read(struct decoder *d, const char *path, bool upright,
		 struct image *out, struct err *err);

/*
 * The decoder itself, without the sandbox: for tests and the fuzz target only.
 */
int decode_here(const void *data, size_t n, bool upright, const char *what,
		struct image *out, struct err *err);

#endif
