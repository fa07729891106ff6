libumie_a_SOURCES += \
	src/model/beam.c \
	src/model/decode-internal.h \
	src/model/decode.c \
	src/model/decode.h \
	src/model/gate-lesson.c \
	src/model/greedy.c \
	src/model/head-start.c \
	src/model/params-bind.c \
	src/model/params-internal.h \
	src/model/params-place.c \
	src/model/params.c \
	src/model/params.h \
	src/model/probe.c \
	src/model/probe.h \
	src/model/resnet-fold.c \
	src/model/resnet-internal.h \
	src/model/resnet-load.c \
	src/model/resnet-cost.c \
	src/model/resnet.c \
	src/model/resnet.h \
	src/model/t5-step.c \
	src/model/t5.c \
	src/model/t5.h \
	src/model/umie-batch.c \
	src/model/umie-forward.c \
	src/model/umie.c \
	src/model/umie.h
check_PROGRAMS += tests/check_decode tests/check_model tests/check_params
tests_check_decode_SOURCES = \
	tests/check_decode.c tests/small_model.h tests/tap.h
tests_check_model_SOURCES = tests/check_model.c tests/small_model.h tests/tap.h
tests_check_params_SOURCES = tests/check_params.c tests/tap.h
