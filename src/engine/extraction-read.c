/* A result read back from its JSON: nothing in it is taken on trust. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/engine/extract.h"

enum { FOUND_MAX = 10000 };

struct reading {
	struct extraction *x;
	const char *what;
	int32_t points; /* of the text */
	struct err *err;
};

static int bad(const struct reading *r, const char *key)
{
	return err_set(r->err, ERR_DATA,
		       "%s: \"%s\" is missing or is not what umie/1 has there",
		       r->what, key);
}

static int get_string(const struct reading *r, const struct json *j,
		      const char *key, char **out)
{
	const char *s = json_string(json_get(j, key));

	if (!s)
		return bad(r, key);
	*out = xstrdup(s);
	return 0;
}

static int get_number(const struct reading *r, const struct json *j,
		      const char *key, float *out)
{
	const struct json *v = json_get(j, key);

	*out = (float)json_number(v);
	return json_is_number(v) && isfinite(*out) ? 0 : bad(r, key);
}

static int get_count(const struct reading *r, const struct json *j,
		     const char *key, int *out)
{
	const struct json *v = json_get(j, key);
	int64_t n = 0;
	struct err ignored;

	if (v && json_int(v, 0, INT32_MAX, key, &n, &ignored) < 0)
		return bad(r, key);
	*out = (int)n;
	return 0;
}

/* {"text","start","end","fit"[,"places"]} */
static int get_mention(const struct reading *r, const struct json *j,
		       char **text, struct mention *m)
{
	static const char *const fits[] = {
#define FIT_NAME(upper, lower, mark, text) #lower,
	    FITS(FIT_NAME)
#undef FIT_NAME
	};
	const char *fit = json_string(json_get(j, "fit"));
	int start = 0, end = 0, places = 0;
	size_t k = 0;
	int rc = get_string(r, j, "text", text);

	while (fit && k < ARRAY_LEN(fits) && strcmp(fits[k], fit) != 0)
		k++;
	if (rc == 0 && (!fit || k == ARRAY_LEN(fits)))
		rc = bad(r, "fit");
	m->fit = (enum fit)k;
	m->start = m->end = -1;
	if (rc < 0 || m->fit == FIT_ABSENT)
		return rc;
	if (!json_get(j, "start") || get_count(r, j, "start", &start) < 0 ||
	    get_count(r, j, "end", &end) < 0 || start >= end || end > r->points)
		return bad(r, "start");
	rc = get_count(r, j, "places", &places);
	m->start = start;
	m->end = end;
	m->places = places ? (size_t)places : 1;
	return rc;
}

static int get_weights(const struct reading *r, const struct json *j,
		       float **out)
{
	const struct json *list = json_get(j, "attention"), *v;
	int n = 0;

	if (!list)
		return 0;
	if (!json_is_array(list) || r->x->regions.n == 0 ||
	    json_len(list) != (size_t)r->x->regions.n)
		return bad(r, "attention");
	*out = xcalloc((size_t)r->x->regions.n, sizeof(**out));
	for (v = json_first(list); v; v = json_next(v))
		(*out)[n++] = (float)json_number(v);
	return 0;
}

/* The key that holds the label tells the task. */
static const char *label_key(const struct json *j, enum task *t)
{
	static const struct {
		const char *key;
		enum task task;
	} keys[] = {
	    {"type", TASK_MNER},
	    {"relation", TASK_MRE},
	    {"role", TASK_MEAE},
	    {"event", TASK_MED},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!json_get(j, keys[i].key))
			continue;
		*t = keys[i].task;
		return keys[i].key;
	}
	return NULL;
}

static int read_strings(const struct reading *r, const struct json *j,
			struct found *f)
{
	struct record *rec = &f->rec;
	int rc;

	if (rec->task == TASK_MRE) {
		rc = get_mention(r, json_get(j, "head"), &rec->head, &f->head);
		return rc < 0 ? rc
			      : get_mention(r, json_get(j, "tail"), &rec->tail,
					    &f->tail);
	}
	rc =
	    rec->task == TASK_MEAE ? get_string(r, j, "event", &rec->event) : 0;
	if (rc == 0)
		rc = get_count(r, j, "region", &rec->region);
	if (rc < 0)
		return rc;
	if (rec->region == 0)
		return get_mention(r, j, &rec->text, &f->text);
	rec->text = xasprintf("O%d", rec->region);
	f->text = (struct mention){.fit = FIT_ABSENT, .start = -1, .end = -1};
	return 0;
}

static int read_found(const struct reading *r, const struct json *j, int index,
		      struct found *f)
{
	const char *key = label_key(j, &f->rec.task);
	const struct json *of = json_get(j, "of");
	int rc = key ? get_string(r, j, key, &f->rec.label)
		     : bad(r, "type, relation, event or role");

	f->event = -1;
	if (rc == 0)
		rc = read_strings(r, j, f);
	if (rc == 0 && of)
		rc = get_count(r, j, "of", &f->event);
	if (rc == 0 && of &&
	    (f->event >= index || r->x->found[f->event].rec.task != TASK_MED))
		rc = bad(r, "of");
	if (rc == 0)
		rc = get_number(r, j, "p", &f->p);
	return rc < 0 ? rc : get_weights(r, j, &f->attention);
}

static int read_records(const struct reading *r, const struct json *list)
{
	struct extraction *x = r->x;
	int rc = 0;

	if (!json_is_array(list) || json_len(list) > FOUND_MAX)
		return bad(r, "records");
	x->found = xcalloc(json_len(list) + 1, sizeof(*x->found));
	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		rc = read_found(r, j, (int)x->n_found, &x->found[x->n_found]);
		x->n_found++;
	}
	return rc;
}

static const char *drop_reason(const char *name)
{
	static const char *const reasons[] = {
	    "no_comma", "unknown_type", "unknown_relation",   "empty_text",
	    "no_colon", "two_colons",   "too_few_fields",     "null_span",
	    "unclosed", "stray_text",   "unexpected_bracket",
	};

	for (size_t i = 0; name && i < ARRAY_LEN(reasons); i++)
		if (strcmp(reasons[i], name) == 0)
			return reasons[i];
	return "other";
}

static int read_dropped(const struct reading *r, const struct json *list)
{
	struct extraction *x = r->x;

	if (!json_is_array(list) || json_len(list) > FOUND_MAX)
		return bad(r, "dropped");
	x->dropped = xcalloc(json_len(list) + 1, sizeof(*x->dropped));
	for (const struct json *j = json_first(list); j; j = json_next(j)) {
		struct dropped *d = &x->dropped[x->n_dropped];

		if (get_string(r, j, "segment", &d->segment) < 0)
			return -ERR_DATA;
		d->reason = drop_reason(json_string(json_get(j, "reason")));
		x->n_dropped++;
	}
	return 0;
}

static int read_regions(const struct reading *r, const struct json *list)
{
	struct regions *g = &r->x->regions;
	const float *whole = &g->box[0].x1;
	int rc = 0;

	if (!json_is_array(list) || json_len(list) < 1 ||
	    json_len(list) > REGIONS_MAX + 1)
		return bad(r, "regions");
	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		float *v = &g->box[g->n].x1;
		int k = 0;

		for (const struct json *n = json_first(j); n && k < 4;
		     n = json_next(n))
			v[k++] = (float)json_number(n);
		if (k < 4 || !(v[0] < v[2] && v[1] < v[3]))
			rc = bad(r, "regions");
		g->n++;
	}
	if (rc == 0 && !(whole[2] >= 1 && whole[2] <= IMAGE_DIMENSION_MAX &&
			 whole[3] >= 1 && whole[3] <= IMAGE_DIMENSION_MAX))
		rc = bad(r, "regions");
	if (rc < 0)
		return rc;
	r->x->image_w = (int)whole[2];
	r->x->image_h = (int)whole[3];
	return 0;
}

static int read_image(const struct reading *r, const struct json *j)
{
	static const char *const states[] = {"none", "found", "missing"};
	const char *s = json_string(json_get(j, "image"));
	size_t k = 0;
	int rc;

	while (s && k < ARRAY_LEN(states) && strcmp(states[k], s) != 0)
		k++;
	if (!s || k == ARRAY_LEN(states))
		return bad(r, "image");
	r->x->image = (enum image_state)k;
	if (r->x->image != IMAGE_FOUND)
		return 0;
	rc = read_regions(r, json_get(j, "regions"));
	return rc < 0 ? rc : get_weights(r, j, &r->x->attention);
}

static int read_head(struct reading *r, const struct json *j)
{
	struct extraction *x = r->x;
	const char *schema = json_string(json_get(j, "schema"));
	const char *task = json_string(json_get(j, "task"));
	const char *model = json_string(json_get(j, "model"));
	const char *device = json_string(json_get(j, "device"));

	if (!schema || strcmp(schema, "umie/1") != 0)
		return bad(r, "schema");
	if (!task || !task_read(task, &x->task, &x->own))
		return bad(r, "task");
	if (!model || strlen(model) >= sizeof(x->model))
		return bad(r, "model");
	if (!device || strlen(device) >= sizeof(x->device))
		return bad(r, "device");
	snprintf(x->model, sizeof(x->model), "%s", model);
	snprintf(x->device, sizeof(x->device), "%s", device);
	if (json_get(j, "id") && get_string(r, j, "id", &x->id) < 0)
		return -ERR_DATA;
	if (get_string(r, j, "instruction", &x->instruction) < 0 ||
	    get_string(r, j, "text", &x->text) < 0)
		return -ERR_DATA;
	r->points = (int32_t)utf8_count(x->text, strlen(x->text));
	return 0;
}

/* Written where it is not greedy, free and of the usual length. */
static int read_decoding(const struct reading *r, const struct json *j)
{
	const struct json *c = json_get(j, "constrained");

	if (c && !json_is_bool(c))
		return bad(r, "constrained");
	r->x->constrained = c && json_true(c);
	return get_count(r, j, "beams", &r->x->beams) < 0
		   ? -ERR_DATA
		   : get_count(r, j, "max", &r->x->max_tokens);
}

static int read_numbers(const struct reading *r, const struct json *j)
{
	struct extraction *x = r->x;
	const struct json *ms = json_get(j, "ms");
	int rc = get_number(r, j, "g", &x->g_used);

	if (rc == 0)
		rc = get_number(r, j, "g_own", &x->g);
	if (rc == 0)
		rc = get_number(r, j, "cos", &x->cos);
	if (rc == 0)
		rc = get_count(r, j, "input_tokens", &x->input_tokens);
	if (rc == 0)
		rc = get_count(r, j, "cut_tokens", &x->cut_tokens);
	if (rc == 0)
		rc = get_count(r, j, "answer_tokens", &x->answer_tokens);
	x->ms.tokenize = json_number(json_get(ms, "tokenize"));
	x->ms.image = json_number(json_get(ms, "image"));
	x->ms.vision = json_number(json_get(ms, "vision"));
	x->ms.encode = json_number(json_get(ms, "encode"));
	x->ms.decode = json_number(json_get(ms, "decode"));
	x->ms.total = json_number(json_get(ms, "total"));
	return rc;
}

int extraction_from_json(struct extraction **out, const struct json *j,
			 const char *what, struct err *err)
{
	struct reading r = {xcalloc(1, sizeof(struct extraction)), what, 0,
			    err};
	int rc = read_head(&r, j);

	if (rc == 0)
		rc = read_decoding(&r, j);
	if (rc == 0)
		rc = read_numbers(&r, j);
	if (rc == 0)
		rc = read_image(&r, j);
	if (rc == 0)
		rc = read_records(&r, json_get(j, "records"));
	if (rc == 0)
		rc = get_string(&r, j, "raw", &r.x->raw);
	if (rc == 0)
		rc = read_dropped(&r, json_get(j, "dropped"));
	*out = rc == 0 ? r.x : NULL;
	if (rc < 0)
		extraction_free(r.x);
	return rc;
}
