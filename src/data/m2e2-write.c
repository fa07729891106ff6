/*
 * m2e2-write -- the three forms of m2e2.c.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/writer.h"

/* "start", "end" in words, and "text". */
static void put_mention(struct json *j, const struct words *words,
			const struct node *n)
{
	size_t from = 0, to = 0;

	words_cover(words, n->at, &from, &to);
	json_put_int(j, "start", (int64_t)from);
	json_put_int(j, "end", (int64_t)to);
	writer_put_text(j, n);
}

static struct json *entities(const struct graph *g, const struct words *words)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < g->n; i++) {
		const struct node *n = &g->node[i];
		struct json *j;

		if (n->kind != NODE_ENTITY)
			continue;
		j = json_new_object();
		json_put_string(j, "entity-type", n->label);
		put_mention(j, words, n);
		json_push(list, j);
	}
	return list;
}

static struct json *arguments(const struct graph *g, size_t event,
			      const struct words *words)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];
		struct json *j;

		if (!l->argument || l->from != event)
			continue;
		j = json_new_object();
		json_put_string(j, "role", l->label);
		put_mention(j, words, &g->node[l->to]);
		json_push(list, j);
	}
	return list;
}

static struct json *events(const struct graph *g, const struct words *words)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < g->n; i++) {
		const struct node *n = &g->node[i];
		struct json *j, *trigger;

		if (n->kind != NODE_EVENT)
			continue;
		j = json_new_object();
		trigger = json_new_object();
		put_mention(trigger, words, n);
		json_put(j, "trigger", trigger);
		json_put_string(j, "event_type", n->label);
		json_put(j, "arguments", arguments(g, i, words));
		json_push(list, j);
	}
	return list;
}

static void put_sentence(struct writer *w, const struct document *doc)
{
	struct json *j = json_new_object();
	char *image = writer_image(w, doc->e);
	struct words words = {0};

	json_put_string(j, "sentence_id", doc->e->id);
	if (image && w->holds & HOLDS_IMAGE)
		json_put_string(j, "image_id", image);
	json_put(j, "words", writer_words(w, doc, &words));
	json_put(j, "golden-entity-mentions", entities(&doc->g, &words));
	json_put(j, "golden-event-mentions", events(&doc->g, &words));
	field_put_rest(j, doc->e, "m2e2");
	writer_element(w, j);
	words_release(&words);
	free(image);
}

int write_m2e2(struct writer *w)
{
	struct document doc = {0};

	while (writer_next(w, &doc))
		put_sentence(w, &doc);
	writer_end_array(w);
	return 0;
}

int write_m2e2_umie(struct writer *w)
{
	return write_m2e2(w);
}

static struct json *box(const struct node *n, const struct box *b)
{
	const float v[4] = {b->x1, b->y1, b->x2, b->y2};
	struct json *j = json_new_array();

	json_push_string(j, n->boxed == BOXED_UNION ? "0" : "1");
	for (int k = 0; k < 4; k++)
		json_push_number(j, (double)v[k], 9);
	return j;
}

/* The boxes of one event by role, in the order of the roles. */
static struct json *roles(struct writer *w, const struct document *doc,
			  size_t event)
{
	const struct graph *g = &doc->g;
	struct json *all = json_new_object();

	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];
		const struct node *to = &g->node[l->to];
		struct box b;
		struct json *list;

		if (l->from != event || to->kind != NODE_BOX)
			continue;
		if (!writer_pixels(doc->e, &to->box, &b)) {
			w->lost->n[LOSS_SIZE]++;
			continue;
		}
		list = json_member(all, l->label);
		if (!list) {
			list = json_new_array();
			json_put(all, l->label, list);
		}
		json_push(list, box(to, &b));
	}
	return all;
}

/* The picture's name without ".jpg". */
static char *picture_id(const struct writer *w, const struct example *e)
{
	char *id = writer_image(w, e);
	size_t n = strlen(id);

	if (n > 4 && strcmp(id + n - 4, ".jpg") == 0)
		id[n - 4] = '\0';
	return id;
}

/* One event a picture is all that the form has. */
int write_m2e2_image(struct writer *w)
{
	struct json *all = json_new_object();
	struct document doc = {0};
	char *text;

	while (writer_next(w, &doc)) {
		char *id = picture_id(w, doc.e);

		for (size_t i = 0; i < doc.g.n; i++) {
			const struct node *n = &doc.g.node[i];
			struct json *j;

			if (n->kind != NODE_EVENT)
				continue;
			if (json_get(all, id)) {
				w->lost->n[LOSS_TRIGGER]++;
				continue;
			}
			j = json_new_object();
			json_put(j, "role", roles(w, &doc, i));
			json_put_string(j, "event_type", n->label);
			json_put(all, id, j);
		}
		free(id);
	}
	text = json_print_pretty(all);
	str_addf(w->out, "%s\n", text);
	free(text);
	json_free(all);
	return 0;
}
