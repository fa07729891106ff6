#include "src/cpu/columns.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/cpu/cpu.h"

enum { PIECE = 128 }; /* rows added at once */

static void add_rows(const struct columns *m, int64_t from, int64_t to,
		     const float *a_minus, const float *b_minus, double *sum)
{
	for (int64_t r = from; r < to; r++) {
		const float *a = m->a + r * m->C;
		const float *b = m->b ? m->b + r * m->C : NULL;

		if (b) {
#pragma omp simd
			for (int64_t c = 0; c < m->C; c++)
				sum[c] += (double)(a[c] - a_minus[c]) *
					  (double)(b[c] - b_minus[c]);
		} else {
#pragma omp simd
			for (int64_t c = 0; c < m->C; c++)
				sum[c] += (double)(a[c] - a_minus[c]);
		}
	}
}

void cpu_column_sums(struct cpu *cpu, const struct columns *m, double *sum)
{
	int64_t R = m->R, C = m->C, pieces = (R + PIECE - 1) / PIECE;
	size_t size = (size_t)(pieces * C) * sizeof(double);
	double *part = arena_zalloc(&cpu->scratch, size);
	float *zero = arena_zalloc(&cpu->scratch, (size_t)C * sizeof(*zero));
	const float *a_minus = m->a_minus ? m->a_minus : zero;
	const float *b_minus = m->b_minus ? m->b_minus : zero;

#pragma omp parallel for schedule(static) num_threads(cpu_split(cpu, R *C))
	for (int64_t p = 0; p < pieces; p++)
		add_rows(m, p * PIECE, MIN(R, (p + 1) * PIECE), a_minus,
			 b_minus, part + p * C);
	memset(sum, 0, (size_t)C * sizeof(*sum));
	for (int64_t p = 0; p < pieces; p++)
		for (int64_t c = 0; c < C; c++)
			sum[c] += part[p * C + c];
}
