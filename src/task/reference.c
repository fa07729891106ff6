#include "src/task/reference.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/reference-tree.h"

static const char colon_mark[] = "<extra_id_5>";
static const char null_mark[] = "<extra_id_6>";

/* Which of its four ways the reference splits a label from its span. */
enum split { SPLIT_ENTITY, SPLIT_RELATION, SPLIT_ARG, SPLIT_EVENT };

/* Both owned; text NULL is Python's None. */
struct pair {
	char *label, *text;
};

static void pair_release(struct pair *p)
{
	free(p->label);
	free(p->text);
}

static char *copy(struct span s)
{
	return xstrndup(s.s ? s.s : "", s.len);
}

/* Split at the colon; false unless there is exactly one. */
static bool split_colon(const char *s, struct pair *out)
{
	const char *at = strstr(s, colon_mark), *rest;

	if (!at)
		return false;
	rest = at + strlen(colon_mark);
	if (strstr(rest, colon_mark))
		return false;
	out->label = copy(span_trim((struct span){s, (size_t)(at - s)}));
	out->text = copy(span_trim(span_of(rest)));
	return true;
}

/* Words first … last-1 of single-spaced `s`, joined. */
static char *words(const char *s, long first, long last)
{
	struct str out = {0};
	long i = 0;

	while (*s) {
		size_t len = strcspn(s, " ");

		if (len && i >= first && i < last)
			str_addf(&out, "%s%.*s", out.len ? " " : "", (int)len,
				 s);
		i += len > 0;
		s += len;
		s += *s == ' ';
	}
	return str_detach(&out);
}

static long count_words(const char *s)
{
	long n = 0;

	for (size_t i = 0; s[i]; i++)
		n += s[i] != ' ' && (i == 0 || s[i - 1] == ' ');
	return n;
}

/* Two sentences of an older output language are still understood. */
static bool split_sentence(const char *s, struct pair *out)
{
	long n = count_words(s);

	if (strstr(s, "The entity type of")) {
		out->label = words(s, n - 1, n);
		out->text = words(s, 4, n - 2);
		return true;
	}
	if (strstr(s, "entity in the sentence is")) {
		out->label = words(s, 1, 2);
		out->text = words(s, 7, n);
		return true;
	}
	return false;
}

/* Split the bracket at i into label and text. */
static struct pair split_bracket(const struct ref_tree *t, size_t i,
				 enum split how)
{
	struct str text = {0}, joined = {0};
	struct pair p = {0};
	bool done;

	ref_tree_text(t, i, &text);
	str_addn(&joined, t->token[i].s.s, t->token[i].s.len);
	str_addc(&joined, ' ');
	str_addn(&joined, str_cstr(&text), text.len);
	done = split_colon(
	    how == SPLIT_RELATION ? str_cstr(&text) : str_cstr(&joined), &p);
	if (!done && how == SPLIT_ENTITY)
		done = split_sentence(str_cstr(&joined), &p);
	if (!done && how == SPLIT_ARG) {
		p.label = xstrdup(str_cstr(&joined));
	} else if (!done) {
		p.label = copy(t->token[i].s);
		p.text = xstrdup(str_cstr(&text));
	}
	str_release(&text);
	str_release(&joined);
	return p;
}

static bool listed(const struct labels *l, const char *name)
{
	for (size_t i = 0; l && i < l->n; i++)
		if (strcmp(l->name[i], name) == 0)
			return true;
	return false;
}

static bool is_null(const char *text)
{
	return !text || strcmp(text, null_mark) == 0;
}

/* Append a tuple of n strings, which are copied. */
static void add_tuple(struct ref_tuples *l, int n, ...)
{
	struct ref_tuple *t;
	va_list ap;

	l->t = xgrow(l->t, l->n, &l->cap, sizeof(*l->t));
	t = &l->t[l->n++];
	*t = (struct ref_tuple){.n = n};
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		t->field[i] = xstrdup(va_arg(ap, const char *));
	va_end(ap);
}

static void take_relation(const struct ref_tree *t, size_t i,
			  const struct labels *types, struct ref_parse *out)
{
	struct pair p = split_bracket(t, i, SPLIT_RELATION);
	char *head = copy(t->token[i].s);

	if (!is_null(head) && !is_null(p.text) && listed(types, p.label))
		add_tuple(&out->spots, 3, p.label, head, p.text);
	free(head);
	pair_release(&p);
}

static void take_asocs(const struct ref_tree *t, size_t i, enum split how,
		       const char *type, const struct labels *roles,
		       struct ref_parse *out)
{
	for (size_t k = i + 1; k < t->token[i].end; k = ref_tree_next(t, k)) {
		struct pair p;

		if (t->token[k].kind != REF_OPEN || ref_tree_empty(t, k))
			continue;
		p = split_bracket(t, k, how);
		if (!is_null(p.text) && listed(roles, p.label))
			add_tuple(&out->asocs, 3, type, p.label, p.text);
		pair_release(&p);
	}
}

/* An event keeps its type whatever its span is; an entity needs one. */
static void take_spot(const struct ref_tree *t, size_t i, enum ref_parser p,
		      const struct labels *types, const struct labels *roles,
		      struct ref_parse *out)
{
	enum split how = p == REF_EVENT_ARG ? SPLIT_ARG
			 : p == REF_EVENT   ? SPLIT_EVENT
					    : SPLIT_ENTITY;
	struct pair spot = split_bracket(t, i, how);

	if (!listed(types, spot.label))
		goto done;
	if (how == SPLIT_ENTITY) {
		if (!is_null(spot.text))
			add_tuple(&out->spots, 2, spot.label, spot.text);
		goto done;
	}
	take_asocs(t, i, how == SPLIT_ARG ? SPLIT_ARG : SPLIT_ENTITY,
		   spot.label, roles, out);
	if (how == SPLIT_ARG)
		add_tuple(&out->spots, 1, spot.label);
	else
		add_tuple(&out->spots, 2, spot.label, spot.text);
done:
	pair_release(&spot);
}

/*
 * Find the tree.  A prediction is cut where its brackets first balance, and
 * brackets are added before it is read; a gold string is read as it is, and
 * only when that fails are brackets added.
 */
static enum ref_status read_tree(const struct str *s, bool is_gold,
				 struct str *kept, struct ref_tree *t)
{
	struct str fixed = {0};

	if (is_gold)
		str_addn(kept, str_cstr(s), s->len);
	else
		ref_clean(s, kept);
	if ((is_gold || ref_balanced(kept)) && ref_tree_read(t, kept))
		return REF_WELL_FORMED;
	if (!is_gold && ref_balanced(kept))
		return REF_ILL_FORMED;
	ref_add_brackets(kept, &fixed);
	str_release(kept);
	*kept = fixed;
	return ref_tree_read(t, kept) ? REF_REPAIRED : REF_ILL_FORMED;
}

void ref_parse(enum ref_parser p, const char *pred, size_t n, bool is_gold,
	       const struct labels *types, const struct labels *roles,
	       struct ref_parse *out)
{
	struct str text = {0}, kept = {0};
	struct ref_tree t;

	*out = (struct ref_parse){0};
	ref_convert(pred, n, &text);
	out->status = read_tree(&text, is_gold, &kept, &t);
	for (size_t i = 1; t.n && i < t.token[0].end;
	     i = ref_tree_next(&t, i)) {
		if (t.token[i].kind != REF_OPEN || ref_tree_empty(&t, i))
			continue;
		if (p == REF_RELATION)
			take_relation(&t, i, types, out);
		else
			take_spot(&t, i, p, types, roles, out);
	}
	ref_tree_release(&t);
	str_release(&text);
	str_release(&kept);
}

void ref_tuples_release(struct ref_tuples *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (int k = 0; k < l->t[i].n; k++)
			free(l->t[i].field[k]);
	free(l->t);
	*l = (struct ref_tuples){0};
}

void ref_parse_release(struct ref_parse *p)
{
	ref_tuples_release(&p->spots);
	ref_tuples_release(&p->asocs);
}
