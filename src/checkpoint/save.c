#include "src/checkpoint/save.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/heartbeat.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/checkpoint/save-file.h"

enum {
	BLOCK = 65536,   /* elements converted at a time */
	DATA_ALIGN = 64, /* the data begins at a multiple of it */
	PIECE = 1 << 26, /* bytes written between two beats, */
	SYNC = 1 << 28,  /* and between two syncs where somebody waits */
};

/* A file that is being written. */
struct writer {
	int fd;
	const char *path;
	const struct heartbeat *heart; /* NULL: nobody waits */
	size_t unsynced;
};

int save_file_open(const char *path, size_t n, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot create", path);
	do
		rc = n ? posix_fallocate(fd, 0, (off_t)n) : 0;
	while (rc == EINTR);
	if (rc == 0 || rc == EOPNOTSUPP || rc == EINVAL)
		return fd; /* not every file system can; writing will tell */
	close(fd);
	unlink(path);
	errno = rc;
	return err_errno(err, ERR_FAILED, "%s: no room for %zu bytes", path, n);
}

int save_file_close(int fd, const char *path, int rc, struct err *err)
{
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot sync", path);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot close", path);
	if (rc < 0)
		unlink(path);
	return rc;
}

static size_t out_bytes(const struct save_tensor *t)
{
	return (size_t)tensor_count(t->tensor) * dtype_size(t->as);
}

/* Larger elements first, so that all of them are aligned; then by name. */
static int compare(const void *a, const void *b)
{
	const struct save_tensor *x = a, *y = b;
	size_t m = dtype_size(x->as), n = dtype_size(y->as);

	return m != n ? (m < n ? 1 : -1) : strcmp(x->name, y->name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_unique(const char *path, const struct save_tensor *t, size_t n,
			struct err *err)
{
	const char **name = xcalloc(n, sizeof(*name));
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		name[i] = t[i].name;
	if (n > 1)
		qsort(name, n, sizeof(*name), compare_names);
	for (size_t i = 1; i < n && rc == 0; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			rc = err_set(err, ERR_FAILED,
				     "%s: two tensors are named %s", path,
				     name[i]);
	free(name);
	return rc;
}

static bool is_float(enum dtype d)
{
	return d == DT_F32 || d == DT_F16 || d == DT_BF16 || d == DT_F64;
}

static int check_tensors(const char *path, const struct save_tensor *t,
			 size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = t[i].name;
		enum dtype d = t[i].tensor->dtype;

		if (!*name || utf8_valid(name, strlen(name)) != strlen(name) ||
		    strcmp(name, "__metadata__") == 0)
			return err_set(err, ERR_FAILED,
				       "%s: \"%s\" cannot name a tensor", path,
				       name);
		if (t[i].as != d &&
		    !(is_float(d) && is_float(t[i].as) && t[i].as != DT_F64))
			return err_set(err, ERR_FAILED,
				       "%s: tensor %s: no conversion of %s to "
				       "%s",
				       path, name, dtype_name(d),
				       dtype_name(t[i].as));
		if (!tensor_contiguous(t[i].tensor))
			bug("save_safetensors: %s is not contiguous", name);
	}
	return check_unique(path, t, n, err);
}

static struct json *tensor_json(const struct save_tensor *t, size_t begin)
{
	struct json *j = json_new_object(), *shape = json_new_array();
	struct json *offsets = json_new_array();

	json_put_string(j, "dtype", dtype_name(t->as));
	for (int i = 0; i < t->tensor->ndim; i++)
		json_push_number(shape, (double)t->tensor->dim[i], 17);
	json_put(j, "shape", shape);
	json_push_number(offsets, (double)begin, 17);
	json_push_number(offsets, (double)(begin + out_bytes(t)), 17);
	json_put(j, "data_offsets", offsets);
	return j;
}

static int put_metadata(struct json *header, const struct json *metadata,
			const char *path, struct err *err)
{
	struct json *copy = json_new_object();
	const struct json *m;

	json_put(header, "__metadata__", copy);
	for (m = json_first(metadata); m; m = json_next(m)) {
		if (!json_is_string(m))
			return err_set(err, ERR_FAILED,
				       "%s: metadata %s is not a string", path,
				       json_key(m));
		json_put_string(copy, json_key(m), json_string(m));
	}
	return 0;
}

/* Length and header, padded; *total gets the bytes of the whole file. */
static int make_header(struct str *out, const struct save_tensor *t, size_t n,
		       const struct json *metadata, size_t *total,
		       const char *path, struct err *err)
{
	struct json *header = json_new_object();
	size_t at = 0;
	uint64_t size;
	char *text;
	int rc = 0;

	if (metadata)
		rc = put_metadata(header, metadata, path, err);
	for (size_t i = 0; i < n; i++) {
		json_put(header, t[i].name, tensor_json(&t[i], at));
		at += out_bytes(&t[i]);
	}
	text = json_print(header);
	json_free(header);
	str_addn(out, "\0\0\0\0\0\0\0\0", sizeof(size));
	str_add(out, text);
	free(text);
	while (out->len % DATA_ALIGN)
		str_addc(out, ' ');
	size = out->len - sizeof(size);
	memcpy(out->s, &size, sizeof(size));
	*total = out->len + at;
	return rc;
}

/* Elements i … i+n-1 of `t` as its type wants them. */
static int convert(const struct save_tensor *t, int64_t i, int64_t n, void *out,
		   const char *path, struct err *err)
{
	uint16_t *half = out;
	float *single = out, f;

	for (int64_t k = 0; k < n; k++) {
		f = tensor_float(t->tensor, i + k);
		if (t->as == DT_F32)
			single[k] = f;
		else if (t->as == DT_BF16)
			half[k] = f32_to_bf16(f);
		else
			half[k] = f32_to_f16(f);
		if (t->as == DT_F16 && isfinite(f) && fabsf(f) >= 65520)
			return err_set(err, ERR_FAILED,
				       "%s: tensor %s holds %g, too large for "
				       "F16",
				       path, t->name, (double)f);
	}
	return 0;
}

static int put(struct writer *w, const void *data, size_t n, struct err *err)
{
	int rc = file_write_all(w->fd, data, n, w->path, err);

	if (rc < 0 || !w->heart)
		return rc;
	heartbeat(w->heart);
	w->unsynced += n;
	if (w->unsynced < SYNC)
		return 0;
	w->unsynced = 0;
	if (fdatasync(w->fd) < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot sync", w->path);
	heartbeat(w->heart);
	return 0;
}

static int write_converted(struct writer *w, const struct save_tensor *t,
			   struct err *err)
{
	int64_t n = tensor_count(t->tensor), k;
	void *block = xmalloc((size_t)BLOCK * sizeof(float));
	int rc = 0;

	for (int64_t i = 0; i < n && rc == 0; i += k) {
		k = MIN(n - i, (int64_t)BLOCK);
		rc = convert(t, i, k, block, w->path, err);
		if (rc == 0)
			rc = put(w, block, (size_t)k * dtype_size(t->as), err);
	}
	free(block);
	return rc;
}

static int write_plain(struct writer *w, const struct save_tensor *t,
		       struct err *err)
{
	const char *data = t->tensor->data;
	size_t n = out_bytes(t), some;
	int rc = 0;

	for (size_t at = 0; at < n && rc == 0; at += some) {
		some = MIN(n - at, (size_t)PIECE);
		rc = put(w, data + at, some, err);
	}
	return rc;
}

static int write_tensors(struct writer *w, const struct save_tensor *t,
			 size_t n, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = t[i].as == t[i].tensor->dtype
			 ? write_plain(w, &t[i], err)
			 : write_converted(w, &t[i], err);
	return rc;
}

int save_safetensors(const char *path, const struct save_tensor *t, size_t n,
		     const struct json *metadata, struct err *err)
{
	return save_safetensors_watched(path, t, n, metadata, NULL, err);
}

int save_safetensors_watched(const char *path, const struct save_tensor *t,
			     size_t n, const struct json *metadata,
			     const struct heartbeat *heart, struct err *err)
{
	struct save_tensor *sorted = xcalloc(n, sizeof(*sorted));
	struct writer w = {.path = path, .heart = heart};
	struct str header = {0};
	size_t total;
	int rc;

	if (n) {
		memcpy(sorted, t, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), compare);
	}
	rc = check_tensors(path, sorted, n, err);
	if (rc == 0)
		rc = make_header(&header, sorted, n, metadata, &total, path,
				 err);
	if (rc == 0) {
		w.fd = rc = save_file_open(path, total, err);
		if (w.fd >= 0) {
			rc = put(&w, header.s, header.len, err);
			if (rc == 0)
				rc = write_tensors(&w, sorted, n, err);
			rc = save_file_close(w.fd, path, rc, err);
		}
	}
	str_release(&header);
	free(sorted);
	return rc;
}
