/* umie agree: how far annotators agree, and where they do not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/agree.h"
#include "tui/annotators.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"json", 0, NULL, "figures as one JSON object"},
    {"conflicts", 0, "FILE", "write what they say differently as JSONL"},
    {NULL, 0, NULL, NULL},
};

static void add_figure(struct str *s, int width, double v)
{
	if (isnan(v))
		str_addf(s, " %*s", width, "-");
	else
		str_addf(s, " %*.3f", width, v);
}

static void print_text(struct app *app, const struct agreement *g,
		       const struct pairing *p, const struct annotators *who)
{
	const char *method = p->sets == 2 ? "Cohen's" : "Fleiss'";
	struct str s = {0};

	app_say(app, "%zu documents that all have, %zu that some lack",
		p->shared, p->n - p->shared);
	str_addf(&s, "%-24s", "F1");
	for (int k = 0; k < AGREE_KINDS_N; k++)
		str_addf(&s, " %9s", agree_name((enum agree_kind)k));
	app_say(app, "%s %9s", s.s, "mean IoU");
	for (size_t i = 0; i < g->n_pairs; i++) {
		const struct agree_pair *pair = &g->pair[i];

		str_clear(&s);
		str_addf(&s, "%s - %s", who->name[pair->a], who->name[pair->b]);
		while (s.len < 24)
			str_addc(&s, ' ');
		for (int k = 0; k < AGREE_KINDS_N; k++)
			add_figure(&s, 9, agree_f1(pair, (enum agree_kind)k));
		add_figure(&s, 9, agree_mean_iou(pair));
		app_say(app, "%s", s.s);
	}
	str_clear(&s);
	str_addf(&s, "%-24s", "mean");
	for (int k = 0; k < AGREE_KINDS_N; k++)
		add_figure(&s, 9, agree_mean_f1(g, (enum agree_kind)k));
	app_say(app, "%s", s.s);
	str_clear(&s);
	add_figure(&s, 0, g->entity.value);
	app_say(app, "%s kappa of entity types%s over %zu places", method, s.s,
		g->entity.places);
	str_clear(&s);
	add_figure(&s, 0, g->trigger.value);
	app_say(app, "%s kappa of event types%s over %zu places", method, s.s,
		g->trigger.places);
	str_release(&s);
}

static struct json *pair_json(const struct agree_pair *p,
			      const struct annotators *who)
{
	struct json *j = json_new_object();

	json_put_string(j, "a", who->name[p->a]);
	json_put_string(j, "b", who->name[p->b]);
	for (int k = 0; k < AGREE_KINDS_N; k++) {
		struct json *f = json_new_object();

		json_put_number(f, "f1", agree_f1(p, (enum agree_kind)k), 17);
		json_put_int(f, "both", (int64_t)p->both[k]);
		json_put_int(f, "a", (int64_t)p->n_a[k]);
		json_put_int(f, "b", (int64_t)p->n_b[k]);
		json_put(j, agree_name((enum agree_kind)k), f);
	}
	json_put_number(j, "mean_iou", agree_mean_iou(p), 17);
	return j;
}

static struct json *kappa_json(const struct agree_kappa *k)
{
	struct json *j = json_new_object();

	json_put_number(j, "value", k->value, 17);
	json_put_int(j, "places", (int64_t)k->places);
	return j;
}

static void print_json(struct app *app, const struct agreement *g,
		       const struct pairing *p, const struct annotators *who)
{
	struct json *j = json_new_object(), *pairs = json_new_array(),
		    *mean = json_new_object(), *kappa = json_new_object();

	json_put_int(j, "documents", (int64_t)p->shared);
	json_put_int(j, "not_shared", (int64_t)(p->n - p->shared));
	for (size_t i = 0; i < g->n_pairs; i++)
		json_push(pairs, pair_json(&g->pair[i], who));
	json_put(j, "pairs", pairs);
	for (int k = 0; k < AGREE_KINDS_N; k++)
		json_put_number(mean, agree_name((enum agree_kind)k),
				agree_mean_f1(g, (enum agree_kind)k), 17);
	json_put(j, "mean", mean);
	json_put_string(kappa, "method", p->sets == 2 ? "cohen" : "fleiss");
	json_put(kappa, "entities", kappa_json(&g->entity));
	json_put(kappa, "events", kappa_json(&g->trigger));
	json_put(j, "kappa", kappa);
	say_json(app, j);
}

static int exec_agree(struct app *app, const struct args *a, struct err *err)
{
	struct annotators who;
	struct agreement g;
	struct pairing p;
	int rc = annotators_read(&who, a, err);

	if (rc < 0)
		return rc;
	pairing_make(&p, who.set, who.n);
	rc = annotators_check(&p, &who, err);
	if (rc == 0) {
		agreement_make(&g, &p);
		if (args_has(a, "json"))
			print_json(app, &g, &p, &who);
		else
			print_text(app, &g, &p, &who);
		agreement_release(&g);
	}
	if (rc == 0 && args_get(a, "conflicts"))
		rc = annotators_queue(app, &p, &who, args_get(a, "conflicts"),
				      err);
	pairing_release(&p);
	annotators_release(&who);
	return rc;
}

const struct cmd cmd_agree = {
    .name = "agree",
    .args = "A B [C...]",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 2,
    .max_pos = 16,
    .help = "how far annotators' data sets agree: F1, kappa, boxes",
    .exec = exec_agree,
};
