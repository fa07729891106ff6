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

static void respell_record(struct reader *r, struct record *rec)
{
	const struct schema *s = r->o->schema;
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
	if (!r->o->schema)
		return;
	if (e->event)
		respell(r, &r->o->schema->events, TASK_MED, &e->event);
	for (size_t i = 0; i < e->gold.n; i++)
		respell_record(r, &e->gold.rec[i]);
	for (size_t i = 0; i < e->judged.n; i++)
		respell_record(r, &e->judged.at[i].rec);
}
