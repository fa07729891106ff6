/*
 * umie predict: a whole data set, line by line into a file that a later run
 * goes on with.
 *
 * Each line of the output names the digest of what was asked (example and
 * options) and the model.  A run checks the lines that are there, cuts off
 * one that is not whole, and goes on behind them: nothing else is kept, so
 * there is nothing that could disagree with the file.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/progress.h"

enum {
	CHUNK = 8,         /* examples that go through the model together */
	SYNC_EVERY = 2000, /* ms between two times the disk is waited for */
	DIGEST = 16,       /* hexadecimal digits */
};

/* A handler has no argument. */
static atomic_bool stop;

struct prediction {
	struct app *app;
	const struct args *a;
	struct batch b;
	struct dataset data;
	struct extract_request base; /* what the options say */
	const char *out;             /* path; NULL: standard output */
	int fd;
	size_t first; /* examples that were there */
	size_t failed, missing;
	double synced;
};

static void on_signal(int sig)
{
	(void)sig;
	atomic_store(&stop, true);
}

static int read_options(struct prediction *p, struct err *err)
{
	const struct args *a = p->a;
	const struct settings *s = &p->app->settings;
	const char *gate = args_get(a, "gate"), *labels = args_get(a, "labels");
	long beams, max;

	if (args_int(a, "beams", 1, 64, settings_whole(s, SET_BEAMS), &beams,
		     err) < 0 ||
	    args_int(a, "max", 2, 512, settings_whole(s, SET_MAX), &max, err) <
		0 ||
	    (gate && gate_parse(gate, &p->base, err) < 0) ||
	    (labels && labels_option(labels, &p->base.labels, err) < 0) ||
	    argument_text(args_get(a, "instruction"), &p->base.instruction,
			  err) < 0)
		return -(int)err->code;
	p->base.beams = (int)beams;
	p->base.max_tokens = (int)max;
	p->base.constrained =
	    args_has(a, "constrained") || settings_on(s, SET_CONSTRAINED);
	p->base.attention = args_has(a, "attention");
	return 0;
}

static void request_of(const struct prediction *p, size_t i,
		       struct extract_request *r)
{
	*r = (struct extract_request){0};
	example_request(&p->data.ex[i], r);
	request_labels(r, &p->base.labels);
	if (p->base.instruction) {
		free(r->instruction);
		r->instruction = xstrdup(p->base.instruction);
	}
	r->gate = p->base.gate;
	r->gate_value = p->base.gate_value;
	r->beams = p->base.beams;
	r->max_tokens = p->base.max_tokens;
	r->constrained = p->base.constrained;
	r->attention = p->base.attention;
}

/* Of everything that decides the answer, but for the model. */
static void digest_of(const struct prediction *p, size_t i,
		      char out[DIGEST + 1])
{
	struct json *j = example_to_json(&p->data.ex[i]);
	char *line = json_print(j), hex[HASH_HEX];
	struct str all = {0};

	str_addf(&all, "%s\n%s\n%d %g %d %d %d", line,
		 p->base.instruction ? p->base.instruction : "",
		 (int)p->base.gate, (double)p->base.gate_value, p->base.beams,
		 p->base.max_tokens, p->base.attention);
	/* what was digested before there was such a thing stays as it was */
	if (p->base.constrained)
		str_add(&all, " constrained");
	for (size_t k = 0; k < p->base.labels.n; k++)
		str_addf(&all, "\n%s", p->base.labels.name[k]);
	hash_bytes(all.s, all.len, hex);
	memcpy(out, hex, DIGEST);
	out[DIGEST] = '\0';
	str_release(&all);
	free(line);
	json_free(j);
}

/* Line i of the file is what this run would have asked. */
static int check_line(struct prediction *p, size_t i, const char *line,
		      size_t n, struct err *err)
{
	char *what = xasprintf("%s:%zu", p->out, i + 1), digest[DIGEST + 1];
	struct json *j = json_parse(line, n, what, err);
	const char *model = json_string(json_get(j, "model"));
	const char *input = json_string(json_get(j, "input"));
	int rc = j ? 0 : -(int)err->code;

	digest_of(p, i, digest);
	if (rc == 0 && (!model || !input))
		rc = err_set(err, ERR_DATA,
			     "%s: not a line of umie predict; choose another "
			     "-o, or --restart",
			     what);
	else if (rc == 0 && strcmp(model, p->b.bundle->report.hash) != 0)
		rc = err_set(err, ERR_DATA,
			     "%s: made by another model (%.12s, now %.12s); "
			     "choose another -o, or --restart",
			     what, model, p->b.bundle->report.hash);
	else if (rc == 0 && strcmp(input, digest) != 0)
		rc = err_set(err, ERR_DATA,
			     "%s: made from another example or with other "
			     "options; choose another -o, or --restart",
			     what);
	p->failed += json_get(j, "error") != NULL;
	json_free(j);
	free(what);
	return rc;
}

/* Whole lines stay, what a kill cut off goes. */
static int take_up(struct prediction *p, struct err *err)
{
	struct str text = {0};
	size_t at = 0;
	int rc = file_read(p->out, (size_t)1 << 40, &text, err);

	while (rc == 0 && at < text.len) {
		const char *line = text.s + at;
		const char *end = memchr(line, '\n', text.len - at);

		if (!end)
			break;
		if (p->first == p->data.n)
			rc = err_set(err, ERR_DATA,
				     "%s: more lines than the %zu examples of "
				     "%s",
				     p->out, p->data.n, p->a->pos[0]);
		else
			rc = check_line(p, p->first, line, (size_t)(end - line),
					err);
		p->first++;
		at += (size_t)(end + 1 - line);
	}
	if (rc == 0 && ftruncate(p->fd, (off_t)at) < 0)
		rc = err_errno(err, ERR_FAILED, "%s", p->out);
	str_release(&text);
	return rc;
}

static int open_output(struct prediction *p, struct err *err)
{
	int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;

	p->out = args_get(p->a, "output");
	p->fd = STDOUT_FILENO;
	if (!p->out)
		return 0;
	p->fd = open(p->out, flags, 0666);
	if (p->fd < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot write", p->out);
	if (flock(p->fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, ERR_FAILED, "%s: another umie writes it",
			       p->out);
	if (args_has(p->a, "restart") && ftruncate(p->fd, 0) < 0)
		return err_errno(err, ERR_FAILED, "%s", p->out);
	return take_up(p, err);
}

/* One line at once, so that a kill leaves at most one that is not whole. */
static int write_line(struct prediction *p, size_t i, struct json *j,
		      struct err *err)
{
	char digest[DIGEST + 1], *line;
	struct str out = {0};
	int rc;

	digest_of(p, i, digest);
	json_put_string(j, "input", digest);
	line = json_print(j);
	str_addf(&out, "%s\n", line);
	rc = file_write_all(p->fd, out.s, out.len,
			    p->out ? p->out : "standard output", err);
	if (rc == 0 && p->out && clock_ms() - p->synced > SYNC_EVERY) {
		fdatasync(p->fd);
		p->synced = clock_ms();
	}
	str_release(&out);
	free(line);
	return rc;
}

static int write_result(struct prediction *p, size_t i, struct extraction *x,
			struct err *err)
{
	struct json *j = extraction_json(x, p->base.attention);
	int rc = write_line(p, i, j, err);

	p->missing += x->image == IMAGE_MISSING;
	json_free(j);
	extraction_free(x);
	return rc;
}

/* What cannot be asked is told in its place; the others are not lost. */
static int write_failure(struct prediction *p, size_t i, const struct err *why,
			 struct err *err)
{
	struct json *j = json_new_object();
	int rc;

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "id", p->data.ex[i].id);
	json_put_string(j, "model", p->b.bundle->report.hash);
	json_put(j, "error", error_json(why));
	rc = write_line(p, i, j, err);
	json_free(j);
	p->failed++;
	return rc;
}

static bool is_of_example(const struct err *err)
{
	return err->code == ERR_DATA || err->code == ERR_USAGE;
}

static int predict_one(struct prediction *p, size_t i, struct err *err)
{
	struct extract_request r;
	struct extraction *x;
	struct err why;
	int rc;

	request_of(p, i, &r);
	rc = extractor_run(p->b.extractor, &r, &x, &why);
	extract_request_release(&r);
	if (rc == 0)
		return write_result(p, i, x, err);
	if (is_of_example(&why))
		return write_failure(p, i, &why, err);
	*err = why;
	return rc;
}

/* Together where that goes; one by one when one of them is at fault. */
static int predict_chunk(struct prediction *p, size_t i, size_t n,
			 struct err *err)
{
	struct extract_request r[CHUNK];
	struct extraction *x[CHUNK];
	int rc;

	for (size_t k = 0; k < n; k++)
		request_of(p, i + k, &r[k]);
	rc = extractor_run_batch(p->b.extractor, r, n, x, err);
	for (size_t k = 0; k < n; k++)
		extract_request_release(&r[k]);
	if (rc < 0 && !is_of_example(err))
		return rc;
	if (rc < 0) {
		for (size_t k = rc = 0; k < n && rc == 0; k++)
			rc = predict_one(p, i + k, err);
		return rc;
	}
	for (size_t k = 0; k < n; k++) {
		if (rc == 0)
			rc = write_result(p, i + k, x[k], err);
		else
			extraction_free(x[k]);
	}
	return rc;
}

static int predict_all(struct prediction *p, struct err *err)
{
	struct sigaction sa = {.sa_handler = on_signal,
			       .sa_flags = (int)SA_RESETHAND};
	struct progress_bar bar;
	size_t i = p->first;
	int rc = 0;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	progress_begin(&bar, p->app->err, i, p->data.n);
	for (; i < p->data.n && rc == 0; i += CHUNK) {
		progress_show(&bar, i);
		rc =
		    predict_chunk(p, i, MIN(p->data.n - i, (size_t)CHUNK), err);
	}
	progress_end(&bar);
	if (rc < 0 && err->code == ERR_CANCELLED)
		return err_set(err, ERR_CANCELLED, "interrupted%s",
			       p->out ? "; the same command goes on" : "");
	return rc;
}

static int summary(const struct prediction *p, double ms, struct err *err)
{
	char time[32];

	app_note(p->app, "%zu examples in %s%s", p->data.n - p->first,
		 progress_time(ms / 1e3, time),
		 p->first ? "; the others were there" : "");
	if (p->missing)
		app_note(p->app, "%zu without the picture they name",
			 p->missing);
	if (!p->failed)
		return 0;
	return err_set(err, ERR_DATA,
		       "%zu of %zu examples could not be asked; their lines "
		       "have an \"error\"",
		       p->failed, p->data.n);
}

static int run(struct prediction *p, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(p->a, "images")};
	double start;
	int rc = read_options(p, err);

	if (rc == 0)
		rc = data_format_find(args_get(p->a, "format"), &o.format, err);
	if (rc == 0)
		rc = batch_open(&p->b, p->app, p->a, args_get(p->a, "model"),
				err);
	if (rc < 0)
		return rc;
	o.schema = &p->b.bundle->schema;
	rc = dataset_read(&p->data, p->a->pos[0], &o, err);
	if (rc == 0)
		rc = open_output(p, err);
	start = clock_ms();
	if (rc == 0)
		rc = predict_all(p, err);
	if (rc == 0 && p->out && fsync(p->fd) < 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot sync", p->out);
	return rc < 0 ? rc : summary(p, clock_ms() - start, err);
}

static int exec_predict(struct app *app, const struct args *a, struct err *err)
{
	struct prediction p = {.app = app, .a = a, .fd = -1};
	int rc;

	if (strcmp(a->pos[0], "-") == 0 &&
	    batch_stdin(app, a, "a data set", err) < 0)
		return -(int)err->code;
	app->cancel = &stop;
	rc = run(&p, err);
	if (p.out && p.fd >= 0)
		close(p.fd);
	batch_close(&p.b);
	dataset_release(&p.data);
	extract_request_release(&p.base);
	return rc;
}

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    {"output", 'o', "OUT", "append to this file (default: standard output)"},
    {"restart", 0, NULL, "begin OUT anew"},
    {"format", 0, "FORMAT", "of the data (default: guessed)"},
    {"images", 0, "DIR", "where its pictures are (default: beside it)"},
    {"instruction", 0, "TEXT|@FILE|I0|I1|I2", "instead of the task's own"},
    {"labels", 0, "LIST", "types instead of the schema's (task own)"},
    {"gate", 0, "own|off|X", "leave the gate, switch it off, hold it"},
    {"beams", 0, "N", "beam search (default 1: greedy)"},
    {"constrained", 0, NULL, "only answers of the task's form"},
    {"max", 0, "N", "longest answer in tokens (default 128)"},
    {"attention", 0, NULL, "weights over the regions for every record"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_predict = {
    .name = "predict",
    .args = "IN",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "extract from a whole data set, and go on where a run was stopped",
    .exec = exec_predict,
    .more = "Every example is one JSON line of OUT.  The same command goes on "
	    "behind the lines that are there; a run\nthat was killed loses the "
	    "examples it was at.",
};
