/*
 * shape -- the shape of a model that need not exist, from a command's words.
 */
#ifndef UMIE_TUI_SHAPE_H
#define UMIE_TUI_SHAPE_H

#include "src/checkpoint/config.h"
#include "src/tensor/tensor.h"
#include "tui/cmd.h"

/* Of --size or --config, of which one must be given. */
int shape_of(const struct args *a, struct config *c, struct err *err);

/* "f32", "bf16", "f16"; NULL: f32. */
int shape_dtype(const char *s, enum dtype *out, struct err *err);

#endif
