#include "sessions/act.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

static const struct {
	const char *name, *what;
	unsigned flags;
} acts[] = {
#define ACT_ROW(upper, lower, flags, what) {#lower, what, flags},
    ACTS(ACT_ROW)
#undef ACT_ROW
};

void act_release(struct act *a)
{
	free(a->who);
	free(a->body);
	*a = (struct act){0};
}

const char *act_name(enum act_kind k)
{
	return acts[k].name;
}

const char *act_what(enum act_kind k)
{
	return acts[k].what;
}

unsigned act_flags(enum act_kind k)
{
	return acts[k].flags;
}

bool act_find(const char *name, enum act_kind *out)
{
	for (int k = 0; k < ACT_KINDS; k++) {
		if (strcmp(acts[k].name, name) != 0)
			continue;
		*out = (enum act_kind)k;
		return true;
	}
	return false;
}

void act_time_print(int64_t ms, char out[32])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 32 - n, ".%03dZ", (int)(ms % 1000));
}

int act_time_parse(const char *s, int64_t *ms, struct err *err)
{
	struct tm tm = {0};
	const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	char *last;
	double fraction = 0;

	if (end && *end == '.') {
		fraction = strtod(end, &last);
		end = last;
	}
	if (!end || strcmp(end, "Z") != 0 || tm.tm_year < 70 ||
	    !(fraction >= 0 && fraction < 1))
		return err_set(err, ERR_DATA,
			       "\"%.40s\" is not a time such as "
			       "2025-11-23T14:02:11.042Z",
			       s);
	*ms = (int64_t)timegm(&tm) * 1000 + lround(fraction * 1000);
	return 0;
}

struct json *act_to_json(const struct act *a)
{
	struct json *j = json_new_object(), *body;
	struct err err;
	char at[32];

	body = json_parse(a->body, strlen(a->body), "act", &err);
	if (!body)
		bug("act %lld: %s", (long long)a->seq, err.text);
	act_time_print(a->time, at);
	json_put_int(j, "seq", a->seq);
	json_put_string(j, "time", at);
	json_put_string(j, "who", a->who);
	json_put_string(j, "kind", act_name(a->kind));
	if (a->example)
		json_put_int(j, "example", a->example);
	json_put(j, "body", body);
	return j;
}

static int read_act(struct act *a, const struct json *j, const char *what,
		    struct err *err)
{
	const char *time = json_string(json_get(j, "time"));
	const char *who = json_string(json_get(j, "who"));
	const char *kind = json_string(json_get(j, "kind"));
	const struct json *example = json_get(j, "example");
	const struct json *body = json_get(j, "body");
	int64_t n = 0;
	int rc = 0;

	if (!who || !time || !kind || !json_is_object(body))
		return err_set(err, ERR_DATA,
			       "%s: an act has \"seq\", \"time\", \"who\", "
			       "\"kind\" and \"body\"",
			       what);
	if (!act_find(kind, &a->kind))
		return err_set(err, ERR_DATA, "%s: no kind of act \"%.40s\"",
			       what, kind);
	rc = json_int(json_get(j, "seq"), 1, INT64_MAX / 2, what, &a->seq, err);
	if (rc == 0 && example)
		rc = json_int(example, 1, INT32_MAX, what, &n, err);
	if (rc == 0 && act_time_parse(time, &a->time, err) < 0)
		rc = err_context(err, "%s", what);
	a->example = (int)n;
	a->who = xstrdup(who);
	a->body = json_print(body);
	return rc;
}

int act_from_json(struct act *a, const struct json *j, const char *what,
		  struct err *err)
{
	int rc;

	*a = (struct act){0};
	rc = read_act(a, j, what, err);
	if (rc < 0)
		act_release(a);
	return rc;
}
