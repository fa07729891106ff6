/*
 * The generated corpus keeps what it promises: same seed, same bytes; boxes
 * inside their pictures; answers that stand in the text or in the picture;
 * twins that share a text; labels of the demonstration's schema.
 */
#include "tests/tap.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examples/pictograms/corpus.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/dataset.h"
#include "src/task/schema.h"
#include "src/task/task.h"

enum { EXAMPLES = 800, LIMIT = 64 << 20 };

/* One split, parsed: line i is line[i]. */
struct lines {
	struct json **line;
	size_t n, cap;
};

/* A string of an example or of its "meta"; "" when it is not there. */
static const char *field(const struct json *j, const char *key)
{
	const char *s = json_string(json_get(j, key));

	if (!s)
		s = json_string(json_get(json_get(j, "meta"), key));

	return s ? s : "";
}

static void lines_read(struct lines *l, const char *dir, const char *name)
{
	char *path = file_join(dir, name), *save = NULL;
	struct str all = {0};
	struct err err = {0};

	*l = (struct lines){0};
	if (file_read(path, LIMIT, &all, &err) < 0)
		diag("%s", err.text);
	for (char *s = strtok_r(all.s, "\n", &save); s;
	     s = strtok_r(NULL, "\n", &save)) {
		struct json *j = json_parse(s, strlen(s), path, &err);

		if (!j) {
			diag("%s", err.text);
			continue;
		}
		l->line = xgrow(l->line, l->n, &l->cap, sizeof(*l->line));
		l->line[l->n++] = j;
	}
	str_release(&all);
	free(path);
}

static void lines_release(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_free(l->line[i]);
	free(l->line);
}

/* A folder below /tmp; caller's to remove_folder() and free(). */
static char *make_corpus(uint64_t seed, long examples)
{
	char name[] = "/tmp/check_pictograms.XXXXXX";
	struct corpus_options o = {
	    .dir = mkdtemp(name),
	    .seed = seed,
	    .examples = {examples, examples / 10, examples / 2}};
	struct err err = {0};

	if (!o.dir || corpus_write(&o, &err) < 0) {
		ok(false, "a corpus is written");
		diag("%s", err.text);
		exit(1);
	}
	return xstrdup(name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names and contents of all files of a folder, in the order of names. */
static void hash_folder(const char *dir, struct str *out)
{
	struct err err = {0};
	char hex[HASH_HEX];
	char *names[EXAMPLES * 3];
	size_t n = 0;
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.' && n < ARRAY_LEN(names))
			names[n++] = xstrdup(e->d_name);
	closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		char *path = file_join(dir, names[i]);

		if (file_is_dir(path))
			hash_folder(path, out);
		else if (hash_file(path, hex, &err) == 0)
			str_addf(out, "%s %s\n", names[i], hex);
		free(path);
		free(names[i]);
	}
}

static void remove_folder(const char *dir)
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));) {
		char *path = file_join(dir, e->d_name);

		if (e->d_name[0] != '.' && file_is_dir(path))
			remove_folder(path);
		else if (e->d_name[0] != '.')
			unlink(path);
		free(path);
	}
	closedir(d);
	rmdir(dir);
}

/* Width and height stand in a PNG's first chunk. */
static bool png_size(const char *path, int *w, int *h)
{
	struct file_map m;
	struct err err;
	bool good = file_map(&m, path, &err) == 0;

	if (good && m.size > 24) {
		*w = m.data[18] << 8 | m.data[19];
		*h = m.data[22] << 8 | m.data[23];
	}
	if (good)
		file_unmap(&m);
	return good;
}

static bool box_is_inside(const struct json *box, int w, int h)
{
	const struct json *j = json_first(box);
	double v[4] = {0};

	for (int i = 0; i < 4 && j; i++, j = json_next(j))
		v[i] = json_number(j);
	return json_len(box) == 4 && v[0] >= 0 && v[1] >= 0 && v[2] <= w &&
	       v[3] <= h && v[2] - v[0] >= 4 && v[3] - v[1] >= 4;
}

static void check_boxes(const struct lines *l, const char *dir)
{
	int pictures = 0, wrong = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct json *boxes = json_get(l->line[i], "boxes");
		char *path = file_join(dir, field(l->line[i], "image"));
		int w = 0, h = 0;

		if (*field(l->line[i], "image")) {
			pictures++;
			wrong += !png_size(path, &w, &h) || !json_len(boxes);
		}
		for (const struct json *b = json_first(boxes); b;
		     b = json_next(b))
			wrong += !box_is_inside(b, w, h);
		free(path);
	}
	ok(pictures > EXAMPLES / 2 && !wrong,
	   "%d pictures exist and hold their boxes (%d wrong)", pictures,
	   wrong);
}

static bool is_label(const struct labels *l, const char *name)
{
	int i = labels_find(l, name, strlen(name));

	return i >= 0 && strcmp(l->name[i], name) == 0;
}

static bool label_is_known(const struct schema *s, const struct json *ex,
			   const struct json *r)
{
	const char *task = field(ex, "task"), *event = field(ex, "event");

	if (strcmp(task, "mner") == 0)
		return is_label(&s->entities, field(r, "type"));
	if (strcmp(task, "mre") == 0)
		return is_label(&s->relations, field(r, "relation"));
	if (strcmp(task, "med") == 0)
		return is_label(&s->events, field(r, "event"));
	return is_label(&s->events, event) &&
	       is_label(schema_roles(
			    s, labels_find(&s->events, event, strlen(event))),
			field(r, "role"));
}

/* Text records stand in the text, the others in the picture. */
static bool answer_is_there(const struct json *ex, const struct json *r)
{
	const char *text = field(ex, "text");
	const struct json *k = json_get(r, "region");

	if (k)
		return json_number(k) >= 1 &&
		       json_number(k) <=
			   (double)json_len(json_get(ex, "boxes"));
	if (strcmp(field(ex, "task"), "mre") == 0)
		return *field(r, "head") && *field(r, "tail") &&
		       strstr(text, field(r, "head")) &&
		       strstr(text, field(r, "tail")) &&
		       strcmp(field(r, "head"), field(ex, "head")) == 0 &&
		       strcmp(field(r, "tail"), field(ex, "tail")) == 0;
	return *field(r, "text") && strstr(text, field(r, "text"));
}

static void check_answers(const struct lines *l, const struct schema *s)
{
	int records = 0, unknown = 0, absent = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct json *gold = json_get(l->line[i], "gold");

		for (const struct json *r = json_first(gold); r;
		     r = json_next(r)) {
			bool known = label_is_known(s, l->line[i], r);
			bool there = answer_is_there(l->line[i], r);

			records++;
			unknown += !known;
			absent += !there;
			if (!known || !there)
				diag("%s", field(l->line[i], "id"));
		}
	}
	ok(records > EXAMPLES / 2 && !unknown,
	   "%d records have labels of the schema (%d have not)", records,
	   unknown);
	ok(!absent, "each stands in its text or picture (%d do not)", absent);
}

static bool same_field(const struct json *a, const struct json *b,
		       const char *key)
{
	return strcmp(field(a, key), field(b, key)) == 0;
}

/* Twins share the question; without a deciding picture the answer too. */
static bool twins_agree(const struct json *a, const struct json *b)
{
	static const char *const shared[] = {"text", "task",  "head",
					     "tail", "event", "instruction"};
	char *x = json_print(json_get(a, "gold"));
	char *y = json_print(json_get(b, "gold"));
	bool same = strcmp(x, y) == 0, good = true;
	bool a_decides = strcmp(field(a, "kind"), "decides") == 0;
	bool b_decides = strcmp(field(b, "kind"), "decides") == 0;

	free(x);
	free(y);
	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		good &= same_field(a, b, shared[i]);
	if (a_decides != b_decides)
		good &= !same;
	else if (!a_decides)
		good &= same;
	return good;
}

static void check_twins(const struct lines *l)
{
	int twins = 0, wrong = 0;

	for (size_t i = 1; i < l->n; i++)
		for (size_t j = i;
		     j-- > 0 && same_field(l->line[i], l->line[j], "group");
		     twins++)
			if (!twins_agree(l->line[i], l->line[j])) {
				wrong++;
				diag("%s and %s", field(l->line[i], "id"),
				     field(l->line[j], "id"));
			}
	ok(twins > EXAMPLES / 3 && !wrong,
	   "%d pairs of twins agree where they must (%d do not)", twins, wrong);
}

static void check_kinds(const struct lines *l)
{
	static const char *const tasks[] = {"mner", "mre", "med", "meae"};
	static const char *const kinds[] = {"none", "decides", "irrelevant"};

	for (size_t t = 0; t < ARRAY_LEN(tasks); t++) {
		int count[3] = {0}, all = 0, picture = 0;

		for (size_t i = 0; i < l->n; i++) {
			const struct json *j = l->line[i];

			if (strcmp(field(j, "task"), tasks[t]) != 0)
				continue;
			for (int k = 0; k < 3; k++)
				count[k] +=
				    strcmp(field(j, "kind"), kinds[k]) == 0;
			all++;
			picture += json_get(j, "image") != NULL;
		}
		ok(all > 100 && count[0] + picture == all &&
		       count[0] * 50 > all && count[1] * 6 > all &&
		       count[2] * 5 > all,
		   "%s: %d without a picture, %d decided by it, %d not",
		   tasks[t], count[0], count[1], count[2]);
	}
}

/* The test split asks for names that training has never shown. */
static void check_fresh(const struct lines *train, const struct lines *test)
{
	struct str seen = {0};
	int names = 0, fresh = 0;

	for (size_t i = 0; i < train->n; i++)
		str_addf(&seen, "%s\n", field(train->line[i], "text"));
	for (size_t i = 0; i < test->n; i++) {
		const struct json *gold = json_get(test->line[i], "gold");

		for (const struct json *r = json_first(gold); r;
		     r = json_next(r)) {
			if (!json_get(r, "type"))
				continue;
			names++;
			fresh += !strstr(seen.s, field(r, "text"));
		}
	}
	ok(fresh * 5 > names && fresh < names,
	   "%d of %d names of the test split are new", fresh, names);
	str_release(&seen);
}

static void check_seed(void)
{
	char *a = make_corpus(7, 120), *b = make_corpus(7, 120);
	char *c = make_corpus(8, 120);
	struct str ha = {0}, hb = {0}, hc = {0};

	hash_folder(a, &ha);
	hash_folder(b, &hb);
	hash_folder(c, &hc);
	ok(ha.len && strcmp(ha.s, hb.s) == 0,
	   "the same seed gives the same bytes");
	ok(strcmp(ha.s, hc.s) != 0, "another seed gives others");
	str_release(&ha);
	str_release(&hb);
	str_release(&hc);
	remove_folder(a);
	remove_folder(b);
	remove_folder(c);
	free(a);
	free(b);
	free(c);
}

/* umie's own reader takes every line. */
static void check_reader(const char *dir, const char *file,
			 const struct schema *schema)
{
	const struct dataset_options o = {.schema = schema};
	char *path = file_join(dir, file);
	struct dataset d = {0};
	struct err err = {0};
	size_t outside = 0;

	if (!ok(dataset_read(&d, path, &o, &err) == 0, "%s is read", file))
		diag("%s", err.text);
	for (size_t i = 0; i < d.n; i++)
		for (size_t k = 0; k < d.ex[i].gold.n; k++)
			outside +=
			    d.ex[i].gold.rec[k].region >= d.ex[i].boxes.n &&
			    d.ex[i].gold.rec[k].region;
	ok(d.n && !d.missing_images && !outside,
	   "%s: %zu examples, no picture missing, no region either", file, d.n);
	dataset_release(&d);
	free(path);
}

/* The demonstration's examples are those that the generator writes. */
static void check_demo(const char *top, const struct schema *schema)
{
	char name[] = "/tmp/check_pictograms.XXXXXX", *dir = mkdtemp(name);
	char *shipped = file_join(top, "examples/demo/images");
	char *made = file_join(dir, "images");
	struct str a = {0}, b = {0}, want = {0}, got = {0};
	struct err err = {0};

	ok(demo_write(dir, &err) == 0, "the demonstration is written");
	hash_folder(shipped, &a);
	hash_folder(made, &b);
#ifdef __x86_64__
	ok(b.len && strcmp(str_cstr(&a), str_cstr(&b)) == 0,
	   "its pictures are those that are shipped");
#else
	skip("its pictures are those that are shipped",
	     "other processors may round the last bit of a pixel otherwise");
#endif
	free(shipped);
	free(made);
	shipped = file_join(top, "examples/demo/examples.jsonl");
	made = file_join(dir, "examples.jsonl");
	file_read(shipped, LIMIT, &want, &err);
	file_read(made, LIMIT, &got, &err);
	ok(got.len && strcmp(str_cstr(&want), str_cstr(&got)) == 0,
	   "its examples too");
	check_reader(dir, "examples.jsonl", schema);
	remove_folder(dir);
	free(shipped);
	free(made);
	str_release(&a);
	str_release(&b);
	str_release(&want);
	str_release(&got);
}

int main(void)
{
	const char *top = getenv("srcdir") ? getenv("srcdir") : ".";
	char *path = file_join(top, "examples/demo/schema.json");
	char *dir = make_corpus(7, EXAMPLES);
	struct lines train, test;
	struct schema schema;
	struct err err = {0};

	if (!ok(schema_read(&schema, path, &err) == 0, "the schema opens")) {
		diag("%s", err.text);
		return tap_done();
	}
	lines_read(&train, dir, "train.jsonl");
	lines_read(&test, dir, "test.jsonl");
	ok(train.n == EXAMPLES && test.n == EXAMPLES / 2,
	   "as many examples as were asked for");
	check_boxes(&train, dir);
	check_answers(&train, &schema);
	check_answers(&test, &schema);
	check_twins(&train);
	check_kinds(&train);
	check_reader(dir, "train.jsonl", &schema);
	check_fresh(&train, &test);
	check_seed();
	check_demo(top, &schema);
	remove_folder(dir);
	lines_release(&train);
	lines_release(&test);
	schema_release(&schema);
	free(dir);
	free(path);
	return tap_done();
}
