#include "src/image/image.h"

#include <stdlib.h>

void image_release(struct image *im)
{
	free(im->rgb);
	*im = (struct image){0};
}
