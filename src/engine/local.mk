libumie_a_SOURCES += \
	src/engine/attribute.c src/engine/attribute.h \
	src/engine/box-score.c src/engine/box-score.h \
	src/engine/bundle.c src/engine/bundle.h \
	src/engine/call.c src/engine/call.h \
	src/engine/clock.h \
	src/engine/device.c src/engine/device.h \
	src/engine/engine.c src/engine/engine.h \
	src/engine/evaluate.c src/engine/evaluate.h \
	src/engine/evaluate-call.c src/engine/evaluate-internal.h \
	src/engine/evaluate-score.c \
	src/engine/evaluate-table.c \
	src/engine/evaluate-text.c \
	src/engine/extract.c src/engine/extract.h \
	src/engine/extract-job.c src/engine/extract-job.h \
	src/engine/extraction.c \
	src/engine/extraction-read.c \
	src/engine/report.c \
	src/engine/selftest.c src/engine/selftest.h \
	src/engine/selftest-ops.c src/engine/selftest-ops.h \
	src/engine/selftest-model.c \
	src/engine/steps.c src/engine/steps.h \
	src/engine/view.c src/engine/view.h \
	src/engine/work.c src/engine/work.h

check_PROGRAMS += tests/check_engine
tests_check_engine_SOURCES = tests/check_engine.c tests/checkpoint_test.h \
	tests/tap.h
check_PROGRAMS += tests/check_faults
tests_check_faults_SOURCES = tests/check_faults.c tests/checkpoint_test.h \
	tests/tap.h
check_PROGRAMS += tests/check_evaluate
tests_check_evaluate_SOURCES = tests/check_evaluate.c tests/tap.h
check_PROGRAMS += tests/check_evaluate_job
tests_check_evaluate_job_SOURCES = tests/check_evaluate_job.c \
	tests/checkpoint_test.h tests/tap.h
