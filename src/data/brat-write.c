/*
 * brat-write -- a folder with ID.txt and ID.ann for every document,
 * annotation.conf and visual.conf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/brat.h"
#include "src/data/writer.h"

static const char *note_type(struct brat_folder *f, struct labels *list,
			     const char *label)
{
	const char *type = brat_type(&f->names, label);
	size_t i = 0;

	while (i < list->n && strcmp(list->name[i], type) != 0)
		i++;
	if (i == list->n)
		labels_add(list, type, strlen(type));
	return type;
}

/* A file name that stands for an id. */
static char *file_name(struct brat_folder *f, const char *id)
{
	static const char plain[] = "-_+.,=@";
	struct str name = {0};
	size_t base, again = 1;

	for (const char *c = id; *c; c++) {
		bool letter = (*c >= '0' && *c <= '9') ||
			      (*c >= 'a' && *c <= 'z') ||
			      (*c >= 'A' && *c <= 'Z') || *c < 0;

		if (letter || (c > id && strchr(plain, *c)))
			str_addc(&name, *c);
		else
			str_addf(&name, "%%%02X", (unsigned char)*c);
	}
	base = name.len;
	while (labels_find(&f->files, name.s, name.len) >= 0) {
		name.len = base;
		str_addf(&name, "~%zu", ++again);
	}
	f->w->lost->n[LOSS_NAME] += again > 1;
	labels_add(&f->files, name.s, name.len);
	return str_detach(&name);
}

/* Is the name a letter of `kinds` and a number? */
static bool is_name(const char *id, char kind)
{
	return id && id[0] == kind && id[1] &&
	       strspn(id + 1, "0123456789") == strlen(id + 1);
}

static void drop_name(char **id, char kind)
{
	if (*id && !is_name(*id, kind)) {
		free(*id);
		*id = NULL;
	}
}

/* Names of brat's kinds for everything; `was` (owned list): names before. */
static struct labels rename_all(struct graph *g)
{
	struct labels was = {0};
	size_t triggers = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[i];
		const char *old = n->id ? n->id : "";

		labels_add(&was, old, strlen(old));
		drop_name(&n->id, n->kind == NODE_EVENT ? 'E' : 'T');
		drop_name(&n->span_id, 'T');
	}
	for (size_t i = 0; i < g->n_links; i++) {
		const char *old = g->link[i].id ? g->link[i].id : "";

		labels_add(&was, old, strlen(old));
		drop_name(&g->link[i].id, 'R');
	}
	writer_name_all(g);
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].kind == NODE_EVENT && !g->node[i].span_id)
			g->node[i].span_id = writer_new_name(g, "T", &triggers);
	return was;
}

/* What is called now what was called `of`; NULL: it is not there. */
static const char *name_now(const struct graph *g, const struct labels *was,
			    const char *of)
{
	for (size_t i = 0; i < was->n; i++) {
		if (strcmp(was->name[i], of) != 0)
			continue;
		if (i >= g->n)
			return g->link[i - g->n].id;
		return g->node[i].kind == NODE_LOST ? NULL : g->node[i].id;
	}
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].span_id && strcmp(g->node[i].span_id, of) == 0)
			return of;
	return NULL;
}

/* The pieces between line ends, which no piece may cross. */
static void put_pieces(struct str *out, const struct document *doc,
		       struct place at)
{
	int32_t start = at.start;
	bool more = false;

	for (int32_t i = at.start; i <= at.end; i++) {
		char c = i < at.end ? doc->o.text[doc->o.byte[i]] : '\n';

		if (c != '\n' && c != '\r')
			continue;
		if (i > start)
			str_addf(out, "%s%u %u", more ? ";" : "",
				 doc->o.unit[start], doc->o.unit[i]);
		more |= i > start;
		start = i + 1;
	}
}

/* The characters with line ends as spaces. */
static void put_flat(struct str *out, const char *s)
{
	for (; *s; s++) {
		if (s[0] == '\r' && s[1] == '\n')
			continue;
		str_addc(out, *s == '\n' || *s == '\r' ? ' ' : *s);
	}
}

/* "0 5;7 9" in code points, as it was read, becomes offsets and text. */
static bool put_fragments(struct str *out, struct str *text,
			  const struct document *doc, const char *value)
{
	int from, to, used;

	for (const char *s = value; *s; s += used) {
		struct span piece;

		if (*s == ';')
			s++;
		if (sscanf(s, "%d %d%n", &from, &to, &used) != 2 || from < 0 ||
		    to <= from || (size_t)to > doc->o.n)
			return false;
		piece = offsets_span(&doc->o, (struct place){from, to});
		str_addf(out, "%s%u %u", s == value ? "" : ";",
			 doc->o.unit[from], doc->o.unit[to]);
		str_addf(text, "%s%.*s", s == value ? "" : " ", (int)piece.len,
			 piece.s);
	}
	return true;
}

static void put_text(struct str *out, const struct document *doc,
		     const char *id, const char *was, const char *type,
		     const struct node *n)
{
	const char *pieces = remarks_get(&doc->e->remarks, "fragments", was);
	struct str at = {0}, text = {0};

	if (!pieces || !put_fragments(&at, &text, doc, pieces)) {
		str_clear(&at);
		str_clear(&text);
		put_pieces(&at, doc, n->at);
		put_flat(&text, n->text);
	}
	str_addf(out, "%s\t%s %s\t%s\n", id, type, str_cstr(&at),
		 str_cstr(&text));
	str_release(&at);
	str_release(&text);
}

/* Was this trigger's span written for an event before? */
static bool is_written(const struct graph *g, size_t event)
{
	for (size_t i = 0; i < event; i++)
		if (g->node[i].kind == NODE_EVENT &&
		    strcmp(g->node[i].span_id, g->node[event].span_id) == 0)
			return true;
	return false;
}

static void put_spans(struct brat_folder *f, struct str *out,
		      const struct document *doc, const struct labels *was)
{
	for (size_t i = 0; i < doc->g.n; i++) {
		const struct node *n = &doc->g.node[i];

		if (n->kind == NODE_ENTITY)
			put_text(out, doc, n->id, was->name[i],
				 note_type(f, &f->entities, n->label), n);
		else if (n->kind == NODE_SPAN)
			put_text(out, doc, n->id, was->name[i], BRAT_SPAN, n);
		else if (n->kind == NODE_EVENT && !is_written(&doc->g, i))
			put_text(out, doc, n->span_id, n->span_id,
				 note_type(f, &f->events, n->label), n);
	}
}

static void put_relations(struct brat_folder *f, struct str *out,
			  const struct graph *g)
{
	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];

		if (!l->argument)
			str_addf(out, "%s\t%s Arg1:%s Arg2:%s\n", l->id,
				 note_type(f, &f->relations, l->label),
				 g->node[l->from].id, g->node[l->to].id);
	}
}

/* How often link i's role came before in its event, boxes apart. */
static size_t came_before(const struct graph *g, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < i; k++)
		n += g->link[k].argument &&
		     g->link[k].from == g->link[i].from &&
		     g->node[g->link[k].to].kind != NODE_BOX &&
		     strcmp(g->link[k].label, g->link[i].label) == 0;
	return n;
}

static void put_events(struct brat_folder *f, struct str *out,
		       const struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const char *type;

		if (g->node[i].kind != NODE_EVENT)
			continue;
		type = note_type(f, &f->events, g->node[i].label);
		str_addf(out, "%s\t%s:%s", g->node[i].id, type,
			 g->node[i].span_id);
		for (size_t k = 0; k < g->n_links; k++) {
			const struct link *l = &g->link[k];
			size_t before;

			if (!l->argument || l->from != i ||
			    g->node[l->to].kind == NODE_BOX)
				continue;
			before = came_before(g, k);
			str_addf(out, " %s", note_type(f, &f->roles, l->label));
			if (before)
				str_addf(out, "%zu", before + 1);
			str_addf(out, ":%s", g->node[l->to].id);
		}
		str_addc(out, '\n');
	}
}

static void put_note(struct str *out, size_t number, const char *of,
		     struct json *j)
{
	char *text = json_print(j);

	str_addf(out, "#%zu\tAnnotatorNotes %s\t%s\n", number, of, text);
	free(text);
	json_free(j);
}

/* The picture and boxes in it, as notes that no mark has the number of. */
static void put_picture(struct brat_folder *f, struct str *out,
			const struct document *doc)
{
	const struct graph *g = &doc->g;
	char *image = writer_image(f->w, doc->e);
	size_t number = 1000 + doc->e->remarks.n, first = 0;
	struct json *j;

	while (first < g->n && g->node[first].kind == NODE_LOST)
		first++;
	f->w->lost->n[LOSS_IMAGE] += image && first == g->n;
	if (image && first < g->n) {
		j = json_new_object();
		json_put_string(j, "image", image);
		put_note(out, number, g->node[first].id, j);
	}
	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];
		const struct node *box = &g->node[l->to];

		if (!l->argument || box->kind != NODE_BOX)
			continue;
		j = json_new_object();
		json_put_string(j, "role", l->label);
		json_put(j, "bbox", box_to_json(&box->box));
		if (box->boxed == BOXED_UNION)
			json_put_bool(j, "union", true);
		put_note(out, ++number, g->node[l->from].id, j);
	}
	free(image);
}

static bool has_space(const char *s)
{
	return s && s[strcspn(s, " \t\r\n")] != '\0';
}

/* An attribute or a note, whichever can say it. */
static void put_mark(struct brat_folder *f, struct str *out,
		     const struct remark *m, const char *of, size_t number)
{
	bool note = (m->id && m->id[0] == '#') || has_space(m->value);

	if (m->id && m->id[0] == 'N') {
		str_addf(out, "%s\t%s %s %s\n", m->id,
			 brat_type(&f->names, m->name), of,
			 m->value ? m->value : "");
		return;
	}
	if (is_name(m->id, note ? '#' : 'A'))
		str_addf(out, "%s\t", m->id);
	else
		str_addf(out, "%c%zu\t", note ? '#' : 'A', number);
	if (!note) {
		str_addf(out, "%s %s", note_type(f, &f->attributes, m->name),
			 of);
		if (m->value)
			str_addf(out, " %s", m->value);
	} else {
		put_flat(out, m->name);
		str_addf(out, " %s\t", of);
		put_flat(out, m->value);
	}
	str_addc(out, '\n');
}

static void put_remarks(struct brat_folder *f, struct str *out,
			const struct document *doc, const struct labels *was)
{
	const struct remarks *l = &doc->e->remarks;

	for (size_t i = 0; i < l->n; i++) {
		const struct remark *m = &l->at[i];
		const char *of = m->of ? name_now(&doc->g, was, m->of) : NULL;

		if (strcmp(m->name, "fragments") == 0)
			continue;
		if (!m->of && m->id && m->id[0] == '*' && m->value)
			str_addf(out, "*\t%s %s\n", m->name, m->value);
		else if (!of || has_space(m->name))
			f->w->lost->n[LOSS_REMARK]++;
		else
			put_mark(f, out, m, of, i + 1);
	}
}

static void put_document(struct brat_folder *f, struct document *doc)
{
	char *name = file_name(f, doc->e->id);
	char *txt = xasprintf("%s.txt", name), *ann = xasprintf("%s.ann", name);
	struct labels was = rename_all(&doc->g);
	struct str *out;

	str_add(writer_side(f->w, txt), doc->e->text);
	out = writer_side(f->w, ann);
	put_spans(f, out, doc, &was);
	put_relations(f, out, &doc->g);
	put_events(f, out, &doc->g);
	put_remarks(f, out, doc, &was);
	put_picture(f, out, doc);
	labels_release(&was);
	free(name);
	free(txt);
	free(ann);
}

int write_brat(struct writer *w)
{
	struct brat_folder f = {.w = w};
	struct document doc = {0};

	brat_name_types(&f);
	while (writer_next(w, &doc))
		put_document(&f, &doc);
	brat_put_conf(&f);
	labels_release(&f.files);
	brat_names_release(&f.names);
	labels_release(&f.entities);
	labels_release(&f.relations);
	labels_release(&f.events);
	labels_release(&f.roles);
	labels_release(&f.attributes);
	return 0;
}
