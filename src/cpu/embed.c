#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vec.h"

/* Columns that one thread adds at a time. */
enum { COLUMNS = 128 };

static int check_ids(const char *op, const struct tensor *ids, int64_t rows,
		     struct err *err)
{
	const int32_t *id = ids->data;
	int64_t n = tensor_count(ids);

	for (int64_t i = 0; i < n; i++)
		if (id[i] < 0 || id[i] >= rows)
			return err_set(err, ERR_FAILED,
				       "%s: row %d is outside 0 to %lld", op,
				       (int)id[i], (long long)rows - 1);
	return 0;
}

int cpu_embed(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *table = c->in[0], *ids = c->in[1];
	const int32_t *id = ids->data;
	int64_t R = tensor_count(ids), D = table->dim[1];
	size_t row = (size_t)D * dtype_size(table->dtype);
	float *y = c->out[0]->data;
	int rc = check_ids("embed", ids, table->dim[0], err);

	if (rc < 0)
		return rc;
	for (int64_t r = 0; r < R; r++)
		cpu->vec->widen(D, table->dtype,
				(const char *)table->data + (size_t)id[r] * row,
				y + r * D);
	return 0;
}

int cpu_embed_backward(struct backend *be, const struct op_call *c,
		       struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *table = c->in[0], *ids = c->in[1];
	const int32_t *id = ids->data;
	int64_t R = tensor_count(ids), D = table->dim[1];
	const float *dy = c->out[0]->grad->data;
	float *dw = table->grad ? table->grad->data : NULL;

	(void)err;
	if (!dw)
		return 0;
		/* Columns, not rows, are shared out: an id may come twice. */
#pragma omp parallel for num_threads(cpu_split(cpu, R *D))
	for (int64_t d = 0; d < D; d += COLUMNS)
		for (int64_t r = 0; r < R; r++)
			cpu->vec->axpy(MIN(COLUMNS, D - d), 1, dy + r * D + d,
				       dw + id[r] * D + d);
	return 0;
}

int cpu_gather(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *src = c->in[0], *ids = c->in[1];
	const int32_t *id = ids->data;
	int64_t R = tensor_count(ids);
	struct tensor one = tensor_view(NULL, src->dtype, src->ndim, src->dim);
	size_t size = dtype_size(src->dtype), row;
	int rc = check_ids("gather", ids, src->dim[0], err);

	if (rc < 0)
		return rc;
	one.dim[0] = 1;
	row = tensor_bytes(&one);
#pragma omp parallel for num_threads(cpu_split(cpu, R *(int64_t)row))
	for (int64_t r = 0; r < R; r++)
		memcpy((char *)c->out[0]->data + (size_t)r * row,
		       (const char *)src->data +
			   (size_t)(id[r] * src->stride[0]) * size,
		       row);
	return 0;
}

int cpu_cache_put(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct tensor *src = c->in[0], *dst = c->out[0];
	int64_t B = dst->dim[0], D = dst->dim[2];
	const float *from = src->data;
	float *to = dst->data;

	(void)be;
	(void)err;
	to += c->p.position * dst->stride[1];
	for (int64_t b = 0; b < B; b++)
		memcpy(to + b * dst->stride[0], from + b * D,
		       (size_t)D * sizeof(*to));
	return 0;
}

int cpu_concat(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	int64_t B = a->dim[0];
	size_t na = tensor_bytes(a) / (size_t)MAX(B, 1);
	size_t nb = tensor_bytes(b) / (size_t)MAX(B, 1);
	char *y = c->out[0]->data;

	(void)be;
	(void)err;
	for (size_t i = 0; i < (size_t)B; i++) {
		memcpy(y + i * (na + nb), (char *)a->data + i * na, na);
		memcpy(y + i * (na + nb) + na, (char *)b->data + i * nb, nb);
	}
	return 0;
}

int cpu_concat_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *a = c->in[0], *b = c->in[1];
	int64_t B = a->dim[0], D = a->dim[2];
	int64_t na = a->dim[1] * D, nb = b->dim[1] * D;
	const float *dy = c->out[0]->grad->data;

	(void)err;
	for (int64_t i = 0; i < B; i++) {
		const float *row = dy + i * (na + nb);

		if (a->grad)
			cpu->vec->axpy(na, 1, row,
				       (float *)a->grad->data + i * na);
		if (b->grad)
			cpu->vec->axpy(nb, 1, row + na,
				       (float *)b->grad->data + i * nb);
	}
	return 0;
}
