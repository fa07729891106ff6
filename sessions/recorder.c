/* The writer of recordings. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sessions/replay.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/probe/news-json.h"

struct recorder {
	char *path, *dir; /* owned; dir: whole path of its folder */
	int fd;
	double start;
	struct err err; /* the first failure; code 0: none */
};

static void put_line(struct recorder *r, struct json *j)
{
	char *text = json_print(j), *line = xasprintf("%s\n", text);

	if (r->err.code == ERR_NONE)
		file_write_all(r->fd, line, strlen(line), r->path, &r->err);
	free(line);
	free(text);
	json_free(j);
}

static struct json *step(const struct recorder *r)
{
	struct json *j = json_new_object();

	json_put_int(j, "t", (int64_t)(clock_ms() - r->start));
	return j;
}

static void put_head(struct recorder *r)
{
	struct json *j = json_new_object();
	struct timespec now;
	char at[32];

	clock_gettime(CLOCK_REALTIME, &now);
	act_time_print((int64_t)now.tv_sec * 1000, at);
	json_put_string(j, "umie", "recording");
	json_put_int(j, "version", RECORDING_VERSION);
	json_put_string(j, "time", at);
	put_line(r, j);
}

int recorder_open(struct recorder **out, const char *path,
		  const struct session *s, struct err *err)
{
	struct recorder *r;
	const char *slash = strrchr(path, '/');
	char *dir =
	    slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	*out = NULL;
	if (fd < 0) {
		free(dir);
		return err_errno(err, ERR_FAILED, "%s: cannot begin", path);
	}
	r = xcalloc(1, sizeof(*r));
	r->path = xstrdup(path);
	r->dir = realpath(dir, NULL);
	r->fd = fd;
	r->start = clock_ms();
	free(dir);
	put_head(r);
	if (s)
		recorder_acts(r, s, 0);
	*out = r;
	return 0;
}

int recorder_close(struct recorder *r, struct err *err)
{
	int rc;

	if (!r)
		return 0;
	if (r->err.code == ERR_NONE && fsync(r->fd) < 0)
		err_errno(&r->err, ERR_FAILED, "%s", r->path);
	close(r->fd);
	*err = r->err;
	rc = -(int)r->err.code;
	free(r->path);
	free(r->dir);
	free(r);
	return rc;
}

void recorder_command(struct recorder *r, const char *line)
{
	struct json *j = step(r);

	json_put_string(j, "command", line);
	put_line(r, j);
}

/* `path` as it is called from the recording's folder; the caller's. */
static char *relative(const struct recorder *r, const char *path)
{
	char *whole = realpath(path, NULL);
	struct str out = {0};
	size_t same = 0;

	if (!whole || !r->dir) {
		free(whole);
		return xstrdup(path);
	}
	if (strcmp(whole, r->dir) == 0) {
		free(whole);
		return xstrdup(".");
	}
	for (size_t i = 0;; i++) {
		char a = r->dir[i], b = whole[i];

		if ((a == '/' || !a) && b == '/')
			same = i;
		if (a != b || !a)
			break;
	}
	for (const char *c = r->dir + same; *c; c++)
		if (*c == '/' && c[1])
			str_add(&out, "../");
	str_add(&out, whole + same + 1);
	free(whole);
	return str_detach(&out);
}

void recorder_opened(struct recorder *r, const struct open_report *report)
{
	struct json *j = step(r), *o = json_new_object();
	char *path = relative(r, report->path);

	json_put_string(o, "path", path);
	json_put_string(o, "format", report->format);
	json_put_string(o, "dtype", report->dtype);
	json_put_string(o, "hash", report->hash);
	json_put_int(o, "parameters", report->parameters);
	json_put_int(o, "vision_parameters", report->vision_parameters);
	json_put(o, "schema", schema_to_json(&report->schema));
	json_put(j, "opened", o);
	put_line(r, j);
	free(path);
}

/* The request in the form of an example, its picture by a relative name. */
static struct json *request_json(const struct recorder *r,
				 const struct extract_request *q)
{
	char *image = q->image ? relative(r, q->image) : NULL;
	const struct example e = {
	    .id = q->id,
	    .task = q->task,
	    .text = q->text,
	    .image = image,
	    .boxes = q->boxes,
	    .boxes_relative = q->boxes_relative,
	    .head = q->head,
	    .tail = q->tail,
	    .event = q->event,
	    .instruction = q->instruction,
	    .own = q->own,
	    .labels = q->labels,
	};
	struct json *j = example_to_json(&e);

	free(image);
	return j;
}

static void put_gate(struct json *j, const struct extract_request *q)
{
	if (q->gate == GATE_SET_HELD)
		json_put_number(j, "gate", (double)q->gate_value, 9);
	else
		json_put_string(j, "gate",
				q->gate == GATE_SET_OFF ? "off" : "own");
}

static struct json *write_request(void *context,
				  const struct extract_request *q)
{
	struct json *j = json_new_object();
	struct extract_request plain = *q;

	/* A variant may have none at all, which an example cannot say. */
	plain.instruction = NULL;
	json_put(j, "request", request_json(context, &plain));
	put_gate(j, q);
	if (q->constrained)
		json_put_bool(j, "constrained", true);
	if (q->instruction)
		json_put_string(j, "instruction", q->instruction);
	return j;
}

void recorder_news(struct recorder *r, const struct probe_news *n)
{
	const struct request_format f = {.context = r, .write = write_request};
	struct json *j = step(r);

	json_put(j, "news", news_json(n, &f));
	put_line(r, j);
}

void recorder_reply(struct recorder *r, const struct extract_request *request,
		    const struct extraction *x, int example)
{
	struct json *j = step(r);
	struct extract_request q = *request;

	/* Boxes of a file or a detector, which need not be there again. */
	if ((q.boxes_file || q.detector) && x->image == IMAGE_FOUND) {
		q.boxes = x->regions;
		q.boxes_relative = false;
	}
	json_put(j, "reply", extraction_json(x, true));
	json_put(j, "request", request_json(r, &q));
	put_gate(j, request);
	if (example)
		json_put_int(j, "ahead", example);
	put_line(r, j);
}

static void put_pixels(struct json *o, const struct image *im)
{
	size_t n = (size_t)im->w * (size_t)im->h * 3;
	char *text = xcalloc(BASE64_ENCODE_RAW_LENGTH(n) + 1, 1);

	base64_encode_raw(text, n, im->rgb);
	json_put_int(o, "thumbnail_width", im->w);
	json_put_int(o, "thumbnail_height", im->h);
	json_put_string(o, "rgb", text);
	free(text);
}

/* Every nth pixel of every nth row, so that it is small. */
static void shrink(const struct image *from, struct image *to)
{
	int n = (MAX(from->w, from->h) + RECORDING_THUMBNAIL - 1) /
		RECORDING_THUMBNAIL;

	n = MAX(n, 1);
	to->w = (from->w + n - 1) / n;
	to->h = (from->h + n - 1) / n;
	to->rgb = xcalloc((size_t)to->w * (size_t)to->h, 3);
	for (int y = 0; y < to->h; y++)
		for (int x = 0; x < to->w; x++)
			memcpy(to->rgb + 3 * (y * to->w + x),
			       from->rgb + 3 * ((size_t)y * (size_t)n *
						    (size_t)from->w +
						(size_t)x * (size_t)n),
			       3);
}

void recorder_picture(struct recorder *r, const char *path,
		      const struct image *thumbnail, int w, int h)
{
	struct json *j = step(r), *o = json_new_object();
	char *name = relative(r, path), hash[HASH_HEX];
	struct image small;
	struct err ignored;

	json_put_string(o, "path", name);
	if (hash_file(path, hash, &ignored) == 0)
		json_put_string(o, "sha256", hash);
	json_put_int(o, "width", w);
	json_put_int(o, "height", h);
	shrink(thumbnail, &small);
	put_pixels(o, &small);
	image_release(&small);
	json_put(j, "picture", o);
	put_line(r, j);
	free(name);
}

/* "image":"…" as it stands in a body; the caller's. */
static char *image_member(const char *path)
{
	struct json *j = json_new_object();
	char *text, *member;

	json_put_string(j, "image", path);
	text = json_print(j);
	member = xstrndup(text + 1, strlen(text) - 2);
	free(text);
	json_free(j);
	return member;
}

/* The act with its picture called from the recording's folder; its body is
 * the caller's. */
static struct act relative_act(const struct recorder *r,
			       const struct session_example *e,
			       const struct act *a)
{
	struct act copy = *a;
	struct str body = {0};
	char *is, *wanted, *name;
	const char *at;

	copy.body = xstrdup(a->body);
	if (!e || !e->ex.image)
		return copy;
	name = relative(r, e->ex.image);
	is = image_member(e->ex.image);
	wanted = image_member(name);
	at = strstr(a->body, is);
	if (at) {
		str_addn(&body, a->body, (size_t)(at - a->body));
		str_add(&body, wanted);
		str_add(&body, at + strlen(is));
		free(copy.body);
		copy.body = str_detach(&body);
	}
	free(name);
	free(is);
	free(wanted);
	return copy;
}

void recorder_acts(struct recorder *r, const struct session *s, size_t from)
{
	const struct state *st = session_state(s);

	for (size_t i = from; i < st->n_log; i++) {
		bool whole = st->log[i].kind == ACT_KIND_EXAMPLE ||
			     st->log[i].kind == ACT_KIND_VARIANT;
		struct act a = relative_act(
		    r, whole ? state_example(st, st->log[i].example) : NULL,
		    &st->log[i]);
		struct json *j = step(r);

		json_put(j, "act", act_to_json(&a));
		put_line(r, j);
		free(a.body);
	}
}
