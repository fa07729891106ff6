# The CUDA backend run on the host: the same files, compiled by g++ over the
# toolkit's headers and linked with stand-ins for its libraries.

EXTRA_DIST += tests/cudaemu/cudaemu.h

if CUDA_HEADERS
have_cudaemu = yes
emu_objects = $(cuda_kernels:%=tests/cudaemu/%.o)
EMU_FLAGS = -std=gnu++20 -O2 -g -fPIC -Wall -Wextra -Wno-unknown-pragmas \
	-Wno-deprecated-enum-enum-conversion $(UMIE_WERROR) $(EMU_SANITIZE)

tests/cudaemu/%.o: cuda/%.cu $(cuda_headers) tests/cudaemu/cudaemu.h
	@$(MKDIR_P) tests/cudaemu
	$(AM_V_CXX)$(CXX) $(EMU_FLAGS) $(DEFS) -I$(top_srcdir) \
		$(CUDA_CPPFLAGS) -x c++ \
		-include $(top_srcdir)/tests/cudaemu/cudaemu.h \
		-MMD -MP -MF $@.d -c -o $@ $<
-include $(emu_objects:%=%.d)
CLEANFILES += $(emu_objects) $(emu_objects:%=%.d) tests/cudaemu/umie-cuda.so

# Never sanitized itself: it switches stacks and tells the sanitizers so.
check_LIBRARIES = libcudaemu.a
libcudaemu_a_SOURCES = \
	tests/cudaemu/context.cpp \
	tests/cudaemu/context.h \
	tests/cudaemu/control.h \
	tests/cudaemu/dnn.cpp \
	tests/cudaemu/emu.h \
	tests/cudaemu/failures.cpp \
	tests/cudaemu/fiber.cpp \
	tests/cudaemu/fiber.h \
	tests/cudaemu/graph.cpp \
	tests/cudaemu/lt.cpp \
	tests/cudaemu/memory.cpp \
	tests/cudaemu/runtime.cpp \
	tests/cudaemu/runtime.h \
	tests/cudaemu/stream.cpp \
	tests/cudaemu/truth.cpp \
	tests/cudaemu/truth.h \
	tests/cudaemu/warp.cpp
if NCCL_HEADERS
libcudaemu_a_SOURCES += tests/cudaemu/nccl.cpp
nccl_twin = libumie_nccl.a
endif
libcudaemu_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS) $(NCCL_CPPFLAGS)
libcudaemu_a_CXXFLAGS = -std=gnu++20 -O2 -g -fPIC -Wall -Wextra \
	-Wno-deprecated-declarations
libcudaemu_a_LIBADD = $(emu_objects)
libcudaemu_a_DEPENDENCIES = $(emu_objects)
emu_libs = libumie_cuda.a libcudaemu.a $(LDADD) -lstdc++

# A plugin like the real one, for `umie --device cuda` in tests.
check_DATA = tests/cudaemu/umie-cuda.so
tests/cudaemu/umie-cuda.so: libumie_cuda.a $(nccl_twin) libcudaemu.a
	$(AM_V_CCLD)$(CC) -shared $(UMIE_LDFLAGS) $(LDFLAGS) -o $@ \
		-Wl,--whole-archive libumie_cuda.a $(nccl_twin) libcudaemu.a \
		-Wl,--no-whole-archive -Wl,-Bsymbolic -lstdc++ -lpthread -lm

# Both plugins are one file, since they share the emulated device.
if NCCL_HEADERS
check_DATA += tests/cudaemu/umie-nccl.so
tests/cudaemu/umie-nccl.so: tests/cudaemu/umie-cuda.so
	$(AM_V_GEN)ln -sf umie-cuda.so $@
CLEANFILES += tests/cudaemu/umie-nccl.so

check_PROGRAMS += tests/check_nccl
tests_check_nccl_SOURCES = tests/check_nccl.c tests/small_model.h tests/tap.h \
	tests/thread_comm.c tests/thread_comm.h
tests_check_nccl_LDADD = libumie_nccl.a $(emu_libs)
endif

check_PROGRAMS += tests/check_cuda_ops tests/check_cuda_conv \
	tests/check_cuda_model tests/check_cuda_graphs tests/check_cuda_steps
tests_check_cuda_ops_SOURCES = tests/check_cuda_ops.c tests/cuda-twin.h \
	tests/ops-cases.h tests/tap.h
tests_check_cuda_ops_LDADD = $(emu_libs)
tests_check_cuda_conv_SOURCES = tests/check_cuda_conv.c tests/cuda-twin.h \
	tests/conv-cases.h tests/tap.h
tests_check_cuda_conv_LDADD = $(emu_libs)
tests_check_cuda_model_SOURCES = tests/check_cuda_model.c \
	tests/small_model.h tests/tap.h
tests_check_cuda_model_LDADD = $(emu_libs)
tests_check_cuda_graphs_SOURCES = tests/check_cuda_graphs.c \
	tests/small_model.h tests/tap.h
tests_check_cuda_graphs_LDADD = $(emu_libs)
tests_check_cuda_steps_SOURCES = tests/check_cuda_steps.c tests/tap.h
tests_check_cuda_steps_LDADD = $(emu_libs)
endif
