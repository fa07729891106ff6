/*
 * boxes -- the boxes of an example, before its picture's size is known.
 */
#include <math.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"

static int read_box(struct example *e, const struct json *j, const char *what,
		    struct err *err)
{
	const struct json *m = json_first(j);
	struct regions *r = &e->boxes;
	float v[4];
	int n = 0;

	if (r->n > REGIONS_MAX)
		return err_set(err, ERR_DATA, "%s: more than %d boxes", what,
			       REGIONS_MAX);
	for (; json_is_number(m) && n < 4; m = json_next(m))
		v[n++] = (float)json_number(m);
	if (!json_is_array(j) || n < 4 || m)
		return err_set(err, ERR_DATA,
			       "%s: box %d: four numbers [x1,y1,x2,y2] "
			       "expected",
			       what, r->n);
	if (!(v[0] < v[2] && v[1] < v[3]) || !isfinite(v[2]) || !isfinite(v[3]))
		return err_set(err, ERR_DATA,
			       "%s: box %d: [%g,%g,%g,%g] has x2 <= x1 or "
			       "y2 <= y1",
			       what, r->n, v[0], v[1], v[2], v[3]);
	r->box[r->n++] = (struct box){v[0], v[1], v[2], v[3]};
	return 0;
}

/* {"boxes":[…],"unit":"…"}: its list, or NULL. */
static const struct json *boxes_object(struct example *e, const struct json *j,
				       const char *what, struct err *err)
{
	const struct json *unit = json_get(j, "unit");
	const char *name = unit ? json_string(unit) : "pixel";

	for (const struct json *m = json_first(j); m; m = json_next(m))
		if (strcmp(json_key(m), "boxes") != 0 && m != unit) {
			err_set(err, ERR_DATA,
				"%s: unknown key \"%s\" in \"boxes\"", what,
				json_key(m));
			return NULL;
		}
	e->boxes_relative = name && strcmp(name, "relative") == 0;
	if (!name || (!e->boxes_relative && strcmp(name, "pixel") != 0)) {
		err_set(err, ERR_DATA,
			"%s: \"unit\" is \"pixel\" or \"relative\"", what);
		return NULL;
	}
	if (!json_get(j, "boxes"))
		err_set(err, ERR_DATA, "%s: \"boxes\" has no \"boxes\" in it",
			what);
	return json_get(j, "boxes");
}

int boxes_from_json(struct example *e, const struct json *j, const char *what,
		    struct err *err)
{
	int rc = 0;

	if (json_is_object(j)) {
		j = boxes_object(e, j, what, err);
		if (!j)
			return -ERR_DATA;
	}
	if (!json_is_array(j))
		return err_set(err, ERR_DATA,
			       "%s: \"boxes\" is not an array of "
			       "[x1,y1,x2,y2]",
			       what);
	e->boxes.n = 1;
	for (const struct json *b = json_first(j); b && rc == 0;
	     b = json_next(b))
		rc = read_box(e, b, what, err);
	return rc;
}

struct json *box_to_json(const struct box *b)
{
	const float v[4] = {b->x1, b->y1, b->x2, b->y2};
	struct json *box = json_new_array();

	for (int k = 0; k < 4; k++)
		json_push_number(box, (double)v[k], 9);
	return box;
}

struct json *boxes_to_json(const struct example *e)
{
	struct json *list = json_new_array(), *object;

	for (int i = 1; i < e->boxes.n; i++)
		json_push(list, box_to_json(&e->boxes.box[i]));
	if (!e->boxes_relative)
		return list;
	object = json_new_object();
	json_put(object, "boxes", list);
	json_put_string(object, "unit", "relative");
	return object;
}
