/*
 * fuzz_recording -- a recording from somebody else: read, or refused with a
 * sentence.  An answer does not differ from itself, and what a probe found is
 * read again from what it is written as.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/replay.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/news-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json *write_request(void *context,
				  const struct extract_request *r)
{
	(void)context;
	(void)r;
	return json_new_object();
}

static int read_request(void *context, const struct json *j,
			struct extract_request *out, struct err *err)
{
	(void)context;
	(void)j;
	(void)err;
	*out = (struct extract_request){.text = xstrdup("")};
	return 0;
}

static void again(const struct probe_news *n)
{
	const struct request_format f = {NULL, write_request, read_request};
	struct json *j = news_json(n, &f);
	char *text = json_print(j);
	struct probe_news *other;
	struct err err = {0};

	json_free(j);
	j = json_parse(text, strlen(text), "written", &err);
	if (!j || news_read(&other, j, "written", &f, &err) < 0)
		bug("%s", err.text);
	probe_news_free(other);
	json_free(j);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recording r;
	struct str text = {0};
	struct err err = {0};
	int rc =
	    recording_parse(&r, (const char *)data, size, "input", "/", &err);

	if (rc < 0 && (err.code != ERR_DATA || !err.text[0]))
		abort();
	for (size_t i = 0; rc == 0 && i < r.n; i++) {
		const struct replay_step *s = &r.step[i];

		if (s->reply && replies_differ(s->reply, s->reply, &text))
			abort();
		if (s->news)
			again(s->news);
	}
	str_release(&text);
	if (rc == 0)
		recording_release(&r);
	return 0;
}
