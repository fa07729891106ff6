#include "src/engine/box-score.h"

#include "src/engine/extract.h"
#include "src/image/regions.h"
#include "src/task/record.h"

/* The box of an argument in pixels; false: it has none. */
static bool box_of(const struct box_score *s, const struct record *r,
		   struct box *out)
{
	const struct extraction *x = s->x;

	if (!r->boxed) {
		if (r->region < 1 || r->region >= x->regions.n)
			return false;
		*out = x->regions.box[r->region];
		return true;
	}
	*out = r->box;
	if (s->relative) {
		out->x1 *= (float)x->image_w;
		out->x2 *= (float)x->image_w;
		out->y1 *= (float)x->image_h;
		out->y2 *= (float)x->image_h;
	}
	return x->regions.n > 0;
}

double box_score(void *context, const struct record *p, const struct record *g)
{
	const struct box_score *s = context;
	struct box a, b;

	if (box_of(s, p, &a) && box_of(s, g, &b))
		return (double)box_iou(&a, &b);
	return p->region != 0 && p->region == g->region;
}

bool box_score_relative(const struct records *gold)
{
	for (size_t i = 0; i < gold->n; i++) {
		const struct record *r = &gold->rec[i];

		if (r->boxed && (r->box.x2 > 1 || r->box.y2 > 1))
			return false;
	}
	return true;
}
