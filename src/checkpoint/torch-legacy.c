#include "src/checkpoint/torch-file.h"

#include "src/base/err.h"
#include "src/checkpoint/bytes.h"

/* Read the pickle at *at and go past it. */
static int next_pickle(struct torch_file *f, size_t *at, struct pickle *p)
{
	size_t used;
	int rc =
	    pickle_parse(p, f->p + *at, f->n - *at, &used, f->what, f->err);

	*at += used;
	return rc;
}

/* The two pickles after the magic: protocol 1001, and sizes of C types. */
static int read_legacy_head(struct torch_file *f, size_t *at)
{
	enum { PROTOCOL = 1001 };
	const struct pickle_node *n;
	struct pickle p;
	int rc = next_pickle(f, at, &p);

	if (rc < 0)
		return rc;
	n = &p.node[p.root];
	if (n->kind != PICKLE_INT || n->i != PROTOCOL)
		rc = torch_fail(f, "protocol 1001 of PyTorch's older files was "
				   "expected");
	pickle_release(&p);
	if (rc == 0)
		rc = next_pickle(f, at, &p);
	if (rc < 0)
		return rc;
	n = &p.node[p.root];
	n = n->kind == PICKLE_DICT ? pickle_get(&p, n, "little_endian") : NULL;
	if (!n || n->kind != PICKLE_BOOL || !n->i)
		rc = torch_fail(
		    f, "it was not written on a little-endian machine");
	pickle_release(&p);
	return rc;
}

/* At `at`: the number of elements, then the elements. */
static int read_raw_storage(struct torch_file *f, size_t *at, struct span key)
{
	struct torch_storage *s = torch_find_storage(f, key);
	size_t bytes;

	if (!s || s->data)
		return err_set(
		    f->err, ERR_CHECKPOINT, "%s: storage %.*s is listed %s",
		    f->what, (int)key.len, key.s, s ? "twice" : "and not used");
	if (!torch_storage_bytes(s, &bytes) || f->n - *at < 8 ||
	    le64(f->p + *at) != s->count || f->n - *at - 8 < bytes)
		return err_set(f->err, ERR_CHECKPOINT,
			       "%s: storage %.*s: %zu %s elements were "
			       "expected; the file may be cut short",
			       f->what, (int)key.len, key.s, s->count,
			       dtype_name(s->dtype));
	s->data = f->p + *at + 8;
	*at += 8 + bytes;
	return 0;
}

/* A list of keys, then the storages in its order up to the end. */
static int find_legacy_storages(struct torch_file *f, size_t at)
{
	const struct pickle_node *list, *key;
	struct pickle p;
	int rc = next_pickle(f, &at, &p);

	if (rc < 0)
		return rc;
	list = &p.node[p.root];
	if (list->kind != PICKLE_LIST || list->count != f->storages)
		rc = torch_fail(f, "its list of storages is not that of its "
				   "tensors");
	for (uint32_t i = list->kind == PICKLE_LIST && list->count ? list->first
								   : 0;
	     i && rc == 0; i = p.item[i].next) {
		key = &p.node[p.item[i].node];
		rc = key->kind == PICKLE_STR
			 ? read_raw_storage(f, &at, pickle_str(key))
			 : torch_fail(f, "a storage whose key is not a string");
	}
	pickle_release(&p);
	if (rc == 0 && at != f->n)
		rc = torch_fail(f, "bytes after the last storage");
	return rc;
}

int torch_read_legacy(struct torch_file *f, size_t at)
{
	int rc = read_legacy_head(f, &at);

	if (rc == 0)
		rc = next_pickle(f, &at, &f->pickle);
	if (rc == 0)
		rc = torch_collect_storages(f);
	if (rc == 0)
		rc = find_legacy_storages(f, at);
	return rc;
}
