#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn-internal.h"
#include "src/cpu/vec.h"

enum {
	BUCKETS = 512,  /* of packed weights */
	SETS = 128,     /* of primitives, */
	WAYS = 4,       /* this many in each: the least recently used goes */
	PACK_ROWS = 64, /* the M a layout is chosen for */
};

/* A weight in the layout that oneDNN likes best. */
struct packed {
	struct packed *next;
	const void *data; /* the tensor's address: the key */
	int64_t O, K;
	bool bf16;
	dnnl_memory_desc_t md;
	dnnl_memory_t memory;
	void *buf; /* owned */
};

/* A primitive for one shape; memory objects get their arrays at each call. */
struct product {
	int64_t M, O, K; /* M == 0: an empty slot */
	bool bf16, bias;
	uint64_t used;
	dnnl_primitive_t primitive;
	dnnl_memory_t x, y, b, scratch;
	size_t scratch_size;
};

struct dnn_matmul {
	struct packed *packed[BUCKETS];
	struct product product[SETS][WAYS];
	uint64_t clock;
	struct arena scratch;
};

static void memory_release(dnnl_memory_t *m)
{
	if (*m)
		onednn.memory_destroy(*m);
	*m = NULL;
}

static void product_release(struct product *p)
{
	if (p->primitive)
		onednn.primitive_destroy(p->primitive);
	memory_release(&p->x);
	memory_release(&p->y);
	memory_release(&p->b);
	memory_release(&p->scratch);
	*p = (struct product){0};
}

static void packed_free(struct packed *p)
{
	memory_release(&p->memory);
	dnn_md_release(&p->md);
	free(p->buf);
	free(p);
}

void dnn_matmul_forget(struct dnn *d)
{
	struct packed *p, *next;

	if (!d->matmul)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		for (p = d->matmul->packed[i]; p; p = next) {
			next = p->next;
			packed_free(p);
		}
		d->matmul->packed[i] = NULL;
	}
}

void dnn_matmul_close(struct dnn *d)
{
	if (!d->matmul)
		return;
	dnn_matmul_forget(d);
	for (int i = 0; i < SETS * WAYS; i++)
		product_release(&d->matmul->product[i / WAYS][i % WAYS]);
	arena_release(&d->matmul->scratch);
	free(d->matmul);
	d->matmul = NULL;
}

int dnn_version(char out[24], struct err *err)
{
	const dnnl_version_t *v;

	if (onednn_load(err) < 0)
		return -(int)err->code;
	v = onednn.version();
	snprintf(out, 24, "%d.%d.%d", v->major, v->minor, v->patch);
	return 0;
}

/* Each further instruction set has all bits of the ones below it. */
static bool has_isa(dnnl_cpu_isa_t isa)
{
	return (onednn.get_effective_cpu_isa() & isa) == isa;
}

bool dnn_packs(const struct dnn *d)
{
	(void)d;
	return has_isa(dnnl_cpu_isa_avx512_core);
}

bool dnn_has_bf16(const struct dnn *d)
{
	(void)d;
	return has_isa(dnnl_cpu_isa_avx512_core_bf16);
}

/* Descriptors of x (M,K), w (K,O), b (1,O) and y (M,O). */
struct product_md {
	dnnl_memory_desc_t x, w, b, y;
};

static void product_md_release(struct product_md *m)
{
	dnn_md_release(&m->x);
	dnn_md_release(&m->w);
	dnn_md_release(&m->b);
	dnn_md_release(&m->y);
}

static int product_md_init(struct product_md *m, const struct product *p,
			   struct err *err)
{
	const dnnl_dim_t x[] = {p->M, p->K}, w[] = {p->K, p->O};
	const dnnl_dim_t b[] = {1, p->O}, y[] = {p->M, p->O};
	dnnl_data_type_t in = p->bf16 ? dnnl_bf16 : dnnl_f32;
	int rc;

	*m = (struct product_md){0};
	rc = dnn_md_init(&m->x, 2, x, in, dnnl_ab, err);
	if (rc == 0)
		rc = dnn_md_init(&m->w, 2, w, in, dnnl_format_tag_any, err);
	if (rc == 0)
		rc = dnn_md_init(&m->b, 2, b, dnnl_f32, dnnl_ab, err);
	if (rc == 0)
		rc = dnn_md_init(&m->y, 2, y, dnnl_f32, dnnl_ab, err);
	if (rc < 0)
		product_md_release(m);
	return rc;
}

/* w: the layout of the weight, or NULL to let oneDNN choose. */
static int product_describe(struct dnn *d, dnnl_primitive_desc_t *pd,
			    const struct product_md *m, DNN_MD_PTR w, bool bias,
			    struct err *err)
{
	DNN_MD_PTR b = bias ? DNN_MD(m->b) : NULL;
	dnnl_primitive_attr_t attr = NULL;
	dnnl_status_t s = onednn.primitive_attr_create(&attr);

	if (!w)
		w = DNN_MD(m->w);
	if (s == dnnl_success)
		s = onednn.primitive_attr_set_scratchpad_mode(
		    attr, dnnl_scratchpad_mode_user);
#if DNNL_VERSION_MAJOR >= 3
	if (s == dnnl_success)
		s = onednn.matmul_primitive_desc_create(pd, d->engine, m->x, w,
							b, m->y, attr);
#else
	dnnl_matmul_desc_t desc;

	if (s == dnnl_success)
		s = onednn.matmul_desc_init(&desc, DNN_MD(m->x), w, b,
					    DNN_MD(m->y));
	if (s == dnnl_success)
		s = onednn.primitive_desc_create(pd, &desc, attr, d->engine,
						 NULL);
#endif
	if (attr)
		onednn.primitive_attr_destroy(attr);
	return dnn_check(s, "preparing a matrix product", err);
}

static int product_init(struct dnn *d, struct product *p, DNN_MD_PTR w,
			struct err *err)
{
	dnnl_primitive_desc_t pd = NULL;
	DNN_MD_PTR scratch;
	struct product_md m;
	int rc = product_md_init(&m, p, err);

	if (rc < 0)
		return rc;
	rc = product_describe(d, &pd, &m, w, p->bias, err);
	if (rc < 0)
		goto done;
	scratch =
	    onednn.primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	p->scratch_size = onednn.memory_desc_get_size(scratch);
	rc = dnn_check(onednn.primitive_create(&p->primitive, pd),
		       "preparing a matrix product", err);
	if (rc == 0)
		rc = dnn_memory(d, &p->x, DNN_MD(m.x), DNNL_MEMORY_NONE, err);
	if (rc == 0)
		rc = dnn_memory(d, &p->y, DNN_MD(m.y), DNNL_MEMORY_NONE, err);
	if (rc == 0)
		rc = dnn_memory(d, &p->b, DNN_MD(m.b), DNNL_MEMORY_NONE, err);
	if (rc == 0)
		rc = dnn_memory(d, &p->scratch, scratch, DNNL_MEMORY_NONE, err);
done:
	if (pd)
		onednn.primitive_desc_destroy(pd);
	product_md_release(&m);
	return rc;
}

/* The primitive for the shape of `want`, made when it is not there. */
static struct product *product_get(struct dnn *d, const struct product *want,
				   DNN_MD_PTR w, struct err *err)
{
	uint64_t hash = rng_mix(rng_mix((uint64_t)want->M, (uint64_t)want->O),
				(uint64_t)want->K);
	struct product *set = d->matmul->product[hash % SETS], *oldest = set;

	for (struct product *p = set; p < set + WAYS; p++) {
		if (p->M == want->M && p->O == want->O && p->K == want->K &&
		    p->bf16 == want->bf16 && p->bias == want->bias) {
			p->used = ++d->matmul->clock;
			return p;
		}
		if (p->used < oldest->used)
			oldest = p;
	}
	product_release(oldest);
	*oldest = *want;
	if (product_init(d, oldest, w, err) < 0) {
		product_release(oldest);
		return NULL;
	}
	oldest->used = ++d->matmul->clock;
	return oldest;
}

/* w (O,K) as f32, to be given to free(). */
static float *widened(const struct dnn *d, const struct tensor *w)
{
	int64_t O = w->dim[0], K = w->dim[1];
	float *f = xcalloc((size_t)O, (size_t)K * sizeof(*f));
	size_t row = (size_t)K * dtype_size(w->dtype);
	const struct vec *vec = vec_nth(0);

#pragma omp parallel for num_threads(d->threads)
	for (int64_t o = 0; o < O; o++)
		vec->widen(K, w->dtype, (const char *)w->data + (size_t)o * row,
			   f + o * K);
	return f;
}

/* Fill p->buf from w, which is the layout "ba" of (K,O). */
static int packed_fill(struct dnn *d, struct packed *p, const struct tensor *w,
		       struct err *err)
{
	const dnnl_dim_t dim[] = {p->K, p->O};
	dnnl_memory_desc_t md = {0};
	dnnl_memory_t from = NULL;
	float *wide = NULL;
	void *data = w->data;
	int rc;

	if (!p->bf16 && w->dtype != DT_F32)
		data = wide = widened(d, w);
	rc = dnn_md_init(&md, 2, dim, p->bf16 ? dnnl_bf16 : dnnl_f32, dnnl_ba,
			 err);
	if (rc == 0)
		rc = dnn_memory(d, &from, DNN_MD(md), data, err);
	if (rc == 0)
		rc = dnn_reorder(d, from, p->memory, err);
	memory_release(&from);
	dnn_md_release(&md);
	free(wide);
	return rc;
}

/* Let oneDNN choose a layout for w and put w into it. */
static int packed_init(struct dnn *d, struct packed *p, const struct tensor *w,
		       struct err *err)
{
	struct product like = {
	    .M = PACK_ROWS, .O = p->O, .K = p->K, .bf16 = p->bf16};
	dnnl_primitive_desc_t pd = NULL;
	struct product_md m;
	DNN_MD_PTR md;
	int rc = product_md_init(&m, &like, err);

	if (rc < 0)
		return rc;
	rc = product_describe(d, &pd, &m, NULL, false, err);
	if (rc < 0)
		goto done;
	md = onednn.primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
#if DNNL_VERSION_MAJOR >= 3
	rc = dnn_check(onednn.memory_desc_clone(&p->md, md),
		       "describing an array", err);
	if (rc < 0)
		goto done;
#else
	p->md = *md;
#endif
	p->buf = cpu_memory(onednn.memory_desc_get_size(md));
	if (!p->buf)
		rc = err_set(err, ERR_DEVICE, "no memory for packed weights");
	if (rc == 0)
		rc = dnn_memory(d, &p->memory, DNN_MD(p->md), p->buf, err);
	if (rc == 0)
		rc = packed_fill(d, p, w, err);
done:
	if (pd)
		onednn.primitive_desc_destroy(pd);
	product_md_release(&m);
	return rc;
}

static struct packed *packed_get(struct dnn *d, const struct tensor *w,
				 bool bf16, struct err *err)
{
	uint64_t hash = rng_mix(0, (uintptr_t)w->data);
	struct packed **slot = &d->matmul->packed[hash % BUCKETS], *p;

	for (p = *slot; p; p = p->next)
		if (p->data == w->data && p->bf16 == bf16 &&
		    p->O == w->dim[0] && p->K == w->dim[1])
			return p;
	p = xcalloc(1, sizeof(*p));
	p->data = w->data;
	p->O = w->dim[0];
	p->K = w->dim[1];
	p->bf16 = bf16;
	if (packed_init(d, p, w, err) < 0) {
		packed_free(p);
		return NULL;
	}
	p->next = *slot;
	*slot = p;
	return p;
}

static int product_run(struct dnn *d, const struct product *p,
		       const struct packed *w, const void *x, const float *b,
		       float *y, struct err *err)
{
	void *scratch = arena_alloc(&d->matmul->scratch, p->scratch_size);
	dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x},
				  {DNNL_ARG_WEIGHTS, w->memory},
				  {DNNL_ARG_DST, p->y},
				  {DNNL_ARG_SCRATCHPAD, p->scratch},
				  {DNNL_ARG_BIAS, p->b}};
	dnnl_status_t s;

	s = onednn.memory_set_data_handle(p->x, (void *)x);
	if (s == dnnl_success)
		s = onednn.memory_set_data_handle(p->y, y);
	if (s == dnnl_success)
		s = onednn.memory_set_data_handle(p->scratch, scratch);
	if (s == dnnl_success && b)
		s = onednn.memory_set_data_handle(p->b, (void *)b);
	if (s == dnnl_success)
		s = onednn.primitive_execute(p->primitive, d->stream, b ? 5 : 4,
					     args);
	if (s == dnnl_success)
		s = onednn.stream_wait(d->stream);
	return dnn_check(s, "a matrix product", err);
}

/* f32_to_bf16() of a whole array, in a form that compilers vectorise. */
static void round_bf16(const struct dnn *d, int64_t n, const float *x,
		       uint16_t *y)
{
#pragma omp parallel for simd num_threads(d->threads)
	for (int64_t i = 0; i < n; i++) {
		union {
			float f;
			uint32_t u;
		} v = {x[i]};
		uint32_t near = v.u + 0x7fff + (v.u >> 16 & 1);

		if ((v.u & 0x7fffffff) > 0x7f800000) /* NaN stays NaN */
			near = v.u | 0x400000;
		y[i] = (uint16_t)(near >> 16);
	}
}

int dnn_linear(struct dnn *d, const float *x, int64_t M, const struct tensor *w,
	       const float *b, bool bf16, float *y, struct err *err)
{
	struct product want = {.M = M,
			       .O = w->dim[0],
			       .K = w->dim[1],
			       .bf16 = bf16,
			       .bias = b != NULL};
	const void *in = x;
	struct packed *pack;
	struct product *p;
	uint16_t *half;

	dnn_enter(d);
	if (!d->matmul)
		d->matmul = xcalloc(1, sizeof(*d->matmul));
	pack = packed_get(d, w, bf16, err);
	if (!pack)
		return -(int)err->code;
	p = product_get(d, &want, DNN_MD(pack->md), err);
	if (!p)
		return -(int)err->code;
	arena_reset(&d->matmul->scratch);
	if (bf16) {
		half = arena_alloc(&d->matmul->scratch,
				   (size_t)(M * want.K) * sizeof(*half));
		round_bf16(d, M * want.K, x, half);
		in = half;
	}
	return product_run(d, p, pack, in, b, y, err);
}
