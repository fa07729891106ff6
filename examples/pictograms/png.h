/*
 * png -- pictures into files.
 */
#ifndef UMIE_PICTOGRAMS_PNG_H
#define UMIE_PICTOGRAMS_PNG_H

struct err;
struct image;

int png_write(const struct image *im, const char *path, struct err *err);

#endif
