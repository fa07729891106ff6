/*
 * task -- the four tasks, their instructions, their answers.
 *
 * UMIE's Table 1 and Table 2 (paper.txt), sections 3 and 4 of the model page.
 * MEE is a cascade of MED and MEAE; MRE without a given pair a cascade of
 * MNER and MRE; both live in src/engine/extract.
 */
#ifndef UMIE_TASK_TASK_H
#define UMIE_TASK_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "src/task/schema.h"

struct err;
struct str;

/* enum, name, what it extracts, default instruction (paper, Table 1) */
#define TASKS(_)                                                      \
	_(MNER, "mner", "entities",                                   \
	  "Please extract the following entity type: {types}.")       \
	_(MRE, "mre", "relations",                                    \
	  "Please extract the following relation between {head} and " \
	  "{tail}: {relations}.")                                     \
	_(MED, "med", "event triggers",                               \
	  "Please extract the following event type: {events}.")       \
	_(MEAE, "meae", "event arguments",                            \
	  "Given an {event} event, please extract the corresponding " \
	  "argument type: {roles}.")                                  \
	_(MEE, "mee", "events with their arguments", "")

enum task {
#define TASK_ENUM(upper, name, what, instruction) TASK_##upper,
	TASKS(TASK_ENUM)
#undef TASK_ENUM
};

/*
 * `own` is mner with types that the user names instead of the schema's, and an
 * instruction of the user's own if wanted: the same question, grammar, records
 * and scores.  So it is TASK_MNER with a flag, and has a name of its own.
 */
#define TASK_OWN "own"
#define TASK_OWN_WHAT "spans of types that you name"

const char *task_name(enum task t);
/* The name that a request or an example has. */
const char *task_called(enum task t, bool own);
/* That name back; false when there is none such. */
bool task_read(const char *name, enum task *out, bool *own);
const char *task_what(enum task t);
/* The default template; NULL for mee, which has none of its own. */
const char *task_instruction(enum task t);
/* false when there is no such task. */
bool task_find(const char *name, enum task *out);
/* "mner, mre, med, meae, mee" for messages, and with own. */
const char *task_names(void);
const char *task_names_all(void);

/*
 * A copy of `s` in which `own`, unless empty, is the list that belongs to task
 * t: entity types, relations, event types (a new one has every role), or the
 * roles of every event.  The caller's to schema_release().
 */
void schema_with(struct schema *out, const struct schema *s, enum task t,
		 const struct labels *own);

/*
 * The list of `s` that belongs to task t: for meae, and what mee asks behind
 * its events, the roles of `event` (NULL or unknown: of all).  Borrowed.
 */
const struct labels *schema_list(const struct schema *s, enum task t,
				 const char *event);

/*
 * Named instruction sets: "I0", "I1", "I2" (paper, Table 6; the templates use
 * the same fields), case ignored.  Table 6 has them for mner only: NULL for
 * any other task or name.
 */
const char *instruction_named(const char *set, enum task t);

/* What fills the fields of a template; NULL members are errors when used. */
struct instruction_fields {
	const struct labels *types, *relations, *events, *roles;
	const char *head, *tail, *event;
};

/*
 * Fill {types} {relations} {events} {roles} {head} {tail} {event} {labels}
 * ({labels}: the list that belongs to the task).  `{{` is a brace; a `}` of
 * its own is itself.  An unknown field, a missing one or an empty list is
 * ERR_DATA naming it.  Appends to out, also before a failure.
 */
int instruction_fill(const char *tmpl, enum task t,
		     const struct instruction_fields *f, struct str *out,
		     struct err *err);

#endif
