/* An evaluation as JSON, as lines for people, as CSV. */
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/evaluate-internal.h"

const char *evaluation_regime(const struct evaluation *e, enum task t)
{
	switch (t) {
	case TASK_MRE:
		return "given pair, or the model's own entities";
	case TASK_MEAE:
		if (e->scorer == SCORER_REFERENCE)
			return e->regime == REGIME_OWN
				   ? "own, counted for the own first type"
				   : "gold-type, counted for the own first "
				     "type";
		if (e->regime != REGIME_USUAL)
			return regime_name(e->regime);
		return e->examples[TASK_MEAE] == 0  ? "own"
		       : e->examples[TASK_MEE] == 0 ? "gold-type"
						    : "gold-type, mee own";
	case TASK_MNER:
	case TASK_MED:
	case TASK_MEE:
		break;
	}
	return "text and picture";
}

bool evaluation_boxes(const struct evaluation *e)
{
	return e->scorer != SCORER_REFERENCE &&
	       e->examples[TASK_MEAE] + e->examples[TASK_MEE] > 0;
}

static void put_figures(struct json *j, const struct eval_row *r)
{
	struct json *interval = json_new_array();

	json_put_int(j, "examples", (int64_t)r->examples);
	json_put_int(j, "tp", r->c.tp);
	json_put_int(j, "fp", r->c.fp);
	json_put_int(j, "fn", r->c.fn);
	json_put_number(j, "p", score_precision(&r->c), 5);
	json_put_number(j, "r", score_recall(&r->c), 5);
	json_put_number(j, "f1", score_f1(&r->c), 5);
	json_push_number(interval, r->low, 5);
	json_push_number(interval, r->high, 5);
	json_put(j, "f1_95", interval);
}

static struct json *types_json(const struct evaluation *e, enum task t)
{
	struct json *all = json_new_object();

	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];
		struct json *o;

		if (r->task != t || !r->label || json_get(all, r->label))
			continue;
		o = json_new_object();
		put_figures(o, r);
		json_put(all, r->label, o);
	}
	return all;
}

static struct json *tasks_json(const struct evaluation *e)
{
	struct json *tasks = json_new_object();

	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];
		struct json *o;

		if (r->label || r->field)
			continue;
		o = json_new_object();
		json_put_string(o, "regime", evaluation_regime(e, r->task));
		put_figures(o, r);
		json_put(o, "types", types_json(e, r->task));
		json_put(tasks, task_name(r->task), o);
	}
	return tasks;
}

static struct json *slices_json(const struct evaluation *e)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];
		struct json *o;

		if (!r->field)
			continue;
		o = json_new_object();
		json_put_string(o, "field", r->field);
		json_put_string(o, "value", r->value);
		json_put_string(o, "task", task_name(r->task));
		put_figures(o, r);
		json_push(all, o);
	}
	return all;
}

static struct json *confusion_json(const struct evaluation *e)
{
	struct json *j = json_new_object(), *names = json_new_array();
	struct json *rows = json_new_array();
	size_t side = e->types.n + 1;

	for (size_t i = 0; i < e->types.n; i++)
		json_push_string(names, e->types.name[i]);
	json_push_string(names, "-");
	for (size_t a = 0; a < side; a++) {
		struct json *row = json_new_array();

		for (size_t b = 0; b < side; b++)
			json_push_number(
			    row, (double)e->confusion[a * side + b], 15);
		json_push(rows, row);
	}
	json_put(j, "types", names);
	json_put(j, "gold_by_found", rows);
	return j;
}

static double mean_gate(const struct evaluation *e)
{
	double sum = 0;

	for (int t = 0; t < TASK_COUNT; t++)
		sum += e->gate_sum[t];
	return e->with_image ? sum / (double)e->with_image : 0;
}

static size_t gates_of(const struct evaluation *e, int t)
{
	size_t n = 0;

	for (int i = 0; i < GATE_BINS; i++)
		n += e->gates[t][i];
	return n;
}

static struct json *gates_json(const struct evaluation *e)
{
	struct json *j = json_new_object(), *edges = json_new_array();
	struct json *bins = json_new_array(), *means = json_new_object();

	for (int i = 0; i < GATE_BINS; i++) {
		size_t n = 0;

		for (int t = 0; t < TASK_COUNT; t++)
			n += e->gates[t][i];
		json_push_number(bins, (double)n, 15);
		if (i < GATE_BINS - 1)
			json_push_number(edges, GATE_EDGE[i], 4);
	}
	for (int t = 0; t < TASK_COUNT; t++)
		if (gates_of(e, t))
			json_put_number(means, task_name((enum task)t),
					e->gate_sum[t] / (double)gates_of(e, t),
					5);
	json_put_number(j, "mean", mean_gate(e), 5);
	json_put(j, "means", means);
	json_put(j, "edges", edges);
	json_put(j, "bins", bins);
	return j;
}

struct json *evaluation_json(const struct evaluation *e)
{
	struct json *j = json_new_object(), *slices = slices_json(e);

	json_put_string(j, "data", e->name);
	json_put_string(j, "scorer", scorer_name(e->scorer));
	if (e->constrained)
		json_put_bool(j, "constrained", true);
	if (evaluation_boxes(e)) {
		json_put_number(j, "iou", SCORE_IOU, 5);
		json_put_int(j, "own_boxes", (int64_t)e->boxed);
	}
	json_put_int(j, "examples", (int64_t)e->done);
	json_put(j, "tasks", tasks_json(e));
	json_put_number(j, "mean_f1", evaluation_score(e), 5);
	if (json_len(slices))
		json_put(j, "slices", slices);
	else
		json_free(slices);
	if (e->confusion)
		json_put(j, "confusion", confusion_json(e));
	json_put_int(j, "with_image", (int64_t)e->with_image);
	json_put_int(j, "missing_images", (int64_t)e->missing);
	if (e->with_image)
		json_put(j, "gate", gates_json(e));
	json_put_int(j, "dropped_segments", (int64_t)e->dropped);
	json_put_int(j, "absent_strings", (int64_t)e->absent);
	json_put_number(j, "ms", e->ms, 5);
	return j;
}

static void row_text(const struct evaluation *e, const struct eval_row *r,
		     struct str *out)
{
	const char *name = r->label ? r->label : task_name(r->task);
	char *slice = NULL;

	if (r->field)
		name = slice = xasprintf("%s %s", r->value, name);
	str_addf(out, "  %s%-22s %7zu %6.2f %6.2f %6.2f  %5.1f-%.1f%s%s\n",
		 r->label ? "  " : "", name, r->examples,
		 score_precision(&r->c), score_recall(&r->c), score_f1(&r->c),
		 r->low, r->high, r->label || r->field ? "" : "  ",
		 r->label || r->field ? "" : evaluation_regime(e, r->task));
	free(slice);
}

static void confusion_text(const struct evaluation *e, struct str *out)
{
	size_t side = e->types.n + 1;

	str_addf(out, "  %-22s", "gold \\ found");
	for (size_t b = 0; b < side; b++)
		str_addf(out, " %6.6s",
			 b < e->types.n ? e->types.name[b] : "-");
	str_addc(out, '\n');
	for (size_t a = 0; a < side; a++) {
		str_addf(out, "    %-20s",
			 a < e->types.n ? e->types.name[a] : "-");
		for (size_t b = 0; b < side; b++)
			str_addf(out, " %6zu", e->confusion[a * side + b]);
		str_addc(out, '\n');
	}
}

static void gates_text(const struct evaluation *e, struct str *out)
{
	str_add(out, "  gates:");
	for (int i = 0; i < GATE_BINS; i++) {
		size_t n = 0;

		for (int t = 0; t < TASK_COUNT; t++)
			n += e->gates[t][i];
		if (!n)
			continue;
		if (i < GATE_BINS - 1)
			str_addf(out, "  <%g: %zu", GATE_EDGE[i], n);
		else
			str_addf(out, "  more: %zu", n);
	}
	str_addc(out, '\n');
}

/* Rows of a task, each with its types; or of the slices of one field. */
static void tasks_text(const struct evaluation *e, struct str *out)
{
	for (int t = 0; t < TASK_COUNT; t++)
		for (int label = 0; label < 2; label++)
			for (size_t i = 0; i < e->n_rows; i++) {
				const struct eval_row *r = &e->row[i];

				if (r->task == (enum task)t && !r->field &&
				    !r->label == !label)
					row_text(e, r, out);
			}
}

static void slices_text(const struct evaluation *e, struct str *out)
{
	const char *field = "";

	for (size_t i = 0; i < e->n_rows; i++) {
		if (!e->row[i].field)
			continue;
		if (strcmp(e->row[i].field, field) != 0)
			str_addf(out, "  by %s\n", e->row[i].field);
		field = e->row[i].field;
		row_text(e, &e->row[i], out);
	}
}

void evaluation_text(const struct evaluation *e, struct str *out)
{
	str_addf(out, "%s, %s scorer, %zu examples%s\n", e->name,
		 scorer_name(e->scorer), e->done,
		 e->constrained ? ", constrained decoding" : "");
	str_addf(out, "  %-22s %7s %6s %6s %6s  %11s  %s\n", "task, type", "n",
		 "P", "R", "F1", "95 % of F1", "regime");
	tasks_text(e, out);
	slices_text(e, out);
	if (evaluation_boxes(e))
		str_addf(out,
			 "  arguments in the picture: the gold region, or a "
			 "box with IoU >= %g; %zu gold ones have a box of "
			 "their own\n",
			 SCORE_IOU, e->boxed);
	if (e->confusion)
		confusion_text(e, out);
	str_addf(out, "  %zu with a picture", e->with_image);
	if (e->with_image)
		str_addf(out, " (mean gate %.4f)", mean_gate(e));
	str_addf(out,
		 ", %zu whose picture is missing; %zu found strings are "
		 "not in the text, %zu segments could not be used\n",
		 e->missing, e->absent, e->dropped);
	if (e->with_image)
		gates_text(e, out);
}

void evaluation_csv(const struct evaluation *e, struct str *out)
{
	/* a column more only when there is something to tell */
	str_addf(out,
		 "data,scorer,regime,task,type,slice,value,examples,"
		 "tp,fp,fn,p,r,f1,f1_low,f1_high%s\n",
		 e->constrained ? ",decoding" : "");
	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];
		const char *const words[] = {e->name,
					     scorer_name(e->scorer),
					     evaluation_regime(e, r->task),
					     task_name(r->task),
					     r->label ? r->label : "",
					     r->field ? r->field : "",
					     r->value ? r->value : ""};

		for (size_t k = 0; k < ARRAY_LEN(words); k++) {
			str_add_cell(out, words[k], ',');
			str_addc(out, ',');
		}
		str_addf(out, "%zu,%lld,%lld,%lld,%.4f,%.4f,%.4f,%.4f,%.4f%s\n",
			 r->examples, (long long)r->c.tp, (long long)r->c.fp,
			 (long long)r->c.fn, score_precision(&r->c),
			 score_recall(&r->c), score_f1(&r->c), r->low, r->high,
			 e->constrained ? ",constrained" : "");
	}
}
