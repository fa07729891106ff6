#include "examples/pictograms/writer.h"

#include <limits.h>
#include <stdlib.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/png.h"
#include "examples/pictograms/texts.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

static const struct picture_size sizes[] = {
    {128, 96}, {144, 108}, {160, 120}, {112, 112}, {96, 128}};

static struct json *box_json(const struct box *b)
{
	struct json *j = json_new_array();

	json_push_number(j, (double)b->x1, 6);
	json_push_number(j, (double)b->y1, 6);
	json_push_number(j, (double)b->x2, 6);
	json_push_number(j, (double)b->y2, 6);
	return j;
}

/* Draw a member's picture; its boxes and file name go into `j`. */
static int put_picture(const struct writer *w, const struct member *m,
		       struct json *j, struct err *err)
{
	struct dice d = dice_new(m->seed);
	struct picture_size size = w->size;
	struct box boxes[SCENE_MAX];
	struct json *list = json_new_array();
	struct image im;
	char *name, *path;
	int rc;

	if (!size.w)
		size = sizes[dice_below(&d, ARRAY_LEN(sizes))];
	if (m->name)
		name = xasprintf("images/%s.png", m->name);
	else
		name = xasprintf("images/%s-%016llx.png", w->split,
				 (unsigned long long)m->seed);
	path = file_join(w->dir, name);
	scene_draw(&m->scene, size, m->seed, &im, boxes);
	rc = png_write(&im, path, err);
	json_put_string(j, "image", name);
	for (int i = 0; i < m->scene.n; i++)
		json_push(list, box_json(&boxes[i]));
	json_put(j, "boxes", list);
	image_release(&im);
	free(path);
	free(name);
	return rc;
}

static const char *label_key(enum task t, const struct fact *f)
{
	switch (t) {
	case TASK_MNER:
		return "type";
	case TASK_MRE:
		return "relation";
	case TASK_MED:
		return "event";
	case TASK_MEAE:
		return "role";
	case TASK_MEE:
		break;
	}
	return f->event ? "role" : "event";
}

static struct json *fact_json(const struct group *g, const struct fact *f)
{
	struct json *j = json_new_object();

	json_put_string(j, label_key(g->task, f), f->label);
	if (f->event)
		json_put_string(j, "event", f->event);
	if (g->task == TASK_MRE) {
		json_put_string(j, "head", g->head);
		json_put_string(j, "tail", g->tail);
	} else if (f->region) {
		json_put_int(j, "region", f->region);
	} else {
		json_put_string(j, "text", f->text);
	}
	return j;
}

/* Everything but the picture and the gold records. */
static struct json *question_json(const struct writer *w, const struct group *g,
				  const struct member *m)
{
	struct json *j = json_new_object(), *meta = json_new_object();
	char *id = xasprintf("%s-%ld", w->split, w->written + 1);
	char *group = xasprintf("%s-%ld", w->split, w->groups);

	json_put_string(j, "id", id);
	json_put_string(j, "task", task_name(g->task));
	json_put_string(j, "split", w->split);
	json_put_string(j, "text", g->phrase.text.s);
	if (g->head) {
		json_put_string(j, "head", g->head);
		json_put_string(j, "tail", g->tail);
	}
	if (g->event)
		json_put_string(j, "event", g->event);
	if (g->instruction)
		json_put_string(j, "instruction", g->instruction);
	json_put_string(meta, "group", group);
	json_put_string(meta, "kind", member_kind(g, m));
	json_put(j, "meta", meta);
	free(group);
	free(id);
	return j;
}

static int write_member(struct writer *w, const struct group *g,
			const struct member *m, struct err *err)
{
	struct json *j = question_json(w, g, m), *gold = json_new_array();
	char *line;
	int rc = 0;

	if (m->has_picture)
		rc = put_picture(w, m, j, err);
	for (int i = 0; i < m->gold.n; i++)
		json_push(gold, fact_json(g, &m->gold.fact[i]));
	json_put(j, "gold", gold);
	line = json_print(j);
	if (!rc && fprintf(w->file, "%s\n", line) < 0)
		rc =
		    err_errno(err, ERR_FAILED, "%s/%s.jsonl", w->dir, w->split);
	free(line);
	json_free(j);
	w->written++;
	return rc;
}

int writer_open(struct writer *w, const char *dir, const char *split,
		const char *file, struct err *err)
{
	char *images = file_join(dir, "images");
	char *path = file_join(dir, file);
	int rc = file_mkdirs(images, err);

	*w = (struct writer){.dir = dir, .split = split, .wanted = LONG_MAX};
	if (!rc) {
		w->file = fopen(path, "w");
		if (!w->file)
			rc = err_errno(err, ERR_FAILED, "%s", path);
	}
	free(images);
	free(path);
	return rc;
}

int writer_close(struct writer *w, int rc, struct err *err)
{
	if (w->file && fclose(w->file) && !rc)
		rc = err_errno(err, ERR_FAILED, "%s: %s", w->dir, w->split);
	w->file = NULL;
	return rc;
}

int writer_put(struct writer *w, const struct group *g, struct err *err)
{
	int rc = 0;

	w->groups++;
	for (int i = 0; !rc && i < g->n && w->written < w->wanted; i++)
		rc = write_member(w, g, &g->member[i], err);
	return rc;
}
