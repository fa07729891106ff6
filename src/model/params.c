#include "src/model/params.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/model/params-internal.h"
#include "src/tensor/backend.h"

enum { NAME_SIZE = 256 };

/* FNV-1a: a number for a name. */
static uint64_t name_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

void params_release(struct params *p)
{
	if (p->be) {
		p->be->forget(p->be);
		if (p->block)
			p->be->put(p->be, p->block, p->block_size);
		if (p->value.data)
			p->be->put(p->be, p->value.data,
				   tensor_bytes(&p->value));
		if (p->grad.data)
			p->be->put(p->be, p->grad.data, tensor_bytes(&p->grad));
	}
	free(p->at);
	arena_release(&p->memory);
	arena_release(&p->values);
	*p = (struct params){0};
}

struct tensor *params_add(struct params *p, const struct param_spec *s,
			  const char *fmt, ...)
{
	const char *prefix = p->prefix ? p->prefix : "";
	struct param *a = arena_zalloc(&p->memory, sizeof(*a));
	char tail[NAME_SIZE], *name;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tail, sizeof(tail), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= NAME_SIZE)
		bug("params: a name of %d bytes", n);
	name = xasprintf("%s%s", prefix, tail);
	if (params_find(p, name))
		bug("params: %s is registered twice", name);
	a->name = arena_strndup(&p->memory, name, strlen(name));
	a->hash = name_hash(name);
	a->prefix = strlen(prefix);
	a->t = tensor_view(NULL, DT_F32, s->ndim, s->dim);
	a->flags = s->flags;
	a->init = s->init;
	a->spread = s->spread;
	p->at = xgrow(p->at, p->n, &p->cap, sizeof(*p->at));
	p->at[p->n++] = a;
	free(name);
	return &a->t;
}

struct param *params_find(const struct params *p, const char *name)
{
	uint64_t hash = name_hash(name);

	for (size_t i = 0; i < p->n; i++)
		if (p->at[i]->hash == hash && strcmp(p->at[i]->name, name) == 0)
			return p->at[i];
	return NULL;
}

int64_t params_count(const struct params *p, bool trained_only)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!trained_only || p->at[i]->flags & PARAM_TRAINED)
			n += tensor_count(&p->at[i]->t);
	return n;
}

/* Whether `name` begins with one of `prefixes`, which commas separate. */
static bool begins(const char *name, const char *prefixes)
{
	while (*prefixes) {
		size_t n = strcspn(prefixes, ",");

		if (n && strncmp(name, prefixes, n) == 0)
			return true;
		prefixes += n + (prefixes[n] == ',');
	}
	return false;
}

void params_freeze(struct params *p, const char *prefixes)
{
	for (size_t i = 0; prefixes && i < p->n; i++)
		if (begins(p->at[i]->name, prefixes))
			p->at[i]->flags &= ~(unsigned)PARAM_TRAINED;
}

void param_fill(const struct param *a, uint64_t seed, float *out, int64_t from,
		int64_t to)
{
	struct rng_key key = {.seed = rng_mix(seed, a->hash)};

	for (int64_t i = from; i < to; i++) {
		switch (a->init) {
		case INIT_ZEROS:
			out[i] = 0;
			break;
		case INIT_ONES:
			out[i] = 1;
			break;
		case INIT_NORMAL:
			out[i] = a->spread * rng_normal(&key, (uint64_t)i);
			break;
		case INIT_UNIFORM:
			out[i] = a->spread *
				 (2 * rng_uniform(&key, (uint64_t)i) - 1);
			break;
		}
	}
}

void params_init(struct params *p, uint64_t seed)
{
	for (size_t i = 0; i < p->n; i++) {
		struct param *a = p->at[i];

		if (a->t.data)
			continue;
		a->t = tensor_view(NULL, DT_F32, a->t.ndim, a->t.dim);
		a->t.data = arena_alloc(&p->values, tensor_bytes(&a->t));
		param_fill(a, seed, a->t.data, 0, tensor_count(&a->t));
	}
}

int params_read(const struct params *p, const struct param *a, void *host,
		struct err *err)
{
	bool device = p->be && !p->be->host_memory && !(a->flags & PARAM_DEAD);

	if (device)
		return p->be->copy_out(p->be, host, a->t.data,
				       tensor_bytes(&a->t), err);
	memcpy(host, a->t.data, tensor_bytes(&a->t));
	return 0;
}
