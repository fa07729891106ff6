#include "src/data/writer.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/image/inspect.h"

/* Is the id what a reader makes up anyway: a number, the picture's name? */
static bool is_made_up(const struct example *e)
{
	const char *slash = e->image ? strrchr(e->image, '/') : NULL;
	const char *name = slash ? slash + 1 : e->image;
	size_t n = strlen(e->id);

	return strspn(e->id, "0123456789") == n ||
	       (name && strncmp(name, e->id, n) == 0 &&
		(name[n] == '\0' || name[n] == '.'));
}

static void lose(struct writer *w, enum loss what, size_t n)
{
	w->lost->n[what] += n;
}

/* Does what people decided say so too? */
static bool is_decided(const struct example *e, const struct record *r)
{
	for (size_t i = 0; i < e->judged.n; i++)
		if (e->judged.at[i].verdict != VERDICT_REJECTED &&
		    record_same(&e->judged.at[i].rec, r))
			return true;
	return false;
}

/* What is lost of one example whatever its records are. */
static void count_example(struct writer *w, const struct example *e)
{
	const char *format = data_format_name(w->o->format);
	size_t remarks = e->remarks.n;

	if (!(w->holds & HOLDS_TEXT))
		lose(w, LOSS_TEXT, e->text[0] != '\0');
	if (!(w->holds & HOLDS_NAMES))
		lose(w, LOSS_NAME, !is_made_up(e));
	if (!(w->holds & HOLDS_IMAGE))
		lose(w, LOSS_IMAGE, e->image != NULL);
	if (!(w->holds & HOLDS_REGIONS) && e->boxes.n)
		lose(w, LOSS_REGION, (size_t)e->boxes.n - 1);
	if (!(w->holds & HOLDS_REMARKS))
		lose(w, LOSS_REMARK, remarks);
	if (!(w->holds & HOLDS_RESULTS))
		lose(w, LOSS_RESULT, e->outputs.n);
	lose(w, LOSS_SCRIPT, e->instruction != NULL);
	if (!(w->holds & HOLDS_ASKED))
		lose(w, LOSS_ASKED, e->head || e->event);
	lose(w, LOSS_NOTE, (e->note != NULL) + e->flags.n);
	lose(w, LOSS_META, (e->split != NULL) + !field_only_rest(e, format));
	for (size_t i = 0; e->has_judged && i < e->gold.n; i++)
		lose(w, LOSS_GOLD, !is_decided(e, &e->gold.rec[i]));
	for (size_t i = 0; i < e->judged.n; i++) {
		const struct judgement *j = &e->judged.at[i];

		lose(w, LOSS_DECISION,
		     j->who || j->when || j->model || j->note);
		lose(w, LOSS_REJECTED, j->verdict == VERDICT_REJECTED);
	}
}

/* Does the format have a form for what a link ends at? */
static bool has_form(const struct writer *w, const struct node *n)
{
	if (n->kind == NODE_LOST)
		return false;
	if (n->kind == NODE_EVENT && !n->text)
		return !(w->holds & NEEDS_TRIGGER);
	if (n->kind == NODE_BOX)
		return (n->boxed && w->holds & HOLDS_BOXES) ||
		       (n->region && w->holds & HOLDS_REGIONS);
	return w->holds & HOLDS_TEXT;
}

static bool link_has_form(const struct writer *w, const struct graph *g,
			  const struct link *l)
{
	unsigned need = l->argument ? HOLDS_EVENTS : HOLDS_RELATIONS;

	return w->holds & need && has_form(w, &g->node[l->from]) &&
	       has_form(w, &g->node[l->to]);
}

/* Links without a form leave the graph. */
static void count_links(struct writer *w, struct graph *g)
{
	for (size_t i = 0; i < g->n_links;) {
		struct link *l = &g->link[i];

		if (link_has_form(w, g, l)) {
			i++;
			continue;
		}
		lose(w, l->argument ? LOSS_ARGUMENT : LOSS_RELATION, 1);
		free(l->id);
		free(l->label);
		memmove(l, l + 1, (--g->n_links - i) * sizeof(*l));
	}
}

static bool is_linked(const struct graph *g, size_t node)
{
	for (size_t i = 0; i < g->n_links; i++)
		if (g->link[i].from == node || g->link[i].to == node)
			return true;
	return false;
}

/* A node that the format cannot hold as what it is: true, and counted. */
static bool is_lost(struct writer *w, const struct node *n)
{
	bool entity = n->kind == NODE_ENTITY && !(w->holds & HOLDS_ENTITIES);
	bool event = n->kind == NODE_EVENT &&
		     (!(w->holds & HOLDS_EVENTS) || !has_form(w, n));

	lose(w, LOSS_ENTITY, entity);
	lose(w, LOSS_TRIGGER, event);
	return entity || event;
}

static void count_graph(struct writer *w, struct graph *g)
{
	count_links(w, g);
	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[i];
		bool lost = is_lost(w, n), linked = is_linked(g, i);

		if (lost || n->kind >= NODE_SPAN)
			n->kind = !linked ? NODE_LOST
				  : lost  ? NODE_SPAN
					  : n->kind;
		lose(w, LOSS_PLACE,
		     place_known(n->at) && n->kind != NODE_LOST &&
			 !(w->holds & HOLDS_PLACES));
		/* a region of no list is a box of its own */
		if (n->boxed && !(w->holds & HOLDS_REGIONS))
			n->region = 0;
	}
}

static void document_release(struct document *doc)
{
	graph_release(&doc->g);
	offsets_release(&doc->o);
	*doc = (struct document){0};
}

/* Is there something that the format can make a document of? */
static bool is_wanted(const struct writer *w, const struct example *e)
{
	return (e->text[0] || !(w->holds & NEEDS_TEXT)) &&
	       (e->image || !(w->holds & NEEDS_IMAGE));
}

bool writer_next(struct writer *w, struct document *doc)
{
	bool places = w->holds & NEEDS_PLACES;

	document_release(doc);
	while (w->next < w->d->n && !is_wanted(w, &w->d->ex[w->next])) {
		lose(w, LOSS_EXAMPLE, 1);
		w->next++;
	}
	if (w->next == w->d->n)
		return false;
	doc->e = &w->d->ex[w->next];
	doc->n = w->by_example ? 1 : document_length(w->d, w->next);
	w->next += doc->n;
	offsets_make(&doc->o, doc->e->text, w->o->unit);
	graph_take(&doc->g, doc->e, doc->n, &doc->o, places, w->lost);
	for (size_t i = 0; i < doc->n; i++)
		count_example(w, &doc->e[i]);
	count_graph(w, &doc->g);
	return true;
}

char *writer_image(const struct writer *w, const struct example *e)
{
	return e->image ? path_from(e->image, w->dir) : NULL;
}

bool writer_size(const struct example *e, int *w, int *h)
{
	struct picture_info info;
	struct file_map m;
	struct err err = {0};
	bool known;

	*w = e->width;
	*h = e->height;
	if (e->width || e->image_state != IMAGE_FOUND)
		return e->width > 0;
	if (file_map(&m, e->image, &err) < 0)
		return false;
	known = picture_inspect(m.data, m.size, e->image, &info, &err) == 0;
	file_unmap(&m);
	if (known) {
		/* from 5 on the picture lies on its side */
		*w = info.orientation > 4 ? info.h : info.w;
		*h = info.orientation > 4 ? info.w : info.h;
	}
	return known;
}

bool writer_pixels(const struct example *e, const struct box *from,
		   struct box *out)
{
	int w, h;

	*out = *from;
	if (!e->boxes_relative)
		return true;
	if (!writer_size(e, &w, &h))
		return false;
	*out = (struct box){from->x1 * (float)w, from->y1 * (float)h,
			    from->x2 * (float)w, from->y2 * (float)h};
	return true;
}

struct str *writer_side(struct writer *w, const char *name)
{
	w->side = xgrow(w->side, w->n_side, &w->cap_side, sizeof(*w->side));
	w->side[w->n_side] = (struct side_file){.name = xstrdup(name)};
	return &w->side[w->n_side++].bytes;
}

void writer_line(struct writer *w, struct json *j)
{
	char *line = json_print(j);

	str_add(w->out, line);
	str_addc(w->out, '\n');
	free(line);
	json_free(j);
}

void writer_element(struct writer *w, struct json *j)
{
	char *text = json_print(j);

	str_add(w->out, w->written++ ? ",\n" : "[\n");
	str_add(w->out, text);
	free(text);
	json_free(j);
}

void writer_end_array(struct writer *w)
{
	str_add(w->out, w->written ? "\n]\n" : "[]\n");
}

void writer_put_place(struct json *j, const char *start, const char *end,
		      const struct document *doc, struct place p)
{
	json_put_int(j, start, doc->o.unit[p.start]);
	json_put_int(j, end, doc->o.unit[p.end]);
}

void writer_put_text(struct json *j, const struct node *n)
{
	struct span s = span_trim(span_of(n->text));
	char *text = xstrndup(s.s, s.len);

	json_put_string(j, "text", text);
	free(text);
}

struct json *writer_words(struct writer *w, const struct document *doc,
			  struct words *words)
{
	struct place *edge = xcalloc(doc->g.n, sizeof(*edge));
	struct json *list = json_new_array();
	struct str joined = {0};
	size_t n = 0;

	for (size_t i = 0; i < doc->g.n; i++)
		if (place_known(doc->g.node[i].at) &&
		    doc->g.node[i].kind != NODE_LOST)
			edge[n++] = doc->g.node[i].at;
	words_divide(words, &doc->o, edge, n);
	for (size_t i = 0; i < words->n; i++) {
		char *word = offsets_copy(&doc->o, words->at[i]);

		str_addf(&joined, "%s%s", i ? " " : "", word);
		json_push_string(list, word);
		free(word);
	}
	lose(w, LOSS_SPACING, strcmp(str_cstr(&joined), doc->e->text) != 0);
	str_release(&joined);
	free(edge);
	return list;
}

static bool is_taken(const struct graph *g, const char *id)
{
	size_t at;

	if (graph_find(g, id, &at))
		return true;
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].span_id && strcmp(g->node[i].span_id, id) == 0)
			return true;
	for (size_t i = 0; i < g->n_links; i++)
		if (g->link[i].id && strcmp(g->link[i].id, id) == 0)
			return true;
	return false;
}

char *writer_new_name(const struct graph *g, const char *prefix, size_t *n)
{
	char *id = NULL;

	do {
		free(id);
		id = xasprintf("%s%zu", prefix, ++*n);
	} while (is_taken(g, id));
	return id;
}

void writer_name_all(struct graph *g)
{
	size_t spans = 0, events = 0, links = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[i];

		if (n->id)
			continue;
		n->id = n->kind == NODE_EVENT ? writer_new_name(g, "E", &events)
					      : writer_new_name(g, "T", &spans);
	}
	for (size_t i = 0; i < g->n_links; i++)
		if (!g->link[i].id && !g->link[i].argument)
			g->link[i].id = writer_new_name(g, "R", &links);
}
