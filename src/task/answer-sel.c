/*
 * The bracket language: <extra_id_0> opens, <extra_id_1> closes,
 * <extra_id_5> stands between a label and its span, <extra_id_6> is the span
 * of something that is not there.
 *
 *	sentence := ( record* )
 *	record   := ( TYPE : SPAN )		MNER, MED
 *		  | ( HEAD ( REL : TAIL )* )	MRE
 *		  | ( EVENT ( ROLE : TEXT )* )	MEAE
 *
 * Brackets that are missing at the end (a cut answer) cost only the pairs
 * that they leave open.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/answer-internal.h"

static const char open_mark[] = "<extra_id_0>";
static const char close_mark[] = "<extra_id_1>";
static const char colon_mark[] = "<extra_id_5>";
static const char null_mark[] = "<extra_id_6>";

enum kind { TEXT, OPEN, CLOSE, COLON, END };

/* A token of the answer and the reader that stands on it. */
struct sel {
	const struct answer_in *in;
	enum kind kind;
	struct range at;
};

/* One bracket; `name` and `value` are trimmed. */
struct node {
	struct range all, name, value;
	int colons;
	bool closed;
};

struct nodes {
	struct node *node;
	size_t n, cap;
};

static enum kind mark_at(const struct answer_text *t, size_t i)
{
	static const struct {
		const char *mark;
		enum kind kind;
	} marks[] = {
	    {open_mark, OPEN}, {close_mark, CLOSE}, {colon_mark, COLON}};

	if (i == t->n)
		return END;
	for (size_t k = 0; k < ARRAY_LEN(marks); k++)
		if (strncmp(t->s + i, marks[k].mark, strlen(marks[k].mark)) ==
		    0)
			return marks[k].kind;
	return TEXT;
}

/* Go to the next token; blank text is none. */
static void next(struct sel *p)
{
	const struct answer_text *t = p->in->text;
	size_t i = p->at.end;

	while (i < t->n && strchr(" \t\n\v\f\r", t->s[i]))
		i++;
	p->kind = mark_at(t, i);
	p->at = (struct range){i, i};
	if (p->kind == TEXT)
		while (mark_at(t, p->at.end) == TEXT)
			p->at.end++;
	else if (p->kind != END)
		p->at.end = i + strlen(open_mark);
	p->at = p->kind == TEXT ? range_trim(t, p->at) : p->at;
}

/* Leave out a bracket where none is expected. */
static void skip_bracket(struct sel *p)
{
	struct range all = p->at;
	size_t depth = 0;

	do {
		depth += p->kind == OPEN;
		depth -= p->kind == CLOSE;
		all.end = p->at.end;
		next(p);
	} while (depth && p->kind != END);
	answer_drop(p->in, all, "unexpected_bracket");
}

static bool empty(struct range r)
{
	return r.start == r.end;
}

/* Text is the name or the value, unless that is taken or a bracket passed. */
static void read_text(struct sel *p, struct node *nd, bool late)
{
	if (!late && nd->colons == 0 && empty(nd->name))
		nd->name = p->at;
	else if (!late && nd->colons == 1 && empty(nd->value))
		nd->value = p->at;
	else if (late || nd->colons < 2)
		answer_drop(p->in, p->at, "stray_text");
	next(p);
}

/* Read the bracket that opens here; what it holds goes to `inner`, if any. */
static struct node read_node(struct sel *p, struct nodes *inner)
{
	struct node nd = {.all = p->at};

	next(p);
	while (p->kind != END && p->kind != CLOSE) {
		if (p->kind == TEXT) {
			read_text(p, &nd, inner && inner->n);
		} else if (p->kind == COLON) {
			nd.colons++;
			next(p);
		} else if (inner) {
			inner->node = xgrow(inner->node, inner->n, &inner->cap,
					    sizeof(*inner->node));
			inner->node[inner->n] = read_node(p, NULL);
			inner->n++;
		} else {
			skip_bracket(p);
		}
	}
	nd.closed = p->kind == CLOSE;
	nd.all.end = p->at.end;
	if (nd.closed)
		next(p);
	return nd;
}

/* Why `label : span` cannot be used, or NULL and its label. */
static const char *pair_fault(const struct answer_in *in, const struct node *nd,
			      const struct labels *l, const char **label)
{
	if (!nd->closed)
		return "unclosed";
	if (nd->colons != 1)
		return nd->colons ? "two_colons" : "no_colon";
	*label = answer_label(in, l, nd->name);
	if (!*label)
		return in->task == TASK_MRE ? "unknown_relation"
					    : "unknown_type";
	if (empty(nd->value))
		return "empty_text";
	if (range_eq(in->text, nd->value, null_mark))
		return "null_span";
	return NULL;
}

static void take_span(const struct answer_in *in, const struct node *nd)
{
	const struct labels *l =
	    in->task == TASK_MED ? &in->schema->events : &in->schema->entities;
	const char *label, *fault = pair_fault(in, nd, l, &label);

	if (fault)
		answer_drop(in, nd->all, fault);
	else
		answer_add(in, nd->all, label)->text =
		    range_copy(in->text, nd->value);
}

/* What is left of a record's own bracket once its name is taken. */
static void drop_value(const struct answer_in *in, const struct node *nd)
{
	answer_drop(in, nd->value, "stray_text");
}

static void take_relations(const struct answer_in *in, const struct node *nd,
			   const struct nodes *inner)
{
	bool no_head = empty(nd->name);
	bool null = range_eq(in->text, nd->name, null_mark);

	if (inner->n == 0 || no_head || null) {
		answer_drop(in, nd->all,
			    null            ? "null_span"
			    : !nd->closed   ? "unclosed"
			    : inner->n == 0 ? "too_few_fields"
					    : "empty_text");
		return;
	}
	drop_value(in, nd);
	for (size_t i = 0; i < inner->n; i++) {
		const struct node *rel = &inner->node[i];
		const char *label,
		    *fault =
			pair_fault(in, rel, &in->schema->relations, &label);
		struct record *r;

		if (fault) {
			answer_drop(in, rel->all, fault);
			continue;
		}
		r = answer_add(in, (struct range){nd->all.start, rel->all.end},
			       label);
		r->head = range_copy(in->text, nd->name);
		r->tail = range_copy(in->text, rel->value);
	}
}

static void take_arguments(const struct answer_in *in, const struct node *nd,
			   const struct nodes *inner)
{
	const struct labels *events = &in->schema->events, *roles;
	size_t len = nd->name.end - nd->name.start;
	int event = labels_find(events, in->text->s + nd->name.start, len);

	if (event < 0) {
		answer_drop(in, nd->all,
			    nd->closed ? "unknown_type" : "unclosed");
		return;
	}
	roles = schema_roles(in->schema, event);
	drop_value(in, nd);
	for (size_t i = 0; i < inner->n; i++) {
		const struct node *arg = &inner->node[i];
		const char *label, *fault = pair_fault(in, arg, roles, &label);
		struct record *r;

		if (fault) {
			answer_drop(in, arg->all, fault);
			continue;
		}
		r = answer_add(in, arg->all, label);
		r->text = range_copy(in->text, arg->value);
		r->event = xstrdup(events->name[event]);
		r->region = region_of(r->text);
	}
}

static void read_record(struct sel *p)
{
	bool flat = p->in->task == TASK_MNER || p->in->task == TASK_MED;
	struct nodes inner = {0};
	struct node nd = read_node(p, flat ? NULL : &inner);

	if (flat)
		take_span(p->in, &nd);
	else if (p->in->task == TASK_MRE)
		take_relations(p->in, &nd, &inner);
	else
		take_arguments(p->in, &nd, &inner);
	free(inner.node);
}

void answer_parse_sel(const struct answer_in *in)
{
	struct sel p = {.in = in};
	size_t end;

	do
		next(&p);
	while (p.kind != OPEN && p.kind != END);
	answer_drop(in, (struct range){0, p.at.start}, "stray_text");
	if (p.kind == OPEN)
		next(&p);
	while (p.kind != END && p.kind != CLOSE) {
		if (p.kind == OPEN) {
			read_record(&p);
		} else {
			answer_drop(in, p.at, "stray_text");
			next(&p);
		}
	}
	end = p.at.end;
	answer_drop(in, (struct range){end, in->text->n}, "stray_text");
}

static void print_pair(struct str *out, const char *label, const char *text)
{
	str_addf(out, "%s %s%s %s%s", open_mark, label, colon_mark, text,
		 close_mark);
}

/* An event's arguments stand in one bracket as long as they follow it. */
static void print_argument(struct str *out, const struct record *r,
			   const struct record *before,
			   const struct record *after)
{
	if (!r->event)
		bug("answer_print: an argument without its event");
	if (!before || strcmp(before->event, r->event) != 0)
		str_addf(out, "%s %s", open_mark, r->event);
	print_pair(out, r->label, r->text);
	if (!after || !after->event || strcmp(after->event, r->event) != 0)
		str_add(out, close_mark);
}

void answer_print_sel(enum task t, const struct records *l, struct str *out)
{
	str_add(out, open_mark);
	for (size_t i = 0; i < l->n; i++) {
		const struct record *r = &l->rec[i];

		if (t == TASK_MRE) {
			str_addf(out, "%s %s", open_mark, r->head);
			print_pair(out, r->label, r->tail);
			str_add(out, close_mark);
		} else if (t == TASK_MEAE) {
			print_argument(out, r, i ? r - 1 : NULL,
				       i + 1 < l->n ? r + 1 : NULL);
		} else {
			print_pair(out, r->label, r->text);
		}
	}
	str_add(out, close_mark);
}
