/*
 * The paper's language (Table 2): `type, text <spot> type, text`, and
 * `head, relation, tail` for relations.
 */
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/answer-internal.h"

static const char spot[] = "<spot>";

static const struct labels *labels_of(const struct answer_in *in)
{
	switch (in->task) {
	case TASK_MED:
		return &in->schema->events;
	case TASK_MEAE:
		return schema_roles(in->schema, in->event);
	default:
		return &in->schema->entities;
	}
}

/* Position of the next comma in `r`, or r.end. */
static size_t comma(const struct answer_text *t, struct range r)
{
	const char *p = memchr(t->s + r.start, ',', r.end - r.start);

	return p ? (size_t)(p - t->s) : r.end;
}

/* `type, text`: the type ends at the first comma. */
static void parse_pair(const struct answer_in *in, struct range r)
{
	size_t at = comma(in->text, r);
	const char *label;
	struct record *rec;
	struct range text;

	if (at == r.end) {
		answer_drop(in, r, "no_comma");
		return;
	}
	label = answer_label(in, labels_of(in), (struct range){r.start, at});
	if (!label) {
		answer_drop(in, r, "unknown_type");
		return;
	}
	text = range_trim(in->text, (struct range){at + 1, r.end});
	if (text.start == text.end) {
		answer_drop(in, r, "empty_text");
		return;
	}
	rec = answer_add(in, r, label);
	rec->text = range_copy(in->text, text);
	if (in->task != TASK_MEAE)
		return;
	rec->region = region_of(rec->text);
	if (in->event >= 0)
		rec->event = xstrdup(in->schema->events.name[in->event]);
}

/*
 * `head, relation, tail`, where head and tail may have commas: the leftmost
 * inner field that is a relation and leaves something on both sides.
 */
static void parse_triple(const struct answer_in *in, struct range r)
{
	const struct answer_text *t = in->text;
	size_t left = comma(t, r), right;
	const char *reason = "too_few_fields", *label;
	struct record *rec;

	for (; left < r.end; left = right) {
		struct range head, tail, field = {left + 1, r.end};

		right = comma(t, field);
		if (right >= r.end)
			break;
		field.end = right;
		if (strcmp(reason, "too_few_fields") == 0)
			reason = "unknown_relation";
		label = answer_label(in, &in->schema->relations, field);
		if (!label)
			continue;
		head = range_trim(t, (struct range){r.start, left});
		tail = range_trim(t, (struct range){right + 1, r.end});
		reason = "empty_text";
		if (head.start == head.end || tail.start == tail.end)
			continue;
		rec = answer_add(in, r, label);
		rec->head = range_copy(t, head);
		rec->tail = range_copy(t, tail);
		return;
	}
	answer_drop(in, r, reason);
}

void answer_parse_paper(const struct answer_in *in)
{
	const struct answer_text *t = in->text;
	size_t start = 0, next;
	const char *p;

	for (; start <= t->n; start = next) {
		struct range r = {start, t->n};

		p = strstr(t->s + start, spot);
		if (p)
			r.end = (size_t)(p - t->s);
		next = p ? r.end + strlen(spot) : t->n + 1;
		r = range_trim(t, r);
		if (r.start == r.end)
			continue;
		if (in->task == TASK_MRE)
			parse_triple(in, r);
		else
			parse_pair(in, r);
	}
}

void answer_print_paper(enum task t, const struct records *l, struct str *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct record *r = &l->rec[i];

		if (i)
			str_addf(out, " %s ", spot);
		if (t == TASK_MRE)
			str_addf(out, "%s, %s, %s", r->head, r->label, r->tail);
		else
			str_addf(out, "%s, %s", r->label, r->text);
	}
}
