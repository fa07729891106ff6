/* The files of PyTorch hold, bit for bit, what the safetensors file holds. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/checkpoint/weights.h"
#include "tests/golden.h"

static bool same_tensor(const struct weight *a, const struct weight *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       a->tensor.dtype == b->tensor.dtype &&
	       tensor_same_shape(&a->tensor, &b->tensor) &&
	       memcmp(a->tensor.data, b->tensor.data,
		      tensor_bytes(&a->tensor)) == 0;
}

/* Both are sorted by name. */
static bool same_weights(const struct weights *a, const struct weights *b)
{
	size_t n = weights_count(a);

	if (n != weights_count(b) || n == 0) {
		golden_note("%zu tensors, %zu expected", n, weights_count(b));
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!same_tensor(weights_at(a, i), weights_at(b, i))) {
			golden_note("%s differs from %s",
				    weights_at(a, i)->name,
				    weights_at(b, i)->name);
			return false;
		}
	return true;
}

static void compare(const char *dir, const char *name)
{
	char *bin = file_join(dir, name);
	char *ref =
	    file_join(dir, strstr(name, "bf16") ? "model_bf16.safetensors"
						: "model.safetensors");
	struct err err = {0};
	struct weights *b, *r;

	b = weights_open(bin, &err);
	r = b ? weights_open(ref, &err) : NULL;
	if (err.code)
		golden_note("%s", err.text);
	golden_ok(r && same_weights(b, r), "bins: %s (%s) bit for bit", name,
		  b ? weights_format(b) : "unreadable");
	weights_close(b);
	weights_close(r);
	free(bin);
	free(ref);
}

static int is_bin(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && strcmp(e->d_name + n - 4, ".bin") == 0;
}

void golden_bins(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_bin, alphasort);

	if (n <= 0)
		golden_note("bins: no *.bin in %s", dir);
	for (int i = 0; i < n; i++) {
		compare(dir, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}
