#include "src/task/task.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"

struct row {
	const char *name, *what, *instruction;
};

static const struct row rows[] = {
#define TASK_ROW(upper, name, what, instruction) {name, what, instruction},
    TASKS(TASK_ROW)
#undef TASK_ROW
};

const char *task_name(enum task t)
{
	return rows[t].name;
}

const char *task_what(enum task t)
{
	return rows[t].what;
}

const char *task_instruction(enum task t)
{
	return rows[t].instruction[0] ? rows[t].instruction : NULL;
}

bool task_find(const char *name, enum task *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0) {
			*out = (enum task)i;
			return true;
		}
	return false;
}

const char *task_called(enum task t, bool own)
{
	return own ? TASK_OWN : task_name(t);
}

bool task_read(const char *name, enum task *out, bool *own)
{
	*own = strcmp(name, TASK_OWN) == 0;
	if (*own)
		*out = TASK_MNER;
	return *own || task_find(name, out);
}

const char *task_names_all(void)
{
	return "mner, mre, med, meae, mee, own";
}

const char *task_names(void)
{
	return "mner, mre, med, meae, mee";
}

/* Table 6, to the letter: a model was trained with "Identity". */
static const struct {
	const char *set;
	enum task task;
	const char *text;
} named[] = {
    {"I0", TASK_MNER,
     "Given the entity types: {types}. Please extract the specified "
     "entity type."},
    {"I1", TASK_MNER,
     "Identity the following entity type from the given sentence: "
     "{types}."},
    {"I2", TASK_MNER,
     "Please extract entity type in the sentence. Option: {types}."},
};

const char *instruction_named(const char *set, enum task t)
{
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (named[i].task == t && strcasecmp(named[i].set, set) == 0)
			return named[i].text;
	return NULL;
}

static const struct labels *own_labels(enum task t,
				       const struct instruction_fields *f)
{
	switch (t) {
	case TASK_MNER:
		return f->types;
	case TASK_MRE:
		return f->relations;
	case TASK_MED:
		return f->events;
	case TASK_MEAE:
		return f->roles;
	case TASK_MEE:
		break;
	}
	return NULL;
}

/* Append the value of {name}; false when there is none. */
static bool put_field(struct span name, enum task t,
		      const struct instruction_fields *f, struct str *out,
		      bool *known)
{
	const struct {
		const char *name;
		const struct labels *labels;
		const char *text;
	} fields[] = {
	    {"types", f->types, NULL},
	    {"relations", f->relations, NULL},
	    {"events", f->events, NULL},
	    {"roles", f->roles, NULL},
	    {"labels", own_labels(t, f), NULL},
	    {"head", NULL, f->head},
	    {"tail", NULL, f->tail},
	    {"event", NULL, f->event},
	};
	char *list;

	*known = true;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!span_eq(name, fields[i].name))
			continue;
		if (fields[i].labels && fields[i].labels->n) {
			list = labels_join(fields[i].labels);
			str_add(out, list);
			free(list);
			return true;
		}
		if (fields[i].text)
			str_add(out, fields[i].text);
		return fields[i].text != NULL;
	}
	*known = false;
	return false;
}

int instruction_fill(const char *tmpl, enum task t,
		     const struct instruction_fields *f, struct str *out,
		     struct err *err)
{
	const char *end;
	struct span name;
	bool known;

	for (const char *s = tmpl; *s; s++) {
		if (s[0] != '{' || s[1] == '{') {
			str_addc(out, *s);
			s += s[0] == '{';
			continue;
		}
		end = strchr(s, '}');
		if (!end)
			return err_set(err, ERR_DATA,
				       "the instruction has a { without its "
				       "}; write {{ for a brace");
		name = (struct span){s + 1, (size_t)(end - s - 1)};
		if (!put_field(name, t, f, out, &known))
			return err_set(
			    err, ERR_DATA,
			    known ? "the instruction wants {%.*s}, and "
				    "there is none for this %s example"
				  : "the instruction has an unknown field "
				    "{%.*s} (task %s)",
			    (int)MIN(name.len, 80), name.s, task_name(t));
		s = end;
	}
	return 0;
}

const struct labels *schema_list(const struct schema *s, enum task t,
				 const char *event)
{
	switch (t) {
	case TASK_MNER:
		return &s->entities;
	case TASK_MRE:
		return &s->relations;
	case TASK_MED:
		return &s->events;
	case TASK_MEAE:
	case TASK_MEE:
		break;
	}
	return schema_roles(
	    s, event ? labels_find(&s->events, event, strlen(event)) : -1);
}

/* Roles of n events; those of `own` when it is not NULL. */
static void copy_roles(struct schema *out, const struct schema *s,
		       const struct labels *own)
{
	out->event_roles =
	    xcalloc(MAX(out->events.n, 1), sizeof(*out->event_roles));
	for (size_t i = 0; i < out->events.n; i++) {
		const char *name = out->events.name[i];
		int was = labels_find(&s->events, name, strlen(name));

		labels_copy(&out->event_roles[i],
			    own ? own : schema_roles(s, was));
	}
}

void schema_with(struct schema *out, const struct schema *s, enum task t,
		 const struct labels *own)
{
	bool some = own->n > 0, roles = some && t == TASK_MEAE;

	*out = (struct schema){0};
	labels_copy(&out->entities,
		    some && t == TASK_MNER ? own : &s->entities);
	labels_copy(&out->relations,
		    some && t == TASK_MRE ? own : &s->relations);
	labels_copy(&out->events, some && t == TASK_MED ? own : &s->events);
	labels_copy(&out->roles, roles ? own : &s->roles);
	copy_roles(out, s, roles ? own : NULL);
}
