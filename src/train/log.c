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
	char *path; /* owned */
};

/* Keep the lines whose "step" is at most `step`; cut the rest. */
static int keep_until(const char *path, int64_t step, struct err *err)
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

		if (j && json_number(json_get(j, "step")) <= (double)step)
			str_addn(&kept, line, (size_t)(end - line) + 1);
		json_free(j);
	}
	if (rc == 0)
		rc = file_replace(path, str_cstr(&kept), kept.len, err);
	str_release(&text);
	str_release(&kept);
	return rc;
}

int train_log_open(struct train_log **out, const char *run,
		   const struct train_state *s, struct err *err)
{
	char *path = file_join(run, "log.jsonl");
	int fd;

	*out = NULL;
	if (keep_until(path, s->step > 0 ? s->step : -1, err) < 0) {
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

/* A log that cannot be written does not end a run. */
static void put(struct train_log *l, struct json *j)
{
	char *text = json_print(j);
	struct err ignored;
	struct str line = {0};

	str_addf(&line, "%s\n", text);
	file_write_all(l->fd, line.s, line.len, l->path, &ignored);
	str_release(&line);
	free(text);
	json_free(j);
}

void train_log_step(struct train_log *l, const struct train_progress *p,
		    double seconds)
{
	struct json *j = json_new_object();

	json_put_int(j, "step", p->step);
	json_put_int(j, "epoch", p->epoch);
	json_put_number(j, "loss", p->loss, 9);
	json_put_number(j, "lr", p->lr, 9);
	json_put_number(j, "grad_norm", p->norm, 9);
	json_put_number(j, "tokens_per_second", p->tokens_per_second, 4);
	json_put_number(j, "seconds", seconds, 4);
	put(l, j);
}

void train_log_epoch(struct train_log *l, const struct train_state *s)
{
	struct json *j = json_new_object();

	json_put_int(j, "step", s->step);
	json_put_int(j, "epoch_done", s->epoch);
	json_put_number(j, "mean_loss",
			s->loss_count ? s->loss_sum / (double)s->loss_count : 0,
			9);
	put(l, j);
}

void train_log_eval(struct train_log *l, const struct train_state *s,
		    double score, const struct json *detail)
{
	struct json *j = json_new_object();
	char *text;
	struct err err;

	json_put_int(j, "step", s->step);
	json_put_number(j, "dev_score", score, 6);
	if (detail) { /* a copy, since a parent owns its members */
		text = json_print(detail);
		json_put(j, "dev", json_parse(text, strlen(text), "dev", &err));
		free(text);
	}
	put(l, j);
}
