/*
 * gold -- records in the own format.
 *
 * {"type","text"}, {"relation","head","tail"}, {"event","text"} and
 * {"role","text" or "region" or "box","event"}: the key that names the label
 * tells which kind it is.  Places are "start" and "end", "head_start" …;
 * names in the file "id", "text_id", "head_id", "tail_id", "event_id".
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/offsets.h"
#include "src/data/reader.h"

/* One record being read, and how messages call it. */
struct gold {
	const struct example *e;
	const struct json *j;
	const char *what; /* "FILE: line N: gold record K" */
	const char *const *more;
	bool any; /* of whatever task */
	struct err *err;
};

/* First the key of the label, then what else a record of the kind may have. */
static const struct {
	enum task task;
	const char *key[12];
} kinds[] = {
    {TASK_MNER, {"type", "text", "start", "end", "id", "text_id"}},
    {TASK_MRE,
     {"relation", "head", "tail", "head_start", "head_end", "tail_start",
      "tail_end", "id", "head_id", "tail_id"}},
    {TASK_MEAE,
     {"role", "event", "text", "region", "start", "end", "box", "union", "id",
      "event_id", "text_id"}},
    {TASK_MED, {"event", "text", "start", "end", "id", "text_id"}},
};

static bool fits(enum task example, enum task record)
{
	return example == record ||
	       (example == TASK_MEE &&
		(record == TASK_MED || record == TASK_MEAE));
}

static bool has_key(size_t kind, const char *key)
{
	for (int i = 0; kinds[kind].key[i]; i++)
		if (strcmp(kinds[kind].key[i], key) == 0)
			return true;
	return false;
}

static bool is_more(const struct gold *g, const char *key)
{
	const char *const *more = g->more;

	while (more && *more && strcmp(*more, key) != 0)
		more++;
	return more && *more;
}

/* Index into `kinds`, or an error. */
static int find_kind(const struct gold *g, size_t *kind)
{
	size_t k = 0;

	while (k < ARRAY_LEN(kinds) && !json_get(g->j, kinds[k].key[0]))
		k++;
	if (!json_is_object(g->j) || k == ARRAY_LEN(kinds))
		return err_set(g->err, ERR_DATA,
			       "%s: an object with \"type\", \"relation\", "
			       "\"event\" or \"role\" expected",
			       g->what);
	if (!g->any && !fits(g->e->task, kinds[k].task))
		return err_set(g->err, ERR_DATA,
			       "%s: a record with \"%s\" does not belong to "
			       "task %s",
			       g->what, kinds[k].key[0], task_name(g->e->task));
	for (const struct json *m = json_first(g->j); m; m = json_next(m))
		if (!has_key(k, json_key(m)) && !is_more(g, json_key(m)))
			return err_set(
			    g->err, ERR_DATA,
			    "%s: unknown key \"%s\" in a record with "
			    "\"%s\"",
			    g->what, json_key(m), kinds[k].key[0]);
	*kind = k;
	return 0;
}

/* A string of an answer: not empty, no white space around it unless it is
 * `free`, which a span with a place may be. */
static int get_text(const struct gold *g, const char *key, bool free_form,
		    char **out)
{
	const struct json *j = json_get(g->j, key);
	struct span s;

	if (!j)
		return 0;
	if (!json_is_string(j))
		return err_set(g->err, ERR_DATA, "%s: \"%s\" is not a string",
			       g->what, key);
	s = span_of(json_string(j));
	if (s.len == 0 || (!free_form && span_trim(s).len != s.len))
		return err_set(g->err, ERR_DATA,
			       "%s: \"%s\" is empty or has white space around "
			       "it",
			       g->what, key);
	*out = xstrdup(s.s);
	return 0;
}

static int get_string(const struct gold *g, const char *key, char **out)
{
	return get_text(g, key, false, out);
}

/* As get_text(); `other` stands in for what is not given. */
static int need_string(const struct gold *g, const char *key, const char *other,
		       bool free_form, char **out)
{
	int rc = get_text(g, key, free_form, out);

	if (rc < 0)
		return rc;
	if (!*out && !other)
		return err_set(g->err, ERR_DATA, "%s: \"%s\" is missing",
			       g->what, key);
	if (!*out)
		*out = xstrdup(other);
	else if (other && strcmp(*out, other) != 0)
		return err_set(g->err, ERR_DATA,
			       "%s: \"%s\" is \"%.200s\" here and \"%.200s\" "
			       "in the example",
			       g->what, key, *out, other);
	return 0;
}

/* The place of `string`, which has to stand there. */
static int get_place(const struct gold *g, const char *start, const char *end,
		     const char *string, struct place *out)
{
	const struct json *from = json_get(g->j, start),
			  *to = json_get(g->j, end);
	const char *text = g->e->text;
	size_t n = strlen(text), x, y;
	int64_t a, b, count = (int64_t)utf8_count(text, n);

	if (!from && !to)
		return 0;
	if (!string || json_int(from, 0, count, g->what, &a, g->err) < 0 ||
	    json_int(to, 0, count, g->what, &b, g->err) < 0)
		return err_set(g->err, ERR_DATA,
			       "%s: \"%s\" and \"%s\" go together, with a "
			       "text, and are 0 to %lld here",
			       g->what, start, end, (long long)count);
	x = utf8_offset(text, n, (size_t)a);
	y = utf8_offset(text, n, (size_t)b);
	if (a >= b ||
	    !string_stands((struct span){text + x, y - x}, span_of(string)))
		return err_set(g->err, ERR_DATA,
			       "%s: characters %lld to %lld of the text are "
			       "not \"%.200s\"",
			       g->what, (long long)a, (long long)b, string);
	*out = (struct place){(int32_t)a, (int32_t)b};
	return 0;
}

/* "box":[x1,y1,x2,y2], and "union":true when it is round several things. */
static int get_box(const struct gold *g, struct record *r)
{
	const struct json *j = json_get(g->j, "box"), *m = json_first(j);
	const struct json *all = json_get(g->j, "union");
	float v[4];
	int n = 0;

	if (!j && !all)
		return 0;
	for (; json_is_number(m) && n < 4; m = json_next(m))
		v[n++] = (float)json_number(m);
	if (n < 4 || m || !(v[0] < v[2]) || !(v[1] < v[3]) ||
	    !isfinite(v[2] - v[0]) || !isfinite(v[3] - v[1]) ||
	    (all && !json_is_bool(all)))
		return err_set(g->err, ERR_DATA,
			       "%s: \"box\" is [x1,y1,x2,y2] with x1 < x2 and "
			       "y1 < y2, \"union\" beside it true or false",
			       g->what);
	if (!g->e->image || (r->text && !r->region))
		return err_set(g->err, ERR_DATA,
			       "%s: a \"box\" needs \"image\" in the example "
			       "and stands in place of \"text\"",
			       g->what);
	r->box = (struct box){v[0], v[1], v[2], v[3]};
	r->boxed = json_true(all) ? BOXED_UNION : BOXED_ONE;
	return 0;
}

/* "region": 3, which is the same as "text": "O3". */
static int get_region(const struct gold *g, struct record *r)
{
	const struct json *j = json_get(g->j, "region");
	int64_t k = r->text ? region_of(r->text) : 0;
	int most = g->e->boxes.n ? g->e->boxes.n - 1 : REGIONS_MAX;

	if (j && (r->text || json_int(j, 1, most, g->what, &k, g->err) < 0))
		return err_set(g->err, ERR_DATA,
			       "%s: \"region\" is a box from 1 to %d and "
			       "stands in place of \"text\"",
			       g->what, most);
	if (j && !g->e->image)
		return err_set(g->err, ERR_DATA,
			       "%s: a \"region\" in an example without "
			       "\"image\"",
			       g->what);
	r->region = (int)k;
	if (j)
		r->text = xasprintf("O%d", r->region);
	return 0;
}

static int read_names(const struct gold *g, struct record *r)
{
	const struct {
		const char *key;
		char **out;
	} names[] = {
	    {"id", &r->id},
	    {"text_id", &r->text_id},
	    {"head_id", &r->head_id},
	    {"tail_id", &r->tail_id},
	    {"event_id", &r->event_id},
	};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names) && rc == 0; i++)
		if (!is_more(g, names[i].key))
			rc = get_string(g, names[i].key, names[i].out);
	return rc;
}

static int read_pair(const struct gold *g, struct record *r)
{
	bool head_placed = json_get(g->j, "head_start") != NULL;
	bool tail_placed = json_get(g->j, "tail_start") != NULL;

	if (need_string(g, "head", g->e->head, head_placed, &r->head) < 0 ||
	    need_string(g, "tail", g->e->tail, tail_placed, &r->tail) < 0 ||
	    get_place(g, "head_start", "head_end", r->head, &r->head_at) < 0)
		return -ERR_DATA;
	return get_place(g, "tail_start", "tail_end", r->tail, &r->tail_at);
}

static int read_fields(const struct gold *g, size_t kind, struct record *r)
{
	const struct example *e = g->e;
	int rc = need_string(g, kinds[kind].key[0], NULL, false, &r->label);
	bool shown = r->task == TASK_MED && e->image;

	if (rc == 0)
		rc = read_names(g, r);
	if (rc == 0 && r->task == TASK_MRE)
		return read_pair(g, r);
	if (rc == 0)
		rc = get_text(g, "text", json_get(g->j, "start") != NULL,
			      &r->text);
	if (rc == 0 && r->task == TASK_MEAE)
		rc = need_string(g, "event", e->event, false, &r->event);
	if (rc == 0 && r->task == TASK_MEAE)
		rc = get_region(g, r);
	if (rc == 0 && r->task == TASK_MEAE)
		rc = get_box(g, r);
	if (rc == 0 && !r->text && !r->boxed && !shown)
		rc = err_set(g->err, ERR_DATA, "%s: \"text\" is missing",
			     g->what);
	return rc < 0 ? rc
		      : get_place(g, "start", "end", r->region ? NULL : r->text,
				  &r->at);
}

int record_from_json(const struct example *e, const struct json *j,
		     const char *const *more, bool any, const char *what,
		     struct record *r, struct err *err)
{
	const struct gold g = {e, j, what, more, any, err};
	size_t kind = 0;
	int rc = find_kind(&g, &kind);

	if (rc < 0)
		return rc;
	r->task = kinds[kind].task;
	return read_fields(&g, kind, r);
}

int gold_from_json(struct example *e, const struct json *list, const char *what,
		   struct err *err)
{
	int rc = 0;

	if (!json_is_array(list))
		return err_set(err, ERR_DATA,
			       "%s: \"gold\" is not an array of records", what);
	e->has_gold = true;
	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		char *name =
		    xasprintf("%s: gold record %zu", what, e->gold.n + 1);
		struct record *r = records_add(&e->gold, e->task);

		rc = record_from_json(e, j, NULL, false, name, r, err);
		free(name);
	}
	return rc;
}

static void put(struct json *j, const char *key, const char *s)
{
	if (s)
		json_put_string(j, key, s);
}

static void put_place(struct json *j, const char *start, const char *end,
		      struct place p)
{
	if (!place_known(p))
		return;
	json_put_int(j, start, p.start);
	json_put_int(j, end, p.end);
}

struct json *record_to_json(const struct record *r)
{
	struct json *j = json_new_object();

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		if (kinds[k].task == r->task)
			put(j, kinds[k].key[0], r->label);
	put(j, "event", r->event);
	put(j, "head", r->head);
	put_place(j, "head_start", "head_end", r->head_at);
	put(j, "tail", r->tail);
	put_place(j, "tail_start", "tail_end", r->tail_at);
	if (r->region)
		json_put_int(j, "region", r->region);
	else
		put(j, "text", r->text);
	put_place(j, "start", "end", r->at);
	if (r->boxed)
		json_put(j, "box", box_to_json(&r->box));
	if (r->boxed == BOXED_UNION)
		json_put_bool(j, "union", true);
	put(j, "id", r->id);
	put(j, "text_id", r->text_id);
	put(j, "head_id", r->head_id);
	put(j, "tail_id", r->tail_id);
	put(j, "event_id", r->event_id);
	return j;
}

struct json *gold_to_json(const struct example *e)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < e->gold.n; i++)
		json_push(list, record_to_json(&e->gold.rec[i]));
	return list;
}
