/*
 * golden_vision -- the image encoder: two small networks in both layouts,
 * forward and backward, and two of full size made from a formula.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"
#include "tests/golden.h"
#include "tests/golden_vision_net.h"

static const char *const taps[RESNET_TAPS] = {"stem", "layer1", "layer2",
					      "layer3", "layer4"};
static const double FORWARD = 5e-5, GRADIENT = 2e-4, LOSS = 5e-3;

static void compare_taps(struct vision_net *n, const struct golden_file *want,
			 const char *what)
{
	for (int i = 0; i < RESNET_TAPS; i++) {
		char *name = xasprintf("%s %s: %s", n->name, what, taps[i]);
		struct tensor got = permuted(n->tap[i], false);

		golden_near(&got, golden_get(want, taps[i]), FORWARD, false,
			    NULL, name);
		free(got.data);
		free(name);
	}
}

static void compare_pooled(struct vision_net *n, const struct tensor *got,
			   const struct golden_file *want, const char *key,
			   const char *what)
{
	char *name = xasprintf("%s %s: %s", n->name, what, key);

	golden_near(got, golden_get(want, key), FORWARD, false, NULL, name);
	free(name);
}

/* Results must not depend on whether someone looks at the stages. */
static void folded_forms_agree(struct vision_net *n)
{
	struct tensor *y = net_forward(n, true, false);
	size_t size = y ? tensor_bytes(y) : 0;
	void *first = size ? xmalloc(size) : NULL;

	if (size)
		memcpy(first, y->data, size);
	y = net_forward(n, false, false);
	golden_ok(y && size && memcmp(y->data, first, size) == 0,
		  "%s folded: the same with and without taps", n->name);
	free(first);
}

static void check_folded(struct vision_net *n, const struct golden_file *want,
			 const char *key)
{
	struct tensor *y;

	if (!net_fold(n))
		return;
	y = net_forward(n, true, false);
	if (!y)
		return;
	compare_taps(n, want, "folded");
	compare_pooled(n, y, want, key, "folded");
	folded_forms_agree(n);
}

/* The largest relative error of many tensors in one line. */
struct tally {
	int n, bad;
	double worst;
	const char *where;
};

static void tally_add(struct tally *t, const struct tensor *got,
		      const struct tensor *want, double tol, const char *name)
{
	double worst = 0, scale = 0, d;

	t->n++;
	if (!want || !got || tensor_count(got) != tensor_count(want)) {
		golden_note("%s: missing or of another shape", name);
		t->bad++;
		return;
	}
	for (int64_t i = 0; i < tensor_count(want); i++) {
		double w = (double)tensor_float(want, i);

		d = (double)tensor_float(got, i) - w;
		d = d < 0 ? -d : d;
		if (!(d <= worst))
			worst = d;
		scale = w > scale ? w : -w > scale ? -w : scale;
	}
	if (!(worst <= tol * scale)) {
		golden_note("%s: off by %.2g of %.2g", name, worst, scale);
		t->bad++;
	}
	if (scale > 0 && !(worst / scale <= t->worst)) {
		t->worst = worst / scale;
		t->where = name;
	}
}

static void tally_line(const struct tally *t, const char *net, const char *what,
		       double tol)
{
	golden_ok(t->n > 0 && t->bad == 0, "%s: %d %s, worst %.2g of %.2g (%s)",
		  net, t->n, what, t->worst, tol, t->where ? t->where : "-");
}

static void compare_gradients(struct vision_net *n,
			      const struct golden_file *want, const char *what)
{
	struct tally tally = {0};
	const struct param *a;

	for (size_t i = 0; want && i < golden_count(want); i++) {
		const char *name = golden_name(want, i);

		a = params_find(&n->params, name);
		tally_add(&tally, a ? &a->grad : NULL, golden_get(want, name),
			  GRADIENT, name);
	}
	tally_line(&tally, n->name, what, GRADIENT);
}

/* after.NAME: the running statistics; counters are not kept. */
static void compare_statistics(struct vision_net *n,
			       const struct golden_file *want)
{
	static const char after[] = "after.";
	struct tally tally = {0};
	const struct param *a;

	for (size_t i = 0; i < golden_count(want); i++) {
		const char *name = golden_name(want, i);

		if (strncmp(name, after, strlen(after)) != 0 ||
		    strstr(name, "num_batches_tracked"))
			continue;
		a = params_find(&n->params, name + strlen(after));
		tally_add(&tally, a ? &a->t : NULL, golden_get(want, name),
			  FORWARD, name);
	}
	tally_line(&tally, n->name, "running statistics", FORWARD);
}

static void compare_loss(struct vision_net *n, const struct tensor *pooled,
			 const struct tensor *weight,
			 const struct golden_file *want, const char *what)
{
	const struct tensor *loss = golden_get(want, "loss");
	double sum = 0;

	for (int64_t i = 0; i < tensor_count(pooled); i++)
		sum += (double)tensor_float(pooled, i) *
		       (double)tensor_float(weight, i);
	golden_ok(loss && sum - (double)tensor_float(loss, 0) <= LOSS &&
		      (double)tensor_float(loss, 0) - sum <= LOSS,
		  "%s %s: loss %.6f", n->name, what, sum);
}

/* Forward and backward of the trainable form with one kind of statistics. */
static void check_trainable(struct vision_net *n, const char *dir, bool train)
{
	const struct tensor *weight = golden_get(n->input, "loss_weights");
	const char *what = train ? "train" : "eval";
	struct golden_file *want, *grads;
	struct tensor *y;

	want = net_part(n, dir, train ? "_expect_train" : "_expect_eval");
	grads = net_part(n, dir, train ? "_grads_train" : "_grads_eval");
	if (want && weight && net_train(n) &&
	    (y = net_forward(n, true, train))) {
		compare_taps(n, want, what);
		compare_pooled(n, y, want, "pooled", what);
		compare_loss(n, y, weight, want, what);
		if (train)
			compare_statistics(n, want);
		golden_ok(tape_backward(&n->t, y, weight) == 0,
			  "%s %s: backward", n->name, what);
		compare_gradients(n, grads,
				  train ? "gradients, batch statistics"
					: "gradients, stored statistics");
	}
	golden_close(want);
	golden_close(grads);
}

static void torchvision_toy(const char *dir)
{
	struct golden_file *want;
	struct vision_net n;

	if (net_open(&n, dir, "tv_toy")) {
		want = net_part(&n, dir, "_expect_eval");
		if (want)
			check_folded(&n, want, "pooled");
		golden_close(want);
		check_trainable(&n, dir, false);
		check_trainable(&n, dir, true);
	}
	net_close(&n);
}

static void clip_trainable(struct vision_net *n, const struct golden_file *want,
			   const char *key)
{
	struct tensor *y;

	if (net_train(n) && (y = net_forward(n, true, false))) {
		compare_taps(n, want, "eval");
		compare_pooled(n, y, want, key, "eval");
	}
}

/*
 * Tensors do not show the number of heads.  Where CLIP's rule is not what
 * the network was made with, take the number that gives what is wanted.
 */
static void settle_heads(struct vision_net *n, const struct golden_file *want)
{
	const struct tensor *pooled = golden_get(want, "pooled_original");
	int C = n->cfg.width * 32, rule = n->cfg.heads;
	struct tensor *y;
	struct tally t;

	for (int heads = 0; pooled && heads <= C; heads++) {
		if (heads ? C % heads || heads == rule : C % rule)
			continue;
		n->cfg.heads = heads ? heads : rule;
		y = net_fold(n) ? net_forward(n, false, false) : NULL;
		t = (struct tally){0};
		tally_add(&t, y, pooled, FORWARD, "pooled_original");
		if (t.bad == 0)
			return;
		golden_note("clip_toy does not have %d heads", n->cfg.heads);
	}
	n->cfg.heads = rule;
}

static void clip_toy(const char *dir)
{
	struct golden_file *want;
	struct vision_net n;

	if (net_open(&n, dir, "clip_toy")) {
		want = net_part(&n, dir, "_expect");
		if (want)
			settle_heads(&n, want);
		for (int zero = 0; want && zero < 2; zero++) {
			const char *key =
			    zero ? "pooled_zero" : "pooled_original";

			n.cfg.posemb = !zero;
			check_folded(&n, want, key);
			clip_trainable(&n, want, key);
		}
		golden_close(want);
	}
	net_close(&n);
}

/* Is there a file of this name in the package?  A note when not. */
static bool has(const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	bool here = file_exists(path);

	if (!here)
		golden_note("no %s", path);
	free(path);
	return here;
}

void golden_vision(const char *dir)
{
	torchvision_toy(dir);
	if (has(dir, "clip_toy.safetensors"))
		clip_toy(dir);
	if (has(dir, "full_expect.json"))
		golden_vision_full(dir);
}
