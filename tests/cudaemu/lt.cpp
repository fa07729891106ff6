// cublasLt: the calls that the plugin makes, with the library's checks.
#include "tests/cudaemu/truth.h"

#include <cublasLt.h>
#include <cuda_bf16.h>

#include <cstring>
#include <vector>

using namespace cudaemu;

namespace
{

struct Desc {
	int32_t ta, tb;
	uint32_t epilogue;
	const void *bias;
	int32_t bias_type;
	cublasLtMatmulDesc_t truth; // with CUDAEMU_TRUTH
};
struct Layout {
	cudaDataType t;
	uint64_t r, c;
	int64_t ld;
	cublasLtMatrixLayout_t truth;
};
struct Preference {
	uint64_t workspace;
	uint32_t reductions, align[4];
	cublasLtMatmulPreference_t truth;
};
/* What is kept in the opaque algorithm. */
struct Algo {
	uint32_t magic, align[4];
};
enum { MAGIC = 0x756d6965 };

size_t size_of(cudaDataType t)
{
	return t == CUDA_R_32F ? 4 : t == CUDA_R_16BF ? 2 : 0;
}

float at(const void *p, cudaDataType t, size_t i)
{
	return t == CUDA_R_32F
		   ? ((const float *)p)[i]
		   : __bfloat162float(((const __nv_bfloat16 *)p)[i]);
}

size_t span(const Layout &l)
{
	return l.r && l.c ? ((l.c - 1) * (size_t)l.ld + l.r) * size_of(l.t) : 0;
}

bool has_bias(const Desc &d)
{
	return d.epilogue == CUBLASLT_EPILOGUE_BIAS ||
	       d.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
}

bool has_relu(const Desc &d)
{
	return d.epilogue == CUBLASLT_EPILOGUE_RELU ||
	       d.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
}

/* Column-major, sums over k in order. */
void gemm(const Desc &d, const Layout &a, const Layout &b, const Layout &c,
	  const void *A, const void *B, float beta, const float *C, float *D)
{
	bool ta = d.ta != CUBLAS_OP_N, tb = d.tb != CUBLAS_OP_N;
	size_t m = c.r, n = c.c, k = ta ? a.r : a.c;
	std::vector<float> x(m * k), y(k * n);

	for (size_t i = 0; i < m; i++)
		for (size_t p = 0; p < k; p++)
			x[i * k + p] = at(A, a.t,
					  ta ? p + i * (size_t)a.ld
					     : i + p * (size_t)a.ld);
	for (size_t j = 0; j < n; j++)
		for (size_t p = 0; p < k; p++)
			y[j * k + p] = at(B, b.t,
					  tb ? j + p * (size_t)b.ld
					     : p + j * (size_t)b.ld);
	for (size_t j = 0; j < n; j++)
		for (size_t i = 0; i < m; i++) {
			size_t o = i + j * (size_t)c.ld;
			float s = 0;

			for (size_t p = 0; p < k; p++)
				s += x[i * k + p] * y[j * k + p];
			if (beta != 0)
				s += beta * C[o];
			if (has_bias(d))
				s += ((const float *)d.bias)[i];
			D[o] = has_relu(d) && s < 0 ? 0 : s;
		}
}

/* Shapes that do not fit, types that the library does not combine. */
cublasStatus_t check(const Desc &d, const Layout &a, const Layout &b,
		     const Layout &c)
{
	bool ta = d.ta != CUBLAS_OP_N, tb = d.tb != CUBLAS_OP_N;

	if ((ta ? a.c : a.r) != c.r || (tb ? b.r : b.c) != c.c ||
	    (ta ? a.r : a.c) != (tb ? b.c : b.r) || a.ld < (int64_t)a.r ||
	    b.ld < (int64_t)b.r || c.ld < (int64_t)c.r)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (a.t != b.t || !size_of(a.t) || c.t != CUDA_R_32F ||
	    (has_bias(d) && d.bias_type != CUDA_R_32F))
		return CUBLAS_STATUS_NOT_SUPPORTED;
	return CUBLAS_STATUS_SUCCESS;
}

void check_alignment(const void *p, uint32_t align, const char *what)
{
	if ((uintptr_t)p % align)
		report("matmul %s: %p has not the alignment %u that was "
		       "promised",
		       what, p, align);
}

} // namespace

#define INJ()                                                \
	do {                                                 \
		if (inject(__func__))                        \
			return CUBLAS_STATUS_INTERNAL_ERROR; \
	} while (0)

/* The true library must say that all is well, too. */
#define LIBRARY_OF(version) "libcublasLt.so." CUDAEMU_TEXT(version)
#define CUDAEMU_TEXT(version) #version
#define AGREE(function, ...)                                     \
	agree(LIBRARY_OF(CUBLAS_VER_MAJOR), #function, function, \
	      CUBLAS_STATUS_SUCCESS, __VA_ARGS__)

extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t *h)
{
	if (inject(__func__))
		return CUBLAS_STATUS_NOT_INITIALIZED;
	*h = (cublasLtHandle_t) new char;
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t h)
{
	delete (char *)h;
	return CUBLAS_STATUS_SUCCESS;
}

const char *cublasLtGetStatusString(cublasStatus_t)
{
	return "made to fail by the emulator";
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *d,
					cublasComputeType_t c,
					cudaDataType_t scale)
{
	INJ();
	if ((c != CUBLAS_COMPUTE_32F && c != CUBLAS_COMPUTE_32F_FAST_TF32) ||
	    scale != CUDA_R_32F)
		return CUBLAS_STATUS_INVALID_VALUE;
	Desc *made = new Desc{
	    CUBLAS_OP_N, CUBLAS_OP_N, CUBLASLT_EPILOGUE_DEFAULT, 0, -1, 0};
	*d = (cublasLtMatmulDesc_t)made;
	AGREE(cublasLtMatmulDescCreate, &made->truth, c, scale);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d)
{
	AGREE(cublasLtMatmulDescDestroy, ((Desc *)d)->truth);
	delete (Desc *)d;
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t p,
					      cublasLtMatmulDescAttributes_t a,
					      const void *v, size_t n)
{
	Desc *d = (Desc *)p;
	size_t size = 4;
	void *to;

	INJ();
	switch (a) {
	case CUBLASLT_MATMUL_DESC_TRANSA:
		to = &d->ta;
		break;
	case CUBLASLT_MATMUL_DESC_TRANSB:
		to = &d->tb;
		break;
	case CUBLASLT_MATMUL_DESC_EPILOGUE:
		to = &d->epilogue;
		break;
	case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
		to = &d->bias;
		size = 8;
		break;
	case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
		to = &d->bias_type;
		break;
	default:
		return CUBLAS_STATUS_NOT_SUPPORTED;
	}
	if (n != size)
		return CUBLAS_STATUS_INVALID_VALUE;
	memcpy(to, v, n);
	AGREE(cublasLtMatmulDescSetAttribute, d->truth, a, v, n);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *l,
					  cudaDataType t, uint64_t r,
					  uint64_t c, int64_t ld)
{
	INJ();
	Layout *made = new Layout{t, r, c, ld, 0};
	*l = (cublasLtMatrixLayout_t)made;
	AGREE(cublasLtMatrixLayoutCreate, &made->truth, t, r, c, ld);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l)
{
	AGREE(cublasLtMatrixLayoutDestroy, ((Layout *)l)->truth);
	delete (Layout *)l;
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *p)
{
	INJ();
	Preference *made = new Preference{0, ~0u, {256, 256, 256, 256}, 0};
	*p = (cublasLtMatmulPreference_t)made;
	AGREE(cublasLtMatmulPreferenceCreate, &made->truth);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p)
{
	AGREE(cublasLtMatmulPreferenceDestroy, ((Preference *)p)->truth);
	delete (Preference *)p;
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t
cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t h,
				     cublasLtMatmulPreferenceAttributes_t a,
				     const void *v, size_t n)
{
	Preference *p = (Preference *)h;
	size_t size = 4;
	void *to;

	INJ();
	switch (a) {
	case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
		to = &p->workspace;
		size = 8;
		break;
	case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
		to = &p->reductions;
		break;
	case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
	case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
	case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
	case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
		to = &p->align[a - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES];
		break;
	default:
		return CUBLAS_STATUS_NOT_SUPPORTED;
	}
	if (n != size)
		return CUBLAS_STATUS_INVALID_VALUE;
	memcpy(to, v, n);
	AGREE(cublasLtMatmulPreferenceSetAttribute, p->truth, a, v, n);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t, cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t,
    cublasLtMatmulPreference_t h, int asked,
    cublasLtMatmulHeuristicResult_t r[], int *n)
{
	const Preference *p = (const Preference *)h;
	cublasStatus_t e =
	    check(*(Desc *)d, *(Layout *)a, *(Layout *)b, *(Layout *)c);
	Algo algo = {MAGIC, {}};

	*n = 0;
	if (e)
		return e;
	/* The real one may know no algorithm: the caller has its own. */
	if (inject("cublasLtMatmulAlgoGetHeuristic") || opt.no_algorithm)
		return CUBLAS_STATUS_NOT_SUPPORTED;
	if (asked < 1 || p->reductions & CUBLASLT_REDUCTION_SCHEME_INPLACE)
		return CUBLAS_STATUS_INVALID_VALUE;
	memcpy(algo.align, p->align, sizeof(algo.align));
	memset(&r[0], 0, sizeof(r[0]));
	memcpy(&r[0].algo, &algo, sizeof(algo));
	*n = 1;
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t dh,
			      const void *alpha, const void *A,
			      cublasLtMatrixLayout_t ah, const void *B,
			      cublasLtMatrixLayout_t bh, const void *beta,
			      const void *C, cublasLtMatrixLayout_t ch, void *D,
			      cublasLtMatrixLayout_t,
			      const cublasLtMatmulAlgo_t *algo, void *workspace,
			      size_t workspace_size, cudaStream_t s)
{
	Desc d = *(Desc *)dh;
	Layout a = *(Layout *)ah, b = *(Layout *)bh, c = *(Layout *)ch;
	float scale = *(const float *)beta;
	cublasStatus_t e = check(d, a, b, c);
	Algo own;

	INJ();
	if (e)
		return e;
	memcpy(&own, algo, sizeof(own));
	if (own.magic != MAGIC || *(const float *)alpha != 1)
		return CUBLAS_STATUS_INVALID_VALUE;
	check_alignment(A, own.align[0], "A");
	check_alignment(B, own.align[1], "B");
	check_alignment(D, own.align[3], "D");
	auto ranges = [=] {
		check_dev_range(A, span(a), "matmul A");
		check_dev_range(B, span(b), "matmul B");
		check_dev_range(D, span(c), "matmul D");
		if (scale != 0)
			check_dev_range(C, span(c), "matmul C");
		if (has_bias(d))
			check_dev_range(d.bias, c.r * 4, "matmul bias");
		if (workspace_size)
			check_dev_range(workspace, workspace_size, "workspace");
	};

	ranges();
	enqueue(
	    s,
	    [=] {
		    gemm(d, a, b, c, A, B, scale, (const float *)C, (float *)D);
	    },
	    ranges);
	return CUBLAS_STATUS_SUCCESS;
}

} // extern "C"
