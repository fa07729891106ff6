#include "sessions/import.h"

#include <stdlib.h>
#include <string.h>

#include "sessions/import-match.h"
#include "sessions/import-plan.h"
#include "sessions/session-internal.h"
#include "sessions/state-internal.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

void import_report_release(struct import_report *r)
{
	labels_release(&r->conflicts);
	labels_release(&r->strangers);
}

/* `about` is what all acts of the import have in common. */
struct about {
	const struct dataset *d;
	int64_t group; /* seq of the first act */
	bool done;
};

static int import_one(struct session *s, const struct about *about, int number,
		      const struct example *from, struct import_report *r,
		      struct err *err)
{
	struct json *body = json_new_object();
	bool any;

	json_put_int(body, "group", about->group);
	json_put_string(body, "source", about->d->name ? about->d->name : "");
	json_put_string(body, "sha256", about->d->digest);
	any = import_plan(state_example(&s->state, number), from, about->done,
			  body, r);
	if (any)
		return session_apply(s, ACT_KIND_IMPORT, number, body, err);
	json_free(body);
	return 0;
}

static void stranger(const struct state *s, const struct example *e,
		     struct import_report *r)
{
	bool known = false;

	for (size_t i = 0; i < s->n_examples && !known; i++)
		known = !s->example[i]->parent &&
			strcmp(s->example[i]->ex.id, e->id) == 0;
	r->other_text += known;
	labels_add(&r->strangers, e->id, strlen(e->id));
}

int session_import(struct session *s, const struct dataset *d, bool done,
		   struct import_report *r, struct err *err)
{
	struct about about = {d, (int64_t)s->state.n_log + 1, done};
	struct text_index x;
	int *number, rc = 0;

	*r = (struct import_report){0};
	text_index_make(&x, &s->state);
	number = xcalloc(x.n + 1, sizeof(*number));
	for (size_t i = 0; i < d->n && rc == 0; i++) {
		size_t n = text_index_find(&x, &s->state, &d->ex[i], number);

		for (size_t k = 0; k < n && rc == 0; k++)
			rc =
			    import_one(s, &about, number[k], &d->ex[i], r, err);
		r->examples += n;
		if (n == 0)
			stranger(&s->state, &d->ex[i], r);
	}
	free(number);
	text_index_release(&x);
	return rc < 0 ? rc : session_save(s, err);
}
