/*
 * save -- data sets written: a file or a folder appears whole or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/writer.h"

static int (*const writers[])(struct writer *w) = {
    [DATA_JSONL] = write_jsonl,
    [DATA_CONLL] = write_conll,
    [DATA_CONLL2003] = write_conll2003,
    [DATA_BILOU] = write_bilou,
    [DATA_MNRE] = write_mnre,
    [DATA_UMIE] = write_umie,
    [DATA_M2E2] = write_m2e2,
    [DATA_M2E2_IMAGE] = write_m2e2_image,
    [DATA_M2E2_UMIE] = write_m2e2_umie,
    [DATA_ONEIE] = write_oneie,
    [DATA_BRAT] = write_brat,
    [DATA_LABELSTUDIO] = write_labelstudio,
    [DATA_COCO] = write_coco,
    [DATA_SPACY] = write_spacy,
    [DATA_DOCCANO] = write_doccano,
    [DATA_CSV] = write_csv,
    [DATA_TSV] = write_tsv,
    [DATA_FORMAT_END] = NULL,
};

int write_jsonl(struct writer *w)
{
	for (size_t i = 0; i < w->d->n; i++) {
		const struct example *e = &w->d->ex[i];
		struct example named = *e; /* but for the picture's name */

		named.image = writer_image(w, e);
		writer_line(w, example_to_json(&named));
		free(named.image);
	}
	return 0;
}

static const char *const loss_names[][2] = {
#define LOSS_NAMES(upper, one, many) {one, many},
    LOSSES(LOSS_NAMES)
#undef LOSS_NAMES
};

void losses_print(const struct losses *l, struct str *out)
{
	for (size_t i = 0; i < LOSS_KINDS; i++)
		if (l->n[i])
			str_addf(out, "  %zu %s\n", l->n[i],
				 loss_names[i][l->n[i] > 1]);
}

struct json *losses_json(const struct losses *l)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < LOSS_KINDS; i++) {
		struct json *j;

		if (!l->n[i])
			continue;
		j = json_new_object();
		json_put_int(j, "n", (int64_t)l->n[i]);
		json_put_string(j, "what", loss_names[i][l->n[i] > 1]);
		json_push(all, j);
	}
	return all;
}

size_t losses_total(const struct losses *l)
{
	size_t n = 0;

	for (size_t i = 0; i < LOSS_KINDS; i++)
		n += l->n[i];
	return n;
}

static void side_release(struct writer *w)
{
	for (size_t i = 0; i < w->n_side; i++) {
		free(w->side[i].name);
		str_release(&w->side[i].bytes);
	}
	free(w->side);
}

static int run(struct writer *w)
{
	enum data_format f = w->o->format;

	w->holds = data_format_holds(f);
	if (f == DATA_GUESS || w->holds & READ_ONLY)
		return err_set(w->err, ERR_USAGE,
			       "format %s is read and not written",
			       data_format_name(f));
	return writers[f](w);
}

/* One file of a folder that nobody sees yet. */
static int put_file(const char *dir, const char *name, const struct str *bytes,
		    struct err *err)
{
	char *path = file_join(dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc = 0;

	if (fd < 0)
		rc = err_errno(err, ERR_FAILED, "%s", path);
	else
		rc = file_write_all(fd, str_cstr(bytes), bytes->len, path, err);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(err, ERR_FAILED, "%s", path);
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = err_errno(err, ERR_FAILED, "%s", path);
	free(path);
	return rc;
}

static void remove_folder(const struct writer *w, const char *dir)
{
	for (size_t i = 0; i < w->n_side; i++) {
		char *path = file_join(dir, w->side[i].name);

		unlink(path);
		free(path);
	}
	rmdir(dir);
}

/* The folder that `path` lies in; caller's. */
static char *parent(const char *path)
{
	size_t n = strlen(path);
	const char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	slash = memrchr(path, '/', n);
	return slash ? xstrndup(path, MAX((size_t)(slash - path), 1))
		     : xstrdup(".");
}

static int save_folder(const struct writer *w, const char *path,
		       struct err *err)
{
	size_t n = strlen(path);
	char *above = parent(path), *tmp;
	mode_t mask = umask(0);
	int rc = 0;

	umask(mask);
	while (n > 1 && path[n - 1] == '/')
		n--;
	tmp = xasprintf("%.*s.XXXXXX", (int)n, path);
	if (!mkdtemp(tmp)) {
		rc = err_errno(err, ERR_FAILED, "%s", tmp);
		free(tmp);
		free(above);
		return rc;
	}
	chmod(tmp, 0777 & ~mask);
	for (size_t i = 0; i < w->n_side && rc == 0; i++)
		rc = put_file(tmp, w->side[i].name, &w->side[i].bytes, err);
	if (rc == 0)
		rc = file_sync_dir(tmp, err);
	if (rc == 0 && rename(tmp, path) < 0)
		rc = errno == ENOTEMPTY || errno == EEXIST
			 ? err_set(err, ERR_FAILED,
				   "%s: there is a folder already and it is "
				   "not empty",
				   path)
			 : err_errno(err, ERR_FAILED, "%s", path);
	if (rc < 0)
		remove_folder(w, tmp);
	else
		rc = file_sync_dir(above, err);
	free(tmp);
	free(above);
	return rc;
}

/* Further files first: whoever sees the main one has them all. */
static int save_files(const struct writer *w, const char *path, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < w->n_side && rc == 0; i++) {
		char *name = xasprintf("%s%s", path, w->side[i].name);

		rc = file_replace(name, str_cstr(&w->side[i].bytes),
				  w->side[i].bytes.len, err);
		free(name);
	}
	return rc < 0 ? rc
		      : file_replace(path, str_cstr(w->out), w->out->len, err);
}

int dataset_write(const struct dataset *d, const char *path,
		  const struct write_options *o, struct losses *lost,
		  struct err *err)
{
	struct str out = {0};
	bool folder = data_format_holds(o->format) & FOLDER;
	char *dir = o->image_dir ? xstrdup(o->image_dir)
		    : folder     ? xstrdup(path)
				 : parent(path);
	struct writer w = {.d = d,
			   .o = o,
			   .dir = strcmp(dir, ".") == 0 ? NULL : dir,
			   .out = &out,
			   .lost = lost,
			   .err = err};
	int rc = run(&w);

	if (rc == 0)
		rc = folder ? save_folder(&w, path, err)
			    : save_files(&w, path, err);
	side_release(&w);
	str_release(&out);
	free(dir);
	return rc;
}

int dataset_print(const struct dataset *d, const struct write_options *o,
		  struct str *out, struct losses *lost, struct err *err)
{
	struct writer w = {.d = d,
			   .o = o,
			   .dir = o->image_dir,
			   .out = out,
			   .lost = lost,
			   .err = err};
	int rc;

	if (data_format_holds(o->format) & FOLDER)
		return err_set(err, ERR_USAGE,
			       "format %s is a folder; give it a name",
			       data_format_name(o->format));
	rc = run(&w);
	side_release(&w);
	return rc;
}
