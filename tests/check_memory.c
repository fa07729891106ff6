/*
 * What training needs in memory: layers that are computed again give the same
 * gradients, to the bit, and keep less.
 */
#include "tests/small_model.h"
#include "tests/tap.h"

struct outcome {
	float loss;
	float *grad;
	size_t n, bytes; /* gradients; held by the step's tensors */
};

/* One step's loss and gradients, dropout and held gate included. */
static void step(struct world *w, bool recompute, struct outcome *out)
{
	struct gate_lesson lesson = {.hold = 0.3f, .pull = 1};
	struct inputs in;
	struct umie_batch batch;
	struct tensor *loss;

	inputs_make(&in);
	batch = whole(&in);
	batch.labels = in.labels;
	batch.M = 4;
	tape_release(&w->t);
	tape_init(&w->t, w->be);
	w->t.data.chunk_size = 4096;
	w->t.recording = true;
	w->t.recompute = recompute;
	w->t.drop = 0.2f;
	w->t.key = (struct rng_key){.seed = 5, .step = 2};
	params_zero_grad(&w->params, &w->t.err);
	loss = umie_loss(&w->t, &w->m, &batch, 0.1f, &lesson, NULL);
	tape_read(&w->t, loss, &out->loss);
	tape_backward(&w->t, loss, NULL);
	if (w->t.failed)
		diag("%s", w->t.err.text);
	out->bytes = w->t.data.total;
	out->n = (size_t)tensor_count(&w->params.grad);
	out->grad = xmalloc(out->n * sizeof(*out->grad));
	w->be->copy_out(w->be, out->grad, w->params.grad.data,
			out->n * sizeof(*out->grad), &w->t.err);
}

static void check_recompute(int threads)
{
	struct outcome whole_tape, again;
	struct world w;

	world_open(&w, threads, true);
	step(&w, false, &whole_tape);
	step(&w, true, &again);
	ok(whole_tape.loss == again.loss,
	   "recomputed, %d threads: the same loss (%g)", threads,
	   (double)again.loss);
	ok(memcmp(whole_tape.grad, again.grad, again.n * sizeof(*again.grad)) ==
	       0,
	   "and the same gradients, every bit");
	ok(again.bytes < whole_tape.bytes * 3 / 4,
	   "in %zu bytes instead of %zu", again.bytes, whole_tape.bytes);
	free(whole_tape.grad);
	free(again.grad);
	world_release(&w);
}

int main(void)
{
	check_recompute(1);
	check_recompute(2);
	return tap_done();
}
