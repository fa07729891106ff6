/*
 * path -- names of pictures as seen from another folder.
 *
 * Only the names are looked at, so a link to a folder counts as the folder.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/writer.h"

enum { PARTS_MAX = 256 };

struct parts {
	struct span at[PARTS_MAX];
	size_t n;
	bool absolute;
};

/* Take a path apart, "." and "x/.." left out; false when it is too deep. */
static bool split(const char *path, struct parts *p)
{
	*p = (struct parts){.absolute = path[0] == '/'};
	while (*path) {
		size_t len = strcspn(path, "/");
		struct span part = {path, len};
		bool up = span_eq(part, "..");

		path += len + (path[len] == '/');
		if (len == 0 || span_eq(part, "."))
			continue;
		if (up && p->n && !span_eq(p->at[p->n - 1], "..")) {
			p->n--;
			continue;
		}
		if (up && p->absolute)
			continue;
		if (p->n == PARTS_MAX)
			return false;
		p->at[p->n++] = part;
	}
	return true;
}

static void add_part(struct str *s, struct span part)
{
	if (s->len && s->s[s->len - 1] != '/')
		str_addc(s, '/');
	str_addn(s, part.s, part.len);
}

char *path_plain(const char *path)
{
	struct parts p;
	struct str s = {0};

	if (!split(path, &p))
		return xstrdup(path);
	if (p.absolute)
		str_addc(&s, '/');
	for (size_t i = 0; i < p.n; i++)
		add_part(&s, p.at[i]);
	return str_detach(&s);
}

static bool same_part(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* Both from the root; caller's. */
static char *absolute(const char *path)
{
	char *here = getcwd(NULL, 0), *whole;

	if (path[0] == '/' || !here) {
		free(here);
		return xstrdup(path);
	}
	whole = xasprintf("%s/%s", here, path);
	free(here);
	return whole;
}

char *path_whole(const char *path)
{
	char *from = absolute(path), *plain = path_plain(from);

	free(from);
	return plain;
}

static char *relative(const char *path, const char *dir)
{
	struct parts p, d;
	struct str s = {0};
	size_t same = 0;

	if (!split(path, &p) || !split(dir, &d))
		return xstrdup(path);
	while (same < p.n && same < d.n && same_part(p.at[same], d.at[same]))
		same++;
	for (size_t i = same; i < d.n; i++) {
		/* nobody knows how to come back from ".." */
		if (span_eq(d.at[i], "..")) {
			str_release(&s);
			return NULL;
		}
		add_part(&s, span_of(".."));
	}
	for (size_t i = same; i < p.n; i++)
		add_part(&s, p.at[i]);
	return str_detach(&s);
}

char *path_from(const char *path, const char *dir)
{
	char *from, *to, *found;

	if (!dir || !*dir)
		return path_plain(path);
	/* a name that was given from the root stays so unless it is below */
	if (path[0] == '/') {
		to = absolute(dir);
		found = relative(path, to);
		free(to);
		if (found && strncmp(found, "..", 2) != 0)
			return found;
		free(found);
		return path_plain(path);
	}
	found = dir[0] == '/' ? NULL : relative(path, dir);
	if (found)
		return found;
	from = absolute(path);
	to = absolute(dir);
	found = relative(from, to);
	if (!found)
		found = path_plain(from);
	free(from);
	free(to);
	return found;
}
