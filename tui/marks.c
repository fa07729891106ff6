#include "tui/marks.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "sessions/state.h"
#include "src/engine/extract.h"
#include "tui/adjust.h"

/* What an edit left alone, in code points. */
struct edit {
	int32_t before;        /* of both texts */
	int32_t behind, moved; /* from here on in the old text, by this */
};

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static struct edit compare(const char *old, const char *new)
{
	size_t n = strlen(old), m = strlen(new), a = 0, z = 0;
	int32_t points = (int32_t)utf8_count(old, n);

	while (a < n && a < m && old[a] == new[a])
		a++;
	while (a > 0 && a < n && continues(old[a]))
		a--;
	while (z < n - a && z < m - MIN(a, m) &&
	       old[n - 1 - z] == new[m - 1 - z])
		z++;
	while (z > 0 && continues(old[n - z]))
		z--;
	return (struct edit){
	    .before = (int32_t)utf8_count(old, a),
	    .behind = (int32_t)utf8_count(old, n - z),
	    .moved = (int32_t)utf8_count(new, m) - points,
	};
}

static void add(struct marks *out, const struct edit *e, int32_t start,
		int32_t end, struct mark m)
{
	size_t i;

	if (start < 0 || start >= end)
		return;
	m.start = start;
	m.end = end;
	if (m.start >= e->behind) {
		m.start += e->moved;
		m.end += e->moved;
	} else if (m.end > e->before) {
		return;
	}
	out->m = xgrow(out->m, out->n, &out->cap, sizeof(*out->m));
	for (i = out->n++; i > 0 && out->m[i - 1].start > m.start; i--)
		out->m[i] = out->m[i - 1];
	out->m[i] = m;
}

void marks_of(struct marks *out, const struct extraction *x, int selected,
	      const char *text)
{
	struct edit e;

	*out = (struct marks){0};
	if (!x)
		return;
	e = compare(x->text, text);
	for (size_t i = 0; i < x->n_found; i++) {
		const struct found *f = &x->found[i];
		struct mark m = {.number = (int)i + 1,
				 .label = f->rec.label,
				 .ink_of = f->rec.label,
				 .selected = (int)i == selected};

		if (f->rec.task == TASK_MRE && m.selected) {
			m.label = "head";
			add(out, &e, f->head.start, f->head.end, m);
			m.label = "tail";
			add(out, &e, f->tail.start, f->tail.end, m);
		} else if (f->rec.task != TASK_MRE && !f->rec.region) {
			add(out, &e, f->text.start, f->text.end, m);
		}
	}
}

static void add_item(struct marks *out, const struct edit *e,
		     const struct item *it, const struct adjust *a,
		     struct mark m)
{
	bool moving = a->kind == ADJUST_EDGES && a->item == it->id;

	if (it->kind == ITEM_RELATION && m.selected) {
		m.label = "head";
		add(out, e, it->head.start, it->head.end, m);
		m.label = "tail";
		add(out, e, it->tail.start, it->tail.end, m);
	} else if (it->kind != ITEM_RELATION && it->self.text) {
		add(out, e, moving ? a->start : it->self.start,
		    moving ? a->end : it->self.end, m);
	}
}

void marks_of_items(struct marks *out, const struct session_example *e, int row,
		    const struct adjust *a, const char *text)
{
	struct edit edit = compare(e->ex.text, text);
	struct mark fresh = {.label = "new", .ink_of = "", .selected = true};

	*out = (struct marks){0};
	for (size_t i = 0; i < e->n_items; i++) {
		const struct item *it = &e->item[i];
		struct mark m = {.number = it->id,
				 .label = it->label,
				 .ink_of = it->label,
				 .selected = (int)i == row};

		if (it->state != ITEM_REJECTED || m.selected)
			add_item(out, &edit, it, a, m);
	}
	/* also while its type is being chosen */
	if (a->kind != ADJUST_NONE && !a->item && a->end > a->start)
		add(out, &edit, a->start, a->end, fresh);
}

void marks_release(struct marks *m)
{
	free(m->m);
	*m = (struct marks){0};
}
