#include "tests/probing_room.h"

#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/engine/device.h"
#include "src/image/decode.h"
#include "src/tensor/backend.h"
#include "tests/tap.h"

static bool teach(struct room *r)
{
	const char *src = getenv("srcdir"), *build = getenv("builddir");
	char *command;
	int rc;

	r->dir = xstrdup("/tmp/umie-probing-XXXXXX");
	if (!src || !build || !mkdtemp(r->dir))
		return false;
	command = xasprintf("srcdir='%s' builddir='%s' sh -c '. %s/tests/lib.sh"
			    "; taught_checkpoint %s/ckpt' 2>%s/log",
			    src, build, src, r->dir, r->dir);
	rc = system(command);
	free(command);
	r->ckpt = file_join(r->dir, "ckpt");
	r->picture = file_join(r->dir, "dog.png");
	r->data = file_join(r->dir, "ckpt.jsonl");
	return rc == 0;
}

bool room_open(struct room *r)
{
	struct err err;

	*r = (struct room){0};
	r->decoder = decoder_start(&err);
	if (!r->decoder || !teach(r) ||
	    device_open("cpu", 2, &r->be, NULL, &err) < 0)
		return false;
	if (bundle_open(&r->bundle, r->ckpt, r->be, &(struct bundle_options){0},
			&err) < 0)
		return false;
	r->x = extractor_new(r->bundle, r->decoder, NULL, NULL);
	r->site = (struct call_site){
	    .extractor = r->x, .be = r->be, .decoder = r->decoder};
	return true;
}

void room_close(struct room *r)
{
	char *command = xasprintf("rm -r %s", r->dir);

	extractor_free(r->x);
	bundle_close(r->bundle);
	if (r->be)
		r->be->close(r->be);
	decoder_stop(r->decoder);
	if (system(command) != 0)
		diag("left behind: %s", r->dir);
	free(command);
	free(r->dir);
	free(r->ckpt);
	free(r->picture);
	free(r->data);
}

void room_request(const char *picture, struct extract_request *q)
{
	*q = (struct extract_request){.max_tokens = LONGEST};
	q->text = xstrdup("Rex is in Rome");
	q->image = picture ? xstrdup(picture) : NULL;
	if (!picture)
		return;
	q->boxes.n = 3;
	q->boxes.box[1] = (struct box){20, 20, 90, 90};
	q->boxes.box[2] = (struct box){90, 20, 200, 200};
}

struct extraction *room_extract(struct room *r, struct extract_request *q)
{
	struct extraction *x;
	struct err err;

	if (extractor_run(r->x, q, &x, &err) < 0)
		bug("%s", err.text);
	return x;
}
