# What people did: event log, undo, queue, replay.  No curses here.
noinst_LIBRARIES += libsessions.a
libsessions_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
sessions_libs = libsessions.a $(LDADD) $(SQLITE_LIBS)
libsessions_a_SOURCES = \
	sessions/act.c sessions/act.h \
	sessions/arrange.c \
	sessions/export.c sessions/export.h \
	sessions/filter.c sessions/filter.h \
	sessions/fold.c sessions/fold.h \
	sessions/fold-add.c \
	sessions/fold-import.c \
	sessions/import.c sessions/import.h \
	sessions/import-plan.c sessions/import-plan.h \
	sessions/import-match.c sessions/import-match.h \
	sessions/item.c sessions/item.h \
	sessions/lessons.c sessions/lessons.h \
	sessions/lock.c \
	sessions/merge.c \
	sessions/queue.c sessions/queue.h \
	sessions/recorder.c \
	sessions/replay.c sessions/replay.h \
	sessions/session.c sessions/session.h sessions/session-internal.h \
	sessions/session-decide.c \
	sessions/session-load.c \
	sessions/state.c sessions/state.h sessions/state-internal.h \
	sessions/store.c sessions/store.h sessions/store-internal.h

check_PROGRAMS += tests/check_session tests/check_session_random
tests_check_session_random_SOURCES = \
	tests/check_session_random.c tests/session_test.h tests/tap.h
tests_check_session_random_LDADD = $(sessions_libs)
tests_check_session_SOURCES = \
	tests/check_session.c tests/session_test.h tests/tap.h
tests_check_session_LDADD = $(sessions_libs)

check_PROGRAMS += tests/check_import
tests_check_import_SOURCES = \
	tests/check_import.c tests/session_test.h tests/tap.h
tests_check_import_LDADD = $(sessions_libs)

check_PROGRAMS += tests/check_disk tests/check_store
tests_check_disk_SOURCES = \
	tests/check_disk.c tests/session_test.h tests/tap.h
tests_check_disk_LDADD = $(sessions_libs)
tests_check_store_SOURCES = \
	tests/check_store.c tests/session_test.h tests/tap.h
tests_check_store_LDADD = $(sessions_libs)
dist_check_SCRIPTS += tests/session.test tests/replay.test tests/export.test
EXTRA_DIST += tests/corpus/session

check_PROGRAMS += tests/check_kill
tests_check_kill_SOURCES = \
	tests/check_kill.c tests/session_test.h tests/tap.h
tests_check_kill_LDADD = $(sessions_libs)

check_PROGRAMS += tests/check_queue
tests_check_queue_SOURCES = \
	tests/check_queue.c tests/session_test.h tests/tap.h
tests_check_queue_LDADD = $(sessions_libs)

fuzz_programs += tests/fuzz_session tests/fuzz_filter tests/fuzz_recording
tests_fuzz_recording_SOURCES = tests/fuzz_recording.c tests/fuzz_main.c
tests_fuzz_recording_LDADD = $(sessions_libs)
tests_fuzz_recording_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/recording
tests_fuzz_session_SOURCES = tests/fuzz_session.c tests/fuzz_main.c
tests_fuzz_session_LDADD = $(sessions_libs)
tests_fuzz_session_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_filter_SOURCES = tests/fuzz_filter.c tests/fuzz_main.c
tests_fuzz_filter_LDADD = $(sessions_libs)
tests_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/filter
