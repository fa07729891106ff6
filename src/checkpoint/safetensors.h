/*
 * safetensors -- read tensors straight out of a file image.
 *
 * A file is an 8-byte little-endian length, a JSON header of that length
 * naming every tensor, then raw data.  The reader is stricter than the
 * format's own text: the data is covered by the tensors exactly once, so
 * that no file can be something else as well.
 */
#ifndef UMIE_CHECKPOINT_SAFETENSORS_H
#define UMIE_CHECKPOINT_SAFETENSORS_H

#include <stddef.h>

struct err;
struct weight_list;

enum {
	SAFETENSORS_PREFIX = 8, /* bytes of the header's length */
	SAFETENSORS_HEADER_MIN = 8,
	SAFETENSORS_HEADER_MAX = 100000000,
};

/*
 * Append the tensors of an image of n bytes, which has to outlive the list,
 * in the order of the header.  `what` names the file in messages.
 */
int safetensors_parse(struct weight_list *out, const unsigned char *data,
		      size_t n, const char *what, struct err *err);

#endif
