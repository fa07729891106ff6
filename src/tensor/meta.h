/*
 * meta -- a backend that computes nothing and only counts the memory.
 *
 * What a model, its gradients and one step of training hold can be asked for
 * before any of it is there: the same code runs over it as over a device,
 * with the same calls and the same allocations.  Addresses are real but
 * without memory behind them: whoever reads one crashes.  Reading back gives
 * zeros.
 */
#ifndef UMIE_TENSOR_META_H
#define UMIE_TENSOR_META_H

#include "src/tensor/backend.h"

/* recomputes: as the backend whose memory is counted (struct backend). */
struct backend *meta_backend_open(bool recomputes);

/* Bytes that are held now. */
size_t meta_held(const struct backend *be);

#endif
