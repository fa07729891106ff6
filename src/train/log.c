#include "src/train/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/train/train.h"

struct train_log {
	int fd;
	char *path;                      /* owned */
	const struct train_hooks *hooks; /* borrowed */
};

/*
 * Is this line of what the run has done already?  What comes behind the last
 * step of an epoch is done again when the epoch has not ended, and the head
 * is written anew.
 */
static bool still_true(const struct json *j, const struct train_state *s)
{
	double step = json_number(json_get(j, "step"));

	if (s->step == 0 || json_get(j, "run"))
		return false;
	if (step < (double)s->step)
		return true;
	return step == (double)s->step &&
	       (json_get(j, "loss") || s->position == 0);
}

static int keep(const char *path, const struct train_state *s, struct err *err)
{
	struct str text = {0}, kept = {0};
	const char *line, *end;
	int rc = 0;

	if (!file_exists(path))
		return 0;
	rc = file_read(path, (size_t)1 << 30, &text, err);
	line = str_cstr(&text);
	for (; rc == 0 && (end = strchr(line, '\n')); line = end + 1) {
		struct json *j =
		    json_parse(line, (size_t)(end - line), path, err);

		if (j && still_true(j, s))
			str_addn(&kept, line, (size_t)(end - line) + 1);
		json_free(j);
	}
	if (rc == 0)
		rc = file_replace(path, str_cstr(&kept), kept.len, err);
	str_release(&text);
	str_release(&kept);
	return rc;
}

/* A log that cannot be written does not end a run. */
static void put(struct train_log *l, struct json *j)
{
	char *text = json_print(j);
	struct err ignored;
	struct str line = {0};

	str_addf(&line, "%s\n", text);
	file_write_all(l->fd, line.s, line.len, l->path, &ignored);
	if (l->hooks->line)
		l->hooks->line(l->hooks->context, text);
	str_release(&line);
	free(text);
	json_free(j);
}

static struct json *line_of(const struct train_state *s)
{
	struct json *j = json_new_object();

	json_put_int(j, "step", s->step);
	return j;
}

/* A parent owns its members, so they are given copies. */
static struct json *copy(const struct json *j)
{
	char *text = json_print(j);
	struct json *c;
	struct err err;

	c = json_parse(text, strlen(text), "a copy", &err);
	free(text);
	return c;
}

static void put_head(struct train_log *l, const struct train_state *s)
{
	struct json *j = line_of(s), *run;

	run = l->hooks->about ? copy(l->hooks->about) : json_new_object();
	json_put_int(run, "total", s->total);
	json_put_int(run, "warmup", s->warmup);
	json_put(j, "run", run);
	put(l, j);
}

int train_log_open(struct train_log **out, const char *run,
		   const struct train_state *s, const struct train_hooks *hooks,
		   struct err *err)
{
	char *path = file_join(run, "log.jsonl");
	int fd;

	*out = NULL;
	if (keep(path, s, err) < 0) {
		free(path);
		return -(int)err->code;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		err_errno(err, ERR_FAILED, "%s", path);
		free(path);
		return -ERR_FAILED;
	}
	*out = xcalloc(1, sizeof(**out));
	(*out)->fd = fd;
	(*out)->path = path;
	(*out)->hooks = hooks;
	put_head(*out, s);
	return 0;
}

void train_log_close(struct train_log *l)
{
	if (!l)
		return;
	close(l->fd);
	free(l->path);
	free(l);
}

static void put_ranks(struct json *j, const struct train_progress *p)
{
	struct json *all = json_new_array();

	for (int i = 0; i < p->ranks; i++) {
		struct json *r = json_new_object();

		json_put_int(r, "examples", (int64_t)p->rank[i].examples);
		json_put_number(r, "busy", p->rank[i].busy, 4);
		json_put_number(r, "wait", p->rank[i].wait, 4);
		json_push(all, r);
	}
	json_put(j, "ranks", all);
}

void train_log_step(struct train_log *l, const struct train_progress *p,
		    double seconds)
{
	struct json *j;

	if (!l)
		return;
	j = json_new_object();
	json_put_int(j, "step", p->step);
	json_put_int(j, "epoch", p->epoch);
	json_put_number(j, "loss", p->loss, 9);
	json_put_number(j, "lr", p->lr, 9);
	json_put_number(j, "grad_norm", p->norm, 9);
	json_put_number(j, "tokens_per_second", p->tokens_per_second, 4);
	json_put_number(j, "seconds", seconds, 4);
	put_ranks(j, p);
	put(l, j);
}

void train_log_epoch(struct train_log *l, const struct train_state *s)
{
	struct json *j;

	if (!l)
		return;
	j = line_of(s);
	json_put_int(j, "epoch_done", s->epoch);
	json_put_number(j, "mean_loss",
			s->loss_count ? s->loss_sum / (double)s->loss_count : 0,
			9);
	put(l, j);
}

void train_log_eval(struct train_log *l, const struct train_state *s,
		    double score, const struct json *detail)
{
	struct json *j;

	if (!l)
		return;
	j = line_of(s);
	json_put_int(j, "epoch", s->epoch);
	json_put_number(j, "dev_score", score, 6);
	if (detail)
		json_put(j, "dev", copy(detail));
	put(l, j);
}

void train_log_saved(struct train_log *l, const struct train_state *s)
{
	struct json *j;

	if (!l)
		return;
	j = line_of(s);
	json_put_bool(j, "saved", true);
	put(l, j);
}

void train_log_best(struct train_log *l, const struct train_state *s)
{
	struct json *j;

	if (!l)
		return;
	j = line_of(s);
	json_put_number(j, "best", s->best, 6);
	put(l, j);
}
