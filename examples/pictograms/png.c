#include "examples/pictograms/png.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include STB_WRITE_HEADER
#pragma GCC diagnostic pop

#include "src/base/err.h"
#include "src/image/image.h"

int png_write(const struct image *im, const char *path, struct err *err)
{
	if (!stbi_write_png(path, im->w, im->h, 3, im->rgb, im->w * 3))
		return err_set(err, ERR_FAILED, "%s: cannot write the picture",
			       path);
	return 0;
}
