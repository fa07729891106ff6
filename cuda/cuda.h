/*
 * cuda -- the CUDA backend's own things, shared by its files.
 *
 * It is the plugin umie-cuda.so: the ops of src/tensor on cublasLt, cuDNN and
 * kernels of our own.  Everything runs on one stream, so memory that was put
 * back can be used again at once; nothing waits for the device but copy_out.
 * One thread.  A CPU op is the specification of its twin here.
 *
 * Rules for kernels, so that the emulator of tests/cudaemu can run them: plain
 * CUDA C++, blocks of whole warps, full masks, no communication between
 * blocks, no float atomics (a run repeats to the bit), products and
 * convolutions only through the libraries.
 */
#ifndef UMIE_CUDA_CUDA_H
#define UMIE_CUDA_CUDA_H

#include <cuda_runtime_api.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/tensor/backend.h"
#include "src/tensor/backend-plugin.h"

enum {
	STAGING_SLOTS = 16,
	STAGING_SLOT = 1 << 20, /* bytes */
	BUCKET_TABLES = 4,
};

/* One allocation, in use or kept for the next. */
struct memory_block {
	void *p;
	size_t size;
	bool used;
};

/* An error that a kernel found; lies on the device, read at each copy_out. */
struct fault {
	int32_t op; /* 1 + enum op; 0: none */
	int32_t value, limit;
};

/* Distance -> row of a bias table, for -reach … reach. */
struct bucket_table {
	int buckets, reach;
	bool bidirectional;
	int32_t *rows; /* (2*reach+1) on the device; NULL: unused */
};

struct step; /* step.c: calls that come again, and their graph */
struct call;

/* Which steps are known, and the one that goes on. */
struct steps {
	struct step *known;   /* owned; the one used last comes first */
	struct step *dropped; /* owned; freed when the device is idle */
	struct step *now;     /* held to (one of `known`), or written down */
	struct call *next;    /* holding: what is expected, NULL: the end */
	int held;             /* calls of `now` that were made, not done */
	int position;         /* what lies at `place`; -1: not known */
	int32_t *place;       /* on the device */
	int32_t *at;          /* the same within a step; otherwise NULL */
	bool open;            /* within a step */
	bool holding;         /* its calls are held back */
	bool inside;          /* a call computes */
	bool capturing;       /* nothing may be allocated */
	bool off;             /* for good */
	char why[1088];       /* it is off */
};

struct lt;  /* matmul.c: cublasLt, its workspace and plans */
struct dnn; /* conv.c: cuDNN, its plans and packed filters */

struct cuda {
	struct backend base; /* first: a struct backend * is a struct cuda * */
	const struct op_impl *ops; /* what computes; a step has others */
	struct device_options o;
	char name[16];
	cudaStream_t stream;
	struct memory_block *block; /* owned array */
	size_t n_blocks, cap_blocks;
	struct arena_source source;
	struct arena scratch;   /* reset at the start of every op */
	unsigned char *staging; /* pinned; STAGING_SLOTS * STAGING_SLOT */
	cudaEvent_t slot_free[STAGING_SLOTS];
	int slot;
	struct fault *fault;      /* device */
	struct fault *host_fault; /* pinned */
	struct bucket_table bucket[BUCKET_TABLES];
	struct steps steps;
	struct lt *lt;
	struct dnn *dnn;
};

static inline struct cuda *cuda_of(struct backend *be)
{
	return (struct cuda *)be;
}

/* 0, or ERR_DEVICE: "cuda:0: WHAT failed: …". */
int cuda_check(const struct cuda *c, cudaError_t e, const char *what,
	       struct err *err);

/* memory.c: blocks of the device, kept when they are put back. */
void *cuda_get(struct backend *be, size_t n);
void cuda_put(struct backend *be, void *p, size_t n);
void cuda_memory_release(struct cuda *c);

/* Scratch memory of one op, 64-byte aligned; NULL with ERR_DEVICE. */
void *cuda_scratch(struct cuda *c, size_t n, struct err *err);

/* copy.c: through pinned staging memory. */
int cuda_staging_open(struct cuda *c, struct err *err);
void cuda_staging_close(struct cuda *c);
int cuda_copy_in(struct backend *be, void *device, const void *host, size_t n,
		 struct err *err);
int cuda_copy_out(struct backend *be, void *host, const void *device, size_t n,
		  struct err *err);
int cuda_copy_out_all(struct backend *be, const struct device_read *r, int n,
		      struct err *err);
int cuda_fill_zero(struct backend *be, void *device, size_t n, struct err *err);
int cuda_move(struct backend *be, void *to, const void *from, size_t n,
	      struct err *err);

/* step.c: see struct backend. */
int cuda_steps_open(struct cuda *c, struct err *err);
void cuda_steps_close(struct cuda *c);
int cuda_step_begin(struct backend *be, int position, struct err *err);
int cuda_step_end(struct backend *be, bool drop, struct err *err);
/* Something else than a forward call comes: do what is held first. */
int cuda_step_interrupt(struct cuda *c, struct err *err);
/* Memory that graphs know of is given to others: none is used any more. */
void cuda_steps_drop(struct cuda *c);
/* The stream is idle: free what was dropped. */
void cuda_steps_sweep(struct cuda *c);

/*
 * d (m,n) = act(a (m,k) b (k,n) + beta c + bias (m)), column-major as cuBLAS
 * has it: transposed factors are stored (k,m) and (n,k).  Factors are f32, or
 * both bf16; all else is f32.  c may be d; bias may be NULL.
 */
struct product {
	bool ta, tb, relu;
	enum dtype type; /* of a and b */
	int64_t m, n, k, lda, ldb, ldc;
	const void *a, *b;
	const float *c; /* read only when beta is not 0 */
	float beta;
	const float *bias;
	float *d; /* ldd is ldc */
};
int cuda_product(struct cuda *c, const struct product *p, struct err *err);
int cuda_product_plain(struct cuda *c, const struct product *p,
		       struct err *err); /* without cublasLt; f32 only */
void cuda_lt_close(struct cuda *c);

/* Device rows of bias_bucket() for these; NULL with the error. */
const int32_t *cuda_buckets(struct cuda *c, int buckets, bool bidirectional,
			    int reach, struct err *err);

/*
 * Few rows (at most GEMV_ROWS): y (R,O) = x (R,K) wT + b + res (R,O), the
 * weight read once in its own type; b and res may be NULL.  What comes out for
 * a row does not depend on R.
 */
enum { GEMV_ROWS = 8 };
int cuda_gemv(struct cuda *c, const struct tensor *w, const float *x, int64_t R,
	      const float *b, const float *res, float *y, struct err *err);

/* A weight of any float type as f32: its own data or a scratch copy. */
const float *cuda_wide(struct cuda *c, const struct tensor *w, struct err *err);
/* n f32 numbers as bf16, in scratch memory. */
const void *cuda_narrow(struct cuda *c, const float *x, int64_t n,
			struct err *err);
/* Filters (O,C,kh,kw) of any float type -> f32 (O,kh,kw,C). */
int cuda_pack_filter(struct cuda *c, const struct tensor *w, float *to,
		     struct err *err);
/* dw (O,C,kh,kw) += packed (O,kh,kw,C) */
int cuda_unpack_filter(struct cuda *c, const struct tensor *w,
		       const float *packed, float *dw, struct err *err);

/* sum[i] += x[i] */
int cuda_accumulate(struct cuda *c, float *sum, const float *x, int64_t n,
		    struct err *err);
/* y = y + bias (C) + residual, then relu; both may be NULL.  y (R,C) */
int cuda_finish_conv(struct cuda *c, float *y, const float *bias,
		     const float *residual, bool relu, int64_t R, int64_t C,
		     struct err *err);
/* dz = y > 0 ? dy : 0 */
int cuda_relu_gradient(struct cuda *c, const float *y, const float *dy,
		       float *dz, int64_t n, struct err *err);

/*
 * Sums over the rows of (a - a_minus) * (b - b_minus) * factor, one for each
 * of C columns, in double and always in the same order.  All but a may be
 * NULL.  Into sum (C), or added to `add` (C) when that is not NULL.
 */
struct columns {
	int64_t R, C;
	const float *a, *a_minus, *b, *b_minus;
	const float *factor; /* (R) */
	double *sum;
	float *add;
};
int cuda_column_sums(struct cuda *c, const struct columns *m, struct err *err);

void cuda_dnn_close(struct cuda *c);
void cuda_dnn_forget(struct cuda *c);

static inline float *grad_of(const struct tensor *t)
{
	return t && t->grad ? (float *)t->grad->data : NULL;
}

static inline const float *data_of(const struct tensor *t)
{
	return t ? (const float *)t->data : NULL;
}

/* Every op: cuda_NAME and, when taped, cuda_NAME_backward. */
#define CUDA_TAPED(upper, lower) op_fn cuda_##lower, cuda_##lower##_backward;
#define CUDA_PLAIN(upper, lower) op_fn cuda_##lower;
OPS_TAPED(CUDA_TAPED)
OPS_PLAIN(CUDA_PLAIN)
#undef CUDA_TAPED
#undef CUDA_PLAIN

#ifdef __cplusplus
}
#endif
#endif
