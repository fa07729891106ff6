#include "src/image/regions.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/image/command.h"

enum { JSON_BYTES = 1 << 20, COMMAND_SECONDS = 60, TOLERANCE = 1 };

void regions_whole(struct regions *r, int w, int h)
{
	r->box[0] = (struct box){0, 0, (float)w, (float)h};
	r->n = 1;
}

/* Four numbers of an array, or false. */
static bool four_numbers(const struct json *j, double out[4])
{
	int i = 0;

	if (!json_is_array(j) || json_len(j) != 4)
		return false;
	for (j = json_first(j); j; j = json_next(j)) {
		if (!json_is_number(j) || !isfinite(json_number(j)))
			return false;
		out[i++] = json_number(j);
	}
	return true;
}

static bool clip(double *v, double hi)
{
	if (*v < -TOLERANCE || *v > hi + TOLERANCE)
		return false;
	*v = fmin(fmax(*v, 0), hi);
	return true;
}

static int read_box(const struct json *j, bool relative, int w, int h,
		    const char *what, int number, struct box *out,
		    struct err *err)
{
	double v[4], given[4];

	if (!four_numbers(j, v))
		return err_set(err, ERR_DATA,
			       "%s: box %d: four numbers x1, y1, x2, y2 were "
			       "expected",
			       what, number);
	memcpy(given, v, sizeof(v));
	if (!(v[2] > v[0] && v[3] > v[1]))
		return err_set(err, ERR_DATA,
			       "%s: box %d: [%.8g, %.8g, %.8g, %.8g] is empty; "
			       "x2 must be above x1 and y2 above y1",
			       what, number, v[0], v[1], v[2], v[3]);
	for (int i = 0; i < 4 && relative; i++)
		v[i] *= i % 2 ? h : w;
	if (clip(&v[0], w) && clip(&v[1], h) && clip(&v[2], w) &&
	    clip(&v[3], h)) {
		*out = (struct box){(float)v[0], (float)v[1], (float)v[2],
				    (float)v[3]};
		if (out->x2 > out->x1 && out->y2 > out->y1)
			return 0;
	}
	return err_set(err, ERR_DATA,
		       "%s: box %d: [%.8g, %.8g, %.8g, %.8g] (%s) is not "
		       "within the picture of %dx%d pixels",
		       what, number, given[0], given[1], given[2], given[3],
		       relative ? "relative" : "pixels", w, h);
}

/* Is the unit of `j` relative?  ERR_DATA for keys and units unheard of. */
static int read_unit(const struct json *j, const char *what, bool *relative,
		     struct err *err)
{
	const struct json *unit = json_get(j, "unit");
	const char *s = json_string(unit);

	for (j = json_first(j); j; j = json_next(j))
		if (strcmp(json_key(j), "boxes") != 0 &&
		    strcmp(json_key(j), "unit") != 0)
			return err_set(
			    err, ERR_DATA,
			    "%s: unknown key \"%s\" beside \"boxes\" "
			    "and \"unit\"",
			    what, json_key(j));
	*relative = s && strcmp(s, "relative") == 0;
	if (unit && !*relative && (!s || strcmp(s, "pixel") != 0))
		return err_set(err, ERR_DATA,
			       "%s: \"unit\" must be \"pixel\" or \"relative\"",
			       what);
	return 0;
}

int regions_from_json(struct regions *r, const struct json *j, int w, int h,
		      const char *what, struct err *err)
{
	struct regions out = *r;
	bool relative = false;
	int number = 0, rc;

	if (json_is_object(j)) {
		rc = read_unit(j, what, &relative, err);
		if (rc < 0)
			return rc;
		j = json_get(j, "boxes");
	}
	if (!json_is_array(j))
		return err_set(err, ERR_DATA,
			       "%s: an array of boxes, or an object with "
			       "\"boxes\", was expected",
			       what);
	if (out.n == 0)
		regions_whole(&out, w, h);
	if (json_len(j) > (size_t)(REGIONS_MAX + 1 - out.n))
		return err_set(err, ERR_DATA, "%s: %zu boxes, at most %d", what,
			       json_len(j), REGIONS_MAX + 1 - out.n);
	for (j = json_first(j); j; j = json_next(j)) {
		rc = read_box(j, relative, w, h, what, ++number,
			      &out.box[out.n++], err);
		if (rc < 0)
			return rc;
	}
	*r = out;
	return 0;
}

int regions_from_file(struct regions *r, const char *path, int w, int h,
		      struct err *err)
{
	struct json *j = json_read(path, JSON_BYTES, err);
	int rc;

	if (!j)
		return err_recode(err, ERR_DATA);
	rc = regions_from_json(r, j, w, h, path, err);
	json_free(j);
	return rc;
}

int regions_from_command(struct regions *r, const char *command,
			 const char *picture, int w, int h, struct err *err)
{
	struct str out = {0}, what = {0};
	struct json *j = NULL;
	int rc = command_run(command, picture, COMMAND_SECONDS, JSON_BYTES,
			     &out, err);

	if (rc == 0) {
		str_addf(&what, "output of command '%.200s'", command);
		j = json_parse(str_cstr(&out), out.len, what.s, err);
		rc = j ? regions_from_json(r, j, w, h, what.s, err)
		       : -(int)err->code;
	}
	json_free(j);
	str_release(&what);
	str_release(&out);
	return rc;
}

static float area(const struct box *b)
{
	return (b->x2 - b->x1) * (b->y2 - b->y1);
}

float box_iou(const struct box *a, const struct box *b)
{
	float w = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
	float h = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
	float common = w > 0 && h > 0 ? w * h : 0;

	return common / (area(a) + area(b) - common);
}
