/*
 * torch -- the state dictionary of a file written by PyTorch.
 *
 * Two containers: a zip archive with `data.pkl` and one entry for each
 * storage, and, before version 1.6, five pickles with the storages behind
 * them.  The dictionary may be the value of "state_dict", "model" or
 * "module" when it is the only one that holds tensors.
 */
#ifndef UMIE_CHECKPOINT_TORCH_H
#define UMIE_CHECKPOINT_TORCH_H

#include <stddef.h>

struct err;
struct weight_list;

enum torch_kind { TORCH_NONE, TORCH_ZIP, TORCH_LEGACY };

/* By the first bytes of an image of n bytes. */
enum torch_kind torch_sniff(const unsigned char *image, size_t n);

/*
 * Append the tensors of an image, which has to outlive the list, in the
 * order of the dictionary.  `what` names the file in messages.
 */
int torch_parse(struct weight_list *out, const unsigned char *image, size_t n,
		const char *what, struct err *err);

#endif
