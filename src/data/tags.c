#include "src/data/tags.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"

static int find_plain(const struct labels *l, struct span tag)
{
	int at = labels_find(l, tag.s, tag.len);
	char *spaced;

	if (at >= 0)
		return at;
	spaced = xstrndup(tag.s, tag.len);
	for (char *c = spaced; *c; c++)
		if (*c == '-' || *c == '_')
			*c = ' ';
	at = labels_find(l, spaced, strlen(spaced));
	free(spaced);
	return at;
}

/* Is `a` at least three letters from the start of `name`? */
static bool begins(struct span a, const char *name)
{
	return a.len >= 3 && a.len <= strlen(name) &&
	       strncasecmp(a.s, name, a.len) == 0;
}

/* Tag and label are both short for the same name: PER, Person. */
static int find_short(const struct labels *l, struct span tag)
{
	static const char *const names[] = {
	    "person",       "location",      "organization",
	    "organisation", "miscellaneous",
	};

	if (span_ieq(tag, "other"))
		tag = span_of("miscellaneous");
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (size_t i = 0; begins(tag, names[k]) && i < l->n; i++)
			if (begins(span_of(l->name[i]), names[k]))
				return (int)i;
	return -1;
}

int tag_find(const struct labels *l, enum task t, struct span tag)
{
	int at = find_plain(l, tag);
	const char *slash;

	if (at >= 0)
		return at;
	if (t == TASK_MNER)
		return find_short(l, tag);
	slash = t == TASK_MRE ? memrchr(tag.s, '/', tag.len) : NULL;
	if (!slash)
		return -1;
	tag.len -= (size_t)(slash + 1 - tag.s);
	tag.s = slash + 1;
	return find_plain(l, tag);
}
