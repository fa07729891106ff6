/*
 * conv-cases -- the ops of the image encoder in double precision and in the
 * plainest loops, and the shapes each is tried on.
 */
#ifndef UMIE_TESTS_CONV_CASES_H
#define UMIE_TESTS_CONV_CASES_H

#include "tests/ops-problem.h"

enum { BIAS = 1, RESIDUAL = 2, RELU = 4, FROZEN = 8, HALF = 16 };

/* a: B, Y, X, C, O, kernel, stride, pad, flags */
static void build_conv(struct problem *p, const int *a)
{
	int oy = (a[1] + 2 * a[7] - a[5]) / a[6] + 1;
	int ox = (a[2] + 2 * a[7] - a[5]) / a[6] + 1;
	enum dtype d = a[8] & HALF ? DT_F16 : DT_F32;

	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2], a[3]));
	input(p, 1, d, 0.3, SHAPE(a[4], a[3], a[5], a[5]));
	p->in[1].frozen = a[8] & FROZEN;
	if (a[8] & BIAS)
		input(p, 2, DT_F32, 1, SHAPE(a[4]));
	if (a[8] & RESIDUAL)
		input(p, 3, DT_F32, 1, SHAPE(a[0], oy, ox, a[4]));
	output(p, 0, DT_F32, SHAPE(a[0], oy, ox, a[4]));
	p->c.p = (struct op_params){
	    .stride = a[6], .pad = a[7], .relu = a[8] & RELU};
}

static bool inside(int64_t i, int64_t n)
{
	return i >= 0 && i < n;
}

/* One number of the convolution, before residual and relu. */
static double conv_at(const struct problem *p, int64_t b, int64_t oy,
		      int64_t ox, int64_t o)
{
	const int64_t *x = p->in[0].dim, *w = p->in[1].dim;
	double s = p->c.in[2] ? p->x[2][o] : 0;

	for (int64_t c = 0; c < w[1]; c++)
		for (int64_t i = 0; i < w[2]; i++)
			for (int64_t j = 0; j < w[3]; j++) {
				int64_t y = oy * p->c.p.stride - p->c.p.pad + i;
				int64_t v = ox * p->c.p.stride - p->c.p.pad + j;

				if (!inside(y, x[1]) || !inside(v, x[2]))
					continue;
				s +=
				    p->x[0][((b * x[1] + y) * x[2] + v) * x[3] +
					    c] *
				    p->x[1][((o * w[1] + c) * w[2] + i) * w[3] +
					    j];
			}
	return s;
}

static void ref_conv(struct problem *p)
{
	const int64_t *d = p->out[0].dim;

	for (int64_t i = 0; i < tensor_count(&p->out[0]); i++) {
		int64_t cell = i / d[3];
		double s = conv_at(p, cell / d[2] / d[1], cell / d[2] % d[1],
				   cell % d[2], i % d[3]);

		if (p->c.in[3])
			s += p->x[3][i];
		p->y[0][i] = p->c.p.relu && s < 0 ? 0 : s;
	}
}

/* a: B, Y, X, C, train */
static void build_norm(struct problem *p, const int *a)
{
	float *var;

	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2], a[3]));
	for (int i = 1; i < 5; i++)
		input(p, i, DT_F32, 1, SHAPE(a[3]));
	p->in[3].grad = p->in[4].grad = NULL;
	var = p->in[4].data;
	for (int c = 0; c < a[3]; c++) {
		var[c] = 0.5f + fabsf(var[c]);
		p->x[4][c] = (double)var[c];
	}
	output(p, 0, DT_F32, SHAPE(a[0], a[1], a[2], a[3]));
	output(p, 1, DT_F32, SHAPE(a[3]));
	output(p, 2, DT_F32, SHAPE(a[3]));
	p->out[1].grad = p->out[2].grad = NULL;
	p->c.p =
	    (struct op_params){.eps = 1e-5f, .momentum = 0.1f, .train = a[4]};
}

/* Mean and biased variance of channel c of the batch. */
static void moments(const struct problem *p, int64_t c, double *mean,
		    double *var)
{
	int64_t C = p->in[0].dim[3], R = tensor_rows(&p->in[0]);
	double d;

	*mean = *var = 0;
	for (int64_t r = 0; r < R; r++)
		*mean += p->x[0][r * C + c] / (double)R;
	for (int64_t r = 0; r < R; r++) {
		d = p->x[0][r * C + c] - *mean;
		*var += d * d / (double)R;
	}
}

static void ref_norm(struct problem *p)
{
	int64_t C = p->in[0].dim[3], R = tensor_rows(&p->in[0]);

	for (int64_t c = 0; c < C; c++) {
		double mean = p->x[3][c], var = p->x[4][c], inv;

		if (p->c.p.train)
			moments(p, c, &mean, &var);
		inv = 1 / sqrt(var + (double)p->c.p.eps);
		p->y[1][c] = mean;
		p->y[2][c] = inv;
		for (int64_t i = c; i < R * C; i += C)
			p->y[0][i] =
			    (p->x[0][i] - mean) * inv * p->x[1][c] + p->x[2][c];
	}
}

/* a: B, Y, X, C */
static void build_relu(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2], a[3]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1], a[2], a[3]));
}

static void ref_relu(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++)
		p->y[0][i] = p->x[0][i] > 0 ? p->x[0][i] : 0;
}

/* a: B, Y, X, C, kernel, stride, pad */
static void build_pool(struct problem *p, const int *a)
{
	int oy = (a[1] + 2 * a[6] - a[4]) / a[5] + 1;
	int ox = (a[2] + 2 * a[6] - a[4]) / a[5] + 1;

	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2], a[3]));
	output(p, 0, DT_F32, SHAPE(a[0], oy, ox, a[3]));
	p->c.p =
	    (struct op_params){.kernel = a[4], .stride = a[5], .pad = a[6]};
}

/* The largest, or the mean, of output element i's window. */
static double window(const struct problem *p, int64_t i, bool largest)
{
	const int64_t *x = p->in[0].dim, *d = p->out[0].dim;
	int64_t c = i % d[3], cell = i / d[3], b = cell / d[2] / d[1];
	int64_t y0 = cell / d[2] % d[1] * p->c.p.stride - p->c.p.pad;
	int64_t x0 = cell % d[2] * p->c.p.stride - p->c.p.pad;
	double most = -INFINITY, sum = 0, v;

	for (int64_t y = y0; y < y0 + p->c.p.kernel; y++)
		for (int64_t u = x0; u < x0 + p->c.p.kernel; u++) {
			if (!inside(y, x[1]) || !inside(u, x[2]))
				continue;
			v = p->x[0][((b * x[1] + y) * x[2] + u) * x[3] + c];
			most = fmax(most, v);
			sum += v;
		}
	return largest ? most : sum / (p->c.p.kernel * p->c.p.kernel);
}

static void ref_max(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->out[0]); i++)
		p->y[0][i] = window(p, i, true);
}

static void ref_mean(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->out[0]); i++)
		p->y[0][i] = window(p, i, false);
}

static const struct op_case cases[] = {
#define CONV OP_CONV2D
    {CONV, "1x1", build_conv, ref_conv, {2, 5, 7, 3, 5, 1, 1, 0, 0}},
    {CONV,
     "1x1, all fused",
     build_conv,
     ref_conv,
     {2, 5, 7, 16, 33, 1, 1, 0, BIAS | RESIDUAL | RELU}},
    {CONV,
     "1x1, all fused, frozen",
     build_conv,
     ref_conv,
     {1, 6, 6, 32, 64, 1, 1, 0, BIAS | RESIDUAL | RELU | FROZEN}},
    {CONV, "1x1 by 2", build_conv, ref_conv, {2, 7, 6, 8, 9, 1, 2, 0, 0}},
    {CONV, "3x3", build_conv, ref_conv, {2, 6, 5, 7, 9, 3, 1, 1, BIAS | RELU}},
    {CONV,
     "3x3, frozen",
     build_conv,
     ref_conv,
     {2, 14, 14, 32, 32, 3, 1, 1, BIAS | RELU | FROZEN}},
    {CONV,
     "3x3, frozen, odd sizes",
     build_conv,
     ref_conv,
     {3, 7, 9, 32, 48, 3, 1, 1, FROZEN}},
    {CONV,
     "3x3, frozen, one cell",
     build_conv,
     ref_conv,
     {2, 1, 1, 48, 32, 3, 1, 1, BIAS | FROZEN}},
    {CONV,
     "3x3, frozen, residual",
     build_conv,
     ref_conv,
     {1, 5, 6, 32, 32, 3, 1, 1, BIAS | RESIDUAL | RELU | FROZEN}},
    {CONV,
     "3x3, frozen, f16 weights",
     build_conv,
     ref_conv,
     {1, 6, 5, 32, 32, 3, 1, 1, RELU | FROZEN | HALF}},
    {CONV,
     "3x3 by 2, frozen",
     build_conv,
     ref_conv,
     {3, 9, 7, 16, 16, 3, 2, 1, BIAS | RELU | FROZEN}},
    {CONV,
     "3x3, no pad",
     build_conv,
     ref_conv,
     {1, 7, 9, 4, 6, 3, 1, 0, RESIDUAL}},
    {CONV,
     "3x3, one cell",
     build_conv,
     ref_conv,
     {1, 1, 1, 5, 4, 3, 1, 1, BIAS}},
    {CONV,
     "stem",
     build_conv,
     ref_conv,
     {2, 17, 15, 3, 8, 7, 2, 3, BIAS | RELU | FROZEN}},
    {CONV, "stem, trained", build_conv, ref_conv, {1, 16, 16, 3, 8, 7, 2, 3}},
    {CONV,
     "f16 weights",
     build_conv,
     ref_conv,
     {1, 6, 5, 16, 16, 3, 1, 1, BIAS | HALF}},
    {CONV,
     "f16 weights, frozen",
     build_conv,
     ref_conv,
     {1, 6, 5, 16, 16, 3, 1, 1, BIAS | HALF | FROZEN}},
#undef CONV
    {OP_BATCHNORM, "batch", build_norm, ref_norm, {2, 5, 3, 7, 1}},
    {OP_BATCHNORM, "batch, large", build_norm, ref_norm, {3, 23, 11, 48, 1}},
    {OP_BATCHNORM, "batch, two rows", build_norm, ref_norm, {2, 1, 1, 5, 1}},
    {OP_BATCHNORM, "stored", build_norm, ref_norm, {2, 5, 3, 7, 0}},
    {OP_BATCHNORM, "stored, one row", build_norm, ref_norm, {1, 1, 1, 9, 0}},
    {OP_RELU, "small", build_relu, ref_relu, {1, 3, 1, 5}},
    {OP_RELU, "large", build_relu, ref_relu, {2, 31, 33, 19}},
    {OP_MAXPOOL, "3x3 by 2", build_pool, ref_max, {2, 9, 7, 19, 3, 2, 1}},
    {OP_MAXPOOL, "even sizes", build_pool, ref_max, {1, 8, 12, 16, 3, 2, 1}},
    {OP_MAXPOOL, "2x2, no pad", build_pool, ref_max, {2, 5, 6, 3, 2, 2, 0}},
    {OP_MAXPOOL, "large", build_pool, ref_max, {3, 29, 31, 37, 3, 2, 1}},
    {OP_AVGPOOL, "2x2", build_pool, ref_mean, {2, 6, 4, 19, 2, 2, 0}},
    {OP_AVGPOOL, "2x2, odd sizes", build_pool, ref_mean, {1, 7, 5, 8, 2, 2, 0}},
    {OP_AVGPOOL, "whole grid", build_pool, ref_mean, {3, 7, 7, 65, 7, 7, 0}},
};

#endif
