/*
 * brat -- what reading and writing brat's folders share.
 */
#ifndef UMIE_DATA_BRAT_H
#define UMIE_DATA_BRAT_H

#include "src/data/graph.h"
#include "src/data/reader.h"
#include "src/data/writer.h"

/* The type of a span that only stands in relations and events. */
#define BRAT_SPAN SPAN_LABEL
/* First line of [labels] in a visual.conf that gives types their labels. */
#define BRAT_LABELS "# umie: types and what they stand for"

/* Which label a type of a file means, both owned. */
struct brat_names {
	struct labels type, label;
};
void brat_names_release(struct brat_names *n);
/* The label of a type; the type itself when nothing is known of it.
 * Caller's. */
char *brat_label(const struct reader *r, struct span type);
/* The type of a label, made up and noted when it is new; borrowed. */
const char *brat_type(struct brat_names *n, const char *label);

/* A folder that is being written. */
struct brat_folder {
	struct writer *w;
	struct labels files; /* names that are taken */
	struct brat_names names;
	/* types that annotation.conf lists; roles by event: "Type Role" */
	struct labels entities, relations, events, roles, attributes;
};
/* Give all labels of the data set a type, whatever document comes first. */
void brat_name_types(struct brat_folder *f);
/* The two files, of the types that were used. */
void brat_put_conf(struct brat_folder *f);

#endif
