#include "src/engine/extract-job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/attribute.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"
#include "src/model/probe.h"

static struct extraction *result_new(const struct extractor *x,
				     const struct extract_request *r)
{
	struct extraction *o = xcalloc(1, sizeof(*o));

	o->id = xstrdup_null(r->id);
	o->task = r->task;
	o->text = xstrdup(r->text);
	o->image_path = xstrdup_null(r->image);
	o->own = r->own;
	o->constrained = r->constrained;
	o->beams = r->beams;
	o->max_tokens = r->max_tokens;
	memcpy(o->model, x->b->report.hash, sizeof(o->model));
	snprintf(o->device, sizeof(o->device), "%s", x->b->be->name);
	return o;
}

void job_begin(struct job_state *j, struct extractor *x,
	       const struct extract_request *r)
{
	*j = (struct job_state){
	    .x = x, .r = r, .schema = &x->b->schema, .out = result_new(x, r)};
	if (!relabel_any(&r->relabel))
		return;
	relabel_schema(&r->relabel, &x->b->schema, &j->changed);
	j->schema = &j->changed;
}

void job_end(struct job_state *j)
{
	str_release(&j->raw);
	schema_release(&j->changed);
}

int job_look(struct job_state *j, struct err *err)
{
	struct extraction *o = j->out;
	bool fresh;
	int rc;

	o->image = IMAGE_NONE;
	if (!j->r->image)
		return 0;
	if (!file_exists(j->r->image)) {
		o->image = IMAGE_MISSING;
		return 0;
	}
	rc = views_get(j->x->views, &j->x->tape, j->r, &j->view, &fresh, err);
	if (rc < 0)
		return rc;
	o->image = IMAGE_FOUND;
	o->image_w = j->view->w;
	o->image_h = j->view->h;
	o->regions = j->view->regions;
	if (fresh) {
		o->ms.image += j->view->image_ms;
		o->ms.vision += j->view->vision_ms;
	}
	return 0;
}

/* The schema with the request's own labels in it, where it has any. */
static void schema_of(const struct job_state *j, enum task t,
		      struct schema *out)
{
	static const struct labels none;

	const struct labels *own = t == j->r->task ? &j->r->labels : &none;
	struct schema with;

	schema_with(&with, &j->x->b->schema, t, own);
	relabel_schema(&j->r->relabel, &with, out);
	schema_release(&with);
}

/* Which answers the step may give. */
static int make_form(const struct job_state *j, const struct schema *schema,
		     const struct form_options *asked, struct step *s,
		     struct err *err)
{
	struct form_options o = *asked;

	if (!j->r->constrained)
		return 0;
	o.grammar = bundle_grammar(j->x->b);
	o.labels = schema_list(schema, o.task, o.event);
	o.regions = j->view ? j->view->regions.n : 0;
	o.hidden = j->view ? j->view->hidden : 0;
	s->form = form_new(&o, j->x->b->tokenizer, &s->prompt, err);
	return s->form ? 0 : -(int)err->code;
}

int job_ask(const struct job_state *j, enum task t, const char *head,
	    const char *tail, const char *event, struct step *s,
	    struct err *err)
{
	const struct bundle *b = j->x->b;
	struct schema schema;
	const struct form_options form = {
	    .task = t,
	    .head = head,
	    .tail = tail,
	    .event = event ? relabel_say(&j->r->relabel, event) : NULL};
	const char *tmpl;
	double start = clock_ms();
	char *instruction;
	int rc;

	*s = (struct step){.view = j->view,
			   .gate = j->r->gate,
			   .gate_value = j->r->gate_value};
	/* A cascade's later steps have instructions of their own. */
	tmpl = bundle_instruction(b, t,
				  t == j->r->task ? j->r->instruction : NULL);
	schema_of(j, t, &schema);
	instruction = NULL;
	rc = prompt_instruction(&instruction, tmpl, t, &schema, head, tail,
				form.event, err);
	if (rc == 0)
		rc = prompt_build(&s->prompt, b->tokenizer, instruction,
				  j->r->text, err);
	if (rc == 0)
		rc = make_form(j, &schema, &form, s, err);
	schema_release(&schema);
	free(instruction);
	if (rc < 0)
		return rc;
	j->out->ms.tokenize += clock_ms() - start;
	return rc;
}

static int heads_shown(const struct job_state *j)
{
	return j->r->head_shown ? 1 : j->x->b->config.heads;
}

/* Leave in P (H,L,N) only the head that is to be shown. */
static void choose_head(const struct job_state *j, struct step *s)
{
	size_t size;

	if (!j->r->head_shown || !s->P || !s->view)
		return;
	size = s->prompt.ids.n * (size_t)s->view->regions.n;
	memmove(s->P, s->P + (size_t)(j->r->head_shown - 1) * size,
		size * sizeof(*s->P));
}

static int run(struct job_state *j, struct step **at, int n, struct err *err)
{
	struct steps_options o = {
	    .max_tokens = j->r->max_tokens,
	    .beams = j->r->beams,
	    .attention = j->r->attention,
	};

	int rc = steps_run(j->x->steps, at, n, &o, &j->out->ms.encode,
			   &j->out->ms.decode, err);

	for (int i = 0; i < n && rc == 0; i++)
		choose_head(j, at[i]);
	return rc;
}

/* What the first step says about the whole extraction. */
static void first_step(struct job_state *j, const struct step *s)
{
	struct extraction *o = j->out;

	o->instruction = xstrdup(s->prompt.instruction);
	o->input_tokens = (int)s->prompt.ids.n;
	o->cut_tokens = s->prompt.cut;
	o->g = s->g;
	o->g_used = s->used;
	o->cos = umie_cosine(s->c);
	if (s->P && s->view) {
		o->attention =
		    xcalloc((size_t)s->view->regions.n, sizeof(*o->attention));
		probe_span(s->P, heads_shown(j), (int)s->prompt.ids.n,
			   s->view->regions.n, 0, (int)s->prompt.ids.n,
			   o->attention);
	}
}

static void replace(char **to, const char *value)
{
	char *copy = xstrdup(value); /* value may be *to */

	free(*to);
	*to = copy;
}

/* Read one answer into records that have the checkpoint's own labels. */
static void read_answer(struct job_state *j, enum task t, const char *event,
			const struct step *s, struct records *out)
{
	const struct relabel *l = &j->r->relabel;
	const char *said = event ? relabel_say(l, event) : NULL;
	int e = said ? labels_find(&j->schema->events, said, strlen(said)) : -1;
	struct schema schema;

	str_addf(&j->raw, "%s%s", j->raw.len ? "\n" : "", s->raw);
	j->out->answer_tokens += s->best.n - 1;
	schema_of(j, t, &schema);
	answer_parse(bundle_grammar(j->x->b), t, &schema, e, s->raw,
		     strlen(s->raw), out);
	schema_release(&schema);
	for (size_t i = 0; i < out->n && l->from.n; i++) {
		struct record *r = &out->rec[i];

		replace(&r->label, relabel_mean(l, r->label));
		if (r->event)
			replace(&r->event, relabel_mean(l, r->event));
	}
}

static void take(struct job_state *j, enum task t, const char *event,
		 const struct step *s, int owner)
{
	struct records recs = {0};

	read_answer(j, t, event, s, &recs);
	attribute(j->out, s, heads_shown(j), &recs, owner, j->r->attention);
}

static int run_single(struct job_state *j, struct err *err)
{
	const struct extract_request *r = j->r;
	struct step s, *at = &s;
	int rc = job_ask(j, r->task, r->head, r->tail, r->event, &s, err);

	if (rc == 0)
		rc = run(j, &at, 1, err);
	if (rc == 0) {
		first_step(j, &s);
		take(j, r->task, r->event, &s, -1);
	}
	step_release(&s);
	return rc;
}

/* Drop the `none` relations that were found from index `from` on. */
static void drop_none(struct extraction *o, size_t from)
{
	size_t kept = from;

	for (size_t i = from; i < o->n_found; i++) {
		struct found *f = &o->found[i];

		if (strcasecmp(f->rec.label, "none") != 0) {
			o->found[kept++] = *f;
			continue;
		}
		free(f->attention);
		free(f->rec.label);
		free(f->rec.head);
		free(f->rec.tail);
	}
	o->n_found = kept;
}

/* Prompts for ordered pairs first … of n entities, CASCADE at a time. */
static int run_pairs(struct job_state *j, char **name, size_t n,
		     struct err *err)
{
	struct step s[CASCADE], *at[CASCADE];
	size_t pair = 0, total = n * n;
	int rc = 0;

	while (pair < total && rc == 0) {
		int k = 0, asked = 0;

		for (; pair < total && k < CASCADE && rc == 0; pair++) {
			if (pair / n == pair % n)
				continue;
			rc = job_ask(j, TASK_MRE, name[pair / n],
				     name[pair % n], NULL, &s[k], err);
			at[k] = &s[k];
			k++;
		}
		asked = k;
		if (rc == 0 && k)
			rc = run(j, at, k, err);
		for (k = 0; k < asked; k++) {
			size_t before = j->out->n_found;

			if (rc == 0)
				take(j, TASK_MRE, NULL, &s[k], -1);
			drop_none(j->out, before);
			step_release(&s[k]);
		}
	}
	return rc;
}

static bool listed(char **name, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name[i], s) == 0)
			return true;
	return false;
}

/* MRE without a pair: the model's own entities, then every ordered pair. */
static int run_relations(struct job_state *j, struct err *err)
{
	struct records recs = {0};
	struct step s, *at = &s;
	char **name = NULL;
	size_t n = 0, cap = 0;
	int rc = job_ask(j, TASK_MNER, NULL, NULL, NULL, &s, err);

	if (rc == 0)
		rc = run(j, &at, 1, err);
	if (rc == 0) {
		first_step(j, &s);
		read_answer(j, TASK_MNER, NULL, &s, &recs);
		for (size_t i = 0; i < recs.n; i++) {
			if (listed(name, n, recs.rec[i].text))
				continue;
			name = xgrow(name, n, &cap, sizeof(*name));
			name[n++] = recs.rec[i].text;
		}
		rc = run_pairs(j, name, n, err);
	}
	free(name);
	records_release(&recs);
	step_release(&s);
	return rc;
}

/* Arguments of the event at x->found[i]; one prompt per event. */
static int run_arguments(struct job_state *j, size_t events, struct err *err)
{
	struct step s[CASCADE], *at[CASCADE];
	int rc = 0;

	for (size_t i = 0; i < events && rc == 0; i += CASCADE) {
		int n = (int)MIN(events - i, (size_t)CASCADE), asked = 0;

		for (; asked < n && rc == 0; asked++) {
			rc = job_ask(j, TASK_MEAE, NULL, NULL,
				     j->out->found[i + (size_t)asked].rec.label,
				     &s[asked], err);
			at[asked] = &s[asked];
		}
		if (rc == 0)
			rc = run(j, at, n, err);
		for (int k = 0; k < asked; k++) {
			size_t e = i + (size_t)k;

			if (rc == 0)
				take(j, TASK_MEAE, j->out->found[e].rec.label,
				     &s[k], (int)e);
			step_release(&s[k]);
		}
	}
	return rc;
}

/* MED, then MEAE for every event that MED found. */
static int run_events(struct job_state *j, struct err *err)
{
	struct step s, *at = &s;
	int rc = job_ask(j, TASK_MED, NULL, NULL, NULL, &s, err);

	if (rc == 0)
		rc = run(j, &at, 1, err);
	if (rc == 0) {
		first_step(j, &s);
		take(j, TASK_MED, NULL, &s, -1);
		rc = run_arguments(j, j->out->n_found, err);
	}
	step_release(&s);
	return rc;
}

int job_run(struct job_state *j, struct err *err)
{
	switch (j->r->task) {
	case TASK_MNER:
	case TASK_MED:
	case TASK_MEAE:
		return run_single(j, err);
	case TASK_MRE:
		return j->r->head ? run_single(j, err) : run_relations(j, err);
	case TASK_MEE:
		return run_events(j, err);
	}
	bug("task %d", (int)j->r->task);
}

void job_read(struct job_state *j, struct step *s)
{
	choose_head(j, s);
	first_step(j, s);
	take(j, j->r->task, j->r->event, s, -1);
}

void job_finish(struct job_state *j, double start)
{
	j->out->raw = str_detach(&j->raw);
	j->out->ms.total = clock_ms() - start;
}
