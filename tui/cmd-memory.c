/* umie memory: what training would take, before it is taken. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/train/account.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/shape.h"

static const struct option OPTIONS[] = {
    {"size", 0, "base|large|xl|tiny", "shape of the model"},
    {"config", 0, "FILE", "shape from a config.json instead"},
    {"device", 0, "cpu|cuda", "where it would be trained (default cpu)"},
    {"batch", 0, "N", "examples of a step on each rank (default 8)"},
    {"tokens", 0, "N", "of each input (default 256)"},
    {"answer", 0, "N", "tokens of each answer (default 128)"},
    {"regions", 0, "N", "of each picture, itself too (default 37)"},
    {"ranks", 0, "N", "that share the optimiser's state (default 1)"},
    {"freeze", 0, "LIST", "tensors whose names begin so are not trained"},
    {"dtype", 0, "f32|bf16|f16", "of what is not trained (default f32)"},
    {"json", 0, NULL, "figures as one JSON object"},
    {NULL, 0, NULL, NULL},
};

/* With everything kept, and with layers computed again. */
enum { KEPT, AGAIN, WAYS };

static int read_options(const struct args *a, struct account_options *o,
			struct err *err)
{
	long batch, tokens, answer, regions, ranks;
	const char *device = args_get(a, "device");

	if (args_int(a, "batch", 1, 4096, 8, &batch, err) < 0 ||
	    args_int(a, "tokens", 1, 4096, 256, &tokens, err) < 0 ||
	    args_int(a, "answer", 1, 4096, 128, &answer, err) < 0 ||
	    args_int(a, "regions", 0, 37, 37, &regions, err) < 0 ||
	    args_int(a, "ranks", 1, 4096, 1, &ranks, err) < 0 ||
	    shape_dtype(args_get(a, "dtype"), &o->frozen_type, err) < 0)
		return -(int)err->code;
	if (device && strcmp(device, "cpu") != 0 && strcmp(device, "cuda") != 0)
		return err_set(err, ERR_USAGE,
			       "memory: --device %s: cpu or cuda expected",
			       device);
	o->batch = (int)batch;
	o->tokens = (int)tokens;
	o->answer = (int)answer;
	o->regions = (int)regions;
	o->ranks = (int)ranks;
	o->keeps_attention = !device || strcmp(device, "cpu") == 0;
	o->freeze = args_get(a, "freeze");
	return 0;
}

static void say_row(struct app *app, const char *what, size_t kept,
		    size_t again)
{
	app_say(app, "  %-12s %14.3f GB %14.3f GB", what, (double)kept / 1e9,
		(double)again / 1e9);
}

static void show(struct app *app, const struct account_options *o,
		 const struct account *way)
{
	app_say(app, "%lld parameters, %lld of them trained",
		(long long)way->parameters, (long long)way->trained);
	app_say(app,
		"batch %d of %d and %d tokens, %d regions; optimiser on %d %s",
		o->batch, o->tokens, o->answer, o->regions, o->ranks,
		o->ranks == 1 ? "rank" : "ranks");
	app_say(app, "  %-12s %17s %17s", "", "all kept", "--recompute");
	say_row(app, "weights", way[KEPT].weights, way[AGAIN].weights);
	say_row(app, "gradients", way[KEPT].gradients, way[AGAIN].gradients);
	say_row(app, "moments", way[KEPT].moments, way[AGAIN].moments);
	say_row(app, "activations", way[KEPT].activations,
		way[AGAIN].activations);
	say_row(app, "all", account_sum(&way[KEPT]), account_sum(&way[AGAIN]));
}

static struct json *way_json(const struct account *w)
{
	struct json *j = json_new_object();

	json_put_int(j, "weights", (int64_t)w->weights);
	json_put_int(j, "gradients", (int64_t)w->gradients);
	json_put_int(j, "moments", (int64_t)w->moments);
	json_put_int(j, "activations", (int64_t)w->activations);
	json_put_int(j, "all", (int64_t)account_sum(w));
	return j;
}

static void show_json(struct app *app, const struct account_options *o,
		      const struct account *way)
{
	struct json *j = json_new_object();
	char *line;

	json_put_string(j, "schema", "umie/1");
	json_put_int(j, "parameters", way->parameters);
	json_put_int(j, "trained", way->trained);
	json_put_int(j, "batch", o->batch);
	json_put_int(j, "ranks", o->ranks);
	json_put(j, "kept", way_json(&way[KEPT]));
	json_put(j, "recomputed", way_json(&way[AGAIN]));
	line = json_print(j);
	app_say(app, "%s", line);
	free(line);
	json_free(j);
}

static int exec_memory(struct app *app, const struct args *a, struct err *err)
{
	struct account_options o = {0};
	struct account way[WAYS];
	struct config c = {0};
	int rc = read_options(a, &o, err);

	if (rc == 0)
		rc = shape_of(a, &c, err);
	for (int k = 0; k < WAYS && rc == 0; k++) {
		o.recompute = k == AGAIN;
		rc = account_make(&c, &o, &way[k], err);
	}
	if (rc == 0 && args_has(a, "json"))
		show_json(app, &o, way);
	else if (rc == 0)
		show(app, &o, way);
	config_release(&c);
	return rc;
}

const struct cmd cmd_memory = {
    .name = "memory",
    .args = "",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .help = "say what memory training would take",
    .exec = exec_memory,
};
