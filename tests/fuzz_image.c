/*
 * fuzz_image -- any bytes as a picture, decoded without the sandbox.
 */
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/image/decode.h"
#include "src/image/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger pictures only cost time. */
enum { PIXELS = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture_info info;
	struct image im;
	struct err err;

	if (picture_inspect(data, size, "fuzz", &info, &err) < 0 ||
	    (long)info.w * info.h > PIXELS)
		return 0;
	decode_here(data, size, true, "fuzz", &im, &err);
	image_release(&im);
	return 0;
}
