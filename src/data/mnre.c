/*
 * mnre -- one Python dict a line: token, h, t, relation, img_id.
 *
 * Several lines share a sentence, each with another pair.  A relation is a
 * path such as /per/per/couple; None and none are the relation "none".
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/pyliteral.h"
#include "src/data/reader.h"

/* Join the tokens by one space. */
static int get_text(struct reader *r, const struct json *j, struct example *e)
{
	const struct json *list = json_get(j, "token");
	struct str text = {0};
	char *what;
	int rc;

	if (!json_is_array(list))
		return reader_fail(r, "'token' is not a list of words");
	for (const struct json *t = json_first(list); t; t = json_next(t)) {
		if (!json_is_string(t)) {
			str_release(&text);
			return reader_fail(r, "a token is not a string");
		}
		if (t != json_first(list))
			str_addc(&text, ' ');
		str_add(&text, json_string(t));
	}
	e->text = str_detach(&text);
	what = reader_what(r);
	rc = example_check_text(e->text, what, r->err);
	free(what);
	return rc;
}

/* {'name': 'x', 'pos': [6, 7]}: the name; the position is checked. */
static int get_entity(struct reader *r, const struct json *j, const char *key,
		      char **out)
{
	const struct json *entity = json_get(j, key),
			  *name = json_get(entity, "name"),
			  *pos = json_get(entity, "pos");
	const struct json *a = json_first(pos), *b = a ? json_next(a) : NULL;
	int64_t n = (int64_t)json_len(json_get(j, "token")), from, to;
	struct span s;

	if (!json_is_string(name))
		return reader_fail(r, "'%s' has no 'name'", key);
	s = span_trim(span_of(json_string(name)));
	if (s.len == 0)
		return reader_fail(r, "the name of '%s' is empty", key);
	if (pos && (json_len(pos) != 2 ||
		    json_int(a, 0, n - 1, key, &from, r->err) < 0 ||
		    json_int(b, from + 1, n, key, &to, r->err) < 0))
		return reader_fail(r,
				   "'pos' of '%s' is not [first, last + 1] "
				   "of its %lld tokens",
				   key, (long long)n);
	*out = xstrndup(s.s, s.len);
	return 0;
}

static int get_relation(struct reader *r, const struct json *j,
			struct example *e)
{
	const struct schema *schema = r->o->schema;
	const struct json *v = json_get(j, "relation");
	const char *text = json_is_null(v) ? "none" : json_string(v);
	struct span name = span_trim(span_of(text ? text : ""));
	struct record *rec;

	if (!v || name.len == 0)
		return reader_fail(r, "'relation' is missing or no name");
	if (span_ieq(name, "none"))
		name = span_of("none");
	rec = records_add(&e->gold, TASK_MRE);
	rec->label =
	    reader_label(r, schema ? &schema->relations : NULL, TASK_MRE, name);
	rec->head = xstrdup(e->head);
	rec->tail = xstrdup(e->tail);
	e->has_gold = true;
	return 0;
}

/* A file name, a name without its suffix, or a bare number. */
static int get_image(struct reader *r, const struct json *j, struct example *e)
{
	const struct json *v = json_get(j, "img_id");
	int64_t number;
	char *id;

	if (!v)
		v = json_get(j, "image_id");
	if (!v || json_is_null(v))
		return 0;
	if (json_is_string(v) && *json_string(v)) {
		reader_set_image(r, e, json_string(v));
		return 0;
	}
	if (json_int(v, 0, INT64_C(1) << 53, "img_id", &number, r->err) < 0)
		return reader_fail(r, "'img_id' is neither a name nor a "
				      "number");
	id = xasprintf("%lld", (long long)number);
	reader_set_image(r, e, id);
	free(id);
	return 0;
}

static int check_keys(struct reader *r, const struct json *j)
{
	static const char *const keys[] = {"token",    "h",      "t",
					   "relation", "img_id", "image_id"};

	if (!json_is_object(j))
		return reader_fail(r, "a Python dict expected");
	for (const struct json *m = json_first(j); m; m = json_next(m)) {
		size_t i = 0;

		while (i < ARRAY_LEN(keys) && strcmp(json_key(m), keys[i]))
			i++;
		if (i == ARRAY_LEN(keys))
			return reader_fail(r, "unknown key '%s'", json_key(m));
	}
	return 0;
}

static int take_dict(struct reader *r, const struct json *j)
{
	struct example *e;
	int rc = check_keys(r, j);

	if (rc < 0)
		return rc;
	e = reader_add(r);
	e->task = TASK_MRE;
	e->id = xasprintf("%zu", r->line);
	rc = get_text(r, j, e);
	if (rc == 0)
		rc = get_entity(r, j, "h", &e->head);
	if (rc == 0)
		rc = get_entity(r, j, "t", &e->tail);
	if (rc == 0)
		rc = get_relation(r, j, e);
	return rc < 0 ? rc : get_image(r, j, e);
}

static int take_line(struct reader *r, struct span line)
{
	char *what = reader_what(r);
	struct str text = {0};
	struct json *j = NULL;
	int rc = pyliteral_to_json(line.s, line.len, what, &text, r->err);

	if (rc == 0) {
		j = json_parse(str_cstr(&text), text.len, what, r->err);
		rc = j ? take_dict(r, j) : -(int)r->err->code;
	}
	json_free(j);
	str_release(&text);
	free(what);
	return rc;
}

int read_mnre(struct reader *r)
{
	struct span line;
	int rc = reader_line(r, &line);

	while (rc > 0) {
		rc = span_trim(line).len ? take_line(r, line) : 0;
		if (rc == 0)
			rc = reader_line(r, &line);
	}
	return rc;
}
