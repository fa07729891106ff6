#include "src/engine/steps.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"

struct encoded {
	int32_t *ids; /* owned */
	int n;
	float *T; /* (n,D); owned */
	uint64_t used;
};

struct steps {
	struct bundle *b;
	const atomic_bool *cancel;
	struct tape tape;
	struct generator generator;
	struct arena memory; /* one run: hypotheses, padded inputs */
	struct encoded kept[STEPS_MAX];
	uint64_t clock;
};

struct steps *steps_new(struct bundle *b, const atomic_bool *cancel)
{
	struct steps *s = xcalloc(1, sizeof(*s));

	s->b = b;
	s->cancel = cancel;
	tape_init(&s->tape, b->be);
	s->tape.cancel = cancel;
	generator_init(&s->generator, &b->model, b->be);
	return s;
}

void steps_free(struct steps *s)
{
	if (!s)
		return;
	for (int i = 0; i < STEPS_MAX; i++) {
		free(s->kept[i].ids);
		free(s->kept[i].T);
	}
	generator_release(&s->generator);
	tape_release(&s->tape);
	arena_release(&s->memory);
	free(s);
}

void step_release(struct step *s)
{
	prompt_release(&s->prompt);
	form_free(s->form);
	free(s->P);
	free(s->raw);
	free(s->token_at);
	*s = (struct step){0};
}

static struct encoded *find(struct steps *s, const struct ids *ids)
{
	for (int i = 0; i < STEPS_MAX; i++) {
		struct encoded *e = &s->kept[i];

		if (e->T && (size_t)e->n == ids->n &&
		    memcmp(e->ids, ids->id, ids->n * sizeof(*e->ids)) == 0) {
			e->used = ++s->clock;
			return e;
		}
	}
	return NULL;
}

static struct encoded *replace_oldest(struct steps *s, const struct ids *ids,
				      int D)
{
	struct encoded *e = &s->kept[0];

	for (int i = 1; i < STEPS_MAX; i++)
		if (s->kept[i].used < e->used)
			e = &s->kept[i];
	free(e->ids);
	free(e->T);
	e->n = (int)ids->n;
	e->ids = xmalloc(ids->n * sizeof(*e->ids));
	memcpy(e->ids, ids->id, ids->n * sizeof(*e->ids));
	e->T = xmalloc(ids->n * (size_t)D * sizeof(*e->T));
	e->used = ++s->clock;
	return e;
}

static bool same_prompt(const struct step *a, const struct step *b)
{
	const struct ids *x = &a->prompt.ids, *y = &b->prompt.ids;

	return x->n == y->n && memcmp(x->id, y->id, x->n * sizeof(*x->id)) == 0;
}

/* Run the text encoder over the prompts that are not kept, n at most. */
static int encode_new(struct steps *s, struct step **todo, int n,
		      struct err *err)
{
	int L = 0, D = s->b->config.d_model;
	struct tape *t = &s->tape;
	struct tensor *ids, *mask, *T;
	int64_t dim[2] = {n, 0};
	uint8_t *m;
	int32_t *x;
	float *out;

	for (int i = 0; i < n; i++)
		L = MAX(L, (int)todo[i]->prompt.ids.n);
	dim[1] = L;
	x = arena_zalloc(&s->memory, (size_t)(n * L) * sizeof(*x));
	m = arena_zalloc(&s->memory, (size_t)(n * L));
	out =
	    arena_alloc(&s->memory, (size_t)(n * L) * (size_t)D * sizeof(*out));
	for (int i = 0; i < n; i++) {
		const struct ids *p = &todo[i]->prompt.ids;

		memcpy(x + i * L, p->id, p->n * sizeof(*x));
		memset(m + i * L, 1, p->n);
	}
	tape_reset(t);
	ids = tape_input(t, DT_I32, 2, dim, x);
	mask = n > 1 ? tape_input(t, DT_U8, 2, dim, m) : NULL;
	T = umie_text(t, &s->b->model, ids, mask, NULL);
	if (t->failed || tape_read(t, T, out) < 0) {
		*err = t->err;
		return -(int)err->code;
	}
	for (int i = 0; i < n; i++) {
		struct encoded *e = replace_oldest(s, &todo[i]->prompt.ids, D);

		memcpy(e->T, out + (size_t)(i * L) * (size_t)D,
		       (size_t)e->n * (size_t)D * sizeof(*out));
	}
	return 0;
}

/*
 * The batch as the gate and the decoder want it, on the host.  Steps that
 * differ in nothing but their gates (a sweep) are one row, B = 1, until the
 * gates are mixed in.
 */
struct padded {
	int B, L, N;
	float *T, *Z;
	uint8_t *text_mask, *region_mask;
	bool ragged_text, ragged_regions;
};

/* Text, picture: what the gate sees is the same for all n. */
static bool only_gates_differ(struct step **at, int n)
{
	for (int i = 0; i < n; i++)
		if (!at[i]->view || at[i]->view != at[0]->view ||
		    !same_prompt(at[i], at[0]))
			return false;
	return true;
}

/* 1 for every region that is shown; returns how many are hidden. */
static int show_regions(const struct view *v, uint8_t *mask)
{
	int hidden = 0;

	for (int k = 0; k < v->regions.n; k++) {
		mask[k] = !(v->hidden >> k & 1);
		hidden += !mask[k];
	}
	return hidden;
}

static void pad(struct steps *s, struct step **at, int n, struct padded *p)
{
	size_t D = (size_t)s->b->config.d_model, row = D * sizeof(float);
	size_t L, N;

	n = only_gates_differ(at, n) ? 1 : n;

	*p = (struct padded){.B = n};
	for (int i = 0; i < n; i++) {
		p->L = MAX(p->L, (int)at[i]->prompt.ids.n);
		if (at[i]->view)
			p->N = MAX(p->N, at[i]->view->regions.n);
	}
	L = (size_t)p->L;
	N = (size_t)p->N;
	p->T = arena_zalloc(&s->memory, (size_t)n * L * row);
	p->Z = arena_zalloc(&s->memory, (size_t)n * N * row);
	p->text_mask = arena_zalloc(&s->memory, (size_t)n * L);
	p->region_mask = arena_zalloc(&s->memory, (size_t)n * N);
	for (int i = 0; i < n; i++) {
		const struct ids *ids = &at[i]->prompt.ids;
		const struct encoded *e = find(s, ids);
		size_t k = (size_t)i, rows;

		memcpy(p->T + k * L * D, e->T, ids->n * row);
		memset(p->text_mask + k * L, 1, ids->n);
		p->ragged_text |= ids->n != L;
		rows = at[i]->view ? (size_t)at[i]->view->regions.n : 0;
		if (rows)
			memcpy(p->Z + k * N * D, at[i]->view->Z, rows * row);
		p->ragged_regions |= rows != N;
		if (rows)
			p->ragged_regions |=
			    show_regions(at[i]->view, p->region_mask + k * N);
	}
}

/* P of each of n steps in its own (H,L_i,N_i). */
static void split_P(const struct padded *p, int H, const float *P,
		    struct step **at, int n)
{
	for (int i = 0; i < n; i++) {
		struct step *s = at[i];
		size_t row = p->B == 1 ? 0 : (size_t)i;
		int L = (int)s->prompt.ids.n;
		int N = s->view ? s->view->regions.n : 0;
		float *to;

		free(s->P);
		s->P = NULL;
		if (!N)
			continue;
		to = s->P = xmalloc((size_t)(H * L * N) * sizeof(*to));
		for (int h = 0; h < H; h++)
			for (int l = 0; l < L; l++, to += N)
				memcpy(to,
				       P + ((row * (size_t)H + (size_t)h) *
						(size_t)p->L +
					    (size_t)l) *
					       (size_t)p->N,
				       (size_t)N * sizeof(*to));
	}
}

/* M (n,L,D), with the gate's values put into the steps. */
static struct tensor *mix(struct steps *s, struct step **at, int n,
			  const struct padded *p, struct tensor *text_mask,
			  bool want_P)
{
	struct tape *t = &s->tape;
	int H = s->b->config.heads;
	const int64_t dT[3] = {p->B, p->L, s->b->config.d_model};
	const int64_t dZ[3] = {p->B, p->N, s->b->config.d_model};
	const int64_t dm[2] = {p->B, p->N};
	struct tensor *T = tape_input(t, DT_F32, 3, dT, p->T), *Z, *mask, *M;
	struct gate_choice *choice;
	struct umie_gate gate = {0};
	float *g, *c, *used, *P;

	for (int i = 0; i < n; i++)
		at[i]->g = at[i]->c = at[i]->used = 0;
	if (p->N == 0)
		return T;
	Z = tape_input(t, DT_F32, 3, dZ, p->Z);
	mask = p->ragged_regions ? tape_input(t, DT_U8, 2, dm, p->region_mask)
				 : NULL;
	umie_gate(t, &s->b->model, T, text_mask, Z, mask, want_P, &gate, NULL);
	choice = arena_zalloc(&s->memory, (size_t)n * sizeof(*choice));
	g = arena_alloc(&s->memory, 3 * (size_t)n * sizeof(*g));
	c = g + n;
	used = c + n;
	for (int i = 0; i < n; i++) {
		bool off = !at[i]->view || at[i]->gate == GATE_SET_OFF;

		choice[i].mode = off                            ? GATE_OFF
				 : at[i]->gate == GATE_SET_HELD ? GATE_HELD
								: GATE_OWN;
		choice[i].value = at[i]->gate_value;
	}
	M = umie_mix(t, T, &gate, choice, n, used);
	if (t->failed || tape_read(t, gate.g, g) < 0 ||
	    tape_read(t, gate.c, c) < 0)
		return NULL;
	for (int i = 0; i < n; i++) {
		int row = p->B == 1 ? 0 : i;

		at[i]->g = at[i]->view ? g[row] : 0;
		at[i]->c = at[i]->view ? c[row] : 0;
		at[i]->used = used[i];
	}
	if (want_P) {
		P = arena_alloc(&s->memory, tensor_bytes(gate.P));
		if (tape_read(t, gate.P, P) < 0)
			return NULL;
		split_P(p, H, P, at, n);
	}
	return M;
}

/* The string of the best hypothesis and where its tokens begin. */
static void spell(const struct steps *s, struct step *a)
{
	const int32_t *ids = a->best.ids + 1;
	size_t n = (size_t)a->best.n - 1;
	struct str text = {0};

	if (n && ids[n - 1] == TOKEN_EOS)
		n--;
	free(a->token_at);
	a->token_at = xcalloc(n + 1, sizeof(*a->token_at));
	for (size_t k = 1; k <= n; k++) {
		str_clear(&text);
		tokenizer_decode(s->b->tokenizer, ids, k, false, &text);
		a->token_at[k] = text.len;
	}
	free(a->raw);
	a->raw = str_detach(&text);
}

/* A form does not know the start token. */
static void form_ids(const void *form, const int32_t *ids, int n, uint8_t *may,
		     int vocab)
{
	form_next(form, ids + 1, (size_t)n - 1, may, vocab);
}

static bool form_stands(const void *form, const int32_t *ids, int n)
{
	return form_whole(form, ids + 1, (size_t)n - 1);
}

static const struct constraint *constraints(struct steps *s, struct step **at,
					    int n)
{
	struct constraint *c;

	if (!at[0]->form)
		return NULL;
	c = arena_alloc(&s->memory, (size_t)n * sizeof(*c));
	for (int i = 0; i < n; i++)
		c[i] = (struct constraint){form_ids, form_stands, at[i]->form};
	return c;
}

static int decode(struct steps *s, struct step **at, int n, struct tensor *M,
		  struct tensor *mask, const struct steps_options *o,
		  struct err *err)
{
	struct decoded *out =
	    arena_zalloc(&s->memory, (size_t)n * sizeof(*out));
	struct hypothesis *h = arena_zalloc(&s->memory, (size_t)n * sizeof(*h));
	struct decode_options d = {
	    .max_length = o->max_tokens ? o->max_tokens : ANSWER_MAX,
	    .beams = MAX(o->beams, 1),
	    .attention = o->attention && o->beams <= 1,
	    .cancel = s->cancel,
	    .constraint = constraints(s, at, n),
	};
	int rc =
	    generator_run(&s->generator, M, mask, &d, &s->memory, out, err);

	for (int i = 0; i < n && rc == 0; i++)
		h[i] = out[i].h[0];
	if (rc == 0 && o->beams > 1) /* token probabilities and attention */
		rc = generator_score(&s->generator, M, mask, s->cancel,
				     &s->memory, h, err);
	for (int i = 0; i < n && rc == 0; i++) {
		at[i]->best = h[i];
		spell(s, at[i]);
	}
	return rc;
}

/* Is there a step before i with the prompt of i? */
static bool seen(struct step **at, int i)
{
	for (int k = 0; k < i; k++)
		if (same_prompt(at[k], at[i]))
			return true;
	return false;
}

/* M (n,L,D) of the steps and its mask, on the tape. */
static int remember(struct steps *s, struct step **at, int n, bool want_P,
		    struct tensor **M, struct tensor **mask, struct err *err)
{
	struct tape *t = &s->tape;
	struct step **todo;
	struct padded p;
	int fresh = 0, rc = 0;

	if (n > STEPS_MAX)
		bug("steps: %d prompts, at most %d", n, STEPS_MAX);
	arena_reset(&s->memory);
	todo = arena_alloc(&s->memory, (size_t)n * sizeof(*todo));
	for (int i = 0; i < n; i++)
		if (!find(s, &at[i]->prompt.ids) && !seen(at, i))
			todo[fresh++] = at[i];
	if (fresh)
		rc = encode_new(s, todo, fresh, err);
	if (rc < 0)
		return rc;
	pad(s, at, n, &p);
	tape_reset(t);
	*mask = p.ragged_text
		    ? tape_input(t, DT_U8, 2, (const int64_t[]){p.B, p.L},
				 p.text_mask)
		    : NULL;
	*M = mix(s, at, n, &p, *mask, want_P);
	if (t->failed) {
		*err = t->err;
		return -(int)err->code;
	}
	return 0;
}

int steps_run(struct steps *s, struct step **at, int n,
	      const struct steps_options *o, double *encode_ms,
	      double *decode_ms, struct err *err)
{
	struct tensor *mask, *M;
	double start = clock_ms();
	int rc = remember(s, at, n, o->attention, &M, &mask, err);

	if (rc < 0)
		return rc;
	*encode_ms += clock_ms() - start;
	start = clock_ms();
	rc = decode(s, at, n, M, mask, o, err);
	*decode_ms += clock_ms() - start;
	return rc;
}

int steps_score(struct steps *s, struct step *ask, const struct ids *answer,
		int n, double *logprob, struct err *err)
{
	struct tensor *mask, *M;
	struct hypothesis *h;
	struct step **at;
	int rc;

	at = xcalloc((size_t)n, sizeof(*at));
	for (int i = 0; i < n; i++)
		at[i] = ask;
	rc = remember(s, at, n, false, &M, &mask, err);
	free(at);
	if (rc < 0)
		return rc;
	h = arena_zalloc(&s->memory, (size_t)n * sizeof(*h));
	for (int i = 0; i < n; i++) {
		h[i].n = (int)answer[i].n + 1;
		h[i].ids =
		    arena_alloc(&s->memory, (size_t)h[i].n * sizeof(*h[i].ids));
		h[i].ids[0] = T5_START;
		memcpy(h[i].ids + 1, answer[i].id,
		       answer[i].n * sizeof(*answer[i].id));
	}
	rc = generator_score(&s->generator, M, mask, s->cancel, &s->memory, h,
			     err);
	for (int i = 0; i < n && rc == 0; i++)
		logprob[i] = h[i].sum;
	return rc;
}
