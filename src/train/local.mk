libumie_a_SOURCES += \
	src/train/account.c src/train/account.h \
	src/train/batch.c src/train/batch.h \
	src/train/buckets.c src/train/buckets.h \
	src/train/comm.c src/train/comm.h \
	src/train/run-log.c src/train/run-log.h \
	src/train/ranks.c src/train/ranks.h \
	src/train/log.c src/train/log.h \
	src/train/optim.c src/train/optim.h \
	src/train/sample.c src/train/sample.h \
	src/train/schedule.c src/train/schedule.h \
	src/train/state.c src/train/state.h \
	src/train/train.c src/train/train.h

# The plugin knows MPI; nothing else does.
EXTRA_DIST += src/train/comm-mpi.c src/train/poll.h
if MPI
plugin_PROGRAMS += umie-mpi.so
umie_mpi_so_SOURCES = src/train/comm-mpi.c src/train/poll.h
umie_mpi_so_CFLAGS = -std=gnu11 $(UMIE_CFLAGS) -fPIC -fvisibility=hidden \
	$(MPI_CFLAGS)
umie_mpi_so_LDFLAGS = $(UMIE_LDFLAGS) -shared
umie_mpi_so_LDADD = $(MPI_LIBS)
endif

check_PROGRAMS += tests/check_run_log
tests_check_run_log_SOURCES = tests/check_run_log.c tests/run_lines.h \
	tests/tap.h
check_PROGRAMS += tests/check_memory
tests_check_memory_SOURCES = tests/check_memory.c tests/small_model.h \
	tests/tap.h
