/*
 * torch-file -- what the readers of PyTorch's two containers share: torch.c
 * makes tensors, torch-zip.c and torch-legacy.c find the storages.
 */
#ifndef UMIE_CHECKPOINT_TORCH_FILE_H
#define UMIE_CHECKPOINT_TORCH_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/str.h"
#include "src/checkpoint/pickle.h"
#include "src/tensor/tensor.h"

struct err;
struct weight_list;

struct torch_storage {
	struct span key; /* in the image */
	enum dtype dtype;
	size_t count;              /* elements */
	const unsigned char *data; /* in the image; NULL until found */
};

struct torch_file {
	const unsigned char *p; /* the image, n bytes */
	size_t n;
	struct pickle pickle;          /* the state dictionary */
	struct torch_storage *storage; /* by key; owned */
	size_t storages, cap;
	struct weight_list *out;
	const char *what;
	struct err *err;
};

/* ERR_CHECKPOINT: "FILE: why". */
int torch_fail(const struct torch_file *f, const char *why);

/* Fill `storage` with every storage that the pickle mentions, once. */
int torch_collect_storages(struct torch_file *f);
struct torch_storage *torch_find_storage(const struct torch_file *f,
					 struct span key);

/* Bytes of a storage; false when they cannot be counted. */
bool torch_storage_bytes(const struct torch_storage *s, size_t *bytes);

/* Read the pickle and find the data of all storages. */
int torch_read_zip(struct torch_file *f);
/* The same; the pickles after the magic number begin at byte `at`. */
int torch_read_legacy(struct torch_file *f, size_t at);

#endif
