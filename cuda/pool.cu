#include "cuda/kernel.h"

/*
 * Pooling, channels last.  Ours and not cuDNN's: it is bound by memory either
 * way, and only so do NaN and equal maxima go where they go on the CPU.
 */

/* x (B,Y,X,C) -> y (B,OY,OX,C) */
struct pool {
	int64_t B, Y, X, C, OY, OX;
	int kernel, stride, pad;
};

static struct pool pool_of(const struct op_call *c)
{
	const struct tensor *x = c->in[0], *y = c->out[0];
	struct pool p;

	p.B = x->dim[0];
	p.Y = x->dim[1];
	p.X = x->dim[2];
	p.C = x->dim[3];
	p.OY = y->dim[1];
	p.OX = y->dim[2];
	p.kernel = c->p.kernel;
	p.stride = c->p.stride;
	p.pad = c->p.pad;
	return p;
}

/* The part of a window that lies in the picture, end exclusive. */
struct window {
	int64_t y0, y1, x0, x1;
};

__device__ static struct window window_of(const struct pool &p, int64_t oy,
					  int64_t ox)
{
	int64_t y = oy * p.stride - p.pad, x = ox * p.stride - p.pad;
	struct window w;

	w.y0 = y > 0 ? y : 0;
	w.y1 = y + p.kernel < p.Y ? y + p.kernel : p.Y;
	w.x0 = x > 0 ? x : 0;
	w.x1 = x + p.kernel < p.X ? x + p.kernel : p.X;
	return w;
}

__global__ void max_kernel(int64_t n, struct pool p, const float *x, float *y)
{
	int64_t i = own_index(), cell = i / p.C;
	struct window w;
	float best = -INFINITY, v;

	if (i >= n)
		return;
	w = window_of(p, cell / p.OX % p.OY, cell % p.OX);
	x += cell / p.OX / p.OY * p.Y * p.X * p.C + i % p.C;
	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++) {
			v = x[(iy * p.X + ix) * p.C];
			best = best >= v || best != best ? best : v;
		}
	y[i] = best;
}

int cuda_maxpool(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t n = tensor_count(c->out[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, max_kernel, n, pool_of(c),
			   data_of(c->in[0]), (float *)c->out[0]->data);
}

/* Whether cell `own` (in a picture) is the first of the window's largest. */
__device__ static bool is_largest(const struct pool &p, struct window w,
				  const float *x, int64_t own)
{
	int64_t best = -1;

	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++) {
			int64_t i = (iy * p.X + ix) * p.C;

			if (best < 0 || x[i] > x[best])
				best = i;
		}
	return best == own;
}

/* First and last window that a row or column of cells lies in. */
__device__ static void windows_at(int64_t at, const struct pool &p, int64_t n,
				  int64_t *first, int64_t *last)
{
	int64_t from = at + p.pad - p.kernel + 1;

	*first = from > 0 ? (from + p.stride - 1) / p.stride : 0;
	*last = (at + p.pad) / p.stride;
	if (*last > n - 1)
		*last = n - 1;
}

/* Every cell collects from the windows that it lies in. */
template <bool MAX>
__global__ void pool_back(int64_t n, struct pool p, float share, const float *x,
			  const float *dy, float *dx)
{
	int64_t i = own_index(), cell = i / p.C, iy, ix, b;
	int64_t oy0, oy1, ox0, ox1;
	float sum = 0;

	if (i >= n)
		return;
	ix = cell % p.X;
	iy = cell / p.X % p.Y;
	b = cell / p.X / p.Y;
	windows_at(iy, p, p.OY, &oy0, &oy1);
	windows_at(ix, p, p.OX, &ox0, &ox1);
	x += b * p.Y * p.X * p.C + i % p.C;
	for (int64_t oy = oy0; oy <= oy1; oy++)
		for (int64_t ox = ox0; ox <= ox1; ox++) {
			float g =
			    dy[((b * p.OY + oy) * p.OX + ox) * p.C + i % p.C];

			if (!MAX)
				sum += share * g;
			else if (is_largest(p, window_of(p, oy, ox), x,
					    (iy * p.X + ix) * p.C))
				sum += g;
		}
	dx[i] += sum;
}

template <bool MAX>
static int backward(struct backend *be, const struct op_call *c,
		    struct err *err)
{
	struct pool p = pool_of(c);
	int64_t n = tensor_count(c->in[0]);

	if (!grad_of(c->in[0]) || !grad_of(c->out[0]))
		return 0;
	return LAUNCH_EACH(cuda_of(be), err, n, pool_back<MAX>, n, p,
			   1 / (float)(p.kernel * p.kernel), data_of(c->in[0]),
			   (const float *)grad_of(c->out[0]),
			   grad_of(c->in[0]));
}

int cuda_maxpool_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	return backward<true>(be, c, err);
}

__global__ void mean_kernel(int64_t n, struct pool p, float share,
			    const float *x, float *y)
{
	int64_t i = own_index(), cell = i / p.C;
	struct window w;
	float sum = 0;

	if (i >= n)
		return;
	w = window_of(p, cell / p.OX % p.OY, cell % p.OX);
	x += cell / p.OX / p.OY * p.Y * p.X * p.C + i % p.C;
	for (int64_t iy = w.y0; iy < w.y1; iy++)
		for (int64_t ix = w.x0; ix < w.x1; ix++)
			sum += share * x[(iy * p.X + ix) * p.C];
	y[i] = sum;
}

int cuda_avgpool(struct backend *be, const struct op_call *c, struct err *err)
{
	struct pool p = pool_of(c);
	int64_t n = tensor_count(c->out[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, mean_kernel, n, p,
			   1 / (float)(p.kernel * p.kernel), data_of(c->in[0]),
			   (float *)c->out[0]->data);
}

int cuda_avgpool_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	return backward<false>(be, c, err);
}
