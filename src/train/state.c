#include "src/train/state.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/heartbeat.h"
#include "src/base/str.h"
#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"

#define VISION_PREFIX "vision."

static bool is_vision(const struct param *a)
{
	return strncmp(a->name, VISION_PREFIX, strlen(VISION_PREFIX)) == 0;
}

/* Host copies of parameters, for writing. */
struct snapshot {
	struct save_tensor *t;
	struct tensor *copy;
	size_t n;
};

static void snapshot_release(struct snapshot *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->copy[i].data);
	free(s->copy);
	free(s->t);
}

static int snapshot_take(struct snapshot *s, const struct params *p,
			 bool vision, enum dtype as, struct err *err)
{
	*s = (struct snapshot){0};
	s->t = xcalloc(p->n, sizeof(*s->t));
	s->copy = xcalloc(p->n, sizeof(*s->copy));
	for (size_t i = 0; i < p->n; i++) {
		const struct param *a = p->at[i];
		struct tensor *c = &s->copy[s->n];

		if (is_vision(a) != vision || !a->t.data)
			continue;
		*c = tensor_view(NULL, a->t.dtype, a->t.ndim, a->t.dim);
		c->data = xaligned(tensor_bytes(c));
		s->t[s->n] = (struct save_tensor){
		    .name = a->name + a->prefix,
		    .tensor = c,
		    .as = a->t.dtype == DT_F32 ? as : a->t.dtype,
		};
		s->n++;
		if (params_read(p, a, c->data, err) < 0)
			return -(int)err->code;
		heartbeat(p->be->heart);
	}
	return 0;
}

static int write_weights(struct save_folder *f, const char *name,
			 const struct params *p, bool vision, enum dtype as,
			 struct err *err)
{
	char *path = file_join(save_path(f), name);
	struct snapshot s;
	int rc = snapshot_take(&s, p, vision, as, err);

	if (rc == 0)
		rc = save_safetensors_watched(path, s.t, s.n, NULL,
					      p->be->heart, err);
	snapshot_release(&s);
	free(path);
	return rc;
}

/* "m.NAME" and "v.NAME" for every trained parameter. */
static int write_moments(struct save_folder *f, const struct params *p,
			 const struct optim *o, struct err *err)
{
	struct save_tensor *t = xcalloc(2 * p->n, sizeof(*t));
	struct tensor *view = xcalloc(2 * p->n, sizeof(*view));
	char *path = file_join(save_path(f), "optim.safetensors");
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < 2 * p->n; i++) {
		const struct param *a = p->at[i / 2];

		if (!(a->flags & PARAM_TRAINED))
			continue;
		view[n] = tensor_view(o->host[i % 2] + a->offset, DT_F32,
				      a->t.ndim, a->t.dim);
		t[n].name = xasprintf("%c.%s", "mv"[i % 2], a -> name);
		t[n].tensor = &view[n];
		t[n].as = DT_F32;
		n++;
	}
	rc = save_safetensors_watched(path, t, n, NULL, p->be->heart, err);
	for (size_t i = 0; i < n; i++)
		free((char *)t[i].name);
	free(path);
	free(view);
	free(t);
	return rc;
}

static const char *const FILES[] = {"model.safetensors", "vision.safetensors",
				    "optim.safetensors", "config.json",
				    "spiece.model",      "schema.json"};

/* Whole numbers and figures of the state, in the order they are written. */
#define STATE_INTS(_) \
	_(step)       \
	_(epoch)      \
	_(position) _(total) _(warmup) _(batch) _(best_step) _(loss_count)
#define STATE_NUMBERS(_) _(lr) _(drop) _(smoothing) _(best) _(loss_sum)

static struct json *digests(const char *dir, const struct heartbeat *heart,
			    struct err *err)
{
	struct json *files = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
		char *path = file_join(dir, FILES[i]), hex[HASH_HEX];
		bool here = file_exists(path);
		int rc = here ? hash_file_watched(path, heart, hex, err) : 0;

		free(path);
		if (rc < 0) {
			json_free(files);
			return NULL;
		}
		if (here)
			json_put_string(files, FILES[i], hex);
	}
	return files;
}

static int write_state(struct save_folder *f, const struct train_state *s,
		       const struct heartbeat *heart, struct err *err)
{
	struct json *files = digests(save_path(f), heart, err), *j;
	char seed[32], *text;
	int rc;

	if (!files)
		return -(int)err->code;
	j = json_new_object();
	json_put_string(j, "schema", "umie-train/1");
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	json_put_string(j, "seed", seed);
#define PUT_INT(name) json_put_int(j, #name, s->name);
#define PUT_NUMBER(name) json_put_number(j, #name, s->name, 17);
	STATE_INTS(PUT_INT)
	STATE_NUMBERS(PUT_NUMBER)
	json_put_string(j, "data", s->data);
	json_put_string(j, "config", s->config);
	json_put(j, "files", files);
	text = json_print_pretty(j);
	rc = save_write(f, "state.json", text, strlen(text), err);
	free(text);
	json_free(j);
	return rc;
}

int state_save(const char *dir, const struct params *p,
	       const struct optim *optim, const struct train_state *s,
	       const struct state_files *files, enum dtype as, struct err *err)
{
	struct save_folder *f = save_begin(dir, err);
	int rc;

	if (!f)
		return -(int)err->code;
	rc = save_write(f, "config.json", files->config_json,
			strlen(files->config_json), err);
	if (rc == 0 && files->spm_path)
		rc = save_copy(f, "spiece.model", files->spm_path, err);
	if (rc == 0)
		rc = save_copy(f, "schema.json", files->schema_path, err);
	if (rc == 0)
		rc = write_weights(f, "model.safetensors", p, false, as, err);
	if (rc == 0 && files->vision_trained)
		rc = write_weights(f, "vision.safetensors", p, true, as, err);
	else if (rc == 0 && files->vision_path)
		rc =
		    save_copy(f, "vision.safetensors", files->vision_path, err);
	if (rc == 0 && optim)
		rc = write_moments(f, p, optim, err);
	if (rc == 0 && optim)
		rc = write_state(f, s, p->be->heart, err);
	if (rc == 0)
		return save_commit(f, err);
	save_abort(f);
	return rc;
}

/* Names of step folders, newest first.  Caller frees each and the list. */
static char **step_names(const char *run, size_t *n)
{
	DIR *d = opendir(run);
	char **names = NULL;
	struct dirent *e;
	size_t cap = 0;

	*n = 0;
	while (d && (e = readdir(d))) {
		if (strlen(e->d_name) != 13 ||
		    strncmp(e->d_name, "step-", 5) != 0 ||
		    strspn(e->d_name + 5, "0123456789") != 8)
			continue;
		names = xgrow(names, *n, &cap, sizeof(*names));
		names[(*n)++] = xstrdup(e->d_name);
	}
	if (d)
		closedir(d);
	for (size_t i = 1; i < *n; i++) /* a handful: insertion sort */
		for (size_t k = i; k && strcmp(names[k - 1], names[k]) < 0;
		     k--) {
			char *swap = names[k];

			names[k] = names[k - 1];
			names[k - 1] = swap;
		}
	return names;
}

static void remove_step(const char *run, const char *name)
{
	char *dir = file_join(run, name), *path;

	/* state.json goes first: without it the step does not count. */
	path = file_join(dir, "state.json");
	unlink(path);
	free(path);
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
		path = file_join(dir, FILES[i]);
		unlink(path);
		free(path);
	}
	rmdir(dir);
	free(dir);
}

int state_save_step(const char *run, const struct params *p,
		    const struct optim *optim, const struct train_state *s,
		    const struct state_files *files, struct err *err)
{
	char name[16], *dir, *latest, **names;
	size_t n;
	int rc;

	snprintf(name, sizeof(name), "step-%08lld", (long long)s->step);
	dir = file_join(run, name);
	rc = state_save(dir, p, optim, s, files, DT_F32, err);
	free(dir);
	if (rc < 0)
		return rc;
	latest = file_join(run, "LATEST");
	rc = file_replace(latest, name, strlen(name), err);
	free(latest);
	if (rc < 0)
		return rc;
	names = step_names(run, &n);
	for (size_t i = 0; i < n; i++) {
		if (i >= 2)
			remove_step(run, names[i]);
		free(names[i]);
	}
	free(names);
	return 0;
}

static int read_state(const char *dir, struct train_state *s,
		      const struct heartbeat *heart, struct err *err)
{
	char *path = file_join(dir, "state.json"), hex[HASH_HEX], *end;
	struct json *j = json_read(path, 1 << 20, err);
	const struct json *f;
	const char *seed;
	int rc = 0;

	free(path);
	if (!j)
		return -(int)err->code;
	seed = json_string(json_get(j, "seed"));
	*s = (struct train_state){0};
	s->seed = seed ? strtoull(seed, &end, 10) : 0;
#define GET_INT(name) s->name = (int64_t)json_number(json_get(j, #name));
#define GET_NUMBER(name) s->name = json_number(json_get(j, #name));
	STATE_INTS(GET_INT)
	STATE_NUMBERS(GET_NUMBER)
	for (int k = 0; k < 2; k++) {
		const char *d = json_string(json_get(j, k ? "config" : "data"));

		snprintf(k ? s->config : s->data, 65, "%s", d ? d : "");
	}
	f = json_first(json_get(j, "files"));
	if (!f)
		rc = err_set(err, ERR_CHECKPOINT, "%s/state.json: no files",
			     dir);
	for (; f && rc == 0; f = json_next(f)) {
		path = file_join(dir, json_key(f));
		rc = hash_file_watched(path, heart, hex, err);
		if (rc == 0 &&
		    (!json_is_string(f) || strcmp(hex, json_string(f)) != 0))
			rc = err_set(err, ERR_CHECKPOINT,
				     "%s: its SHA-256 is not the one in "
				     "state.json",
				     path);
		free(path);
	}
	json_free(j);
	return rc;
}

int state_find(const char *run, char **dir, struct train_state *s,
	       char **warning, const struct heartbeat *heart, struct err *err)
{
	size_t n;
	char **names = step_names(run, &n);
	int rc =
	    err_set(err, ERR_CHECKPOINT, "%s: no saved step to resume", run);

	*dir = NULL;
	*warning = NULL;
	for (size_t i = 0; i < n; i++) {
		char *path = file_join(run, names[i]);

		if (!*dir) {
			rc = read_state(path, s, heart, err);
			if (rc == 0)
				*dir = xstrdup(path);
			else if (!*warning)
				*warning = xstrdup(err->text);
		}
		free(path);
		free(names[i]);
	}
	free(names);
	return *dir ? 0 : rc;
}

/* A stored tensor, its type and size as in `shape`; NULL: an error. */
static const struct tensor *stored(const struct weights *w, const char *name,
				   const struct tensor *shape, struct err *err)
{
	const struct weight *x = weights_find(w, name);

	if (x && x->tensor.dtype == shape->dtype &&
	    tensor_count(&x->tensor) == tensor_count(shape))
		return &x->tensor;
	err_set(err, ERR_CHECKPOINT,
		"%s: tensor %s is missing or has another shape",
		weights_path(w), name);
	return NULL;
}

/* What belongs to the own slice of one parameter's moment. */
static int load_moment(const struct weights *w, const struct param *a, int k,
		       struct optim *o, struct err *err)
{
	struct backend *be = o->params->be;
	char *name = xasprintf("%c.%s", "mv"[k], a -> name);
	const struct tensor *x = stored(w, name, &a->t, err);
	float *to = k == 0 ? o->m.data : o->v.data;
	int64_t n = tensor_count(&a->t);
	int64_t from = MAX(a->offset, o->own.from);
	int64_t end = MIN(a->offset + n, o->own.to);

	free(name);
	if (!x)
		return -(int)err->code;
	if (from >= end)
		return 0;
	return be->copy_in(be, to + (from - o->own.from),
			   (const float *)x->data + (from - a->offset),
			   (size_t)(end - from) * sizeof(*to), err);
}

static int load_moments(const struct weights *w, struct params *p,
			struct optim *o, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < 2 * p->n && rc == 0; i++)
		if (p->at[i / 2]->flags & PARAM_TRAINED) {
			rc = load_moment(w, p->at[i / 2], i % 2, o, err);
			heartbeat(p->be->heart);
		}
	return rc;
}

static int load_weights(const struct weights *w, struct params *p, bool vision,
			struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && rc == 0; i++) {
		const struct param *a = p->at[i];
		const struct tensor *x;

		/* What is not trained is as the run found it. */
		if (is_vision(a) != vision || !(a->flags & PARAM_TRAINED))
			continue;
		x = stored(w, a->name + a->prefix, &a->t, err);
		if (!x)
			return -(int)err->code;
		rc = p->be->copy_in(p->be, a->t.data, x->data,
				    tensor_bytes(&a->t), err);
		heartbeat(p->be->heart);
	}
	return rc;
}

static int load_file(const char *dir, const char *name, struct params *p,
		     struct optim *o, struct err *err)
{
	char *path = file_join(dir, name);
	struct weights *w = weights_open(path, err);
	int rc;

	free(path);
	if (!w)
		return -(int)err->code;
	if (o)
		rc = load_moments(w, p, o, err);
	else
		rc = load_weights(w, p, name[0] == 'v', err);
	weights_close(w);
	return rc;
}

int state_load(const char *dir, struct params *p, struct optim *optim,
	       struct err *err)
{
	bool vision = false;
	int rc = load_file(dir, "model.safetensors", p, NULL, err);

	for (size_t i = 0; i < p->n; i++)
		vision |= is_vision(p->at[i]);
	if (rc == 0 && vision)
		rc = load_file(dir, "vision.safetensors", p, NULL, err);
	if (rc == 0)
		rc = load_file(dir, "optim.safetensors", p, optim, err);
	return rc;
}
