#include "tests/form_walk.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "tests/tap.h"

enum { LONGEST = 96, WALKS = 4 };

struct walk {
	const struct setting *s;
	struct rng_key key;
	uint64_t step;
	struct form_walks *to;
};

static int32_t pick(struct walk *w, const uint8_t *may, int V)
{
	uint64_t n = 0, k;

	for (int i = 0; i < V; i++)
		n += may[i];
	if (n == 0)
		return -1;
	k = rng_below(&w->key, w->step++, n);
	for (int i = 0; i < V; i++)
		if (may[i] && k-- == 0)
			return i;
	return -1;
}

/* Does what was written parse, and hold only what may be found? */
static bool is_right(const struct walk *w, const struct question *q,
		     const struct ids *ids)
{
	int event = q->event ? labels_find(&w->s->schema->events, q->event,
					   strlen(q->event))
			     : -1;
	struct records found = {0};
	struct str raw = {0};
	bool good;

	tokenizer_decode(w->s->t, ids->id, ids->n, false, &raw);
	answer_parse(w->s->grammar, q->task, w->s->schema, event,
		     str_cstr(&raw), raw.len, &found);
	good = found.n_dropped == 0 && !repeats(&found);
	for (size_t i = 0; i < found.n; i++) {
		const struct record *r = &found.rec[i];

		good &= r->region == 0 || q->e->boxes.n > r->region ||
			strstr(q->e->text, r->text);
		if (q->task == TASK_MRE)
			good &= r->head && r->tail;
	}
	if (!good)
		diag("%s: %s", q->e->id, str_cstr(&raw));
	records_release(&found);
	str_release(&raw);
	return good;
}

/* Take any allowed token after any other, then cut at every whole place. */
static void wander(struct walk *w, const struct question *q,
		   const struct form *f)
{
	int V = (int)tokenizer_size(w->s->t);
	uint8_t *may = xmalloc((size_t)V);
	struct ids ids = {0};
	int32_t id = 0;

	while (ids.n < LONGEST && id != TOKEN_EOS) {
		memset(may, 0, (size_t)V);
		form_next(f, ids.id, ids.n, may, V);
		id = pick(w, may, V);
		if (id < 0) {
			struct str raw = {0};

			tokenizer_decode(w->s->t, ids.id, ids.n, false, &raw);
			diag("%s: nothing may follow \"%s\"", q->e->id,
			     str_cstr(&raw));
			str_release(&raw);
			w->to->stuck++;
			break;
		}
		ids_push(&ids, id);
	}
	w->to->answers++;
	w->to->ended += id == TOKEN_EOS;
	for (; ids.n; ids.n--)
		if (form_whole(f, ids.id, ids.n))
			w->to->wrong += !is_right(w, q, &ids);
	free(may);
	ids_release(&ids);
}

static void wander_all(const struct question *q, void *context)
{
	struct walk *w = context;
	struct form *f = form_of(w->s, q);

	for (int i = 0; f && i < WALKS; i++)
		wander(w, q, f);
	form_free(f);
}

void form_walk(struct form_walks *to, const struct setting *s,
	       const struct dataset *d, size_t limit)
{
	struct walk w = {.s = s, .key = {.seed = 5}, .to = to};

	*to = (struct form_walks){0};
	for (size_t i = 0; i < d->n && i < limit; i++)
		questions(&d->ex[i], wander_all, &w);
}
