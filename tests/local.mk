# Every test prints TAP; a missing tool or data set is a visible SKIP.

check_PROGRAMS += tests/check_golden
tests_check_golden_SOURCES = \
	tests/check_golden.c \
	tests/golden.c tests/golden.h tests/golden_file.c \
	tests/golden_appendix.c \
	tests/golden_bins.c \
	tests/golden_decode.c \
	tests/golden_grads.c \
	tests/golden_images.c \
	tests/golden_model.c \
	tests/golden_scoring.c \
	tests/golden_tokenizer.c \
	tests/golden_umie.c tests/golden_umie.h \
	tests/golden_vision.c tests/golden_vision_full.c \
	tests/golden_vision_net.c tests/golden_vision_net.h \
	tests/tap.h

check_PROGRAMS += $(fuzz_programs)
dist_check_SCRIPTS += tests/cuda.test tests/paper.test
EXTRA_DIST += cuda/paper.awk tests/cudaemu/mutate.sh
dist_check_SCRIPTS += tests/cli.test tests/headers.test tests/layers.test \
	tests/train.test tests/ranks.test tests/nccl.test tests/runs.test
dist_check_SCRIPTS += tests/commands.test
dist_check_SCRIPTS += tests/constrained.test
dist_check_SCRIPTS += tests/own.test
EXTRA_DIST += tests/bench-torch.py tests/lib.sh tests/limit.sh tests/tsan.supp \
	tests/ranks.sh

TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
TEST_EXTENSIONS = .test
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
TEST_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/limit.sh
TEST_LOG_COMPILER = $(LOG_COMPILER)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	CC='$(CC)'; export CC; \
	if test -z "$$UMIE_SHARED" && test -d '$(abs_top_srcdir)/../shared'; \
	then UMIE_SHARED='$(abs_top_srcdir)/../shared'; fi; \
	export UMIE_SHARED; \
	TSAN_OPTIONS="suppressions=$(abs_top_srcdir)/tests/tsan.supp \
	$$TSAN_OPTIONS"; export TSAN_OPTIONS; \
	LC_ALL=C.UTF-8; export LC_ALL;

check_PROGRAMS += tests/check_resnet
tests_check_resnet_SOURCES = tests/check_resnet.c tests/tap.h
