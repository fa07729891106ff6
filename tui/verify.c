#include "tui/verify.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/hash.h"
#include "src/base/mem.h"
#include "src/base/str.h"

struct verify {
	struct call call;
	struct recording rec;
	size_t at, answers, differences;
};

void verify_news_free(void *news)
{
	struct verify_news *n = news;

	if (n)
		free(n->lines);
	free(n);
}

static void verify_free(struct call *c)
{
	struct verify *v = (struct verify *)c;

	recording_release(&v->rec);
	free(v);
}

/* Is the picture the one that was recorded? */
static void verify_picture(struct verify *v, const struct replay_step *s,
			   struct str *out)
{
	char hash[HASH_HEX];
	struct err err;

	if (!s->hash[0] ||
	    (hash_file(s->path, hash, &err) == 0 && strcmp(hash, s->hash) == 0))
		return;
	v->differences++;
	str_addf(out, "%s: not the picture that was recorded\n", s->path);
}

static int verify_reply(struct verify *v, struct extractor *x,
			const struct replay_step *s, struct str *out,
			struct err *err)
{
	struct extraction *is;
	struct str text = {0};
	int rc = extractor_run(x, &s->request, &is, err);

	if (rc < 0)
		return rc;
	v->answers++;
	if (replies_differ(s->reply, is, &text)) {
		v->differences++;
		str_addf(out, "%s: %s\n%s", task_called(is->task, is->own),
			 is->text, text.s);
	}
	str_release(&text);
	extraction_free(is);
	return 0;
}

/* Up to the next answer. */
static int verify_slice(struct call *c, const struct call_site *at, void **news,
			struct err *err)
{
	struct verify *v = (struct verify *)c;
	struct verify_news *n;
	struct str out = {0};
	size_t before = v->answers;
	int rc = 0;

	while (v->at < v->rec.n && v->answers == before && rc == 0) {
		const struct replay_step *s = &v->rec.step[v->at++];

		if (s->kind == STEP_PICTURE)
			verify_picture(v, s, &out);
		else if (s->kind == STEP_REPLY)
			rc = verify_reply(v, at->extractor, s, &out, err);
	}
	n = xcalloc(1, sizeof(*n));
	str_cstr(&out);
	*n = (struct verify_news){.lines = str_detach(&out),
				  .answers = v->answers,
				  .differences = v->differences,
				  .last = v->at == v->rec.n};
	*news = n;
	return rc < 0 ? rc : v->at < v->rec.n;
}

struct call *verify_call(struct recording *rec)
{
	struct verify *v = xcalloc(1, sizeof(*v));

	v->call = (struct call){verify_slice, verify_free, verify_news_free};
	v->rec = *rec;
	*rec = (struct recording){0};
	return &v->call;
}
