// cuDNN: convolution in three directions, channels last, f32.
#include "tests/cudaemu/truth.h"

#include <cudnn.h>

#include <cstring>

using namespace cudaemu;

struct cudnnContext {
	cudaStream_t s = 0;
};
struct cudnnTensorStruct {
	int n, c, h, w;
	cudnnTensorDescriptor_t truth; // with CUDAEMU_TRUTH
};
struct cudnnFilterStruct {
	int k, c, h, w;
	cudnnFilterDescriptor_t truth;
};
struct cudnnConvolutionStruct {
	int pad, stride;
	cudnnConvolutionDescriptor_t truth;
};

/* The true library must say that all is well, too. */
#define LIBRARY_OF(version) "libcudnn.so." CUDAEMU_TEXT(version)
#define CUDAEMU_TEXT(version) #version
#define AGREE(function, ...)                                \
	agree(LIBRARY_OF(CUDNN_MAJOR), #function, function, \
	      CUDNN_STATUS_SUCCESS, __VA_ARGS__)

enum { WORKSPACE = 96 }; /* bytes that every algorithm wants */

#define INJ()                                               \
	do {                                                \
		if (inject(__func__))                       \
			return CUDNN_STATUS_INTERNAL_ERROR; \
	} while (0)

#define MAKE(type, name)                                            \
	cudnnStatus_t cudnnCreate##name##Descriptor(                \
	    cudnn##name##Descriptor_t *d)                           \
	{                                                           \
		INJ();                                              \
		*d = new type();                                    \
		AGREE(cudnnCreate##name##Descriptor, &(*d)->truth); \
		return CUDNN_STATUS_SUCCESS;                        \
	}                                                           \
	cudnnStatus_t cudnnDestroy##name##Descriptor(               \
	    cudnn##name##Descriptor_t d)                            \
	{                                                           \
		AGREE(cudnnDestroy##name##Descriptor, d->truth);    \
		delete d;                                           \
		return CUDNN_STATUS_SUCCESS;                        \
	}

static size_t bytes(const cudnnTensorStruct &t)
{
	return (size_t)t.n * t.c * t.h * t.w * 4;
}

static size_t bytes(const cudnnFilterStruct &f)
{
	return (size_t)f.k * f.c * f.h * f.w * 4;
}

static bool fits(const cudnnTensorStruct &x, const cudnnFilterStruct &w,
		 const cudnnConvolutionStruct &c, const cudnnTensorStruct &y)
{
	return x.c == w.c && y.c == w.k && y.n == x.n &&
	       y.h == (x.h + 2 * c.pad - w.h) / c.stride + 1 &&
	       y.w == (x.w + 2 * c.pad - w.w) / c.stride + 1;
}

/* f(x index, w index, y index) for every product of the convolution. */
template <class F>
static void each(const cudnnTensorStruct &x, const cudnnFilterStruct &w,
		 const cudnnConvolutionStruct &c, const cudnnTensorStruct &y,
		 F f)
{
	for (int n = 0; n < y.n; n++)
		for (int i = 0; i < y.h; i++)
			for (int j = 0; j < y.w; j++)
				for (int k = 0; k < y.c; k++)
					for (int r = 0; r < w.h; r++)
						for (int s = 0; s < w.w; s++) {
							int u = i * c.stride -
								c.pad + r;
							int v = j * c.stride -
								c.pad + s;
							if (u < 0 || v < 0 ||
							    u >= x.h ||
							    v >= x.w)
								continue;
							f(((size_t)(n * x.h +
								    u) *
							       x.w +
							   v) *
							      x.c,
							  ((size_t)(k * w.h +
								    r) *
							       w.w +
							   s) *
							      w.c,
							  ((size_t)(n * y.h +
								    i) *
							       y.w +
							   j) * y.c +
							      k);
						}
}

static void scale(float *p, size_t n, float by)
{
	for (size_t i = 0; i < n; i++)
		p[i] = by == 0 ? 0 : by * p[i];
}

extern "C" {

cudnnStatus_t cudnnCreate(cudnnHandle_t *h)
{
	if (inject(__func__))
		return CUDNN_STATUS_NOT_INITIALIZED;
	*h = new cudnnContext;
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t h)
{
	delete h;
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t h, cudaStream_t s)
{
	INJ();
	h->s = s;
	return CUDNN_STATUS_SUCCESS;
}

const char *cudnnGetErrorString(cudnnStatus_t)
{
	return "made to fail by the emulator";
}

MAKE(cudnnTensorStruct, Tensor)
MAKE(cudnnFilterStruct, Filter)
MAKE(cudnnConvolutionStruct, Convolution)

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t d,
					 cudnnTensorFormat_t f,
					 cudnnDataType_t t, int n, int c, int h,
					 int w)
{
	INJ();
	if (f != CUDNN_TENSOR_NHWC || t != CUDNN_DATA_FLOAT)
		return CUDNN_STATUS_NOT_SUPPORTED;
	if (n < 1 || c < 1 || h < 1 || w < 1)
		return CUDNN_STATUS_BAD_PARAM;
	*d = {n, c, h, w, d->truth};
	AGREE(cudnnSetTensor4dDescriptor, d->truth, f, t, n, c, h, w);
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t d,
					 cudnnDataType_t t,
					 cudnnTensorFormat_t f, int k, int c,
					 int h, int w)
{
	INJ();
	if (f != CUDNN_TENSOR_NHWC || t != CUDNN_DATA_FLOAT)
		return CUDNN_STATUS_NOT_SUPPORTED;
	if (k < 1 || c < 1 || h < 1 || w < 1)
		return CUDNN_STATUS_BAD_PARAM;
	*d = {k, c, h, w, d->truth};
	AGREE(cudnnSetFilter4dDescriptor, d->truth, t, f, k, c, h, w);
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t d,
					      int ph, int pw, int sh, int sw,
					      int dh, int dw,
					      cudnnConvolutionMode_t m,
					      cudnnDataType_t t)
{
	INJ();
	if (ph != pw || sh != sw || dh != 1 || dw != 1 || ph < 0 || sh < 1 ||
	    m != CUDNN_CROSS_CORRELATION || t != CUDNN_DATA_FLOAT)
		return CUDNN_STATUS_NOT_SUPPORTED;
	*d = {ph, sh, d->truth};
	AGREE(cudnnSetConvolution2dDescriptor, d->truth, ph, pw, sh, sw, dh, dw,
	      m, t);
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t d,
					  cudnnMathType_t math)
{
	INJ();
	AGREE(cudnnSetConvolutionMathType, d->truth, math);
	return CUDNN_STATUS_SUCCESS;
}

/* Three answers: one that does not repeat, one too large, one to take. */
#define CHOICES(perf, asked, n, first)                                        \
	do {                                                                  \
		*(n) = 0;                                                     \
		for (int i = 0; i < 3 && i < (asked); i++) {                  \
			memset(&(perf)[i], 0, sizeof((perf)[i]));             \
			(perf)[i].algo = (first);                             \
			(perf)[i].determinism = i == 0                        \
						    ? CUDNN_NON_DETERMINISTIC \
						    : CUDNN_DETERMINISTIC;    \
			(perf)[i].memory =                                    \
			    i == 1 ? (size_t)1 << 40 : (size_t)WORKSPACE;     \
			(*(n))++;                                             \
		}                                                             \
	} while (0)

/* The output that the true library computes is what y was made for. */
static void check_output(const cudnnTensorStruct &x, const cudnnFilterStruct &w,
			 const cudnnConvolutionStruct &c,
			 const cudnnTensorStruct &y)
{
	int got[4] = {y.n, y.c, y.h, y.w};
	const int want[4] = {y.n, y.c, y.h, y.w};

	AGREE(cudnnGetConvolution2dForwardOutputDim, c.truth, x.truth, w.truth,
	      &got[0], &got[1], &got[2], &got[3]);
	if (memcmp(got, want, sizeof(got)) != 0)
		report("the true output is %dx%dx%dx%d, not %dx%dx%dx%d",
		       got[0], got[1], got[2], got[3], y.n, y.c, y.h, y.w);
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
    cudnnHandle_t, const cudnnTensorDescriptor_t x,
    const cudnnFilterDescriptor_t w, const cudnnConvolutionDescriptor_t c,
    const cudnnTensorDescriptor_t y, int asked, int *n,
    cudnnConvolutionFwdAlgoPerf_t *p)
{
	INJ();
	check_output(*x, *w, *c, *y);
	CHOICES(p, asked, n, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM);
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, const cudnnFilterDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t,
    int asked, int *n, cudnnConvolutionBwdDataAlgoPerf_t *p)
{
	INJ();
	CHOICES(p, asked, n, CUDNN_CONVOLUTION_BWD_DATA_ALGO_1);
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnConvolutionDescriptor_t, const cudnnFilterDescriptor_t,
    int asked, int *n, cudnnConvolutionBwdFilterAlgoPerf_t *p)
{
	INJ();
	CHOICES(p, asked, n, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1);
	return CUDNN_STATUS_SUCCESS;
}

/* What all three directions check. */
static cudnnStatus_t check(const cudnnTensorStruct &x, const void *px,
			   const cudnnFilterStruct &w, const void *pw,
			   const cudnnConvolutionStruct &c,
			   const cudnnTensorStruct &y, const void *py,
			   const void *workspace, size_t n)
{
	if (!fits(x, w, c, y) || n < WORKSPACE)
		return CUDNN_STATUS_BAD_PARAM;
	check_dev_range(px, bytes(x), "convolution x");
	check_dev_range(pw, bytes(w), "convolution w");
	check_dev_range(py, bytes(y), "convolution y");
	check_dev_range(workspace, n, "convolution workspace");
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionForward(
    cudnnHandle_t h, const void *, const cudnnTensorDescriptor_t xd,
    const void *px, const cudnnFilterDescriptor_t wd, const void *pw,
    const cudnnConvolutionDescriptor_t cd, cudnnConvolutionFwdAlgo_t, void *ws,
    size_t n, const void *beta, const cudnnTensorDescriptor_t yd, void *py)
{
	cudnnTensorStruct x = *xd, y = *yd;
	cudnnFilterStruct w = *wd;
	cudnnConvolutionStruct c = *cd;
	cudnnStatus_t e = check(x, px, w, pw, c, y, py, ws, n);
	float keep = *(const float *)beta;

	INJ();
	if (e)
		return e;
	enqueue(h->s, [=] {
		const float *X = (const float *)px, *W = (const float *)pw;
		float *Y = (float *)py;

		memset(ws, 0, n);
		scale(Y, bytes(y) / 4, keep);
		each(x, w, c, y, [=](size_t i, size_t j, size_t o) {
			for (int q = 0; q < w.c; q++)
				Y[o] += X[i + q] * W[j + q];
		});
	});
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionBackwardData(
    cudnnHandle_t h, const void *, const cudnnFilterDescriptor_t wd,
    const void *pw, const cudnnTensorDescriptor_t yd, const void *py,
    const cudnnConvolutionDescriptor_t cd, cudnnConvolutionBwdDataAlgo_t,
    void *ws, size_t n, const void *beta, const cudnnTensorDescriptor_t xd,
    void *px)
{
	cudnnTensorStruct x = *xd, y = *yd;
	cudnnFilterStruct w = *wd;
	cudnnConvolutionStruct c = *cd;
	cudnnStatus_t e = check(x, px, w, pw, c, y, py, ws, n);
	float keep = *(const float *)beta;

	INJ();
	if (e)
		return e;
	enqueue(h->s, [=] {
		const float *Y = (const float *)py, *W = (const float *)pw;
		float *X = (float *)px;

		memset(ws, 0, n);
		scale(X, bytes(x) / 4, keep);
		each(x, w, c, y, [=](size_t i, size_t j, size_t o) {
			for (int q = 0; q < w.c; q++)
				X[i + q] += Y[o] * W[j + q];
		});
	});
	return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionBackwardFilter(
    cudnnHandle_t h, const void *, const cudnnTensorDescriptor_t xd,
    const void *px, const cudnnTensorDescriptor_t yd, const void *py,
    const cudnnConvolutionDescriptor_t cd, cudnnConvolutionBwdFilterAlgo_t,
    void *ws, size_t n, const void *beta, const cudnnFilterDescriptor_t wd,
    void *pw)
{
	cudnnTensorStruct x = *xd, y = *yd;
	cudnnFilterStruct w = *wd;
	cudnnConvolutionStruct c = *cd;
	cudnnStatus_t e = check(x, px, w, pw, c, y, py, ws, n);
	float keep = *(const float *)beta;

	INJ();
	if (e)
		return e;
	enqueue(h->s, [=] {
		const float *X = (const float *)px, *Y = (const float *)py;
		float *W = (float *)pw;

		memset(ws, 0, n);
		scale(W, bytes(w) / 4, keep);
		each(x, w, c, y, [=](size_t i, size_t j, size_t o) {
			for (int q = 0; q < w.c; q++)
				W[j + q] += X[i + q] * Y[o];
		});
	});
	return CUDNN_STATUS_SUCCESS;
}

} // extern "C"
