/*
 * A whole small model on the emulated device: it answers and learns as on the
 * CPU, and every call of the runtime or a library made to fail, one sentence
 * comes back, the device can be used again, and nothing is lost.
 */
#include <cuda_runtime_api.h>
#include <unistd.h>

#include "src/tensor/ops.h"
#include "src/tensor/backend-plugin.h"
#include "src/train/optim.h"
#include "tests/cudaemu/control.h"
#include "tests/small_model.h"
#include "tests/tap.h"

extern const struct backend_plugin umie_backend_plugin;

enum { STEPS = 5 };

/* What a training run and an answer came to. */
struct result {
	double loss[STEPS], norm[STEPS];
	int32_t greedy[B][LONGEST], beam[B][LONGEST], toy[B][LONGEST];
	int n_greedy[B], n_beam[B], n_toy[B];
};

/* On the CPU, or on the device; NULL with the error. */
static struct backend *open_backend(bool cuda, struct err *err)
{
	return cuda
		   ? umie_backend_plugin.open(&(struct device_options){0}, err)
		   : cpu_backend_open(&(struct cpu_options){.threads = 1}, err);
}

/* Loss, gradients and one step of the optimiser. */
static int step(struct world *w, struct optim *a, const struct umie_batch *b,
		double *loss, double *norm, struct err *err)
{
	struct tensor *out;
	float value = 0;

	tape_reset(&w->t);
	w->t.recording = true;
	w->t.drop = 0.1f;
	w->t.key = (struct rng_key){.seed = 5, .step = (uint32_t)a->step};
	if (params_zero_grad(&w->params, err) < 0)
		return -(int)err->code;
	out = umie_loss(&w->t, &w->m, b, 0.1f, NULL, NULL);
	if (!out || tape_read(&w->t, out, &value) < 0 ||
	    tape_backward(&w->t, out, NULL) < 0) {
		*err = w->t.err;
		return -(int)err->code;
	}
	w->t.recording = false;
	*loss = (double)value;
	return optim_step(a, &w->t, 0.01, norm, err);
}

static int learn(struct world *w, int steps, struct result *r, struct err *err)
{
	struct umie_batch b;
	struct inputs in;
	struct optim a;
	int rc;

	inputs_make(&in);
	b = whole(&in);
	b.M = 4;
	b.labels = in.labels;
	rc = optim_init(&a, &w->params, &OPTIM_DEFAULT, NULL, err);
	for (int i = 0; i < steps && rc == 0; i++)
		rc = step(w, &a, &b, &r->loss[i], &r->norm[i], err);
	optim_release(&a);
	w->t.drop = 0;
	w->t.recording = false;
	return rc;
}

static void keep_ids(const struct decoded *out, int32_t (*ids)[LONGEST], int *n)
{
	for (int b = 0; b < B; b++) {
		n[b] = out[b].h->n;
		memcpy(ids[b], out[b].h->ids, (size_t)n[b] * sizeof(**ids));
	}
}

static int answer(struct world *w, int beams, bool constrained,
		  int32_t (*ids)[LONGEST], int *n, struct err *err)
{
	struct umie_inputs up;
	struct decoded out[B];
	struct umie_batch b;
	struct inputs in;
	struct tensor *M;
	int rc;

	inputs_make(&in);
	b = whole(&in);
	encode(w, &b, &up, &M);
	if (w->t.failed) {
		*err = w->t.err;
		return -(int)err->code;
	}
	rc = constrained ? run_toy(w, M, up.text_mask, LONGEST, beams, out, err)
			 : run(w, M, up.text_mask, beams, out, err);
	if (rc == 0)
		keep_ids(out, ids, n);
	return rc;
}

/* Everything, from opening the device to closing it. */
static int live(bool cuda, int steps, struct result *r, struct err *err)
{
	struct backend *be = open_backend(cuda, err);
	struct world w;
	int rc;

	*r = (struct result){0};
	if (!be)
		return -(int)err->code;
	rc = world_open_on(&w, be, true, err);
	if (rc == 0)
		rc = learn(&w, steps, r, err);
	if (rc == 0)
		rc = answer(&w, 1, false, r->greedy, r->n_greedy, err);
	if (rc == 0 && steps > 1) /* a beam has no calls of its own */
		rc = answer(&w, 3, false, r->beam, r->n_beam, err);
	if (rc == 0 && steps > 1)
		rc = answer(&w, 3, true, r->toy, r->n_toy, err);
	world_release(&w);
	return rc;
}

static void check_same(const struct result *want, const struct result *got,
		       const char *how)
{
	double worst = 0;

	for (int i = 0; i < STEPS; i++) {
		worst = fmax(worst, fabs(got->loss[i] - want->loss[i]) /
					want->loss[i]);
		worst = fmax(worst, fabs(got->norm[i] - want->norm[i]) /
					want->norm[i]);
	}
	ok(worst < 2e-4,
	   "%d steps: the CPU's losses and norms, off by %.1e (%s)", STEPS,
	   worst, how);
	ok(memcmp(want->greedy, got->greedy, sizeof(want->greedy)) == 0,
	   "greedy answers are the CPU's (%s)", how);
	ok(memcmp(want->beam, got->beam, sizeof(want->beam)) == 0,
	   "beam answers are the CPU's (%s)", how);
	ok(memcmp(want->toy, got->toy, sizeof(want->toy)) == 0,
	   "constrained answers, chosen on the host, are the CPU's (%s)", how);
}

static bool nothing_left(void)
{
	return cudaemu_device_bytes() == 0 && cudaemu_pinned_bytes() == 0 &&
	       cudaemu_objects() == 0;
}

static void check_orders(const struct result *want)
{
	static const char *const orders[] = {"fwd", "rev", "rand:1", "rand:2"};
	struct result got, first;
	struct err err = {0};
	char how[32];

	for (int i = 0; i < 8; i++) {
		snprintf(how, sizeof(how), "%s, %s", orders[i / 2],
			 i % 2 ? "lazy" : "eager");
		cudaemu_set_order(orders[i / 2]);
		cudaemu_set_lazy(i % 2);
		if (!ok(live(true, STEPS, &got, &err) == 0,
			"the model runs (%s) %s", how, err.text))
			continue;
		check_same(want, &got, how);
		if (i == 0)
			first = got;
		ok(memcmp(&first, &got, sizeof(got)) == 0,
		   "and gives the same bits in every order (%s)", how);
	}
	ok(nothing_left(), "closing gives everything back");
}

/* No call to cudaMalloc once a step has been made. */
static void check_warm(void)
{
	struct err err = {0};
	struct result r;
	struct backend *be = open_backend(true, &err);
	struct world w;
	long before;

	if (!ok(be && world_open_on(&w, be, true, &err) == 0, "open again"))
		return;
	learn(&w, 1, &r, &err);
	answer(&w, 1, false, r.greedy, r.n_greedy, &err);
	before = cudaemu_allocations();
	ok(learn(&w, 2, &r, &err) == 0 &&
	       answer(&w, 1, false, r.greedy, r.n_greedy, &err) == 0 &&
	       cudaemu_allocations() == before,
	   "a warm device allocates nothing more");
	world_release(&w);
}

/*
 * The host waits once for each token: only that says whether to go on.  The
 * mask is read once more before the first.
 */
static void check_waits(void)
{
	struct err err = {0};
	struct result r;
	struct backend *be = open_backend(true, &err);
	struct world w;
	int longest = 0;
	long before;

	if (!ok(be && world_open_on(&w, be, true, &err) == 0, "open again"))
		return;
	before = cudaemu_calls_of("cudaStreamSynchronize");
	ok(answer(&w, 1, false, r.greedy, r.n_greedy, &err) == 0, "an answer");
	for (int b = 0; b < B; b++)
		longest = MAX(longest, r.n_greedy[b]);
	ok(cudaemu_calls_of("cudaStreamSynchronize") - before == longest,
	   "%d tokens with their attention, %ld waits", longest - 1,
	   cudaemu_calls_of("cudaStreamSynchronize") - before);
	world_release(&w);
}

/* What a copy has to say in which one call failed; its exit status. */
enum { NOTICED, BAD, NOT_NEEDED };

static int judge(int rc, const struct result *got, const struct result *want,
		 const struct err *err)
{
	long call = cudaemu_copy();

	if (rc < 0 && (err->code != ERR_DEVICE || !err->text[0]))
		diag("call %ld: %d %s", call, rc, err->text);
	else if (!nothing_left())
		diag("call %ld: something is left (%s)", call, err->text);
	else if (rc == 0 &&
		 (fabs(got->loss[0] - want->loss[0]) > 2e-4 * want->loss[0] ||
		  memcmp(got->greedy, want->greedy, sizeof(got->greedy)) != 0))
		diag("call %ld: went unnoticed and the result is another",
		     call);
	else
		return rc < 0 ? NOTICED : NOT_NEEDED;
	return BAD;
}

/* One failure at each call: an error, or the same result; nothing is lost.
 * Every fifth of them, or with UMIE_EVERY_CALL set all, which takes minutes. */
static void check_failures(void)
{
	int each = getenv("UMIE_EVERY_CALL") ? 1 : 5;
	long start, total;
	struct err err = {0};
	struct result want, r;
	int rc;

	cudaemu_set_order("fwd");
	cudaemu_set_lazy(false);
	live(false, 1, &want, &err);
	start = cudaemu_calls();
	cudaemu_fail_each(each);
	rc = live(true, 1, &r, &err);
	if (cudaemu_copy() > 0) {
		rc = judge(rc, &r, &want, &err);
		fflush(stdout);
		_exit(rc);
	}
	cudaemu_fail_each(0);
	total = (cudaemu_calls() - start) / each;
	ok(cudaemu_copies(BAD) == 0,
	   "%ld calls, every %d. of all, made to fail: one sentence, "
	   "nothing left",
	   total, each);
	ok(cudaemu_copies(NOTICED) > total * 9 / 10,
	   "%ld ended the work, %ld had another way", cudaemu_copies(NOTICED),
	   cudaemu_copies(NOT_NEEDED));
	ok(rc == 0 && nothing_left(), "and without a failure all is well %s",
	   err.text);
}

/* A device that is too small says so and can be used again. */
static void check_small(void)
{
	struct err err = {0};
	struct backend *be = open_backend(true, &err);
	void *all = be->get(be, (size_t)1 << 40);

	ok(!all, "more memory than there is is refused");
	all = be->get(be, 1 << 20);
	ok(all != NULL, "and what there is can be had");
	be->put(be, all, 1 << 20);
	be->close(be);
	ok(nothing_left(), "nothing is left");
}

int main(void)
{
	struct err err = {0};
	struct result cpu;

	ok(live(false, STEPS, &cpu, &err) == 0, "the model runs on the CPU %s",
	   err.text);
	check_waits();
	check_failures();
	check_small();
	check_warm();
	check_orders(&cpu);
	return tap_done();
}
