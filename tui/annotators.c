#include "tui/annotators.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/app.h"

/* anna for dir/anna.umie.jsonl; the path where two files have one name. */
static void name_all(struct annotators *w, const struct args *a)
{
	for (size_t i = 0; i < w->n; i++) {
		const char *slash = strrchr(a->pos[i], '/');
		const char *base = slash ? slash + 1 : a->pos[i];

		w->name[i] = xstrndup(base, 1 + strcspn(base + 1, "."));
	}
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(w->name[i], w->name[k]) == 0) {
				free((char *)w->name[i]);
				w->name[i] = xstrdup(a->pos[i]);
				break;
			}
}

int annotators_read(struct annotators *w, const struct args *a, struct err *err)
{
	int rc = 0;

	*w = (struct annotators){0};
	while (rc == 0 && w->n < (size_t)a->n_pos) {
		rc = dataset_read(&w->set[w->n], a->pos[w->n], NULL, err);
		w->n += rc == 0;
	}
	if (rc < 0)
		annotators_release(w);
	else
		name_all(w, a);
	return rc;
}

void annotators_release(struct annotators *w)
{
	for (size_t i = 0; i < w->n; i++) {
		dataset_release(&w->set[i]);
		free((char *)w->name[i]);
	}
}

int annotators_check(const struct pairing *p, const struct annotators *w,
		     struct err *err)
{
	if (p->shared)
		return 0;
	return err_set(err, ERR_DATA,
		       "%s and %s have no document in common: the same id and "
		       "the same text",
		       w->set[0].name, w->set[1].name);
}

int annotators_queue(struct app *app, const struct pairing *p,
		     const struct annotators *w, const char *path,
		     struct err *err)
{
	const struct write_options o = {.format = DATA_JSONL};
	struct dataset queue = {0};
	struct losses lost = {0};
	int rc;

	pairing_queue(p, w->name, &queue);
	rc = dataset_write(&queue, path, &o, &lost, err);
	if (rc == 0)
		app_note(app, "%s: %zu example%s with conflicts", path, queue.n,
			 queue.n == 1 ? "" : "s");
	dataset_release(&queue);
	return rc;
}
