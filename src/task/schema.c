#include "src/task/schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

enum { SCHEMA_FILE = 16 << 20, LABELS_MAX = 10000, LABEL_BYTES = 256 };

void labels_add(struct labels *l, const char *name, size_t len)
{
	l->name = xgrow(l->name, l->n, &l->cap, sizeof(*l->name));
	l->name[l->n++] = xstrndup(name, len);
}

void labels_append(struct labels *l, const struct labels *more)
{
	for (size_t i = 0; i < more->n; i++)
		labels_add(l, more->name[i], strlen(more->name[i]));
}

void labels_release(struct labels *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	*l = (struct labels){0};
}

int labels_find(const struct labels *l, const char *name, size_t len)
{
	struct span want = span_trim((struct span){name, len});

	for (size_t i = 0; i < l->n; i++)
		if (span_ieq(want, l->name[i]))
			return (int)i;
	return -1;
}

char *labels_join(const struct labels *l)
{
	struct str b = {0};

	for (size_t i = 0; i < l->n; i++) {
		if (i)
			str_add(&b, ", ");
		str_add(&b, l->name[i]);
	}
	return str_detach(&b);
}

/* Where in which file a list stands, for messages. */
struct place {
	const char *what, *key;
	struct err *err;
};

/* What makes a label unreadable in an answer, or NULL. */
static const char *label_fault(const char *s)
{
	static const char *const markers[] = {
	    "<spot>", "<asoc>", "<extra_id_", "</s>", "<pad>", "<unk>",
	};
	size_t n = strlen(s);

	if (n == 0)
		return "is empty";
	if (n > LABEL_BYTES)
		return "is longer than 256 bytes";
	if (strchr(s, ','))
		return "has a comma, where the answer's type would end";
	if (span_trim(span_of(s)).len != n)
		return "starts or ends with white space";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return "has a control character";
	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		if (strstr(s, markers[i]))
			return "has a marker of the answer grammar in it";
	return NULL;
}

static int add_label(struct labels *l, const char *s, const struct place *p)
{
	const char *fault = label_fault(s);

	if (fault)
		return err_set(p->err, ERR_DATA,
			       "%s: \"%s\": label \"%.300s\" %s", p->what,
			       p->key, s, fault);
	if (l->n == LABELS_MAX)
		return err_set(p->err, ERR_DATA,
			       "%s: \"%s\": more than %d labels", p->what,
			       p->key, LABELS_MAX);
	labels_add(l, s, strlen(s));
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static int refuse_duplicates(const struct labels *l, const struct place *p)
{
	char **sorted = xmalloc(l->n * sizeof(*sorted));
	int rc = 0;

	if (l->n) {
		memcpy(sorted, l->name, l->n * sizeof(*sorted));
		qsort(sorted, l->n, sizeof(*sorted), compare_names);
	}
	for (size_t i = 1; i < l->n && rc == 0; i++)
		if (strcasecmp(sorted[i - 1], sorted[i]) == 0)
			rc = err_set(p->err, ERR_DATA,
				     "%s: \"%s\": label \"%s\" twice (upper "
				     "and lower case count as one)",
				     p->what, p->key, sorted[i]);
	free(sorted);
	return rc;
}

static int read_list(struct labels *l, const struct json *j,
		     const struct place *p)
{
	int rc = 0;

	if (!json_is_array(j))
		return err_set(p->err, ERR_DATA,
			       "%s: \"%s\": an array of labels expected",
			       p->what, p->key);
	for (const struct json *e = json_first(j); e && rc == 0;
	     e = json_next(e)) {
		if (!json_is_string(e))
			return err_set(p->err, ERR_DATA,
				       "%s: \"%s\": label %zu is not a string",
				       p->what, p->key, l->n + 1);
		rc = add_label(l, json_string(e), p);
	}
	return rc < 0 ? rc : refuse_duplicates(l, p);
}

int labels_from_json(struct labels *l, const struct json *j, const char *what,
		     const char *key, struct err *err)
{
	return read_list(l, j, &(struct place){what, key, err});
}

int labels_split(struct labels *l, const char *list, const char *what,
		 const char *key, struct err *err)
{
	const struct place p = {what, key, err};
	int rc = 0;

	for (const char *s = list; *s && rc == 0;) {
		size_t n = strcspn(s, ",");
		struct span word = span_trim((struct span){s, n});
		char *name = xstrndup(word.s, word.len);

		if (word.len)
			rc = add_label(l, name, &p);
		free(name);
		s += n + (s[n] == ',');
	}
	return rc < 0 ? rc : refuse_duplicates(l, &p);
}

struct json *labels_to_json(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

bool labels_equal(const struct labels *a, const struct labels *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = strcmp(a->name[i], b->name[i]) == 0;
	return same;
}

/* Add the roles of one event to the union of all roles. */
static int unite_roles(struct schema *s, const struct labels *roles,
		       const struct place *p)
{
	for (size_t i = 0; i < roles->n; i++) {
		const char *name = roles->name[i];
		int at = labels_find(&s->roles, name, strlen(name));

		if (at < 0)
			labels_add(&s->roles, name, strlen(name));
		else if (strcmp(s->roles.name[at], name) != 0)
			return err_set(p->err, ERR_DATA,
				       "%s: \"%s\": role \"%s\" is spelled "
				       "\"%s\" elsewhere",
				       p->what, p->key, name,
				       s->roles.name[at]);
	}
	return 0;
}

static int read_events(struct schema *s, const struct json *j, const char *what,
		       struct err *err)
{
	struct place at = {what, "events", err}, inside = {what, NULL, err};
	size_t total = 0;
	int rc = 0;

	if (!json_is_object(j))
		return err_set(err, ERR_DATA,
			       "%s: \"events\": an object {\"event type\": "
			       "[roles]} expected",
			       what);
	s->event_roles = xcalloc(json_len(j), sizeof(*s->event_roles));
	for (const struct json *e = json_first(j); e; e = json_next(e)) {
		struct labels *roles = &s->event_roles[s->events.n];

		inside.key = json_key(e);
		rc = add_label(&s->events, inside.key, &at);
		if (rc == 0)
			rc = read_list(roles, e, &inside);
		total += roles->n;
		if (rc == 0 && total > LABELS_MAX)
			rc = err_set(err, ERR_DATA,
				     "%s: \"events\": more than %d roles in "
				     "all",
				     what, LABELS_MAX);
		if (rc == 0)
			rc = unite_roles(s, roles, &inside);
		if (rc < 0)
			return rc;
	}
	return refuse_duplicates(&s->events, &at);
}

static int read_member(struct schema *s, const struct json *m, const char *what,
		       struct err *err)
{
	struct place p = {what, json_key(m), err};

	if (strcmp(p.key, "entities") == 0)
		return read_list(&s->entities, m, &p);
	if (strcmp(p.key, "relations") == 0)
		return read_list(&s->relations, m, &p);
	if (strcmp(p.key, "events") == 0)
		return read_events(s, m, what, err);
	return err_set(err, ERR_DATA,
		       "%s: unknown key \"%s\"; a schema has \"entities\", "
		       "\"relations\" and \"events\"",
		       what, p.key);
}

int schema_parse(struct schema *s, const struct json *j, const char *what,
		 struct err *err)
{
	int rc = 0;

	*s = (struct schema){0};
	if (!json_is_object(j))
		return err_set(err, ERR_DATA,
			       "%s: a schema is an object with \"entities\", "
			       "\"relations\" and \"events\"",
			       what);
	for (const struct json *m = json_first(j); m && rc == 0;
	     m = json_next(m))
		rc = read_member(s, m, what, err);
	if (rc == 0 && s->entities.n + s->relations.n + s->events.n == 0)
		rc = err_set(err, ERR_DATA,
			     "%s: no label at all; a schema needs "
			     "\"entities\", \"relations\" or \"events\"",
			     what);
	if (rc < 0)
		schema_release(s);
	return rc;
}

int schema_read(struct schema *s, const char *path, struct err *err)
{
	struct json *j = json_read(path, SCHEMA_FILE, err);
	int rc;

	*s = (struct schema){0};
	if (!j)
		return -(int)err->code;
	rc = schema_parse(s, j, path, err);
	json_free(j);
	return rc;
}

static struct json *list_to_json(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

struct json *schema_to_json(const struct schema *s)
{
	struct json *j = json_new_object(), *events = json_new_object();

	json_put(j, "entities", list_to_json(&s->entities));
	json_put(j, "relations", list_to_json(&s->relations));
	for (size_t i = 0; i < s->events.n; i++)
		json_put(events, s->events.name[i],
			 list_to_json(&s->event_roles[i]));
	json_put(j, "events", events);
	return j;
}

void labels_copy(struct labels *to, const struct labels *from)
{
	*to = (struct labels){0};
	for (size_t i = 0; i < from->n; i++)
		labels_add(to, from->name[i], strlen(from->name[i]));
}

void schema_copy(struct schema *to, const struct schema *from)
{
	size_t n = from->events.n;

	*to = (struct schema){0};
	labels_copy(&to->entities, &from->entities);
	labels_copy(&to->relations, &from->relations);
	labels_copy(&to->events, &from->events);
	labels_copy(&to->roles, &from->roles);
	to->event_roles = xcalloc(n + 1, sizeof(*to->event_roles));
	for (size_t i = 0; i < n; i++)
		labels_copy(&to->event_roles[i], &from->event_roles[i]);
}

void schema_release(struct schema *s)
{
	for (size_t i = 0; s->event_roles && i < s->events.n; i++)
		labels_release(&s->event_roles[i]);
	free(s->event_roles);
	labels_release(&s->entities);
	labels_release(&s->relations);
	labels_release(&s->events);
	labels_release(&s->roles);
	*s = (struct schema){0};
}

const struct labels *schema_roles(const struct schema *s, int event)
{
	return event < 0 ? &s->roles : &s->event_roles[event];
}
