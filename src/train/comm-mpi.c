/*
 * Plugin umie-mpi.so: ranks joined by MPI.
 *
 * Calls nothing of the program, which does not know MPI.  Every collective is
 * a non-blocking one that is polled: a rank that waits for another sleeps
 * between looks instead of burning its core, and gives up when its patience
 * ends.
 */
#include <limits.h>
#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/train/comm.h"
#include "src/train/poll.h"

struct mpi {
	struct comm comm;
	double patience; /* seconds; 0: for ever */
};

/*
 * MPI's own beginning and end cannot be polled: where a rank does not come,
 * or the launcher does not answer, they block for good.  Then SIGALRM ends
 * this one, and the launcher the others.  0: they are through.
 */
static void limit(unsigned seconds)
{
	sigset_t alarms;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	signal(SIGALRM, SIG_DFL); /* a parent may have had other ideas */
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	alarm(seconds);
}

enum { START_LIMIT = 60, END_LIMIT = 30, ABORT_LIMIT = 10 };

static int fail(struct err *err, const char *what, int rc)
{
	char text[MPI_MAX_ERROR_STRING] = "";
	int n = 0;

	MPI_Error_string(rc, text, &n);
	err->code = ERR_FAILED;
	snprintf(err->text, sizeof(err->text), "MPI: %s: %.*s", what, n, text);
	return -ERR_FAILED;
}

static int finish(struct mpi *m, MPI_Request *r, const char *what,
		  struct err *err)
{
	double start = poll_now(), waited;
	int done = 0, rc;

	for (;;) {
		rc = MPI_Test(r, &done, MPI_STATUS_IGNORE);
		if (rc != MPI_SUCCESS)
			return fail(err, what, rc);
		if (done)
			return 0;
		waited = poll_now() - start;
		if (m->patience > 0 && waited > m->patience) {
			err->code = ERR_FAILED;
			snprintf(err->text, sizeof(err->text),
				 "rank %d waited %.0f s for another rank "
				 "(%s): it hangs, or does something else",
				 m->comm.rank, waited, what);
			return -ERR_FAILED;
		}
		poll_rest(waited);
	}
}

static MPI_Datatype datatype(enum comm_type t)
{
	switch (t) {
	case COMM_F32:
		return MPI_FLOAT;
	case COMM_F64:
		return MPI_DOUBLE;
	case COMM_U64:
		return MPI_UINT64_T;
	}
	return MPI_DATATYPE_NULL;
}

static size_t bytes(enum comm_type t)
{
	static const size_t size[] = {
#define SIZE(name, n) [COMM_##name] = n,
	    COMM_TYPES(SIZE)
#undef SIZE
	};

	return size[t];
}

static MPI_Op operation(enum comm_sum s)
{
	switch (s) {
	case COMM_SUM:
		return MPI_SUM;
	case COMM_MAX:
		return MPI_MAX;
	case COMM_MIN:
		return MPI_MIN;
	}
	return MPI_OP_NULL;
}

/* MPI counts in int. */
enum { PIECE = 1 << 28 };

static int piece(size_t n)
{
	return n < PIECE ? (int)n : PIECE;
}

static int broadcast(struct comm *c, void *data, size_t n, enum comm_type type,
		     int root, struct err *err)
{
	struct mpi *m = (struct mpi *)c;
	MPI_Request r;
	int rc = 0;

	for (size_t at = 0; at < n && rc == 0; at += PIECE) {
		rc = MPI_Ibcast((char *)data + at * bytes(type), piece(n - at),
				datatype(type), root, MPI_COMM_WORLD, &r);
		rc = rc != MPI_SUCCESS ? fail(err, "broadcast", rc)
				       : finish(m, &r, "broadcast", err);
	}
	return rc;
}

static int all_reduce(struct comm *c, void *data, size_t n, enum comm_type type,
		      enum comm_sum sum, struct err *err)
{
	struct mpi *m = (struct mpi *)c;
	MPI_Request r;
	int rc = 0;

	for (size_t at = 0; at < n && rc == 0; at += PIECE) {
		rc = MPI_Iallreduce(MPI_IN_PLACE,
				    (char *)data + at * bytes(type),
				    piece(n - at), datatype(type),
				    operation(sum), MPI_COMM_WORLD, &r);
		rc = rc != MPI_SUCCESS ? fail(err, "all-reduce", rc)
				       : finish(m, &r, "all-reduce", err);
	}
	return rc;
}

static int barrier(struct comm *c, struct err *err)
{
	struct mpi *m = (struct mpi *)c;
	MPI_Request r;
	int rc = MPI_Ibarrier(MPI_COMM_WORLD, &r);

	return rc != MPI_SUCCESS ? fail(err, "barrier", rc)
				 : finish(m, &r, "barrier", err);
}

static void patience(struct comm *c, double seconds)
{
	((struct mpi *)c)->patience = seconds;
}

static void leave_at_once(struct comm *c, int status)
{
	(void)c;
	fflush(NULL);
	limit(ABORT_LIMIT);
	MPI_Abort(MPI_COMM_WORLD, status);
}

static void close_mpi(struct comm *c)
{
	limit(END_LIMIT);
	MPI_Finalize();
	limit(0);
	free(c);
}

static void find_neighbours(struct comm *c)
{
	MPI_Comm machine;

	MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, c->rank,
			    MPI_INFO_NULL, &machine);
	MPI_Comm_rank(machine, &c->local_rank);
	MPI_Comm_size(machine, &c->local_size);
	MPI_Comm_free(&machine);
}

static struct comm *open_mpi(struct err *err)
{
	struct mpi *m = calloc(1, sizeof(*m));
	int level, rc;

	if (!m) {
		err->code = ERR_FAILED;
		snprintf(err->text, sizeof(err->text), "MPI: out of memory");
		return NULL;
	}
	limit(START_LIMIT);
	rc = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
	if (rc != MPI_SUCCESS) {
		fail(err, "start", rc);
		free(m);
		return NULL;
	}
	/* Failures come back as codes; the default would end the program. */
	MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
	m->comm = (struct comm){
	    .name = "mpi",
	    .broadcast = broadcast,
	    .all_reduce = all_reduce,
	    .barrier = barrier,
	    .patience = patience,
	    .abort = leave_at_once,
	    .close = close_mpi,
	};
	MPI_Comm_rank(MPI_COMM_WORLD, &m->comm.rank);
	MPI_Comm_size(MPI_COMM_WORLD, &m->comm.size);
	find_neighbours(&m->comm);
	limit(0);
	return &m->comm;
}

#define TEXT_OF(x) TEXT(x)
#define TEXT(x) #x

__attribute__((visibility("default"))) const struct comm_plugin umie_comm = {
    .head = {COMM_ABI, sizeof(struct comm_plugin)},
#ifdef OMPI_MAJOR_VERSION
    .library = "Open MPI " TEXT_OF(OMPI_MAJOR_VERSION) "." TEXT_OF(
	OMPI_MINOR_VERSION) "." TEXT_OF(OMPI_RELEASE_VERSION),
#else
    .library = "MPI " TEXT_OF(MPI_VERSION) "." TEXT_OF(MPI_SUBVERSION),
#endif
    .open = open_mpi,
};
