/*
 * jsonl -- the own format: one example a line, blank lines allowed.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"
#include "src/data/tags.h"

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

static int take_line(struct reader *r, struct span line)
{
	char *what = reader_what(r);
	struct json *j = json_parse(line.s, line.len, what, r->err);
	struct example *e;
	int rc = j ? 0 : -(int)r->err->code;

	if (j) {
		e = reader_add(r);
		rc = example_from_json(e, j, what, r->image_dir, r->err);
		if (rc == 0 && !json_get(j, "id")) {
			free(e->id);
			e->id = xasprintf("%zu", r->line);
		}
		if (rc == 0 && r->o->schema && e->event)
			respell(r, &r->o->schema->events, TASK_MED, &e->event);
		for (size_t i = 0; r->o->schema && i < e->gold.n; i++)
			respell_record(r, &e->gold.rec[i]);
	}
	json_free(j);
	free(what);
	return rc;
}

int read_jsonl(struct reader *r)
{
	struct span line;
	int rc = reader_line(r, &line);

	while (rc > 0) {
		rc = span_trim(line).len ? take_line(r, line) : 0;
		if (rc == 0)
			rc = reader_line(r, &line);
	}
	return rc;
}
