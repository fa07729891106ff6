/*
 * Several emulated devices, one for each thread: what they learn together is
 * what one learns from the whole batch, in whatever order streams and ranks
 * run, and a call that fails on one of them ends the run on all.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/engine/bundle.h"
#include "src/image/resize.h"
#include "src/tensor/backend-plugin.h"
#include "src/train/train.h"
#include "tests/checkpoint_test.h"
#include "tests/cudaemu/control.h"
#include "tests/tap.h"
#include "tests/thread_comm.h"

extern const struct backend_plugin umie_backend_plugin;
extern const struct comm_device_plugin umie_comm_device;

enum { SAMPLES = 10, BATCH = 4, EPOCHS = 2, STEPS = 6, SIDE = 32 };

/* What the ranks of a run share, and what comes out. */
struct job {
	int size;
	const char *ckpt;
	const struct samples *samples;
	bool bf16;
	size_t bucket;
	double patience;
	int64_t max_steps; /* 0: all */
	char out[64];
	double loss[STEPS];
	int steps;
	struct comm *comm[THREAD_RANKS];
};

/* One rank, and when it begins its sums. */
struct rank {
	struct job *job;
	int number;
	int rc;
	struct err err;
	long early, late; /* sums begun before, and after, the ranks met */
};

/* The rank of this thread, and the functions that it looks over. */
static _Thread_local struct spy {
	struct rank *rank;
	bool met;
	int (*begin)(struct comm *c, float *data, size_t n, struct err *err);
	int (*finish)(struct comm *c, struct err *err);
	void (*patience)(struct comm *c, double seconds);
} spy;

static int spy_begin(struct comm *c, float *data, size_t n, struct err *err)
{
	if (spy.met)
		spy.rank->late++;
	else
		spy.rank->early++;
	return spy.begin(c, data, n, err);
}

static int spy_finish(struct comm *c, struct err *err)
{
	spy.met = false;
	return spy.finish(c, err);
}

/* Set when the ranks meet. */
static void spy_patience(struct comm *c, double seconds)
{
	spy.met = true;
	spy.patience(c, seconds);
}

static void look_over(struct rank *r, struct comm *tensors)
{
	spy = (struct spy){.rank = r,
			   .begin = tensors->begin,
			   .finish = tensors->finish,
			   .patience = tensors->patience};
	tensors->begin = spy_begin;
	tensors->finish = spy_finish;
	tensors->patience = spy_patience;
}

static void keep_loss(void *context, const struct train_progress *p)
{
	struct job *j = context;

	if (p->step <= STEPS)
		j->loss[p->step - 1] = p->loss;
	j->steps = (int)p->step;
}

static int train(struct rank *r, struct bundle *b, struct comm *comm,
		 struct comm *tensors)
{
	struct job *j = r->job;
	struct image_norm norm;
	struct train_model m = {
	    .model = &b->model,
	    .params = &b->params,
	    .vision = b->vision,
	    .be = b->be,
	    .norm = &norm,
	    .comm = comm,
	    .tensors = tensors,
	};
	struct train_hooks hooks = {
	    .context = j, .progress = r->number == 0 ? keep_loss : NULL};
	struct train_options o = TRAIN_DEFAULT;
	char *spm = file_join(j->ckpt, "spiece.model");
	char *schema = file_join(j->ckpt, "schema.json");
	struct state_files files = {
	    .config_json = "{}", .spm_path = spm, .schema_path = schema};
	int rc;

	memcpy(norm.mean, b->config.vision.mean, sizeof(norm.mean));
	memcpy(norm.std, b->config.vision.std, sizeof(norm.std));
	o.epochs = EPOCHS;
	o.batch = BATCH / j->size;
	o.lr = 3e-3;
	o.drop = 0;
	o.max_steps = j->max_steps;
	o.patience = j->patience;
	o.bucket = j->bucket;
	o.bf16_sums = j->bf16;
	/* Stopping where it was asked for is no failure. */
	rc = train_run(&m, j->samples, &o, &files, "data", j->out, false,
		       &hooks, &r->err);
	free(spm);
	free(schema);
	return rc == -ERR_CANCELLED ? 0 : rc;
}

/* As umie train does it: open, meet, join, open, meet, train, close. */
static int live(struct rank *r, struct comm *comm)
{
	struct device_options device = {.device = r->number};
	struct comm_device d = {.device = r->number,
				.bf16 = r->job->bf16,
				.patience = r->job->patience};
	struct bundle_options use = {.use = BUNDLE_TRAIN, .seed = 1};
	struct backend *be = umie_backend_plugin.open(&device, &r->err);
	struct comm *tensors = comm;
	struct bundle *b = NULL;
	int rc = comm_agree(comm, be ? 0 : -1, &r->err);

	if (rc == 0 && comm->size > 1) {
		d.stream = umie_backend_plugin.stream(be);
		tensors = umie_comm_device.open(comm, &d, &r->err);
	}
	rc = rc < 0 || !tensors
		 ? -1
		 : bundle_open(&b, r->job->ckpt, be, &use, &r->err);
	if (comm->size > 1 && tensors && tensors != comm)
		look_over(r, tensors);
	if (be)
		rc = comm_agree(comm, rc, &r->err);
	if (rc == 0)
		rc = train(r, b, comm, tensors);
	bundle_close(b);
	if (tensors && tensors != comm)
		tensors->close(tensors);
	if (be)
		be->close(be);
	return rc;
}

static void *rank_main(void *context)
{
	struct rank *r = context;
	struct comm *comm = r->job->comm[r->number];

	r->rc = live(r, comm);
	if (r->rc < 0)
		comm->abort(comm, 1);
	comm->close(comm);
	return NULL;
}

static void remove_run(const char *out)
{
	char *command = xasprintf("rm -rf %s", out);

	if (system(command) != 0)
		diag("left behind: %s", out);
	free(command);
}

/* The job on all its ranks; r has one for each. */
static void run(struct job *j, struct rank *r)
{
	pthread_t thread[THREAD_RANKS];

	snprintf(j->out, sizeof(j->out), "/tmp/umie-nccl-%d", (int)getpid());
	j->steps = 0;
	memset(j->loss, 0, sizeof(j->loss));
	if (j->size == 1)
		j->comm[0] = comm_one();
	else
		thread_comms(j->size, j->comm);
	for (int i = 0; i < j->size; i++) {
		r[i] = (struct rank){.job = j, .number = i};
		pthread_create(&thread[i], NULL, rank_main, &r[i]);
	}
	for (int i = 0; i < j->size; i++)
		pthread_join(thread[i], NULL);
	remove_run(j->out);
}

static int32_t *random_ids(size_t n, uint64_t at)
{
	struct rng_key key = {.seed = 11};
	int32_t *id = xcalloc(n, sizeof(*id));

	for (size_t i = 0; i < n; i++)
		id[i] = 3 + (int32_t)rng_below(&key, at * 64 + i, 300);
	return id;
}

/* Texts and answers of many lengths; every third has a picture. */
static void samples_make(struct samples *s)
{
	enum { REGIONS = 3 };
	size_t pixels = (size_t)REGIONS * SIDE * SIDE * 3;

	*s = (struct samples){.n = SAMPLES, .size = SIDE, .n_pics = 1};
	s->at = xcalloc(SAMPLES, sizeof(*s->at));
	s->pic = xcalloc(1, sizeof(*s->pic));
	s->pic->regions.n = REGIONS;
	s->pic->box = xcalloc(REGIONS, sizeof(*s->pic->box));
	s->pic->crops = xcalloc(pixels, 1);
	for (size_t i = 0; i < pixels; i++)
		s->pic->crops[i] = (uint8_t)(i * 37 % 251);
	for (size_t i = 0; i < SAMPLES; i++) {
		struct sample *a = &s->at[i];

		a->input.n = 4 + i % 5;
		a->label.n = 2 + i * 3 % 7;
		a->input.id = random_ids(a->input.n, 2 * i);
		a->label.id = random_ids(a->label.n, 2 * i + 1);
		a->picture = i % 3 == 0 ? 0 : -1;
	}
}

static bool nothing_left(void)
{
	return cudaemu_device_bytes() == 0 && cudaemu_pinned_bytes() == 0 &&
	       cudaemu_objects() == 0;
}

static double worst(const struct job *a, const struct job *b)
{
	double d = a->steps == STEPS && b->steps == STEPS ? 0 : INFINITY;

	for (int i = 0; i < STEPS; i++)
		d = fmax(d, fabs(a->loss[i] - b->loss[i]));
	return d;
}

static bool all_well(const struct job *j, const struct rank *r)
{
	bool good = true;

	for (int i = 0; i < j->size; i++) {
		good &= r[i].rc == 0;
		if (r[i].rc < 0)
			diag("rank %d: %s", i, r[i].err.text);
	}
	return good;
}

static void check_equal(const struct job *base)
{
	static const char *const streams[] = {"eager", "lazy", "late"};
	struct rank r[THREAD_RANKS];
	struct job one = *base, many;

	one.size = 1;
	run(&one, r);
	ok(all_well(&one, r), "one device, %d examples a step", BATCH);
	for (int size = 2; size <= 4; size *= 2)
		for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
			many = *base;
			many.size = size;
			cudaemu_set_streams(streams[i]);
			run(&many, r);
			ok(all_well(&many, r), "%d devices (%s)", size,
			   streams[i]);
			ok(worst(&one, &many) < 1e-5,
			   "give its losses, off by %.1e", worst(&one, &many));
			ok(r[0].early >= STEPS - 1,
			   "%ld sums are begun while gradients are computed, "
			   "%ld later",
			   r[0].early, r[0].late);
			ok(nothing_left(), "nothing is left on the devices");
		}
	cudaemu_set_streams("eager");
	many = *base;
	many.size = 2;
	many.bf16 = true;
	run(&many, r);
	ok(all_well(&many, r), "two devices whose sums are bf16");
	ok(worst(&one, &many) < 0.02 && worst(&one, &many) > 1e-7,
	   "give nearly its losses, off by %.1e", worst(&one, &many));
	many.bf16 = false;
	many.bucket = (size_t)25 << 20;
	run(&many, r);
	ok(all_well(&many, r) && worst(&one, &many) < 1e-5,
	   "one bucket for all does the same, off by %.1e", worst(&one, &many));
}

/* One failure at the n-th call: both ranks end, one of them with a reason. */
static bool survives(const struct job *base, long n, long *failed,
		     struct err *why)
{
	struct rank r[THREAD_RANKS];
	struct job j = *base;
	bool reason = false;

	cudaemu_fail_at(n);
	run(&j, r);
	cudaemu_fail_at(0);
	if (!nothing_left()) {
		diag("call %ld: something is left behind", n);
		return false;
	}
	if (r[0].rc == 0 && r[1].rc == 0)
		return true;
	for (int i = 0; i < 2; i++)
		if (r[i].rc < 0 && r[i].err.code == ERR_DEVICE) {
			reason = true;
			*why = r[i].err;
		}
	*failed += 1;
	if (!reason)
		diag("call %ld: %d %s; %d %s", n, r[0].rc, r[0].err.text,
		     r[1].rc, r[1].err.text);
	return reason;
}

static void check_failures(const struct job *base)
{
	struct rank r[THREAD_RANKS];
	struct job j = *base;
	long start = cudaemu_calls(), total, tried = 0, failed = 0;
	struct err why = {0};
	bool good = true;

	j.size = 2;
	j.patience = 15;
	j.max_steps = 2;
	run(&j, r);
	total = cudaemu_calls() - start;
	for (long n = 1; n < total; n += MAX(1, n / 3), tried++)
		good &= survives(&j, n, &failed, &why);
	ok(good,
	   "%ld of %ld calls made to fail on one of two ranks: both end (%s)",
	   tried, total, why.text);
	ok(failed > tried / 2, "and %ld of them were noticed", failed);
	j.patience = base->patience;
	run(&j, r);
	ok(all_well(&j, r), "afterwards all is well");
}

int main(void)
{
	struct samples s;
	struct job base = {.size = 2,
			   .ckpt = checkpoint_make(),
			   .samples = &s,
			   .bucket = 20000,
			   .patience = 30};

	if (!base.ckpt) {
		skip("several devices", "no checkpoint could be made");
		return tap_done();
	}
	samples_make(&s);
	cudaemu_set_devices(THREAD_RANKS);
	check_equal(&base);
	check_failures(&base);
	samples_release(&s);
	checkpoint_remove((char *)base.ckpt);
	return tap_done();
}
