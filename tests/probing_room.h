/*
 * probing_room -- a model that was taught a little, open to be asked: of "Rex
 * is in Rome" it finds Rome, and Rex only with a picture.
 */
#ifndef UMIE_TESTS_PROBING_ROOM_H
#define UMIE_TESTS_PROBING_ROOM_H

#include "src/engine/call.h"
#include "src/engine/extract.h"

struct backend;
struct bundle;
struct decoder;

enum { LONGEST = 40 }; /* tokens of an answer */

/* A folder with checkpoint, pictures and lessons, and the model; owns all. */
struct room {
	char *dir, *ckpt, *picture, *data;
	struct decoder *decoder;
	struct backend *be;
	struct bundle *bundle;
	struct extractor *x;
	struct call_site site;
};

/* False: no umie program to teach with. */
bool room_open(struct room *r);
void room_close(struct room *r);

/* The sentence with `picture` and two boxes in it, or (NULL) alone. */
void room_request(const char *picture, struct extract_request *q);
/* The caller's; it has to succeed. */
struct extraction *room_extract(struct room *r, struct extract_request *q);

#endif
