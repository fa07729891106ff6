/*
 * gold -- gold records in the own format.
 *
 * {"type","text"}, {"relation","head","tail"}, {"event","text"} and
 * {"role","text" or "region","event"}: the key that names the label tells
 * which kind it is.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/reader.h"

/* One record being read, and how messages call it. */
struct gold {
	const struct example *e;
	const struct json *j;
	const char *what; /* "FILE: line N: gold record K" */
	struct err *err;
};

/* First the key of the label, then what else a record of the kind may have. */
static const struct {
	enum task task;
	const char *key[7];
} kinds[] = {
    {TASK_MNER, {"type", "text", "start", "end"}},
    {TASK_MRE, {"relation", "head", "tail"}},
    {TASK_MEAE, {"role", "event", "text", "region", "start", "end"}},
    {TASK_MED, {"event", "text", "start", "end"}},
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
	if (!fits(g->e->task, kinds[k].task))
		return err_set(g->err, ERR_DATA,
			       "%s: a \"%s\" record does not belong to task "
			       "%s",
			       g->what, kinds[k].key[0], task_name(g->e->task));
	for (const struct json *m = json_first(g->j); m; m = json_next(m))
		if (!has_key(k, json_key(m)))
			return err_set(g->err, ERR_DATA,
				       "%s: key \"%s\" in a \"%s\" record",
				       g->what, json_key(m), kinds[k].key[0]);
	*kind = k;
	return 0;
}

/* A string of an answer: not empty, no white space around it. */
static int get_string(const struct gold *g, const char *key, char **out)
{
	const struct json *j = json_get(g->j, key);
	struct span s;

	if (!j)
		return 0;
	if (!json_is_string(j))
		return err_set(g->err, ERR_DATA, "%s: \"%s\" is not a string",
			       g->what, key);
	s = span_of(json_string(j));
	if (s.len == 0 || span_trim(s).len != s.len)
		return err_set(g->err, ERR_DATA,
			       "%s: \"%s\" is empty or has white space around "
			       "it",
			       g->what, key);
	*out = xstrdup(s.s);
	return 0;
}

/* As get_string(); `other` stands in for what is not given. */
static int need_string(const struct gold *g, const char *key, const char *other,
		       char **out)
{
	int rc = get_string(g, key, out);

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

/* "start" and "end" are checked: text[start:end] in code points. */
static int check_offsets(const struct gold *g, const struct record *r)
{
	const struct json *from = json_get(g->j, "start"),
			  *to = json_get(g->j, "end");
	const char *text = g->e->text;
	size_t n = strlen(text), a, b;
	int64_t start, end, count = (int64_t)utf8_count(text, n);

	if (!from && !to)
		return 0;
	if (r->region ||
	    json_int(from, 0, count, g->what, &start, g->err) < 0 ||
	    json_int(to, 0, count, g->what, &end, g->err) < 0)
		return err_set(g->err, ERR_DATA,
			       "%s: \"start\" and \"end\" go together, with a "
			       "text, and are 0 to %lld here",
			       g->what, (long long)count);
	a = utf8_offset(text, n, (size_t)start);
	b = utf8_offset(text, n, (size_t)end);
	if (a >= b || b - a != strlen(r->text) ||
	    memcmp(text + a, r->text, b - a) != 0)
		return err_set(g->err, ERR_DATA,
			       "%s: characters %lld to %lld of the text are "
			       "not \"%.200s\"",
			       g->what, (long long)start, (long long)end,
			       r->text);
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

static int read_fields(const struct gold *g, size_t kind, struct record *r)
{
	const struct example *e = g->e;
	int rc = need_string(g, kinds[kind].key[0], NULL, &r->label);

	if (rc == 0 && r->task == TASK_MRE) {
		rc = need_string(g, "head", e->head, &r->head);
		return rc < 0 ? rc : need_string(g, "tail", e->tail, &r->tail);
	}
	if (rc == 0)
		rc = get_string(g, "text", &r->text);
	if (rc == 0 && r->task == TASK_MEAE)
		rc = need_string(g, "event", e->event, &r->event);
	if (rc == 0 && r->task == TASK_MEAE)
		rc = get_region(g, r);
	if (rc == 0 && !r->text)
		rc = err_set(g->err, ERR_DATA, "%s: \"text\" is missing",
			     g->what);
	return rc < 0 ? rc : check_offsets(g, r);
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
		struct gold g = {e, j, name, err};
		size_t kind = 0;

		rc = find_kind(&g, &kind);
		if (rc == 0)
			rc = read_fields(
			    &g, kind, records_add(&e->gold, kinds[kind].task));
		free(name);
	}
	return rc;
}

static void put(struct json *j, const char *key, const char *s)
{
	if (s)
		json_put_string(j, key, s);
}

struct json *gold_to_json(const struct example *e)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < e->gold.n; i++) {
		const struct record *r = &e->gold.rec[i];
		struct json *j = json_new_object();

		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (kinds[k].task == r->task)
				put(j, kinds[k].key[0], r->label);
		put(j, "event", r->event);
		put(j, "head", r->head);
		put(j, "tail", r->tail);
		if (r->region)
			json_put_int(j, "region", r->region);
		else
			put(j, "text", r->text);
		json_push(list, j);
	}
	return list;
}
