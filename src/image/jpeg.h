/*
 * jpeg -- the arithmetic of JPEG as libjpeg does it.
 *
 * Features were trained on pictures that libjpeg had decoded.  stb_image
 * rounds differently in these four steps (and is wrong in the last column
 * but one of a 4:2:2 picture); with them in their place a JPEG gives the
 * same pixels to the bit.  They stand in for functions of stb_image, so
 * their parameters are its own.
 */
#ifndef UMIE_IMAGE_JPEG_H
#define UMIE_IMAGE_JPEG_H

#include <stdint.h>

/* Inverse DCT of 64 dequantised coefficients to an 8x8 block of samples. */
void jpeg_idct(uint8_t *out, int stride, short data[64]);

/*
 * Twice as many samples as the w of row `near`; hv2 also blends in the row
 * `far`, the neighbour on the other side.  Return `out`.
 */
uint8_t *jpeg_widen(uint8_t *out, uint8_t *near, uint8_t *far, int w, int hs);
uint8_t *jpeg_widen_hv(uint8_t *out, uint8_t *near, uint8_t *far, int w,
		       int hs);

/* A row of n pixels, `step` bytes apart (3, or 4 with an opaque alpha). */
void jpeg_to_rgb(uint8_t *out, const uint8_t *y, const uint8_t *cb,
		 const uint8_t *cr, int n, int step);

#endif
