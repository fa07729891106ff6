#include "src/engine/extract.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"
#include "src/engine/extract-job.h"
#include "src/tensor/backend.h"

struct extractor *extractor_new(struct bundle *b, struct decoder *d,
				struct feature_cache *features,
				const atomic_bool *cancel)
{
	struct extractor *x = xcalloc(1, sizeof(*x));

	x->b = b;
	x->views = views_new(b, d, features, cancel);
	x->steps = steps_new(b, cancel);
	tape_init(&x->tape, b->be);
	x->tape.cancel = cancel;
	return x;
}

void extractor_free(struct extractor *x)
{
	if (!x)
		return;
	views_free(x->views);
	steps_free(x->steps);
	tape_release(&x->tape);
	free(x);
}

const struct bundle *extractor_bundle(const struct extractor *x)
{
	return x->b;
}

static int check_request(const struct extractor *x,
			 const struct extract_request *r, struct err *err)
{
	size_t n = strlen(r->text), valid = utf8_valid(r->text, n);

	if (!x->b->tokenizer)
		return err_set(err, ERR_CHECKPOINT,
			       "%s/spiece.model: no such file, so texts cannot "
			       "be read",
			       x->b->dir);
	if (n == 0)
		return err_set(err, ERR_DATA, "the text is empty");
	if (valid < n)
		return err_set(err, ERR_DATA,
			       "the text is not UTF-8 at byte %zu", valid);
	if (r->own && r->labels.n == 0)
		return err_set(err, ERR_USAGE, OWN_WANTS_LABELS);
	if (!r->head != !r->tail)
		return err_set(err, ERR_USAGE,
			       "a relation wants both head and tail, or "
			       "neither");
	if (r->labels.n &&
	    (r->task == TASK_MEE || (r->task == TASK_MRE && !r->head)))
		return err_set(err, ERR_USAGE,
			       "%s asks several questions, so it takes no list "
			       "of labels",
			       r->task == TASK_MEE ? "mee"
						   : "mre without a pair");
	if (r->task == TASK_MEAE && !r->event)
		return err_set(err, ERR_USAGE,
			       "meae wants an event type (mee finds the events "
			       "itself)");
	if (r->gate == GATE_SET_HELD &&
	    !(r->gate_value >= -2 && r->gate_value <= 2))
		return err_set(err, ERR_USAGE,
			       "a gate of %g; it can be held from -2 to 2 (the "
			       "model's own range is 0 to 1.649)",
			       (double)r->gate_value);
	if (r->head_shown < 0 || r->head_shown > x->b->config.heads)
		return err_set(err, ERR_USAGE,
			       "no attention head %d: this checkpoint has %d",
			       r->head_shown, x->b->config.heads);
	return 0;
}

int extractor_run(struct extractor *x, const struct extract_request *r,
		  struct extraction **out, struct err *err)
{
	struct job_state j;
	double start = clock_ms();
	int rc = check_request(x, r, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	job_begin(&j, x, r);
	tape_reset(&x->tape);
	rc = job_look(&j, err);
	if (rc == 0)
		rc = job_run(&j, err);
	if (rc < 0) {
		extraction_free(j.out);
	} else {
		job_finish(&j, start);
		*out = j.out;
	}
	job_end(&j);
	return rc;
}

static bool same_settings(const struct extract_request *a,
			  const struct extract_request *b)
{
	return a->beams == b->beams && a->max_tokens == b->max_tokens &&
	       a->constrained == b->constrained && a->attention == b->attention;
}

/* A request that is one prompt and can share a batch with r[0]. */
static bool batchable(const struct extract_request *r,
		      const struct extract_request *first)
{
	return (r->task != TASK_MEE && (r->task != TASK_MRE || r->head)) &&
	       same_settings(r, first);
}

/* n requests that are all batchable, n at most CASCADE. */
static int run_together(struct extractor *x, const struct extract_request *r,
			int n, struct extraction **out, struct err *err)
{
	struct job_state j[CASCADE] = {0};
	struct step s[CASCADE] = {0}, *at[CASCADE];
	double start = clock_ms(), encode = 0, decode = 0;
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++) {
		job_begin(&j[i], x, &r[i]);
		at[i] = &s[i];
		rc = check_request(x, &r[i], err);
		if (rc == 0) {
			tape_reset(&x->tape);
			rc = job_look(&j[i], err);
		}
		if (rc == 0)
			rc = job_ask(&j[i], r[i].task, r[i].head, r[i].tail,
				     r[i].event, &s[i], err);
		if (rc < 0 && r[i].id)
			err_context(err, "%s", r[i].id);
	}
	if (rc == 0) {
		struct steps_options o = {.max_tokens = r->max_tokens,
					  .beams = r->beams,
					  .attention = r->attention};

		rc = steps_run(x->steps, at, n, &o, &encode, &decode, err);
	}
	for (int i = 0; i < n; i++) {
		if (rc == 0) {
			j[i].out->ms.encode = encode / n;
			j[i].out->ms.decode = decode / n;
			job_read(&j[i], &s[i]);
			job_finish(&j[i], start);
			out[i] = j[i].out;
		} else {
			extraction_free(j[i].out);
		}
		job_end(&j[i]);
		step_release(&s[i]);
	}
	return rc;
}

int extractor_run_batch(struct extractor *x, const struct extract_request *r,
			size_t n, struct extraction **out, struct err *err)
{
	size_t i = 0;
	int rc = 0;

	memset(out, 0, n * sizeof(*out));
	while (i < n && rc == 0) {
		size_t k = i;

		while (k < n && k - i < CASCADE && batchable(&r[k], &r[i]))
			k++;
		if (k == i) {
			rc = extractor_run(x, &r[i], &out[i], err);
			if (rc < 0 && r[i].id)
				err_context(err, "%s", r[i].id);
			i++;
		} else {
			rc = run_together(x, r + i, (int)(k - i), out + i, err);
			i = k;
		}
	}
	for (i = 0; rc < 0 && i < n; i++) {
		extraction_free(out[i]);
		out[i] = NULL;
	}
	return rc;
}

static void encode_answer(const struct tokenizer *t, const char *answer,
			  struct ids *out)
{
	tokenizer_encode(t, answer, strlen(answer), out);
	if (out->n >= ANSWER_MAX - 1)
		out->n = ANSWER_MAX - 2;
	ids_push(out, TOKEN_EOS);
}

/* At most CASCADE answers at once, so that a cancel does not wait long. */
static int score_answers(struct extractor *x, struct step *ask,
			 const struct ids *ids, size_t n, double *logprob,
			 struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i += CASCADE)
		rc = steps_score(x->steps, ask, ids + i,
				 (int)MIN(n - i, (size_t)CASCADE), logprob + i,
				 err);
	return rc;
}

int extractor_score(struct extractor *x, const struct extract_request *r,
		    char *const *answer, size_t n, double *logprob,
		    struct err *err)
{
	struct ids *ids;
	struct job_state j;
	struct step s = {0};
	int rc = check_request(x, r, err);

	if (rc == 0 && !batchable(r, r))
		rc = err_set(err, ERR_USAGE,
			     "%s is a cascade: one of its steps can be scored, "
			     "not the whole",
			     task_name(r->task));
	if (rc < 0)
		return rc;
	job_begin(&j, x, r);
	ids = xcalloc(n + 1, sizeof(*ids));
	tape_reset(&x->tape);
	rc = job_look(&j, err);
	if (rc == 0)
		rc = job_ask(&j, r->task, r->head, r->tail, r->event, &s, err);
	for (size_t i = 0; i < n; i++)
		encode_answer(x->b->tokenizer, answer[i], &ids[i]);
	if (rc == 0)
		rc = score_answers(x, &s, ids, n, logprob, err);
	for (size_t i = 0; i < n; i++)
		ids_release(&ids[i]);
	free(ids);
	step_release(&s);
	extraction_free(j.out);
	job_end(&j);
	return rc;
}
