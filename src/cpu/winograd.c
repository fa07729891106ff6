#include "src/cpu/winograd.h"

#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"

enum {
	POINTS = 36,
	STEP = 4,               /* outputs of a tile on each side */
	SPAN = 6,               /* inputs */
	LEAST = 32,             /* channels that are worth it */
	MOST_KERNEL = 16 << 20, /* bytes of all points of one kernel */
	LINE = 16,              /* numbers of a cache line */
	BLOCK = 4 << 20,        /* bytes of points of pictures done together */
};

/* A kernel's points in panels: (POINTS, O/VEC_PANEL, C, VEC_PANEL). */
struct winograd {
	struct winograd *next;
	const void *key; /* the weight's address */
	float *points;   /* owned */
};

/* One block of pictures on its way. */
struct tiles {
	const struct dnn_conv *c;
	int64_t across, each; /* tiles: of a row, of a picture */
	int64_t total;        /* of all pictures of the block */
	const float *x;       /* first picture of the block */
	float *y;
	const float *bias, *zero; /* zero: a cell outside the picture */
	/* (POINTS, total, C) and (…, O); from one point to the next: */
	float *in, *out;
	int64_t in_step, out_step;
};

bool winograd_suits(const struct dnn_conv *c, const struct tensor *w)
{
	return w->frozen && !c->bf16 && c->kh == 3 && c->kw == 3 &&
	       c->stride == 1 && c->pad == 1 && c->C >= LEAST &&
	       c->O >= LEAST && c->C % VEC_PANEL == 0 &&
	       c->O % VEC_PANEL == 0 &&
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

/* w (O,C,3,3) into panels */
static void fill_points(const struct tensor *w, int threads, float *out)
{
	int64_t O = w->dim[0], C = w->dim[1];

#pragma omp parallel for schedule(static) num_threads(threads)
	for (int64_t o = 0; o < O; o++)
		for (int64_t c = 0; c < C; c++) {
			double k[9], rows[SPAN * 3], all[POINTS];
			float *to = out + (o / VEC_PANEL * C + c) * VEC_PANEL +
				    o % VEC_PANEL;

			for (int i = 0; i < 9; i++)
				k[i] = (double)tensor_float(w, (o * C + c) * 9 +
								   i);
			for (int i = 0; i < 3; i++)
				kernel_points(k + i, 3, rows + i, 3);
			for (int i = 0; i < SPAN; i++)
				kernel_points(rows + 3 * i, 1, all + SPAN * i,
					      1);
			for (int i = 0; i < POINTS; i++)
				to[i * C * O] = (float)all[i];
		}
}

void winograd_forget(struct cpu *cpu)
{
	struct winograd *p, *next;

	for (p = cpu->winograd; p; p = next) {
		next = p->next;
		free(p->points);
		free(p);
	}
	cpu->winograd = NULL;
}

/* The weight's points, made at its first use. */
static const float *points_of(struct cpu *cpu, const struct tensor *w,
			      struct err *err)
{
	size_t size = (size_t)(w->dim[0] * w->dim[1]) * POINTS * sizeof(float);
	struct winograd *p;

	for (p = cpu->winograd; p; p = p->next)
		if (p->key == w->data)
			return p->points;
	p = xcalloc(1, sizeof(*p));
	p->key = w->data;
	p->points = cpu_memory(size);
	if (!p->points) {
		free(p);
		err_set(err, ERR_DEVICE,
			"cpu: out of memory (%zu bytes wanted for a kernel)",
			size);
		return NULL;
	}
	fill_points(w, cpu->threads, p->points);
	p->next = cpu->winograd;
	cpu->winograd = p;
	return p->points;
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
	cpu->vec->winograd_in(c->C, cell, t->in + tile * c->C, t->in_step);
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
	cpu->vec->winograd_out(c->O, t->out + tile * c->O, t->out_step, t->bias,
			       c->relu, cell);
}

static void run_block(const struct cpu *cpu, const struct tiles *t,
		      const float *points)
{
	const struct dnn_conv *c = t->c;
	int64_t panels = c->O / VEC_PANEL, size = c->C * VEC_PANEL;

#pragma omp parallel num_threads(cpu->threads)
	{
#pragma omp for schedule(static)
		for (int64_t i = 0; i < t->total; i++)
			tile_in(cpu, t, i);
#pragma omp for schedule(static)
		for (int64_t i = 0; i < POINTS * panels; i++)
			cpu->vec->panel(t->total, c->C,
					t->in + i / panels * t->in_step, c->C,
					points + i * size,
					t->out + i / panels * t->out_step +
					    i % panels * VEC_PANEL,
					c->O);
#pragma omp for schedule(static)
		for (int64_t i = 0; i < t->total; i++)
			tile_out(cpu, t, i);
	}
}

/*
 * Arrays for `block` pictures.  A step of a whole number of pages would put
 * all points of a tile into one set of the cache.
 */
static void make_room(struct cpu *cpu, struct tiles *t, int64_t block)
{
	struct arena *a = &cpu->scratch;

	t->in_step = block * t->each * t->c->C + LINE;
	t->out_step = block * t->each * t->c->O + LINE;
	t->zero = arena_zalloc(a, (size_t)t->c->C * sizeof(float));
	t->in = arena_alloc(a, (size_t)(POINTS * t->in_step) * sizeof(float));
	t->out = arena_alloc(a, (size_t)(POINTS * t->out_step) * sizeof(float));
}

int winograd_forward(struct cpu *cpu, const struct dnn_conv *c, const float *x,
		     const struct tensor *w, const float *bias, float *y,
		     struct err *err)
{
	struct tiles t = {.c = c, .bias = bias};
	const float *points = points_of(cpu, w, err);
	int64_t picture, block;

	if (!points)
		return -(int)err->code;
	t.across = (c->OX + STEP - 1) / STEP;
	t.each = (c->OY + STEP - 1) / STEP * t.across;
	picture = POINTS * t.each * (c->C + c->O) * (int64_t)sizeof(float);
	block = MIN(c->B, MAX(1, BLOCK / picture));
	arena_reset(&cpu->scratch);
	make_room(cpu, &t, block);
	for (int64_t b = 0; b < c->B; b += block) {
		t.total = MIN(block, c->B - b) * t.each;
		t.x = x + b * c->Y * c->X * c->C;
		t.y = y + b * c->OY * c->OX * c->O;
		run_block(cpu, &t, points);
	}
	return 0;
}
