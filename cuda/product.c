#include <cublasLt.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"

/* Matrix products through cublasLt; the only file that knows its API. */

enum { WORKSPACE = 32 << 20, WIDEST = 256 /* bytes of alignment */ };

/* Everything an algorithm was chosen for; zeroed before it is filled. */
struct shape {
	int64_t m, n, k, lda, ldb, ldc;
	int32_t type, align;
	uint8_t ta, tb, relu, bias, add;
};

/* The matrices of a product. */
enum { A, B, C, MATRICES };

struct plan {
	struct shape shape;
	bool none; /* cublasLt has no algorithm for it */
	cublasLtMatmulDesc_t desc;
	cublasLtMatrixLayout_t layout[MATRICES];
	cublasLtMatmulAlgo_t algo;
	struct plan *next;
};

struct lt {
	cublasLtHandle_t handle;
	cublasLtMatmulPreference_t preference;
	void *workspace; /* of cuda_get() */
	struct plan *plans;
};

static int check(const struct cuda *c, cublasStatus_t s, const char *what,
		 struct err *err)
{
	return s == CUBLAS_STATUS_SUCCESS
		   ? 0
		   : err_set(err, ERR_DEVICE, "%s: %s failed: %s", c->name,
			     what, cublasLtGetStatusString(s));
}

static void plan_free(struct plan *p)
{
	for (int i = 0; i < MATRICES; i++)
		if (p->layout[i])
			(void)cublasLtMatrixLayoutDestroy(p->layout[i]);
	if (p->desc)
		(void)cublasLtMatmulDescDestroy(p->desc);
	free(p);
}

void cuda_lt_close(struct cuda *c)
{
	struct lt *lt = c->lt;
	struct plan *next;

	if (!lt)
		return;
	for (struct plan *p = lt->plans; p; p = next) {
		next = p->next;
		plan_free(p);
	}
	if (lt->preference)
		(void)cublasLtMatmulPreferenceDestroy(lt->preference);
	if (lt->handle)
		(void)cublasLtDestroy(lt->handle);
	if (lt->workspace)
		cuda_put(&c->base, lt->workspace, WORKSPACE);
	free(lt);
	c->lt = NULL;
}

static int prefer(struct cuda *c, cublasLtMatmulPreferenceAttributes_t a,
		  const void *value, size_t size, struct err *err)
{
	return check(c,
		     cublasLtMatmulPreferenceSetAttribute(c->lt->preference, a,
							  value, size),
		     "cublasLtMatmulPreferenceSetAttribute", err);
}

/* Sums split over blocks may be added up, but not in whatever order. */
static int lt_open(struct cuda *c, struct err *err)
{
	const uint64_t workspace = WORKSPACE;
	const uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_NONE |
				    CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
	struct lt *lt = xcalloc(1, sizeof(*lt));

	c->lt = lt;
	lt->workspace = cuda_get(&c->base, WORKSPACE);
	if (!lt->workspace) {
		err_set(err, ERR_DEVICE,
			"%s: out of memory (%d bytes wanted for products)",
			c->name, (int)WORKSPACE);
		goto fail;
	}
	if (check(c, cublasLtCreate(&lt->handle), "cublasLtCreate", err) < 0 ||
	    check(c, cublasLtMatmulPreferenceCreate(&lt->preference),
		  "cublasLtMatmulPreferenceCreate", err) < 0 ||
	    prefer(c, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
		   sizeof(workspace), err) < 0 ||
	    prefer(c, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions,
		   sizeof(reductions), err) < 0)
		goto fail;
	return 0;
fail:
	cuda_lt_close(c);
	return -(int)err->code;
}

/* The largest power of two that divides every address. */
static int32_t alignment(const struct product *p)
{
	uintptr_t bits = (uintptr_t)p->a | (uintptr_t)p->b | (uintptr_t)p->d |
			 (p->beta != 0 ? (uintptr_t)p->c : 0) |
			 (uintptr_t)p->bias | WIDEST;

	return (int32_t)(bits & -bits);
}

static struct shape shape_of(const struct product *p)
{
	struct shape s;

	memset(&s, 0, sizeof(s));
	s.m = p->m;
	s.n = p->n;
	s.k = p->k;
	s.lda = p->lda;
	s.ldb = p->ldb;
	s.ldc = p->ldc;
	s.type = (int32_t)p->type;
	s.align = alignment(p);
	s.ta = p->ta;
	s.tb = p->tb;
	s.relu = p->relu;
	s.bias = p->bias != NULL;
	s.add = p->beta != 0;
	return s;
}

static cublasLtEpilogue_t epilogue_of(const struct shape *s)
{
	if (s->bias)
		return s->relu ? CUBLASLT_EPILOGUE_RELU_BIAS
			       : CUBLASLT_EPILOGUE_BIAS;
	return s->relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT;
}

static int describe(struct cuda *c, struct plan *p,
		    cublasLtMatmulDescAttributes_t a, const void *value,
		    size_t size, struct err *err)
{
	return check(c, cublasLtMatmulDescSetAttribute(p->desc, a, value, size),
		     "cublasLtMatmulDescSetAttribute", err);
}

static int make_desc(struct cuda *c, struct plan *p, struct err *err)
{
	const struct shape *s = &p->shape;
	cublasComputeType_t how = c->o.tf32 && s->type == DT_F32
				      ? CUBLAS_COMPUTE_32F_FAST_TF32
				      : CUBLAS_COMPUTE_32F;
	cublasOperation_t ta = s->ta ? CUBLAS_OP_T : CUBLAS_OP_N;
	cublasOperation_t tb = s->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
	cublasLtEpilogue_t e = epilogue_of(s);
	cudaDataType_t bias = CUDA_R_32F;

	if (check(c, cublasLtMatmulDescCreate(&p->desc, how, CUDA_R_32F),
		  "cublasLtMatmulDescCreate", err) < 0 ||
	    describe(c, p, CUBLASLT_MATMUL_DESC_TRANSA, &ta, sizeof(ta), err) <
		0 ||
	    describe(c, p, CUBLASLT_MATMUL_DESC_TRANSB, &tb, sizeof(tb), err) <
		0 ||
	    describe(c, p, CUBLASLT_MATMUL_DESC_EPILOGUE, &e, sizeof(e), err) <
		0 ||
	    describe(c, p, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, &bias,
		     sizeof(bias), err) < 0)
		return -(int)err->code;
	return 0;
}

static int make_layout(struct cuda *c, struct plan *p, int i,
		       cudaDataType_t type, int64_t rows, int64_t columns,
		       int64_t ld, struct err *err)
{
	return check(c,
		     cublasLtMatrixLayoutCreate(&p->layout[i], type,
						(uint64_t)rows,
						(uint64_t)columns, ld),
		     "cublasLtMatrixLayoutCreate", err);
}

static int make_layouts(struct cuda *c, struct plan *p, struct err *err)
{
	const struct shape *s = &p->shape;
	cudaDataType_t type = s->type == DT_F32 ? CUDA_R_32F : CUDA_R_16BF;

	if (make_layout(c, p, A, type, s->ta ? s->k : s->m, s->ta ? s->m : s->k,
			s->lda, err) < 0 ||
	    make_layout(c, p, B, type, s->tb ? s->n : s->k, s->tb ? s->k : s->n,
			s->ldb, err) < 0)
		return -(int)err->code;
	return make_layout(c, p, C, CUDA_R_32F, s->m, s->n, s->ldc, err);
}

/* Without an algorithm the plan says so: our own kernel takes over. */
static int choose(struct cuda *c, struct plan *p, struct err *err)
{
	static const cublasLtMatmulPreferenceAttributes_t aligned[] = {
	    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
	    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
	    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
	    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES,
	};
	const uint32_t align = (uint32_t)p->shape.align;
	cublasLtMatmulHeuristicResult_t r;
	cublasStatus_t s;
	int found = 0;

	for (size_t i = 0; i < ARRAY_LEN(aligned); i++)
		if (prefer(c, aligned[i], &align, sizeof(align), err) < 0)
			return -(int)err->code;
	s = cublasLtMatmulAlgoGetHeuristic(
	    c->lt->handle, p->desc, p->layout[A], p->layout[B], p->layout[C],
	    p->layout[C], c->lt->preference, 1, &r, &found);
	p->none = s == CUBLAS_STATUS_NOT_SUPPORTED ||
		  (s == CUBLAS_STATUS_SUCCESS &&
		   (found == 0 || r.state != CUBLAS_STATUS_SUCCESS));
	p->algo = r.algo;
	return p->none ? 0 : check(c, s, "cublasLtMatmulAlgoGetHeuristic", err);
}

/* The plan of this shape, made when it is new.  NULL with the error. */
static struct plan *find_plan(struct cuda *c, const struct product *want,
			      struct err *err)
{
	struct shape s = shape_of(want);
	struct plan *p;

	for (p = c->lt->plans; p; p = p->next)
		if (memcmp(&p->shape, &s, sizeof(s)) == 0)
			return p;
	p = xcalloc(1, sizeof(*p));
	p->shape = s;
	if (make_desc(c, p, err) < 0 || make_layouts(c, p, err) < 0 ||
	    choose(c, p, err) < 0) {
		plan_free(p);
		return NULL;
	}
	p->next = c->lt->plans;
	c->lt->plans = p;
	return p;
}

int cuda_product(struct cuda *c, const struct product *p, struct err *err)
{
	const float one = 1;
	struct plan *plan;

	if (p->m == 0 || p->n == 0)
		return 0;
	if (!c->lt && lt_open(c, err) < 0)
		return -(int)err->code;
	plan = find_plan(c, p, err);
	if (!plan)
		return -(int)err->code;
	if (plan->none)
		return cuda_product_plain(c, p, err);
	if (p->bias && describe(c, plan, CUBLASLT_MATMUL_DESC_BIAS_POINTER,
				&p->bias, sizeof(p->bias), err) < 0)
		return -(int)err->code;
	return check(c,
		     cublasLtMatmul(c->lt->handle, plan->desc, &one, p->a,
				    plan->layout[A], p->b, plan->layout[B],
				    &p->beta, p->beta != 0 ? p->c : p->d,
				    plan->layout[C], p->d, plan->layout[C],
				    &plan->algo, c->lt->workspace, WORKSPACE,
				    c->stream),
		     "cublasLtMatmul", err);
}
