#include <math.h>

#include "src/base/mem.h"
#include "src/cpu/cpu.h"

/* x (B,Y,X,C) -> y (B,OY,OX,C) */
struct pool {
	int64_t B, Y, X, C, OY, OX;
	int64_t kernel, stride, pad;
};

enum { LANE = 16 }; /* channels of one piece of backward work */

static struct pool pool_of(const struct op_call *c)
{
	const struct tensor *x = c->in[0], *y = c->out[0];

	return (struct pool){
	    .B = x->dim[0],
	    .Y = x->dim[1],
	    .X = x->dim[2],
	    .C = x->dim[3],
	    .OY = y->dim[1],
	    .OX = y->dim[2],
	    .kernel = c->p.kernel,
	    .stride = c->p.stride,
	    .pad = c->p.pad,
	};
}

/* The part of a window that lies in the picture, end exclusive. */
struct window {
	int64_t y0, y1, x0, x1;
};

static struct window window_of(const struct pool *p, int64_t oy, int64_t ox)
{
	int64_t y = oy * p->stride - p->pad, x = ox * p->stride - p->pad;

	return (struct window){
	    .y0 = MAX(y, 0),
	    .y1 = MIN(y + p->kernel, p->Y),
	    .x0 = MAX(x, 0),
	    .x1 = MIN(x + p->kernel, p->X),
	};
}

/* Offset of (b, y, x, 0) in an array (…, Y, X, C). */
static int64_t at(int64_t b, int64_t y, int64_t x, int64_t Y, int64_t X,
		  int64_t C)
{
	return ((b * Y + y) * X + x) * C;
}

static void max_window(const struct pool *p, struct window w, const float *x,
		       float *y)
{
	for (int64_t c = 0; c < p->C; c++)
		y[c] = -INFINITY;
	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++) {
			const float *v = x + (iy * p->X + ix) * p->C;

			/* A NaN stays. */
#pragma omp simd
			for (int64_t c = 0; c < p->C; c++)
				y[c] =
				    y[c] >= v[c] || y[c] != y[c] ? y[c] : v[c];
		}
}

int cpu_maxpool(struct backend *be, const struct op_call *c, struct err *err)
{
	struct pool p = pool_of(c);
	int64_t work = tensor_count(c->out[0]) * p.kernel * p.kernel;
	const float *x = c->in[0]->data;
	float *y = c->out[0]->data;

	(void)err;
#pragma omp parallel for collapse(2) schedule(static) \
    num_threads(cpu_split(cpu_of(be), work))
	for (int64_t b = 0; b < p.B; b++)
		for (int64_t oy = 0; oy < p.OY; oy++)
			for (int64_t ox = 0; ox < p.OX; ox++)
				max_window(&p, window_of(&p, oy, ox),
					   x + at(b, 0, 0, p.Y, p.X, p.C),
					   y + at(b, oy, ox, p.OY, p.OX, p.C));
	return 0;
}

/* The gradient goes to the first of the largest, in reading order. */
static void max_window_back(const struct pool *p, struct window w,
			    const float *x, const float *dy, float *dx,
			    int64_t c0, int64_t c1)
{
	for (int64_t c = c0; c < c1; c++) {
		int64_t best = -1;

		for (int64_t iy = w.y0; iy < w.y1; iy++)
			for (int64_t ix = w.x0; ix < w.x1; ix++) {
				int64_t i = (iy * p->X + ix) * p->C + c;

				if (best < 0 || x[i] > x[best])
					best = i;
			}
		if (best >= 0)
			dx[best] += dy[c];
	}
}

int cpu_maxpool_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct pool p = pool_of(c);
	int64_t work = tensor_count(c->out[0]) * p.kernel * p.kernel;
	const float *x = c->in[0]->data, *dy;
	float *dx;

	(void)err;
	if (!c->in[0]->grad || !c->out[0]->grad)
		return 0;
	dx = c->in[0]->grad->data;
	dy = c->out[0]->grad->data;
	/* Windows overlap, so the work is split by channels. */
#pragma omp parallel for collapse(2) schedule(static) \
    num_threads(cpu_split(cpu_of(be), work))
	for (int64_t b = 0; b < p.B; b++)
		for (int64_t c0 = 0; c0 < p.C; c0 += LANE)
			for (int64_t o = 0; o < p.OY * p.OX; o++)
				max_window_back(
				    &p, window_of(&p, o / p.OX, o % p.OX),
				    x + at(b, 0, 0, p.Y, p.X, p.C),
				    dy + (b * p.OY * p.OX + o) * p.C,
				    dx + at(b, 0, 0, p.Y, p.X, p.C), c0,
				    MIN(p.C, c0 + LANE));
	return 0;
}

static void mean_window(const struct pool *p, struct window w, float share,
			const float *x, float *y)
{
	for (int64_t c = 0; c < p->C; c++)
		y[c] = 0;
	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++) {
			const float *v = x + (iy * p->X + ix) * p->C;

#pragma omp simd
			for (int64_t c = 0; c < p->C; c++)
				y[c] += share * v[c];
		}
}

static void spread_window(const struct pool *p, struct window w, float share,
			  const float *dy, float *dx)
{
	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++) {
			float *v = dx + (iy * p->X + ix) * p->C;

#pragma omp simd
			for (int64_t c = 0; c < p->C; c++)
				v[c] += share * dy[c];
		}
}

int cpu_avgpool(struct backend *be, const struct op_call *c, struct err *err)
{
	struct pool p = pool_of(c);
	float share = 1 / (float)(p.kernel * p.kernel);
	const float *x = c->in[0]->data;
	float *y = c->out[0]->data;

	(void)err;
#pragma omp parallel for collapse(2) schedule(static) \
    num_threads(cpu_split(cpu_of(be), tensor_count(c->in[0])))
	for (int64_t b = 0; b < p.B; b++)
		for (int64_t oy = 0; oy < p.OY; oy++)
			for (int64_t ox = 0; ox < p.OX; ox++)
				mean_window(&p, window_of(&p, oy, ox), share,
					    x + at(b, 0, 0, p.Y, p.X, p.C),
					    y + at(b, oy, ox, p.OY, p.OX, p.C));
	return 0;
}

int cpu_avgpool_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct pool p = pool_of(c);
	float share = 1 / (float)(p.kernel * p.kernel);
	const float *dy;
	float *dx;

	(void)err;
	if (!c->in[0]->grad || !c->out[0]->grad)
		return 0;
	dx = c->in[0]->grad->data;
	dy = c->out[0]->grad->data;
#pragma omp parallel for collapse(2) schedule(static) \
    num_threads(cpu_split(cpu_of(be), tensor_count(c->in[0])))
	for (int64_t b = 0; b < p.B; b++)
		for (int64_t oy = 0; oy < p.OY; oy++)
			for (int64_t ox = 0; ox < p.OX; ox++)
				spread_window(
				    &p, window_of(&p, oy, ox), share,
				    dy + at(b, oy, ox, p.OY, p.OX, p.C),
				    dx + at(b, 0, 0, p.Y, p.X, p.C));
	return 0;
}
