#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"

void example_release(struct example *e)
{
	free(e->id);
	free(e->text);
	free(e->image);
	free(e->head);
	free(e->tail);
	free(e->event);
	free(e->instruction);
	labels_release(&e->labels);
	free(e->split);
	records_release(&e->gold);
	free(e->sha256);
	judgements_release(&e->judged);
	outputs_release(&e->outputs);
	remarks_release(&e->remarks);
	free(e->note);
	labels_release(&e->flags);
	free(e->meta);
	*e = (struct example){0};
}

void example_blank(struct example *e, const struct example *from)
{
	*e = (struct example){
	    .id = xstrdup_null(from->id),
	    .task = from->task,
	    .text = xstrdup(from->text),
	    .image = xstrdup_null(from->image),
	    .image_state = from->image_state,
	    .boxes = from->boxes,
	    .boxes_relative = from->boxes_relative,
	    .width = from->width,
	    .height = from->height,
	    .sha256 = xstrdup_null(from->sha256),
	    .head = xstrdup_null(from->head),
	    .tail = xstrdup_null(from->tail),
	    .event = xstrdup_null(from->event),
	    .instruction = xstrdup_null(from->instruction),
	    .own = from->own,
	    .split = xstrdup_null(from->split),
	    .meta = xstrdup_null(from->meta),
	};
	labels_append(&e->labels, &from->labels);
}

static const char *const keys[] = {
    "id",        "task",        "text",    "image", "boxes", "head",   "tail",
    "event",     "instruction", "split",   "gold",  "meta",  "sha256", "size",
    "decisions", "results",     "remarks", "note",  "flags", "labels",
};

static int check_keys(const struct json *j, const char *what, struct err *err)
{
	if (!json_is_object(j))
		return err_set(err, ERR_DATA, "%s: a JSON object expected",
			       what);
	for (const struct json *m = json_first(j); m; m = json_next(m)) {
		size_t i = 0;

		while (i < ARRAY_LEN(keys) && strcmp(json_key(m), keys[i]))
			i++;
		if (i == ARRAY_LEN(keys))
			return err_set(err, ERR_DATA,
				       "%s: unknown key \"%s\" (what other "
				       "programs need goes into \"meta\")",
				       what, json_key(m));
	}
	return 0;
}

/* A string that may be absent or null, but not empty or set off by space. */
static int get_string(const struct json *j, const char *key, const char *what,
		      char **out, struct err *err)
{
	const struct json *v = json_get(j, key);
	struct span s;

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return err_set(err, ERR_DATA, "%s: \"%s\" is not a string",
			       what, key);
	s = span_of(json_string(v));
	if (s.len == 0 || span_trim(s).len != s.len)
		return err_set(err, ERR_DATA,
			       "%s: \"%s\" is empty or has white space around "
			       "it",
			       what, key);
	*out = xstrdup(s.s);
	return 0;
}

/* The text is kept as it is, white space included. */
static int get_text(struct example *e, const struct json *j, const char *what,
		    struct err *err)
{
	const struct json *v = json_get(j, "text");

	if (!json_is_string(v))
		return err_set(err, ERR_DATA,
			       "%s: \"text\" is missing or not a string", what);
	e->text = xstrdup(json_string(v));
	if (!e->text[0] && json_is_string(json_get(j, "image")))
		return 0;
	return example_check_text(e->text, what, err);
}

static int get_task(struct example *e, const struct json *j, const char *what,
		    struct err *err)
{
	const char *name = json_string(json_get(j, "task"));

	if (!name || !task_read(name, &e->task, &e->own))
		return err_set(err, ERR_DATA,
			       "%s: \"task\" is missing or not one of %s", what,
			       task_names_all());
	return 0;
}

static int read_labels(struct example *e, const struct json *j,
		       const char *what, struct err *err)
{
	const struct json *list = json_get(j, "labels");

	if (!list || json_is_null(list))
		return 0;
	return labels_from_json(&e->labels, list, what, "labels", err);
}

/* What a task needs to have, and what it has no use for. */
static int check_fields(const struct example *e, const char *what,
			struct err *err)
{
	if ((e->head || e->tail) && e->task != TASK_MRE)
		return err_set(err, ERR_DATA,
			       "%s: \"head\" and \"tail\" belong to task mre",
			       what);
	if (!e->head != !e->tail)
		return err_set(err, ERR_DATA,
			       "%s: \"head\" and \"tail\" go together", what);
	if (!e->event != (e->task != TASK_MEAE))
		return err_set(err, ERR_DATA,
			       e->event ? "%s: \"event\" belongs to task meae"
					: "%s: task meae needs \"event\"",
			       what);
	return 0;
}

static int read_strings(struct example *e, const struct json *j,
			const char *what, struct err *err)
{
	const struct {
		const char *key;
		char **out;
	} fields[] = {
	    {"id", &e->id},
	    {"head", &e->head},
	    {"tail", &e->tail},
	    {"event", &e->event},
	    {"instruction", &e->instruction},
	    {"split", &e->split},
	};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(fields) && rc == 0; i++)
		rc = get_string(j, fields[i].key, what, fields[i].out, err);
	return rc;
}

/* "size":[width,height] and "sha256" of the picture. */
static int read_size(struct example *e, const struct json *j, const char *what,
		     struct err *err)
{
	const struct json *size = json_get(j, "size"), *w = json_first(size);
	int64_t width = 0, height = 0;
	int rc = get_string(j, "sha256", what, &e->sha256, err);

	if (rc < 0)
		return rc;
	if (e->sha256 && (strlen(e->sha256) != 64 ||
			  strspn(e->sha256, "0123456789abcdef") != 64))
		return err_set(err, ERR_DATA,
			       "%s: \"sha256\" is not 64 hexadecimal digits",
			       what);
	if (size &&
	    (json_len(size) != 2 ||
	     json_int(w, 1, IMAGE_DIMENSION_MAX, what, &width, err) < 0 ||
	     json_int(json_next(w), 1, IMAGE_DIMENSION_MAX, what, &height,
		      err) < 0))
		return err_set(err, ERR_DATA,
			       "%s: \"size\" is not [width,height], each from "
			       "1 to %d",
			       what, IMAGE_DIMENSION_MAX);
	e->width = (int)width;
	e->height = (int)height;
	return 0;
}

static int read_picture(struct example *e, const struct json *j,
			const char *what, const char *image_dir,
			struct err *err)
{
	const struct json *boxes = json_get(j, "boxes");
	char *name = NULL;
	int rc = get_string(j, "image", what, &name, err);

	if (name)
		example_set_image(e, image_dir, name);
	free(name);
	if (rc == 0)
		rc = read_size(e, j, what, err);
	if (rc < 0 || !boxes || json_is_null(boxes))
		return rc;
	if (!e->image)
		return err_set(err, ERR_DATA, "%s: \"boxes\" without \"image\"",
			       what);
	return boxes_from_json(e, boxes, what, err);
}

static int read_all(struct example *e, const struct json *j, const char *what,
		    const char *image_dir, struct err *err)
{
	const struct json *gold;
	int rc = check_keys(j, what, err);

	if (rc == 0)
		rc = get_task(e, j, what, err);
	if (rc == 0)
		rc = read_strings(e, j, what, err);
	if (rc == 0)
		rc = read_labels(e, j, what, err);
	if (rc == 0)
		rc = get_text(e, j, what, err);
	if (rc == 0)
		rc = check_fields(e, what, err);
	if (rc == 0)
		rc = read_picture(e, j, what, image_dir, err);
	gold = json_get(j, "gold");
	if (rc == 0 && gold && !json_is_null(gold))
		rc = gold_from_json(e, gold, what, err);
	return rc < 0 ? rc : layers_from_json(e, j, what, err);
}

int example_from_json(struct example *e, const struct json *j, const char *what,
		      const char *image_dir, struct err *err)
{
	int rc;

	*e = (struct example){0};
	rc = read_all(e, j, what, image_dir, err);
	if (rc < 0)
		example_release(e);
	else if (!e->id)
		e->id = xstrdup(what);
	return rc;
}

static void put(struct json *j, const char *key, const char *s)
{
	if (s)
		json_put_string(j, key, s);
}

struct json *example_to_json(const struct example *e)
{
	struct json *j = json_new_object();

	put(j, "id", e->id);
	put(j, "task", task_called(e->task, e->own));
	put(j, "text", e->text);
	put(j, "image", e->image);
	put(j, "sha256", e->sha256);
	if (e->width) {
		struct json *size = json_new_array();

		json_push_number(size, e->width, 9);
		json_push_number(size, e->height, 9);
		json_put(j, "size", size);
	}
	if (e->boxes.n)
		json_put(j, "boxes", boxes_to_json(e));
	put(j, "head", e->head);
	put(j, "tail", e->tail);
	put(j, "event", e->event);
	put(j, "instruction", e->instruction);
	if (e->labels.n)
		json_put(j, "labels", labels_to_json(&e->labels));
	put(j, "split", e->split);
	if (e->has_gold)
		json_put(j, "gold", gold_to_json(e));
	layers_to_json(e, j);
	return j;
}
