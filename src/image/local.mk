libumie_a_SOURCES += \
	src/image/cache.c src/image/cache.h \
	src/image/command.c src/image/command.h \
	src/image/decode.c src/image/decode.h \
	src/image/group.c src/image/group.h \
	src/image/image.c src/image/image.h \
	src/image/inspect-internal.h src/image/inspect-jpeg.c \
	src/image/inspect.c src/image/inspect.h \
	src/image/jail.c src/image/jail.h \
	src/image/jpeg.c src/image/jpeg.h \
	src/image/propose.c \
	src/image/regions.c src/image/regions.h \
	src/image/resize.c src/image/resize.h \
	src/image/sandbox.c src/image/sandbox.h \
	src/image/segment.c src/image/segment.h \
	src/image/stb.c src/image/stb.h

check_PROGRAMS += tests/check_image tests/check_sandbox \
	tests/check_resize tests/check_regions tests/check_feature_cache
tests_check_image_SOURCES = tests/check_image.c tests/tap.h
tests_check_sandbox_SOURCES = tests/check_sandbox.c tests/tap.h
tests_check_resize_SOURCES = tests/check_resize.c tests/tap.h
tests_check_regions_SOURCES = tests/check_regions.c tests/tap.h
tests_check_feature_cache_SOURCES = tests/check_feature_cache.c tests/tap.h

fuzz_programs += tests/fuzz_image
tests_fuzz_image_SOURCES = tests/fuzz_image.c tests/fuzz_main.c
tests_fuzz_image_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/image
