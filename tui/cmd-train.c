/* umie train: the recipe, a progress line, Ctrl-C that loses nothing. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/engine/device.h"
#include "src/image/resize.h"
#include "src/tensor/backend-plugin.h"
#include "src/train/comm.h"
#include "src/train/train.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/gpus.h"
#include "tui/train-job.h"
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

static int run(struct train_job *t, const struct args *a,
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

	train_tell(t, &hooks);
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

/*
 * The ranks of a machine share its cores, unless it is said how many threads
 * each has.
 */
static int open_device(struct train_job *t, const struct args *a,
		       struct err *err)
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
static int open_tensors(struct train_job *t, const struct train_options *o,
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
static int meet(struct train_job *t, int rc, struct err *err)
{
	if (t->comm->size == 1)
		return rc;
	if (rc < 0)
		train_tell_note(t, err->text);
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

/* One rank's part, or all of it. */
static int train_here(struct train_job *t, const struct args *a,
		      struct train_options *o, struct err *err)
{
	int rc = check_command(a, t->comm, err);

	if (rc == 0)
		rc = train_tell_open(a, &t->report, err);
	if (t->comm->rank > 0)
		t->report = -1;
	if (rc < 0)
		return rc;
	t->comm->patience(t->comm, o->patience);
	rc = meet(t, open_device(t, a, err), err);
	if (rc == 0)
		rc = meet(t, open_tensors(t, o, err), err);
	if (rc == 0)
		rc = train_read(t, a, o, err);
	if (rc < 0)
		return rc;
	suit_size(t->bundle, a, o);
	t->config_json = train_config(t->bundle);
	t->about = train_about(t, a, o);
	catch_requests(true);
	return run(t, a, o, err);
}

static void job_release(struct train_job *t)
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

enum { GRACE = 10 }; /* s, for a rank that failed to end the others */

/*
 * A rank that fails must not wait for the others, nor they for it.  Rank 0
 * has the last word; the others say what they have not said yet.
 */
static void end_all(struct train_job *t, const struct err *err)
{
	if (t->comm->size > 1 && t->comm->rank == 0)
		app_note(t->app, "umie: %s", err->text);
	else if (t->comm->size > 1 && strcmp(err->text, t->said) != 0 &&
		 strcmp(err->text, COMM_ANOTHER) != 0)
		train_tell_note(t, err->text);
	/* The one that failed ends all, and its status is the run's. */
	if (strcmp(err->text, COMM_ANOTHER) == 0)
		sleep(GRACE);
	t->comm->abort(t->comm, (int)err->code);
}

/* Nobody leaves before the others, or it would be waited for for ever. */
static int leave_together(struct train_job *t, int rc, struct err *err)
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
	struct train_job t = {.app = app, .report = -1, .stop = &stop_asked};
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
	if (t.be && t.be->remark)
		app_note(app, "%s", t.be->remark);
	job_release(&t);
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
