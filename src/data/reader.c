#include "src/data/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/tags.h"

int reader_line(struct reader *r, struct span *line)
{
	const char *s = r->s + r->i, *end;
	size_t valid;

	if (r->i >= r->n)
		return 0;
	end = memchr(s, '\n', r->n - r->i);
	*line = (struct span){s, end ? (size_t)(end - s) : r->n - r->i};
	r->i += line->len + 1;
	r->line++;
	if (line->len && s[line->len - 1] == '\r')
		line->len--;
	if (line->len > LINE_MAX_BYTES)
		return reader_fail(r, "longer than %d bytes", LINE_MAX_BYTES);
	valid = utf8_valid(s, line->len);
	if (valid < line->len)
		return reader_fail(r, "byte %zu is not UTF-8", valid);
	if (memchr(s, '\0', line->len))
		return reader_fail(r, "a NUL character");
	return 1;
}

int reader_fail(struct reader *r, const char *fmt, ...)
{
	char text[ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(r->err, ERR_DATA, "%s: line %zu: %s", r->path, r->line,
		       text);
}

int span_shown(struct span s)
{
	size_t n = MIN(s.len, 80);

	while (n && n < s.len && ((unsigned char)s.s[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

char *reader_what(const struct reader *r)
{
	return xasprintf("%s: line %zu", r->path, r->line);
}

struct example *reader_add(struct reader *r)
{
	struct dataset *d = r->d;

	d->ex = xgrow(d->ex, d->n, &d->cap, sizeof(*d->ex));
	d->ex[d->n] = (struct example){0};
	return &d->ex[d->n++];
}

char *reader_label(struct reader *r, const struct labels *l, enum task t,
		   struct span tag)
{
	enum { LOST_MAX = 20 }; /* as many as a message can name */
	int at;

	if (!l)
		return xstrndup(tag.s, tag.len);
	at = tag_find(l, t, tag);
	if (at >= 0)
		return xstrdup(l->name[at]);
	if (r->lost.n == 0)
		r->lost_line = r->line;
	if (r->lost.n < LOST_MAX && labels_find(&r->lost, tag.s, tag.len) < 0)
		labels_add(&r->lost, tag.s, tag.len);
	return xstrndup(tag.s, tag.len);
}

void example_set_image(struct example *e, const char *dir, const char *name)
{
	e->image =
	    name[0] == '/' || !dir ? xstrdup(name) : file_join(dir, name);
	e->image_state = file_exists(e->image) && !file_is_dir(e->image)
			     ? IMAGE_FOUND
			     : IMAGE_MISSING;
}

static bool has_suffix(const char *name)
{
	static const char *const suffixes[] = {".jpg", ".jpeg", ".png", ".bmp"};
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t len = strlen(suffixes[i]);

		if (n > len && strcasecmp(name + n - len, suffixes[i]) == 0)
			return true;
	}
	return false;
}

void reader_set_image(struct reader *r, struct example *e, const char *id)
{
	char *name = xasprintf("%s%s", id, has_suffix(id) ? "" : ".jpg");

	example_set_image(e, r->image_dir, name);
	free(name);
}

int example_check_text(const char *text, const char *what, struct err *err)
{
	if (span_trim(span_of(text)).len == 0)
		return err_set(err, ERR_DATA, "%s: the text is empty", what);
	if (strlen(text) > LINE_MAX_BYTES)
		return err_set(err, ERR_DATA,
			       "%s: the text is longer than %d bytes", what,
			       LINE_MAX_BYTES);
	return 0;
}
