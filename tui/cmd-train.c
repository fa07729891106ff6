/* umie train: the recipe, a progress line, Ctrl-C that loses nothing. */
#include <fcntl.h>
#include <limits.h>
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
#include "src/engine/device.h"
#include "src/engine/evaluate.h"
#include "src/image/resize.h"
#include "src/tensor/backend-plugin.h"
#include "src/train/comm.h"
#include "src/train/ranks.h"
#include "src/train/train.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/gpus.h"
#include "tui/progress.h"
#include "tui/train.h"

static const struct option OPTIONS[] = {
    TRAIN_OPTIONS,
    {"report", 0, "FD|json", "each line of the log there, or to stdout"},
    {NULL, 0, NULL, NULL},
};

/* Set by SIGINT and SIGTERM: finish the step, save, leave. */
static atomic_bool stop_asked;
/* Set by SIGUSR2: save and go on. */
static atomic_bool save_asked;

/* The second one does not wait: what is saved is whole at any moment. */
static void on_signal(int sig)
{
	if (atomic_exchange(&stop_asked, true))
		_exit(128 + sig);
}

static void on_save(int sig)
{
	(void)sig;
	atomic_store(&save_asked, true);
}

/* One training command while it runs. */
struct session {
	struct app *app;
	struct backend *be;
	struct bundle *bundle;
	struct samples samples;
	struct dataset dev;
	struct comm *comm, *tensors; /* tensors: owned where it is not comm */
	struct gpus gpus;
	struct json *about; /* of the run, for its log */
	int report;         /* where lines of the log go too; -1: nowhere */
	size_t eval_limit;
	char said[ERR_TEXT];   /* the last note of this rank */
	char digest[HASH_HEX]; /* over the training files */
	char *config_json;
	double shown; /* ms of the last progress line */
};

/* On a terminal one line that changes; otherwise a line every 30 s. */
static void show_step(void *context, const struct train_progress *p)
{
	struct session *t = context;
	bool tty = isatty(fileno(t->app->err));
	double now = clock_ms();
	char left[32];

	if (now - t->shown < (tty ? 200 : 30000) && p->step < p->total)
		return;
	t->shown = now;
	fprintf(t->app->err,
		"%sstep %lld/%lld  epoch %lld  loss %.4f  norm %.2f  lr %.2e  "
		"%.0f tokens/s  %s left%s",
		tty ? "\r\033[K" : "", (long long)p->step, (long long)p->total,
		(long long)p->epoch + 1, p->loss, p->norm, p->lr,
		p->tokens_per_second, progress_time(p->seconds_left, left),
		tty ? "" : "\n");
	fflush(t->app->err);
}

/* A reader that has gone does not end the run. */
static void show_line(void *context, const char *json)
{
	struct session *t = context;
	char *line;
	struct err ignored;

	if (t->report < 0)
		return;
	line = xasprintf("%s\n", json);
	file_write_all(t->report, line, strlen(line), "--report", &ignored);
	free(line);
}

static void show_note(void *context, const char *line)
{
	struct session *t = context;
	struct json *j;
	char *text;

	snprintf(t->said, sizeof(t->said), "%s", line);
	if (t->comm->size == 1)
		app_note(t->app, "%s", line);
	else
		app_note(t->app, "rank %d: %s", t->comm->rank, line);
	if (t->report < 0)
		return;
	j = json_new_object();
	json_put_string(j, "note", line);
	text = json_print(j);
	show_line(t, text);
	free(text);
	json_free(j);
}

static void show_loading(void *context, size_t done, size_t of)
{
	struct session *t = context;

	heartbeat(t->be->heart);
	if (isatty(fileno(t->app->err)) && t->comm->rank == 0)
		fprintf(t->app->err, "\r\033[Kreading %zu of %zu", done, of);
}

static int score_dev(void *context, double *score, struct json **detail,
		     struct err *err)
{
	struct session *t = context;
	struct evaluate_options o = {
	    .limit = t->eval_limit, .regime = REGIME_USUAL, .seed = 1};
	struct extractor *x =
	    extractor_new(t->bundle, t->app->decoder, NULL, &stop_asked);
	struct evaluation e = {0};
	struct str text = {0};
	int rc = evaluate(x, &t->dev, &o, &e, err);

	extractor_free(x);
	if (rc < 0)
		return rc;
	*score = evaluation_score(&e);
	*detail = evaluation_json(&e);
	evaluation_text(&e, &text);
	text.s[--text.len] = '\0';
	app_note(t->app, "%s%s", isatty(fileno(t->app->err)) ? "\n" : "",
		 text.s);
	str_release(&text);
	evaluation_release(&e);
	return 0;
}

/* Read every file given as --data or --dev. */
static int read_files(struct session *t, const struct args *a,
		      const char *option, struct dataset *d, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(a, "images"),
				    .schema = &t->bundle->schema};
	int rc = data_format_find(args_get(a, "format"), &o.format, err);

	for (int i = 0; i < a->n_many && rc == 0; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, option) ==
		    0)
			rc = dataset_read(d, a->many[i], &o, err);
	return rc;
}

/*
 * What --from wrote when the run began.  A run that is resumed has the same
 * lessons, whatever was decided meanwhile.
 */
static int read_lessons(struct session *t, const struct args *a,
			struct dataset *d, struct err *err)
{
	struct dataset_options o = {.format = DATA_JSONL,
				    .schema = &t->bundle->schema};
	char *path = train_lessons_path(a->pos[0]);
	int rc = 0;

	if (t->comm->rank == 0 && !args_has(a, "resume"))
		rc = train_lessons(t->app, args_get(a, "from"), a->pos[0], err);
	if (rc == 0)
		rc = t->comm->barrier(t->comm, err);
	if (rc == 0)
		rc = dataset_read(d, path, &o, err);
	free(path);
	return rc;
}

/* Drop the examples whose task is not in the list. */
static int keep_tasks(struct dataset *d, const char *list, struct err *err)
{
	bool keep[TASK_MEE + 1] = {0};
	char *copy = xstrdup(list), *rest = copy, *name;
	size_t n = 0;
	enum task task;
	int rc = 0;

	while (rc == 0 && (name = strsep(&rest, ",")))
		if (task_find(name, &task))
			keep[task] = true;
		else
			rc = err_set(err, ERR_USAGE,
				     "train: --tasks %s: no task %s; there are "
				     "%s",
				     list, name, task_names());
	free(copy);
	for (size_t i = 0; rc == 0 && i < d->n; i++)
		if (keep[d->ex[i].task])
			d->ex[n++] = d->ex[i];
		else
			example_release(&d->ex[i]);
	if (rc == 0)
		d->n = n;
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
	if (rc == 0 && args_has(a, "from"))
		rc = read_lessons(t, a, &d, err);
	if (rc == 0 && args_has(a, "tasks"))
		rc = keep_tasks(&d, args_get(a, "tasks"), err);
	if (rc == 0) {
		memcpy(t->digest, d.digest, sizeof(t->digest));
		rc = samples_add(&t->samples, &d, &src, show_loading, t, err);
	}
	if (rc == 0 && t->comm->rank == 0)
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

static int read_sums(const struct args *a, bool *bf16, struct err *err)
{
	const char *s = args_get(a, "sums");

	*bf16 = s && strcmp(s, "bf16") == 0;
	if (s && !*bf16 && strcmp(s, "f32") != 0)
		return err_set(err, ERR_USAGE,
			       "train: --sums %s: f32 or bf16 expected", s);
	return 0;
}

static int read_options(const struct args *a, struct train_options *o,
			size_t *eval_limit, struct err *err)
{
	long epochs, batch, seed, save, every, steps, limit, held;
	double lr, warmup, smoothing, drop, hold, patience, bucket;

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
	    args_number(a, "patience", 1, 3600, o->patience, &patience, err) <
		0 ||
	    args_number(a, "bucket", 0.001, 4096, (double)o->bucket / (1 << 20),
			&bucket, err) < 0 ||
	    read_sums(a, &o->bf16_sums, err) < 0 ||
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
	o->patience = patience;
	o->bucket = (size_t)(bucket * (1 << 20));
	o->shard = args_has(a, "shard-optimizer");
	o->recompute = args_has(a, "recompute");
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
	    .comm = t->comm,
	    .tensors = t->tensors,
	};
	struct train_hooks hooks = {
	    .context = t,
	    .evaluate = t->dev.n ? score_dev : NULL,
	    .progress = t->comm->rank == 0 ? show_step : NULL,
	    .line = t->report >= 0 ? show_line : NULL,
	    .note = show_note,
	    .stop = &stop_asked,
	    .save = &save_asked,
	    .about = t->about,
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

/*
 * What others ask for must not end a run that is still reading its files; a
 * C-c may, unless other ranks wait.
 */
static void catch_requests(bool stops)
{
	struct sigaction sa = {.sa_handler = on_save};

	sigaction(SIGUSR2, &sa, NULL);
	sa.sa_handler = on_signal;
	sigaction(SIGUSR1, &sa, NULL); /* what mpirun passes on */
	if (stops) {
		sigaction(SIGINT, &sa, NULL);
		sigaction(SIGTERM, &sa, NULL);
	}
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL); /* a reader of --report that left */
}

/* "json" or a descriptor's number. */
static int open_report(const struct args *a, int *fd, struct err *err)
{
	const char *s = args_get(a, "report");
	char *end;
	long n;

	*fd = -1;
	if (!s)
		return 0;
	n = strcmp(s, "json") == 0 ? STDOUT_FILENO : strtol(s, &end, 10);
	if ((strcmp(s, "json") != 0 && (end == s || *end)) || n < 0 ||
	    n > INT_MAX || fcntl((int)n, F_GETFD) < 0)
		return err_set(
		    err, ERR_USAGE,
		    "train: --report %s: an open descriptor's number "
		    "or `json` expected",
		    s);
	*fd = (int)n;
	return 0;
}

static void put_many(struct json *j, const char *option, const struct args *a)
{
	struct json *list = json_new_array();

	for (int i = 0; i < a->n_many; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, option) ==
		    0)
			json_push_string(list, a->many[i]);
	json_put(j, option, list);
}

/* Who, when and with what: the head of the log. */
static struct json *about_run(const struct session *t, const struct args *a,
			      const struct train_options *o)
{
	struct json *j = json_new_object(), *tasks = json_new_array();
	bool has[TASK_MEE + 1] = {0};
	time_t clock = time(NULL);
	struct tm tm;
	char when[32];

	gmtime_r(&clock, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_put_string(j, "started", when);
	json_put_int(j, "pid", getpid());
	json_put_string(j, "init", args_get(a, "init"));
	put_many(j, "data", a);
	put_many(j, "dev", a);
	if (args_has(a, "from"))
		json_put_string(j, "from", args_get(a, "from"));
	for (size_t i = 0; i < t->samples.n; i++)
		has[t->samples.at[i].task] = true;
	for (int k = 0; k <= TASK_MEE; k++)
		if (has[k])
			json_push_string(tasks, task_name((enum task)k));
	json_put(j, "tasks", tasks);
	json_put_int(j, "examples", (int64_t)t->samples.n);
	json_put_string(j, "device", t->be->name);
	json_put_int(j, "ranks", t->comm->size);
	json_put_int(j, "batch", o->batch);
	json_put_int(j, "epochs", o->epochs);
	json_put_number(j, "lr", o->lr, 9);
	return j;
}

/*
 * The ranks of a machine share its cores, unless it is said how many threads
 * each has.
 */
static int open_device(struct session *t, const struct args *a, struct err *err)
{
	char note[DEVICE_NOTE], *device;
	long threads;
	int rc;

	if (args_int(a, "threads", 1, 1024, 0, &threads, err) < 0 ||
	    gpus_device(a, &t->gpus, t->comm, &device, err) < 0)
		return -(int)err->code;
	if (!device && t->comm->size > 1)
		device = xstrdup("cpu");
	if (threads == 0 && t->comm->local_size > 1)
		threads =
		    MAX(1, sysconf(_SC_NPROCESSORS_ONLN) / t->comm->local_size);
	rc = device_open(device, (int)threads, &t->be, note, err);
	free(device);
	if (rc == 0 && *note && t->comm->rank == 0)
		app_note(t->app, "%s", note);
	if (rc == 0 && t->comm->size > 1 && !t->be->host_memory)
		rc = comm_device_plugin(err) ? 0 : -(int)err->code;
	return rc;
}

/* Gradients are added up where they lie. */
static int open_tensors(struct session *t, const struct train_options *o,
			struct err *err)
{
	const struct comm_device_plugin *p;
	struct comm_device d = {.bf16 = o->bf16_sums, .patience = o->patience};

	t->tensors = t->comm;
	if (t->comm->size == 1 || t->be->host_memory) {
		if (o->bf16_sums)
			return err_set(err, ERR_USAGE,
				       "train: --sums bf16 is for several "
				       "devices");
		return 0;
	}
	p = comm_device_plugin(err);
	if (!p)
		return -(int)err->code;
	d.device = atoi(t->be->name + strlen("cuda:"));
	d.stream = device_plugin(err)->stream(t->be);
	t->tensors = p->open(t->comm, &d, err);
	return t->tensors ? 0 : -(int)err->code;
}

/*
 * Whether a part of the start went well on all ranks; a rank where it did not
 * says why before the others leave.
 */
static int meet(struct session *t, int rc, struct err *err)
{
	if (t->comm->size == 1)
		return rc;
	if (rc < 0)
		show_note(t, err->text);
	return comm_agree(t->comm, rc, err);
}

static int check_command(const struct args *a, const struct comm *c,
			 struct err *err)
{
	if (!args_has(a, "init") ||
	    (!args_has(a, "data") && !args_has(a, "from")))
		return err_set(err, ERR_USAGE,
			       "train: --init CKPT, and --data FILE or --from "
			       "SESSION, are needed");
	if (!args_has(a, "resume") && c->rank == 0 && file_exists(a->pos[0]))
		return err_set(err, ERR_USAGE,
			       "train: %s exists already (--resume goes on "
			       "with it)",
			       a->pos[0]);
	return 0;
}

/* The paper's choice for FLAN-T5 large and xl, unless something was said. */
static void suit_size(const struct bundle *b, const struct args *a,
		      struct train_options *o)
{
	enum { LARGE = 1024 };

	if (b->config.d_model < LARGE)
		return;
	if (!args_has(a, "lr"))
		o->lr = 5e-5;
	if (!args_has(a, "batch"))
		o->batch = 8;
}

/* What this rank reads; the others may be through sooner, or later. */
static int read_all(struct session *t, const struct args *a,
		    const struct train_options *o, struct err *err)
{
	struct bundle_options b = {.use = args_has(a, "train-vision")
					      ? BUNDLE_TRAIN_VISION
					      : BUNDLE_TRAIN,
				   .seed = o->seed,
				   .freeze = args_get(a, "freeze")};
	const struct train_hooks hooks = {.context = t, .note = show_note};
	struct ranks all;
	int rc;

	ranks_init(&all, t->comm, t->comm, o->patience, &hooks);
	t->be->heart = &all.heart;
	ranks_part(&all);
	rc = bundle_open(&t->bundle, args_get(a, "init"), t->be, &b, err);
	if (rc == 0)
		rc = read_files(t, a, "dev", &t->dev, err);
	if (rc == 0)
		rc = read_samples(t, a, err);
	/* A failure ends all ranks anyway. */
	if (rc == 0)
		rc = ranks_follow(&all, rc, err);
	t->be->heart = NULL;
	ranks_release(&all);
	return rc;
}

/* One rank's part, or all of it. */
static int train_here(struct session *t, const struct args *a,
		      struct train_options *o, struct err *err)
{
	int rc = check_command(a, t->comm, err);

	if (rc == 0)
		rc = open_report(a, &t->report, err);
	if (t->comm->rank > 0)
		t->report = -1;
	if (rc < 0)
		return rc;
	t->comm->patience(t->comm, o->patience);
	rc = meet(t, open_device(t, a, err), err);
	if (rc == 0)
		rc = meet(t, open_tensors(t, o, err), err);
	if (rc == 0)
		rc = read_all(t, a, o, err);
	if (rc < 0)
		return rc;
	suit_size(t->bundle, a, o);
	t->config_json = config_text(t->bundle);
	t->about = about_run(t, a, o);
	catch_requests(true);
	return run(t, a, o, err);
}

static void session_release(struct session *t)
{
	free(t->config_json);
	json_free(t->about);
	samples_release(&t->samples);
	dataset_release(&t->dev);
	bundle_close(t->bundle);
	if (t->tensors && t->tensors != t->comm)
		t->tensors->close(t->tensors);
	if (t->be)
		t->be->close(t->be);
}

/*
 * A rank that fails must not wait for the others, nor they for it.  Rank 0
 * has the last word; the others say what they have not said yet.
 */
static void end_all(struct session *t, const struct err *err)
{
	if (t->comm->size > 1 && t->comm->rank == 0)
		app_note(t->app, "umie: %s", err->text);
	else if (t->comm->size > 1 && strcmp(err->text, t->said) != 0 &&
		 strcmp(err->text, COMM_ANOTHER) != 0)
		show_note(t, err->text);
	t->comm->abort(t->comm, (int)err->code);
}

/* Nobody leaves before the others, or it would be waited for for ever. */
static int leave_together(struct session *t, int rc, struct err *err)
{
	struct err late;

	if (rc < 0 && rc != -ERR_CANCELLED)
		return rc;
	if (t->comm->barrier(t->comm, &late) == 0)
		return rc;
	*err = late;
	return -(int)err->code;
}

static int exec_train(struct app *app, const struct args *a, struct err *err)
{
	struct session t = {.app = app, .report = -1};
	struct train_options o;
	long ranks;
	int rc = read_options(a, &o, &t.eval_limit, err);

	if (rc == 0)
		rc = gpus_read(a, &t.gpus, err);
	if (rc == 0 &&
	    args_int(a, "ranks", 1, 4096, MAX(1, t.gpus.n), &ranks, err) < 0)
		rc = -(int)err->code;
	if (rc == 0)
		rc = gpus_check(a, &t.gpus, err);
	if (rc < 0)
		return rc;
	if ((args_has(a, "ranks") || ranks > 1) && comm_promised() == 1)
		return train_launch(a, ranks, err);
	atomic_store(&stop_asked, false);
	atomic_store(&save_asked, false);
	catch_requests(comm_promised() > 1);
	t.comm = comm_open(err);
	if (!t.comm)
		return -(int)err->code;
	rc = train_here(&t, a, &o, err);
	session_release(&t);
	/* Reaching --max-steps is what was asked for. */
	if (rc == -ERR_CANCELLED && !atomic_load(&stop_asked)) {
		if (t.comm->rank == 0)
			app_note(app, "%s", err->text);
		rc = 0;
	}
	rc = leave_together(&t, rc, err);
	if (rc < 0 && rc != -ERR_CANCELLED)
		end_all(&t, err);
	t.comm->close(t.comm);
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
