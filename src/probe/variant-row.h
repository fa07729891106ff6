/*
 * variant-row -- rows of a list of variants; for variant*.c alone.
 */
#ifndef UMIE_PROBE_VARIANT_ROW_H
#define UMIE_PROBE_VARIANT_ROW_H

#include "src/probe/variant.h"
#include "src/probe/words.h"

/* A new row with one member, a copy of the base's request.  Takes what. */
struct variant *variant_row(struct variants *l, enum variation kind,
			    char *what);
/* Takes e. */
void variant_set_text(struct variant *v, struct edited *e);

static inline struct extract_request *variant_request(struct variant *v)
{
	return &v->member[0].request;
}

static inline const struct extract_request *
variants_base(const struct variants *l)
{
	return &l->v[0].member->request;
}

#endif
