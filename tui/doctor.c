#include "tui/doctor.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include <readline/readline.h>

#include "config.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/cpu/dnn.h"
#include "tui/app.h"
#include "tui/rc.h"
#include "tui/face.h"

/* A section, and the warnings of all. */
struct section {
	struct json *j, *warnings;
};

static void put(const struct section *s, const char *name, const char *value)
{
	json_put_string(s->j, name, value ? value : "(not set)");
}

static void warn(const struct section *s, const char *fmt, const char *value)
{
	char *line = xasprintf("%s%s", value, fmt);

	json_push_string(s->warnings, line);
	free(line);
}

static int colors_of(const char *term)
{
	int status, n = -1;

	if (term && *term &&
	    setupterm((char *)term, STDOUT_FILENO, &status) == 0)
		n = tigetnum((char *)"colors");
	return n;
}

static void terminal(const struct app *app, const struct section *s)
{
	const char *term = getenv("TERM");
	int colors = colors_of(term);
	struct winsize size;

	put(s, "TERM", term);
	json_put_bool(s->j, "stdin is a terminal", isatty(STDIN_FILENO));
	json_put_bool(s->j, "stdout is a terminal", isatty(STDOUT_FILENO));
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		json_put_int(s->j, "columns", size.ws_col);
		json_put_int(s->j, "rows", size.ws_row);
		if (size.ws_col < 60 || size.ws_row < 16)
			warn(s,
			     ": too small for the full screen, which wants "
			     "60 columns and 16 rows",
			     "the terminal");
	}
	json_put_int(s->j, "colors", MAX(colors, 0));
	if (colors < 0)
		warn(s,
		     ": a terminal type that terminfo does not know; line "
		     "mode is used",
		     term && *term ? term : "TERM is not set");
	put(s, "NO_COLOR", getenv("NO_COLOR"));
	json_put_bool(s->j, "colored output", face_color(app));
	put(s, "COLORTERM", getenv("COLORTERM"));
	json_put_bool(s->j, "tmux or screen", getenv("TMUX") || getenv("STY"));
}

static void locale_of(const struct section *s)
{
	const char *codeset = nl_langinfo(CODESET);

	put(s, "LC_CTYPE", setlocale(LC_CTYPE, NULL));
	put(s, "codeset", codeset);
	if (strcmp(codeset, "UTF-8") != 0)
		warn(s,
		     ": not UTF-8, so other characters are shown as ? on "
		     "the full screen",
		     codeset);
}

#if defined(__x86_64__)
#define CPU_FEATURES(_) \
	_("avx2")       \
	_("fma") _("avx512f") _("avx512bw") _("avx512vl") _("avx512vnni")
#endif

static void processor(const struct section *s)
{
	struct str features = {0};

#ifdef CPU_FEATURES
#define ADD_FEATURE(name)                 \
	if (__builtin_cpu_supports(name)) \
		str_addf(&features, "%s%s", features.len ? " " : "", name);
	CPU_FEATURES(ADD_FEATURE)
#undef ADD_FEATURE
#endif
	put(s, "vector instructions",
	    features.len ? features.s : "none that umie has code for");
	json_put_int(s->j, "cores", sysconf(_SC_NPROCESSORS_ONLN));
	json_put_int(s->j, "memory (MiB)",
		     sysconf(_SC_PHYS_PAGES) / 1024 *
			 (sysconf(_SC_PAGESIZE) / 1024));
	put(s, "OMP_NUM_THREADS", getenv("OMP_NUM_THREADS"));
	str_release(&features);
}

static void libraries(const struct section *s)
{
	char dnn[24];
	struct err err;

	if (dnn_version(dnn, &err) < 0) {
		put(s, "oneDNN", "not usable");
		warn(s, "", err.text);
	} else {
		put(s, "oneDNN", dnn);
	}
	put(s, "ncurses", curses_version());
	put(s, "readline", rl_library_version);
#ifdef HAVE_CHAFA
	put(s, "chafa", "yes");
#else
	put(s, "chafa", "not built in; pictures are half blocks or ASCII");
#endif
}

/* Only whether it is there: opening it is the engine's to do. */
static void plugins(const struct section *s)
{
	static const char *const name[] = {"umie-cuda.so", "umie-nccl.so",
					   "umie-mpi.so"};
	const char *dir = getenv("UMIE_PLUGIN_DIR");

	put(s, "folder", dir && *dir ? dir : PKGLIBDIR);
	for (size_t i = 0; i < ARRAY_LEN(name); i++) {
		char *path = file_join(dir && *dir ? dir : PKGLIBDIR, name[i]);

		put(s, name[i], file_exists(path) ? "found" : "not installed");
		free(path);
	}
	put(s, "/dev/nvidia0",
	    file_exists("/dev/nvidia0") ? "found" : "no such device");
}

/* A folder that will be made is no reason to worry; a foreign one is. */
static void folder(const struct section *s, const char *which)
{
	char *path = file_xdg(which);

	put(s, which, path ? path : "(no HOME)");
	if (!path)
		warn(s, ": no such folder, since HOME is not set", which);
	else if (file_exists(path) && access(path, W_OK) < 0)
		warn(s, ": cannot be written", path);
	free(path);
}

static void folders(const struct app *app, const struct section *s)
{
	static const char *const which[] = {"CONFIG", "STATE", "DATA", "CACHE"};
	struct labels rc = {0};
	struct err err;
	char *checkpoint = app_checkpoint(app, &err);

	for (size_t i = 0; i < ARRAY_LEN(which); i++)
		folder(s, which[i]);
	rc_files(&rc);
	for (size_t i = 0; i < rc.n; i++)
		put(s, rc.name[i],
		    file_exists(rc.name[i]) ? "read" : "not there");
	labels_release(&rc);
	put(s, "checkpoint", checkpoint ? checkpoint : "none");
	if (!checkpoint)
		warn(s, "", err.text);
	free(checkpoint);
}

static struct section begin(struct json *report, const char *name,
			    struct json *warnings)
{
	struct section s = {json_new_object(), warnings};

	json_put(report, name, s.j);
	return s;
}

struct json *doctor_report(const struct app *app)
{
	struct json *j = json_new_object(), *w = json_new_array();
	struct section s;

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "version", PACKAGE_VERSION);
	json_put_string(j, "compiler", __VERSION__);
	s = begin(j, "terminal", w);
	terminal(app, &s);
	s = begin(j, "locale", w);
	locale_of(&s);
	s = begin(j, "processor", w);
	processor(&s);
	s = begin(j, "libraries", w);
	libraries(&s);
	s = begin(j, "plugins", w);
	plugins(&s);
	s = begin(j, "folders", w);
	folders(app, &s);
	json_put(j, "warnings", w);
	return j;
}

static void member(const struct json *m, struct str *out)
{
	char *number;

	str_addf(out, "  %-22s ", json_key(m));
	if (json_is_string(m)) {
		str_addf(out, "%s\n", json_string(m));
	} else if (json_is_bool(m)) {
		str_addf(out, "%s\n", json_true(m) ? "yes" : "no");
	} else {
		number = json_print(m);
		str_addf(out, "%s\n", number);
		free(number);
	}
}

void doctor_text(const struct json *report, struct str *out)
{
	const struct json *w = json_get(report, "warnings");

	for (const struct json *m = json_first(report); m; m = json_next(m)) {
		if (json_is_string(m))
			str_addf(out, "%-24s %s\n", json_key(m),
				 json_string(m));
		if (!json_is_object(m))
			continue;
		str_addf(out, "%s\n", json_key(m));
		for (const struct json *v = json_first(m); v; v = json_next(v))
			member(v, out);
	}
	str_add(out, json_len(w) ? "warnings\n" : "nothing is amiss\n");
	for (const struct json *m = json_first(w); m; m = json_next(m))
		str_addf(out, "  %s\n", json_string(m));
}
