/*
 * version -- checkpoints whose parts say which version they are.
 */
#ifndef UMIE_TESTS_VERSION_H
#define UMIE_TESTS_VERSION_H

#include <dirent.h>

#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"
#include "tests/craft.h"

CRAFT size_t count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2;
}

CRAFT void read_all(const char *dir, const char *name, struct str *out)
{
	char *path = file_join(dir, name);
	struct err err;

	if (file_read(path, 1 << 20, out, &err) < 0)
		diag("%s", err.text);
	free(path);
}

enum { VERSION_ELEMENTS = 5000 };

/* A checkpoint whose two files say which version it is. */
CRAFT int save_version(const char *final, int version, struct err *err)
{
	static float f[VERSION_ELEMENTS];
	struct tensor t =
	    tensor_view(f, DT_F32, 1, (int64_t[]){VERSION_ELEMENTS});
	struct save_tensor e = {"t", &t, DT_F32};
	struct save_folder *s = save_begin(final, err);
	char *path, *text;
	int rc;

	if (!s)
		return -(int)err->code;
	for (int i = 0; i < VERSION_ELEMENTS; i++)
		f[i] = (float)version;
	path = file_join(save_path(s), "model.safetensors");
	rc = save_safetensors(path, &e, 1, NULL, err);
	free(path);
	text = xasprintf("%d", version);
	if (rc == 0)
		rc = save_write(s, "config.json", text, strlen(text), err);
	free(text);
	if (rc == 0)
		return save_commit(s, err);
	save_abort(s);
	return rc;
}

/* The version of a checkpoint; -1 when its parts do not agree. */
CRAFT int load_version(const char *final)
{
	struct err err = {0};
	struct weights *w = weights_open(final, &err);
	struct str text = {0};
	const float *f;
	int version = -1;

	if (w) {
		read_all(final, "config.json", &text);
		version = atoi(str_cstr(&text));
		f = weights_at(w, 0)->tensor.data;
		for (int i = 0; i < VERSION_ELEMENTS; i++)
			if (f[i] != (float)version)
				version = -1;
	} else {
		diag("%s", err.text);
	}
	str_release(&text);
	weights_close(w);
	return version;
}

#endif
