/*
 * craft_torch -- a small file of PyTorch, and what becomes of it.
 */
#ifndef UMIE_TESTS_CRAFT_TORCH_H
#define UMIE_TESTS_CRAFT_TORCH_H

#include "src/checkpoint/list.h"
#include "src/checkpoint/torch.h"
#include "tests/craft.h"

/* Parse a copy that is as long as the image and no longer, so that a
 * sanitizer sees overruns. */
CRAFT int parse(const struct str *image, struct err *err,
		bool (*good)(const struct weight_list *l))
{
	unsigned char *copy = xmalloc(image->len);
	struct weight_list l = {0};
	int rc;

	memcpy(copy, image->s, image->len);
	weight_list_allow(&l, image->len);
	rc = torch_parse(&l, copy, image->len, "FILE", err);
	if (rc == 0)
		rc = weight_list_sort(&l, "FILE", err);
	if (rc == 0 && good && !good(&l))
		rc = err_set(err, ERR_FAILED, "other tensors than expected");
	weight_list_release(&l);
	free(copy);
	return rc;
}

CRAFT void check_good(const struct str *image,
		      bool (*good)(const struct weight_list *l),
		      const char *what)
{
	struct err err = {0};

	if (!ok(parse(image, &err, good) == 0, "%s", what))
		diag("%s", err.text);
}

CRAFT void check_bad(const struct str *image, const char *part,
		     const char *what)
{
	struct err err = {0};

	craft_says(parse(image, &err, NULL), &err, ERR_CHECKPOINT, part, what);
}

/* Six floats 0 … 5, of which most tensors here are made. */
CRAFT const float six[] = {0, 1, 2, 3, 4, 5};

CRAFT const struct craft_tensor plain = {"a", "FloatStorage", "0",   6, 0,
					 2,   {2, 3},         {3, 1}};

CRAFT void archive(struct craft_zip *z, const struct str *pickle)
{
	craft_zip_add(z, "x/data.pkl", pickle->s, pickle->len);
	craft_zip_add(z, "x/byteorder", "little", 6);
	craft_zip_add(z, "x/data/0", six, sizeof(six));
	craft_zip_add(z, "x/version", "3\n", 2);
	craft_zip_finish(z);
}

/* An archive with the tensors given. */
CRAFT struct craft_zip archive_of(const struct craft_tensor *t, size_t n,
				  bool descriptors, bool zip64)
{
	struct craft_zip z = {.descriptors = descriptors, .zip64 = zip64};
	struct str pickle = {0};

	craft_pickle(&pickle, t, n, false);
	archive(&z, &pickle);
	str_release(&pickle);
	return z;
}

CRAFT bool is_floats(const struct weight *w, const float *want, int64_t n)
{
	return w->tensor.dtype == DT_F32 && tensor_count(&w->tensor) == n &&
	       tensor_contiguous(&w->tensor) &&
	       (uintptr_t)w->tensor.data % sizeof(float) == 0 &&
	       memcmp(w->tensor.data, want, (size_t)n * sizeof(float)) == 0;
}

CRAFT bool is_plain(const struct weight_list *l)
{
	return l->count == 1 && strcmp(l->at[0].name, "a") == 0 &&
	       l->at[0].tensor.ndim == 2 && is_floats(&l->at[0], six, 6);
}

#endif
