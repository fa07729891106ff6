/*
 * spacy -- the JSON lines of spaCy's and Prodigy's annotation tools.
 *
 * {"text","spans":[{"start","end","label"}],"relations":[{"head_span",
 * "child_span","label"}],"image","answer"}.  Of an example that was answered
 * "reject" the spans are wrong: they become rejected decisions; of one that
 * was ignored they are nobody's: they become a result without a model.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/writer.h"

static int get_span(struct reader *r, const struct json *j,
		    const struct reading *l, struct node *n)
{
	const char *text;

	if (field_object(r, j) < 0 ||
	    field_place(r, j, "start", "end", &l->o, &n->at) < 0 ||
	    field_maybe(r, j, "text", &text) < 0)
		return -ERR_DATA;
	return field_stands(r, &l->o, text, n);
}

static int take_span(struct reader *r, const struct json *j, struct reading *l)
{
	struct node *n = graph_add(&l->g, NODE_ENTITY);

	return get_span(r, j, l, n) < 0 ? -ERR_DATA
					: field_label(r, j, "label", &n->label);
}

/* An end of a relation: the entity of this place and label, or a span. */
static int take_end(struct reader *r, const struct json *j, const char *key,
		    struct reading *l, size_t *out)
{
	const struct json *span = json_get(j, key);
	const char *label = json_string(json_get(span, "label"));
	struct node n = {.kind = NODE_SPAN};
	int rc = span ? get_span(r, span, l, &n)
		      : reader_fail(r, "\"%s\" is missing", key);

	if (rc < 0) {
		free(n.text);
		return rc;
	}
	for (*out = 0; *out < l->g.n; ++*out) {
		const struct node *m = &l->g.node[*out];

		if (place_equal(m->at, n.at) &&
		    (m->label ? label && strcmp(m->label, label) == 0 : !label))
			break;
	}
	if (*out < l->g.n)
		free(n.text);
	else
		*graph_add(&l->g, NODE_SPAN) = n;
	return 0;
}

static int take_relation(struct reader *r, const struct json *j,
			 struct reading *l)
{
	size_t from, to;

	if (take_end(r, j, "head_span", l, &from) < 0 ||
	    take_end(r, j, "child_span", l, &to) < 0)
		return -ERR_DATA;
	return field_label(r, j, "label",
			   &graph_link(&l->g, false, from, to)->label);
}

static int get_line(struct reader *r, const struct json *j, struct reading *l)
{
	const char *text, *image;

	if (field_maybe(r, j, "image", &image) < 0 ||
	    field_string(r, j, "text", &text) < 0)
		return -ERR_DATA;
	l->e->id = xasprintf("%zu", r->line);
	if (image && *image)
		example_set_image(l->e, r->image_dir, image);
	if (reader_set_text(r, l->e, text) < 0)
		return -ERR_DATA;
	offsets_make(&l->o, l->e->text, r->o->unit);
	if (reading_list(r, j, "spans", false, "spans", l, take_span) < 0)
		return -ERR_DATA;
	return reading_list(r, j, "relations", false, "relations", l,
			    take_relation);
}

/* What was not accepted is no gold. */
static int take_answer(struct reader *r, const struct json *j,
		       struct example *e, const struct graph *g)
{
	struct records all = {0};
	const char *answer;
	int rc = field_maybe(r, j, "answer", &answer);

	if (rc < 0 || !answer || strcmp(answer, "accept") == 0) {
		graph_give(r, g);
		return rc;
	}
	e->task = TASK_MNER;
	graph_records(g, e->image != NULL, &all);
	if (strcmp(answer, "reject") == 0) {
		e->has_judged = true;
		for (size_t i = 0; i < all.n; i++)
			record_copy(
			    &judgements_add(&e->judged, VERDICT_REJECTED)->rec,
			    &all.rec[i]);
	} else if (strcmp(answer, "ignore") == 0) {
		struct output *o = outputs_add(&e->outputs);

		for (size_t i = 0; i < all.n; i++)
			record_copy(&output_add(o, TASK_MNER)->rec,
				    &all.rec[i]);
		labels_add(&e->flags, "skip", 4);
	} else {
		rc = reader_fail(r, "\"answer\" is not accept, reject or "
				    "ignore");
	}
	records_release(&all);
	return rc;
}

static int take(struct reader *r, const struct json *j)
{
	/* tokens can be had from the text again */
	static const char *const known[] = {
	    "text", "spans", "relations", "image", "answer", "tokens", NULL};
	struct reading l = {.e = reader_add(r)};
	int rc = get_line(r, j, &l);

	if (rc == 0) {
		field_keep_rest(l.e, j, "spacy", known);
		rc = take_answer(r, j, l.e, &l.g);
	}
	reading_release(&l);
	return rc;
}

int read_spacy(struct reader *r)
{
	return reader_objects(r, take);
}

/* The text's words, cut at the edges of spans. */
static struct json *tokens(const struct document *doc,
			   const struct words *words)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < words->n; i++) {
		struct json *j = json_new_object();
		char *word = offsets_copy(&doc->o, words->at[i]);
		int32_t end = words->at[i].end;

		json_put_string(j, "text", word);
		writer_put_place(j, "start", "end", doc, words->at[i]);
		json_put_int(j, "id", (int64_t)i);
		json_put_bool(j, "ws",
			      (size_t)end < doc->o.n &&
				  is_space_byte(doc->o.text[doc->o.byte[end]]));
		json_push(list, j);
		free(word);
	}
	return list;
}

static struct json *span(const struct document *doc, const struct words *words,
			 const struct node *n)
{
	struct json *j = json_new_object();
	size_t from, to;

	words_cover(words, n->at, &from, &to);
	json_put_string(j, "text", n->text);
	writer_put_place(j, "start", "end", doc, n->at);
	json_put_int(j, "token_start", (int64_t)from);
	json_put_int(j, "token_end", (int64_t)to - 1);
	if (n->label)
		json_put_string(j, "label", n->label);
	return j;
}

static void put_graph(struct json *j, const struct document *doc,
		      const struct graph *g, const struct words *words)
{
	struct json *spans = json_new_array(), *relations = json_new_array();

	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].kind == NODE_ENTITY)
			json_push(spans, span(doc, words, &g->node[i]));
	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];
		struct json *k = json_new_object();

		json_put(k, "head_span", span(doc, words, &g->node[l->from]));
		json_put(k, "child_span", span(doc, words, &g->node[l->to]));
		json_put_string(k, "label", l->label);
		json_push(relations, k);
	}
	json_put(j, "spans", spans);
	if (json_len(relations))
		json_put(j, "relations", relations);
	else
		json_free(relations);
}

/* "reject" when every record was rejected, "ignore" when it was skipped. */
static const char *answer_of(const struct example *e, struct records *wrong)
{
	*wrong = (struct records){0};
	if (labels_find(&e->flags, "skip", 4) >= 0 && e->outputs.n) {
		const struct output *o = &e->outputs.at[0];

		for (size_t i = 0; i < o->n; i++)
			record_copy(records_add(wrong, TASK_MNER),
				    &o->result[i].rec);
		return "ignore";
	}
	for (size_t i = 0; i < e->judged.n; i++)
		if (e->judged.at[i].verdict != VERDICT_REJECTED)
			return "accept";
	for (size_t i = 0; i < e->judged.n; i++)
		record_copy(records_add(wrong, TASK_MNER),
			    &e->judged.at[i].rec);
	return wrong->n ? "reject" : "accept";
}

static void put_line(struct writer *w, struct document *doc)
{
	struct json *j = json_new_object();
	char *image = writer_image(w, doc->e);
	struct example shown = {.text = doc->e->text, .has_gold = true};
	struct words words = {0};
	const char *answer = answer_of(doc->e, &shown.gold);
	size_t spacing = w->lost->n[LOSS_SPACING];
	struct json *unused;

	if (strcmp(answer, "accept") != 0) {
		graph_release(&doc->g);
		graph_take(&doc->g, &shown, 1, &doc->o, true, w->lost);
	}
	unused = writer_words(w, doc, &words);
	json_free(unused);
	w->lost->n[LOSS_SPACING] = spacing; /* tokens say their places */
	json_put_string(j, "text", doc->e->text);
	if (image)
		json_put_string(j, "image", image);
	json_put(j, "tokens", tokens(doc, &words));
	put_graph(j, doc, &doc->g, &words);
	json_put_string(j, "answer", answer);
	field_put_rest(j, doc->e, "spacy");
	writer_line(w, j);
	records_release(&shown.gold);
	words_release(&words);
	free(image);
}

int write_spacy(struct writer *w)
{
	struct document doc = {0};

	while (writer_next(w, &doc))
		put_line(w, &doc);
	return 0;
}
