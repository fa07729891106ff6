/*
 * columns -- sums over the rows of a matrix, one for each column.
 *
 * Rows are added in pieces of fixed size, in double, and the pieces in their
 * order, so the sums do not depend on the number of threads.
 */
#ifndef UMIE_CPU_COLUMNS_H
#define UMIE_CPU_COLUMNS_H

#include <stdint.h>

struct cpu;

/*
 * Two matrices (R,C); minus (C) is taken off every row of its matrix.  b and
 * both minus may be NULL.
 */
struct columns {
	int64_t R, C;
	const float *a, *a_minus;
	const float *b, *b_minus;
};

/*
 * sum[c] = the sum over r of a[r,c] * b[r,c], or of a[r,c] without b.  Takes
 * memory from cpu->scratch.
 */
void cpu_column_sums(struct cpu *cpu, const struct columns *m, double *sum);

#endif
