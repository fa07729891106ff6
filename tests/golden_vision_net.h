/*
 * golden_vision_net -- a small network of the golden package: its files and
 * its two forms.
 */
#ifndef UMIE_TESTS_GOLDEN_VISION_NET_H
#define UMIE_TESTS_GOLDEN_VISION_NET_H

#include "src/model/resnet.h"

struct golden_file;
struct weights;

/* One network with its file, its input and a tape; owns all. */
struct vision_net {
	char *name;
	struct vision_config cfg;
	struct weights *w; /* NULL: made from the formula */
	struct golden_file *input;
	struct params params;
	struct resnet *r;
	struct backend *be;
	struct tape t;
	struct tensor *tap[RESNET_TAPS];
};

/*
 * NAME.safetensors and NAME_input.safetensors of `dir`; layers, width and
 * head count as the tensors show them.  False after a failed line; to be
 * closed in either case.
 */
bool net_open(struct vision_net *n, const char *dir, const char *name);
void net_close(struct vision_net *n);

/* NAME+part.safetensors; NULL when absent. */
struct golden_file *net_part(const struct vision_net *n, const char *dir,
			     const char *part);

/* Replace the network by one of its forms; false after a failed line. */
bool net_fold(struct vision_net *n);
bool net_train(struct vision_net *n);

/* The package's images through the network; NULL after a failed line. */
struct tensor *net_forward(struct vision_net *n, bool with_taps, bool train);

/* (B,Y,X,C) -> (B,C,Y,X), or back; the result's data is to be freed. */
struct tensor permuted(const struct tensor *x, bool channels_last);

#endif
