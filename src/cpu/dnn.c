#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn-internal.h"

int dnn_threads(int n)
{
	int before = n;

	if (onednn.omp_set_num_threads && onednn.omp_get_max_threads) {
		before = onednn.omp_get_max_threads();
		onednn.omp_set_num_threads(n);
	}
	return before;
}

void dnn_enter(const struct dnn *d)
{
	dnn_threads(d->threads);
}

int dnn_check(dnnl_status_t s, const char *what, struct err *err)
{
	static const char *const text[] = {
	    [dnnl_success] = "success",
	    [dnnl_out_of_memory] = "out of memory",
	    [dnnl_invalid_arguments] = "invalid arguments",
	    [dnnl_unimplemented] = "not implemented",
	    [dnnl_runtime_error] = "run-time error",
	};
	const char *t = NULL;

	if (s == dnnl_success)
		return 0;
	if ((size_t)s < ARRAY_LEN(text))
		t = text[s];
	return err_set(err, ERR_DEVICE, "oneDNN: %s: %s", what,
		       t ? t : "unknown status");
}

int dnn_md_init(dnnl_memory_desc_t *md, int ndim, const dnnl_dim_t *dim,
		dnnl_data_type_t type, dnnl_format_tag_t tag, struct err *err)
{
	dnnl_status_t s;

#if DNNL_VERSION_MAJOR >= 3
	s = onednn.memory_desc_create_with_tag(md, ndim, dim, type, tag);
#else
	s = onednn.memory_desc_init_by_tag(md, ndim, dim, type, tag);
#endif
	return dnn_check(s, "describing an array", err);
}

void dnn_md_release(dnnl_memory_desc_t *md)
{
#if DNNL_VERSION_MAJOR >= 3
	if (*md)
		onednn.memory_desc_destroy(*md);
	*md = NULL;
#else
	(void)md;
#endif
}

int dnn_memory(struct dnn *d, dnnl_memory_t *m, DNN_MD_PTR md, void *data,
	       struct err *err)
{
	return dnn_check(onednn.memory_create(m, md, d->engine, data),
			 "making a memory object", err);
}

static DNN_MD_PTR md_of(dnnl_memory_t m)
{
#if DNNL_VERSION_MAJOR >= 3
	const_dnnl_memory_desc_t md = NULL;
#else
	const dnnl_memory_desc_t *md = NULL;
#endif

	onednn.memory_get_memory_desc(m, &md);
	return md;
}

int dnn_reorder(struct dnn *d, dnnl_memory_t from, dnnl_memory_t to,
		struct err *err)
{
	dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
	dnnl_primitive_desc_t pd = NULL;
	dnnl_primitive_t p = NULL;
	int rc;

	rc = dnn_check(
	    onednn.reorder_primitive_desc_create(&pd, md_of(from), d->engine,
						 md_of(to), d->engine, NULL),
	    "preparing a reorder", err);
	if (rc == 0)
		rc = dnn_check(onednn.primitive_create(&p, pd),
			       "preparing a reorder", err);
	if (rc == 0)
		rc = dnn_check(onednn.primitive_execute(p, d->stream, 2, args),
			       "a reorder", err);
	if (rc == 0)
		rc = dnn_check(onednn.stream_wait(d->stream), "a reorder", err);
	if (p)
		onednn.primitive_destroy(p);
	if (pd)
		onednn.primitive_desc_destroy(pd);
	return rc;
}

struct dnn *dnn_open(int threads, struct err *err)
{
	struct dnn *d;

	if (onednn_load(err) < 0)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->threads = threads;
	if (dnn_check(onednn.engine_create(&d->engine, dnnl_cpu, 0),
		      "creating the CPU engine", err) < 0 ||
	    dnn_check(onednn.stream_create(&d->stream, d->engine,
					   dnnl_stream_default_flags),
		      "creating a stream", err) < 0) {
		dnn_close(d);
		return NULL;
	}
	return d;
}

void dnn_close(struct dnn *d)
{
	if (!d)
		return;
	if (d->conv)
		d->conv_close(d);
	dnn_matmul_close(d);
	if (d->stream)
		onednn.stream_destroy(d->stream);
	if (d->engine)
		onednn.engine_destroy(d->engine);
	free(d);
}

void dnn_forget(struct dnn *d)
{
	if (d->conv)
		d->conv_forget(d);
	dnn_matmul_forget(d);
}
