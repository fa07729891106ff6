#include <cudnn.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"

/*
 * Convolutions through cuDNN, channels last; the only file that knows its
 * API.  A convolution of single cells is a product and does not come here.
 */

enum { IN_X, IN_W, IN_BIAS, IN_RESIDUAL };

enum { CHOICES = 8, WORKSPACE_MOST = 256 << 20 /* bytes an algorithm gets */ };

/* Zeroed before it is filled. */
struct shape {
	int32_t B, Y, X, C, O, kh, kw, stride, pad, OY, OX;
};

enum direction { FORWARD, BACK_DATA, BACK_FILTER, DIRECTIONS };

struct plan {
	struct shape shape;
	cudnnTensorDescriptor_t x, y;
	cudnnFilterDescriptor_t w;
	cudnnConvolutionDescriptor_t conv;
	bool chosen[DIRECTIONS];
	int algo[DIRECTIONS];
	size_t workspace[DIRECTIONS];
	struct plan *next;
};

/* A frozen filter in cuDNN's order. */
struct packed {
	const void *key; /* address of the weight */
	float *data;
	size_t size;
	struct packed *next;
};

struct dnn {
	cudnnHandle_t handle;
	struct plan *plans;
	struct packed *packed;
};

static int check(const struct cuda *c, cudnnStatus_t s, const char *what,
		 struct err *err)
{
	return s == CUDNN_STATUS_SUCCESS
		   ? 0
		   : err_set(err, ERR_DEVICE, "%s: %s failed: %s", c->name,
			     what, cudnnGetErrorString(s));
}

static void plan_free(struct plan *p)
{
	if (p->x)
		(void)cudnnDestroyTensorDescriptor(p->x);
	if (p->y)
		(void)cudnnDestroyTensorDescriptor(p->y);
	if (p->w)
		(void)cudnnDestroyFilterDescriptor(p->w);
	if (p->conv)
		(void)cudnnDestroyConvolutionDescriptor(p->conv);
	free(p);
}

void cuda_dnn_forget(struct cuda *c)
{
	struct packed *next;

	if (!c->dnn)
		return;
	for (struct packed *p = c->dnn->packed; p; p = next) {
		next = p->next;
		cuda_put(&c->base, p->data, p->size);
		free(p);
	}
	c->dnn->packed = NULL;
}

void cuda_dnn_close(struct cuda *c)
{
	struct plan *next;

	if (!c->dnn)
		return;
	cuda_dnn_forget(c);
	for (struct plan *p = c->dnn->plans; p; p = next) {
		next = p->next;
		plan_free(p);
	}
	if (c->dnn->handle)
		(void)cudnnDestroy(c->dnn->handle);
	free(c->dnn);
	c->dnn = NULL;
}

static int dnn_open(struct cuda *c, struct err *err)
{
	if (c->dnn)
		return 0;
	c->dnn = xcalloc(1, sizeof(*c->dnn));
	if (check(c, cudnnCreate(&c->dnn->handle), "cudnnCreate", err) < 0 ||
	    check(c, cudnnSetStream(c->dnn->handle, c->stream),
		  "cudnnSetStream", err) < 0) {
		cuda_dnn_close(c);
		return -(int)err->code;
	}
	return 0;
}

static struct shape shape_of(const struct op_call *c)
{
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	struct shape s;

	memset(&s, 0, sizeof(s));
	s.B = (int32_t)x->dim[0];
	s.Y = (int32_t)x->dim[1];
	s.X = (int32_t)x->dim[2];
	s.C = (int32_t)x->dim[3];
	s.O = (int32_t)w->dim[0];
	s.kh = (int32_t)w->dim[2];
	s.kw = (int32_t)w->dim[3];
	s.stride = c->p.stride;
	s.pad = c->p.pad;
	s.OY = (int32_t)c->out[0]->dim[1];
	s.OX = (int32_t)c->out[0]->dim[2];
	return s;
}

/* A product of all cells with the filter. */
static bool is_product(const struct shape *s)
{
	return s->kh == 1 && s->kw == 1 && s->stride == 1 && s->pad == 0;
}

static int describe(struct cuda *c, struct plan *p, struct err *err)
{
	const struct shape *s = &p->shape;
	cudnnMathType_t math = c->o.tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
	int rc;

	rc = check(c, cudnnCreateTensorDescriptor(&p->x),
		   "cudnnCreateTensorDescriptor", err);
	if (rc == 0)
		rc = check(c, cudnnCreateTensorDescriptor(&p->y),
			   "cudnnCreateTensorDescriptor", err);
	if (rc == 0)
		rc = check(c, cudnnCreateFilterDescriptor(&p->w),
			   "cudnnCreateFilterDescriptor", err);
	if (rc == 0)
		rc = check(c, cudnnCreateConvolutionDescriptor(&p->conv),
			   "cudnnCreateConvolutionDescriptor", err);
	if (rc == 0)
		rc = check(c,
			   cudnnSetTensor4dDescriptor(p->x, CUDNN_TENSOR_NHWC,
						      CUDNN_DATA_FLOAT, s->B,
						      s->C, s->Y, s->X),
			   "cudnnSetTensor4dDescriptor", err);
	if (rc == 0)
		rc = check(c,
			   cudnnSetTensor4dDescriptor(p->y, CUDNN_TENSOR_NHWC,
						      CUDNN_DATA_FLOAT, s->B,
						      s->O, s->OY, s->OX),
			   "cudnnSetTensor4dDescriptor", err);
	if (rc == 0)
		rc = check(c,
			   cudnnSetFilter4dDescriptor(p->w, CUDNN_DATA_FLOAT,
						      CUDNN_TENSOR_NHWC, s->O,
						      s->C, s->kh, s->kw),
			   "cudnnSetFilter4dDescriptor", err);
	if (rc == 0)
		rc = check(c,
			   cudnnSetConvolution2dDescriptor(
			       p->conv, s->pad, s->pad, s->stride, s->stride, 1,
			       1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
			   "cudnnSetConvolution2dDescriptor", err);
	return rc < 0 ? rc
		      : check(c, cudnnSetConvolutionMathType(p->conv, math),
			      "cudnnSetConvolutionMathType", err);
}

/* NULL with the error. */
static struct plan *find_plan(struct cuda *c, const struct shape *s,
			      struct err *err)
{
	struct plan *p;

	if (dnn_open(c, err) < 0)
		return NULL;
	for (p = c->dnn->plans; p; p = p->next)
		if (memcmp(&p->shape, s, sizeof(*s)) == 0)
			return p;
	p = xcalloc(1, sizeof(*p));
	p->shape = *s;
	if (describe(c, p, err) < 0) {
		plan_free(p);
		return NULL;
	}
	p->next = c->dnn->plans;
	c->dnn->plans = p;
	return p;
}

/*
 * Ask for algorithms, the fastest first, and take the first that runs, that
 * repeats to the bit and whose workspace is within the limit.
 */
#define CHOOSE(ask, perf_t, ...)                                               \
	do {                                                                   \
		perf_t perf[CHOICES];                                          \
		int n = 0;                                                     \
                                                                               \
		if (check(c, ask(__VA_ARGS__, CHOICES, &n, perf), #ask, err) < \
		    0)                                                         \
			return -(int)err->code;                                \
		for (int i = 0; i < n && !p->chosen[d]; i++) {                 \
			if (perf[i].status != CUDNN_STATUS_SUCCESS ||          \
			    perf[i].determinism != CUDNN_DETERMINISTIC ||      \
			    perf[i].memory > WORKSPACE_MOST)                   \
				continue;                                      \
			p->chosen[d] = true;                                   \
			p->algo[d] = (int)perf[i].algo;                        \
			p->workspace[d] = perf[i].memory;                      \
		}                                                              \
	} while (0)

static int choose(struct cuda *c, struct plan *p, enum direction d,
		  struct err *err)
{
	cudnnHandle_t h = c->dnn->handle;

	if (p->chosen[d])
		return 0;
	switch (d) {
	case FORWARD:
		CHOOSE(cudnnGetConvolutionForwardAlgorithm_v7,
		       cudnnConvolutionFwdAlgoPerf_t, h, p->x, p->w, p->conv,
		       p->y);
		break;
	case BACK_DATA:
		CHOOSE(cudnnGetConvolutionBackwardDataAlgorithm_v7,
		       cudnnConvolutionBwdDataAlgoPerf_t, h, p->w, p->y,
		       p->conv, p->x);
		break;
	case BACK_FILTER:
		CHOOSE(cudnnGetConvolutionBackwardFilterAlgorithm_v7,
		       cudnnConvolutionBwdFilterAlgoPerf_t, h, p->x, p->y,
		       p->conv, p->w);
		break;
	case DIRECTIONS:
		break;
	}
	return p->chosen[d] ? 0
			    : err_set(err, ERR_DEVICE,
				      "%s: cuDNN has no repeatable algorithm "
				      "for a %dx%d convolution within %d MiB",
				      c->name, p->shape.kh, p->shape.kw,
				      WORKSPACE_MOST >> 20);
}

/* The algorithm's workspace; *out stays NULL when it needs none. */
static int prepare(struct cuda *c, struct plan *p, enum direction d, void **out,
		   struct err *err)
{
	*out = NULL;
	if (choose(c, p, d, err) < 0)
		return -(int)err->code;
	if (p->workspace[d] > 0)
		*out = cuda_scratch(c, p->workspace[d], err);
	return p->workspace[d] > 0 && !*out ? -(int)err->code : 0;
}

/* The filter in cuDNN's order: kept for a frozen one.  NULL with the error. */
static const float *filter_of(struct cuda *c, const struct tensor *w,
			      struct err *err)
{
	size_t n = (size_t)tensor_count(w) * sizeof(float);
	struct packed *p;
	float *data;

	for (p = c->dnn->packed; w->frozen && p; p = p->next)
		if (p->key == w->data && p->size == n)
			return p->data;
	data = w->frozen ? cuda_get(&c->base, n) : cuda_scratch(c, n, err);
	if (!data) {
		err_set(err, ERR_DEVICE, "%s: out of memory (%zu bytes wanted)",
			c->name, n);
		return NULL;
	}
	if (cuda_pack_filter(c, w, data, err) < 0) {
		if (w->frozen)
			cuda_put(&c->base, data, n);
		return NULL;
	}
	if (!w->frozen)
		return data;
	p = xcalloc(1, sizeof(*p));
	*p = (struct packed){w->data, data, n, c->dnn->packed};
	c->dnn->packed = p;
	return data;
}

/* y = relu(x w + bias + residual), a row for each cell */
static int cells_forward(struct cuda *cu, const struct op_call *c,
			 struct err *err)
{
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	const struct tensor *residual = c->in[IN_RESIDUAL];
	int64_t C = w->dim[1], O = w->dim[0];
	struct product p = {
	    .ta = true,
	    .relu = c->p.relu,
	    .m = O,
	    .n = tensor_rows(x),
	    .k = C,
	    .lda = C,
	    .ldb = C,
	    .ldc = O,
	    .b = x->data,
	    .bias = data_of(c->in[IN_BIAS]),
	    .beta = residual ? 1 : 0,
	    .c = data_of(residual),
	    .d = c->out[0]->data,
	};

	p.a = cuda_wide(cu, w, err);
	return p.a ? cuda_product(cu, &p, err) : -(int)err->code;
}

int cuda_conv2d(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *y = c->out[0], *residual = c->in[IN_RESIDUAL];
	struct shape s = shape_of(c);
	const float one = 1, zero = 0, *w;
	bool over = residual && residual->data == y->data;
	void *workspace, *to = y->data;
	struct plan *p;

	if (tensor_count(y) == 0)
		return 0;
	arena_reset(&cu->scratch);
	if (is_product(&s))
		return cells_forward(cu, c, err);
	p = find_plan(cu, &s, err);
	if (!p || prepare(cu, p, FORWARD, &workspace, err) < 0)
		return -(int)err->code;
	w = filter_of(cu, c->in[IN_W], err);
	if (!w)
		return -(int)err->code;
	/* Written over its residual, y keeps it: y = conv + 1 * y. */
	if (check(cu,
		  cudnnConvolutionForward(
		      cu->dnn->handle, &one, p->x, c->in[IN_X]->data, p->w, w,
		      p->conv, (cudnnConvolutionFwdAlgo_t)p->algo[FORWARD],
		      workspace, p->workspace[FORWARD], over ? &one : &zero,
		      p->y, to),
		  "cudnnConvolutionForward", err) < 0)
		return -(int)err->code;
	return cuda_finish_conv(cu, to, data_of(c->in[IN_BIAS]),
				over ? NULL : data_of(residual), c->p.relu,
				tensor_rows(y), tensor_last(y), err);
}

static int cells_backward(struct cuda *cu, const struct op_call *c,
			  const float *dz, struct err *err)
{
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	int64_t C = w->dim[1], O = w->dim[0], R = tensor_rows(x);
	struct product p = {.m = C, .lda = C, .ldb = O, .ldc = C, .beta = 1};

	if (x->grad) {
		p.n = R;
		p.k = O;
		p.a = cuda_wide(cu, w, err);
		p.b = dz;
		p.c = p.d = grad_of(x);
		if (!p.a || cuda_product(cu, &p, err) < 0)
			return -(int)err->code;
	}
	if (!w->grad)
		return 0;
	p.tb = true;
	p.n = O;
	p.k = R;
	p.a = x->data;
	p.b = dz;
	p.c = p.d = grad_of(w);
	return cuda_product(cu, &p, err);
}

static int data_backward(struct cuda *cu, const struct op_call *c,
			 struct plan *p, const float *dz, struct err *err)
{
	const float one = 1, *w;
	void *workspace;

	if (prepare(cu, p, BACK_DATA, &workspace, err) < 0)
		return -(int)err->code;
	w = filter_of(cu, c->in[IN_W], err);
	return !w ? -(int)err->code
		  : check(cu,
			  cudnnConvolutionBackwardData(
			      cu->dnn->handle, &one, p->w, w, p->y, dz, p->conv,
			      (cudnnConvolutionBwdDataAlgo_t)p->algo[BACK_DATA],
			      workspace, p->workspace[BACK_DATA], &one, p->x,
			      grad_of(c->in[IN_X])),
			  "cudnnConvolutionBackwardData", err);
}

static int filter_backward(struct cuda *cu, const struct op_call *c,
			   struct plan *p, const float *dz, struct err *err)
{
	const struct tensor *w = c->in[IN_W];
	const float one = 1, zero = 0;
	void *workspace;
	float *dw;

	if (prepare(cu, p, BACK_FILTER, &workspace, err) < 0)
		return -(int)err->code;
	dw = cuda_scratch(cu, (size_t)tensor_count(w) * sizeof(*dw), err);
	if (!dw ||
	    check(cu,
		  cudnnConvolutionBackwardFilter(
		      cu->dnn->handle, &one, p->x, c->in[IN_X]->data, p->y, dz,
		      p->conv,
		      (cudnnConvolutionBwdFilterAlgo_t)p->algo[BACK_FILTER],
		      workspace, p->workspace[BACK_FILTER], &zero, p->w, dw),
		  "cudnnConvolutionBackwardFilter", err) < 0)
		return -(int)err->code;
	return cuda_unpack_filter(cu, w, dw, grad_of(w), err);
}

/* The gradient before the relu; NULL with the error. */
static const float *through_relu(struct cuda *cu, const struct op_call *c,
				 struct err *err)
{
	int64_t n = tensor_count(c->out[0]);
	float *dz;

	if (!c->p.relu)
		return grad_of(c->out[0]);
	dz = cuda_scratch(cu, (size_t)n * sizeof(*dz), err);
	if (!dz || cuda_relu_gradient(cu, data_of(c->out[0]),
				      grad_of(c->out[0]), dz, n, err) < 0)
		return NULL;
	return dz;
}

int cuda_conv2d_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *x = c->in[IN_X], *w = c->in[IN_W];
	float *dres = grad_of(c->in[IN_RESIDUAL]);
	struct columns m = {.R = tensor_rows(c->out[0]),
			    .C = tensor_last(c->out[0]),
			    .add = grad_of(c->in[IN_BIAS])};
	struct shape s = shape_of(c);
	struct plan *p;

	if (!c->out[0]->grad || tensor_count(c->out[0]) == 0)
		return 0;
	arena_reset(&cu->scratch);
	m.a = through_relu(cu, c, err);
	if (!m.a)
		return -(int)err->code;
	if (dres && cuda_accumulate(cu, dres, m.a, m.R * m.C, err) < 0)
		return -(int)err->code;
	if (m.add && cuda_column_sums(cu, &m, err) < 0)
		return -(int)err->code;
	if (!x->grad && !w->grad)
		return 0;
	if (is_product(&s))
		return cells_backward(cu, c, m.a, err);
	p = find_plan(cu, &s, err);
	if (!p || (x->grad && data_backward(cu, c, p, m.a, err) < 0))
		return -(int)err->code;
	return w->grad ? filter_backward(cu, c, p, m.a, err) : 0;
}
