/*
 * news-json -- what a probe found, as JSON and back: for recordings, which
 * are shown where nothing can be computed.
 *
 * Requests name pictures, and who keeps them knows from where: he says how a
 * request is written and read.
 */
#ifndef UMIE_PROBE_NEWS_JSON_H
#define UMIE_PROBE_NEWS_JSON_H

#include "src/probe/calls.h"

struct request_format {
	void *context;
	struct json *(*write)(void *context, const struct extract_request *r);
	int (*read)(void *context, const struct json *j,
		    struct extract_request *out, struct err *err);
};

/* json_free() it.  Lines for the user (note) are not kept. */
struct json *news_json(const struct probe_news *n,
		       const struct request_format *f);
/* *out is the caller's to probe_news_free(); ERR_DATA names `what`. */
int news_read(struct probe_news **out, const struct json *j, const char *what,
	      const struct request_format *f, struct err *err);

#endif
