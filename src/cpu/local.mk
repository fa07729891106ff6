libumie_a_SOURCES += \
	src/cpu/attention.c src/cpu/attention.h \
	src/cpu/attention-back.c \
	src/cpu/backend.c src/cpu/cpu.h \
	src/cpu/batchnorm.c \
	src/cpu/columns.c src/cpu/columns.h \
	src/cpu/conv.c \
	src/cpu/dnn.c src/cpu/dnn.h src/cpu/dnn-internal.h \
	src/cpu/dnn-conv.c src/cpu/dnn-conv.h \
	src/cpu/dnn-conv-make.c \
	src/cpu/dnn-library.c src/cpu/dnn-library.h \
	src/cpu/dnn-matmul.c \
	src/cpu/dnn-sgemm.c \
	src/cpu/embed.c \
	src/cpu/linear.c \
	src/cpu/optim.c \
	src/cpu/pointwise.c \
	src/cpu/pool.c \
	src/cpu/relu.c \
	src/cpu/rows.c \
	src/cpu/winograd.c src/cpu/winograd.h

# vec.c once for each instruction set; libumie.a refers to all of them, so
# $(umie_libs) stands behind it wherever it is linked.
vec_sources = src/cpu/vec.c src/cpu/vec.h src/cpu/vec-gemv.h \
	src/cpu/vec-lanes.h src/cpu/vec-winograd.h
vec_cflags = $(AM_CFLAGS) -O3 -fno-math-errno -fno-trapping-math

noinst_LIBRARIES += libumie_vec_base.a
umie_libs += libumie_vec_base.a
libumie_vec_base_a_SOURCES = $(vec_sources)
libumie_vec_base_a_CFLAGS = $(vec_cflags) -DVEC_ISA=base

if X86
noinst_LIBRARIES += libumie_vec_avx2.a libumie_vec_avx512.a
umie_libs += libumie_vec_avx2.a libumie_vec_avx512.a
libumie_vec_avx2_a_SOURCES = $(vec_sources)
libumie_vec_avx2_a_CFLAGS = $(vec_cflags) -DVEC_ISA=avx2 \
	-mavx2 -mfma -mf16c
libumie_vec_avx512_a_SOURCES = $(vec_sources)
libumie_vec_avx512_a_CFLAGS = $(vec_cflags) -DVEC_ISA=avx512 \
	-mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512vl -mavx512dq \
	-mprefer-vector-width=512
endif

check_PROGRAMS += tests/check_ops tests/check_conv
tests_check_ops_SOURCES = tests/check_ops.c tests/tap.h \
	tests/ops-cases.h tests/ops-plain.h tests/ops-problem.h \
	tests/ops-reference.h
tests_check_conv_SOURCES = tests/check_conv.c tests/conv-cases.h tests/tap.h
