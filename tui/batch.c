#include "tui/batch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sessions/session.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/device.h"
#include "src/image/cache.h"
#include "src/tensor/backend.h"
#include "tui/app.h"

#define CACHE_LIMIT ((size_t)256 << 20)

void say_json(struct app *app, struct json *j)
{
	char *line = json_print(j);

	app_say(app, "%s", line);
	free(line);
	json_free(j);
}

struct json *error_json(const struct err *err)
{
	struct json *j = json_new_object();

	json_put_int(j, "code", (int)err->code);
	json_put_string(j, "text", err->text);
	return j;
}

int batch_stdin(struct app *app, const struct args *a, const char *what,
		struct err *err)
{
	struct str usage = {0};

	if (!isatty(STDIN_FILENO))
		return 0;
	cmd_usage(a->cmd, &usage);
	fputs(usage.s, app->err);
	str_release(&usage);
	return err_set(err, ERR_USAGE,
		       "%s: %s is wanted, and standard input is a terminal",
		       a->cmd->name, what);
}

int app_options(struct app *app, const struct args *a, struct err *err)
{
	static const enum setting value[] = {SET_DEVICE, SET_THREADS};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(value) && rc == 0; i++) {
		const char *name = setting_row(value[i])->name;

		if (args_has(a, name))
			rc = settings_set(&app->settings, name,
					  args_get(a, name), FROM_FLAG, err);
	}
	return rc;
}

int batch_backend(struct app *app, struct backend **be, const struct args *a,
		  struct err *err)
{
	const char *device = args_get(a, "device");
	char note[DEVICE_NOTE] = "";
	long threads =
	    a->settings ? settings_whole(a->settings, SET_THREADS) : 0;
	int rc = args_int(a, "threads", 1, 1024, threads, &threads, err);

	*be = NULL;
	if (!device && a->settings)
		device = settings_given(a->settings, SET_DEVICE);
	if (rc == 0)
		rc = device_open(device, (int)threads, be, note, err);
	if (*note)
		app_note(app, "%s", note);
	return rc;
}

int batch_open(struct batch *b, struct app *app, const struct args *a,
	       const char *path, struct err *err)
{
	char *own, *cache;
	int rc;

	*b = (struct batch){.app = app};
	own = path ? NULL : app_checkpoint(app, err);
	if (!path && !own)
		return -(int)err->code;
	rc = batch_backend(app, &b->be, a, err);
	if (rc == 0)
		rc = bundle_open(&b->bundle, path ? path : own, b->be,
				 &(struct bundle_options){0}, err);
	free(own);
	if (rc < 0) {
		batch_close(b);
		return rc;
	}
	cache = file_xdg("CACHE");
	b->features = feature_cache_open(cache, CACHE_LIMIT);
	free(cache);
	b->extractor =
	    extractor_new(b->bundle, app->decoder, b->features, app->cancel);
	return 0;
}

void batch_close(struct batch *b)
{
	extractor_free(b->extractor);
	feature_cache_close(b->features);
	bundle_close(b->bundle);
	if (b->be && b->be->remark)
		app_note(b->app, "%s", b->be->remark);
	if (b->be)
		b->be->close(b->be);
	*b = (struct batch){0};
}

int argument_text(const char *s, char **out, struct err *err)
{
	struct str text = {0};
	int rc;

	*out = NULL;
	if (!s)
		return 0;
	if (s[0] != '@') {
		*out = xstrdup(s);
		return 0;
	}
	rc = file_read(s + 1, 1 << 20, &text, err);
	if (rc < 0) {
		str_release(&text);
		return err_recode(err, ERR_DATA);
	}
	while (text.len &&
	       (text.s[text.len - 1] == '\n' || text.s[text.len - 1] == '\r'))
		text.s[--text.len] = '\0';
	*out = str_detach(&text);
	return 0;
}

int batch_write(struct app *app, const struct dataset *d, const char *path,
		const struct write_options *o, struct losses *lost,
		struct err *err)
{
	struct str bytes = {0};
	int rc;

	if (strcmp(path, "-") != 0)
		return dataset_write(d, path, o, lost, err);
	if (app->screen)
		return err_set(err, ERR_USAGE,
			       "-: standard output is this screen; name a "
			       "file");
	rc = dataset_print(d, o, &bytes, lost, err);
	if (rc == 0 &&
	    (fwrite(str_cstr(&bytes), 1, bytes.len, app->out) < bytes.len ||
	     fflush(app->out) != 0))
		rc = err_errno(err, ERR_FAILED, "standard output");
	str_release(&bytes);
	return rc;
}

enum { NAMES_TOLD = 5 };

static int no_session(const struct args *a, struct err *err)
{
	struct labels name = {0};
	struct str all = {0};

	if (session_list(&name, err) < 0)
		name = (struct labels){0};
	for (size_t i = 0; i < MIN(name.n, (size_t)NAMES_TOLD); i++)
		str_addf(&all, "%s%s", i ? ", " : "", name.name[i]);
	if (name.n > NAMES_TOLD)
		str_add(&all, ", ...");
	err_set(err, ERR_USAGE,
		"%s: --session NAME|FILE is missing (sessions, newest first: "
		"%s)",
		a->cmd->name, name.n ? all.s : "there are none");
	str_release(&all);
	labels_release(&name);
	return -(int)err->code;
}

int batch_session(struct session **out, const struct args *a, bool read_only,
		  struct err *err)
{
	struct session_options o = {.read_only = read_only};

	*out = NULL;
	if (!args_get(a, "session"))
		return no_session(a, err);
	if (!read_only)
		o.who = args_get(a, "user");
	return session_open(out, args_get(a, "session"), &o, err);
}
