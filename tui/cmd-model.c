/* umie inspect, init, pack: checkpoints as files. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"
#include "src/engine/device.h"
#include "src/image/resize.h"
#include "src/model/resnet.h"
#include "src/tensor/backend.h"
#include "src/train/state.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/shape.h"

static const struct option INSPECT[] = {
    {"device", 0, "NAME", "where to open it"},
    {"threads", 0, "N", "processor threads (default: all cores)"},
    {"json", 0, NULL, "the report as one JSON object"},
    {NULL, 0, NULL, NULL},
};

static void show_report(struct app *app, const struct open_report *r,
			bool as_json)
{
	struct str text = {0};
	struct json *j;
	char *line;

	if (as_json) {
		j = open_report_json(r);
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
		json_free(j);
		return;
	}
	open_report_text(r, &text);
	text.s[--text.len] = '\0';
	app_say(app, "%s", text.s);
	str_release(&text);
}

static int exec_inspect(struct app *app, const struct args *a, struct err *err)
{
	struct backend *be;
	struct bundle *b = NULL;
	int rc = batch_backend(app, &be, a, err);

	if (rc == 0)
		rc = bundle_open(&b, a->pos[0], be, &(struct bundle_options){0},
				 err);
	if (rc == 0)
		show_report(app, &b->report, args_has(a, "json"));
	bundle_close(b);
	if (be)
		be->close(be);
	return rc;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .alias = "open",
    .args = "CKPT",
    .options = INSPECT,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "open a checkpoint and say what is in it",
    .exec = exec_inspect,
};

static const struct option INIT[] = {
    {"size", 0, "base|large|xl|tiny", "shape of the model"},
    {"config", 0, "FILE", "shape from a config.json instead"},
    {"spm", 0, "FILE", "spiece.model to put beside the weights"},
    {"schema", 0, "FILE", "schema.json (default: the paper's)"},
    {"seed", 0, "N", "of the random weights (default 1)"},
    {"dtype", 0, "f32|bf16|f16", "of the weights (default f32)"},
    {NULL, 0, NULL, NULL},
};

int shape_dtype(const char *s, enum dtype *out, struct err *err)
{
	static const struct {
		const char *name;
		enum dtype d;
	} table[] = {{"f32", DT_F32}, {"bf16", DT_BF16}, {"f16", DT_F16}};

	*out = DT_F32;
	for (size_t i = 0; s && i < ARRAY_LEN(table); i++)
		if (strcmp(s, table[i].name) == 0) {
			*out = table[i].d;
			return 0;
		}
	return s ? err_set(err, ERR_USAGE,
			   "--dtype %s: f32, bf16 or f16 expected", s)
		 : 0;
}

/* The paper's backbone: ResNet-101 as in torchvision, pictures of 224. */
static void paper_vision(struct config *c)
{
	c->vision = (struct vision_config){.arch = VISION_RESNET101,
					   .layers = {3, 4, 23, 3},
					   .width = 64,
					   .image_size = 224};
	memcpy(c->vision.mean, IMAGE_NORM_IMAGENET.mean,
	       sizeof(c->vision.mean));
	memcpy(c->vision.std, IMAGE_NORM_IMAGENET.std, sizeof(c->vision.std));
	c->feat_dim = vision_feat_dim(&c->vision);
	c->has_umie = true;
}

int shape_of(const struct args *a, struct config *c, struct err *err)
{
	const char *size = args_get(a, "size"), *file = args_get(a, "config");
	const char *who = a->cmd->name;

	if (!size == !file)
		return err_set(err, ERR_USAGE, "%s: give --size or --config",
			       who);
	if (file)
		return config_read(c, file, err);
	if (!config_preset(c, size))
		return err_set(err, ERR_USAGE,
			       "%s: --size %s: base, large, xl or tiny "
			       "expected",
			       who, size);
	if (strcmp(size, "tiny") != 0)
		paper_vision(c);
	return 0;
}

/* Text half, gate and backbone of this shape, random. */
static struct resnet *register_all(struct params *p, struct umie *m,
				   const struct config *c)
{
	struct resnet *vision = NULL;

	umie_init(m, c, p);
	if (c->vision.arch != VISION_NONE) {
		p->prefix = "vision.";
		vision = resnet_new(&c->vision, p, "");
		p->prefix = "";
	}
	return vision;
}

static int write_schema(const struct args *a, const char *path, struct err *err)
{
	const char *from = args_get(a, "schema");
	struct schema s = {0};
	struct json *j;
	char *text;
	int rc = from ? schema_read(&s, from, err) : schema_paper(&s, err);

	if (rc < 0)
		return rc;
	j = schema_to_json(&s);
	text = json_print_pretty(j);
	rc = file_replace(path, text, strlen(text), err);
	free(text);
	json_free(j);
	schema_release(&s);
	return rc;
}

static int init_save(const struct args *a, const struct params *p,
		     const struct config *c, enum dtype d, struct err *err)
{
	char *schema = xasprintf("%s.schema-tmp", a->pos[0]);
	struct json *j = config_to_json(c);
	char *text = json_print_pretty(j);
	struct state_files f = {.config_json = text,
				.spm_path = args_get(a, "spm"),
				.schema_path = schema,
				.vision_trained =
				    c->vision.arch != VISION_NONE};
	int rc = write_schema(a, schema, err);

	if (rc == 0)
		rc = state_save(a->pos[0], p, NULL, NULL, &f, d, err);
	remove(schema);
	free(schema);
	free(text);
	json_free(j);
	return rc;
}

static int exec_init(struct app *app, const struct args *a, struct err *err)
{
	struct config c = {0};
	struct params p = {0};
	struct umie m = {0};
	struct resnet *vision = NULL;
	struct backend *be = NULL;
	enum dtype d;
	long seed;
	int rc = shape_of(a, &c, err);

	if (rc == 0)
		rc = args_int(a, "seed", 0, 2147483647, 1, &seed, err);
	if (rc == 0)
		rc = shape_dtype(args_get(a, "dtype"), &d, err);
	if (rc == 0 && file_exists(a->pos[0]))
		rc = err_set(err, ERR_USAGE, "init: %s exists already",
			     a->pos[0]);
	if (rc == 0)
		rc = device_open("cpu", 0, &be, NULL, err);
	if (rc == 0) {
		vision = register_all(&p, &m, &c);
		params_init(&p, (uint64_t)seed);
		umie_head_start(&m);
		rc = params_place(&p, be, err);
	}
	if (rc == 0)
		rc = init_save(a, &p, &c, d, err);
	if (rc == 0)
		app_note(app, "%s: %.1f M random parameters", a->pos[0],
			 (double)params_count(&p, false) / 1e6);
	resnet_close(vision);
	umie_release(&m);
	params_release(&p);
	config_release(&c);
	if (be)
		be->close(be);
	return rc;
}

const struct cmd cmd_init = {
    .name = "init",
    .args = "DIR",
    .options = INIT,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "write a checkpoint of random weights, for training, tests "
	    "and benchmarks",
    .exec = exec_init,
};

static const struct option PACK[] = {
    {"dtype", 0, "f32|bf16|f16", "type of the weights (default f32)"},
    {"drop", 0, "PREFIX",
     "leave tensors out whose names begin so; "
     "training starts them anew"},
    {NULL, 0, NULL, NULL},
};

/* One weights file in another type; what is not f32, bf16 or f16 stays. */
static int pack_weights(struct save_folder *f, const char *name,
			const char *from, enum dtype as, const char *drop,
			struct err *err)
{
	struct weights *w = weights_open(from, err);
	struct save_tensor *t;
	char *path;
	size_t n = 0;
	int rc;

	if (!w)
		return -(int)err->code;
	t = xcalloc(weights_count(w), sizeof(*t));
	for (size_t i = 0; i < weights_count(w); i++) {
		const struct weight *x = weights_at(w, i);
		enum dtype d = x->tensor.dtype;

		if (drop && strncmp(x->name, drop, strlen(drop)) == 0)
			continue;
		t[n].name = x->name;
		t[n].tensor = &x->tensor;
		t[n].as = d == DT_F32 || d == DT_BF16 || d == DT_F16 ? as : d;
		n++;
	}
	path = file_join(save_path(f), name);
	rc = save_safetensors(path, t, n, NULL, err);
	free(path);
	free(t);
	weights_close(w);
	return rc;
}

static int pack_file(struct save_folder *f, const char *from, const char *name,
		     enum dtype as, struct err *err)
{
	char *path = file_join(from, name);
	bool weights = strstr(name, ".safetensors") != NULL;
	int rc = 0;

	if (file_exists(path))
		rc = weights ? pack_weights(f, name, path, as, NULL, err)
			     : save_copy(f, name, path, err);
	free(path);
	return rc;
}

static int exec_pack(struct app *app, const struct args *a, struct err *err)
{
	static const char *const copied[] = {
	    "config.json", "spiece.model", "schema.json", "vision.safetensors"};
	struct save_folder *f;
	enum dtype d;
	int rc = shape_dtype(args_get(a, "dtype"), &d, err);

	(void)app;
	if (rc < 0)
		return rc;
	f = save_begin(a->pos[1], err);
	if (!f)
		return -(int)err->code;
	rc = pack_weights(f, "model.safetensors", a->pos[0], d,
			  args_get(a, "drop"), err);
	for (size_t i = 0; i < ARRAY_LEN(copied) && rc == 0; i++)
		rc = pack_file(f, a->pos[0], copied[i], d, err);
	if (rc == 0)
		return save_commit(f, err);
	save_abort(f);
	return rc;
}

const struct cmd cmd_pack = {
    .name = "pack",
    .args = "CKPT OUT",
    .options = PACK,
    .flags = CMD_BATCH,
    .min_pos = 2,
    .max_pos = 2,
    .help = "write a checkpoint again as safetensors, in another type",
    .exec = exec_pack,
};
