#include "src/engine/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/checkpoint/weights.h"
#include "src/engine/clock.h"
#include "src/model/resnet.h"
#include "src/text/tokenizer.h"

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	resnet_close(b->vision);
	umie_release(&b->model);
	params_release(&b->params);
	weights_close(b->vision_weights);
	weights_close(b->weights);
	tokenizer_free(b->tokenizer);
	schema_release(&b->schema);
	open_report_release(&b->report);
	config_release(&b->config);
	free(b->dir);
	free(b);
}

static int read_config(struct bundle *b, struct err *err)
{
	char *path = file_join(b->dir, "config.json");
	int rc = config_read(&b->config, path, err);

	free(path);
	return rc < 0 ? err_recode(err, ERR_CHECKPOINT) : 0;
}

static int read_schema(struct bundle *b, struct err *err)
{
	char *path = file_join(b->dir, "schema.json");
	int rc = 0;

	b->report.has_schema = file_exists(path);
	if (b->report.has_schema)
		rc = schema_read(&b->schema, path, err);
	else
		rc = schema_paper(&b->schema, err);
	free(path);
	return rc < 0 ? err_recode(err, ERR_CHECKPOINT) : 0;
}

static int read_tokenizer(struct bundle *b, struct err *err)
{
	char *path = file_join(b->dir, "spiece.model");
	int rc = 0;

	if (file_exists(path)) {
		b->tokenizer = tokenizer_open(path, err);
		rc = b->tokenizer ? 0 : -(int)err->code;
	}
	free(path);
	return rc;
}

/* The embedding must have a row for every piece and special. */
static int check_vocabulary(struct bundle *b, struct err *err)
{
	int want;

	if (!b->tokenizer)
		return 0;
	want = tokenizer_size(b->tokenizer);
	b->report.pieces = tokenizer_pieces(b->tokenizer);
	if (umie_is_plain_t5(b->weights))
		b->config.vocab = want; /* cut to it: reported as resized */
	if (b->config.vocab == want)
		return 0;
	return err_set(err, ERR_CHECKPOINT,
		       "%s: shared.weight has %d rows, but spiece.model with "
		       "its specials wants %d (%d pieces + 100 + 2)",
		       b->dir, b->config.vocab, want, b->report.pieces);
}

static void note_missing(struct bundle *b, const struct bind_report *r,
			 const char *prefix)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct bind_note *n = &r->note[i];
		struct labels *to =
		    n->kind == BIND_MISSING      ? &b->report.missing
		    : n->kind == BIND_UNEXPECTED ? &b->report.unexpected
		    : n->kind == BIND_RESIZED    ? &b->report.resized
						 : NULL;
		char *name;

		if (!to)
			continue;
		if (n->kind == BIND_RESIZED)
			name = xasprintf("%s%s (%lld rows, %lld used)", prefix,
					 n->name, (long long)n->found,
					 (long long)n->want);
		else
			name = xasprintf("%s%s", prefix, n->name);
		labels_add(to, name, strlen(name));
		free(name);
	}
	b->report.used += r->used;
}

static int bind_text(struct bundle *b, uint64_t seed, struct err *err)
{
	struct bind_report r = {0};
	int rc;

	umie_init(&b->model, &b->config, &b->params);
	rc = params_bind(&b->params, "", b->weights, umie_aliases(), seed, &r,
			 err);
	if (rc == 0)
		note_missing(b, &r, "");
	bind_report_release(&r);
	return rc;
}

/* The backbone inside the registry, so that it can be trained. */
static int bind_vision(struct bundle *b, uint64_t seed, struct err *err)
{
	struct bind_report r = {0};
	int rc = 0;

	b->params.prefix = "vision.";
	b->vision = resnet_new(
	    &b->config.vision, &b->params,
	    b->vision_weights ? resnet_key_prefix(b->vision_weights) : "");
	b->params.prefix = "";
	if (b->vision_weights)
		rc = params_bind(&b->params, "vision.", b->vision_weights, NULL,
				 seed, &r, err);
	if (rc == 0)
		note_missing(b, &r, "vision.");
	bind_report_release(&r);
	return rc;
}

static int open_vision(struct bundle *b, const struct bundle_options *o,
		       struct err *err)
{
	char *path = file_join(b->dir, "vision.safetensors");
	int rc = 0;

	if (b->config.vision.arch != VISION_NONE && file_exists(path)) {
		b->vision_weights = weights_open(path, err);
		rc = b->vision_weights ? 0 : -(int)err->code;
	}
	free(path);
	if (rc < 0)
		return rc;
	b->report.has_vision = b->vision_weights != NULL;
	if (o->use == BUNDLE_TRAIN_VISION) {
		if (b->config.vision.arch == VISION_NONE)
			return err_set(err, ERR_CHECKPOINT,
				       "%s/config.json: no vision backbone is "
				       "described, so none can be trained",
				       b->dir);
		return bind_vision(b, o->seed, err);
	}
	if (!b->vision_weights)
		return 0;
	b->vision =
	    resnet_open(&b->config.vision, b->vision_weights, b->be, err);
	return b->vision ? 0 : -(int)err->code;
}

static const char *main_dtype(const struct weights *w)
{
	int64_t count[32] = {0}, best = -1;
	enum dtype d = DT_F32;

	for (size_t i = 0; i < weights_count(w); i++) {
		const struct tensor *t = &weights_at(w, i)->tensor;

		count[t->dtype] += tensor_count(t);
		if (count[t->dtype] > best) {
			best = count[t->dtype];
			d = t->dtype;
		}
	}
	return dtype_name(d);
}

static int fill_report(struct bundle *b, struct err *err)
{
	struct open_report *r = &b->report;

	r->path = xstrdup(b->dir);
	r->format = xstrdup(weights_format(b->weights));
	r->dtype = main_dtype(b->weights);
	r->vocab = b->config.vocab;
	schema_copy(&r->schema, &b->schema);
	r->trained_instructions =
	    json_get(b->config.umie, "instructions") != NULL;
	for (enum task t = TASK_MNER; t < TASK_MEE; t++) {
		const char *s = bundle_instruction(b, t, NULL);

		labels_add(&r->instructions, s, strlen(s));
	}
	for (size_t i = 0; i < weights_count(b->weights); i++)
		r->bytes +=
		    (int64_t)tensor_bytes(&weights_at(b->weights, i)->tensor);
	if (b->vision_weights)
		for (size_t i = 0; i < weights_count(b->vision_weights); i++)
			r->vision_parameters += tensor_count(
			    &weights_at(b->vision_weights, i)->tensor);
	if (b->vision_weights && weights_hash(b->vision_weights, b->be->heart,
					      r->vision_hash, err) < 0)
		return -(int)err->code;
	return weights_hash(b->weights, b->be->heart, r->hash, err);
}

/* Everything but placing it on the device. */
static int load(struct bundle *b, const struct bundle_options *o,
		struct err *err)
{
	int rc = read_config(b, err);

	if (rc == 0)
		rc = read_schema(b, err);
	if (rc == 0)
		rc = read_tokenizer(b, err);
	if (rc < 0)
		return rc;
	b->weights = weights_open(b->dir, err);
	if (!b->weights)
		return -(int)err->code;
	rc = umie_adopt(&b->config, b->weights, NULL, err);
	if (rc == 0)
		rc = check_vocabulary(b, err);
	if (rc == 0)
		rc = bind_text(b, o->seed, err);
	if (rc == 0) {
		b->report.parameters = params_count(&b->params, false);
		b->report.heads = b->config.heads;
		rc = open_vision(b, o, err);
	}
	if (rc == 0)
		rc = fill_report(b, err);
	return rc;
}

int bundle_open(struct bundle **out, const char *dir, struct backend *be,
		const struct bundle_options *o, struct err *err)
{
	struct bundle *b = xcalloc(1, sizeof(*b));
	double start = clock_ms();
	int rc;

	*out = NULL;
	b->dir = xstrdup(dir);
	b->be = be;
	if (file_is_dir(dir))
		rc = load(b, o, err);
	else
		rc = err_set(err, ERR_CHECKPOINT, "%s: %s", dir,
			     file_exists(dir)
				 ? "not a folder; a checkpoint is a "
				   "folder with config.json and weights"
				 : "no such folder");
	if (rc == 0) {
		params_init(&b->params, o->seed); /* what the files lack */
		params_freeze(&b->params, o->freeze);
		rc = o->use == BUNDLE_INFER ? params_place(&b->params, be, err)
					    : params_train(&b->params, be, err);
	}
	if (rc < 0) {
		bundle_close(b);
		return rc;
	}
	b->report.ms = clock_ms() - start;
	*out = b;
	return 0;
}

const char *bundle_instruction(const struct bundle *b, enum task t,
			       const char *wanted)
{
	const char *s = wanted ? instruction_named(wanted, t) : NULL;

	if (s || wanted)
		return s ? s : wanted;
	s = json_string(
	    json_get(json_get(b->config.umie, "instructions"), task_name(t)));
	return s ? s : task_instruction(t);
}

enum answer_grammar bundle_grammar(const struct bundle *b)
{
	return b->config.grammar == GRAMMAR_SEL ? ANSWER_SEL : ANSWER_PAPER;
}

static bool has_file(const char *dir, const char *file)
{
	char *path = file_join(dir, file);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

/* "build/" of "build/umie" without its last folder: where the tree is. */
static int tree_length(const char *argv0, int n)
{
	int k = n;

	while (k > 0 && argv0[k - 1] != '/')
		k--;
	return k < n && argv0[k] != '.' ? k : -1;
}

char *bundle_shipped(const char *argv0, const char *file)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
	int n = slash ? (int)(slash - argv0) : 0, tree = tree_length(argv0, n);
	/* build/umie, with a name to be read; the same where build is a link;
	 * build/any/umie; umie built in the tree */
	char *near[] = {
	    tree >= 0 ? xasprintf("%.*sexamples/demo", tree, argv0) : NULL,
	    slash ? xasprintf("%.*s/../examples/demo", n, argv0) : NULL,
	    slash ? xasprintf("%.*s/../../examples/demo", n, argv0) : NULL,
	    slash ? xasprintf("%.*s/examples/demo", n, argv0) : NULL,
	    xstrdup(PKGDATADIR "/demo"),
	};
	char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(near); i++) {
		if (!found && near[i] && has_file(near[i], file))
			found = near[i];
		else
			free(near[i]);
	}
	return found;
}

char *bundle_default(const char *argv0, struct err *err)
{
	const char *env = getenv("UMIE_CHECKPOINT");
	char *dir;

	if (env && *env)
		return xstrdup(env);
	dir = bundle_shipped(argv0, "config.json");
	if (!dir)
		err_set(err, ERR_CHECKPOINT,
			"no checkpoint: give one with -m, or set "
			"UMIE_CHECKPOINT (the demonstration one is neither "
			"beside the program nor in %s)",
			PKGDATADIR "/demo");
	return dir;
}
