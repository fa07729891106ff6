#include "cuda/cuda.h"

/* x (R,K), w (O,K), [b (O)], [res (R,O)] -> y (R,O); row-major is transposed
 * column-major */
enum { IN_X, IN_W, IN_B, IN_RES };

/* The weight and x in one type that the product can take. */
static int factors(struct cuda *c, const struct tensor *w, const float *x,
		   int64_t n, struct product *p, struct err *err)
{
	if (c->o.bf16 && w->dtype == DT_BF16) {
		p->type = DT_BF16;
		p->a = w->data;
		p->b = cuda_narrow(c, x, n, err);
	} else {
		/* f16 factors would overflow behind FLAN-T5's `wo`. */
		p->type = DT_F32;
		p->a = cuda_wide(c, w, err);
		p->b = x;
	}
	return p->a && p->b ? 0 : -(int)err->code;
}

int cuda_linear(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	int64_t R = tensor_rows(x), O = w->dim[0], K = w->dim[1];
	struct product p = {
	    .ta = true, .m = O, .n = R, .k = K, .lda = K, .ldb = K, .ldc = O};
	const float *res = data_of(c->in[IN_RES]);
	float *y = c->out[0]->data;

	if (R == 0)
		return 0;
	arena_reset(&cu->scratch);
	if (c->in[IN_B]) {
		p.bias = cuda_wide(cu, c->in[IN_B], err);
		if (!p.bias)
			return -(int)err->code;
	}
	if (R <= GEMV_ROWS)
		return cuda_gemv(cu, w, x->data, R, p.bias, res, y, err);
	if (factors(cu, w, x->data, R * K, &p, err) < 0)
		return -(int)err->code;
	p.c = res;
	p.beta = res ? 1 : 0;
	p.d = y;
	return cuda_product(cu, &p, err);
}

/* dx (R,K) += dy (R,O) w (O,K) */
static int input_back(struct cuda *cu, const struct tensor *w, int64_t R,
		      const float *dy, float *dx, struct err *err)
{
	int64_t O = w->dim[0], K = w->dim[1];
	struct product p = {.m = K,
			    .n = R,
			    .k = O,
			    .lda = K,
			    .ldb = O,
			    .ldc = K,
			    .b = dy,
			    .c = dx,
			    .beta = 1,
			    .d = dx};

	p.a = cuda_wide(cu, w, err);
	return p.a ? cuda_product(cu, &p, err) : -(int)err->code;
}

/* dw (O,K) += dyT (O,R) x (R,K) */
static int weight_back(struct cuda *cu, const struct tensor *w, int64_t R,
		       const float *x, const float *dy, float *dw,
		       struct err *err)
{
	int64_t O = w->dim[0], K = w->dim[1];
	const struct product p = {.tb = true,
				  .m = K,
				  .n = O,
				  .k = R,
				  .lda = K,
				  .ldb = O,
				  .ldc = K,
				  .a = x,
				  .b = dy,
				  .c = dw,
				  .beta = 1,
				  .d = dw};

	return cuda_product(cu, &p, err);
}

int cuda_linear_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	const float *dy = grad_of(c->out[0]);
	float *dres = grad_of(c->in[IN_RES]);
	struct columns m = {.R = tensor_rows(x),
			    .C = w->dim[0],
			    .a = dy,
			    .add = grad_of(c->in[IN_B])};

	if (m.R == 0)
		return 0;
	arena_reset(&cu->scratch);
	if (dres && cuda_accumulate(cu, dres, dy, m.R * m.C, err) < 0)
		return -(int)err->code;
	if (x->grad && input_back(cu, w, m.R, dy, grad_of(x), err) < 0)
		return -(int)err->code;
	if (w->grad &&
	    weight_back(cu, w, m.R, x->data, dy, grad_of(w), err) < 0)
		return -(int)err->code;
	return m.add ? cuda_column_sums(cu, &m, err) : 0;
}
