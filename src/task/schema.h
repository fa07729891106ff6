/*
 * schema -- schema.json: entity types, relations, event types with roles.
 *
 * {"entities":[…], "relations":[…], "events":{"Attack":["Attacker",…],…}}
 * Order is kept: it is the order of the instruction.  Immutable once read.
 */
#ifndef UMIE_TASK_SCHEMA_H
#define UMIE_TASK_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;

struct labels {
	char **name; /* owned; the spelling that is shown */
	size_t n, cap;
};

void labels_add(struct labels *l, const char *name, size_t len);
void labels_append(struct labels *l, const struct labels *more); /* copies */
void labels_release(struct labels *l);
void labels_copy(struct labels *to, const struct labels *from); /* deep */
/* Index of a label, ASCII case ignored and trimmed; -1 when there is none. */
int labels_find(const struct labels *l, const char *name, size_t len);
/* "a, b, c"; caller's to free(). */
char *labels_join(const struct labels *l);
bool labels_equal(const struct labels *a, const struct labels *b);
/*
 * Append what "a, b,c" or an array of strings lists.  ERR_DATA names a label
 * that an answer could not give back, or one that is there twice; `what` and
 * `key` name the place.
 */
int labels_split(struct labels *l, const char *list, const char *what,
		 const char *key, struct err *err);
int labels_from_json(struct labels *l, const struct json *j, const char *what,
		     const char *key, struct err *err);
struct json *labels_to_json(const struct labels *l);

struct schema {
	struct labels entities, relations, events, roles; /* roles: union */
	struct labels *event_roles; /* one list for each event; owned */
};

int schema_read(struct schema *s, const char *path, struct err *err);
int schema_parse(struct schema *s, const struct json *j, const char *what,
		 struct err *err);
/* The labels of the paper's data sets: MNRE V2's relations, M2E2's events. */
int schema_paper(struct schema *s, struct err *err);
struct json *schema_to_json(const struct schema *s);
void schema_copy(struct schema *to, const struct schema *from); /* deep */
void schema_release(struct schema *s);

/* Roles of event type i, or the union for -1; borrowed. */
const struct labels *schema_roles(const struct schema *s, int event);

#endif
