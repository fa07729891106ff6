/* Any bytes as a safetensors file. */
#include "src/checkpoint/safetensors.h"
#include "tests/fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weight_list l = {0};
	struct err err;

	weight_list_allow(&l, size);
	if (safetensors_parse(&l, data, size, "input", &err) == 0)
		fuzz_list_read(&l);
	weight_list_release(&l);
	return 0;
}
