#include "src/checkpoint/torch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/list.h"
#include "src/checkpoint/pickle.h"
#include "src/checkpoint/torch-file.h"

/* The pickle of 0x1950a86a20f9469cfc6c but for its protocol byte. */
static const unsigned char magic[] = {0x80, 0,    0x8a, 10,   0x6c,
				      0xfc, 0x9c, 0x46, 0xf9, 0x20,
				      0x6a, 0xa8, 0x50, 0x19, '.'};

enum torch_kind torch_sniff(const unsigned char *image, size_t n)
{
	if (n >= 4 && memcmp(image, "PK\3\4", 4) == 0)
		return TORCH_ZIP;
	if (n >= sizeof(magic) && image[0] == magic[0] &&
	    memcmp(image + 2, magic + 2, sizeof(magic) - 2) == 0)
		return TORCH_LEGACY;
	return TORCH_NONE;
}

int torch_fail(const struct torch_file *f, const char *why)
{
	return err_set(f->err, ERR_CHECKPOINT, "%s: %s", f->what, why);
}

static int compare_storages(const void *a, const void *b)
{
	const struct torch_storage *x = a, *y = b;
	int c = memcmp(x->key.s, y->key.s, MIN(x->key.len, y->key.len));

	if (c)
		return c;
	return x->key.len < y->key.len ? -1 : x->key.len > y->key.len;
}

struct torch_storage *torch_find_storage(const struct torch_file *f,
					 struct span key)
{
	struct torch_storage k = {.key = key};

	if (!f->storages)
		return NULL;
	return bsearch(&k, f->storage, f->storages, sizeof(k),
		       compare_storages);
}

/* ("storage", type, key, device, elements), and None in older files. */
static int read_storage(const struct torch_file *f, const struct pickle_node *n,
			struct torch_storage *s)
{
	const struct pickle_node *item[6] = {0};

	for (uint32_t i = 0; i < ARRAY_LEN(item); i++)
		item[i] = pickle_item(&f->pickle, n, i);
	if ((n->count != 5 && n->count != 6) || item[0]->kind != PICKLE_STR ||
	    !span_eq(pickle_str(item[0]), "storage") ||
	    !pickle_storage_dtype(item[1], &s->dtype) ||
	    item[2]->kind != PICKLE_STR || item[4]->kind != PICKLE_INT ||
	    item[4]->i < 0)
		return torch_fail(f,
				  "a storage is not described as PyTorch does");
	if (item[5] && item[5]->kind != PICKLE_NONE)
		return torch_fail(f, "a storage is a view of another one");
	s->key = pickle_str(item[2]);
	s->count = (size_t)item[4]->i;
	s->data = NULL;
	return 0;
}

int torch_collect_storages(struct torch_file *f)
{
	size_t kept = 0;
	struct torch_storage s;
	int rc;

	for (size_t i = 0; i < f->pickle.nodes; i++) {
		if (f->pickle.node[i].kind != PICKLE_STORAGE)
			continue;
		rc = read_storage(f, &f->pickle.node[i], &s);
		if (rc < 0)
			return rc;
		f->storage = xgrow(f->storage, f->storages, &f->cap, sizeof(s));
		f->storage[f->storages++] = s;
	}
	if (f->storages > 1)
		qsort(f->storage, f->storages, sizeof(s), compare_storages);
	for (size_t i = 0; i < f->storages; i++) {
		s = f->storage[i];
		if (!kept || compare_storages(&s, &f->storage[kept - 1])) {
			f->storage[kept++] = s;
			continue;
		}
		if (s.dtype != f->storage[kept - 1].dtype ||
		    s.count != f->storage[kept - 1].count)
			return torch_fail(f,
					  "a storage is described in two ways");
	}
	f->storages = kept;
	return 0;
}

bool torch_storage_bytes(const struct torch_storage *s, size_t *bytes)
{
	*bytes = dtype_size(s->dtype);
	return size_mul(bytes, s->count);
}

/*
 * All elements that the strides reach lie in the storage:
 * (offset + 1 + sum of (size - 1) * stride) <= its elements.
 */
static bool reach_fits(const struct tensor *t, int64_t offset, size_t count)
{
	unsigned __int128 reach = (unsigned __int128)offset + 1;

	for (int i = 0; i < t->ndim; i++)
		if (t->dim[i] == 0)
			return (size_t)offset <= count;
	for (int i = 0; i < t->ndim; i++) {
		reach += (unsigned __int128)(t->dim[i] - 1) *
			 (unsigned __int128)t->stride[i];
		if (reach > count)
			break;
	}
	return reach <= count;
}

/* Whole numbers >= 0 of a tuple into out[TENSOR_DIMS]; false if not so. */
static bool read_dims(const struct torch_file *f, const struct pickle_node *n,
		      int64_t *out)
{
	const struct pickle_node *d;

	if (n->kind != PICKLE_TUPLE || n->count > TENSOR_DIMS)
		return false;
	for (uint32_t i = 0; i < n->count; i++) {
		d = pickle_item(&f->pickle, n, i);
		if (d->kind != PICKLE_INT || d->i < 0)
			return false;
		out[i] = d->i;
	}
	return true;
}

/* (storage, offset, size, stride, requires_grad, hooks[, metadata]) */
static int add_tensor(struct torch_file *f, struct span name,
		      const struct pickle_node *n)
{
	const struct pickle_node *item[4] = {0};
	const struct torch_storage *s;
	struct torch_storage key;
	struct tensor t = {0};
	int rc;

	for (uint32_t i = 0; i < ARRAY_LEN(item); i++)
		item[i] = pickle_item(&f->pickle, n, i);
	if ((n->count != 6 && n->count != 7) ||
	    item[0]->kind != PICKLE_STORAGE || item[1]->kind != PICKLE_INT ||
	    !read_dims(f, item[2], t.dim) || !read_dims(f, item[3], t.stride) ||
	    item[2]->count != item[3]->count)
		return err_set(f->err, ERR_CHECKPOINT,
			       "%s: %.*s: not described as PyTorch describes "
			       "a tensor of up to %d dimensions",
			       f->what, (int)name.len, name.s, TENSOR_DIMS);
	rc = read_storage(f, item[0], &key);
	if (rc < 0)
		return rc;
	s = torch_find_storage(f, key.key);
	t.dtype = s->dtype;
	t.ndim = (int)item[2]->count;
	if (item[1]->i < 0 || !reach_fits(&t, item[1]->i, s->count))
		return err_set(f->err, ERR_CHECKPOINT,
			       "%s: %.*s reaches past the %zu elements of its "
			       "storage",
			       f->what, (int)name.len, name.s, s->count);
	t.data = (void *)(s->data + (size_t)item[1]->i * dtype_size(t.dtype));
	return weight_list_add(f->out, name, &t, f->what, f->err);
}

/* Is one of the values a tensor? */
static bool holds_tensor(const struct torch_file *f,
			 const struct pickle_node *dict)
{
	const struct pickle *p = &f->pickle;
	uint32_t i = dict->count ? dict->first : 0;

	for (; i; i = p->item[i].next) {
		i = p->item[i].next;
		if (p->node[p->item[i].node].kind == PICKLE_TENSOR)
			return true;
	}
	return false;
}

/* The dictionary of tensors: the root, or the only one just below it. */
static const struct pickle_node *find_dict(const struct torch_file *f)
{
	static const char *const names[] = {"state_dict", "model", "module"};
	const struct pickle *p = &f->pickle;
	const struct pickle_node *root = &p->node[p->root], *k, *v;
	const struct pickle_node *key = NULL, *found = NULL;

	if (root->kind != PICKLE_DICT) {
		torch_fail(f, "it holds something else than a dictionary of "
			      "tensors");
		return NULL;
	}
	if (holds_tensor(f, root))
		return root;
	for (uint32_t i = root->count ? root->first : 0; i;
	     i = p->item[i].next) {
		k = &p->node[p->item[i].node];
		i = p->item[i].next;
		v = &p->node[p->item[i].node];
		if (v->kind != PICKLE_DICT || !holds_tensor(f, v))
			continue;
		if (found) {
			torch_fail(f,
				   "it holds several dictionaries of tensors");
			return NULL;
		}
		key = k;
		found = v;
	}
	for (size_t i = 0; found && i < ARRAY_LEN(names); i++)
		if (key->kind == PICKLE_STR &&
		    span_eq(pickle_str(key), names[i]))
			return found;
	torch_fail(f, "it holds no dictionary of tensors, at the top or under "
		      "\"state_dict\", \"model\" or \"module\"");
	return NULL;
}

static int add_tensors(struct torch_file *f)
{
	const struct pickle *p = &f->pickle;
	const struct pickle_node *dict = find_dict(f), *k, *v;
	int rc = dict ? 0 : -ERR_CHECKPOINT;

	for (uint32_t i = dict ? dict->first : 0; i && rc == 0;
	     i = p->item[i].next) {
		k = &p->node[p->item[i].node];
		i = p->item[i].next;
		v = &p->node[p->item[i].node];
		if (k->kind != PICKLE_STR)
			return torch_fail(
			    f, "a tensor whose name is not a string");
		if (v->kind != PICKLE_TENSOR)
			return err_set(f->err, ERR_CHECKPOINT,
				       "%s: %.*s is not a tensor", f->what,
				       (int)k->count, k->s);
		rc = add_tensor(f, pickle_str(k), v);
	}
	return rc;
}

int torch_parse(struct weight_list *out, const unsigned char *image, size_t n,
		const char *what, struct err *err)
{
	struct torch_file f = {
	    .p = image, .n = n, .out = out, .what = what, .err = err};
	int rc = -ERR_CHECKPOINT;

	switch (torch_sniff(image, n)) {
	case TORCH_ZIP:
		rc = torch_read_zip(&f);
		break;
	case TORCH_LEGACY:
		rc = torch_read_legacy(&f, sizeof(magic));
		break;
	case TORCH_NONE:
		rc = torch_fail(&f, "not a file of PyTorch");
		break;
	}
	if (rc == 0)
		rc = add_tensors(&f);
	pickle_release(&f.pickle);
	free(f.storage);
	return rc;
}
