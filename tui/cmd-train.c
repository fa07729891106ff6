/* umie train: the recipe, a progress line, Ctrl-C that loses nothing. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/engine/evaluate.h"
#include "src/image/resize.h"
#include "src/train/train.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"init", 0, "CKPT", "checkpoint to start from (umie init makes one)"},
    {"data", 0, "FILE", "examples to train on; may be given often"},
    {"dev", 0, "FILE", "examples to select on; may be given often"},
    {"format", 0, "jsonl|conll|mnre", "of the data (default: guessed)"},
    {"images", 0, "DIR", "where pictures are (default: beside the data)"},
    {"train-vision", 0, NULL, "train the image backbone too"},
    {"freeze", 0, "PREFIX", "tensors whose names begin so are not trained"},
    {"epochs", 0, "N", "passes over the data (default 40)"},
    {"batch", 0, "N", "examples a step (default 16)"},
    {"lr", 0, "X", "peak learning rate (default 1e-4)"},
    {"warmup", 0, "X", "share of the steps that warm up (default 0.06)"},
    {"label-smoothing", 0, "X", "default 0.1"},
    {"dropout", 0, "X", "default 0.1"},
    {"gate-hold", 0, "X", "value that --gate-steps holds (default 0.3)"},
    {"gate-steps", 0, "N", "hold the gate for the first N steps (default 0)"},
    {"seed", 0, "N", "default 1"},
    {"save-every", 0, "N", "steps between saves (default: each epoch)"},
    {"eval-every", 0, "N", "epochs between evaluations (default 1)"},
    {"eval-limit", 0, "N", "examples of each dev file (default: all)"},
    {"max-steps", 0, "N", "stop and save after this many steps"},
    {"resume", 0, NULL, "go on with the run in RUN"},
    {"device", 0, "auto|cpu", "where to compute"},
    {"threads", 0, "N", "processor threads (default: all cores)"},
    {NULL, 0, NULL, NULL},
};

/* Set by SIGINT and SIGTERM: finish the step, save, leave. */
static atomic_bool stop_asked;

static void on_signal(int sig)
{
	(void)sig;
	atomic_store(&stop_asked, true);
}

/* One training command while it runs. */
struct session {
	struct app *app;
	struct backend *be;
	struct bundle *bundle;
	struct samples samples;
	struct dataset dev;
	size_t eval_limit;
	char digest[HASH_HEX]; /* over the training files */
	char *config_json;
	double shown; /* ms of the last progress line */
};

static void clock_text(double seconds, char *buf, size_t n)
{
	long s = (long)seconds;

	if (s >= 3600)
		snprintf(buf, n, "%ld h %02ld min", s / 3600, s % 3600 / 60);
	else
		snprintf(buf, n, "%ld min %02ld s", s / 60, s % 60);
}

/* On a terminal one line that changes; otherwise a line every 30 s. */
static void show_step(void *context, const struct train_progress *p)
{
	struct session *t = context;
	bool tty = isatty(fileno(t->app->err));
	double now = clock_ms();
	char left[48];

	if (now - t->shown < (tty ? 200 : 30000) && p->step < p->total)
		return;
	t->shown = now;
	clock_text(p->seconds_left, left, sizeof(left));
	fprintf(t->app->err,
		"%sstep %lld/%lld  epoch %lld  loss %.4f  norm %.2f  lr %.2e  "
		"%.0f tokens/s  %s left%s",
		tty ? "\r\033[K" : "", (long long)p->step, (long long)p->total,
		(long long)p->epoch + 1, p->loss, p->norm, p->lr,
		p->tokens_per_second, left, tty ? "" : "\n");
	fflush(t->app->err);
}

static void show_note(void *context, const char *line)
{
	struct session *t = context;

	app_note(t->app, "%s", line);
}

static void show_loading(void *context, size_t done, size_t of)
{
	struct session *t = context;

	if (isatty(fileno(t->app->err)))
		fprintf(t->app->err, "\r\033[Kreading %zu of %zu", done, of);
}

static int score_dev(void *context, double *score, struct json **detail,
		     struct err *err)
{
	struct session *t = context;
	struct evaluate_options o = {.limit = t->eval_limit};
	struct extractor *x =
	    extractor_new(t->bundle, t->app->decoder, NULL, &stop_asked);
	struct evaluation e;
	struct str text = {0};
	int rc = evaluate(x, &t->dev, &o, &e, err);

	extractor_free(x);
	if (rc < 0)
		return rc;
	*score = evaluation_score(&e);
	*detail = evaluation_json(&e);
	evaluation_text(&e, t->dev.name, &text);
	text.s[--text.len] = '\0';
	app_note(t->app, "%s%s", isatty(fileno(t->app->err)) ? "\n" : "",
		 text.s);
	str_release(&text);
	return 0;
}

/* Read every file given as --data or --dev. */
static int read_files(struct session *t, const struct args *a,
		      const char *option, struct dataset *d, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(a, "images"),
				    .schema = &t->bundle->schema};
	int rc = data_format_parse(args_get(a, "format"), &o.format, err);

	for (int i = 0; i < a->n_many && rc == 0; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, option) ==
		    0)
			rc = dataset_read(d, a->many[i], &o, err);
	return rc;
}

static int read_samples(struct session *t, const struct args *a,
			struct err *err)
{
	struct bundle *b = t->bundle;
	struct sample_source src = {
	    .tokenizer = b->tokenizer,
	    .schema = &b->schema,
	    .grammar = bundle_grammar(b),
	    .crop_size = b->config.vision.image_size,
	    .max_regions = MIN(b->config.max_regions, REGIONS_MAX),
	    .decoder = b->vision ? t->app->decoder : NULL,
	};
	struct dataset d = {0};
	int rc;

	if (!b->tokenizer)
		return err_set(err, ERR_CHECKPOINT,
			       "%s/spiece.model: no such file, so texts cannot "
			       "be read",
			       b->dir);
	for (int k = 0; k < TASK_MEE; k++)
		src.instruction[k] = bundle_instruction(b, (enum task)k, NULL);
	rc = read_files(t, a, "data", &d, err);
	if (rc == 0) {
		memcpy(t->digest, d.digest, sizeof(t->digest));
		rc = samples_add(&t->samples, &d, &src, show_loading, t, err);
	}
	if (rc == 0)
		app_note(t->app,
			 "%zu examples, %zu pictures; %zu pictures missing, "
			 "%zu texts cut",
			 t->samples.n, t->samples.n_pics, t->samples.missing,
			 t->samples.cut);
	dataset_release(&d);
	return rc;
}

/* config.json of what is saved: with the instructions that were used. */
static char *config_text(const struct bundle *b)
{
	struct json *j = config_to_json(&b->config), *list;
	struct json *umie = (struct json *)json_get(j, "umie");
	char *text;

	if (!json_get(umie, "instructions")) {
		list = json_new_object();
		for (int k = 0; k < TASK_MEE; k++)
			json_put_string(
			    list, task_name((enum task)k),
			    bundle_instruction(b, (enum task)k, NULL));
		json_put(umie, "instructions", list);
	}
	text = json_print_pretty(j);
	json_free(j);
	return text;
}

static int read_options(const struct args *a, struct train_options *o,
			size_t *eval_limit, struct err *err)
{
	long epochs, batch, seed, save, every, steps, limit, held;
	double lr, warmup, smoothing, drop, hold;

	*o = TRAIN_DEFAULT;
	if (args_int(a, "epochs", 1, 100000, o->epochs, &epochs, err) < 0 ||
	    args_int(a, "batch", 1, 4096, o->batch, &batch, err) < 0 ||
	    args_int(a, "seed", 0, 2147483647, 1, &seed, err) < 0 ||
	    args_int(a, "save-every", 1, 1 << 30, 0, &save, err) < 0 ||
	    args_int(a, "eval-every", 0, 100000, 1, &every, err) < 0 ||
	    args_int(a, "eval-limit", 1, 1 << 30, 0, &limit, err) < 0 ||
	    args_int(a, "max-steps", 1, 1 << 30, 0, &steps, err) < 0 ||
	    args_int(a, "gate-steps", 0, 1 << 30, 0, &held, err) < 0 ||
	    args_number(a, "gate-hold", 0.001, 1.6, (double)o->gate.hold, &hold,
			err) < 0 ||
	    args_number(a, "lr", 1e-9, 1, o->lr, &lr, err) < 0 ||
	    args_number(a, "warmup", 0, 1, o->warmup, &warmup, err) < 0 ||
	    args_number(a, "label-smoothing", 0, 0.9, (double)o->smoothing,
			&smoothing, err) < 0 ||
	    args_number(a, "dropout", 0, 0.9, (double)o->drop, &drop, err) < 0)
		return -(int)err->code;
	o->epochs = (int)epochs;
	o->batch = (int)batch;
	o->seed = (uint64_t)seed;
	o->save_every = save;
	o->eval_every = (int)every;
	o->max_steps = steps;
	o->gate.hold = (float)hold;
	o->gate_steps = held;
	o->lr = lr;
	o->warmup = warmup;
	o->smoothing = (float)smoothing;
	o->drop = (float)drop;
	*eval_limit = (size_t)limit;
	return 0;
}

static int run(struct session *t, const struct args *a,
	       const struct train_options *o, struct err *err)
{
	struct bundle *b = t->bundle;
	struct image_norm norm;
	struct train_model m = {
	    .model = &b->model,
	    .params = &b->params,
	    .vision = b->vision,
	    .train_vision = args_has(a, "train-vision"),
	    .be = t->be,
	    .norm = &norm,
	};
	struct train_hooks hooks = {
	    .context = t,
	    .evaluate = t->dev.n ? score_dev : NULL,
	    .progress = show_step,
	    .note = show_note,
	    .stop = &stop_asked,
	};
	char *spm = file_join(b->dir, "spiece.model");
	char *schema = file_join(b->dir, "schema.json");
	char *vision = file_join(b->dir, "vision.safetensors");
	struct state_files files = {
	    .config_json = t->config_json,
	    .spm_path = spm,
	    .schema_path = schema,
	    .vision_path = file_exists(vision) ? vision : NULL,
	    .vision_trained = m.train_vision,
	};
	int rc;

	memcpy(norm.mean, b->config.vision.mean, sizeof(norm.mean));
	memcpy(norm.std, b->config.vision.std, sizeof(norm.std));
	rc = train_run(&m, &t->samples, o, &files, t->digest, a->pos[0],
		       args_has(a, "resume"), &hooks, err);
	if (isatty(fileno(t->app->err)))
		fputc('\n', t->app->err);
	free(spm);
	free(schema);
	free(vision);
	return rc;
}

static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	atomic_store(&stop_asked, false);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static int exec_train(struct app *app, const struct args *a, struct err *err)
{
	struct session t = {.app = app};
	struct bundle_options b = {.use = args_has(a, "train-vision")
					      ? BUNDLE_TRAIN_VISION
					      : BUNDLE_TRAIN,
				   .freeze = args_get(a, "freeze")};
	struct train_options o;
	int rc = read_options(a, &o, &t.eval_limit, err);

	if (rc == 0 && (!args_has(a, "init") || !args_has(a, "data")))
		rc = err_set(err, ERR_USAGE,
			     "train: --init CKPT and --data "
			     "FILE are needed");
	if (rc == 0 && !args_has(a, "resume") && file_exists(a->pos[0]))
		rc = err_set(err, ERR_USAGE,
			     "train: %s exists already (--resume goes on with "
			     "it)",
			     a->pos[0]);
	b.seed = o.seed;
	if (rc == 0)
		rc = batch_backend(&t.be, a, err);
	if (rc == 0)
		rc = bundle_open(&t.bundle, args_get(a, "init"), t.be, &b, err);
	if (rc == 0)
		rc = read_files(&t, a, "dev", &t.dev, err);
	if (rc == 0)
		rc = read_samples(&t, a, err);
	if (rc == 0) {
		t.config_json = config_text(t.bundle);
		catch_signals();
		rc = run(&t, a, &o, err);
	}
	free(t.config_json);
	samples_release(&t.samples);
	dataset_release(&t.dev);
	bundle_close(t.bundle);
	if (t.be)
		t.be->close(t.be);
	/* Reaching --max-steps is what was asked for. */
	if (rc == -ERR_CANCELLED && !atomic_load(&stop_asked)) {
		app_note(app, "%s", err->text);
		rc = 0;
	}
	return rc;
}

const struct cmd cmd_train = {
    .name = "train",
    .args = "RUN",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "train a checkpoint into the folder RUN (best/ is the result)",
    .exec = exec_train,
};
