#include "tests/form_data.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/corpus.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "tests/tap.h"

static const char schema_text[] =
    "{\"entities\":[\"Person\",\"Location\",\"creative work\"],"
    "\"relations\":[\"none\",\"member of\",\"place of birth\"],"
    "\"events\":{\"Attack\":[\"Attacker\",\"Target\"],"
    "\"Transport Person\":[\"Vehicle\",\"Person\"]}}";

static const char hard[] =
    "{\"id\":\"ner\",\"task\":\"mner\",\"text\":\"Kyrie plays in Cleveland, "
    "Ohio.\",\"gold\":[{\"type\":\"Person\",\"text\":\"Kyrie\"},"
    "{\"type\":\"Location\",\"text\":\"Cleveland, Ohio\"}]}\n"
    "{\"id\":\"none\",\"task\":\"mner\",\"text\":\"Nothing here\","
    "\"gold\":[]}\n"
    "{\"id\":\"tag\",\"task\":\"mner\",\"text\":\"RT @kyrie: #Lakers' win "
    "(finally!) \\\"Space Jam\\\"...\",\"gold\":[{\"type\":\"creative work\","
    "\"text\":\"Space Jam\"},{\"type\":\"Person\",\"text\":\"kyrie\"},"
    "{\"type\":\"Location\",\"text\":\"Lakers\"}]}\n"
    "{\"id\":\"letters\",\"task\":\"mner\",\"text\":\"I \\u2764\\ufe0f "
    "N\\u00f8rre\\u0301bro \\ud83d\\ude00 and "
    "\\u6771\\u4eac\\u30bf\\u30ef\\u30fc"
    "\",\"gold\":[{\"type\":\"Location\",\"text\":\"N\\u00f8rre\\u0301bro\"},"
    "{\"type\":\"Location\",\"text\":\"\\u6771\\u4eac\"}]}\n"
    "{\"id\":\"forms\",\"task\":\"mner\",\"text\":\"The \\ufb01rst  "
    "\\uff21\\uff22"
    " \\u2122 of\\tMr. O\\u2019Neil\",\"gold\":[{\"type\":\"Person\",\"text\":"
    "\"O\\u2019Neil\"},{\"type\":\"creative "
    "work\",\"text\":\"\\uff21\\uff22\"}]}\n"
    "{\"id\":\"marks\",\"task\":\"mner\",\"text\":\"Ann <spot> Bob "
    "\\uff1cspot\\uff1e"
    " Eve </s> Dan <extra_id_1> Kim <unk> Lee\",\"gold\":[{\"type\":\"Person\","
    "\"text\":\"Ann\"},{\"type\":\"Person\",\"text\":\"Bob\"},{\"type\":"
    "\"Person\",\"text\":\"Kim\"}]}\n"
    "{\"id\":\"same\",\"task\":\"mner\",\"text\":\"a a a a\",\"gold\":["
    "{\"type\":\"Person\",\"text\":\"a a\"},{\"type\":\"Person\",\"text\":"
    "\"a\"}]}\n"
    "{\"id\":\"one\",\"task\":\"mner\",\"text\":\"Kyrie\",\"gold\":[{\"type\":"
    "\"Person\",\"text\":\"Kyrie\"}]}\n"
    "{\"id\":\"pair\",\"task\":\"mre\",\"text\":\"Clara Hansen of the Red "
    "Cross\",\"head\":\"Clara Hansen\",\"tail\":\"Red Cross\",\"gold\":["
    "{\"relation\":\"member of\",\"head\":\"Clara Hansen\",\"tail\":"
    "\"Red Cross\"}]}\n"
    "{\"id\":\"commas\",\"task\":\"mre\",\"text\":\"X\",\"head\":\"Smith, "
    "none, Jr\",\"tail\":\"Rome, Italy\",\"gold\":[{\"relation\":\"none\","
    "\"head\":\"Smith, none, Jr\",\"tail\":\"Rome, Italy\"}]}\n"
    "{\"id\":\"role\",\"task\":\"meae\",\"event\":\"Attack\",\"image\":"
    "\"x.png\",\"boxes\":[[1,1,9,9],[2,2,8,8]],\"text\":\"Rebels hit the "
    "bridge near O7\",\"gold\":[{\"role\":\"Attacker\",\"text\":\"Rebels\"},"
    "{\"role\":\"Target\",\"region\":2}]}\n"
    "{\"id\":\"all\",\"task\":\"mee\",\"text\":\"Troops were flown to Mosul; "
    "an airstrike hit a truck\",\"gold\":[{\"event\":\"Transport Person\","
    "\"text\":\"flown\"},{\"event\":\"Attack\",\"text\":\"airstrike\"},"
    "{\"role\":\"Person\",\"event\":\"Transport Person\",\"text\":\"Troops\"},"
    "{\"role\":\"Target\",\"event\":\"Attack\",\"text\":\"truck\"}]}\n";

void form_data_hard(struct form_data *d)
{
	struct dataset_options o = {.format = DATA_JSONL};
	struct err err = {0};
	struct json *j =
	    json_parse(schema_text, strlen(schema_text), "schema", &err);

	*d = (struct form_data){0};
	if (schema_parse(&d->schema, j, "schema", &err) < 0 ||
	    dataset_parse(&d->set, hard, strlen(hard), "hard", &o, &err) < 0)
		bug("%s", err.text);
	json_free(j);
}

bool form_data_demo(struct form_data *d, const char *src)
{
	char dir[] = "/tmp/check_form.XXXXXX";
	char *path = file_join(src, "examples/demo/schema.json");
	char *shipped = file_join(src, "examples/demo/examples.jsonl");
	struct corpus_options o = {.seed = 11, .examples = {0, 0, 240}};
	struct err err = {0};
	char *test, *rm;
	bool removed;

	*d = (struct form_data){0};
	o.dir = mkdtemp(dir);
	if (!o.dir || corpus_write(&o, &err) < 0 ||
	    schema_read(&d->schema, path, &err) < 0)
		bug("%s", err.text);
	test = file_join(dir, "test.jsonl");
	if (dataset_read(&d->set, test, NULL, &err) < 0 ||
	    dataset_read(&d->set, shipped, NULL, &err) < 0)
		bug("%s", err.text);
	rm = xasprintf("rm -r '%s'", dir);
	removed = system(rm) == 0;
	free(rm);
	free(test);
	free(path);
	free(shipped);
	return removed;
}

static void know(struct labels *l, const char *name)
{
	if (labels_find(l, name, strlen(name)) < 0)
		labels_add(l, name, strlen(name));
}

static struct json *list_of(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

/* The labels that the records of a set have; every event has every role. */
static void schema_of(const struct dataset *d, struct schema *out)
{
	struct json *j = json_new_object(), *events = json_new_object();
	struct labels l[TASK_MEE] = {{0}};
	struct err err = {0};

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < d->ex[i].gold.n; k++) {
			const struct record *r = &d->ex[i].gold.rec[k];

			know(&l[r->task], r->label);
			if (r->event)
				know(&l[TASK_MED], r->event);
		}
	for (size_t i = 0; i < l[TASK_MED].n; i++)
		json_put(events, l[TASK_MED].name[i], list_of(&l[TASK_MEAE]));
	json_put(j, "entities", list_of(&l[TASK_MNER]));
	json_put(j, "relations", list_of(&l[TASK_MRE]));
	json_put(j, "events", events);
	if (schema_parse(out, j, "schema", &err) < 0)
		bug("%s", err.text);
	for (int t = 0; t < TASK_MEE; t++)
		labels_release(&l[t]);
	json_free(j);
}

int form_data_read(struct form_data *d, const char *path, struct err *err)
{
	int rc;

	*d = (struct form_data){0};
	rc = dataset_read(&d->set, path, NULL, err);
	if (rc == 0)
		schema_of(&d->set, &d->schema);
	return rc;
}

void form_data_release(struct form_data *d)
{
	schema_release(&d->schema);
	dataset_release(&d->set);
}

static bool is_cascade(const struct example *e)
{
	return e->task == TASK_MEE || (e->task == TASK_MRE && !e->head);
}

void questions(const struct example *e,
	       void (*each)(const struct question *q, void *context),
	       void *context)
{
	struct question q = {e, e->task, e->head, e->tail, e->event, e->gold};

	if (!is_cascade(e)) {
		each(&q, context);
		return;
	}
	for (size_t i = 0; i < e->gold.n; i++) {
		struct record *r = &e->gold.rec[i];

		q = (struct question){e,       r->task,  r->head,
				      r->tail, r->event, {.rec = r, .n = 1}};
		each(&q, context);
	}
}

struct form *form_of(const struct setting *s, const struct question *q)
{
	const char *instruction = "Find: x.";
	struct form_options o = {.grammar = s->grammar,
				 .task = q->task,
				 .labels =
				     schema_list(s->schema, q->task, q->event),
				 .head = q->head,
				 .tail = q->tail,
				 .event = q->event,
				 .regions = q->e->boxes.n};
	struct prompt p;
	struct form *f = NULL;
	struct err err = {0};

	if (prompt_build(&p, s->t, instruction, q->e->text, &err) == 0) {
		f = form_new(&o, s->t, &p, &err);
		prompt_release(&p);
	}
	if (!f)
		diag("%s: %s", q->e->id, err.text);
	return f;
}

bool repeats(const struct records *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < i; k++)
			if (record_equal(&l->rec[i], &l->rec[k]))
				return true;
	return false;
}
