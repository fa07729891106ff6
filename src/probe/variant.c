#include "src/probe/variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/probe/variant-row.h"

void variant_context(struct variant_context *c, const struct bundle *b,
		     const struct extract_request *base)
{
	*c = (struct variant_context){
	    .schema = &b->schema,
	    .instruction = bundle_instruction(b, base->task, base->instruction),
	};
}

/* Kinds that share a letter share their numbers. */
static int *counter(struct variants *l, enum variation kind)
{
	char letter = variation_letter(kind);

	for (int k = 0; k < VARIATION_KINDS; k++)
		if (variation_letter((enum variation)k) == letter)
			return &l->last[k];
	return &l->last[VARIATION_KINDS];
}

struct variant *variant_row(struct variants *l, enum variation kind, char *what)
{
	struct variant *v;
	int number = ++*counter(l, kind);

	if (kind == VARY_OFF)
		number--; /* g0: the gate is 0 */
	l->v = xgrow(l->v, l->n, &l->cap, sizeof(*l->v));
	v = &l->v[l->n++];
	*v = (struct variant){.kind = kind, .what = what, .n = 1};
	snprintf(v->id, sizeof(v->id), "%c%d", variation_letter(kind), number);
	v->member = xcalloc(1, sizeof(*v->member));
	if (l->n > 1)
		extract_request_copy(&v->member->request,
				     &l->v[0].member->request);
	return v;
}

void variant_set_text(struct variant *v, struct edited *e)
{
	struct variant_member *m = v->member;

	free(m->request.text);
	m->request.text = e->text;
	m->origin = e->origin;
	m->n_origin = e->n;
}

void variants_begin(struct variants *l, const struct extract_request *base)
{
	struct variant *v = variant_row(l, VARY_BASE, xstrdup("as it is"));

	extract_request_copy(&v->member->request, base);
}

void variants_add_request(struct variants *l, const struct extract_request *r,
			  const char *what)
{
	struct variant *v = variant_row(l, VARY_INSTR, xstrdup(what));
	const char *before = variants_base(l)->text;
	struct edited e;

	extract_request_release(variant_request(v));
	extract_request_copy(variant_request(v), r);
	if (strcmp(before, r->text) == 0)
		return;
	edit_guess(before, r->text, &e);
	variant_set_text(v, &e);
}

void variants_hold(struct variants *l, const struct plan *p, float g)
{
	for (size_t i = 1; i < l->n && p->hold_gate; i++)
		for (size_t k = 0; k < l->v[i].n; k++) {
			struct extract_request *r = &l->v[i].member[k].request;

			if (r->gate != GATE_SET_OWN)
				continue;
			r->gate = GATE_SET_HELD;
			r->gate_value = g;
		}
}

void variants_release(struct variants *l)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->v[i].n; k++) {
			extract_request_release(&l->v[i].member[k].request);
			free(l->v[i].member[k].origin);
		}
		free(l->v[i].member);
		free(l->v[i].what);
	}
	free(l->v);
	*l = (struct variants){0};
}

size_t variants_members(const struct variants *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].n;
	return n;
}

const struct variant_member *variants_member(const struct variants *l, size_t i)
{
	for (size_t v = 0; v < l->n; i -= l->v[v++].n)
		if (i < l->v[v].n)
			return &l->v[v].member[i];
	bug("variants: no member %zu", i);
}
