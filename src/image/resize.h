/*
 * resize -- Pillow's bicubic with antialias, to the last bit; crops; floats.
 *
 * Follows the fixed-point recipe of Pillow 9.4 (kernel a = -0.5, 22-bit
 * weights, horizontal pass first, each pass rounded to 8 bits).
 */
#ifndef UMIE_IMAGE_RESIZE_H
#define UMIE_IMAGE_RESIZE_H

#include "src/image/image.h"

struct image_norm {
	float mean[3], std[3];
};

extern const struct image_norm IMAGE_NORM_CLIP, IMAGE_NORM_IMAGENET;

/* Integer pixel box of `b` inside a w x h image: floor, ceil, clamp, >= 1. */
void box_to_pixels(const struct box *b, int w, int h, int out[4]);

/* Crop pixel box [x1,y1,x2,y2) of `in`, resize it to w x h; out is new. */
void image_crop_resize(const struct image *in, const int px[4], int w, int h,
		       struct image *out);

/* CLIP's default: shorter side to `size`, centre crop. */
void image_center_crop(const struct image *in, int size, struct image *out);

/* (u8/255 - mean)/std.  chw: out (3,H,W); else out (H,W,3). */
void image_to_float(const struct image *in, const struct image_norm *norm,
		    int chw, float *out);

#endif
