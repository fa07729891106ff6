/*
 * brat-folder -- the files of a brat folder: ID.txt with ID.ann, and
 * visual.conf with the labels that types stand for.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/data/brat.h"

enum { DOCUMENT_BYTES = 64 << 20 };

void brat_names_release(struct brat_names *n)
{
	labels_release(&n->type);
	labels_release(&n->label);
}

static const char *find(const struct labels *from, const struct labels *to,
			struct span name)
{
	for (size_t i = 0; i < from->n; i++)
		if (span_eq(name, from->name[i]))
			return to->name[i];
	return NULL;
}

char *brat_label(const struct reader *r, struct span type)
{
	const struct brat_names *n = r->context;
	const char *label = n ? find(&n->type, &n->label, type) : NULL;

	return label ? xstrdup(label) : xstrndup(type.s, type.len);
}

static bool is_type_byte(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c >= 0x80;
}

const char *brat_type(struct brat_names *n, const char *label)
{
	const char *known = find(&n->label, &n->type, span_of(label));
	char *type;
	size_t len;

	if (known)
		return known;
	type = xstrdup(label);
	for (char *c = type; *c; c++)
		if (!is_type_byte((unsigned char)*c))
			*c = '_';
	/* another label's type, or the one that means no type */
	while (find(&n->type, &n->label, span_of(type)) ||
	       strcmp(type, BRAT_SPAN) == 0) {
		char *longer = xasprintf("%s_", type);

		free(type);
		type = longer;
	}
	len = strlen(type);
	labels_add(&n->type, type, len);
	labels_add(&n->label, label, strlen(label));
	free(type);
	return n->type.name[n->type.n - 1];
}

/* "type | label" below our own heading. */
static int read_labels(const char *folder, struct brat_names *n,
		       struct err *err)
{
	char *path = file_join(folder, "visual.conf");
	struct str text = {0};
	const char *at, *end, *bar;
	int rc =
	    file_exists(path) ? file_read(path, DOCUMENT_BYTES, &text, err) : 0;

	at = strstr(str_cstr(&text), BRAT_LABELS);
	for (at = at ? strchr(at, '\n') : NULL; at && at[1] && at[1] != '[';
	     at = end) {
		at++;
		end = strchr(at, '\n');
		bar = strstr(at, " | ");
		if (!bar || !end || bar > end)
			continue;
		labels_add(&n->type, at, (size_t)(bar - at));
		labels_add(&n->label, bar + 3, (size_t)(end - bar - 3));
	}
	str_release(&text);
	free(path);
	return rc;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* A file's name without its suffix, %20 undone; caller's. */
static char *id_of(const char *name, size_t n)
{
	struct str id = {0};

	for (size_t i = 0; i < n; i++) {
		int hi = i + 2 < n && name[i] == '%' ? hex(name[i + 1]) : -1;
		int lo = hi >= 0 ? hex(name[i + 2]) : -1;

		if (lo >= 0 && hi + lo)
			i += 2;
		str_addc(&id,
			 lo >= 0 && hi + lo ? (char)(hi << 4 | lo) : name[i]);
	}
	return str_detach(&id);
}

static int is_ann(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 4 &&
	       strcmp(d->d_name + n - 4, ".ann") == 0;
}

static int read_pair(struct reader *r, const char *folder, const char *name,
		     struct str *bytes)
{
	size_t n = strlen(name) - 4;
	char *txt = xasprintf("%s/%.*s.txt", folder, (int)n, name);
	char *ann = xasprintf("%s/%s", folder, name), *id = id_of(name, n);
	struct str text = {0}, lines = {0};
	int rc = file_read(txt, DOCUMENT_BYTES, &text, r->err);

	if (rc == 0)
		rc = file_read(ann, DOCUMENT_BYTES, &lines, r->err);
	str_addf(bytes, "%s %zu %zu\n", name, text.len, lines.len);
	str_addn(bytes, str_cstr(&text), text.len);
	str_addn(bytes, str_cstr(&lines), lines.len);
	r->path = ann;
	if (rc == 0)
		rc = read_brat_pair(r, id,
				    (struct span){str_cstr(&text), text.len},
				    (struct span){str_cstr(&lines), lines.len});
	r->path = folder;
	str_release(&text);
	str_release(&lines);
	free(txt);
	free(ann);
	free(id);
	return rc;
}

int read_brat(struct reader *r, struct str *bytes)
{
	const char *folder = r->path;
	struct brat_names names = {0};
	struct dirent **list;
	int n, rc;

	n = scandir(folder, &list, is_ann, versionsort);
	if (n < 0)
		return err_errno(r->err, ERR_FAILED, "%s", folder);
	rc = read_labels(folder, &names, r->err);
	r->context = &names;
	if (rc == 0 && n == 0)
		rc = err_set(r->err, ERR_DATA,
			     "%s: no .ann file in it, as a brat folder has",
			     folder);
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = read_pair(r, folder, list[i]->d_name, bytes);
		free(list[i]);
	}
	free(list);
	brat_names_release(&names);
	return rc;
}
