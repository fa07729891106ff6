/*
 * dnn-library -- oneDNN itself, opened with the first CPU engine.
 *
 * Linked, its 40,000 relocations would take more than half of every start of
 * the program, also of one that computes nothing.  So it is opened while
 * running, and dnnl_NAME() is called as onednn.NAME().
 *
 * Included by the files dnn*.c only: it needs oneDNN's headers.
 */
#ifndef UMIE_CPU_DNN_LIBRARY_H
#define UMIE_CPU_DNN_LIBRARY_H

#include <oneapi/dnnl/dnnl.h>

struct err;

/* What differs between oneDNN 2 and 3. */
#if DNNL_VERSION_MAJOR >= 3
#define ONEDNN_VERSIONED(_)                                   \
	_(convolution_forward_primitive_desc_create)          \
	_(convolution_backward_data_primitive_desc_create)    \
	_(convolution_backward_weights_primitive_desc_create) \
	_(matmul_primitive_desc_create)                       \
	_(memory_desc_create_with_tag)                        \
	_(memory_desc_clone)                                  \
	_(memory_desc_destroy)
#else
#define ONEDNN_VERSIONED(_)                       \
	_(convolution_forward_desc_init)          \
	_(convolution_backward_data_desc_init)    \
	_(convolution_backward_weights_desc_init) \
	_(matmul_desc_init)                       \
	_(memory_desc_init_by_tag)                \
	_(primitive_desc_create)
#endif

#define ONEDNN_FUNCTIONS(_)                   \
	ONEDNN_VERSIONED(_)                   \
	_(engine_create)                      \
	_(engine_destroy)                     \
	_(get_effective_cpu_isa)              \
	_(memory_create)                      \
	_(memory_desc_equal)                  \
	_(memory_desc_get_size)               \
	_(memory_destroy)                     \
	_(memory_get_memory_desc)             \
	_(memory_set_data_handle)             \
	_(post_ops_append_eltwise)            \
	_(post_ops_append_sum)                \
	_(post_ops_create)                    \
	_(post_ops_destroy)                   \
	_(primitive_attr_create)              \
	_(primitive_attr_destroy)             \
	_(primitive_attr_set_post_ops)        \
	_(primitive_attr_set_scratchpad_mode) \
	_(primitive_create)                   \
	_(primitive_desc_destroy)             \
	_(primitive_desc_query_md)            \
	_(primitive_destroy)                  \
	_(primitive_execute)                  \
	_(reorder_primitive_desc_create)      \
	_(sgemm)                              \
	_(stream_create)                      \
	_(stream_destroy)                     \
	_(stream_wait)                        \
	_(version)

#define ONEDNN_MEMBER(name) __typeof__(&dnnl_##name) name;
struct onednn {
	ONEDNN_FUNCTIONS(ONEDNN_MEMBER)
	/*
	 * Of the OpenMP library below oneDNN, which need not be ours: clang
	 * has another, and a build for the thread sanitizer has none.  NULL
	 * when oneDNN was built for other threads.
	 */
	void (*omp_set_num_threads)(int n);
	int (*omp_get_max_threads)(void);
};
#undef ONEDNN_MEMBER

/* Only read once onednn_load() has returned 0; never closed. */
extern struct onednn onednn;

/* Any thread, any number of times.  0, or ERR_DEVICE in the loader's words. */
int onednn_load(struct err *err);

#endif
