/*
 * regions -- boxes of objects: from JSON, from a command, or proposed here.
 *
 * Row 0 of a region list is always the whole image; objects follow, O1 is
 * row 1, at most REGIONS_MAX objects.
 */
#ifndef UMIE_IMAGE_REGIONS_H
#define UMIE_IMAGE_REGIONS_H

#include "src/image/image.h"

struct json;

enum { REGIONS_MAX = 36 };

struct regions {
	struct box box[REGIONS_MAX + 1];
	int n; /* rows, whole image included; 0: none made yet */
};

/* Row 0 for a w x h picture. */
void regions_whole(struct regions *r, int w, int h);

/*
 * Append the boxes of a JSON value: an array of [x1,y1,x2,y2], or an object
 * {"boxes":[…], "unit":"pixel"|"relative"} (pixel is the default).  Not four
 * finite numbers, inverted or empty, wholly outside the picture, more than
 * REGIONS_MAX: ERR_DATA naming the box by number and the picture's size.  A
 * box that sticks out is refused too (a tolerance of one pixel is clipped).
 */
int regions_from_json(struct regions *r, const struct json *j, int w, int h,
		      const char *what, struct err *err);
int regions_from_file(struct regions *r, const char *path, int w, int h,
		      struct err *err);

/* Run `command` (by /bin/sh, picture path as $1), read its JSON from stdout;
 * ERR_DATA with its exit status when it fails; killed after 60 s. */
int regions_from_command(struct regions *r, const char *command,
			 const char *picture, int w, int h, struct err *err);

/*
 * The built-in proposer: graph-based segmentation (Felzenszwalb and
 * Huttenlocher 2004) and hierarchical grouping (Uijlings et al. 2013), at
 * most `max` boxes, ranked, deterministic.  Appends to r.
 */
void regions_propose(struct regions *r, const struct image *im, int max);

float box_iou(const struct box *a, const struct box *b);

#endif
