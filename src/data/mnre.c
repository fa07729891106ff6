/*
 * mnre -- one Python dict a line: token, h, t, relation, img_id.
 *
 * Several lines share a sentence, each with another pair.  A relation is a
 * path such as /per/per/couple; None and none are the relation "none".
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/pyliteral.h"

/* One line: its pair of entities and the words that they are. */
struct line {
	struct example *e;
	struct words words;
};

static int get_text(struct reader *r, const struct json *j, struct line *l)
{
	const struct json *list = json_get(j, "token");
	struct str text = {0};
	int rc;

	if (!json_is_array(list))
		return reader_fail(r, "'token' is not a list of words");
	rc = field_tokens(r, list, &l->words, &text);
	if (rc == 0)
		rc = reader_set_text(r, l->e, str_cstr(&text));
	str_release(&text);
	return rc;
}

/* 'pos': [6, 7]: which words are the name. */
static int get_pos(struct reader *r, const struct json *pos, const char *key,
		   const struct line *l, const char *name, struct place *at)
{
	const struct json *a = json_first(pos), *b = a ? json_next(a) : NULL;
	int64_t n = (int64_t)l->words.n, from, to;
	struct offsets o;
	bool same;

	if (!pos)
		return 0;
	if (json_len(pos) != 2 ||
	    json_int(a, 0, n - 1, key, &from, r->err) < 0 ||
	    json_int(b, from + 1, n, key, &to, r->err) < 0)
		return reader_fail(r,
				   "'pos' of '%s' is not [first, last + 1] "
				   "of its %lld tokens",
				   key, (long long)n);
	*at = words_place(&l->words, (size_t)from, (size_t)to);
	offsets_make(&o, l->e->text, OFFSET_CP);
	same = string_stands(offsets_span(&o, *at), span_of(name));
	offsets_release(&o);
	if (same)
		return 0;
	return reader_fail(r,
			   "'name' of '%s' is \"%.200s\", which its tokens "
			   "%lld to %lld are not",
			   key, name, (long long)from, (long long)to);
}

/* {'name': 'x', 'pos': [6, 7]} */
static int get_entity(struct reader *r, const struct json *j, const char *key,
		      const struct line *l, char **out, struct place *at)
{
	const struct json *entity = json_get(j, key),
			  *name = json_get(entity, "name");
	struct span s;

	if (!json_is_string(name))
		return reader_fail(r, "'%s' has no 'name'", key);
	s = span_trim(span_of(json_string(name)));
	if (s.len == 0)
		return reader_fail(r, "the name of '%s' is empty", key);
	*out = xstrndup(s.s, s.len);
	return get_pos(r, json_get(entity, "pos"), key, l, *out, at);
}

static int get_relation(struct reader *r, const struct json *j,
			struct record *rec)
{
	const struct schema *schema = r->o->schema;
	const struct json *v = json_get(j, "relation");
	const char *text = json_is_null(v) ? "none" : json_string(v);
	struct span name = span_trim(span_of(text ? text : ""));

	if (!v || name.len == 0)
		return reader_fail(r, "'relation' is missing or no name");
	if (span_ieq(name, "none"))
		name = span_of("none");
	rec->label =
	    reader_label(r, schema ? &schema->relations : NULL, TASK_MRE, name);
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

static int take_pair(struct reader *r, const struct json *j, struct line *l)
{
	struct example *e = l->e;
	struct record *rec;
	int rc = get_text(r, j, l);

	if (rc < 0)
		return rc;
	rec = records_add(&e->gold, TASK_MRE);
	e->has_gold = true;
	if (get_entity(r, j, "h", l, &rec->head, &rec->head_at) < 0 ||
	    get_entity(r, j, "t", l, &rec->tail, &rec->tail_at) < 0 ||
	    get_relation(r, j, rec) < 0)
		return -ERR_DATA;
	e->head = xstrdup(rec->head);
	e->tail = xstrdup(rec->tail);
	return get_image(r, j, e);
}

static int take_dict(struct reader *r, const struct json *j)
{
	struct line l = {0};
	int rc = check_keys(r, j);

	if (rc < 0)
		return rc;
	l.e = reader_add(r);
	l.e->task = TASK_MRE;
	l.e->id = xasprintf("%zu", r->line);
	rc = take_pair(r, j, &l);
	words_release(&l.words);
	return rc;
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
	return reader_lines(r, take_line);
}
