/*
 * Any operation may fail or be cancelled: one sentence, nothing is damaged,
 * and the next extraction gives what it gave before.  The sweep counts: the
 * first operation fails, then the second, until none is left to fail.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/engine/extract.h"
#include "src/image/decode.h"
#include "src/tensor/backend.h"
#include "tests/checkpoint_test.h"
#include "tests/tap.h"

/* Under the thread sanitizer, which makes it many times slower, every 16th. */
#ifdef __SANITIZE_THREAD__
enum { STRIDE = 16 };
#else
enum { STRIDE = 1 };
#endif

/* A backend whose n-th operation from now on fails, or asks to stop. */
static struct {
	const struct op_impl *real;
	struct op_impl ops[OP_COUNT];
	long left;    /* 0: none fails */
	bool cancels; /* set `cancel` instead of failing */
	bool happened;
	atomic_bool cancel;
} fault;

static bool due(void)
{
	if (fault.left == 0 || --fault.left > 0)
		return false;
	fault.happened = true;
	return true;
}

static int forward(struct backend *be, const struct op_call *c, struct err *err)
{
	if (due()) {
		if (!fault.cancels)
			return err_set(err, ERR_DEVICE, "injected");
		atomic_store(&fault.cancel, true);
	}
	return fault.real[c->op].forward(be, c, err);
}

static struct backend *faulty_backend(void)
{
	struct err err = {0};
	struct backend *be =
	    cpu_backend_open(&(struct cpu_options){.threads = 1}, &err);

	if (!be)
		bug("%s", err.text);
	fault.real = be->ops;
	for (int i = 0; i < OP_COUNT; i++) {
		fault.ops[i] = be->ops[i];
		fault.ops[i].forward = forward;
	}
	be->ops = fault.ops;
	return be;
}

static void arm(long n, bool cancels)
{
	fault.left = n;
	fault.cancels = cancels;
	fault.happened = false;
	atomic_store(&fault.cancel, false);
}

enum { REQUESTS = 3 };

static void requests_make(struct extract_request *r, int beams)
{
	static const char *const text[REQUESTS] = {
	    "Ann met Bo in Rome", "Rocky is here", "no picture"};
	char *image =
	    xasprintf("%s/tests/corpus/image/rgb.png", getenv("srcdir"));

	for (int i = 0; i < REQUESTS; i++) {
		r[i] = (struct extract_request){.text = xstrdup(text[i]),
						.beams = beams,
						.max_tokens = 5,
						.attention = true};
		r[i].image = i < 2 ? xstrdup(image) : NULL;
		/* another picture for the cache: it is looked at anew */
		r[i].boxes.n = i ? 0 : 2;
		r[i].boxes.box[1] = (struct box){0, 0, 2, 2};
	}
	free(image);
}

/* All raw answers; NULL after a failure. */
static char *answers(struct bundle *b, struct decoder *d, int beams,
		     struct err *err)
{
	struct extractor *x = extractor_new(b, d, NULL, &fault.cancel);
	struct extract_request r[REQUESTS];
	struct extraction *out[REQUESTS];
	char *all = NULL;
	int rc;

	requests_make(r, beams);
	rc = extractor_run_batch(x, r, REQUESTS, out, err);
	if (rc == 0)
		all = xasprintf("%s\n%s\n%s %.9g", out[0]->raw, out[1]->raw,
				out[2]->raw, (double)out[0]->g);
	for (int i = 0; i < REQUESTS; i++) {
		extraction_free(out[i]);
		extract_request_release(&r[i]);
	}
	extractor_free(x);
	return all;
}

static void sweep(struct bundle *b, struct decoder *d, int beams, bool cancels)
{
	struct err err = {0};
	bool told = true, same;
	char *want, *got = NULL;
	long n = 1 - STRIDE, tried = 0;

	arm(0, false);
	want = answers(b, d, beams, &err);
	if (!want)
		bug("%s", err.text);
	do {
		free(got);
		arm(n += STRIDE, cancels);
		tried++;
		err = (struct err){0};
		got = answers(b, d, beams, &err);
		if (fault.happened && !got)
			told &= err.code ==
				    (cancels ? ERR_CANCELLED : ERR_DEVICE) &&
				err.text[0];
		else if (fault.happened) /* the last of all was cancelled */
			told &= cancels;
	} while (fault.happened);
	same = got && strcmp(got, want) == 0;
	ok(told && n > 50,
	   "%d beams: %ld of %ld operations %s, each alone: one sentence",
	   beams, tried - 1, n - 1, cancels ? "cancelled" : "failed");
	ok(same, "and afterwards the answers are what they were");
	free(got);
	free(want);
}

int main(void)
{
	struct err err = {0};
	struct decoder *d = decoder_start(&err);
	char *ckpt = checkpoint_make();
	static const enum bundle_use use[] = {BUNDLE_INFER,
					      BUNDLE_TRAIN_VISION};
	struct backend *be;
	struct bundle *b;

	if (!d || !ckpt) {
		skip("faults", "no checkpoint could be made");
		return tap_done();
	}
	be = faulty_backend();
	for (size_t i = 0; i < ARRAY_LEN(use); i++) {
		struct bundle_options o = {.use = use[i]};

		if (bundle_open(&b, ckpt, be, &o, &err) < 0)
			bug("%s", err.text);
		sweep(b, d, 1, false);
		sweep(b, d, 1, true);
		sweep(b, d, 2, true);
		bundle_close(b);
	}
	be->close(be);
	checkpoint_remove(ckpt);
	decoder_stop(d);
	return tap_done();
}
