#include "src/engine/attribute.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/probe.h"

/* Tokens of the answer that wrote bytes [start, end) of raw. */
static void answer_tokens(const struct step *s, size_t start, size_t end,
			  int *from, int *to)
{
	int n = s->best.n - 1;

	if (n && s->best.ids[n] == TOKEN_EOS)
		n--;
	*from = *to = 0;
	for (int k = 0; k < n; k++) {
		if (s->token_at[k + 1] <= start)
			*from = k + 1;
		if (s->token_at[k] < end)
			*to = k + 1;
	}
	if (*from >= n)
		*from = n ? n - 1 : 0;
	if (*to <= *from)
		*to = MIN(*from + 1, n);
}

/* Tokens of the input that stand for code points [start, end). */
static void text_tokens(const struct step *s, int32_t start, int32_t end,
			int *from, int *to)
{
	const struct prompt *p = &s->prompt;

	*from = *to = 0;
	for (int k = 0; k < (int)p->ids.n; k++) {
		if (p->end[k] <= start || p->begin[k] >= end)
			continue;
		if (*to == 0)
			*from = k;
		*to = k + 1;
	}
}

static void locate(const char *text, const char *needle, struct mention *m)
{
	struct alignment a;

	*m = (struct mention){.fit = FIT_ABSENT, .start = -1, .end = -1};
	if (!needle)
		return;
	align(text, strlen(text), needle, strlen(needle), &a);
	m->fit = a.fit;
	m->places = a.n;
	if (a.n) {
		m->start = a.place[0].start;
		m->end = a.place[0].end;
	}
	alignment_release(&a);
}

static float probability(const struct step *s, int from, int to)
{
	double sum = 0;

	for (int k = from; k < to; k++)
		sum += (double)s->best.logprob[k];
	return (float)exp(sum);
}

static float *weights(const struct step *s, int heads, const struct found *f,
		      int from, int to)
{
	int L = (int)s->prompt.ids.n, N = s->view->regions.n, a = 0, b = 0;
	float *w = xcalloc((size_t)N, sizeof(*w));

	if (f->rec.task != TASK_MRE && !f->rec.region &&
	    f->text.fit != FIT_ABSENT)
		text_tokens(s, f->text.start, f->text.end, &a, &b);
	if (b > a)
		probe_span(s->P, heads, L, N, a, b, w);
	else
		probe_answer(s->best.attention, s->P, heads, L, N, from, to, w);
	return w;
}

static void add(struct extraction *x, const struct step *s, int heads,
		const struct record *r, int event, bool attention)
{
	struct found *f;
	int from, to;

	x->found = xrealloc(x->found, x->n_found + 1, sizeof(*x->found));
	f = &x->found[x->n_found++];
	*f = (struct found){.rec = *r, .event = event};
	if (r->task == TASK_MRE) {
		locate(x->text, r->head, &f->head);
		locate(x->text, r->tail, &f->tail);
	} else if (!r->region) {
		locate(x->text, r->text, &f->text);
	}
	answer_tokens(s, r->raw_start, r->raw_end, &from, &to);
	f->p = probability(s, from, to);
	if (attention && s->view && s->P)
		f->attention = weights(s, heads, f, from, to);
}

void attribute(struct extraction *x, const struct step *s, int heads,
	       struct records *recs, int event, bool attention)
{
	for (size_t i = 0; i < recs->n; i++)
		add(x, s, heads, &recs->rec[i], event, attention);
	if (recs->n_dropped) {
		x->dropped =
		    xrealloc(x->dropped, x->n_dropped + recs->n_dropped,
			     sizeof(*x->dropped));
		memcpy(x->dropped + x->n_dropped, recs->dropped,
		       recs->n_dropped * sizeof(*recs->dropped));
		x->n_dropped += recs->n_dropped;
	}
	free(recs->rec);
	free(recs->dropped);
	*recs = (struct records){0};
}
