#include "sessions/session.h"

#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sessions/session-internal.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

static const char suffix[] = ".umie";

/* --- where sessions are -----------------------------------------------------
 */

char *session_folder(struct err *err)
{
	return file_xdg_folder("STATE", "sessions", err);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && strcmp(s + n - k, end) == 0;
}

char *session_file(const char *name, struct err *err)
{
	char *dir, *file, *path = NULL;

	if (strchr(name, '/') || ends_in(name, suffix))
		return xstrdup(name);
	dir = session_folder(err);
	file = xasprintf("%s%s", name, suffix);
	if (dir)
		path = file_join(dir, file);
	free(file);
	free(dir);
	return path;
}

bool session_is_file(const char *path)
{
	static const char magic[] = "SQLite format 3";
	unsigned char head[72];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(head, 1, sizeof(head), f) : 0;

	if (f)
		fclose(f);
	return n == sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0;
}

struct entry {
	char *name;
	struct timespec time;
};

static int newest_first(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;

	if (p->time.tv_sec != q->time.tv_sec)
		return p->time.tv_sec < q->time.tv_sec ? 1 : -1;
	if (p->time.tv_nsec != q->time.tv_nsec)
		return p->time.tv_nsec < q->time.tv_nsec ? 1 : -1;
	return strcmp(p->name, q->name);
}

static struct entry *read_folder(DIR *d, size_t *n)
{
	struct entry *list = NULL;
	size_t cap = 0;
	struct dirent *e;
	struct stat st;

	*n = 0;
	while ((e = readdir(d))) {
		if (!ends_in(e->d_name, suffix) ||
		    fstatat(dirfd(d), e->d_name, &st, 0) < 0)
			continue;
		list = xgrow(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct entry){xstrdup(e->d_name), st.st_mtim};
	}
	return list;
}

int session_list(struct labels *out, struct err *err)
{
	char *dir = session_folder(err);
	DIR *d = dir ? opendir(dir) : NULL;
	struct entry *list;
	size_t n;

	if (!dir)
		return -(int)err->code;
	free(dir);
	if (!d)
		return 0; /* nobody has made one yet */
	list = read_folder(d, &n);
	closedir(d);
	if (n)
		qsort(list, n, sizeof(*list), newest_first);
	for (size_t i = 0; i < n; i++) {
		labels_add(out, list[i].name,
			   strlen(list[i].name) - strlen(suffix));
		free(list[i].name);
	}
	free(list);
	return 0;
}

/* --- opening, saving, closing
 * --------------------------------------------------- */

static char *user_name(const char *given)
{
	const char *user = getenv("USER");
	const struct passwd *pw;

	if (given && *given)
		return xstrdup(given);
	if (user && *user)
		return xstrdup(user);
	pw = getpwuid(getuid());
	return pw ? xstrdup(pw->pw_name) : xasprintf("%d", (int)getuid());
}

long session_writer(const char *path)
{
	return store_writer(path);
}

static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'),
		   *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	return xstrndup(name, ends_in(name, suffix) ? n - strlen(suffix) : n);
}

static int take(void *context, struct act *a, struct err *err)
{
	struct session *s = context;
	long long seq = a->seq;
	int rc = state_apply(&s->state, a, err);

	return rc < 0 ? err_context(err, "%s: act %lld", s->path, seq) : 0;
}

static int make_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir =
	    slash > path ? xstrndup(path, (size_t)(slash - path)) : NULL;
	int rc = dir ? file_mkdirs(dir, err) : 0;

	free(dir);
	return rc;
}

int session_open(struct session **out, const char *name,
		 const struct session_options *o, struct err *err)
{
	struct store_options so = {
	    .read_only = o->read_only, .create = o->create, .vfs = o->vfs};
	struct session *s;
	char *path;
	int rc = 0;

	*out = NULL;
	if (!*name || (name[0] == '.' && !strchr(name, '/')))
		return err_set(err, ERR_USAGE,
			       "\"%s\" is no name for a session", name);
	path = session_file(name, err);
	if (!path)
		return -(int)err->code;
	s = xcalloc(1, sizeof(*s));
	s->path = path;
	s->name = base_name(s->path);
	s->who = user_name(o->who);
	s->read_only = o->read_only;
	if (o->create && !o->read_only)
		rc = make_folder(s->path, err);
	if (rc == 0)
		rc = store_open(&s->store, s->path, &so, err);
	if (rc == 0)
		rc = store_read(s->store, take, s, err);
	s->saved = s->state.n_log;
	if (rc == 0)
		*out = s;
	else
		session_close(s, &(struct err){0});
	return rc;
}

int session_close(struct session *s, struct err *err)
{
	int rc;

	if (!s)
		return 0;
	rc = s->store ? session_save(s, err) : 0;
	store_close(s->store);
	state_release(&s->state);
	free(s->path);
	free(s->name);
	free(s->who);
	free(s);
	return rc;
}

size_t session_unsaved(const struct session *s)
{
	size_t n = 0;

	for (size_t i = s->saved; i < s->state.n_log; i++)
		n += !(act_flags(s->state.log[i].kind) & ACT_SOFT);
	return n;
}

int session_save(struct session *s, struct err *err)
{
	size_t n = s->state.n_log - s->saved;
	int rc;

	if (n == 0 || s->read_only)
		return 0;
	rc = store_append(s->store, s->state.log + s->saved, n, err);
	if (rc == 0)
		s->saved = s->state.n_log;
	else
		err_context(err, "%zu acts are not saved yet",
			    session_unsaved(s));
	return rc;
}

const struct state *session_state(const struct session *s)
{
	return &s->state;
}

const char *session_name(const struct session *s)
{
	return s->name;
}

const char *session_path(const struct session *s)
{
	return s->path;
}

const char *session_who(const struct session *s)
{
	return s->who;
}

bool session_read_only(const struct session *s)
{
	return s->read_only;
}

struct session_example *session_here(const struct session *s)
{
	return state_example(&s->state, s->state.at);
}

/* --- acts
 * ------------------------------------------------------------------------ */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int session_apply(struct session *s, enum act_kind kind, int example,
		  struct json *body, struct err *err)
{
	struct act a = {.seq = (int64_t)s->state.n_log + 1,
			.time = now_ms(),
			.kind = kind,
			.example = example};
	int rc;

	if (s->read_only && !(act_flags(kind) & ACT_SOFT)) {
		json_free(body);
		return err_set(err, ERR_USAGE,
			       "%s: the session is open for reading only",
			       s->name);
	}
	a.who = xstrdup(s->who);
	a.body = json_print(body);
	json_free(body);
	rc = state_apply(&s->state, &a, err);
	return rc < 0 ? err_recode(err, ERR_USAGE) : 0;
}

int session_act(struct session *s, enum act_kind kind, int example,
		struct json *body, struct err *err)
{
	int rc = session_apply(s, kind, example, body, err);

	if (rc < 0 || (act_flags(kind) & ACT_SOFT))
		return rc;
	return session_save(s, err);
}

int session_copy_act(struct session *s, struct act *a, struct err *err)
{
	a->seq = (int64_t)s->state.n_log + 1;
	return state_apply(&s->state, a, err);
}

int session_goto(struct session *s, int number, struct err *err)
{
	if (!state_example(&s->state, number))
		return err_set(err, ERR_USAGE,
			       "there is no example %d (1 to %zu)", number,
			       s->state.n_examples);
	if (number == s->state.at)
		return 0;
	return session_act(s, ACT_KIND_AT, number, json_new_object(), err);
}

/* The acts of one import are one step. */
static int64_t step_of(const struct act *a)
{
	struct json *body;
	int64_t group;
	struct err err;

	if (a->kind != ACT_KIND_IMPORT)
		return a->seq;
	body = json_parse(a->body, strlen(a->body), "import", &err);
	group = (int64_t)json_number(json_get(body, "group"));
	json_free(body);
	return group;
}

/* The act that is next to be undone or redone; NULL: there is none. */
static const struct act *next_turn(const struct state *s, bool undo)
{
	size_t left = undo ? s->n_undo : s->n_redo;

	if (left == 0)
		return NULL;
	return &s->log[undo ? s->undo[left - 1] : s->redo[left - 1]];
}

/* Undo or redo one step; *example is the one that it is about. */
static int turn_step(struct session *s, enum act_kind kind, int *example,
		     struct err *err)
{
	bool undo = kind == ACT_KIND_UNDO;
	const struct act *a = next_turn(&s->state, undo);
	int64_t step = step_of(a);
	int rc = 0;

	for (; a && step_of(a) == step && rc == 0;
	     a = next_turn(&s->state, undo)) {
		struct json *body = json_new_object();

		*example = a->example;
		json_put_int(body, "of", a->seq);
		rc = session_apply(s, kind, 0, body, err);
	}
	return rc;
}

static int turn(struct session *s, enum act_kind kind, int n, struct err *err)
{
	bool undo = kind == ACT_KIND_UNDO;
	int example = 0, rc = 0;

	if (!next_turn(&s->state, undo))
		return err_set(err, ERR_USAGE, "nothing to %s",
			       undo ? "undo" : "redo");
	for (int i = 0; i < n && rc == 0 && next_turn(&s->state, undo); i++)
		rc = turn_step(s, kind, &example, err);
	if (rc == 0)
		rc = session_goto(s, example, err);
	return rc < 0 ? rc : session_save(s, err);
}

int session_travel(struct session *s, int64_t seq, struct err *err)
{
	const struct act *a;
	int example = 0, rc = 0;

	while (rc == 0 && (a = next_turn(&s->state, true)) && a->seq > seq)
		rc = turn_step(s, ACT_KIND_UNDO, &example, err);
	while (rc == 0 && (a = next_turn(&s->state, false)) && a->seq <= seq)
		rc = turn_step(s, ACT_KIND_REDO, &example, err);
	if (rc == 0 && example)
		rc = session_goto(s, example, err);
	return rc < 0 ? rc : session_save(s, err);
}

int session_undo(struct session *s, int n, struct err *err)
{
	return turn(s, ACT_KIND_UNDO, n, err);
}

int session_redo(struct session *s, int n, struct err *err)
{
	return turn(s, ACT_KIND_REDO, n, err);
}

int session_set(struct session *s, const char *key, const char *value,
		struct err *err)
{
	struct json *body = json_new_object();

	json_put_string(body, "key", key);
	json_put_string(body, "value", value);
	return session_act(s, ACT_KIND_SET, 0, body, err);
}
