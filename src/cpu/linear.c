#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"

enum { IN_X, IN_W, IN_B, IN_RES };

/* Few rows: read the weight once, as it lies in memory. */
static void few_rows(struct cpu *cpu, const struct op_call *c, int64_t R,
		     const float *b)
{
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	const float *res = c->in[IN_RES] ? c->in[IN_RES]->data : NULL;
	int64_t O = w->dim[0], K = w->dim[1];
	int parts = cpu_split(cpu, O * K);
	int64_t step = ((O + parts - 1) / parts + 7) / 8 * 8;
	size_t row = (size_t)K * dtype_size(w->dtype);

#pragma omp parallel for num_threads(parts) schedule(static)
	for (int64_t o = 0; o < O; o += step)
		cpu->vec->gemv(&(struct vec_gemv){
		    .w = (const char *)w->data + (size_t)o * row,
		    .dtype = w->dtype,
		    .ldw = K,
		    .rows = MIN(step, O - o),
		    .K = K,
		    .x = x->data,
		    .ldx = K,
		    .M = (int)R,
		    .b = b ? b + o : NULL,
		    .res = res ? res + o : NULL,
		    .y = (float *)c->out[0]->data + o,
		    .ldy = O,
		});
}

static void fill_rows(struct cpu *cpu, float *y, int64_t R, int64_t O,
		      const float *b)
{
#pragma omp parallel for num_threads(cpu_split(cpu, R *O))
	for (int64_t r = 0; r < R; r++)
		cpu->vec->widen(O, DT_F32, b, y + r * O);
}

/* More rows, through oneDNN. */
static int many_rows(struct cpu *cpu, const struct op_call *c, int64_t R,
		     const float *b, struct err *err)
{
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	int64_t O = w->dim[0], K = w->dim[1];
	bool bf16 = cpu->bf16 && w->dtype == DT_BF16;
	float *y = c->out[0]->data;

	if (w->frozen && dnn_packs(cpu->dnn))
		return dnn_linear(cpu->dnn, x->data, R, w, b, bf16, y, err);
	if (b)
		fill_rows(cpu, y, R, O, b);
	return dnn_sgemm(cpu->dnn, false, true, R, O, K, x->data, K,
			 cpu_wide(cpu, w), K, b ? 1 : 0, y, O, err);
}

int cpu_linear(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *res = c->in[IN_RES], *y = c->out[0];
	int64_t R = tensor_rows(c->in[IN_X]), O = c->in[IN_W]->dim[0];
	const float *b;

	if (R == 0)
		return 0;
	arena_reset(&cpu->scratch);
	b = cpu_wide(cpu, c->in[IN_B]);
	if (R <= VEC_GEMV_ROWS) {
		few_rows(cpu, c, R, b);
		return 0;
	}
	if (many_rows(cpu, c, R, b, err) < 0)
		return -(int)err->code;
	if (res)
		cpu_add_to(cpu, y->data, res->data, R * O);
	return 0;
}

/* db += the sum of dy over its rows, in their order. */
static void add_columns(struct cpu *cpu, const float *dy, int64_t R, int64_t O,
			float *db)
{
	const int64_t step = 256;

#pragma omp parallel for num_threads(cpu_split(cpu, R *O))
	for (int64_t o = 0; o < O; o += step)
		for (int64_t r = 0; r < R; r++)
			cpu->vec->axpy(MIN(step, O - o), 1, dy + r * O + o,
				       db + o);
}

int cpu_linear_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W],
			    *b = c->in[IN_B];
	const struct tensor *res = c->in[IN_RES];
	int64_t R = tensor_rows(x), O = w->dim[0], K = w->dim[1];
	const float *dy = c->out[0]->grad->data;
	int rc = 0;

	if (R == 0)
		return 0;
	arena_reset(&cpu->scratch);
	if (x->grad)
		rc = dnn_sgemm(cpu->dnn, false, false, R, K, O, dy, O,
			       cpu_wide(cpu, w), K, 1, x->grad->data, K, err);
	if (rc == 0 && w->grad)
		rc = dnn_sgemm(cpu->dnn, true, false, O, K, R, dy, O, x->data,
			       K, 1, w->grad->data, K, err);
	if (b && b->grad)
		add_columns(cpu, dy, R, O, b->grad->data);
	if (res && res->grad)
		cpu_add_to(cpu, res->grad->data, dy, R * O);
	return rc;
}
