#include "tui/rc.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/script.h"

static const char PROJECT_FILE[] = "umie.conf";

static void add(struct labels *out, char *path)
{
	labels_add(out, path, strlen(path));
	free(path);
}

/* The first folder of the list ranks highest, so it is read last. */
static void system_files(const char *dirs, struct labels *out)
{
	const char *colon = strchr(dirs, ':');
	size_t n = colon ? (size_t)(colon - dirs) : strlen(dirs);

	if (colon)
		system_files(colon + 1, out);
	if (n && dirs[0] == '/')
		add(out, xasprintf("%.*s/umie/rc", (int)n, dirs));
}

static void user_file(struct labels *out)
{
	char *dir = file_xdg("CONFIG");

	if (dir)
		add(out, file_join(dir, "rc"));
	free(dir);
}

static void read_all(struct app *app, const struct labels *file,
		     enum setting_source from)
{
	app->source = from;
	for (size_t i = 0; i < file->n; i++)
		if (file_exists(file->name[i]))
			script_run_rc(app, file->name[i]);
}

static const char *config_dirs(void)
{
	const char *dirs = getenv("XDG_CONFIG_DIRS");

	return dirs && *dirs ? dirs : "/etc/xdg";
}

int rc_read(struct app *app, struct err *err)
{
	struct labels file = {0};

	system_files(config_dirs(), &file);
	read_all(app, &file, FROM_SYSTEM);
	labels_release(&file);
	user_file(&file);
	read_all(app, &file, FROM_USER);
	labels_release(&file);
	labels_add(&file, PROJECT_FILE, strlen(PROJECT_FILE));
	read_all(app, &file, FROM_PROJECT);
	labels_release(&file);
	return rc_environment(app, err);
}

int rc_environment(struct app *app, struct err *err)
{
	int rc = settings_environment(&app->settings, err);

	app->source = FROM_COMMAND;
	app_apply_settings(app);
	return rc;
}

void rc_files(struct labels *out)
{
	system_files(config_dirs(), out);
	user_file(out);
	labels_add(out, PROJECT_FILE, strlen(PROJECT_FILE));
}
