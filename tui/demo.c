#include "tui/demo.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/data/dataset.h"
#include "src/engine/bundle.h"
#include "tui/app.h"
#include "tui/face.h"

struct demo {
	struct dataset set;
	size_t at;
};

static int read_examples(const struct app *app, struct dataset *d,
			 struct err *err)
{
	struct dataset_options o = {0};
	char *dir = bundle_default(app->argv0, err), *path;
	int rc;

	*d = (struct dataset){0};
	if (!dir)
		return -(int)err->code;
	path = file_join(dir, "examples.jsonl");
	rc = dataset_read(d, path, &o, err);
	free(path);
	free(dir);
	return rc;
}

/* Example `at` becomes what is edited. */
static void edit(struct app *app)
{
	const struct example *e = &app->demo->set.ex[app->demo->at];

	example_request(e, &app->request);
	app_apply_settings(app);
	app_set_image(app, e->image);
	app->request.boxes = e->boxes;
	app->request.boxes_relative = e->boxes_relative;
	app->selected = -1;
	app->dirty = DIRTY_ALL;
}

void demo_begin(struct app *app)
{
	struct demo *d = xcalloc(1, sizeof(*d));
	struct err err;

	/* Without a checkpoint that was said already. */
	if (read_examples(app, &d->set, &err) < 0 && err.code != ERR_CHECKPOINT)
		app_note(app, "%s", err.text);
	if (d->set.n) {
		app->demo = d;
		edit(app);
	} else {
		demo_free(d);
	}
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	dataset_release(&d->set);
	free(d);
}

void demo_step(struct app *app, int by)
{
	struct demo *d = app->demo;

	if (by < 0 ? d->at == 0 : d->at + 1 >= d->set.n) {
		app_say(app, "no more examples");
		return;
	}
	d->at = by < 0 ? d->at - 1 : d->at + 1;
	edit(app);
	app_predict(app);
	app_say(app, "example %zu of %zu of the demonstration", d->at + 1,
		d->set.n);
}

size_t demo_find(const struct demo *d, const char *name)
{
	char *end;
	long n = strtol(name, &end, 10);

	if (end > name && !*end && n >= 1 && (size_t)n <= d->set.n)
		return (size_t)n;
	for (size_t i = 0; i < d->set.n; i++)
		if (strcmp(d->set.ex[i].id, name) == 0)
			return i + 1;
	return 0;
}

size_t demo_at(const struct demo *d)
{
	return d->at + 1;
}

const struct example *demo_example(const struct demo *d, size_t number)
{
	return &d->set.ex[number - 1];
}

int demo_lines(struct app *app, struct err *err)
{
	struct dataset d;
	int rc = read_examples(app, &d, err);

	for (size_t i = 0; i < d.n && rc == 0; i++) {
		example_request(&d.ex[i], &app->request);
		app_predict(app);
		app_wait(app);
		line_show(app);
	}
	dataset_release(&d);
	return rc;
}
