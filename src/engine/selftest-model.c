#include <math.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/engine/clock.h"
#include "src/engine/selftest-ops.h"
#include "src/engine/selftest.h"
#include "src/model/decode.h"
#include "src/model/umie.h"
#include "src/tensor/ops.h"

enum { V = 97, L = 12, M = 6, N = 5, FEAT = 24, LONGEST = 16 };

static const struct config model_config = {
    .vocab = V,
    .d_model = 64,
    .d_kv = 16,
    .d_ff = 96,
    .heads = 4,
    .enc_layers = 2,
    .dec_layers = 2,
    .visual_layers = 2,
    .buckets = 32,
    .max_distance = 128,
    .norm_eps = 1e-6f,
    .feat_dim = FEAT,
    .max_regions = 36,
    .mask_padding = true,
};

/* What the model came to on one side. */
struct learnt {
	double loss[2], norm; /* before and after a step */
	int32_t ids[LONGEST];
	int n;
};

static int model_loss(struct tape *t, struct umie *m, struct umie_batch *b,
		      bool gradients, double *loss)
{
	float value = 0;
	struct tensor *out;

	tape_reset(t);
	t->recording = gradients;
	out = umie_loss(t, m, b, 0.1f, NULL, NULL);
	if (!out || tape_read(t, out, &value) < 0)
		return -1;
	*loss = (double)value;
	return gradients ? tape_backward(t, out, NULL) : 0;
}

static int model_answer(struct backend *be, struct tape *t, struct umie *m,
			struct umie_batch *b, struct learnt *r, struct err *err)
{
	struct decode_options o = {.max_length = LONGEST, .beams = 1};
	struct umie_inputs up;
	struct arena memory = {0};
	struct generator d;
	struct decoded out;
	struct tensor *mixed;
	int rc;

	tape_reset(t);
	t->recording = false;
	generator_init(&d, m, be);
	umie_upload(t, b, FEAT, &up);
	mixed = umie_memory(t, m, &up, NULL);
	if (t->failed)
		*err = t->err;
	rc = t->failed ? -(int)err->code
		       : generator_run(&d, mixed, NULL, &o, &memory, &out, err);
	if (rc == 0) {
		r->n = out.h->n;
		memcpy(r->ids, out.h->ids, (size_t)r->n * sizeof(*r->ids));
	}
	generator_release(&d);
	arena_release(&memory);
	return rc;
}

static int model_step(struct tape *t, struct params *p, struct tensor *zero,
		      double *norm)
{
	double squares = 0;

	t->recording = false;
	if (op_sum_squares(t, &p->grad, &squares) < 0)
		return -1;
	*norm = sqrt(squares);
	op_adamw(t, &p->value, &p->grad, &zero[0], &zero[1],
		 &(struct adamw){.lr = 1e-2f,
				 .beta1 = 0.9f,
				 .beta2 = 0.999f,
				 .eps = 1e-8f,
				 .grad_scale = 1,
				 .step = 1});
	return t->failed ? -1 : 0;
}

/* Two flat arrays of zeros for the optimiser, in the tape's memory. */
static int model_learn(struct tape *t, struct umie *m, struct params *p,
		       struct umie_batch *b, struct learnt *r)
{
	struct tensor zero[2] = {p->value, p->value};
	size_t n = tensor_bytes(&p->value);
	struct backend *be = p->be;
	int rc = 0;

	zero[0].data = be->get(be, n);
	zero[1].data = be->get(be, n);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = zero[i].data ? be->fill_zero(be, zero[i].data, n, &t->err)
				  : err_set(&t->err, ERR_DEVICE,
					    "%s: out of memory", be->name);
	if (rc == 0)
		rc = model_loss(t, m, b, true, &r->loss[0]);
	if (rc == 0)
		rc = model_step(t, p, zero, &r->norm);
	if (rc == 0)
		rc = model_loss(t, m, b, false, &r->loss[1]);
	for (int i = 0; i < 2; i++)
		if (zero[i].data)
			be->put(be, zero[i].data, n);
	return rc;
}

static int run_model(struct backend *be, struct learnt *r, struct err *err)
{
	int32_t ids[L], labels[M];
	float feats[N * FEAT], boxes[N * 4];
	struct umie_batch b = {.B = 1,
			       .L = L,
			       .N = N,
			       .M = M,
			       .ids = ids,
			       .labels = labels,
			       .feats = feats,
			       .boxes = boxes};
	struct rng_key key = {.seed = 4};
	struct params p = {0};
	struct umie m;
	struct tape t;
	int rc;

	for (int i = 0; i < L; i++)
		ids[i] = 3 + i * 29 % (V - 3);
	for (int i = 0; i < M; i++)
		labels[i] = 5 + i * 13 % (V - 5);
	for (int i = 0; i < N * FEAT; i++)
		feats[i] = rng_normal(&key, (uint64_t)i);
	for (int i = 0; i < N * 4; i++)
		boxes[i] = 0.05f * (float)i;
	*r = (struct learnt){0};
	umie_init(&m, &model_config, &p);
	params_init(&p, 7);
	tape_init(&t, be);
	rc = params_train(&p, be, err);
	if (rc == 0 && model_learn(&t, &m, &p, &b, r) < 0) {
		*err = t.err;
		rc = -(int)err->code;
	}
	if (rc == 0)
		rc = model_answer(be, &t, &m, &b, r, err);
	tape_release(&t);
	umie_release(&m);
	params_release(&p);
	return rc;
}

static double relative(double got, double want)
{
	return fabs(got - want) / fmax(fabs(want), 1e-30);
}

int selftest_model(struct backend *device, struct backend *cpu,
		   struct selftest_row *row, struct err *err)
{
	struct learnt got, want;
	double start;

	*row = (struct selftest_row){
	    .name = "model", .what = "loss, step, answer", .allowed = 1e-4};
	if (run_model(cpu, &want, err) < 0)
		return -(int)err->code;
	start = clock_ms();
	if (run_model(device, &got, err) < 0)
		return -(int)err->code;
	row->ms = clock_ms() - start;
	row->error = fmax(relative(got.loss[0], want.loss[0]),
			  relative(got.loss[1], want.loss[1]));
	row->grad_error = relative(got.norm, want.norm);
	row->good =
	    row->error <= row->allowed && row->grad_error <= row->allowed &&
	    got.n == want.n &&
	    memcmp(got.ids, want.ids, (size_t)want.n * sizeof(*want.ids)) == 0;
	return 0;
}
