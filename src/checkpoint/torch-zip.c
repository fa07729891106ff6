#include "src/checkpoint/torch-file.h"

#include <string.h>

#include "src/base/err.h"
#include "src/checkpoint/zip.h"

/* The one entry PREFIX/data.pkl; *prefix gets "PREFIX/". */
static const struct zip_entry *find_pickle(const struct torch_file *f,
					   const struct zip *z,
					   struct span *prefix)
{
	static const char suffix[] = "/data.pkl";
	const struct zip_entry *found = NULL;
	size_t n = sizeof(suffix) - 1;

	for (size_t i = 0; i < z->count; i++) {
		struct span s = z->entry[i].name;

		if (s.len <= n || memcmp(s.s + s.len - n, suffix, n) != 0 ||
		    memchr(s.s, '/', s.len - n))
			continue;
		if (found) {
			torch_fail(f, "two entries data.pkl");
			return NULL;
		}
		found = &z->entry[i];
		*prefix = (struct span){s.s, s.len - n + 1};
	}
	if (!found)
		torch_fail(f, "a zip archive without data.pkl: PyTorch did not "
			      "write it");
	return found;
}

/* Entry "PREFIX/" + a + b. */
static const struct zip_entry *find_entry(const struct zip *z,
					  struct span prefix, const char *a,
					  struct span b)
{
	const struct zip_entry *e;
	struct str name = {0};

	str_addn(&name, prefix.s, prefix.len);
	str_add(&name, a);
	str_addn(&name, b.s, b.len);
	e = zip_find(z, (struct span){name.s, name.len});
	str_release(&name);
	return e;
}

static int check_archive(const struct torch_file *f, const struct zip *z,
			 struct span prefix)
{
	const struct span none = {"", 0};
	const struct zip_entry *order;

	for (size_t i = 0; i < z->count; i++)
		if (z->entry[i].name.len < prefix.len ||
		    memcmp(z->entry[i].name.s, prefix.s, prefix.len) != 0)
			return torch_fail(f, "entries outside the folder of "
					     "data.pkl");
	if (find_entry(z, prefix, "constants.pkl", none))
		return torch_fail(f,
				  "a TorchScript archive, that is a program; "
				  "save its state_dict() instead");
	order = find_entry(z, prefix, "byteorder", none);
	if (order &&
	    (order->size != 6 || memcmp(order->data, "little", 6) != 0))
		return torch_fail(f, "it was written on a big-endian machine");
	return 0;
}

static int find_zip_storages(struct torch_file *f, const struct zip *z,
			     struct span prefix)
{
	const struct zip_entry *e;
	struct torch_storage *s;
	size_t bytes;

	for (size_t i = 0; i < f->storages; i++) {
		s = &f->storage[i];
		e = find_entry(z, prefix, "data/", s->key);
		if (!e || !torch_storage_bytes(s, &bytes) || e->size != bytes)
			return err_set(f->err, ERR_CHECKPOINT,
				       "%s: storage %.*s of %zu %s elements "
				       "is not in the archive in that size",
				       f->what, (int)s->key.len, s->key.s,
				       s->count, dtype_name(s->dtype));
		s->data = e->data;
	}
	return 0;
}

int torch_read_zip(struct torch_file *f)
{
	const struct zip_entry *e;
	struct span prefix;
	struct zip z;
	size_t used;
	int rc = zip_parse(&z, f->p, f->n, f->what, f->err);

	if (rc < 0)
		return rc;
	e = find_pickle(f, &z, &prefix);
	rc = e ? check_archive(f, &z, prefix) : -ERR_CHECKPOINT;
	if (rc == 0)
		rc = pickle_parse(&f->pickle, e->data, e->size, &used, f->what,
				  f->err);
	if (rc == 0 && used != e->size)
		rc = torch_fail(f, "bytes after the pickle in data.pkl");
	if (rc == 0)
		rc = torch_collect_storages(f);
	if (rc == 0)
		rc = find_zip_storages(f, &z, prefix);
	zip_release(&z);
	return rc;
}
