#include <stdlib.h>

#include "src/base/err.h"
#include "src/checkpoint/weights.h"
#include "tests/golden.h"

struct golden_file {
	struct weights *weights;
};

struct golden_file *golden_open(const char *path)
{
	struct weights *w;
	struct golden_file *f;
	struct err err;

	w = weights_open(path, &err);
	if (!w) {
		golden_note("%s", err.text);
		return NULL;
	}
	f = malloc(sizeof(*f));
	if (!f)
		abort();
	f->weights = w;
	return f;
}

void golden_close(struct golden_file *f)
{
	if (!f)
		return;
	weights_close(f->weights);
	free(f);
}

const struct tensor *golden_get(const struct golden_file *f, const char *name)
{
	const struct weight *w = weights_find(f->weights, name);

	return w ? &w->tensor : NULL;
}

size_t golden_count(const struct golden_file *f)
{
	return weights_count(f->weights);
}

const char *golden_name(const struct golden_file *f, size_t i)
{
	return weights_at(f->weights, i)->name;
}
