/*
 * golden_grads -- every gradient, then ten steps of AdamW.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "tests/golden.h"
#include "tests/golden_umie.h"

struct training {
	struct golden_umie g;
	struct golden_batch batch;
	const struct json *recipe; /* train.json */
	struct tape t;
	struct tensor m, v; /* AdamW's moments, flat */
	float smoothing;
};

static double number(const struct json *j, const char *key)
{
	return json_number(json_get(j, key));
}

/* Loss and gradients at the current weights. */
static int evaluate(struct training *r, float *loss, double *norm)
{
	struct params *p = &r->g.params;
	struct tensor *out;
	double squares = 0;

	tape_reset(&r->t);
	r->t.recording = true;
	if (params_zero_grad(p, &r->t.err) < 0)
		return -1;
	out = umie_loss(&r->t, &r->g.model, &r->batch.b, r->smoothing, NULL,
			NULL);
	if (!out || tape_read(&r->t, out, loss) < 0 ||
	    tape_backward(&r->t, out, NULL) < 0)
		return -1;
	r->t.recording = false;
	if (op_sum_squares(&r->t, &p->grad, &squares) < 0)
		return -1;
	*norm = sqrt(squares);
	return 0;
}

/* The decayed, or the other, part of a flat block. */
static struct tensor run_of(const struct params *p, const struct tensor *flat,
			    bool decayed)
{
	int64_t n = decayed ? p->n_decayed : tensor_count(flat) - p->n_decayed;

	return tensor_view((float *)flat->data + (decayed ? 0 : p->n_decayed),
			   DT_F32, 1, &n);
}

static void check_grads(struct training *r, const char *dir)
{
	char *path = file_join(dir, "grads.safetensors");
	struct golden_file *f = golden_open(path);
	char line[256];

	golden_ok(f != NULL, "read %s", path);
	for (size_t i = 0; f && i < golden_count(f); i++) {
		const char *name = golden_name(f, i);
		const struct param *a = params_find(&r->g.params, name);

		snprintf(line, sizeof(line), "gradient of %s", name);
		golden_near_on(r->g.be, a ? a->t.grad : NULL,
			       golden_get(f, name), 1e-4, false, NULL, line);
	}
	golden_close(f);
	free(path);
}

/* Every name of the list has these flags, and nothing else has. */
static void check_list(struct training *r, const char *list, unsigned mask,
		       unsigned want)
{
	const struct json *names = json_get(r->recipe, list);
	const struct params *p = &r->g.params;
	size_t ours = 0, wrong = 0;

	for (size_t i = 0; i < p->n; i++)
		ours += (p->at[i]->flags & mask) == want;
	for (const struct json *n = json_first(names); n; n = json_next(n)) {
		const struct param *a = params_find(p, json_string(n));

		if (a && (a->flags & mask) == want)
			continue;
		golden_note("%s: %s", list, json_string(n));
		wrong++;
	}
	golden_ok(wrong == 0 && ours == json_len(names), "%s: the same %zu",
		  list, json_len(names));
}

static void update(struct training *r, const struct json *step, double norm)
{
	const struct json *o = json_get(r->recipe, "optimizer");
	const struct json *betas = json_get(o, "betas");
	double clip = number(o, "clip_global_norm");
	double factor = clip / (norm + number(o, "clip_epsilon"));
	struct adamw how = {
	    .lr = (float)number(step, "lr"),
	    .beta1 = (float)json_number(json_first(betas)),
	    .beta2 = (float)json_number(json_next(json_first(betas))),
	    .eps = (float)number(o, "eps"),
	    .grad_scale = (float)fmin(1, factor),
	    .step = (int64_t)number(step, "step"),
	};
	struct params *p = &r->g.params;

	for (int decayed = 0; decayed < 2; decayed++) {
		struct tensor value = run_of(p, &p->value, decayed);
		struct tensor grad = run_of(p, &p->grad, decayed);
		struct tensor m = run_of(p, &r->m, decayed);
		struct tensor v = run_of(p, &r->v, decayed);

		how.decay = decayed ? (float)number(o, "weight_decay") : 0;
		op_adamw(&r->t, &value, &grad, &m, &v, &how);
	}
}

static void run_step(struct training *r, const struct json *step)
{
	int s = (int)number(step, "step");
	double want_loss = number(step, "loss"), norm = 0, squares = 0;
	double want_norm = number(step, "grad_norm");
	double want_l2 = number(step, "param_l2_after"), l2;
	float loss = 0;

	if (!golden_ok(evaluate(r, &loss, &norm) == 0, "step %d runs %s", s,
		       r->t.err.text))
		return;
	golden_ok(fabs((double)loss - want_loss) <= (s == 1 ? 1e-5 : 2e-4),
		  "step %d: loss %.7f, want %.7f", s, (double)loss, want_loss);
	golden_ok(fabs(norm - want_norm) <= want_norm * (s == 1 ? 1e-5 : 5e-3),
		  "step %d: gradient norm %.6f, want %.6f", s, norm, want_norm);
	update(r, step, norm);
	op_sum_squares(&r->t, &r->g.params.value, &squares);
	l2 = sqrt(squares);
	golden_ok(!r->t.failed && fabs(l2 - want_l2) <= 1e-5 * want_l2,
		  "step %d: norm of the weights %.6f, want %.6f %s", s, l2,
		  want_l2, r->t.failed ? r->t.err.text : "");
}

static void check_final(struct training *r, const char *dir)
{
	char *path = file_join(dir, "final_params.safetensors");
	struct golden_file *f = golden_open(path);
	int64_t n = 0, over = 0, missing = 0;
	double worst = 0, d;
	struct tensor host;
	struct err err;

	golden_ok(f != NULL, "read %s", path);
	for (size_t i = 0; f && i < golden_count(f); i++) {
		const struct tensor *want = golden_get(f, golden_name(f, i));
		struct param *a = params_find(&r->g.params, golden_name(f, i));

		if (!a || !tensor_same_shape(&a->t, want)) {
			missing++;
			continue;
		}
		host = a->t;
		host.data = xmalloc(tensor_bytes(&host));
		if (params_read(&r->g.params, a, host.data, &err) < 0)
			missing++;
		n += tensor_count(want);
		for (int64_t k = 0; k < tensor_count(want); k++) {
			d = fabs((double)tensor_float(&host, k) -
				 (double)tensor_float(want, k));
			over += !(d <= 5e-6);
			worst = fmax(worst, d);
		}
		free(host.data);
	}
	golden_ok(n > 0 && missing == 0 && worst <= 3e-4,
		  "final weights: all within 3e-4 (worst %.2g)", worst);
	golden_ok((double)over <= 1e-3 * (double)n,
		  "final weights: 99.9 %% within 5e-6 (%lld of %lld are not)",
		  (long long)over, (long long)n);
	golden_close(f);
	free(path);
}

static void run(struct training *r, const char *dir)
{
	const struct json *loss = json_get(r->recipe, "loss");
	const struct json *steps = json_get(r->recipe, "steps");
	float value = 0;
	double norm = 0, want;
	bool good;

	r->smoothing = (float)number(loss, "label_smoothing");
	if (!golden_ok(evaluate(r, &value, &norm) == 0, "backward pass %s",
		       r->t.err.text))
		return;
	check_grads(r, dir);
	check_list(r, "decayed_parameters", PARAM_TRAINED | PARAM_DECAYED,
		   PARAM_TRAINED | PARAM_DECAYED);
	check_list(r, "undecayed_parameters", PARAM_TRAINED | PARAM_DECAYED,
		   PARAM_TRAINED);
	check_list(r, "untouched_dead_parameters", PARAM_TRAINED | PARAM_DEAD,
		   PARAM_DEAD);
	for (const struct json *s = json_first(steps); s; s = json_next(s))
		run_step(r, s);
	want = number(r->recipe, "loss_after_last_step");
	good = evaluate(r, &value, &norm) == 0;
	golden_ok(good && fabs((double)value - want) <= 2e-4,
		  "loss after the last step: %.7f, want %.7f", (double)value,
		  want);
	check_final(r, dir);
}

/* Memory of the backend; NULL makes the first op fail. */
static void *zeros(struct backend *be, size_t n)
{
	struct err err;
	void *p = be->get(be, n);

	return p && be->fill_zero(be, p, n, &err) == 0 ? p : NULL;
}

static void with_model(struct training *r, const char *dir,
		       const char *model_dir)
{
	char *path = file_join(model_dir, "inputs.safetensors");
	struct golden_file *in = golden_open(path);
	size_t n;

	if (golden_umie_open(&r->g, model_dir, "model.safetensors", true) &&
	    golden_ok(in != NULL, "read %s", path) &&
	    golden_batch_read(&r->batch, in)) {
		n = tensor_bytes(&r->g.params.value);
		r->g.model.config.mask_padding = true;
		r->m = r->v = r->g.params.value;
		r->m.data = zeros(r->g.be, n);
		r->v.data = zeros(r->g.be, n);
		tape_init(&r->t, r->g.be);
		run(r, dir);
		tape_release(&r->t);
		r->g.be->put(r->g.be, r->m.data, n);
		r->g.be->put(r->g.be, r->v.data, n);
		golden_batch_release(&r->batch);
	}
	golden_close(in);
	golden_umie_release(&r->g);
	free(path);
}

void golden_grads(const char *dir, const char *model_dir)
{
	char *path = file_join(dir, "train.json");
	struct err err = {0};
	struct json *recipe = json_read(path, (size_t)16 << 20, &err);
	struct training r = {.recipe = recipe};

	if (golden_ok(recipe != NULL, "read %s %s", path, err.text))
		with_model(&r, dir, model_dir);
	json_free(recipe);
	free(path);
}
