/*
 * layers-json -- decisions, answers and remarks in the own format.
 *
 * "decisions": [{"verdict","who","when",…,"record":{},"before":{}}]
 * "results":   [{"model","instruction","raw","g","cos","records":[{…,"fit",
 *              "p"}]}]
 * "remarks":     [{"id","name","of","value"}]
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"

/* One element of one of the lists. */
struct entry {
	struct example *e;
	const struct json *j;
	const char *what; /* "FILE: line N: decision 3" */
	struct err *err;
};

static int fail(const struct entry *n, const char *key, const char *want)
{
	return err_set(n->err, ERR_DATA, "%s: \"%s\" is not %s", n->what, key,
		       want);
}

/* A string that may be absent, null or empty. */
static int get_string(const struct entry *n, const char *key, char **out)
{
	const struct json *v = json_get(n->j, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return fail(n, key, "a string");
	*out = xstrdup(json_string(v));
	return 0;
}

/* A number; NAN when it is absent or null. */
static int get_number(const struct entry *n, const char *key, double *out)
{
	const struct json *v = json_get(n->j, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_number(v))
		return fail(n, key, "a number");
	*out = json_number(v);
	return 0;
}

static int check_keys(const struct entry *n, const char *const *keys)
{
	if (!json_is_object(n->j))
		return err_set(n->err, ERR_DATA, "%s: an object expected",
			       n->what);
	for (const struct json *m = json_first(n->j); m; m = json_next(m)) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], json_key(m)) != 0)
			i++;
		if (!keys[i])
			return err_set(n->err, ERR_DATA,
				       "%s: unknown key \"%s\"", n->what,
				       json_key(m));
	}
	return 0;
}

static bool digits(const char **s, int n)
{
	for (; n > 0 && **s >= '0' && **s <= '9'; n--)
		++*s;
	return n == 0;
}

static bool after(const char **s, char c)
{
	return *(*s)++ == c;
}

/* 2025-11-23T14:02:11Z, with a fraction or an offset. */
static bool is_rfc3339(const char *s)
{
	if (!digits(&s, 4) || !after(&s, '-') || !digits(&s, 2) ||
	    !after(&s, '-') || !digits(&s, 2) || !after(&s, 'T') ||
	    !digits(&s, 2) || !after(&s, ':') || !digits(&s, 2) ||
	    !after(&s, ':') || !digits(&s, 2))
		return false;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (*s == 'Z')
		return s[1] == '\0';
	return (*s == '+' || *s == '-') && s++ && digits(&s, 2) &&
	       after(&s, ':') && digits(&s, 2) && *s == '\0';
}

static int get_when(const struct entry *n, char **out)
{
	int rc = get_string(n, "when", out);

	if (rc == 0 && *out && !is_rfc3339(*out))
		return fail(n, "when", "a time such as 2025-11-23T14:02:11Z");
	return rc;
}

static int get_record(const struct entry *n, const char *key,
		      struct record *out)
{
	char *what = xasprintf("%s: \"%s\"", n->what, key);
	int rc = record_from_json(n->e, json_get(n->j, key), NULL, true, what,
				  out, n->err);

	free(what);
	return rc;
}

static int read_judgement(const struct entry *n)
{
	static const char *const keys[] = {
	    "verdict", "who", "when",   "note",   "model", "instruction",
	    "gate",    "p",   "record", "before", NULL};
	const char *name = json_string(json_get(n->j, "verdict"));
	struct judgement *d;
	enum verdict v;
	int rc = check_keys(n, keys);

	if (rc < 0)
		return rc;
	if (!name || !verdict_find(name, &v))
		return fail(n, "verdict",
			    "accepted, rejected, edited or added");
	d = judgements_add(&n->e->judged, v);
	d->has_before = json_get(n->j, "before") != NULL;
	if (get_string(n, "who", &d->who) < 0 || get_when(n, &d->when) < 0 ||
	    get_string(n, "note", &d->note) < 0 ||
	    get_string(n, "model", &d->model) < 0 ||
	    get_string(n, "instruction", &d->instruction) < 0 ||
	    get_number(n, "gate", &d->gate) < 0 ||
	    get_number(n, "p", &d->p) < 0 ||
	    get_record(n, "record", &d->rec) < 0)
		return -ERR_DATA;
	return d->has_before ? get_record(n, "before", &d->before) : 0;
}

static int get_fit(const struct entry *n, enum fit *out)
{
	const char *name = json_string(json_get(n->j, "fit"));

	for (int f = FIT_EXACT; name && f <= FIT_ABSENT; f++)
		if (strcmp(fit_name((enum fit)f), name) == 0) {
			*out = (enum fit)f;
			return 0;
		}
	return fail(n, "fit", "exact, repeated, near or absent");
}

static int read_results(const struct entry *n, struct output *o)
{
	static const char *const more[] = {"fit", "p", NULL};
	const struct json *list = json_get(n->j, "records");
	int rc = 0;

	if (!json_is_array(list))
		return fail(n, "records", "an array");
	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		char *what = xasprintf("%s: record %zu", n->what, o->n + 1);
		struct result *r = output_add(o, n->e->task);
		const struct entry in = {n->e, j, what, n->err};

		rc = record_from_json(n->e, j, more, true, what, &r->rec,
				      n->err);
		if (rc == 0)
			rc = get_fit(&in, &r->fit);
		if (rc == 0)
			rc = get_number(&in, "p", &r->p);
		free(what);
	}
	return rc;
}

static int read_output(const struct entry *n)
{
	static const char *const keys[] = {
	    "model", "instruction", "when", "raw", "g", "cos", "records", NULL};
	struct output *o;
	int rc = check_keys(n, keys);

	if (rc < 0)
		return rc;
	o = outputs_add(&n->e->outputs);
	if (get_string(n, "model", &o->model) < 0 ||
	    get_string(n, "instruction", &o->instruction) < 0 ||
	    get_when(n, &o->when) < 0 || get_string(n, "raw", &o->raw) < 0 ||
	    get_number(n, "g", &o->g) < 0 || get_number(n, "cos", &o->cos) < 0)
		return -ERR_DATA;
	return read_results(n, o);
}

static int read_remark(const struct entry *n)
{
	static const char *const keys[] = {"id", "name", "of", "value", NULL};
	struct remark m = {0};
	int rc = check_keys(n, keys);

	if (rc < 0)
		return rc;
	if (get_string(n, "id", &m.id) < 0 ||
	    get_string(n, "name", &m.name) < 0 ||
	    get_string(n, "of", &m.of) < 0 ||
	    get_string(n, "value", &m.value) < 0)
		rc = -ERR_DATA;
	else if (!m.name || !*m.name)
		rc = fail(n, "name", "there");
	else
		remarks_add(&n->e->remarks, m.id, m.name, m.of, m.value);
	free(m.id);
	free(m.name);
	free(m.of);
	free(m.value);
	return rc;
}

static int read_flag(const struct entry *n)
{
	const char *s = json_string(n->j);

	if (!s || !*s)
		return err_set(n->err, ERR_DATA, "%s: a word expected",
			       n->what);
	labels_add(&n->e->flags, s, strlen(s));
	return 0;
}

static int read_list(struct example *e, const struct json *j, const char *key,
		     const char *name, int (*take)(const struct entry *n),
		     const char *what, struct err *err)
{
	const struct json *list = json_get(j, key);
	size_t k = 0;
	int rc = 0;

	if (!list || json_is_null(list))
		return 0;
	if (!json_is_array(list))
		return err_set(err, ERR_DATA, "%s: \"%s\" is not an array",
			       what, key);
	for (const struct json *m = json_first(list); m && rc == 0;
	     m = json_next(m)) {
		char *place = xasprintf("%s: %s %zu", what, name, ++k);
		const struct entry n = {e, m, place, err};

		rc = take(&n);
		free(place);
	}
	return rc;
}

int layers_from_json(struct example *e, const struct json *j, const char *what,
		     struct err *err)
{
	const struct json *meta = json_get(j, "meta");
	const struct entry whole = {e, j, what, err};

	e->has_judged = json_is_array(json_get(j, "decisions"));
	if (meta && !json_is_null(meta))
		e->meta = json_print(meta);
	if (get_string(&whole, "note", &e->note) < 0 ||
	    read_list(e, j, "decisions", "decision", read_judgement, what,
		      err) < 0 ||
	    read_list(e, j, "results", "result", read_output, what, err) < 0 ||
	    read_list(e, j, "remarks", "mark", read_remark, what, err) < 0)
		return -ERR_DATA;
	return read_list(e, j, "flags", "flag", read_flag, what, err);
}

static void put(struct json *j, const char *key, const char *s)
{
	if (s)
		json_put_string(j, key, s);
}

static void put_number(struct json *j, const char *key, double v)
{
	if (!isnan(v))
		json_put_number(j, key, v, 17);
}

static struct json *judgement_to_json(const struct judgement *d)
{
	struct json *j = json_new_object();

	put(j, "verdict", verdict_name(d->verdict));
	put(j, "who", d->who);
	put(j, "when", d->when);
	put(j, "note", d->note);
	put(j, "model", d->model);
	put(j, "instruction", d->instruction);
	put_number(j, "gate", d->gate);
	put_number(j, "p", d->p);
	json_put(j, "record", record_to_json(&d->rec));
	if (d->has_before)
		json_put(j, "before", record_to_json(&d->before));
	return j;
}

static struct json *output_to_json(const struct output *o)
{
	struct json *j = json_new_object(), *list = json_new_array();

	put(j, "model", o->model);
	put(j, "instruction", o->instruction);
	put(j, "when", o->when);
	put(j, "raw", o->raw);
	put_number(j, "g", o->g);
	put_number(j, "cos", o->cos);
	for (size_t i = 0; i < o->n; i++) {
		struct json *r = record_to_json(&o->result[i].rec);

		put(r, "fit", fit_name(o->result[i].fit));
		put_number(r, "p", o->result[i].p);
		json_push(list, r);
	}
	json_put(j, "records", list);
	return j;
}

static struct json *remark_to_json(const struct remark *m)
{
	struct json *j = json_new_object();

	put(j, "id", m->id);
	put(j, "name", m->name);
	put(j, "of", m->of);
	put(j, "value", m->value);
	return j;
}

/* Put `list` into j, or drop it when it is empty and need not be there. */
static void put_list(struct json *j, const char *key, struct json *list,
		     bool need)
{
	if (need || json_len(list))
		json_put(j, key, list);
	else
		json_free(list);
}

void layers_to_json(const struct example *e, struct json *j)
{
	struct json *decisions = json_new_array(), *results = json_new_array(),
		    *remarks = json_new_array(), *flags = json_new_array();
	struct err err = {0};

	for (size_t i = 0; i < e->judged.n; i++)
		json_push(decisions, judgement_to_json(&e->judged.at[i]));
	for (size_t i = 0; i < e->outputs.n; i++)
		json_push(results, output_to_json(&e->outputs.at[i]));
	for (size_t i = 0; i < e->remarks.n; i++)
		json_push(remarks, remark_to_json(&e->remarks.at[i]));
	for (size_t i = 0; i < e->flags.n; i++)
		json_push_string(flags, e->flags.name[i]);
	put_list(j, "decisions", decisions, e->has_judged);
	put_list(j, "results", results, false);
	put_list(j, "remarks", remarks, false);
	put(j, "note", e->note);
	put_list(j, "flags", flags, false);
	if (e->meta)
		json_put(j, "meta",
			 json_parse(e->meta, strlen(e->meta), "meta", &err));
}
