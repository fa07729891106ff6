/*
 * graph -- one text with its picture as other programs see it: spans and
 * boxes with names, and links between them.
 *
 * Our examples have one task each; a document of another program has
 * entities, relations and events at once.  So a run of neighbouring examples
 * with the same id, text and picture is one document, and a document becomes
 * up to three examples: mner, mre, mee.
 */
#ifndef UMIE_DATA_GRAPH_H
#define UMIE_DATA_GRAPH_H

#include "src/data/dataset.h"
#include "src/data/offsets.h"

struct reader;

/* What a span without a type is called where everything needs a type. */
#define SPAN_LABEL "Span"

enum node_kind {
	NODE_ENTITY,
	NODE_EVENT, /* the trigger, or without a place the picture itself */
	NODE_SPAN,  /* stands in a link and has no type */
	NODE_BOX,   /* of an argument */
	NODE_LOST,  /* the format that is written has no form for it */
};

/* Strings are owned, or NULL. */
struct node {
	enum node_kind kind;
	char *id;      /* name in the file */
	char *span_id; /* of the annotation that an event's trigger is */
	char *label;   /* NULL for NODE_SPAN and NODE_BOX */
	char *text;
	struct place at;
	int region; /* NODE_BOX: k of "Ok", 0: none */
	enum boxed boxed;
	struct box box; /* when `boxed`, in the unit of the example's boxes */
	double p;       /* of a model's answer; NAN */
};

struct link {
	bool argument;   /* of event `from`; else a relation */
	char *id;        /* owned, or NULL */
	char *label;     /* owned */
	size_t from, to; /* nodes */
	double p;        /* of a model's answer; NAN */
};

/* Zeroed is empty. */
struct graph {
	struct node *node;
	size_t n, cap;
	struct link *link;
	size_t n_links, cap_links;
};

struct node *graph_add(struct graph *g, enum node_kind kind);
struct link *graph_link(struct graph *g, bool argument, size_t from, size_t to);
/* The node of this id; false when there is none. */
bool graph_find(const struct graph *g, const char *id, size_t *out);
void graph_release(struct graph *g);

/*
 * Add the records of n examples, which are one document.  With `places` every
 * span gets one: what is not known is looked for in the text; what is not
 * found is left out.  Both are counted.  Boxes of regions are filled in.
 */
void graph_take(struct graph *g, const struct example *e, size_t n,
		const struct offsets *o, bool places, struct losses *lost);

/*
 * The reader's newest example is the document without its records: give it
 * and the examples that follow from it the graph's.  Labels take the
 * schema's spelling.
 */
void graph_give(struct reader *r, const struct graph *g);
/* The records of whatever task, of a document with or without a picture. */
void graph_records(const struct graph *g, bool picture, struct records *out);

/* The same both ways for an answer of a model to example e. */
void graph_take_output(struct graph *g, const struct example *e,
		       const struct output *from, const struct offsets *o,
		       struct losses *lost);
void graph_give_output(const struct graph *g, bool picture, struct output *out);

/* A line for each node and link, sorted: what the annotations say, without
 * their names.  Lines are the caller's, as is the list. */
struct labels graph_lines(const struct graph *g);

/* How many of the next examples from d->ex[i] are one document. */
size_t document_length(const struct dataset *d, size_t i);

#endif
