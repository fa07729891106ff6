/*
 * respell -- labels that were read take the schema's spelling.
 */
#include <stdlib.h>
#include <string.h>

#include "src/data/reader.h"

/* Give *label the schema's spelling. */
static void respell(struct reader *r, const struct labels *l, enum task t,
		    char **label)
{
	char *spelled = reader_label(r, l, t, span_of(*label));

	free(*label);
	*label = spelled;
}

static void respell_record(struct reader *r, const struct schema *s,
			   struct record *rec)
{
	int event = -1;

	switch (rec->task) {
	case TASK_MNER:
		respell(r, &s->entities, TASK_MNER, &rec->label);
		break;
	case TASK_MRE:
		respell(r, &s->relations, TASK_MRE, &rec->label);
		break;
	case TASK_MED:
		respell(r, &s->events, TASK_MED, &rec->label);
		break;
	case TASK_MEAE:
		respell(r, &s->events, TASK_MED, &rec->event);
		event = labels_find(&s->events, rec->event, strlen(rec->event));
		respell(r, schema_roles(s, event), TASK_MEAE, &rec->label);
		break;
	case TASK_MEE:
		break;
	}
}

void reader_respell(struct reader *r, struct example *e)
{
	struct schema s;

	if (!r->o->schema)
		return;
	/* an example may have labels of its own */
	schema_with(&s, r->o->schema, e->task, &e->labels);
	if (e->event)
		respell(r, &s.events, TASK_MED, &e->event);
	for (size_t i = 0; i < e->gold.n; i++)
		respell_record(r, &s, &e->gold.rec[i]);
	for (size_t i = 0; i < e->judged.n; i++)
		respell_record(r, &s, &e->judged.at[i].rec);
	schema_release(&s);
}
