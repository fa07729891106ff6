/*
 * check_regions -- boxes from JSON, from a command and from the proposer.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/image/command.h"
#include "src/image/regions.h"
#include "tests/tap.h"

static bool box_is(const struct box *b, float x1, float y1, float x2, float y2)
{
	return b->x1 == x1 && b->y1 == y1 && b->x2 == x2 && b->y2 == y2;
}

/* Boxes of `text` for a picture of 200x100 pixels. */
static int parse(const char *text, struct regions *r, struct err *err)
{
	struct json *j = json_parse(text, strlen(text), "b.json", err);
	int rc = j ? regions_from_json(r, j, 200, 100, "b.json", err) : -1;

	json_free(j);
	return rc;
}

static void check_good_json(void)
{
	struct regions r = {0};
	struct err err = {0};

	ok(parse("[[10, 20, 30.5, 40], [0, 0, 200, 100]]", &r, &err) == 0 &&
	       r.n == 3 && box_is(&r.box[0], 0, 0, 200, 100) &&
	       box_is(&r.box[1], 10, 20, 30.5f, 40),
	   "row 0 is the whole picture, boxes follow %s", err.text);
	ok(parse("{\"boxes\": [[0.25, 0.5, 0.5, 1]], \"unit\": \"relative\"}",
		 &r, &err) == 0 &&
	       r.n == 4 && box_is(&r.box[3], 50, 50, 100, 100),
	   "relative boxes are appended in pixels %s", err.text);
	ok(parse("{\"unit\": \"pixel\", \"boxes\": [[1, 2, 3, 4]]}", &r,
		 &err) == 0 &&
	       r.n == 5 && box_is(&r.box[4], 1, 2, 3, 4),
	   "pixels may be named as the unit %s", err.text);
	ok(parse("[[-0.9, -1, 200.5, 101]]", &r, &err) == 0 &&
	       box_is(&r.box[5], 0, 0, 200, 100),
	   "a box one pixel over the edge is clipped %s", err.text);
	ok(parse("[]", &r, &err) == 0 && r.n == 6, "no boxes are no error");
}

static void refused(const char *text, const char *want)
{
	struct regions r = {0};
	struct err err = {0};
	int rc;

	regions_whole(&r, 200, 100);
	rc = parse(text, &r, &err);
	if (!ok(rc == -ERR_DATA && strcmp(err.text, want) == 0 && r.n == 1,
		"refused: %s", want))
		diag("got %d: %s", rc, err.text);
}

static void check_bad_json(void)
{
	struct str many = {0};

	refused("7", "b.json: an array of boxes, or an object with \"boxes\", "
		     "was expected");
	refused("{}", "b.json: an array of boxes, or an object with "
		      "\"boxes\", was expected");
	refused("{\"boxes\": [], \"units\": \"relative\"}",
		"b.json: unknown key \"units\" beside \"boxes\" and \"unit\"");
	refused("{\"boxes\": [], \"unit\": \"cm\"}",
		"b.json: \"unit\" must be \"pixel\" or \"relative\"");
	refused("[[1, 2, 3, 4], [1, 2, 3]]",
		"b.json: box 2: four numbers x1, y1, x2, y2 were expected");
	refused("[[1, 2, 3, \"4\"]]",
		"b.json: box 1: four numbers x1, y1, x2, y2 were expected");
	refused("[[1, 2, 3, null]]",
		"b.json: box 1: four numbers x1, y1, x2, y2 were expected");
	refused("[[30, 2, 3, 4]]",
		"b.json: box 1: [30, 2, 3, 4] is empty; x2 must be above x1 "
		"and y2 above y1");
	refused("[[3, 4, 3, 5]]",
		"b.json: box 1: [3, 4, 3, 5] is empty; x2 must be above x1 "
		"and y2 above y1");
	refused("[[300, 10, 400, 20]]",
		"b.json: box 1: [300, 10, 400, 20] (pixels) is not within the "
		"picture of 200x100 pixels");
	refused("[[10, 10, 202, 20]]",
		"b.json: box 1: [10, 10, 202, 20] (pixels) is not within the "
		"picture of 200x100 pixels");
	refused("[[200, 10, 201, 20]]",
		"b.json: box 1: [200, 10, 201, 20] (pixels) is not within the "
		"picture of 200x100 pixels");
	refused("{\"boxes\": [[0.1, 0.1, 20, 0.2]], \"unit\": \"relative\"}",
		"b.json: box 1: [0.1, 0.1, 20, 0.2] (relative) is not within "
		"the picture of 200x100 pixels");
	refused("[[0, 0, 1e300, 1]]",
		"b.json: box 1: [0, 0, 1e+300, 1] (pixels) is not within the "
		"picture of 200x100 pixels");
	str_add(&many, "[[0,0,1,1]");
	for (int i = 1; i < 37; i++)
		str_add(&many, ",[0,0,1,1]");
	str_add(&many, "]");
	refused(many.s, "b.json: 37 boxes, at most 36");
	str_release(&many);
}

/* ---- the command ---- */

static void detector(const char *command, const char *want)
{
	struct regions r = {0};
	struct err err = {0};
	int rc =
	    regions_from_command(&r, command, "/tmp/a b.jpg", 200, 100, &err);

	if (!want) {
		ok(rc == 0 && r.n == 2 && box_is(&r.box[1], 1, 2, 3, 4),
		   "detector: %s %s", command, err.text);
		return;
	}
	if (!ok(rc == -ERR_DATA && strcmp(err.text, want) == 0 && r.n == 0,
		"detector: %s", want))
		diag("got %d: %s", rc, err.text);
}

static void check_detector(void)
{
	detector("echo '[[1,2,3,4]]'", NULL);
	detector("test \"$1\" = '/tmp/a b.jpg' && echo '[[1,2,3,4]]'", NULL);
	detector("cat >&2; echo '[[1,2,3,4]]'", NULL);
	detector("exit 7", "command 'exit 7': exit status 7");
	detector("echo one >&2; echo no model >&2; exit 3",
		 "command 'echo one >&2; echo no model >&2; exit 3': exit "
		 "status 3: no model");
	detector("kill -9 $$", "command 'kill -9 $$': ended by signal 9");
	detector("echo '[[1,2]]'",
		 "output of command 'echo '[[1,2]]'': box 1: four numbers x1, "
		 "y1, x2, y2 were expected");
	detector("echo hello",
		 "output of command 'echo hello': byte 0: not a number");
	detector("yes", "command 'yes': more than 1048576 bytes of output");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void check_timeout(const char *command)
{
	struct str out = {0};
	struct err err = {0};
	char *want =
	    xasprintf("command '%s': not done after 1 seconds", command);
	double start = seconds();
	int rc = command_run(command, "x", 1, 100, &out, &err);

	ok(rc == -ERR_DATA && strcmp(err.text, want) == 0 &&
	       seconds() - start < 10,
	   "%s (%s)", want, err.text);
	str_release(&out);
	free(want);
}

static void check_command(void)
{
	struct str out = {0};
	struct err err = {0};

	check_timeout("sleep 100");
	check_timeout("sleep 100 & sleep 101");
	check_timeout("exec >&- 2>&-; sleep 100");
	signal(SIGPIPE, SIG_IGN);
	ok(command_run("yes | head -n 1", "x", 30, 100, &out, &err) == 0 &&
	       strcmp(str_cstr(&out), "y\n") == 0,
	   "a command has the usual signals %s", err.text);
	str_release(&out);
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
	   "commands leave no process");
}

/* ---- the proposer ---- */

static void fill(struct image *im, const struct box *b, const int rgb[3])
{
	for (int y = (int)b->y1; y < (int)b->y2; y++)
		for (int x = (int)b->x1; x < (int)b->x2; x++)
			for (int c = 0; c < 3; c++)
				im->rgb[3 * (y * im->w + x) + c] =
				    (uint8_t)rgb[c];
}

/* A sloping, noisy ground with the `n` objects in front of it. */
static struct image scene(int w, int h, const struct box *b, int n)
{
	static const int colours[][3] = {
	    {200, 40, 40}, {30, 160, 60}, {250, 230, 90}, {20, 20, 30}};
	struct image im = {xmalloc((size_t)w * (size_t)h * 3), w, h};
	struct rng_key key = {.seed = 7};

	for (int i = 0; i < w * h * 3; i++)
		im.rgb[i] = (uint8_t)(90 + 60 * (i / 3 / w) / h + 20 * (i % 3));
	for (int i = 0; i < n; i++)
		fill(&im, &b[i], colours[i % 4]);
	for (int i = 0; i < w * h * 3; i++) {
		int v = im.rgb[i] + (int)rng_below(&key, (uint64_t)i, 17) - 8;

		im.rgb[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
	return im;
}

static const struct box objects[] = {{100, 80, 300, 260},
				     {420, 120, 520, 420},
				     {640, 500, 900, 640},
				     {700, 90, 800, 200}};

static void check_objects(const struct regions *r)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		float best = 0;
		int at = 0;

		for (int k = 1; k < r->n; k++)
			if (box_iou(&r->box[k], &objects[i]) > best) {
				best = box_iou(&r->box[k], &objects[i]);
				at = k;
			}
		ok(best > 0.7f && at <= 10,
		   "object %zu is found as O%d with IoU %.2f", i + 1, at,
		   (double)best);
	}
}

static void check_boxes_sane(const struct regions *r, int w, int h)
{
	struct box all = {0, 0, (float)w, (float)h};
	bool fine = box_is(&r->box[0], 0, 0, all.x2, all.y2);

	for (int i = 1; i < r->n; i++) {
		const struct box *b = &r->box[i];

		fine &= b->x1 >= 0 && b->y1 >= 0 && b->x2 <= all.x2 &&
			b->y2 <= all.y2 && b->x2 - b->x1 >= 4 &&
			b->y2 - b->y1 >= 4 && box_iou(b, &all) < 0.96f;
		for (int k = 1; k < i; k++)
			fine &= box_iou(b, &r->box[k]) <= 0.66f;
	}
	ok(fine, "%dx%d: %d boxes lie inside, are no specks, differ", w, h,
	   r->n - 1);
}

static void check_proposer(void)
{
	struct image im = scene(1024, 768, objects, ARRAY_LEN(objects));
	struct regions a = {0}, b = {0}, few = {0};
	double best = 1e9, start;

	for (int i = 0; i < 3; i++) {
		b = (struct regions){0};
		start = seconds();
		regions_propose(&b, &im, REGIONS_MAX);
		best = fmin(best, seconds() - start);
	}
	regions_propose(&a, &im, REGIONS_MAX);
	check_objects(&a);
	check_boxes_sane(&a, 1024, 768);
	ok(a.n == b.n &&
	       memcmp(a.box, b.box, (size_t)a.n * sizeof(*a.box)) == 0,
	   "the same picture gives the same boxes");
	ok(best < 3, "1024x768 pixels take %.0f ms", best * 1e3);
	regions_propose(&few, &im, 3);
	ok(few.n == 4 && memcmp(few.box, a.box, 4 * sizeof(*a.box)) == 0,
	   "fewer boxes are the first of more");
	regions_propose(&few, &im, REGIONS_MAX);
	ok(few.n <= REGIONS_MAX + 1, "no more than there is room for");
	image_release(&im);
}

static void check_odd_pictures(void)
{
	static const int sizes[][2] = {{1, 1},    {3, 3},     {1, 5000},
				       {5000, 1}, {16, 4000}, {200, 200}};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct image im = scene(sizes[i][0], sizes[i][1], NULL, 0);
		struct regions r = {0};

		regions_propose(&r, &im, REGIONS_MAX);
		check_boxes_sane(&r, sizes[i][0], sizes[i][1]);
		image_release(&im);
	}
}

int main(void)
{
	check_good_json();
	check_bad_json();
	check_detector();
	check_command();
	check_proposer();
	check_odd_pictures();
	return tap_done();
}
