/* Requests and results as plain data: copies, JSON, readable lines. */
#include "src/engine/extract.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/prompt.h"

void extract_request_release(struct extract_request *r)
{
	free(r->id);
	free(r->text);
	free(r->instruction);
	free(r->head);
	free(r->tail);
	free(r->event);
	labels_release(&r->labels);
	free(r->image);
	free(r->boxes_file);
	free(r->detector);
	relabel_release(&r->relabel);
	*r = (struct extract_request){0};
}

void extract_request_copy(struct extract_request *to,
			  const struct extract_request *from)
{
	*to = *from;
	to->id = xstrdup_null(from->id);
	to->text = xstrdup_null(from->text);
	to->instruction = xstrdup_null(from->instruction);
	to->head = xstrdup_null(from->head);
	to->tail = xstrdup_null(from->tail);
	to->event = xstrdup_null(from->event);
	to->labels = (struct labels){0};
	labels_append(&to->labels, &from->labels);
	to->image = xstrdup_null(from->image);
	to->boxes_file = xstrdup_null(from->boxes_file);
	to->detector = xstrdup_null(from->detector);
	relabel_copy(&to->relabel, &from->relabel);
}

void example_request(const struct example *e, struct extract_request *r)
{
	bool attention = r->attention;

	extract_request_release(r);
	*r = (struct extract_request){
	    .id = xstrdup_null(e->id),
	    .task = e->task,
	    .own = e->own,
	    .text = xstrdup_null(e->text),
	    .instruction = xstrdup_null(e->instruction),
	    .head = xstrdup_null(e->head),
	    .tail = xstrdup_null(e->tail),
	    .event = xstrdup_null(e->event),
	    .image = xstrdup_null(e->image),
	    .boxes = e->boxes,
	    .boxes_relative = e->boxes_relative,
	    .attention = attention,
	};
	labels_append(&r->labels, &e->labels);
}

void extraction_free(struct extraction *x)
{
	struct records recs = {0};

	if (!x)
		return;
	for (size_t i = 0; i < x->n_found; i++) {
		free(x->found[i].attention);
		free(x->found[i].rec.label);
		free(x->found[i].rec.text);
		free(x->found[i].rec.head);
		free(x->found[i].rec.tail);
		free(x->found[i].rec.event);
	}
	recs.dropped = x->dropped;
	recs.n_dropped = x->n_dropped;
	records_release(&recs);
	free(x->found);
	free(x->id);
	free(x->text);
	free(x->instruction);
	free(x->image_path);
	free(x->attention);
	free(x->raw);
	free(x);
}

static float *copy_weights(const float *w, const struct regions *r)
{
	size_t n = (size_t)r->n * sizeof(*w);

	return w ? memcpy(xmalloc(n), w, n) : NULL;
}

struct extraction *extraction_copy(const struct extraction *x)
{
	struct extraction *c = xmalloc(sizeof(*c));
	struct records all = {0};

	*c = *x;
	c->id = xstrdup_null(x->id);
	c->text = xstrdup_null(x->text);
	c->instruction = xstrdup_null(x->instruction);
	c->image_path = xstrdup_null(x->image_path);
	c->raw = xstrdup_null(x->raw);
	c->attention = copy_weights(x->attention, &x->regions);
	c->found = xcalloc(x->n_found + 1, sizeof(*c->found));
	for (size_t i = 0; i < x->n_found; i++) {
		struct record r = x->found[i].rec;
		struct records one = {.rec = &r, .n = 1};

		records_copy(&all, &one);
		c->found[i] = x->found[i];
		c->found[i].rec = all.rec[i];
		c->found[i].attention =
		    copy_weights(x->found[i].attention, &x->regions);
	}
	for (size_t i = 0; i < x->n_dropped; i++)
		records_drop(&all, x->dropped[i].segment,
			     strlen(x->dropped[i].segment),
			     x->dropped[i].reason);
	c->dropped = all.dropped;
	free(all.rec);
	return c;
}

static const char *image_name(enum image_state s)
{
	switch (s) {
	case IMAGE_NONE:
		return "none";
	case IMAGE_FOUND:
		return "found";
	case IMAGE_MISSING:
		return "missing";
	}
	return "none";
}

static struct json *weights_json(const float *w, int n)
{
	struct json *j = json_new_array();

	for (int i = 0; i < n; i++)
		json_push_number(j, (double)w[i], 5);
	return j;
}

/* {"text","start","end","fit"} of a string of the answer. */
static void put_mention(struct json *j, const char *text,
			const struct mention *m)
{
	json_put_string(j, "text", text);
	if (m->fit == FIT_ABSENT) {
		json_put_null(j, "start");
		json_put_null(j, "end");
	} else {
		json_put_int(j, "start", m->start);
		json_put_int(j, "end", m->end);
	}
	json_put_string(j, "fit", fit_name(m->fit));
	if (m->fit == FIT_REPEATED)
		json_put_int(j, "places", (int64_t)m->places);
}

static struct json *found_json(const struct extraction *x,
			       const struct found *f, bool attention)
{
	struct json *j = json_new_object(), *part;
	const struct record *r = &f->rec;

	if (r->task == TASK_MRE) {
		json_put_string(j, "relation", r->label);
		part = json_new_object();
		put_mention(part, r->head, &f->head);
		json_put(j, "head", part);
		part = json_new_object();
		put_mention(part, r->tail, &f->tail);
		json_put(j, "tail", part);
	} else {
		json_put_string(j,
				r->task == TASK_MNER  ? "type"
				: r->task == TASK_MED ? "event"
						      : "role",
				r->label);
		if (r->task == TASK_MEAE)
			json_put_string(j, "event", r->event);
		if (f->event >= 0)
			json_put_int(j, "of", f->event);
		if (r->region)
			json_put_int(j, "region", r->region);
		else
			put_mention(j, r->text, &f->text);
	}
	json_put_number(j, "p", (double)f->p, 5);
	if (attention && f->attention)
		json_put(j, "attention",
			 weights_json(f->attention, x->regions.n));
	return j;
}

static struct json *boxes_json(const struct regions *r)
{
	struct json *all = json_new_array();

	for (int i = 0; i < r->n; i++) {
		struct json *b = json_new_array();

		json_push_number(b, (double)r->box[i].x1, 7);
		json_push_number(b, (double)r->box[i].y1, 7);
		json_push_number(b, (double)r->box[i].x2, 7);
		json_push_number(b, (double)r->box[i].y2, 7);
		json_push(all, b);
	}
	return all;
}

static struct json *ms_json(const struct extraction *x)
{
	struct json *j = json_new_object();

	json_put_number(j, "tokenize", x->ms.tokenize, 4);
	json_put_number(j, "image", x->ms.image, 4);
	json_put_number(j, "vision", x->ms.vision, 4);
	json_put_number(j, "encode", x->ms.encode, 4);
	json_put_number(j, "decode", x->ms.decode, 4);
	json_put_number(j, "total", x->ms.total, 4);
	return j;
}

struct json *extraction_json(const struct extraction *x, bool attention)
{
	struct json *j = json_new_object(), *list;

	json_put_string(j, "schema", "umie/1");
	if (x->id)
		json_put_string(j, "id", x->id);
	json_put_string(j, "task", task_called(x->task, x->own));
	json_put_string(j, "instruction", x->instruction);
	json_put_string(j, "text", x->text);
	json_put_string(j, "model", x->model);
	json_put_string(j, "device", x->device);
	if (x->constrained)
		json_put_bool(j, "constrained", true);
	if (x->beams > 1)
		json_put_int(j, "beams", x->beams);
	if (x->max_tokens && x->max_tokens != ANSWER_MAX)
		json_put_int(j, "max", x->max_tokens);
	/* Nine digits give the float back: holding it changes nothing. */
	json_put_number(j, "g", (double)x->g_used, 9);
	json_put_number(j, "g_own", (double)x->g, 9);
	json_put_number(j, "cos", (double)x->cos, 9);
	json_put_string(j, "image", image_name(x->image));
	if (x->image == IMAGE_FOUND) {
		json_put(j, "regions", boxes_json(&x->regions));
		if (attention && x->attention)
			json_put(j, "attention",
				 weights_json(x->attention, x->regions.n));
	}
	list = json_new_array();
	for (size_t i = 0; i < x->n_found; i++)
		json_push(list, found_json(x, &x->found[i], attention));
	json_put(j, "records", list);
	json_put_string(j, "raw", x->raw);
	list = json_new_array();
	for (size_t i = 0; i < x->n_dropped; i++) {
		struct json *d = json_new_object();

		json_put_string(d, "segment", x->dropped[i].segment);
		json_put_string(d, "reason", x->dropped[i].reason);
		json_push(list, d);
	}
	json_put(j, "dropped", list);
	json_put_int(j, "input_tokens", x->input_tokens);
	if (x->cut_tokens)
		json_put_int(j, "cut_tokens", x->cut_tokens);
	json_put_int(j, "answer_tokens", x->answer_tokens);
	json_put(j, "ms", ms_json(x));
	return j;
}

/* The terminal's own colours, as codes after ESC [. */
static const char *paint(bool color, const char *code)
{
	return color ? code : "";
}

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define CYAN "\033[36m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static void mention_text(const struct mention *m, struct str *out)
{
	if (m->fit == FIT_ABSENT)
		str_addf(out, "  %s", fit_mark(m->fit));
	else
		str_addf(out, "  %d-%d %s", m->start, m->end, fit_mark(m->fit));
}

static void found_text(const struct extraction *x, const struct found *f,
		       bool color, struct str *out)
{
	const struct record *r = &f->rec;

	str_addf(out, "%s%s%-14s%s ", f->event >= 0 ? "    " : "  ",
		 paint(color, BOLD CYAN), r->label, paint(color, PLAIN));
	if (r->task == TASK_MRE) {
		str_addf(out, "%s -> %s", r->head, r->tail);
		mention_text(&f->head, out);
		mention_text(&f->tail, out);
	} else if (r->region && r->region < x->regions.n) {
		const struct box *b = &x->regions.box[r->region];

		str_addf(out, "O%d  box %.0f,%.0f to %.0f,%.0f", r->region,
			 (double)b->x1, (double)b->y1, (double)b->x2,
			 (double)b->y2);
	} else if (r->region) {
		str_addf(out, "O%d  %s", r->region, "no such box");
	} else {
		str_addf(out, "%s", r->text);
		mention_text(&f->text, out);
	}
	str_addf(out, "  %sp %.2f%s\n", paint(color, DIM), (double)f->p,
		 paint(color, PLAIN));
}

static void image_text(const struct extraction *x, bool color, struct str *out)
{
	if (x->image == IMAGE_MISSING) {
		str_addf(out, "  %simage missing: %s%s\n",
			 paint(color, BOLD RED), x->image_path,
			 paint(color, PLAIN));
		return;
	}
	if (x->image == IMAGE_NONE) {
		str_add(out, "  no image: gate 0\n");
		return;
	}
	str_addf(out, "  %sgate %.3f%s (cos %.3f)  image %s %dx%d, %d regions",
		 paint(color, DIM), (double)x->g_used,
		 x->g_used == x->g ? "" : ", held by hand", (double)x->cos,
		 x->image_path, x->image_w, x->image_h, x->regions.n);
	if (x->attention) {
		int best = 0;

		for (int i = 1; i < x->regions.n; i++)
			if (x->attention[i] > x->attention[best])
				best = i;
		if (best)
			str_addf(out, ", most attention O%d (%.2f)", best,
				 (double)x->attention[best]);
		else
			str_addf(out, ", most attention whole image (%.2f)",
				 (double)x->attention[0]);
	}
	str_addf(out, "%s\n", paint(color, PLAIN));
}

void extraction_text(const struct extraction *x, bool color, struct str *out)
{
	str_addf(out, "%s%s%s%s: %s\n", paint(color, BOLD), x->id ? x->id : "",
		 x->id ? " " : "", task_called(x->task, x->own), x->text);
	str_add(out, paint(color, PLAIN));
	for (size_t i = 0; i < x->n_found; i++)
		found_text(x, &x->found[i], color, out);
	if (x->n_found == 0)
		str_add(out, "  (nothing found)\n");
	for (size_t i = 0; i < x->n_dropped; i++)
		str_addf(out, "  %snot used (%s): %s%s\n", paint(color, RED),
			 x->dropped[i].reason, x->dropped[i].segment,
			 paint(color, PLAIN));
	if (x->constrained)
		str_add(out,
			"  constrained: only answers of the task's form\n");
	if (x->cut_tokens)
		str_addf(out, "  the last %d tokens of the text did not fit\n",
			 x->cut_tokens);
	image_text(x, color, out);
}
