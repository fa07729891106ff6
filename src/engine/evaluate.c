#include "src/engine/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"

enum { CHUNK = 16 };

static void request_of(const struct example *e,
		       const struct evaluate_options *o,
		       struct extract_request *r)
{
	*r = (struct extract_request){0};
	example_request(e, r);
	if (o->instruction) {
		free(r->instruction);
		r->instruction = xstrdup(o->instruction);
	}
	if (o->no_pictures) {
		free(r->image);
		r->image = NULL;
	}
	r->gate = o->gate;
	r->gate_value = o->gate_value;
	r->beams = o->beams;
	r->max_tokens = o->max_tokens;
}

/* The found records without their places, for the scorer. */
static void records_of(const struct extraction *x, struct records *out)
{
	struct records one = {0};

	*out = (struct records){0};
	for (size_t i = 0; i < x->n_found; i++) {
		struct record r = x->found[i].rec;

		one.rec = &r;
		one.n = 1;
		records_copy(out, &one);
	}
}

static double iou(void *context, int p, int g)
{
	const struct extraction *x = context;

	if (p >= x->regions.n || g >= x->regions.n)
		return p == g;
	return (double)box_iou(&x->regions.box[p], &x->regions.box[g]);
}

static bool is_absent(const struct found *f)
{
	if (f->rec.task == TASK_MRE)
		return f->head.fit == FIT_ABSENT || f->tail.fit == FIT_ABSENT;
	return !f->rec.region && f->text.fit == FIT_ABSENT;
}

static void count(const struct example *e, struct extraction *x,
		  const struct evaluate_options *o, struct evaluation *out)
{
	struct score_options s = {
	    .count_none = o->count_none, .iou = iou, .context = x};
	struct records pred;

	records_of(x, &pred);
	score_strict(&e->gold, &pred, &s, &out->counts[e->task]);
	records_release(&pred);
	out->examples[e->task]++;
	out->missing += x->image == IMAGE_MISSING;
	out->dropped += x->n_dropped;
	for (size_t i = 0; i < x->n_found; i++)
		out->absent += is_absent(&x->found[i]);
	if (x->image == IMAGE_FOUND) {
		out->with_image++;
		out->gate_sum += (double)x->g_used;
	}
}

static int run_chunk(struct extractor *x, const struct example *e, size_t n,
		     const struct evaluate_options *o, struct evaluation *out,
		     struct err *err)
{
	struct extract_request r[CHUNK] = {0};
	struct extraction *got[CHUNK];
	int rc;

	for (size_t i = 0; i < n; i++)
		request_of(&e[i], o, &r[i]);
	rc = extractor_run_batch(x, r, n, got, err);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0) {
			count(&e[i], got[i], o, out);
			extraction_free(got[i]);
		}
		extract_request_release(&r[i]);
	}
	return rc;
}

int evaluate(struct extractor *x, const struct dataset *d,
	     const struct evaluate_options *o, struct evaluation *out,
	     struct err *err)
{
	size_t n = o->limit ? MIN(o->limit, d->n) : d->n;
	double start = clock_ms();

	*out = (struct evaluation){0};
	for (size_t i = 0; i < n; i += CHUNK) {
		int rc = run_chunk(x, d->ex + i, MIN(n - i, (size_t)CHUNK), o,
				   out, err);

		if (rc < 0)
			return rc;
		if (o->progress)
			o->progress(o->context, MIN(i + CHUNK, n), n);
	}
	out->ms = clock_ms() - start;
	return 0;
}

double evaluation_score(const struct evaluation *e)
{
	double sum = 0;
	int n = 0;

	for (int t = 0; t <= TASK_MEE; t++) {
		if (!e->examples[t])
			continue;
		sum += score_f1(&e->counts[t]);
		n++;
	}
	return n ? sum / n : 0;
}

static const char *regime(enum task t)
{
	switch (t) {
	case TASK_MRE:
		return "given pair, or the model's own entities";
	case TASK_MEAE:
		return "gold event type";
	case TASK_MEE:
		return "own events";
	case TASK_MNER:
	case TASK_MED:
		break;
	}
	return "text and picture";
}

struct json *evaluation_json(const struct evaluation *e)
{
	struct json *j = json_new_object(), *tasks = json_new_object();

	json_put_string(j, "scorer", "strict");
	for (int t = 0; t <= TASK_MEE; t++) {
		struct json *o;

		if (!e->examples[t])
			continue;
		o = json_new_object();
		json_put_string(o, "regime", regime((enum task)t));
		json_put_int(o, "examples", (int64_t)e->examples[t]);
		json_put_int(o, "tp", e->counts[t].tp);
		json_put_int(o, "fp", e->counts[t].fp);
		json_put_int(o, "fn", e->counts[t].fn);
		json_put_number(o, "p", score_precision(&e->counts[t]), 5);
		json_put_number(o, "r", score_recall(&e->counts[t]), 5);
		json_put_number(o, "f1", score_f1(&e->counts[t]), 5);
		json_put(tasks, task_name((enum task)t), o);
	}
	json_put(j, "tasks", tasks);
	json_put_number(j, "mean_f1", evaluation_score(e), 5);
	json_put_int(j, "with_image", (int64_t)e->with_image);
	json_put_int(j, "missing_images", (int64_t)e->missing);
	if (e->with_image)
		json_put_number(j, "mean_gate",
				e->gate_sum / (double)e->with_image, 5);
	json_put_int(j, "dropped_segments", (int64_t)e->dropped);
	json_put_int(j, "absent_strings", (int64_t)e->absent);
	json_put_number(j, "ms", e->ms, 5);
	return j;
}

void evaluation_text(const struct evaluation *e, const char *name,
		     struct str *out)
{
	str_addf(out, "%s, strict scorer\n", name);
	str_addf(out, "  %-5s %8s %7s %7s %7s  %s\n", "task", "examples", "P",
		 "R", "F1", "regime");
	for (int t = 0; t <= TASK_MEE; t++) {
		const struct counts *c = &e->counts[t];

		if (!e->examples[t])
			continue;
		str_addf(out, "  %-5s %8zu %7.2f %7.2f %7.2f  %s\n",
			 task_name((enum task)t), e->examples[t],
			 score_precision(c), score_recall(c), score_f1(c),
			 regime((enum task)t));
	}
	str_addf(out, "  %zu with a picture", e->with_image);
	if (e->with_image)
		str_addf(out, " (mean gate %.4f)",
			 e->gate_sum / (double)e->with_image);
	str_addf(out,
		 ", %zu whose picture is missing; %zu found strings are "
		 "not in the text, %zu segments could not be used\n",
		 e->missing, e->absent, e->dropped);
}
