#include "src/cpu/winograd.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"

enum {
	POINTS = 36,
	STEP = 4,               /* outputs of a tile on each side */
	SPAN = 6,               /* inputs */
	CHANNELS = 16,          /* the widest register */
	LEAST = 32,             /* channels that are worth it */
	MOST_KERNEL = 16 << 20, /* bytes of all points of one kernel */
	BLOCK = 4 << 20,        /* bytes of points of pictures done together */
};

/* One block of pictures on its way. */
struct tiles {
	const struct dnn_conv *c;
	int64_t down, across, each; /* tiles of one picture */
	int64_t total;              /* of all pictures of the block */
	const float *x;             /* first picture of the block */
	float *y;
	const float *bias, *zero; /* zero: a cell outside the picture */
	float *in, *out;          /* (POINTS, total, C) and (…, O) */
};

bool winograd_suits(const struct dnn_conv *c, const struct tensor *w)
{
	return w->frozen && !c->bf16 && c->kh == 3 && c->kw == 3 &&
	       c->stride == 1 && c->pad == 1 && c->C >= LEAST &&
	       c->O >= LEAST && c->C % CHANNELS == 0 && c->O % CHANNELS == 0 &&
	       c->C * c->O * POINTS * (int64_t)sizeof(float) <= MOST_KERNEL;
}

/* Three numbers of a kernel, s apart, to the six points. */
static void kernel_points(const double *k, int s, double *out, int so)
{
	double even = k[0] + k[2 * s], odd = k[s];
	double wide = k[0] + 4 * k[2 * s];

	out[0] = k[0] / 4;
	out[so] = -(even + odd) / 6;
	out[2 * so] = -(even - odd) / 6;
	out[3 * so] = (wide + 2 * odd) / 24;
	out[4 * so] = (wide - 2 * odd) / 24;
	out[5 * so] = k[2 * s];
}

/* w (O,C,3,3) -> (POINTS,C,O) */
static void kernels(const void *context, float *out)
{
	const struct tensor *w = context;
	int64_t O = w->dim[0], C = w->dim[1];

#pragma omp parallel for schedule(static)
	for (int64_t c = 0; c < C; c++)
		for (int64_t o = 0; o < O; o++) {
			double k[9], rows[SPAN * 3], all[POINTS];

			for (int i = 0; i < 9; i++)
				k[i] = (double)tensor_float(w, (o * C + c) * 9 +
								   i);
			for (int i = 0; i < 3; i++)
				kernel_points(k + i, 3, rows + i, 3);
			for (int i = 0; i < SPAN; i++)
				kernel_points(rows + 3 * i, 1, all + SPAN * i,
					      1);
			for (int i = 0; i < POINTS; i++)
				out[(i * C + c) * O + o] = (float)all[i];
		}
}

/* Picture, row and column of the first output of tile i. */
static void place(const struct tiles *t, int64_t i, int64_t *b, int64_t *y,
		  int64_t *x)
{
	*b = i / t->each;
	*y = i % t->each / t->across * STEP;
	*x = i % t->across * STEP;
}

static void tile_in(const struct cpu *cpu, const struct tiles *t, int64_t tile)
{
	const struct dnn_conv *c = t->c;
	const float *cell[POINTS];
	int64_t b, y0, x0;

	place(t, tile, &b, &y0, &x0);
	for (int i = 0; i < POINTS; i++) {
		int64_t y = y0 - 1 + i / SPAN, x = x0 - 1 + i % SPAN;
		bool inside = y >= 0 && y < c->Y && x >= 0 && x < c->X;

		cell[i] = inside ? t->x + ((b * c->Y + y) * c->X + x) * c->C
				 : t->zero;
	}
	cpu->vec->winograd_in(c->C, cell, t->in + tile * c->C, t->total * c->C);
}

static void tile_out(const struct cpu *cpu, const struct tiles *t, int64_t tile)
{
	const struct dnn_conv *c = t->c;
	float *cell[STEP * STEP];
	int64_t b, y0, x0;

	place(t, tile, &b, &y0, &x0);
	for (int i = 0; i < STEP * STEP; i++) {
		int64_t y = y0 + i / STEP, x = x0 + i % STEP;

		cell[i] = y < c->OY && x < c->OX
			      ? t->y + ((b * c->OY + y) * c->OX + x) * c->O
			      : NULL;
	}
	cpu->vec->winograd_out(c->O, t->out + tile * c->O, t->total * c->O,
			       t->bias, c->relu, cell);
}

static int run_block(struct cpu *cpu, struct tiles *t, int64_t pictures,
		     const struct tensor *w, struct err *err)
{
	const struct dnn_conv *c = t->c;
	struct dnn_products shape = {.n = POINTS, .K = c->C, .O = c->O};
	int threads;

	t->total = shape.M = pictures * t->each;
	threads = cpu_split(cpu, t->total * POINTS * c->C);
#pragma omp parallel for schedule(static) num_threads(threads)
	for (int64_t i = 0; i < t->total; i++)
		tile_in(cpu, t, i);
	if (dnn_products(cpu->dnn, &shape, t->in, w->data, kernels, w, t->out,
			 err) < 0)
		return -1;
#pragma omp parallel for schedule(static) num_threads(threads)
	for (int64_t i = 0; i < t->total; i++)
		tile_out(cpu, t, i);
	return 0;
}

int winograd_forward(struct cpu *cpu, const struct dnn_conv *c, const float *x,
		     const struct tensor *w, const float *bias, float *y,
		     struct err *err)
{
	struct tiles t = {
	    .c = c,
	    .down = (c->OY + STEP - 1) / STEP,
	    .across = (c->OX + STEP - 1) / STEP,
	    .bias = bias,
	};
	int64_t picture, block, n;

	t.each = t.down * t.across;
	picture = POINTS * t.each * (c->C + c->O) * (int64_t)sizeof(float);
	block = MIN(c->B, MAX(1, BLOCK / picture));
	arena_reset(&cpu->scratch);
	t.zero = arena_zalloc(&cpu->scratch, (size_t)c->C * sizeof(float));
	t.in = arena_alloc(&cpu->scratch,
			   (size_t)(block * POINTS * t.each * c->C) *
			       sizeof(float));
	t.out = arena_alloc(&cpu->scratch,
			    (size_t)(block * POINTS * t.each * c->O) *
				sizeof(float));
	for (int64_t b = 0; b < c->B; b += block) {
		n = MIN(block, c->B - b);
		t.x = x + b * c->Y * c->X * c->C;
		t.y = y + b * c->OY * c->OX * c->O;
		if (run_block(cpu, &t, n, w, err) < 0)
			return -1;
	}
	return 0;
}
