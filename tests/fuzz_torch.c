/*
 * Any bytes as a file of PyTorch: archive, pickle, tensors; and as a pickle
 * alone, which a mutated archive, with its sums, seldom gets to.
 */
#include "src/checkpoint/pickle.h"
#include "src/checkpoint/torch.h"
#include "tests/fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weight_list l = {0};
	struct pickle p;
	struct err err;
	size_t used;

	if (torch_sniff(data, size) == TORCH_NONE) {
		if (pickle_parse(&p, data, size, &used, "input", &err) == 0)
			pickle_release(&p);
		return 0;
	}
	weight_list_allow(&l, size);
	if (torch_parse(&l, data, size, "input", &err) == 0)
		fuzz_list_read(&l);
	weight_list_release(&l);
	return 0;
}
