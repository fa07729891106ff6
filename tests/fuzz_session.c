/*
 * fuzz_session -- a session file from somebody else.
 *
 * Bytes that begin like SQLite's are opened as a session; others are acts, a
 * JSON object a line, applied one after the other: what is refused changes
 * nothing, and everything that was applied can be undone and redone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_file(const uint8_t *data, size_t size)
{
	char *path = xasprintf("/tmp/fuzz-session-%d.umie", (int)getpid());
	struct session_options o = {.who = "fuzz"};
	struct session *s;
	struct str out = {0};
	struct err err = {0};

	if (file_replace(path, data, size, &err) < 0)
		abort();
	if (session_open(&s, path, &o, &err) == 0) {
		state_print(session_state(s), &out);
		session_undo(s, 1, &err);
		session_close(s, &err);
	} else if (!err.text[0]) {
		abort();
	}
	str_release(&out);
	unlink(path);
	free(path);
}

static void turn(struct state *s, enum act_kind kind, const size_t *stack,
		 const size_t *n)
{
	struct err err = {0};

	while (*n) {
		struct act a = {.seq = (int64_t)s->n_log + 1,
				.who = xstrdup("fuzz"),
				.kind = kind};

		a.body = xasprintf("{\"of\":%zu}", stack[*n - 1] + 1);
		if (state_apply(s, &a, &err) < 0)
			bug("%s", err.text);
		stack = kind == ACT_KIND_UNDO ? s->undo : s->redo;
	}
}

static void apply_line(struct state *s, const char *line, size_t n)
{
	struct err err = {0};
	struct json *j = json_parse(line, n, "act", &err);
	struct str before = {0}, after = {0};
	struct act a;

	if (j && act_from_json(&a, j, "act", &err) == 0) {
		a.seq = (int64_t)s->n_log + 1;
		state_print(s, &before);
		if (state_apply(s, &a, &err) < 0) {
			state_print(s, &after);
			if (strcmp(before.s, after.s) != 0 || !err.text[0])
				bug("a refused act changed something: %s",
				    err.text);
		}
	}
	json_free(j);
	str_release(&before);
	str_release(&after);
}

static void apply_lines(const char *s, size_t n)
{
	struct state state = {0};

	while (n) {
		const char *end = memchr(s, '\n', n);
		size_t len = end ? (size_t)(end - s) : n;

		apply_line(&state, s, len);
		s += len + (end != NULL);
		n -= len + (end != NULL);
	}
	turn(&state, ACT_KIND_UNDO, state.undo, &state.n_undo);
	turn(&state, ACT_KIND_REDO, state.redo, &state.n_redo);
	state_release(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 6 && memcmp(data, "SQLite", 6) == 0)
		open_file(data, size);
	else
		apply_lines((const char *)data, size);
	return 0;
}
