/* The examples of a set run: a file's, or those of a session. */
#include <stdlib.h>

#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/probe/set-internal.h"

static int read_file(struct set_run *s, const struct call_site *at,
		     struct err *err)
{
	struct dataset_options o = {
	    .format = s->o.format,
	    .image_dir = s->o.images,
	    .schema = &extractor_bundle(at->extractor)->schema};

	return dataset_read(&s->d, s->o.data, &o, err);
}

/*
 * What a file's bytes are to a file.  Decisions count only where they are
 * compared with: one more of them does not make another run of a set that is
 * not decided yet.
 */
static void make_digest(struct set_run *s)
{
	struct str all = {0};

	for (size_t i = 0; i < s->d.n; i++) {
		const struct example *from = &s->d.ex[i];
		struct example e;
		struct json *j;
		char *line;

		example_blank(&e, from);
		e.has_gold = s->result.gold;
		if (s->result.gold)
			records_copy(&e.gold, &from->gold);
		j = example_to_json(&e);
		line = json_print(j);
		str_addf(&all, "%s\n", line);
		free(line);
		json_free(j);
		example_release(&e);
	}
	hash_bytes(str_cstr(&all), all.len, s->d.digest);
	str_release(&all);
}

int set_read(struct set_run *s, const struct call_site *at, struct err *err)
{
	int rc = s->o.data ? read_file(s, at, err) : 0;

	if (rc < 0)
		return rc;
	s->n = s->o.limit ? MIN(s->o.limit, s->d.n) : s->d.n;
	s->own_g = xcalloc(s->n + 1, sizeof(*s->own_g));
	s->result.of = s->n;
	s->result.gold = s->n > 0;
	for (size_t i = 0; i < s->n; i++)
		s->result.gold &= s->d.ex[i].has_gold;
	if (!s->o.data)
		make_digest(s);
	return 0;
}
