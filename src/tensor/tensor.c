#include "src/tensor/tensor.h"

#include <stdio.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"

size_t dtype_size(enum dtype d)
{
	static const size_t size[] = {
#define DTYPE_SIZE(name, bytes) bytes,
	    DTYPES(DTYPE_SIZE)
#undef DTYPE_SIZE
	};

	return size[d];
}

const char *dtype_name(enum dtype d)
{
	static const char *const name[] = {
#define DTYPE_NAME(name, bytes) #name,
	    DTYPES(DTYPE_NAME)
#undef DTYPE_NAME
	};

	return name[d];
}

struct tensor tensor_view(void *data, enum dtype d, int ndim,
			  const int64_t *dim)
{
	struct tensor t = {.data = data, .dtype = d, .ndim = ndim};
	int64_t stride = 1;

	for (int i = ndim - 1; i >= 0; i--) {
		t.dim[i] = dim[i];
		t.stride[i] = stride;
		stride *= dim[i];
	}
	return t;
}

int64_t tensor_count(const struct tensor *t)
{
	int64_t n = 1;

	for (int i = 0; i < t->ndim; i++)
		n *= t->dim[i];
	return n;
}

size_t tensor_bytes(const struct tensor *t)
{
	return (size_t)tensor_count(t) * dtype_size(t->dtype);
}

int64_t tensor_last(const struct tensor *t)
{
	return t->ndim ? t->dim[t->ndim - 1] : 1;
}

int64_t tensor_rows(const struct tensor *t)
{
	int64_t n = 1;

	for (int i = 0; i + 1 < t->ndim; i++)
		n *= t->dim[i];
	return n;
}

bool tensor_contiguous(const struct tensor *t)
{
	int64_t stride = 1;

	for (int i = t->ndim - 1; i >= 0; i--) {
		if (t->dim[i] != 1 && t->stride[i] != stride)
			return false;
		stride *= t->dim[i];
	}
	return true;
}

bool tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->ndim == b->ndim &&
	       memcmp(a->dim, b->dim, sizeof(a->dim[0]) * (size_t)a->ndim) == 0;
}

char *tensor_shape_text(const struct tensor *t, char *buf, size_t n)
{
	size_t used = 0;

	snprintf(buf, n, "[");
	for (int i = 0; i < t->ndim; i++) {
		used = strlen(buf);
		snprintf(buf + used, n - used, "%s%lld", i ? ", " : "",
			 (long long)t->dim[i]);
	}
	used = strlen(buf);
	snprintf(buf + used, n - used, "]");
	return buf;
}

float tensor_float(const struct tensor *t, int64_t i)
{
	switch (t->dtype) {
	case DT_F32:
		return ((const float *)t->data)[i];
	case DT_F16:
		return f16_to_f32(((const uint16_t *)t->data)[i]);
	case DT_BF16:
		return bf16_to_f32(((const uint16_t *)t->data)[i]);
	case DT_F64:
		return (float)((const double *)t->data)[i];
	case DT_I64:
	case DT_I32:
	case DT_I16:
	case DT_I8:
	case DT_U8:
	case DT_BOOL:
		break;
	}
	bug("tensor_float of %s", dtype_name(t->dtype));
}

static uint32_t bits(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof(u));
	return u;
}

static float from_bits(uint32_t u)
{
	float f;

	memcpy(&f, &u, sizeof(f));
	return f;
}

uint16_t f32_to_bf16(float f)
{
	uint32_t u = bits(f);

	if ((u & 0x7fffffff) > 0x7f800000) /* NaN stays NaN */
		return (uint16_t)(u >> 16 | 0x40);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

float bf16_to_f32(uint16_t b)
{
	return from_bits((uint32_t)b << 16);
}

uint16_t f32_to_f16(float f)
{
	uint32_t u = bits(f), sign = u >> 16 & 0x8000, a = u & 0x7fffffff;
	float scaled;

	if (a > 0x7f800000)
		return (uint16_t)(sign | 0x7e00);
	if (a >= 0x477ff000) /* rounds to 65520 or more */
		return (uint16_t)(sign | 0x7c00);
	if (a < 0x38800000) { /* subnormal: let float addition round */
		scaled = from_bits(a) + 0.5f;
		return (uint16_t)(sign | (bits(scaled) - bits(0.5f)));
	}
	a += 0xfff + (a >> 13 & 1);
	return (uint16_t)(sign | ((a - 0x38000000) >> 13));
}

float f16_to_f32(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31;
	uint32_t m = h & 0x3ff;

	if (e == 0)
		return from_bits(sign | bits((float)m * 0x1p-24f));
	if (e == 31)
		return from_bits(sign | 0x7f800000 | m << 13);
	return from_bits(sign | (e + 112) << 23 | m << 13);
}
