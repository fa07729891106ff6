#include "src/checkpoint/weights.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/heartbeat.h"
#include "src/checkpoint/list.h"
#include "src/checkpoint/safetensors.h"
#include "src/checkpoint/torch.h"

enum {
	INDEX_MAX = 64 << 20,  /* bytes of a shard index */
	HASH_PIECE = 16 << 20, /* bytes between two beats */
};

struct weights {
	struct weight_list list; /* sorted */
	struct file_map *map;    /* the data files, in the order of names */
	size_t maps;
	char *path, *format;
};

static int map_file(struct weights *w, const char *path, struct err *err)
{
	w->map = xrealloc(w->map, w->maps + 1, sizeof(*w->map));
	if (file_map(&w->map[w->maps], path, err) < 0)
		return err_recode(err, ERR_CHECKPOINT);
	weight_list_allow(&w->list, w->map[w->maps++].size);
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file names of a weight_map, each once, sorted; caller's to free(). */
static const char **shard_names(const struct json *map, size_t *count)
{
	const char **name = xcalloc(json_len(map), sizeof(*name));
	const struct json *j;
	size_t n = 0;

	for (j = json_first(map); j; j = json_next(j))
		name[n++] = json_string(j);
	if (n > 1)
		qsort(name, n, sizeof(*name), compare_strings);
	*count = 0;
	for (size_t i = 0; i < n; i++)
		if (!i || strcmp(name[i - 1], name[i]) != 0)
			name[(*count)++] = name[i];
	return name;
}

/* Every value is the plain name of a file. */
static int check_map(const struct json *map, const char *path, struct err *err)
{
	const struct json *j;
	const char *s;

	if (!json_is_object(map) || json_len(map) == 0)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: \"weight_map\" has to be an object that "
			       "names the file of each tensor",
			       path);
	for (j = json_first(map); j; j = json_next(j)) {
		s = json_string(j);
		if (!s || !*s || strchr(s, '/') || s[0] == '.')
			return err_set(err, ERR_CHECKPOINT,
				       "%s: tensor %s: its file has to be "
				       "named plainly, without a folder",
				       path, json_key(j));
	}
	return 0;
}

/* What one shard should hold: a tensor, and the file that the map names. */
struct place {
	const char *tensor, *file;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->tensor, y->tensor);
}

/* By tensor; caller's to free(). */
static struct place *read_places(const struct json *map)
{
	struct place *place = xcalloc(json_len(map), sizeof(*place));
	const struct json *j;
	size_t n = 0;

	for (j = json_first(map); j; j = json_next(j))
		place[n++] = (struct place){weight_plain_name(json_key(j)),
					    json_string(j)};
	qsort(place, n, sizeof(*place), compare_places);
	return place;
}

/* The tensors from list index `from` up are those the map puts in `file`. */
static int check_shard(const struct weights *w, size_t from,
		       const struct place *place, size_t places,
		       const char *file, const char *path, struct err *err)
{
	const struct place *p;
	struct place key;

	for (size_t i = from; i < w->list.count; i++) {
		key.tensor = w->list.at[i].name;
		p = bsearch(&key, place, places, sizeof(key), compare_places);
		if (!p || strcmp(p->file, file) != 0)
			return err_set(err, ERR_CHECKPOINT,
				       "%s: tensor %s is in %s, where the "
				       "index does not put it",
				       path, key.tensor, file);
	}
	return 0;
}

/* Every tensor of the map was found: where is one that was not? */
static int check_complete(const struct weights *w, const struct json *map,
			  const char *path, struct err *err)
{
	const struct json *j;

	if (w->list.count == json_len(map))
		return 0;
	for (j = json_first(map); j; j = json_next(j))
		if (!weights_find(w, weight_plain_name(json_key(j))))
			break;
	return err_set(err, ERR_CHECKPOINT,
		       "%s: tensor %s is not in %s, where the index puts it",
		       path, j ? json_key(j) : "named twice",
		       j ? json_string(j) : "the shards");
}

static int open_shard(struct weights *w, const char *dir, const char *name,
		      struct err *err)
{
	char *path = file_join(dir, name);
	int rc = map_file(w, path, err);

	if (rc == 0)
		rc = safetensors_parse(&w->list, w->map[w->maps - 1].data,
				       w->map[w->maps - 1].size, path, err);
	free(path);
	return rc;
}

static int open_shards(struct weights *w, const struct json *map,
		       const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir =
	    slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	struct place *place = read_places(map);
	size_t count, from;
	const char **name = shard_names(map, &count);
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		from = w->list.count;
		rc = open_shard(w, dir, name[i], err);
		if (rc == 0)
			rc = check_shard(w, from, place, json_len(map), name[i],
					 path, err);
	}
	if (rc == 0)
		rc = weight_list_sort(&w->list, path, err);
	if (rc == 0)
		rc = check_complete(w, map, path, err);
	w->format = xasprintf("safetensors (%zu shards)", count);
	free(name);
	free(place);
	free(dir);
	return rc;
}

static int open_index(struct weights *w, const char *path, struct err *err)
{
	struct json *j = json_read(path, INDEX_MAX, err);
	const struct json *map = json_get(j, "weight_map");
	int rc;

	if (!j)
		return err_recode(err, ERR_CHECKPOINT);
	rc = check_map(map, path, err);
	if (rc == 0)
		rc = open_shards(w, map, path, err);
	json_free(j);
	return rc;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int parse_torch(struct weights *w, const struct file_map *m,
		       const char *path, struct err *err)
{
	bool zip = torch_sniff(m->data, m->size) == TORCH_ZIP;

	w->format = xstrdup(zip ? "pytorch zip" : "pytorch legacy");
	return torch_parse(&w->list, m->data, m->size, path, err);
}

/* The content decides; the name helps only to say what is wrong with it. */
static int open_data(struct weights *w, const char *path, struct err *err)
{
	static const char pointer[] = "version https://git-lfs";
	const struct file_map *m;
	int rc = map_file(w, path, err);

	if (rc < 0)
		return rc;
	m = &w->map[0];
	if (m->size >= sizeof(pointer) &&
	    memcmp(m->data, pointer, sizeof(pointer) - 1) == 0)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: only a pointer of Git LFS; run 'git lfs "
			       "pull' to get the file itself",
			       path);
	if (m->size && torch_sniff(m->data, m->size) != TORCH_NONE)
		rc = parse_torch(w, m, path, err);
	else if (ends_with(path, ".safetensors") ||
		 (m->size > SAFETENSORS_PREFIX &&
		  m->data[SAFETENSORS_PREFIX] == '{'))
		rc = safetensors_parse(&w->list, m->data, m->size, path, err);
	else
		rc = err_set(err, ERR_CHECKPOINT,
			     "%s: neither safetensors nor a file of PyTorch; "
			     "it may be cut short",
			     path);
	if (rc == 0)
		rc = weight_list_sort(&w->list, path, err);
	if (!w->format)
		w->format = xstrdup("safetensors");
	return rc;
}

/* The only *.pth of a folder, or NULL; caller's to free(). */
static char *find_pth(const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	char *found = NULL;
	struct dirent *e;
	int count = 0;

	if (!d) {
		err_errno(err, ERR_CHECKPOINT, "%s", dir);
		return NULL;
	}
	while ((e = readdir(d))) {
		if (!ends_with(e->d_name, ".pth"))
			continue;
		free(found);
		found = file_join(dir, e->d_name);
		count++;
	}
	closedir(d);
	if (count == 1)
		return found;
	free(found);
	if (count)
		err_set(err, ERR_CHECKPOINT,
			"%s: %d files *.pth; name the one to open", dir, count);
	else
		err_set(err, ERR_CHECKPOINT,
			"%s: no weights there: model.safetensors, "
			"model.safetensors.index.json, pytorch_model.bin or "
			"one *.pth was expected",
			dir);
	return NULL;
}

/* The file to open for `path`, a file or a folder; caller's to free(). */
static char *find_file(const char *path, struct err *err)
{
	static const char *const names[] = {"model.safetensors",
					    "model.safetensors.index.json",
					    "pytorch_model.bin"};
	char *file;

	if (!file_is_dir(path))
		return xstrdup(path);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		file = file_join(path, names[i]);
		if (file_exists(file))
			return file;
		free(file);
	}
	return find_pth(path, err);
}

struct weights *weights_open(const char *path, struct err *err)
{
	struct weights *w = xcalloc(1, sizeof(*w));
	int rc = -ERR_CHECKPOINT;

	w->path = find_file(path, err);
	if (w->path)
		rc = ends_with(w->path, ".index.json")
			 ? open_index(w, w->path, err)
			 : open_data(w, w->path, err);
	if (rc == 0)
		return w;
	weights_close(w);
	return NULL;
}

void weights_close(struct weights *w)
{
	if (!w)
		return;
	weight_list_release(&w->list);
	for (size_t i = 0; i < w->maps; i++)
		file_unmap(&w->map[i]);
	free(w->map);
	free(w->path);
	free(w->format);
	free(w);
}

size_t weights_count(const struct weights *w)
{
	return w->list.count;
}

const struct weight *weights_at(const struct weights *w, size_t i)
{
	return i < w->list.count ? &w->list.at[i] : NULL;
}

static int compare_name(const void *key, const void *entry)
{
	return strcmp(key, ((const struct weight *)entry)->name);
}

const struct weight *weights_find(const struct weights *w, const char *name)
{
	if (!w->list.count)
		return NULL;
	return bsearch(name, w->list.at, w->list.count, sizeof(*w->list.at),
		       compare_name);
}

const char *weights_format(const struct weights *w)
{
	return w->format;
}

const char *weights_path(const struct weights *w)
{
	return w->path;
}

int weights_hash(const struct weights *w, const struct heartbeat *heart,
		 char hex[65], struct err *err)
{
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx c;

	(void)err;
	sha256_init(&c);
	for (size_t i = 0; i < w->maps; i++)
		for (size_t at = 0; at < w->map[i].size; at += HASH_PIECE) {
			sha256_update(
			    &c, MIN(w->map[i].size - at, (size_t)HASH_PIECE),
			    w->map[i].data + at);
			heartbeat(heart);
		}
	sha256_digest(&c, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
