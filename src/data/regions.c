#include "src/data/regions.h"

#include "src/base/err.h"
#include "src/image/image.h"

int example_regions(const struct example *e, const struct image *im,
		    int max_regions, struct regions *out, struct err *err)
{
	int w = im->w, h = im->h;

	regions_whole(out, w, h);
	if (e->boxes.n == 0)
		regions_propose(out, im, max_regions);
	for (int i = 1; i < e->boxes.n; i++) {
		struct box b = e->boxes.box[i];

		if (i > max_regions)
			return err_set(err, ERR_DATA,
				       "%s: %d boxes; this checkpoint takes at "
				       "most %d",
				       e->id, e->boxes.n - 1, max_regions);
		if (e->boxes_relative) {
			b.x1 *= (float)w;
			b.x2 *= (float)w;
			b.y1 *= (float)h;
			b.y2 *= (float)h;
		}
		if (b.x1 < -1 || b.y1 < -1 || b.x2 > (float)w + 1 ||
		    b.y2 > (float)h + 1)
			return err_set(err, ERR_DATA,
				       "%s: box %d (%g,%g,%g,%g) lies outside "
				       "its picture of %dx%d",
				       e->id, i, (double)b.x1, (double)b.y1,
				       (double)b.x2, (double)b.y2, w, h);
		out->box[out->n++] = b;
	}
	return 0;
}
