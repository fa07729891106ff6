/*
 * session_test -- a session with examples of every kind, and answers for them,
 * without a model.
 */
#ifndef UMIE_TESTS_SESSION_TEST_H
#define UMIE_TESTS_SESSION_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tests/tap.h"

static const char test_set[] =
    "{\"id\":\"a\",\"task\":\"mner\",\"text\":\"Kyrie met Kyrie in Boston\","
    "\"split\":\"train\",\"gold\":[{\"type\":\"Person\",\"text\":\"Kyrie\"},"
    "{\"type\":\"Location\",\"text\":\"Boston\"}]}\n"
    "{\"id\":\"b\",\"task\":\"mre\",\"text\":\"Ann and Bob at their "
    "wedding\"}\n"
    "{\"id\":\"c\",\"task\":\"mee\",\"text\":\"Smoke after the airstrike on "
    "Suruc\",\"image\":\"c.png\",\"boxes\":[[10,20,110,220],[0,0,50,40]],"
    "\"gold\":[{\"event\":\"Attack\",\"text\":\"airstrike\"},{\"role\":"
    "\"Target\",\"event\":\"Attack\",\"region\":1}]}\n"
    "{\"id\":\"d\",\"task\":\"mner\",\"text\":\"caf\\u00e9 \\ud83d\\ude00 "
    "Z\\u00fcrich \\u4e2d\\u6587\",\"split\":\"test\"}\n";

/* {"reply"} of umie/1 with these records; `text` and `task` of the example. */
__attribute__((unused)) static struct extraction *
answer(const struct session_example *e, const char *model, double g,
       const char *records)
{
	struct json *j = json_new_object(), *parsed;
	struct extraction *x;
	struct str text = {0};
	struct err err;
	char *head;

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "task", task_name(e->ex.task));
	json_put_string(j, "instruction", "Please extract");
	json_put_string(j, "text", e->ex.text);
	json_put_string(j, "model", model);
	json_put_string(j, "device", "cpu");
	json_put_number(j, "g", g, 6);
	json_put_number(j, "g_own", g, 6);
	json_put_number(j, "cos", g / 2, 6);
	json_put_string(j, "raw", records);
	json_put(j, "dropped", json_new_array());
	json_put_string(j, "image", "none");
	json_put_int(j, "input_tokens", 9);
	head = json_print(j);
	head[strlen(head) - 1] = '\0';
	str_addf(&text, "%s,\"records\":%s}", head, records);
	parsed = json_parse(text.s, text.len, "answer", &err);
	if (!parsed || extraction_from_json(&x, parsed, "answer", &err) < 0)
		bug("answer: %s", err.text);
	json_free(parsed);
	json_free(j);
	free(head);
	str_release(&text);
	return x;
}

static const char *const test_answers[] = {
    "[{\"type\":\"Person\",\"text\":\"Kyrie\",\"start\":0,\"end\":5,\"fit\":"
    "\"repeated\",\"places\":2,\"p\":0.9},{\"type\":\"Person\",\"text\":"
    "\"Kyrie\",\"start\":0,\"end\":5,\"fit\":\"repeated\",\"places\":2,"
    "\"p\":0.6},{\"type\":\"Organization\",\"text\":\"Cavaliers\",\"start\":"
    "null,\"end\":null,\"fit\":\"absent\",\"p\":0.25}]",
    "[{\"relation\":\"couple\",\"head\":{\"text\":\"Ann\",\"start\":0,\"end\":"
    "3,\"fit\":\"exact\"},\"tail\":{\"text\":\"Bob\",\"start\":8,\"end\":11,"
    "\"fit\":\"exact\"},\"p\":0.8}]",
    "[{\"event\":\"Attack\",\"text\":\"airstrike\",\"start\":16,\"end\":25,"
    "\"fit\":\"exact\",\"p\":0.7},{\"role\":\"Target\",\"event\":\"Attack\","
    "\"of\":0,\"region\":1,\"p\":0.5},{\"role\":\"Place\",\"event\":\"Attack\","
    "\"of\":0,\"text\":\"Suruc\",\"start\":29,\"end\":34,\"fit\":\"exact\","
    "\"p\":0.4}]",
    ("[{\"type\":\"Location\",\"text\":\"Z\\u00fcrich\",\"start\":7,\"end\":13,"
     "\"fit\":\"exact\",\"p\":0.95}]"),
};

__attribute__((unused)) static void load_test_set(struct session *s)
{
	struct dataset d = {0};
	struct err err;
	int first;

	if (dataset_parse(&d, test_set, strlen(test_set), "set.jsonl", NULL,
			  &err) < 0 ||
	    session_load(s, &d, &first, &err) < 0)
		bug("load: %s", err.text);
	dataset_release(&d);
}

/* The model's answer to example `number`. */
__attribute__((unused)) static void reply_to(struct session *s, int number,
					     const char *model)
{
	const struct session_example *e =
	    state_example(session_state(s), number);
	struct extraction *x =
	    answer(e, model, 0.1 * number, test_answers[number - 1]);
	struct err err;

	if (session_reply(s, number, x, GATE_SET_OWN, &err) < 0)
		bug("reply: %s", err.text);
	extraction_free(x);
}

__attribute__((unused)) static char *printed(const struct session *s)
{
	struct str out = {0};

	state_print(session_state(s), &out);
	return str_detach(&out);
}

/* A folder of its own for a test; removed by the caller's system. */
__attribute__((unused)) static char *test_folder(void)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/umie-session-XXXXXX", dir ? dir : "/tmp");

	if (!mkdtemp(path))
		bug("%s: cannot create", path);
	return path;
}

__attribute__((unused)) static void remove_folder(char *path)
{
	char *cmd = xasprintf("rm -rf '%s'", path);

	if (system(cmd) != 0)
		bug("%s failed", cmd);
	free(cmd);
	free(path);
}

/* `vfs`: of SQLite; NULL: its own. */
static inline int open_file(struct session **s, const char *path,
			    const char *vfs, bool create, struct err *err)
{
	struct session_options o = {
	    .who = "anna", .create = create, .vfs = vfs};

	return session_open(s, path, &o, err);
}

/* A file with the test set in it, an answer and a flag. */
static inline void make_session(const char *path)
{
	struct session *s;
	struct err err;

	if (open_file(&s, path, NULL, true, &err) < 0)
		bug("%s", err.text);
	load_test_set(s);
	reply_to(s, 1, "m1");
	session_flag(s, true, &err);
	session_close(s, &err);
}

/* A session that has to open. */
static inline struct session *open_path(const char *path, bool create)
{
	struct session *s;
	struct err err;

	if (open_file(&s, path, NULL, create, &err) < 0)
		bug("%s", err.text);
	return s;
}

/* Close, open, and compare the states. */
static inline struct session *again(struct session *s, const char *path,
				    const char *what)
{
	char *before = printed(s), *after;
	struct err err;

	if (session_close(s, &err) < 0)
		diag("%s", err.text);
	s = open_path(path, false);
	after = printed(s);
	if (!ok(strcmp(before, after) == 0,
		"%s: the state rebuilt from the log is the one before", what))
		diag("before:\n%safter:\n%s", before, after);
	free(before);
	free(after);
	return s;
}

#endif
