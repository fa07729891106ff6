/*
 * winograd -- 3x3 convolutions with a quarter of the multiplications.
 *
 * F(4x4, 3x3): a tile of 6x6 inputs and the kernel become 36 points each, the
 * channels are summed by 36 matrix products, and 36 points become 4x4
 * outputs.  In f32 as exact as the direct sum (measured on RN101: worst
 * difference from double 1.1 times that of the direct one).
 */
#ifndef UMIE_CPU_WINOGRAD_H
#define UMIE_CPU_WINOGRAD_H

#include <stdbool.h>

struct cpu;
struct dnn_conv;
struct err;
struct tensor;

/*
 * Whether the convolution is done so: frozen 3x3, stride 1, pad 1, f32, whole
 * registers of channels, points that fit the cache.  Depends neither on the
 * number of pictures nor on the machine.
 */
bool winograd_suits(const struct dnn_conv *c, const struct tensor *w);

/* y = conv(x) + bias, then relu if asked; bias may be NULL. */
int winograd_forward(struct cpu *cpu, const struct dnn_conv *c, const float *x,
		     const struct tensor *w, const float *bias, float *y,
		     struct err *err);

#endif
