#include "src/train/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/save.h"
#include "src/train/batch.h"
#include "src/train/log.h"
#include "src/train/ranks.h"
#include "src/train/schedule.h"

const struct train_options TRAIN_DEFAULT = {
    .epochs = 40,
    .batch = 16,
    .lr = 1e-4,
    .warmup = 0.06,
    .smoothing = 0.1f,
    .drop = 0.1f,
    .seed = 1,
    .eval_every = 1,
    .patience = 45,
    .bucket = (size_t)25 << 20,
    .gate = {.hold = 0.3f, .pull = 1},
    .optim = {.beta1 = 0.9f,
	      .beta2 = 0.999f,
	      .eps = 1e-8f,
	      .decay = 0.01f,
	      .clip = 1.0f},
};

/* A run while it runs. */
struct run {
	const struct train_model *m;
	const struct samples *s;
	const struct train_options *o;
	const struct state_files *files;
	const struct train_hooks *hooks;
	const char *out;
	struct train_state state;
	struct optim optim;
	struct tape tape;
	struct batcher batcher;
	struct train_log *log;
	struct ranks ranks;
	int *length;
	uint32_t *order;
	size_t *first, batches;
	double rate; /* seconds a step, smoothed; 0 before the first */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/*
 * Everything that changes the numbers of a run, but for the last bits: a
 * batch may be dealt out to any number of ranks.
 */
static void options_digest(const struct run *r, char hex[HASH_HEX])
{
	const struct train_options *o = r->o;
	char *text = xasprintf(
	    "%d %zu %.17g %.17g %.9g %.9g %llu %.9g %.9g %.9g %.9g %.9g %d "
	    "%lld %.9g %.9g %lld 1%s %s",
	    o->epochs, ranks_batch(&r->ranks, o->batch), o->lr, o->warmup,
	    (double)o->smoothing, (double)o->drop, (unsigned long long)o->seed,
	    (double)o->optim.beta1, (double)o->optim.beta2,
	    (double)o->optim.eps, (double)o->optim.decay, (double)o->optim.clip,
	    r->m->train_vision, (long long)tensor_count(&r->m->params->value),
	    (double)o->gate.hold, (double)o->gate.pull,
	    (long long)o->gate_steps, o->bf16_sums ? " bf16" : "",
	    r->files->config_json);

	hash_bytes(text, strlen(text), hex);
	free(text);
}

static void fresh_state(struct run *r, const char *data_digest)
{
	const struct train_options *o = r->o;
	struct train_state *s = &r->state;

	*s = (struct train_state){
	    .seed = o->seed,
	    .total = (int64_t)r->batches * o->epochs,
	    .batch = o->batch,
	    .lr = o->lr,
	    .drop = (double)o->drop,
	    .smoothing = (double)o->smoothing,
	    .best = -1,
	};
	s->warmup = MAX((int64_t)((double)s->total * o->warmup), 1);
	snprintf(s->data, sizeof(s->data), "%s", data_digest);
	options_digest(r, s->config);
}

/* The same batch on another number of ranks: allowed, but it is said. */
static void note_ranks(const struct run *r)
{
	int64_t all = (int64_t)ranks_batch(&r->ranks, r->o->batch);
	char *line;

	if (!r->ranks.first || !r->hooks->note ||
	    r->state.batch == r->o->batch || r->state.batch < 1)
		return;
	line = xasprintf("%lld ranks made this run so far, now %d do: sums are "
			 "rounded otherwise%s",
			 (long long)(all / r->state.batch), r->m->comm->size,
			 r->o->drop > 0 ? ", and dropout differs" : "");
	r->hooks->note(r->hooks->context, line);
	free(line);
}

static int restore(struct run *r, struct err *err)
{
	struct train_state want = r->state;
	char *dir, *warning, *line;
	int rc =
	    state_find(r->out, &dir, &r->state, &warning, &r->ranks.heart, err);

	if (warning && r->hooks->note) {
		line = xasprintf("a newer step is damaged and left out: %s",
				 warning);
		r->hooks->note(r->hooks->context, line);
		free(line);
	}
	free(warning);
	if (rc < 0)
		return rc;
	if (strcmp(want.data, r->state.data) != 0)
		rc = err_set(err, ERR_DATA,
			     "%s: the run was made with other data; resume "
			     "wants the same files",
			     dir);
	else if (strcmp(want.config, r->state.config) != 0)
		rc = err_set(err, ERR_USAGE,
			     "%s: the run was made with other options; resume "
			     "wants the same",
			     dir);
	else
		rc = state_load(dir, r->m->params, &r->optim, err);
	r->optim.step = r->state.step;
	if (rc == 0)
		note_ranks(r);
	r->state.batch = r->o->batch;
	free(dir);
	return rc;
}

/* The features of this rank's pictures. */
static int see(struct run *r, const struct ranks_share *mine, struct err *err)
{
	const struct train_model *m = r->m;
	const struct batcher_vision v = {m->vision, m->norm,
					 m->model->config.feat_dim};

	if (!m->train_vision)
		return batcher_look(&r->batcher, m->be, r->s, mine->index, &v,
				    err);
	r->batcher.batch.feats_on_tape =
	    batcher_features(&r->batcher, &r->tape, r->s->size, &v);
	if (!r->tape.failed)
		return 0;
	*err = r->tape.err;
	return -(int)err->code;
}

/* This rank's part of a batch: loss, and gradients by its share. */
static int compute(struct run *r, const struct ranks_share *mine, double *loss,
		   struct err *err)
{
	const struct train_model *m = r->m;
	const struct train_options *o = r->o;
	struct gate_lesson lesson = o->gate;
	bool held = r->state.step < o->gate_steps;
	struct batcher *b = &r->batcher;
	struct tape *t = &r->tape;
	struct tensor *out, *seed;
	const int64_t one = 1;
	float value = 0;

	if (mine->n == 0)
		return 0;
	t->recording = true;
	t->drop = o->drop;
	t->key = (struct rng_key){.seed = ranks_seed(&r->ranks, r->state.seed),
				  .step = (uint32_t)(r->state.step + 1)};
	batcher_fill(b, r->s, mine->index, mine->n, m->vision != NULL);
	if (b->batch.N && see(r, mine, err) < 0)
		return -(int)err->code;
	/* Its mean is over examples, the loss's over tokens. */
	lesson.pull *= (float)(mine->of_examples / mine->of_tokens);
	out = umie_loss(t, m->model, &b->batch, o->smoothing,
			held ? &lesson : NULL, NULL);
	seed = tape_input(t, DT_F32, 1, &one, &(float){(float)mine->of_tokens});
	/* Read last: a device has then computed all of it, and said so. */
	if (t->failed || tape_backward(t, out, seed) < 0 ||
	    tape_read(t, out, &value) < 0) {
		*err = t->err;
		return -(int)err->code;
	}
	t->recording = false;
	*loss = (double)value * mine->of_tokens;
	return 0;
}

/* Forward, backward, update on batch i of the epoch. */
static int step(struct run *r, size_t i, struct train_progress *p,
		struct err *err)
{
	const struct train_model *m = r->m;
	struct ranks_share mine = {0};
	double start = now();
	int rc;

	tape_reset(&r->tape);
	ranks_begin(&r->ranks, &r->tape);
	r->batcher.tokens = 0;
	ranks_share(&r->ranks, r->s, r->order + r->first[i],
		    r->first[i + 1] - r->first[i], &mine);
	ranks_part(&r->ranks);
	rc = params_zero_grad(m->params, err);
	if (rc == 0)
		rc = compute(r, &mine, &p->loss, err);
	rc = ranks_settle(&r->ranks, rc,
			  &(struct ranks_step){
			      .loss = &p->loss,
			      .tokens = &r->batcher.tokens,
			      .examples = mine.n,
			      .busy = now() - start,
			      .stop = r->hooks->stop &&
				      atomic_load_explicit(
					  r->hooks->stop, memory_order_relaxed),
			      .save = r->hooks->save &&
				      atomic_exchange(r->hooks->save, false),
			  },
			  err);
	if (rc == 0)
		rc = ranks_add_up(&r->ranks, &m->params->grad, err);
	if (rc < 0)
		return rc;
	p->lr = schedule_lr(r->state.lr, r->state.step + 1, r->state.warmup,
			    r->state.total);
	rc = optim_step(&r->optim, &r->tape, p->lr, &p->norm, err);
	if (rc < 0)
		return rc;
	m->be->forget(m->be);
	return 0;
}

/* Rank 0 writes; the others wait and learn whether it could. */
static int save_step(struct run *r, struct err *err)
{
	int rc = ranks_same(&r->ranks, r->m->params, err);

	if (rc == 0 && r->o->shard) /* all ranks give their parts */
		rc = optim_collect(&r->optim, err);
	if (rc == 0 && r->ranks.first) {
		ranks_part(&r->ranks);
		if (!r->o->shard)
			rc = optim_collect(&r->optim, err);
		if (rc == 0)
			rc = state_save_step(r->out, r->m->params, &r->optim,
					     &r->state, r->files, err);
	}
	optim_forget(&r->optim);
	rc = ranks_follow(&r->ranks, rc, err);
	if (rc == 0)
		train_log_saved(r->log, &r->state);
	return rc;
}

static int save_best(struct run *r, struct err *err)
{
	char *dir = file_join(r->out, "best");
	int rc = state_save(dir, r->m->params, NULL, &r->state, r->files,
			    DT_F32, err);

	free(dir);
	if (rc == 0)
		train_log_best(r->log, &r->state);
	return rc;
}

/* On rank 0: the model as it is, and a copy of it when it is the best. */
static int evaluate_here(struct run *r, struct err *err)
{
	struct json *detail = NULL;
	double score = 0;
	int rc;

	rc = r->hooks->evaluate(r->hooks->context, &score, &detail, err);
	if (rc < 0)
		return rc;
	train_log_eval(r->log, &r->state, score, detail);
	json_free(detail);
	if (score <= r->state.best)
		return 0;
	r->state.best = score;
	r->state.best_step = r->state.step;
	return save_best(r, err);
}

/*
 * 1: it was stopped.  What is saved then still has this evaluation before it,
 * so the resumed run begins with it.
 */
static int evaluate(struct run *r, struct err *err)
{
	int rc = 0;

	if (r->ranks.first) {
		ranks_part(&r->ranks);
		rc = evaluate_here(r, err);
	}
	if (rc == -ERR_CANCELLED)
		rc = 1;
	return ranks_follow(&r->ranks, rc, err);
}

static void report(struct run *r, struct train_progress *p, double seconds)
{
	r->rate = r->rate > 0 ? 0.95 * r->rate + 0.05 * seconds : seconds;
	p->step = r->state.step;
	p->total = r->state.total;
	p->epoch = r->state.epoch;
	p->rank = r->ranks.report;
	p->ranks = r->ranks.comm->size;
	p->tokens_per_second = (double)r->batcher.tokens / seconds;
	p->seconds_left = r->rate * (double)(p->total - p->step);
	train_log_step(r->log, p, seconds);
	if (r->hooks->progress)
		r->hooks->progress(r->hooks->context, p);
}

/* What all ranks agree on: each stops after the same step. */
static bool asked_to_stop(const struct run *r)
{
	bool here = r->ranks.comm->size == 1 && r->hooks->stop &&
		    atomic_load_explicit(r->hooks->stop, memory_order_relaxed);

	return here || r->ranks.stop ||
	       (r->o->max_steps && r->state.step >= r->o->max_steps);
}

static bool time_to_evaluate(const struct run *r)
{
	return r->hooks->evaluate && r->o->eval_every &&
	       (r->state.epoch + 1) % r->o->eval_every == 0;
}

/* Evaluate, then begin the next epoch and save; 1: stopped before that. */
static int end_epoch(struct run *r, struct err *err)
{
	struct train_state *s = &r->state;
	int rc = time_to_evaluate(r) ? evaluate(r, err) : 0;

	if (rc < 0)
		return rc;
	if (rc == 1)
		return save_step(r, err) < 0 ? -(int)err->code : 1;
	train_log_epoch(r->log, s);
	s->epoch++;
	s->position = 0;
	s->loss_sum = 0;
	s->loss_count = 0;
	return save_step(r, err);
}

/* 1: stopped early; everything is saved. */
static int epoch(struct run *r, struct err *err)
{
	struct train_state *s = &r->state;
	const struct train_options *o = r->o;
	int rc;

	schedule_epoch(s->seed, s->epoch, r->length, r->s->n,
		       ranks_batch(&r->ranks, o->batch), r->order, r->first);
	while (s->position < (int64_t)r->batches) {
		struct train_progress p = {0};
		double start = now();

		if (asked_to_stop(r)) {
			rc = save_step(r, err);
			return rc < 0 ? rc : 1;
		}
		rc = step(r, (size_t)s->position, &p, err);
		if (rc < 0)
			return rc;
		s->step++;
		s->position++;
		s->loss_sum += p.loss;
		s->loss_count++;
		report(r, &p, now() - start);
		if ((r->ranks.save ||
		     (o->save_every && s->step % o->save_every == 0)) &&
		    save_step(r, err) < 0)
			return -(int)err->code;
	}
	return end_epoch(r, err);
}

static int prepare(struct run *r, const char *data_digest, bool resume,
		   struct err *err)
{
	size_t n = r->s->n;

	if (n == 0)
		return err_set(err, ERR_DATA, "no examples to train on");
	if (r->ranks.first) {
		if (file_mkdirs(r->out, err) < 0)
			return -(int)err->code;
		save_sweep(r->out);
	}
	r->batches = schedule_batches(n, ranks_batch(&r->ranks, r->o->batch));
	r->order = xcalloc(n, sizeof(*r->order));
	r->first = xcalloc(r->batches + 1, sizeof(*r->first));
	r->length = xcalloc(n, sizeof(*r->length));
	for (size_t i = 0; i < n; i++)
		r->length[i] = (int)(r->s->at[i].input.n + r->s->at[i].label.n);
	fresh_state(r, data_digest);
	if (optim_init(&r->optim, r->m->params, &r->o->optim,
		       r->o->shard ? r->m->tensors : NULL, err) < 0)
		return -(int)err->code;
	if (resume && restore(r, err) < 0)
		return -(int)err->code;
	if (!r->ranks.first)
		return 0;
	return train_log_open(&r->log, r->out, &r->state, r->hooks, err);
}

/* Without a dev split the last weights are the result. */
static int finish(struct run *r, struct err *err)
{
	int rc = 0;

	if (!r->hooks->evaluate && r->ranks.first) {
		ranks_part(&r->ranks);
		rc = save_best(r, err);
	}
	return ranks_follow(&r->ranks, rc, err);
}

int train_run(const struct train_model *m, const struct samples *s,
	      const struct train_options *o, const struct state_files *files,
	      const char *data_digest, const char *out, bool resume,
	      const struct train_hooks *hooks, struct err *err)
{
	struct run r = {
	    .m = m, .s = s, .o = o, .files = files, .hooks = hooks, .out = out};
	int rc = 0;

	tape_init(&r.tape, m->be);
	r.tape.recompute = o->recompute;
	ranks_init(&r.ranks, m->comm, m->tensors, o->patience, hooks);
	ranks_cut(&r.ranks, m->params, o->bucket);
	m->be->heart = &r.ranks.heart;
	ranks_part(&r.ranks);
	rc = prepare(&r, data_digest, resume, err);
	rc = ranks_follow(&r.ranks, rc, err);
	while (rc == 0 && r.state.epoch < o->epochs)
		rc = epoch(&r, err);
	if (rc == 0)
		rc = finish(&r, err);
	if (rc == 1)
		rc = err_set(err, ERR_CANCELLED, "stopped after step %lld",
			     (long long)r.state.step);
	m->be->heart = NULL;
	train_log_close(r.log);
	ranks_release(&r.ranks);
	optim_release(&r.optim);
	batcher_release(&r.batcher);
	tape_release(&r.tape);
	free(r.order);
	free(r.first);
	free(r.length);
	return rc;
}
