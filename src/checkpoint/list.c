#include "src/checkpoint/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"

bool shape_bytes(int ndim, const int64_t *dim, enum dtype d, size_t *bytes)
{
	size_t n = dtype_size(d);
	bool empty = false;

	for (int i = 0; i < ndim; i++) {
		empty |= dim[i] == 0;
		if (dim[i] && !size_mul(&n, (size_t)dim[i]))
			return false;
	}
	if (n > INT64_MAX)
		return false;
	*bytes = empty ? 0 : n;
	return true;
}

void weight_list_allow(struct weight_list *l, size_t n)
{
	if (!size_mul(&n, LIST_COPY_FACTOR) || !size_add(&l->budget, n))
		l->budget = SIZE_MAX;
}

/* Row-major copy of a strided tensor. */
static void gather(unsigned char *to, const struct tensor *t)
{
	int64_t at[TENSOR_DIMS] = {0}, n = tensor_count(t);
	const unsigned char *from = t->data;
	int64_t item = (int64_t)dtype_size(t->dtype);

	for (int64_t i = 0; i < n; i++) {
		memcpy(to, from, (size_t)item);
		to += item;
		for (int d = t->ndim - 1; d >= 0 && i + 1 < n; d--) {
			if (++at[d] < t->dim[d]) {
				from += t->stride[d] * item;
				break;
			}
			from -= (t->dim[d] - 1) * t->stride[d] * item;
			at[d] = 0;
		}
	}
}

static bool in_place(const struct tensor *t)
{
	return (uintptr_t)t->data % dtype_size(t->dtype) == 0 &&
	       tensor_contiguous(t);
}

const char *weight_plain_name(const char *name)
{
	static const char prefix[] = "module.";
	size_t n = sizeof(prefix) - 1;

	return strncmp(name, prefix, n) == 0 ? name + n : name;
}

static int check_name(struct span name, const char *what, struct err *err)
{
	if (name.len == 0)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: a tensor without a name", what);
	if (memchr(name.s, '\0', name.len))
		return err_set(err, ERR_CHECKPOINT,
			       "%s: a NUL in the name of a tensor", what);
	return 0;
}

int weight_list_add(struct weight_list *l, struct span name,
		    const struct tensor *t, const char *what, struct err *err)
{
	struct weight w = {0};
	size_t bytes;
	void *copy;
	int rc = check_name(name, what, err);

	if (rc < 0)
		return rc;
	if (!shape_bytes(t->ndim, t->dim, t->dtype, &bytes))
		return err_set(err, ERR_CHECKPOINT,
			       "%s: %.*s is too large to exist", what,
			       (int)name.len, name.s);
	w.tensor = tensor_view(t->data, t->dtype, t->ndim, t->dim);
	if (bytes && !in_place(t)) {
		if (bytes > l->budget)
			return err_set(err, ERR_CHECKPOINT,
				       "%s: %.*s wants %zu bytes, far more "
				       "than its file holds",
				       what, (int)name.len, name.s, bytes);
		l->budget -= bytes;
		copy = arena_alloc(&l->arena, bytes);
		if (tensor_contiguous(t))
			memcpy(copy, t->data, bytes);
		else
			gather(copy, t);
		w.tensor.data = copy;
	}
	w.name = weight_plain_name(arena_strndup(&l->arena, name.s, name.len));
	l->at = xgrow(l->at, l->count, &l->cap, sizeof(*l->at));
	l->at[l->count++] = w;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int weight_list_sort(struct weight_list *l, const char *what, struct err *err)
{
	if (l->count > 1)
		qsort(l->at, l->count, sizeof(*l->at), compare_names);
	for (size_t i = 1; i < l->count; i++)
		if (compare_names(&l->at[i - 1], &l->at[i]) == 0)
			return err_set(err, ERR_CHECKPOINT,
				       "%s: tensor %s is there twice", what,
				       l->at[i].name);
	return 0;
}

void weight_list_release(struct weight_list *l)
{
	free(l->at);
	arena_release(&l->arena);
	*l = (struct weight_list){0};
}
