#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/weights.h"
#include "src/model/params-internal.h"

static void note(struct bind_report *r, enum bind_kind kind, const char *name,
		 int64_t found, int64_t want)
{
	r->note = xgrow(r->note, r->n, &r->cap, sizeof(*r->note));
	r->note[r->n++] = (struct bind_note){
	    .kind = kind,
	    .name = xstrdup(name),
	    .found = found,
	    .want = want,
	};
}

size_t bind_report_count(const struct bind_report *r, enum bind_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->note[i].kind == kind;
	return n;
}

void bind_report_release(struct bind_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->note[i].name);
	free(r->note);
	*r = (struct bind_report){0};
}

static const struct weight *find(const struct weights *w, const char *name,
				 const struct param_alias *alias)
{
	const struct weight *found = weights_find(w, name);

	for (; !found && alias && alias->alias; alias++)
		if (strcmp(alias->name, name) == 0)
			found = weights_find(w, alias->alias);
	return found;
}

static bool is_weight_type(enum dtype d)
{
	return d == DT_F32 || d == DT_F16 || d == DT_BF16 || d == DT_F64;
}

/* The same columns, other rows. */
static bool only_rows_differ(const struct tensor *a, const struct tensor *b)
{
	struct tensor c = *a;

	c.dim[0] = b->dim[0];
	return a->ndim > 0 && tensor_same_shape(&c, b);
}

/* An f32 copy of `from` under the parameter's shape, new rows initialised. */
static void widen(struct params *p, struct param *a, const struct tensor *from,
		  uint64_t seed)
{
	struct tensor t = tensor_view(NULL, DT_F32, a->t.ndim, a->t.dim);
	int64_t n = MIN(tensor_count(from), tensor_count(&t));
	float *out = arena_alloc(&p->values, tensor_bytes(&t));

	for (int64_t i = 0; i < n; i++)
		out[i] = tensor_float(from, i);
	param_fill(a, seed, out, n, tensor_count(&t));
	t.data = out;
	a->t = t;
}

static int mismatch(const struct weights *w, const struct weight *found,
		    const struct param *a, struct err *err)
{
	char got[96], want[96];

	return err_set(err, ERR_CHECKPOINT,
		       "%s: tensor %s has shape %s, expected %s",
		       weights_path(w), found->name,
		       tensor_shape_text(&found->tensor, got, sizeof(got)),
		       tensor_shape_text(&a->t, want, sizeof(want)));
}

static int bind_one(struct params *p, struct param *a, const struct weights *w,
		    const struct weight *found, uint64_t seed,
		    struct bind_report *r, struct err *err)
{
	const struct tensor *t = &found->tensor;
	bool same = tensor_same_shape(t, &a->t);

	if (a->flags & PARAM_DEAD) { /* whatever it is, it is only kept */
		a->t = *t;
		return 0;
	}
	if (!is_weight_type(t->dtype))
		return err_set(
		    err, ERR_CHECKPOINT,
		    "%s: tensor %s holds %s, expected floating-point "
		    "numbers",
		    weights_path(w), found->name, dtype_name(t->dtype));
	if (!same && !(a->flags & PARAM_VOCAB && only_rows_differ(t, &a->t)))
		return mismatch(w, found, a, err);
	if (!same)
		note(r, BIND_RESIZED, a->name, t->dim[0], a->t.dim[0]);
	if (t->dtype == DT_F64 || t->dim[0] < a->t.dim[0]) {
		widen(p, a, t, seed);
		return 0;
	}
	a->t = tensor_view(t->data, t->dtype, a->t.ndim, a->t.dim);
	return 0;
}

/* Is this entry of the file one of ours, under its name or an alias? */
static bool known(const struct params *p, const char *prefix, const char *name,
		  const struct param_alias *alias)
{
	char *full = xasprintf("%s%s", prefix, name);
	const struct param *a = params_find(p, full);

	free(full);
	if (a && a->prefix == strlen(prefix))
		return true;
	for (; alias && alias->alias; alias++)
		if (strcmp(alias->alias, name) == 0)
			return true;
	return false;
}

int params_bind(struct params *p, const char *prefix, const struct weights *w,
		const struct param_alias *alias, uint64_t seed,
		struct bind_report *r, struct err *err)
{
	size_t n = strlen(prefix);
	const struct weight *found;

	for (size_t i = 0; i < p->n; i++) {
		struct param *a = p->at[i];

		if (a->prefix != n || strncmp(a->name, prefix, n) != 0)
			continue;
		found = find(w, a->name + n, alias);
		if (!found)
			note(r,
			     a->flags & PARAM_DEAD ? BIND_MISSING_DEAD
						   : BIND_MISSING,
			     a->name, 0, 0);
		else if (bind_one(p, a, w, found, seed, r, err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; i < weights_count(w); i++) {
		found = weights_at(w, i);
		if (known(p, prefix, found->name, alias))
			r->used++;
		else
			note(r, BIND_UNEXPECTED, found->name, 0, 0);
	}
	return 0;
}
