libumie_a_SOURCES += \
	src/tensor/backend.h src/tensor/backend-plugin.h \
	src/tensor/bucket.c src/tensor/bucket.h \
	src/tensor/meta.c src/tensor/meta.h \
	src/tensor/ops.c src/tensor/ops.h \
	src/tensor/tape.c src/tensor/tape.h \
	src/tensor/tensor.c src/tensor/tensor.h
