/* The reader of recordings, and the comparison of answers. */
#include "sessions/replay.h"

#include <math.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/probe/news-json.h"
#include "src/base/str.h"

enum { LINE_LIMIT = 16 << 20 };
#define FILE_LIMIT ((size_t)1 << 30)

/* A line of a recording being read. */
struct reading {
	struct replay_step *s;
	const char *what, *dir;
	struct err *err;
};

static void step_free(struct replay_step *s)
{
	free(s->command);
	open_report_release(&s->report);
	extract_request_release(&s->request);
	extraction_free(s->reply);
	image_release(&s->picture);
	free(s->path);
	act_release(&s->act);
	probe_news_free(s->news);
}

void recording_release(struct recording *r)
{
	for (size_t i = 0; i < r->n; i++)
		step_free(&r->step[i]);
	free(r->step);
	*r = (struct recording){0};
}

static int bad(const struct reading *r, const char *key)
{
	return err_set(r->err, ERR_DATA,
		       "%s: \"%s\" is missing or not what a recording has "
		       "there",
		       r->what, key);
}

static char *whole_path(const struct reading *r, const char *name)
{
	if (strcmp(name, ".") == 0)
		return xstrdup(r->dir);
	return name[0] == '/' ? xstrdup(name) : file_join(r->dir, name);
}

static int read_command(const struct reading *r, const struct json *j)
{
	if (!json_string(j))
		return bad(r, "command");
	r->s->command = xstrdup(json_string(j));
	return 0;
}

/* A number that is only shown: 0 where there is none, as in version 1. */
static int64_t count_of(const struct json *j, const char *key)
{
	int64_t n = 0;
	struct err ignored;

	return json_int(json_get(j, key), 0, INT64_MAX / 2, key, &n, &ignored) <
		       0
		   ? 0
		   : n;
}

static int read_opened(const struct reading *r, const struct json *j)
{
	struct open_report *o = &r->s->report;
	const char *path = json_string(json_get(j, "path"));
	const char *format = json_string(json_get(j, "format"));
	const char *hash = json_string(json_get(j, "hash"));

	if (!path || !format || !hash || strlen(hash) >= sizeof(o->hash))
		return bad(r, "opened");
	o->path = whole_path(r, path);
	o->format = xstrdup(format);
	o->dtype = "recorded";
	snprintf(o->hash, sizeof(o->hash), "%s", hash);
	o->parameters = count_of(j, "parameters");
	o->vision_parameters = count_of(j, "vision_parameters");
	return schema_parse(&o->schema, json_get(j, "schema"), r->what, r->err);
}

/* "request" and "gate" of a line, or of a row in it. */
static int read_request(const struct reading *r, const struct json *line,
			struct extract_request *q)
{
	const struct json *gate = json_get(line, "gate");
	struct example e;
	int rc = example_from_json(&e, json_get(line, "request"), r->what,
				   r->dir, r->err);

	if (rc < 0)
		return rc;
	example_request(&e, q);
	example_release(&e);
	q->attention = true;
	if (json_is_number(gate)) {
		q->gate = GATE_SET_HELD;
		q->gate_value = (float)json_number(gate);
	} else if (json_string(gate) && strcmp(json_string(gate), "off") == 0) {
		q->gate = GATE_SET_OFF;
	}
	return 0;
}

static int read_row_request(void *context, const struct json *j,
			    struct extract_request *out, struct err *err)
{
	struct reading r = *(const struct reading *)context;
	const char *instruction = json_string(json_get(j, "instruction"));
	int rc;

	r.err = err;
	rc = read_request(&r, j, out);
	out->constrained = json_true(json_get(j, "constrained"));
	if (rc == 0 && instruction) {
		free(out->instruction);
		out->instruction = xstrdup(instruction);
	}
	return rc;
}

static int read_news(const struct reading *r, const struct json *j)
{
	const struct request_format f = {.context = (void *)r,
					 .read = read_row_request};

	return news_read(&r->s->news, j, r->what, &f, r->err);
}

static int read_size(const struct reading *r, const struct json *j,
		     const char *key, int hi, int *out)
{
	struct err ignored;
	int64_t v;

	if (json_int(json_get(j, key), 1, hi, key, &v, &ignored) < 0)
		return bad(r, key);
	*out = (int)v;
	return 0;
}

static int read_reply(const struct reading *r, const struct json *line,
		      const struct json *j)
{
	int rc = extraction_from_json(&r->s->reply, j, r->what, r->err);

	if (rc == 0)
		rc = read_request(r, line, &r->s->request);
	if (rc < 0)
		return rc;
	/* These may have been asked for once, so the answer tells. */
	r->s->request.constrained = r->s->reply->constrained;
	r->s->request.beams = r->s->reply->beams;
	r->s->request.max_tokens = r->s->reply->max_tokens;
	if (r->s->request.image)
		r->s->reply->image_path = xstrdup(r->s->request.image);
	if (json_get(line, "ahead"))
		rc = read_size(r, line, "ahead", INT32_MAX, &r->s->ahead);
	return rc;
}

static int read_pixels(const struct reading *r, const char *text)
{
	struct image *im = &r->s->picture;
	size_t want = (size_t)im->w * (size_t)im->h * 3;
	size_t n = strlen(text), got;
	struct base64_decode_ctx c;

	if (n != (want + 2) / 3 * 4)
		return bad(r, "rgb");
	im->rgb = xcalloc(BASE64_DECODE_LENGTH(n) + 1, 1);
	got = BASE64_DECODE_LENGTH(n);
	base64_decode_init(&c);
	if (!base64_decode_update(&c, &got, im->rgb, n, text) ||
	    !base64_decode_final(&c) || got != want)
		return bad(r, "rgb");
	return 0;
}

static int read_picture(const struct reading *r, const struct json *j)
{
	struct replay_step *s = r->s;
	const char *path = json_string(json_get(j, "path"));
	const char *hash = json_string(json_get(j, "sha256"));
	const char *rgb = json_string(json_get(j, "rgb"));
	int rc = path && rgb ? 0 : bad(r, "picture");

	if (rc == 0)
		rc = read_size(r, j, "width", IMAGE_DIMENSION_MAX,
			       &s->picture_w);
	if (rc == 0)
		rc = read_size(r, j, "height", IMAGE_DIMENSION_MAX,
			       &s->picture_h);
	if (rc == 0)
		rc = read_size(r, j, "thumbnail_width", RECORDING_THUMBNAIL,
			       &s->picture.w);
	if (rc == 0)
		rc = read_size(r, j, "thumbnail_height", RECORDING_THUMBNAIL,
			       &s->picture.h);
	if (rc < 0)
		return rc;
	s->path = whole_path(r, path);
	if (hash && strlen(hash) < sizeof(s->hash))
		snprintf(s->hash, sizeof(s->hash), "%s", hash);
	return read_pixels(r, rgb);
}

static int read_step(const struct reading *r, const struct json *line)
{
	static const char *const keys[] = {
#define STEP_KEY(upper, lower) #lower,
	    STEPS(STEP_KEY)
#undef STEP_KEY
	};
	const struct json *j = NULL;
	size_t k = 0;

	while (k < ARRAY_LEN(keys) && !(j = json_get(line, keys[k])))
		k++;
	if (!json_is_number(json_get(line, "t")))
		return bad(r, "t");
	if (k == ARRAY_LEN(keys))
		return err_set(r->err, ERR_DATA,
			       "%s: none of command, opened, reply, picture, "
			       "news and act",
			       r->what);
	r->s->kind = (enum step_kind)k;
	r->s->t = json_number(json_get(line, "t"));
	switch (r->s->kind) {
	case STEP_COMMAND:
		return read_command(r, j);
	case STEP_OPENED:
		return read_opened(r, j);
	case STEP_REPLY:
		return read_reply(r, line, j);
	case STEP_PICTURE:
		return read_picture(r, j);
	case STEP_NEWS:
		return read_news(r, j);
	case STEP_ACT:
		return act_from_json(&r->s->act, j, r->what, r->err);
	}
	return bad(r, "t");
}

static int read_head(const struct json *j, const char *path, struct err *err)
{
	const char *what = json_string(json_get(j, "umie"));
	double version = json_number(json_get(j, "version"));

	if (!what || strcmp(what, "recording") != 0)
		return err_set(err, ERR_DATA, "%s: not a umie recording", path);
	if (version < 1 || version > RECORDING_VERSION)
		return err_set(err, ERR_DATA,
			       "%s: a recording of version %g; this program "
			       "knows version %d",
			       path, version, RECORDING_VERSION);
	return 0;
}

static int read_line(struct recording *rec, struct span line, size_t number,
		     const char *path, const char *dir, struct err *err)
{
	char *what = xasprintf("%s: line %zu", path, number);
	struct json *j = line.len > LINE_LIMIT
			     ? NULL
			     : json_parse(line.s, line.len, what, err);
	struct replay_step s = {0};
	struct reading r = {&s, what, dir, err};
	int rc = 0;

	if (line.len > LINE_LIMIT)
		rc = err_set(err, ERR_DATA, "%s: too long", what);
	else if (!j)
		rc = -(int)err->code;
	else if (number == 1)
		rc = read_head(j, path, err);
	else
		rc = read_step(&r, j);
	if (rc == 0 && number > 1) {
		rec->step =
		    xgrow(rec->step, rec->n, &rec->cap, sizeof(*rec->step));
		rec->step[rec->n++] = s;
	} else {
		step_free(&s);
	}
	json_free(j);
	free(what);
	return rc;
}

int recording_parse(struct recording *r, const char *bytes, size_t n,
		    const char *path, const char *dir, struct err *err)
{
	size_t line = 0;
	int rc = 0;

	*r = (struct recording){0};
	while (n && rc == 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t len = end ? (size_t)(end - bytes) : n;

		/* A last line without its end was being written. */
		if (end)
			rc = read_line(r, (struct span){bytes, len}, ++line,
				       path, dir, err);
		bytes += len + (end != NULL);
		n -= len + (end != NULL);
	}
	if (rc == 0 && line == 0)
		rc = err_set(err, ERR_DATA, "%s: not a umie recording", path);
	if (rc < 0)
		recording_release(r);
	return rc;
}

int recording_read(struct recording *r, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir =
	    slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	struct str bytes = {0};
	int rc = file_read(path, FILE_LIMIT, &bytes, err);

	if (rc == 0)
		rc = recording_parse(r, str_cstr(&bytes), bytes.len, path, dir,
				     err);
	str_release(&bytes);
	free(dir);
	return rc;
}

/* --- comparison --------------------------------------------------------------
 */

static void print_record(struct str *out, const struct record *r)
{
	str_addf(out, "%s", r->label);
	if (r->text)
		str_addf(out, " %s", r->text);
	if (r->head)
		str_addf(out, " %s -> %s", r->head, r->tail);
	if (r->event)
		str_addf(out, " (%s)", r->event);
}

/* Records of a that b lacks, each with `mark` in front. */
static bool lacking(const struct extraction *a, const struct extraction *b,
		    char mark, struct str *out)
{
	bool any = false;

	for (size_t i = 0; i < a->n_found; i++) {
		bool found = false;

		for (size_t k = 0; k < b->n_found && !found; k++)
			found =
			    record_equal(&a->found[i].rec, &b->found[k].rec);
		if (found)
			continue;
		any = true;
		str_addf(out, "  %c ", mark);
		print_record(out, &a->found[i].rec);
		str_addc(out, '\n');
	}
	return any;
}

bool replies_differ(const struct extraction *was, const struct extraction *is,
		    struct str *out)
{
	bool differ = lacking(was, is, '-', out);

	differ |= lacking(is, was, '+', out);
	if (was->image != is->image) {
		differ = true;
		str_add(out, "  the picture was there for one of the two "
			     "only\n");
	} else if (fabsf(was->g_used - is->g_used) > 1e-3f) {
		differ = true;
		str_addf(out, "  gate %.4f, was %.4f\n", (double)is->g_used,
			 (double)was->g_used);
	}
	if (!differ && strcmp(was->raw, is->raw) != 0) {
		differ = true;
		str_add(out, "  the answer is worded differently\n");
	}
	return differ;
}
