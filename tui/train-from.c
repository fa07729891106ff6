/* --from: what people decided becomes a file that a run is trained on. */
#include <stdlib.h>
#include <string.h>

#include "sessions/lessons.h"
#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/train.h"

char *train_lessons_path(const char *run)
{
	size_t n = strlen(run);

	while (n > 1 && run[n - 1] == '/')
		n--;
	return xasprintf("%.*s.decisions.jsonl", (int)n, run);
}

static int write_lessons(struct app *app, const struct session *s,
			 const char *path, struct err *err)
{
	struct write_options o = {.format = DATA_JSONL};
	struct lesson_counts c;
	struct dataset d = {0};
	struct losses lost = {0};
	int rc = 0;

	session_lessons(session_state(s), &d, &c);
	if (d.n == 0)
		rc = err_set(err, ERR_DATA,
			     "%s: no example is done, so there is nothing to "
			     "train on",
			     session_name(s));
	if (rc == 0)
		rc = dataset_write(&d, path, &o, &lost, err);
	dataset_release(&d);
	if (rc == 0)
		app_note(app,
			 "%s: %zu lessons from %zu examples of session %s; "
			 "%zu without the picture, as they were decided",
			 path, c.lessons, c.examples, session_name(s), c.blind);
	return rc;
}

int train_lessons(struct app *app, const char *name, const char *run,
		  struct err *err)
{
	struct session_options o = {.who = app->user, .read_only = true};
	struct session *s;
	char *path;
	int rc;

	if (strcmp(name, "decisions") == 0)
		return err_set(err, ERR_USAGE,
			       "train: no session is open here; --from NAME "
			       "names one");
	rc = session_open(&s, name, &o, err);
	if (rc < 0)
		return rc;
	path = train_lessons_path(run);
	rc = write_lessons(app, s, path, err);
	free(path);
	session_close(s, &(struct err){0});
	return rc;
}
