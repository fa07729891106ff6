#include "examples/pictograms/shapes.h"

#include "examples/pictograms/shapes-list.h"

const struct pictogram_row *pictogram_row(enum pictogram p)
{
	static const struct pictogram_row rows[] = {
#define PICTOGRAM_ROW(upper, shapes, noun, where, w, h) \
	{noun, STAND_##where, w, h, shapes_##shapes},
	    PICTOGRAMS(PICTOGRAM_ROW)
#undef PICTOGRAM_ROW
	};

	return &rows[p];
}
