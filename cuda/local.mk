# The plugin umie-cuda.so: opened with dlopen, never linked.

cuda_kernels = attention attention-back batchnorm cast columns convert embed gemv \
	loss optim pointwise pool product-plain rows
cuda_headers = cuda/attention.cuh cuda/cast.h cuda/cuda.h cuda/kernel.h
EXTRA_DIST += $(cuda_headers) cuda/nccl.c $(cuda_kernels:%=cuda/%.cu) m4/umie_cuda.m4

if CUDA_HEADERS
# What is written in C, for the plugin and for its emulated twin.
noinst_LIBRARIES += libumie_cuda.a
libumie_cuda_a_SOURCES = \
	cuda/backend.c \
	cuda/conv.c \
	cuda/copy.c \
	cuda/linear.c \
	cuda/memory.c \
	cuda/product.c \
	cuda/step.c \
	src/base/arena.c src/base/err.c src/base/mem.c src/base/rng.c \
	src/tensor/bucket.c src/tensor/tensor.c
libumie_cuda_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
libumie_cuda_a_CFLAGS = $(AM_CFLAGS) -fPIC -fvisibility=hidden
endif

# The plugin umie-nccl.so; what it needs of src/base lies in the other library.
if NCCL_HEADERS
noinst_LIBRARIES += libumie_nccl.a
libumie_nccl_a_SOURCES = cuda/nccl.c
libumie_nccl_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS) $(NCCL_CPPFLAGS)
libumie_nccl_a_CFLAGS = $(AM_CFLAGS) -fPIC -fvisibility=hidden
endif

if CUDA
plugin_DATA = umie-cuda.so
cuda_objects = $(cuda_kernels:%=cuda/%.o)
have_cuda = yes

umie-cuda.so: libumie_cuda.a $(cuda_objects)
	$(AM_V_CCLD)$(CC) -shared $(UMIE_LDFLAGS) $(LDFLAGS) -o $@ \
		-Wl,--whole-archive libumie_cuda.a -Wl,--no-whole-archive \
		$(cuda_objects) $(CUDA_LDFLAGS) $(CUDA_LIBS) -lstdc++ -lm

if NCCL
plugin_DATA += umie-nccl.so
umie-nccl.so: libumie_nccl.a cuda/cast.o libumie_cuda.a
	$(AM_V_CCLD)$(CC) -shared $(UMIE_LDFLAGS) $(LDFLAGS) -o $@ \
		-Wl,--whole-archive libumie_nccl.a -Wl,--no-whole-archive \
		cuda/cast.o libumie_cuda.a $(CUDA_LDFLAGS) $(NCCL_LIBS) \
		-lcudart -lstdc++
CLEANFILES += umie-nccl.so
endif

# What ptxas says about registers and spills stays beside the object.
NVCC_FLAGS = -std=c++17 -O3 -lineinfo -Werror all-warnings \
	-Xptxas -v,-warn-spills -Xcompiler -fPIC,-fvisibility=hidden \
	-Xcompiler -Wall,-Wextra
cuda/%.o: cuda/%.cu $(cuda_headers)
	@$(MKDIR_P) cuda
	$(AM_V_GEN)$(NVCC) $(CUDA_ARCHS) $(NVCC_FLAGS) $(DEFS) \
		-I$(top_srcdir) -MMD -MP -MF $@.d -c -o $@ $< 2>$@.log || \
		{ cat $@.log; exit 1; }
-include $(cuda_objects:%=%.d)
CLEANFILES += umie-cuda.so $(cuda_objects) $(cuda_objects:%=%.log) \
	$(cuda_objects:%=%.d)

# Every architecture of the release, whatever the build was configured for.
check-cuda-archs:
	$(MAKE) $(AM_MAKEFLAGS) clean-cuda
	$(MAKE) $(AM_MAKEFLAGS) $(plugin_DATA) CUDA_ARCHS="$(CUDA_ALL)"
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/cuda.test
clean-cuda:
	rm -f $(plugin_DATA) $(cuda_objects)
CUDA_ALL = $(foreach a,75 80 86 89 90 100,-gencode \
	arch=compute_$(a),code=sm_$(a)) \
	-gencode arch=compute_100,code=compute_100
.PHONY: check-cuda-archs clean-cuda
endif
