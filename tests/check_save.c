/*
 * Saving: what is written reads back, equal content gives equal bytes, and a
 * folder is there whole or not at all.
 */
#include <math.h>
#include <sys/wait.h>

#include "src/base/hash.h"
#include "src/base/heartbeat.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/checkpoint/bytes.h"
#include "src/checkpoint/save.h"
#include "src/checkpoint/weights.h"
#include "tests/version.h"

static const int64_t dim23[] = {2, 3};

static struct save_tensor entry(const char *name, const struct tensor *t,
				enum dtype as)
{
	return (struct save_tensor){name, t, as};
}

static void check_round_trip(const char *dir)
{
	float f[6] = {0.0f, -1.5f, 3.14159274f, 1e30f, 1e-40f, INFINITY};
	int64_t whole[6] = {0, 1, -1, INT64_MAX, INT64_MIN, 5};
	struct tensor a = tensor_view(f, DT_F32, 2, dim23);
	struct tensor b = tensor_view(whole, DT_I64, 1, (int64_t[]){6});
	struct tensor scalar = tensor_view(f + 2, DT_F32, 0, NULL);
	struct tensor none = tensor_view(f, DT_F32, 1, (int64_t[]){0});
	struct save_tensor t[] = {entry("z.f32", &a, DT_F32),
				  entry("a.bf16", &a, DT_BF16),
				  entry("b \"quoted\" \xc3\xa9", &b, DT_I64),
				  entry("scalar", &scalar, DT_F32),
				  entry("none", &none, DT_F32),
				  entry("a.f32", &a, DT_F32)};
	char *path = file_join(dir, "a.safetensors");
	const struct weight *w;
	struct weights *ws;
	struct err err = {0};
	bool good = true;

	ok(save_safetensors(path, t, ARRAY_LEN(t), NULL, &err) == 0,
	   "a file is written");
	ws = weights_open(path, &err);
	if (!ok(ws && weights_count(ws) == ARRAY_LEN(t),
		"it can be opened again")) {
		diag("%s", err.text);
		return;
	}
	w = weights_find(ws, "z.f32");
	ok(w && tensor_same_shape(&w->tensor, &a) &&
	       memcmp(w->tensor.data, f, sizeof(f)) == 0,
	   "f32 comes back bit for bit");
	w = weights_find(ws, "b \"quoted\" \xc3\xa9");
	ok(w && memcmp(w->tensor.data, whole, sizeof(whole)) == 0,
	   "whole numbers, and a name in quotes");
	w = weights_find(ws, "scalar");
	ok(w && w->tensor.ndim == 0 && *(float *)w->tensor.data == f[2],
	   "a scalar");
	w = weights_find(ws, "none");
	ok(w && tensor_count(&w->tensor) == 0, "an empty tensor");
	w = weights_find(ws, "a.bf16");
	for (int i = 0; w && i < 6; i++)
		good &= ((uint16_t *)w->tensor.data)[i] == f32_to_bf16(f[i]);
	ok(w && good && w->tensor.dtype == DT_BF16,
	   "f32 is rounded to bf16 on the way");
	weights_close(ws);
	free(path);
}

/* Ties go to the even neighbour; NaN stays NaN. */
static void check_rounding(const char *dir)
{
	static const struct {
		uint32_t f32;
		uint16_t bf16;
	} cases[] = {
	    {0x3f808000, 0x3f80}, {0x3f818000, 0x3f82}, {0x3f808001, 0x3f81},
	    {0x3f807fff, 0x3f80}, {0xbf818000, 0xbf82}, {0x7f7fffff, 0x7f80},
	    {0x7f800001, 0x7fc0}, {0x00000001, 0x0000},
	};
	int64_t n = ARRAY_LEN(cases);
	float f[ARRAY_LEN(cases)], large = 65520, fits = 65519;
	struct tensor t = tensor_view(f, DT_F32, 1, &n);
	struct tensor one = tensor_view(&large, DT_F32, 0, NULL);
	struct tensor two = tensor_view(&fits, DT_F32, 0, NULL);
	struct save_tensor s = entry("t", &t, DT_BF16);
	char *path = file_join(dir, "r.safetensors");
	struct weights *w;
	struct err err = {0};
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		memcpy(&f[i], &cases[i].f32, sizeof(float));
	save_safetensors(path, &s, 1, NULL, &err);
	w = weights_open(path, &err);
	for (size_t i = 0; w && i < ARRAY_LEN(cases); i++)
		good &= le16((unsigned char *)weights_at(w, 0)->tensor.data +
			     2 * i) == cases[i].bf16;
	ok(w && good, "bf16 is rounded to nearest, ties to even");
	weights_close(w);
	unlink(path);
	s = entry("t", &one, DT_F16);
	craft_says(save_safetensors(path, &s, 1, NULL, &err), &err, ERR_FAILED,
		   "too large for F16", "f16 that would become infinite");
	ok(!file_exists(path), "and no file is left of it");
	s = entry("t", &two, DT_F16);
	ok(save_safetensors(path, &s, 1, NULL, &err) == 0,
	   "the largest f16 is written");
	free(path);
}

static void check_widening(const char *dir)
{
	uint16_t half[] = {0x3f80, 0xc040};
	struct tensor t = tensor_view(half, DT_BF16, 1, (int64_t[]){2});
	struct save_tensor s = entry("t", &t, DT_F32);
	char *path = file_join(dir, "w.safetensors");
	const float *f = NULL;
	struct weights *w;
	struct err err = {0};

	save_safetensors(path, &s, 1, NULL, &err);
	w = weights_open(path, &err);
	if (w)
		f = weights_at(w, 0)->tensor.data;
	ok(f && f[0] == 1 && f[1] == -3, "bf16 is widened to f32");
	weights_close(w);
	free(path);
}

static void check_layout(const char *dir)
{
	uint16_t half[3] = {1, 2, 3};
	float f[6] = {1, 2, 3, 4, 5, 6};
	struct tensor a = tensor_view(f, DT_F32, 2, dim23);
	struct tensor h = tensor_view(half, DT_BF16, 1, (int64_t[]){3});
	struct save_tensor x[] = {entry("a", &h, DT_BF16),
				  entry("c", &a, DT_F32),
				  entry("b", &a, DT_F32)};
	struct save_tensor y[] = {x[2], x[0], x[1]};
	char *p = file_join(dir, "x.safetensors");
	char *q = file_join(dir, "y.safetensors");
	struct json *m = json_new_object();
	struct str s = {0}, u = {0};
	struct err err = {0};
	size_t header;

	json_put_string(m, "format", "pt");
	ok(save_safetensors(p, x, 3, m, &err) == 0 &&
	       save_safetensors(q, y, 3, m, &err) == 0,
	   "two orders of the same tensors");
	read_all(dir, "x.safetensors", &s);
	read_all(dir, "y.safetensors", &u);
	ok(s.len == u.len && s.len && memcmp(s.s, u.s, s.len) == 0,
	   "equal content gives equal bytes");
	header = le64((unsigned char *)s.s);
	ok((header + 8) % 64 == 0 && s.len == header + 8 + 24 + 24 + 6,
	   "the data begins at a multiple of 64");
	ok(strncmp(s.s + 8,
		   "{\"__metadata__\":{\"format\":\"pt\"},"
		   "\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],"
		   "\"data_offsets\":[0,24]},"
		   "\"c\":{\"dtype\":\"F32\",\"shape\":[2,3],"
		   "\"data_offsets\":[24,48]},"
		   "\"a\":{\"dtype\":\"BF16\",\"shape\":[3],"
		   "\"data_offsets\":[48,54]}} ",
		   188) == 0,
	   "larger elements first, then by name");
	craft_says(save_safetensors(p, x, 3, m, &err), &err, ERR_FAILED,
		   "File exists", "a file that is there is not overwritten");
	x[1].name = "a";
	unlink(p);
	craft_says(save_safetensors(p, x, 3, m, &err), &err, ERR_FAILED,
		   "two tensors are named a", "one name twice");
	x[1].name = "__metadata__";
	craft_says(save_safetensors(p, x, 3, m, &err), &err, ERR_FAILED,
		   "cannot name a tensor", "a tensor named __metadata__");
	x[1] = entry("c", &a, DT_I64);
	craft_says(save_safetensors(p, x, 3, m, &err), &err, ERR_FAILED,
		   "no conversion of F32 to I64", "floats as whole numbers");
	x[1] = entry("c", &a, DT_F32);
	json_put_int(m, "n", 1);
	craft_says(save_safetensors(p, x, 3, m, &err), &err, ERR_FAILED,
		   "is not a string", "metadata that is a number");
	ok(!file_exists(p), "and nothing was written");
	json_free(m);
	str_release(&s);
	str_release(&u);
	free(p);
	free(q);
}

static void check_folder(const char *dir)
{
	char *final = file_join(dir, "deep/er/step-1/");
	char *parent = file_join(dir, "deep/er");
	char *note = file_join(dir, "deep/er/step-1");
	char *from = file_join(note, "config.json");
	struct save_folder *s;
	struct str text = {0};
	struct err err = {0};

	ok(save_version(final, 1, &err) == 0 && load_version(final) == 1,
	   "a new checkpoint, its parent folders too");
	ok(save_version(final, 2, &err) == 0 && load_version(final) == 2 &&
	       count_entries(parent) == 1,
	   "it is replaced, and nothing stays beside it");
	s = save_begin(final, &err);
	ok(s && save_copy(s, "config.json", from, &err) == 0 &&
	       save_copy(s, "none", "/nonexistent", &err) < 0,
	   "a file is copied into it");
	read_all(save_path(s), "config.json", &text);
	ok(strcmp(str_cstr(&text), "2") == 0, "as it is");
	save_abort(s);
	ok(load_version(final) == 2 && count_entries(parent) == 1,
	   "an abort leaves the old one, and nothing else");
	craft_file(parent, "file", "x", 1);
	free(from);
	from = file_join(parent, "file");
	craft_says(save_begin(from, &err) ? 0 : -(int)err.code, &err,
		   ERR_FAILED, "not a folder", "a file of the final name");
	craft_says(save_begin(parent, &err) ? 0 : -(int)err.code, &err,
		   ERR_FAILED, "something else than a checkpoint",
		   "a folder with folders is not replaced");
	free(from);
	from = file_join(dir, "notes");
	mkdir(from, 0700);
	ok(save_version(from, 3, &err) == 0 && load_version(from) == 3,
	   "an empty folder is replaced");
	craft_remove(from);
	mkdir(from, 0700);
	craft_file(from, "letter.txt", "x", 1);
	craft_says(save_version(from, 3, &err), &err, ERR_FAILED,
		   "something else than a checkpoint",
		   "a folder of other files is not replaced");
	str_release(&text);
	free(from);
	free(note);
	free(parent);
	free(final);
}

/* A process number that nobody has. */
static long dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static bool made(const char *dir, const char *name, bool folder)
{
	char *path = file_join(dir, name);
	bool there = file_exists(path);

	if (!there && folder) {
		mkdir(path, 0700);
		craft_file(path, "config.json", "1", 1);
	} else if (!there) {
		craft_file(dir, name, "x", 1);
	}
	free(path);
	return there;
}

/* Names without a slash are below the working folder. */
static void check_relative(const char *dir)
{
	char *here = getcwd(NULL, 0);
	struct err err = {0};

	ok(here && chdir(dir) == 0 && save_version("one", 1, &err) == 0 &&
	       save_version("./one", 2, &err) == 0 &&
	       load_version("one") == 2 && count_entries(".") == 1,
	   "a folder without a slash in its name");
	if (chdir(here) < 0)
		bug("cannot go back to %s", here);
	free(here);
}

static void check_sweep(const char *dir)
{
	long dead = dead_pid();
	char *stale = xasprintf("a.tmp-%ld", dead);
	char *file = xasprintf("b.tmp-%ld", dead);
	char *lost = xasprintf("c.old-%ld", dead);
	char *kept = xasprintf("d.old-%ld", dead);
	char *mine = xasprintf("a.tmp-%ld", (long)getpid());
	static const char *const others[] = {"a.tmp-", "a.tmp-x1", "tmp-1",
					     "a.tmp-99999999999"};

	made(dir, stale, true);
	made(dir, file, false);
	made(dir, lost, true);
	made(dir, kept, true);
	made(dir, "d", true);
	made(dir, mine, true);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		made(dir, others[i], true);
	save_sweep(dir);
	ok(!made(dir, stale, true), "what a dead process left is removed");
	ok(made(dir, file, false), "a file of such a name is not");
	ok(made(dir, mine, true), "what a living process writes is not");
	ok(!made(dir, lost, true) && made(dir, "c", true),
	   "an old checkpoint that had stepped aside comes back");
	ok(!made(dir, kept, true) && made(dir, "d", true),
	   "or goes, when the new one is there");
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ok(made(dir, others[i], true), "%s is not a temporary",
		   others[i]);
	save_sweep("/nonexistent");
	free(stale);
	free(file);
	free(lost);
	free(kept);
	free(mine);
}

static void count(void *context)
{
	++*(int *)context;
}

/* 160 MB: written in three pieces, read again in ten. */
static void check_heartbeat(const char *dir)
{
	int64_t n = 40 << 20;
	char *path = file_join(dir, "a.safetensors"), slow[65], hash[65];
	struct tensor t =
	    tensor_view(xcalloc((size_t)n, sizeof(float)), DT_F32, 1, &n);
	struct save_tensor e = entry("x", &t, DT_F32);
	struct err err;
	int beats = 0;
	const struct heartbeat heart = {count, &beats};

	ok(save_safetensors_watched(path, &e, 1, NULL, &heart, &err) == 0 &&
	       beats >= 3,
	   "whoever waits for a large file hears that it goes on (%d times)",
	   beats);
	beats = 0;
	ok(hash_file_watched(path, &heart, slow, &err) == 0 && beats >= 10 &&
	       hash_file(path, hash, &err) == 0 && strcmp(slow, hash) == 0,
	   "and while its digest is computed (%d times)", beats);
	free(t.data);
	free(path);
}

int main(void)
{
	static void (*const checks[])(const char *dir) = {
	    check_round_trip, check_rounding, check_widening, check_layout,
	    check_folder,     check_sweep,    check_relative, check_heartbeat};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		char *dir = craft_dir();

		checks[i](dir);
		craft_remove(dir);
		free(dir);
	}
	return tap_done();
}
