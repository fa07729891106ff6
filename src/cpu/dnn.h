/*
 * dnn -- what we use of oneDNN, behind plain arrays.
 *
 * Debian 12 has oneDNN 2.6, newer systems 3.x; the API differs, so only the
 * files dnn*.c include it.  Primitives are cached by shape; weights marked
 * frozen are packed once and kept under their address.
 */
#ifndef UMIE_CPU_DNN_H
#define UMIE_CPU_DNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/tensor/tensor.h"

struct arena;
struct dnn;
struct err;

/* NULL and ERR_DEVICE: the library cannot be loaded or used. */
struct dnn *dnn_open(int threads, struct err *err);
void dnn_close(struct dnn *d);
void dnn_forget(struct dnn *d); /* drop packed weights */

/*
 * C (M,N) = op(A) op(B) + beta*C, f32, row-major.  ta: A is stored (K,M);
 * tb: B is stored (N,K).  lda, ldb, ldc: row strides in elements.
 */
int dnn_sgemm(struct dnn *d, bool ta, bool tb, int64_t M, int64_t N, int64_t K,
	      const float *A, int64_t lda, const float *B, int64_t ldb,
	      float beta, float *C, int64_t ldc, struct err *err);

/*
 * Y (M,O) = X (M,K) wT + b for a frozen weight w (O,K) of any float type:
 * packed on first use.  bf16: multiply in bf16 (w must be bf16).
 */
int dnn_linear(struct dnn *d, const float *x, int64_t M, const struct tensor *w,
	       const float *b, bool bf16, float *y, struct err *err);

/* "2.6.3": of the library that is loaded; ERR_DEVICE: it cannot be. */
int dnn_version(char out[24], struct err *err);

/*
 * Whether dnn_linear() gives the same bits on any number of threads.  Before
 * AVX-512 oneDNN has no packed products and splits sums among the threads.
 */
bool dnn_packs(const struct dnn *d);

/* Whether this machine multiplies bf16 natively. */
bool dnn_has_bf16(const struct dnn *d);

/*
 * Convolutions over (B,Y,X,C) with weights (O,C,kh,kw).  forward: bias, res
 * may be NULL; res (which may be y) is added, then relu.  Output sizes follow
 * stride and pad.  bf16: round x to bf16 and multiply in bf16 (w must be
 * bf16).  The numbers of a picture depend neither on B nor on the threads.
 */
struct dnn_conv {
	int64_t B, Y, X, C, O, kh, kw, stride, pad, OY, OX;
	bool relu, bf16;
};
int dnn_conv_forward(struct dnn *d, const struct dnn_conv *c, const float *x,
		     const struct tensor *w, const float *bias,
		     const float *res, float *y, struct err *err);
/* dx = (added to) the gradient of x; dw likewise, in (O,C,kh,kw). */
int dnn_conv_backward_data(struct dnn *d, const struct dnn_conv *c,
			   const float *dy, const struct tensor *w, float *dx,
			   struct arena *scratch, struct err *err);
int dnn_conv_backward_weights(struct dnn *d, const struct dnn_conv *c,
			      const float *x, const float *dy, float *dw,
			      struct arena *scratch, struct err *err);

#endif
