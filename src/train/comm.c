#include "src/train/comm.h"

#include <stdlib.h>

#include "src/base/err.h"

/* One rank: its own data is everybody's. */
static int one_broadcast(struct comm *c, void *data, size_t n,
			 enum comm_type type, int root, struct err *err)
{
	(void)c, (void)data, (void)n, (void)type, (void)root, (void)err;
	return 0;
}

static int one_all_reduce(struct comm *c, void *data, size_t n,
			  enum comm_type type, enum comm_sum sum,
			  struct err *err)
{
	(void)c, (void)data, (void)n, (void)type, (void)sum, (void)err;
	return 0;
}

static int one_barrier(struct comm *c, struct err *err)
{
	(void)c, (void)err;
	return 0;
}

static void one_patience(struct comm *c, double seconds)
{
	(void)c, (void)seconds;
}

/* The caller, the only rank, is on its way out. */
static void one_abort(struct comm *c, int status)
{
	(void)c, (void)status;
}

static void one_close(struct comm *c)
{
	(void)c;
}

struct comm *comm_one(void)
{
	static struct comm one = {
	    .name = "one",
	    .size = 1,
	    .local_size = 1,
	    .broadcast = one_broadcast,
	    .all_reduce = one_all_reduce,
	    .barrier = one_barrier,
	    .patience = one_patience,
	    .abort = one_abort,
	    .close = one_close,
	};

	return &one;
}

static int number(const char *name)
{
	const char *s = getenv(name);

	return s ? atoi(s) : 0;
}

int comm_promised(void)
{
	int n = number("OMPI_COMM_WORLD_SIZE");

	if (n == 0)
		n = number("PMI_SIZE");
	if (n == 0 && getenv("SLURM_PROCID") && getenv("PMIX_RANK"))
		n = number("SLURM_NTASKS");
	return n > 1 ? n : 1;
}

struct comm *comm_open(struct err *err)
{
	const struct comm_plugin *p;
	int n = comm_promised();
	struct comm *c;

	if (n == 1 && number("WORLD_SIZE") > 1 && getenv("MASTER_ADDR")) {
		err_set(err, ERR_USAGE,
			"several ranks are started with mpirun, srun or "
			"--ranks, not with torchrun");
		return NULL;
	}
	if (n == 1)
		return comm_one();
	p = plugin_open("umie-mpi.so", "umie_comm", COMM_ABI, sizeof(*p), err);
	if (!p) {
		err_context(err, "%d ranks were started", n);
		return NULL;
	}
	c = p->open(err);
	if (c && c->size != n) {
		err_set(err, ERR_DEVICE,
			"%d ranks were started, but MPI (%s) joins %d: "
			"umie-mpi.so was built for another MPI than mpirun's",
			n, p->library, c->size);
		c->close(c);
		return NULL;
	}
	return c;
}

const struct comm_device_plugin *comm_device_plugin(struct err *err)
{
	static const char name[] = "umie-nccl.so";
	const struct comm_device_plugin *p;

	if (!plugin_installed(name)) {
		err_set(err, ERR_DEVICE,
			"several devices want the NCCL plugin, which is not "
			"installed (%s)",
			name);
		return NULL;
	}
	p = plugin_open(name, "umie_comm_device", COMM_DEVICE_ABI, sizeof(*p),
			err);
	if (!p)
		err_context(err, "the NCCL plugin cannot be loaded");
	return p;
}
