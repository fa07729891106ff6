/*
 * tensor -- dtype, shape, strides, a view of memory; no arithmetic.
 *
 * Shape letters: B batch, L text tokens, M decoder positions, N regions, D
 * width (d_model), H heads, K head width (d_kv), F feed-forward width, V
 * vocabulary; pictures are (B, Y, X, C): channels last.
 */
#ifndef UMIE_TENSOR_TENSOR_H
#define UMIE_TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name in safetensors, bytes */
#define DTYPES(_)  \
	_(F32, 4)  \
	_(F16, 2)  \
	_(BF16, 2) \
	_(F64, 8)  \
	_(I64, 8)  \
	_(I32, 4)  \
	_(I16, 2)  \
	_(I8, 1)   \
	_(U8, 1)   \
	_(BOOL, 1)

enum dtype {
#define DTYPE_ENUM(name, size) DT_##name,
	DTYPES(DTYPE_ENUM)
#undef DTYPE_ENUM
};

enum { TENSOR_DIMS = 8 };

struct tensor {
	void *data; /* in the memory of the backend that made it; borrowed */
	enum dtype dtype;
	int ndim;
	int64_t dim[TENSOR_DIMS];
	int64_t stride[TENSOR_DIMS]; /* in elements */
	/*
	 * A weight that does not change while it is in use: backends may keep
	 * a packed copy under its address.
	 */
	bool frozen;
	bool needs_grad;     /* a gradient is wanted */
	struct tensor *grad; /* f32, same shape, contiguous; NULL: none yet */
};

size_t dtype_size(enum dtype d);
const char *dtype_name(enum dtype d);

/* A contiguous view of `data` with the shape of the list. */
struct tensor tensor_view(void *data, enum dtype d, int ndim,
			  const int64_t *dim);

int64_t tensor_count(const struct tensor *t); /* elements; 1 for ndim 0 */
size_t tensor_bytes(const struct tensor *t);
int64_t tensor_last(const struct tensor *t); /* last dimension; 1 if none */
int64_t tensor_rows(const struct tensor *t); /* count / last */
bool tensor_contiguous(const struct tensor *t);
bool tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* "[3, 64]" into buf; returns buf. */
char *tensor_shape_text(const struct tensor *t, char *buf, size_t n);

/* Widen element i of a contiguous host tensor of any float type. */
float tensor_float(const struct tensor *t, int64_t i);

/* f32 <-> bf16 and f16, round to nearest even. */
uint16_t f32_to_bf16(float f);
float bf16_to_f32(uint16_t b);
uint16_t f32_to_f16(float f);
float f16_to_f32(uint16_t h);

#endif
