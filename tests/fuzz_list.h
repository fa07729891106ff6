/*
 * fuzz_list -- read every byte of every tensor that a parser let through.
 */
#ifndef UMIE_TESTS_FUZZ_LIST_H
#define UMIE_TESTS_FUZZ_LIST_H

#include <string.h>

#include "src/base/err.h"
#include "src/checkpoint/list.h"

static inline void fuzz_list_read(struct weight_list *l)
{
	struct err err;

	if (weight_list_sort(l, "input", &err) < 0)
		return;
	for (size_t i = 0; i < l->count; i++) {
		const struct tensor *t = &l->at[i].tensor;
		const volatile unsigned char *p = t->data;

		if (!tensor_contiguous(t) || !strlen(l->at[i].name))
			bug("a tensor that no parser should let through");
		for (size_t k = 0; k < tensor_bytes(t); k++)
			(void)p[k];
	}
}

#endif
