#include "src/data/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
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

static int take_object(struct reader *r, struct span line,
		       int (*take)(struct reader *r, const struct json *j))
{
	char *what = reader_what(r);
	struct json *j = json_parse(line.s, line.len, what, r->err);
	int rc = j ? 0 : -(int)r->err->code;

	if (j && !json_is_object(j))
		rc = reader_fail(r, "a JSON object expected");
	if (rc == 0)
		rc = take(r, j);
	json_free(j);
	free(what);
	return rc;
}

int reader_lines(struct reader *r,
		 int (*take)(struct reader *r, struct span line))
{
	struct span line;
	int rc = reader_line(r, &line);

	while (rc > 0) {
		r->part = NULL;
		rc = span_trim(line).len ? take(r, line) : 0;
		if (rc == 0)
			rc = reader_line(r, &line);
	}
	return rc;
}

int reader_objects(struct reader *r,
		   int (*take)(struct reader *r, const struct json *j))
{
	struct span line;
	int rc = reader_line(r, &line);

	while (rc > 0) {
		r->part = NULL;
		rc = span_trim(line).len ? take_object(r, line, take) : 0;
		if (rc == 0)
			rc = reader_line(r, &line);
	}
	return rc;
}

struct json *reader_json(struct reader *r)
{
	return json_parse(r->s + r->i, r->n - r->i, r->path, r->err);
}

int reader_elements(struct reader *r, const struct json *all,
		    int (*take)(struct reader *r, const struct json *j))
{
	int rc = 0;

	if (!json_is_array(all))
		return err_set(r->err, ERR_DATA,
			       "%s: the file is not one JSON array", r->path);
	for (const struct json *j = json_first(all); j && rc == 0;
	     j = json_next(j)) {
		r->item++;
		r->part = NULL;
		rc = json_is_object(j)
			 ? take(r, j)
			 : reader_fail(r, "a JSON object expected");
	}
	return rc;
}

int reader_array(struct reader *r,
		 int (*take)(struct reader *r, const struct json *j))
{
	struct json *all = reader_json(r);
	int rc = all ? reader_elements(r, all, take) : -(int)r->err->code;

	json_free(all);
	return rc;
}

int reader_fail(struct reader *r, const char *fmt, ...)
{
	char text[ERR_TEXT], *where;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	where = reader_what(r);
	err_set(r->err, ERR_DATA, "%s: %s", where, text);
	free(where);
	return -ERR_DATA;
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
	const char *kind = r->item ? "item" : "line";
	size_t n = r->item ? r->item : r->line;

	if (r->part)
		return xasprintf("%s: %s %zu: %s %zu", r->path, kind, n,
				 r->part, r->part_n);
	return xasprintf("%s: %s %zu", r->path, kind, n);
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

int reader_set_text(struct reader *r, struct example *e, const char *text)
{
	char *what;
	int rc = 0;

	e->text = xstrdup(text);
	if (*text || !e->image) {
		what = reader_what(r);
		rc = example_check_text(text, what, r->err);
		free(what);
	}
	return rc;
}
