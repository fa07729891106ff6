/*
 * found_test -- extractions made by hand, without a model.
 */
#ifndef UMIE_TESTS_FOUND_TEST_H
#define UMIE_TESTS_FOUND_TEST_H

#include <string.h>

#include "src/base/mem.h"
#include "src/engine/extract.h"
#include "src/text/align.h"

/* An extraction made by hand. */
static inline struct extraction *found_in(const char *text)
{
	struct extraction *x = xcalloc(1, sizeof(*x));

	x->text = xstrdup(text);
	x->instruction = xstrdup("");
	x->raw = xstrdup("");
	return x;
}

static inline struct found *add(struct extraction *x, enum task t,
				const char *label)
{
	struct found *f;

	x->found = xrealloc(x->found, x->n_found + 1, sizeof(*x->found));
	f = &x->found[x->n_found++];
	*f = (struct found){.event = -1, .p = 0.5f};
	f->rec.task = t;
	f->rec.label = xstrdup(label);
	return f;
}

static inline void locate(const struct extraction *x, const char *s,
			  struct mention *m)
{
	struct alignment a;

	align(x->text, strlen(x->text), s, strlen(s), &a);
	*m = (struct mention){a.fit, -1, -1, a.n};
	if (a.n) {
		m->start = a.place[0].start;
		m->end = a.place[0].end;
	}
	alignment_release(&a);
}

static inline void entity(struct extraction *x, const char *label,
			  const char *text)
{
	struct found *f = add(x, TASK_MNER, label);

	f->rec.text = xstrdup(text);
	locate(x, text, &f->text);
}

#endif
