libumie_a_SOURCES += \
	src/probe/alternatives.c src/probe/alternatives.h \
	src/probe/calls.c src/probe/calls.h \
	src/probe/compare.c src/probe/compare.h \
	src/probe/compare-call.c \
	src/probe/edit.c src/probe/edit.h \
	src/probe/news-copy.c src/probe/news-json.c src/probe/news-read.c src/probe/news-json.h \
	src/probe/match.c src/probe/match.h \
	src/probe/plan.c src/probe/plan.h \
	src/probe/probe.c src/probe/probe.h \
	src/probe/progress.c src/probe/progress.h \
	src/probe/second.c src/probe/second.h \
	src/probe/set.c src/probe/set.h \
	src/probe/set-data.c src/probe/set-internal.h \
	src/probe/set-kinds.c \
	src/probe/set-report.c \
	src/probe/stats.c src/probe/stats.h \
	src/probe/svg.c src/probe/svg.h \
	src/probe/sweep.c src/probe/sweep.h \
	src/probe/table.c src/probe/table.h \
	src/probe/variant.c src/probe/variant.h \
	src/probe/variant-make.c src/probe/variant-row.h \
	src/probe/wdiff.c src/probe/wdiff.h \
	src/probe/words.c src/probe/words.h \
	src/probe/worklist.c src/probe/worklist.h

check_PROGRAMS += tests/check_match tests/check_probe tests/check_probing \
	tests/check_probing_engine
tests_check_match_SOURCES = \
	tests/check_match.c tests/found_test.h tests/tap.h
tests_check_probe_SOURCES = \
	tests/check_probe.c tests/found_test.h tests/tap.h
probing_room = tests/probing_room.c tests/probing_room.h tests/tap.h
tests_check_probing_SOURCES = tests/check_probing.c $(probing_room)
tests_check_probing_engine_SOURCES = \
	tests/check_probing_engine.c $(probing_room)
dist_check_SCRIPTS += tests/probe.test
