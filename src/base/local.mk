libumie_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/err.c src/base/err.h \
	src/base/file.c src/base/file.h \
	src/base/hash.c src/base/hash.h \
	src/base/json.c src/base/json.h \
	src/base/mem.c src/base/mem.h \
	src/base/plugin.c src/base/plugin.h \
	src/base/place.h \
	src/base/heartbeat.h \
	src/base/rng.c src/base/rng.h \
	src/base/str.c src/base/str.h src/base/turn.c src/base/turn.h \
	src/base/utf8.c src/base/utf8.h

check_PROGRAMS += tests/check_base
tests_check_base_SOURCES = tests/check_base.c tests/tap.h
