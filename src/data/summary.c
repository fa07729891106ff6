#include "src/data/summary.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

struct counts {
	struct count {
		char *name; /* owned */
		int64_t n;
	} * of; /* owned */
	size_t n, cap;
};

static void count(struct counts *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->of[i].name, name) == 0) {
			c->of[i].n++;
			return;
		}
	c->of = xgrow(c->of, c->n, &c->cap, sizeof(*c->of));
	c->of[c->n++] = (struct count){xstrdup(name), 1};
}

static void counts_release(struct counts *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->of[i].name);
	free(c->of);
}

static struct json *counts_json(const struct counts *c)
{
	struct json *j = json_new_object();

	for (size_t i = 0; i < c->n; i++)
		json_put_int(j, c->of[i].name, c->of[i].n);
	return j;
}

/* "mner  Person 12, Location 3" */
static void counts_text(const struct counts *c, const char *what,
			struct str *out)
{
	if (c->n == 0)
		return;
	str_addf(out, "%s ", what);
	for (size_t i = 0; i < c->n; i++)
		str_addf(out, "%s %s %lld", i ? "," : "", c->of[i].name,
			 (long long)c->of[i].n);
	str_addc(out, '\n');
}

/* A task, or task own. */
enum { OWN = TASK_MEE + 1, SLOTS };

struct tally {
	struct task_tally {
		int64_t examples, records, pictures, missing;
		struct counts labels;
	} task[SLOTS];
	struct counts splits;
	int64_t records;
};

static void add(struct tally *tally, const struct example *e)
{
	struct task_tally *t = &tally->task[e->own ? OWN : (int)e->task];
	struct records all;

	example_records(e, &all);
	t->examples++;
	t->records += (int64_t)all.n;
	t->pictures += e->image_state != IMAGE_NONE;
	t->missing += e->image_state == IMAGE_MISSING;
	tally->records += (int64_t)all.n;
	for (size_t i = 0; i < all.n; i++)
		count(&tally->task[e->own ? OWN : (int)all.rec[i].task].labels,
		      all.rec[i].label);
	records_release(&all);
	if (e->split)
		count(&tally->splits, e->split);
}

static void tally_make(struct tally *tally, const struct dataset *d)
{
	*tally = (struct tally){0};
	for (size_t i = 0; i < d->n; i++)
		add(tally, &d->ex[i]);
}

static void tally_release(struct tally *tally)
{
	for (int t = 0; t < SLOTS; t++)
		counts_release(&tally->task[t].labels);
	counts_release(&tally->splits);
}

static const char *slot_name(int t)
{
	return task_called(t == OWN ? TASK_MNER : (enum task)t, t == OWN);
}

static struct json *task_json(const struct task_tally *t)
{
	struct json *j = json_new_object();

	json_put_int(j, "examples", t->examples);
	json_put_int(j, "records", t->records);
	json_put_int(j, "pictures", t->pictures);
	json_put_int(j, "missing_pictures", t->missing);
	return j;
}

struct json *dataset_summary(const struct dataset *d, bool guessed)
{
	struct json *j = json_new_object(), *tasks = json_new_object(),
		    *labels = json_new_object();
	struct tally tally;

	tally_make(&tally, d);
	for (int i = 0; i < SLOTS; i++) {
		const struct task_tally *t = &tally.task[i];

		if (t->examples)
			json_put(tasks, slot_name(i), task_json(t));
		if (t->labels.n)
			json_put(labels, slot_name(i), counts_json(&t->labels));
	}
	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "path", d->name);
	json_put_string(j, "format", data_format_name(d->format));
	json_put_bool(j, "guessed", guessed);
	json_put_string(j, "sha256", d->digest);
	json_put_int(j, "examples", (int64_t)d->n);
	json_put_int(j, "records", tally.records);
	json_put_int(j, "missing_pictures", (int64_t)d->missing_images);
	json_put(j, "tasks", tasks);
	json_put(j, "splits", counts_json(&tally.splits));
	json_put(j, "labels", labels);
	tally_release(&tally);
	return j;
}

void dataset_summary_text(const struct dataset *d, bool guessed,
			  struct str *out)
{
	struct tally tally;

	tally_make(&tally, d);
	str_addf(out, "%s: %s%s, %zu examples, %lld records, sha256 %.12s\n",
		 d->name, data_format_name(d->format),
		 guessed ? " (guessed)" : "", d->n, (long long)tally.records,
		 d->digest);
	str_addf(out, "%-8s %9s %9s %9s %9s\n", "task", "examples", "records",
		 "pictures", "missing");
	for (int i = 0; i < SLOTS; i++) {
		const struct task_tally *t = &tally.task[i];

		if (t->examples)
			str_addf(out, "%-8s %9lld %9lld %9lld %9lld\n",
				 slot_name(i), (long long)t->examples,
				 (long long)t->records, (long long)t->pictures,
				 (long long)t->missing);
	}
	counts_text(&tally.splits, "splits", out);
	for (int i = 0; i < SLOTS; i++)
		counts_text(&tally.task[i].labels, slot_name(i), out);
	tally_release(&tally);
}
