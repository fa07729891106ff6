#include "src/checkpoint/safetensors.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/bytes.h"
#include "src/checkpoint/list.h"

/* Where a tensor lies in the data. */
struct range {
	size_t begin, end;
	const char *name; /* in the header */
};

struct reader {
	struct weight_list *out;
	const unsigned char *data; /* what follows the header */
	size_t size;               /* bytes there */
	struct range *range;       /* owned */
	size_t count, cap;
	const char *what;
	struct err *err;
};

/*
 * Outside its strings a header consists of brackets, commas, colons, white
 * space and digits: numbers are whole, and nothing but strings and numbers
 * is a value.  The text is known to be JSON.
 */
static int check_numbers(const char *s, size_t n, const char *what,
			 struct err *err)
{
	static const char allowed[] = "{}[]:,0123456789 \t\r\n";
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			in_string = !in_string;
		else if (in_string && s[i] == '\\')
			i++;
		else if (!in_string &&
			 !memchr(allowed, s[i], sizeof(allowed) - 1))
			return err_set(err, ERR_CHECKPOINT,
				       "%s: byte %zu of the header: numbers "
				       "are whole, without sign, point or "
				       "exponent",
				       what, i);
	}
	return 0;
}

static int find_dtype(struct reader *r, const char *name, const char *text,
		      enum dtype *d)
{
	for (int i = 0; text && i <= DT_BOOL; i++)
		if (strcmp(dtype_name((enum dtype)i), text) == 0) {
			*d = (enum dtype)i;
			return 0;
		}
	return err_set(r->err, ERR_CHECKPOINT,
		       "%s: tensor %s: dtype %s is not one of those that can "
		       "be read",
		       r->what, name, text ? text : "of another JSON type");
}

/* At most `max` whole numbers of an array; their count or a code. */
static int numbers(struct reader *r, const char *name, const char *field,
		   const struct json *a, int max, int64_t *out)
{
	const struct json *j;
	int n = 0;

	if (!json_is_array(a) || json_len(a) > (size_t)max)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: tensor %s: %s has to be an array of at "
			       "most %d numbers",
			       r->what, name, field, max);
	for (j = json_first(a); j; j = json_next(j)) {
		if (json_int(j, 0, (int64_t)1 << 53, field, &out[n++], r->err) <
		    0) {
			err_context(r->err, "%s: tensor %s", r->what, name);
			return err_recode(r->err, ERR_CHECKPOINT);
		}
	}
	return n;
}

static int add_tensor(struct reader *r, const struct json *j)
{
	const char *name = json_key(j);
	int64_t dim[TENSOR_DIMS], offset[2];
	struct tensor t;
	enum dtype d = DT_F32;
	size_t bytes;
	int ndim, rc;

	if (!json_is_object(j) || json_len(j) != 3)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: tensor %s: dtype, shape and data_offsets "
			       "are expected, nothing else",
			       r->what, name);
	rc = find_dtype(r, name, json_string(json_get(j, "dtype")), &d);
	if (rc < 0)
		return rc;
	ndim =
	    numbers(r, name, "shape", json_get(j, "shape"), TENSOR_DIMS, dim);
	if (ndim < 0)
		return ndim;
	rc = numbers(r, name, "data_offsets", json_get(j, "data_offsets"), 2,
		     offset);
	if (rc < 0)
		return rc;
	if (rc != 2 || offset[0] > offset[1] || (uint64_t)offset[1] > r->size)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: tensor %s: data_offsets do not lie in "
			       "order within the %zu bytes of data",
			       r->what, name, r->size);
	if (!shape_bytes(ndim, dim, d, &bytes) ||
	    bytes != (size_t)(offset[1] - offset[0]))
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: tensor %s: its shape does not take the "
			       "%lld bytes of its data_offsets",
			       r->what, name,
			       (long long)(offset[1] - offset[0]));
	t = tensor_view((void *)(r->data + offset[0]), d, ndim, dim);
	r->range = xgrow(r->range, r->count, &r->cap, sizeof(*r->range));
	r->range[r->count++] =
	    (struct range){(size_t)offset[0], (size_t)offset[1], name};
	return weight_list_add(r->out, span_of(name), &t, r->what, r->err);
}

static int check_metadata(struct reader *r, const struct json *j)
{
	const struct json *m;

	for (m = json_first(j); m; m = json_next(m))
		if (!json_is_string(m))
			break;
	if (!json_is_object(j) || m)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: __metadata__ has to be an object of "
			       "strings",
			       r->what);
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

static int check_ranges(struct reader *r)
{
	size_t at = 0;

	if (r->count > 1)
		qsort(r->range, r->count, sizeof(*r->range), compare_ranges);
	for (size_t i = 0; i < r->count; i++) {
		if (r->range[i].begin != at)
			return err_set(r->err, ERR_CHECKPOINT,
				       "%s: tensor %s begins at byte %zu of "
				       "the data, where %s %zu",
				       r->what, r->range[i].name,
				       r->range[i].begin,
				       r->range[i].begin < at
					   ? "another one still lasts to"
					   : "nothing covers it from",
				       at);
		at = r->range[i].end;
	}
	if (at != r->size)
		return err_set(r->err, ERR_CHECKPOINT,
			       "%s: %zu bytes after the last tensor", r->what,
			       r->size - at);
	return 0;
}

static int read_header(struct reader *r, const struct json *header)
{
	const struct json *j;
	int rc = 0;

	for (j = json_first(header); j && rc == 0; j = json_next(j))
		rc = strcmp(json_key(j), "__metadata__") == 0
			 ? check_metadata(r, j)
			 : add_tensor(r, j);
	return rc < 0 ? rc : check_ranges(r);
}

int safetensors_parse(struct weight_list *out, const unsigned char *data,
		      size_t n, const char *what, struct err *err)
{
	struct reader r = {.out = out, .what = what, .err = err};
	const char *text = (const char *)data + SAFETENSORS_PREFIX;
	struct json *header;
	uint64_t size;
	int rc;

	if (n < SAFETENSORS_PREFIX + SAFETENSORS_HEADER_MIN)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: %zu bytes are too few for a safetensors "
			       "file",
			       what, n);
	size = le64(data);
	if (size < SAFETENSORS_HEADER_MIN || size > SAFETENSORS_HEADER_MAX)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: a safetensors header of %llu bytes; from "
			       "%d to %d are allowed",
			       what, (unsigned long long)size,
			       SAFETENSORS_HEADER_MIN, SAFETENSORS_HEADER_MAX);
	if (size > n - SAFETENSORS_PREFIX)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: the header runs past the end of the file",
			       what);
	if (text[0] != '{')
		return err_set(err, ERR_CHECKPOINT,
			       "%s: the header does not begin with '{'", what);
	header = json_parse(text, (size_t)size, what, err);
	if (!header)
		return err_recode(err, ERR_CHECKPOINT);
	r.data = data + SAFETENSORS_PREFIX + size;
	r.size = n - SAFETENSORS_PREFIX - (size_t)size;
	rc = check_numbers(text, (size_t)size, what, err);
	if (rc == 0)
		rc = read_header(&r, header);
	free(r.range);
	json_free(header);
	return rc;
}
