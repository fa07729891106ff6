/*
 * check_params -- opening weights: what is used, missing, unexpected or
 * resized is reported, and what is initialised depends on its name alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"
#include "src/model/umie.h"
#include "tests/tap.h"

enum { V = 37, CUT = 33, LONG = 40 };

static const struct config small = {
    .vocab = V,
    .d_model = 8,
    .d_kv = 3,
    .d_ff = 12,
    .heads = 2,
    .enc_layers = 1,
    .dec_layers = 1,
    .visual_layers = 2,
    .buckets = 32,
    .max_distance = 128,
    .norm_eps = 1e-6f,
    .feat_dim = 5,
    .mask_padding = true,
};

struct model {
	struct params p;
	struct umie m;
	struct bind_report r;
	struct err err;
};

static void model_init(struct model *x, int vocab)
{
	struct config c = small;

	*x = (struct model){0};
	c.vocab = vocab;
	umie_init(&x->m, &c, &x->p);
}

static void model_release(struct model *x)
{
	bind_report_release(&x->r);
	umie_release(&x->m);
	params_release(&x->p);
}

static int bind(struct model *x, const struct weights *w)
{
	return params_bind(&x->p, "", w, umie_aliases(), 9, &x->r, &x->err);
}

/* The visual half, as counted by the reference. */
static bool is_visual(const char *name)
{
	return strstr(name, "visual_embedding") || strstr(name, "gate.") ||
	       strncmp(name, "proj_", 5) == 0;
}

struct file {
	const char *without; /* a name, or "visual" for that half */
	const char *instead; /* written in its place, or NULL */
	bool bf16;
};

/* Save the model's parameters; owned path. */
static struct weights *saved(const struct model *x, const struct file *f)
{
	static int count;
	struct save_tensor *list = xcalloc(x->p.n, sizeof(*list));
	char *path =
	    xasprintf("/tmp/check_params-%d-%d.safetensors", getpid(), count++);
	struct err err = {0};
	struct weights *w = NULL;
	size_t n = 0;

	for (size_t i = 0; i < x->p.n; i++) {
		const struct param *a = x->p.at[i];
		bool out =
		    f->without && (strcmp(f->without, "visual") == 0
				       ? is_visual(a->name)
				       : strcmp(f->without, a->name) == 0);

		if (out && !f->instead)
			continue;
		list[n++] = (struct save_tensor){
		    .name = out ? f->instead : a->name,
		    .tensor = &a->t,
		    .as = f->bf16 ? DT_BF16 : DT_F32,
		};
	}
	if (save_safetensors(path, list, n, NULL, &err) == 0)
		w = weights_open(path, &err);
	if (!w)
		bug("%s", err.text);
	unlink(path);
	free(path);
	free(list);
	return w;
}

static bool same_values(const struct param *a, const struct param *b,
			int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++)
		if (tensor_float(&a->t, i) != tensor_float(&b->t, i))
			return false;
	return true;
}

static void check_whole(const struct model *x)
{
	struct weights *w = saved(x, &(struct file){0});
	struct model y;
	bool same = true;
	int rc;

	model_init(&y, V);
	rc = bind(&y, w);
	ok(rc == 0 && y.r.n == 0 && y.r.used == x->p.n,
	   "a whole file is used whole: %zu of %zu", y.r.used, x->p.n);
	for (size_t i = 0; i < x->p.n; i++)
		same &= same_values(x->p.at[i], y.p.at[i], 0,
				    tensor_count(&x->p.at[i]->t));
	ok(same, "and says what was saved");
	model_release(&y);
	weights_close(w);
}

static void check_plain(const struct model *x)
{
	struct weights *w = saved(x, &(struct file){.without = "visual"});
	struct model y;
	size_t missing, dead;
	bool filled = true;

	model_init(&y, V);
	ok(umie_is_plain_t5(w) && bind(&y, w) == 0,
	   "a plain FLAN-T5 opens and is known as one");
	missing = bind_report_count(&y.r, BIND_MISSING);
	dead = bind_report_count(&y.r, BIND_MISSING_DEAD);
	/* obj_order, the 45th of the reference's count, is an alias here */
	ok(missing == 40 && dead == 5,
	   "45 tensors are missing, %zu of them "
	   "used by nothing",
	   dead);
	params_init(&y.p, 9);
	for (size_t i = 0; i < y.p.n; i++)
		filled &= y.p.at[i]->t.data != NULL;
	ok(filled, "initialising fills all that is missing");
	model_release(&y);
	weights_close(w);
}

static void check_alias(const struct model *x)
{
	struct weights *w =
	    saved(x, &(struct file){.without = "shared.weight",
				    .instead = "decoder.embed_tokens."
					       "weight"});
	struct config c = small;
	struct err err = {0};
	struct model y;
	bool changed;

	c.vocab = 5;
	ok(umie_adopt(&c, w, &changed, &err) == 0 && changed && c.vocab == V,
	   "the vocabulary is what the table holds, under any of its names");
	model_init(&y, V);
	ok(bind(&y, w) == 0 && y.r.n == 0 &&
	       same_values(params_find(&x->p, "shared.weight"),
			   params_find(&y.p, "shared.weight"), 0, V),
	   "an alias stands in for the shared table");
	model_release(&y);
	weights_close(w);
	w = saved(x, &(struct file){.without = "shared.weight"});
	ok(umie_adopt(&c, w, NULL, &err) == -ERR_CHECKPOINT,
	   "without any table it is no checkpoint: %s", err.text);
	weights_close(w);
}

static void check_unexpected(const struct model *x)
{
	struct weights *w =
	    saved(x, &(struct file){.without = "decoder.final_layer_norm."
					       "weight",
				    .instead = "decoder.something.else"});
	struct model y;

	model_init(&y, V);
	ok(bind(&y, w) == 0 && y.r.n == 2 &&
	       bind_report_count(&y.r, BIND_MISSING) == 1 &&
	       bind_report_count(&y.r, BIND_UNEXPECTED) == 1 &&
	       strcmp(y.r.note[1].name, "decoder.something.else") == 0,
	   "missing and unexpected tensors are reported by name");
	model_release(&y);
	weights_close(w);
}

static void check_resized(const struct model *x)
{
	struct weights *w = saved(x, &(struct file){.bf16 = true});
	const struct param *a, *b, *c;
	struct model cut, longer;

	model_init(&cut, CUT);
	ok(bind(&cut, w) == 0 && bind_report_count(&cut.r, BIND_RESIZED) == 2 &&
	       cut.r.note[0].found == V && cut.r.note[0].want == CUT,
	   "a larger vocabulary is cut, and that is reported");
	model_init(&longer, LONG);
	ok(bind(&longer, w) == 0 &&
	       bind_report_count(&longer.r, BIND_RESIZED) == 2,
	   "a smaller vocabulary is extended, and that is reported");
	a = params_find(&cut.p, "shared.weight");
	b = params_find(&longer.p, "shared.weight");
	c = params_find(&x->p, "shared.weight");
	ok(a->t.dim[0] == CUT && b->t.dim[0] == LONG &&
	       same_values(a, b, 0, CUT * 8),
	   "the rows that both have are the file's");
	ok(fabsf(tensor_float(&b->t, V * 8)) > 0 &&
	       tensor_float(&b->t, V * 8) != tensor_float(&c->t, 0),
	   "the new rows are initialised");
	model_release(&cut);
	model_release(&longer);
	weights_close(w);
}

static void check_misshaped(const struct model *x)
{
	struct weights *w = saved(x, &(struct file){0});
	struct config c = small;
	struct model y = {0};

	c.d_ff = 13;
	umie_init(&y.m, &c, &y.p);
	ok(bind(&y, w) == -ERR_CHECKPOINT &&
	       strstr(y.err.text, "wi_0.weight has shape [12, 8], "
				  "expected [13, 8]"),
	   "a shape that does not fit is refused: %s", y.err.text);
	model_release(&y);
	weights_close(w);
}

static void check_init(const struct model *x)
{
	struct params p = {.prefix = "encoder."};
	struct param_spec norm = {
	    .init = INIT_NORMAL, .spread = 2, .ndim = 1, .dim = {4000}};
	struct param_spec flat = {
	    .init = INIT_UNIFORM, .spread = 0.5f, .ndim = 1, .dim = {4000}};
	struct param_spec pos = {.init = INIT_UNIFORM,
				 .spread = (float)(1 / sqrt(5)),
				 .ndim = 2,
				 .dim = {8, 5}};
	const float *a = NULL, *b;
	double sum = 0, squares = 0, most = 0;
	struct tensor *n = params_add(&p, &norm, "n");
	struct tensor *u = params_add(&p, &flat, "u");

	params_add(&p, &pos,
		   "visual_embedding.absolute_vis_pos_embedding.0.weight");
	params_init(&p, 7);
	a = n->data;
	b = u->data;
	for (int i = 0; i < 4000; i++) {
		sum += (double)a[i];
		squares += (double)a[i] * (double)a[i];
		most = fmax(most, fabs((double)b[i]));
	}
	ok(fabs(sum / 4000) < 0.15 && fabs(sqrt(squares / 4000) - 2) < 0.1,
	   "a normal start has the mean and spread it should");
	ok(most <= 0.5 && most > 0.49, "a uniform start stays within bounds");
	ok(same_values(p.at[2],
		       params_find(&x->p, "encoder.visual_embedding.absolute_"
					  "vis_pos_embedding.0.weight"),
		       0, 40),
	   "a parameter starts the same in any order of registration");
	params_release(&p);
}

static void check_flat(const struct model *x)
{
	struct backend *be;
	struct model y;
	int64_t covered = 0;
	bool aligned = true, sorted = true, kept = true;

	model_init(&y, V);
	params_init(&y.p, 7);
	be = cpu_backend_open(&(struct cpu_options){.threads = 1}, &y.err);
	ok(be && params_train(&y.p, be, &y.err) == 0, "a model can train %s",
	   y.err.text);
	for (size_t i = 0; i < y.p.n; i++) {
		const struct param *a = y.p.at[i];
		bool decayed = a->flags & PARAM_DECAYED;

		kept &= same_values(a, x->p.at[i], 0, tensor_count(&a->t));
		if (!(a->flags & PARAM_TRAINED))
			continue;
		aligned &= (uintptr_t)a->t.data % 64 == 0 &&
			   (uintptr_t)a->grad.data % 64 == 0;
		sorted &= decayed == (a->offset < y.p.n_decayed);
		covered += tensor_count(&a->t);
	}
	ok(kept, "its weights are the ones it had");
	ok(aligned && sorted, "they lie at 64 bytes, decayed ones first");
	ok(covered == params_count(&y.p, true) &&
	       covered <= tensor_count(&y.p.value),
	   "all %lld of them", (long long)covered);
	model_release(&y);
	be->close(be);
}

int main(void)
{
	struct model x;

	model_init(&x, V);
	params_init(&x.p, 7);
	check_whole(&x);
	check_plain(&x);
	check_alias(&x);
	check_unexpected(&x);
	check_resized(&x);
	check_misshaped(&x);
	check_init(&x);
	check_flat(&x);
	model_release(&x);
	return tap_done();
}
