#include "src/data/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"

int field_object(struct reader *r, const struct json *j)
{
	if (json_is_object(j))
		return 0;
	return reader_fail(r, "a JSON object expected");
}

int field_maybe(struct reader *r, const struct json *j, const char *key,
		const char **out)
{
	const struct json *v = json_get(j, key);

	*out = json_string(v);
	if (v && !json_is_null(v) && !*out)
		return reader_fail(r, "\"%s\" is not a string", key);
	return 0;
}

int field_string(struct reader *r, const struct json *j, const char *key,
		 const char **out)
{
	int rc = field_maybe(r, j, key, out);

	if (rc == 0 && !*out)
		return reader_fail(r, "\"%s\" is missing", key);
	return rc;
}

int field_filled(struct reader *r, const char *key, const char *s, char **out)
{
	struct span all = span_of(s);

	if (all.len == 0 || span_trim(all).len != all.len)
		return reader_fail(r,
				   "\"%s\" is empty or has white space around "
				   "it",
				   key);
	*out = xstrdup(s);
	return 0;
}

int field_label(struct reader *r, const struct json *j, const char *key,
		char **out)
{
	const char *s;
	int rc = field_string(r, j, key, &s);

	return rc < 0 ? rc : field_filled(r, key, s, out);
}

int field_name(struct reader *r, const struct json *j, const char *key,
	       char **out)
{
	const struct json *v = json_get(j, key);
	int64_t number;

	*out = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (json_is_string(v))
		return field_filled(r, key, json_string(v), out);
	if (json_int(v, -(INT64_C(1) << 53), INT64_C(1) << 53, key, &number,
		     r->err) < 0)
		return reader_fail(r,
				   "\"%s\" is neither a name nor a whole "
				   "number",
				   key);
	*out = xasprintf("%lld", (long long)number);
	return 0;
}

int field_whole(struct reader *r, const struct json *j, const char *key,
		int64_t lo, int64_t hi, int64_t *out)
{
	const struct json *v = json_get(j, key);

	if (!v || json_int(v, lo, hi, key, out, r->err) < 0)
		return reader_fail(r,
				   "\"%s\" is missing or no whole number from "
				   "%lld to %lld",
				   key, (long long)lo, (long long)hi);
	return 0;
}

int field_number(struct reader *r, const struct json *j, const char *key,
		 double *out)
{
	const struct json *v = json_get(j, key);

	*out = json_number(v);
	return json_is_number(v)
		   ? 0
		   : reader_fail(r, "\"%s\" is missing or no number", key);
}

int field_list(struct reader *r, const struct json *j, const char *key,
	       bool need, const struct json **out)
{
	const struct json *v = json_get(j, key);

	*out = json_is_array(v) ? v : NULL;
	if (!*out && (need || (v && !json_is_null(v))))
		return reader_fail(r, "\"%s\" is %s", key,
				   v ? "not an array" : "missing");
	return 0;
}

int field_corners(struct reader *r, const double v[4], struct box *out)
{
	const struct box b = {(float)v[0], (float)v[1], (float)v[2],
			      (float)v[3]};

	if (!isfinite(b.x1) || !isfinite(b.y1) || !isfinite(b.x2) ||
	    !isfinite(b.y2) || !(b.x1 < b.x2) || !(b.y1 < b.y2))
		return reader_fail(r,
				   "box [%g,%g,%g,%g] has x2 <= x1 or "
				   "y2 <= y1",
				   v[0], v[1], v[2], v[3]);
	*out = b;
	return 0;
}

int field_box(struct reader *r, const struct json *box, struct box *out)
{
	const struct json *m = json_first(box);
	double v[4];
	int n = 0;

	for (; json_is_number(m) && n < 4; m = json_next(m))
		v[n++] = json_number(m);
	if (!json_is_array(box) || n < 4 || m)
		return reader_fail(r, "a box is not [x1,y1,x2,y2]");
	return field_corners(r, v, out);
}

int field_range(struct reader *r, int64_t from, int64_t to,
		const struct offsets *o, struct place *out)
{
	struct span s;

	if (from < 0 || to > o->unit[o->n])
		return reader_fail(r, "offsets %lld to %lld; the text has %u",
				   (long long)from, (long long)to,
				   o->unit[o->n]);
	if (!offsets_find(o, from, &out->start) ||
	    !offsets_find(o, to, &out->end))
		return reader_fail(r,
				   "offsets %lld to %lld cut a character in "
				   "two (are they of another unit?)",
				   (long long)from, (long long)to);
	s = from < to ? offsets_span(o, *out) : (struct span){"", 0};
	if (same_but_space(s, span_of("")))
		return reader_fail(r, "offsets %lld to %lld hold no text",
				   (long long)from, (long long)to);
	return 0;
}

int field_place(struct reader *r, const struct json *j, const char *start,
		const char *end, const struct offsets *o, struct place *out)
{
	int64_t last = o->unit[o->n], from, to;

	if (field_whole(r, j, start, 0, last, &from) < 0 ||
	    field_whole(r, j, end, 0, last, &to) < 0)
		return -ERR_DATA;
	return field_range(r, from, to, o, out);
}

int field_stands(struct reader *r, const struct offsets *o, const char *text,
		 struct node *n)
{
	if (text && !string_stands(offsets_span(o, n->at), span_of(text))) {
		struct span there = offsets_span(o, n->at);

		return reader_fail(r,
				   "the text there is \"%.*s\" and not "
				   "\"%.200s\" (are the offsets of another "
				   "unit?)",
				   span_shown(there), there.s, text);
	}
	n->text = text ? xstrdup(text) : offsets_copy(o, n->at);
	return 0;
}

int field_words(struct reader *r, const struct json *j, const char *start,
		const char *end, const struct words *w, struct place *out)
{
	int64_t n = (int64_t)w->n, from, to;

	if (field_whole(r, j, start, 0, n - 1, &from) < 0 ||
	    field_whole(r, j, end, from + 1, n, &to) < 0)
		return -ERR_DATA;
	*out = words_place(w, (size_t)from, (size_t)to);
	return place_known(*out)
		   ? 0
		   : reader_fail(r, "words %lld to %lld are empty",
				 (long long)from, (long long)to);
}

int field_tokens(struct reader *r, const struct json *list, struct words *w,
		 struct str *text)
{
	int32_t end = 0;

	for (const struct json *t = json_first(list); t; t = json_next(t)) {
		if (!json_is_string(t))
			return reader_fail(r, "word %zu is not a string",
					   w->n + 1);
		if (text->len > LINE_MAX_BYTES)
			return reader_fail(r,
					   "its words are longer than %d "
					   "bytes",
					   LINE_MAX_BYTES);
		words_push(w, text, &end, span_of(json_string(t)));
	}
	return 0;
}

void reading_release(struct reading *d)
{
	words_release(&d->words);
	offsets_release(&d->o);
	graph_release(&d->g);
}

int reading_list(struct reader *r, const struct json *j, const char *key,
		 bool need, const char *part, struct reading *d,
		 int (*take)(struct reader *r, const struct json *j,
			     struct reading *d))
{
	const struct json *list;
	int rc = field_list(r, j, key, need, &list);

	r->part_n = 0;
	for (const struct json *m = json_first(list); m && rc == 0;
	     m = json_next(m)) {
		r->part = part;
		r->part_n++;
		rc = take(r, m, d);
	}
	r->part = NULL;
	return rc;
}

static struct json *parse_meta(const struct example *e)
{
	struct err err = {0};

	return e->meta ? json_parse(e->meta, strlen(e->meta), "meta", &err)
		       : NULL;
}

static bool known_key(const char *key, const char *const *known)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known != NULL;
}

void field_keep_rest(struct example *e, const struct json *j,
		     const char *format, const char *const *known)
{
	struct json *meta = parse_meta(e), *rest = json_new_object();

	for (const struct json *m = json_first(j); m; m = json_next(m))
		if (!known_key(json_key(m), known))
			json_put(rest, json_key(m), json_copy(m));
	if (!json_len(rest)) {
		json_free(rest);
	} else {
		if (!meta)
			meta = json_new_object();
		json_put(meta, format, rest);
		free(e->meta);
		e->meta = json_print(meta);
	}
	json_free(meta);
}

void field_put_rest(struct json *j, const struct example *e, const char *format)
{
	struct json *meta = parse_meta(e);
	const struct json *m = json_first(json_get(meta, format));

	for (; m; m = json_next(m))
		if (!json_get(j, json_key(m)))
			json_put(j, json_key(m), json_copy(m));
	json_free(meta);
}

bool field_only_rest(const struct example *e, const char *format)
{
	struct json *meta = parse_meta(e);
	bool only = true;

	for (const struct json *m = json_first(meta); m; m = json_next(m))
		only &= strncmp(json_key(m), format, strlen(format)) == 0;
	json_free(meta);
	return only;
}
