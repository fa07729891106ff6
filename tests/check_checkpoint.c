/* Weights in safetensors: every rule of the reader, folders and shards. */
#include "src/base/hash.h"
#include "src/checkpoint/list.h"
#include "src/checkpoint/safetensors.h"
#include "src/checkpoint/weights.h"
#include "tests/craft.h"

static int parse(struct weight_list *l, const struct str *image,
		 struct err *err)
{
	/* Exactly as long as the image, so that a sanitizer sees overruns;
	 * its end is not a NUL. */
	unsigned char *copy = xmalloc(image->len);
	int rc;

	if (image->len)
		memcpy(copy, image->s, image->len);
	*l = (struct weight_list){0};
	weight_list_allow(l, image->len);
	rc = safetensors_parse(l, copy, image->len, "FILE", err);
	if (rc == 0)
		rc = weight_list_sort(l, "FILE", err);
	for (size_t i = 0; rc == 0 && i < l->count; i++)
		if (tensor_bytes(&l->at[i].tensor))
			*(volatile unsigned char *)l->at[i].tensor.data;
	weight_list_release(l);
	free(copy);
	return rc;
}

#define T(name, dtype, shape, offsets)                           \
	"\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
	",\"data_offsets\":" offsets "}"

/* Bytes of data, and what the error says; NULL: no error. */
static const struct rule {
	const char *what, *header;
	size_t data;
	const char *message;
} rules[] = {
    {"one tensor", "{" T("a", "F32", "[2]", "[0,8]") "}", 8, NULL},
    {"a scalar has no dimensions", "{" T("a", "I64", "[]", "[0,8]") "}", 8,
     NULL},
    {"tensors in any order of the header",
     "{" T("b", "U8", "[1]", "[8,9]") "," T("a", "F32", "[2]", "[0,8]") "}", 9,
     NULL},
    {"metadata of strings",
     "{\"__metadata__\":{\"format\":\"pt\"}," T("a", "BF16", "[2,1]",
						"[0,4]") "}",
     4, NULL},
    {"spaces after the header", "{" T("a", "U8", "[1]", "[0,1]") "}    ", 1,
     NULL},
    {"an empty tensor", "{" T("a", "F32", "[0,7]", "[0,0]") "}", 0, NULL},
    {"no tensors at all", "{}      ", 0, NULL},
    {"eight dimensions", "{" T("a", "U8", "[1,1,1,1,1,1,1,1]", "[0,1]") "}", 1,
     NULL},
    {"nine dimensions", "{" T("a", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1,
     "at most 8 numbers"},
    {"a hole between tensors",
     "{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[8,12]") "}", 12,
     "nothing covers it"},
    {"a hole before the first tensor", "{" T("a", "U8", "[4]", "[4,8]") "}", 8,
     "nothing covers it"},
    {"tensors that overlap",
     "{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[2,6]") "}", 6,
     "another one still lasts"},
    {"the same bytes twice",
     "{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[0,4]") "}", 4,
     "another one still lasts"},
    {"bytes after the last tensor", "{" T("a", "U8", "[4]", "[0,4]") "}", 5,
     "1 bytes after the last tensor"},
    {"data cut short", "{" T("a", "U8", "[4]", "[0,4]") "}", 3,
     "do not lie in order within"},
    {"offsets the wrong way round", "{" T("a", "U8", "[0]", "[4,0]") "}", 4,
     "do not lie in order within"},
    {"one offset", "{" T("a", "U8", "[4]", "[4]") "}", 4,
     "do not lie in order within"},
    {"three offsets", "{" T("a", "U8", "[4]", "[0,4,4]") "}", 4,
     "at most 2 numbers"},
    {"a shape larger than its bytes", "{" T("a", "F32", "[2]", "[0,4]") "}", 4,
     "its shape does not take"},
    {"a shape smaller than its bytes", "{" T("a", "F32", "[1]", "[0,8]") "}", 8,
     "its shape does not take"},
    {"a shape whose product overflows to its bytes",
     "{" T("a", "U8", "[4294967296,4294967296]", "[0,0]") "}", 0,
     "its shape does not take"},
    {"an empty shape whose strides overflow",
     "{" T("a", "U8", "[0,9007199254740992,9007199254740992]", "[0,0]") "}", 0,
     "its shape does not take"},
    {"an empty shape whose strides need 64 bits",
     "{" T("a", "U8", "[0,9007199254740992,1024]", "[0,0]") "}", 0,
     "its shape does not take"},
    {"a bomb", "{" T("a", "F32", "[9007199254740992]", "[0,4]") "}", 4,
     "its shape does not take"},
    {"a dimension beyond 2^53",
     "{" T("a", "U8", "[9007199254740994]", "[0,4]") "}", 4, "whole number"},
    {"a negative dimension", "{" T("a", "U8", "[-4]", "[0,4]") "}", 4,
     "numbers are whole"},
    {"minus zero", "{" T("a", "U8", "[-0]", "[0,0]") "}", 0,
     "numbers are whole"},
    {"a dimension with a point", "{" T("a", "U8", "[4.0]", "[0,4]") "}", 4,
     "numbers are whole"},
    {"an offset with an exponent", "{" T("a", "U8", "[4]", "[0,4e0]") "}", 4,
     "numbers are whole"},
    {"a dimension that is a string", "{" T("a", "U8", "[\"4\"]", "[0,4]") "}",
     4, "whole number"},
    {"true for a dimension", "{" T("a", "U8", "[true]", "[0,4]") "}", 4,
     "numbers are whole"},
    {"a shape that is a number", "{" T("a", "U8", "4", "[0,4]") "}", 4,
     "has to be an array"},
    {"a shape within a shape", "{" T("a", "U8", "[[4]]", "[0,4]") "}", 4,
     "whole number"},
    {"an unknown type", "{" T("a", "F8_E4M3", "[4]", "[0,4]") "}", 4,
     "dtype F8_E4M3"},
    {"a type that is a number",
     "{\"a\":{\"dtype\":4,\"shape\":[4],\"data_offsets\":[0,4]}}", 4,
     "another JSON type"},
    {"a field too many",
     "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],"
     "\"x\":1}}",
     4, "nothing else"},
    {"a field too few", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4,
     "nothing else"},
    {"a tensor that is a list", "{\"a\":[0,4]}", 4, "nothing else"},
    {"a key twice",
     "{" T("a", "U8", "[4]", "[0,4]") "," T("a", "U8", "[4]", "[4,8]") "}", 8,
     "\"a\" twice"},
    {"a field twice", "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"shape\":[4]}}",
     4, "\"shape\" twice"},
    {"a name twice but for \"module.\"",
     "{" T("a", "U8", "[4]", "[0,4]") "," T("module.a", "U8", "[4]",
					    "[4,8]") "}",
     8, "a is there twice"},
    {"an empty name", "{" T("", "U8", "[4]", "[0,4]") "}", 4, "without a name"},
    {"a NUL in a name", "{" T("a\\u0000b", "U8", "[4]", "[0,4]") "}", 4,
     "u0000"},
    {"a name that is not UTF-8", "{" T("a\xff", "U8", "[4]", "[0,4]") "}", 4,
     "not UTF-8"},
    {"metadata that is a number",
     "{\"__metadata__\":{\"n\":1}," T("a", "U8", "[4]", "[0,4]") "}", 4,
     "object of strings"},
    {"metadata that is a string", "{\"__metadata__\":\"x\"}", 0,
     "object of strings"},
    {"a header that is a list", "[1,2,3,4]", 0, "begin with '{'"},
    {"a header after a space", " {}     ", 0, "begin with '{'"},
    {"a header without an end", "{\"a\":{\"dtype\":", 0, "byte"},
    {"two headers", "{}{}    ", 0, "after the end"},
    {"a comment", "{/* */}  ", 0, "key was expected"},
};

static void check_rules(void)
{
	struct weight_list l;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule *r = &rules[i];
		struct str image = {0};
		int rc;

		craft_safetensors(&image, r->header, r->data);
		rc = parse(&l, &image, &err);
		if (r->message)
			craft_says(rc, &err, ERR_CHECKPOINT, r->message,
				   r->what);
		else if (!ok(rc == 0, "%s", r->what))
			diag("%s", err.text);
		str_release(&image);
	}
}

/* Nesting, prefixes of a good file, and lengths that lie. */
static void check_sizes(void)
{
	static const struct {
		const char *what, *message;
		uint64_t length;
	} lies[] = {
	    {"a header of seven bytes", "from 8 to", 7},
	    {"a header of no bytes", "from 8 to", 0},
	    {"a header over 100 MB", "from 8 to", 100000001},
	    {"a header of 2^63 bytes", "from 8 to", (uint64_t)1 << 63},
	    {"a header past the end", "runs past the end", 4096},
	};
	struct str image = {0};
	struct weight_list l;
	struct err err;
	size_t full, good = 0;

	craft_safetensors(&image, rules[2].header, rules[2].data);
	full = image.len;
	for (image.len = 0; image.len < full; image.len++)
		good += parse(&l, &image, &err) == 0;
	ok(good == 0, "no beginning of a file is taken for the file");
	image.len = full;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		memcpy(image.s, &lies[i].length, 8);
		craft_says(parse(&l, &image, &err), &err, ERR_CHECKPOINT,
			   lies[i].message, lies[i].what);
	}
	str_clear(&image);
	craft_le(&image, 100000, 8);
	str_add(&image, "{\"a\":");
	for (int i = 0; i < 100000; i++)
		str_addc(&image, '[');
	craft_says(parse(&l, &image, &err), &err, ERR_CHECKPOINT,
		   "nested too deeply", "a header of 100,000 brackets");
	str_release(&image);
}

/* Data that is not aligned is copied; what is aligned is not. */
static void check_alignment(void)
{
	const char *odd = "{" T("a", "F32", "[2]", "[0,8]") "}";
	char *even = xasprintf("%s%*s", odd, (int)(8 - strlen(odd) % 8), "");
	struct weight_list l = {0};
	struct str image = {0};
	unsigned char *copy = xaligned(512);
	float want[2];
	struct err err;

	craft_safetensors(&image, even, 8);
	memcpy(copy, image.s, image.len);
	weight_list_allow(&l, image.len);
	ok(safetensors_parse(&l, copy, image.len, "F", &err) == 0 &&
	       l.at[0].tensor.data == copy + image.len - 8,
	   "an aligned tensor stays in the file");
	weight_list_release(&l);
	str_clear(&image);
	craft_safetensors(&image, odd, 8);
	memcpy(copy, image.s, image.len);
	memcpy(want, copy + image.len - 8, sizeof(want));
	weight_list_allow(&l, image.len);
	ok(strlen(odd) % 4 != 0 &&
	       safetensors_parse(&l, copy, image.len, "F", &err) == 0 &&
	       (uintptr_t)l.at[0].tensor.data % 4 == 0 &&
	       memcmp(l.at[0].tensor.data, want, sizeof(want)) == 0,
	   "a tensor that is not aligned is copied");
	weight_list_release(&l);
	str_release(&image);
	free(copy);
	free(even);
}

static void write_safetensors(const char *dir, const char *name,
			      const char *header, size_t data)
{
	struct str image = {0};

	craft_safetensors(&image, header, data);
	craft_file(dir, name, image.s, image.len);
	str_release(&image);
}

static void check_opens(const char *path, const char *format, const char *what)
{
	struct err err;
	struct weights *w = weights_open(path, &err);

	if (!ok(w && strcmp(weights_format(w), format) == 0, "%s", what))
		diag("%s", w ? weights_format(w) : err.text);
	weights_close(w);
}

static void check_fails(const char *path, const char *part, const char *what)
{
	struct err err = {0};
	struct weights *w = weights_open(path, &err);

	craft_says(w ? 0 : -(int)err.code, &err, ERR_CHECKPOINT, part, what);
	weights_close(w);
}

static void check_folder(const char *dir)
{
	char *path = file_join(dir, "model.safetensors");
	struct err err;
	struct weights *w;

	check_fails(dir, "no weights there", "an empty folder");
	check_fails("/nonexistent/x", "/nonexistent/x",
		    "a path where nothing is");
	craft_file(dir, "a.pth", "x", 1);
	craft_file(dir, "b.pth", "x", 1);
	check_fails(dir, "2 files *.pth", "a folder with two *.pth");
	craft_file(dir, "pytorch_model.bin", "neither", 7);
	check_fails(dir, "pytorch_model.bin: neither",
		    "pytorch_model.bin goes before *.pth");
	write_safetensors(dir, "model.safetensors", rules[2].header, 9);
	check_opens(dir, "safetensors", "model.safetensors goes first");
	w = weights_open(dir, &err);
	ok(w && weights_count(w) == 2 &&
	       strcmp(weights_at(w, 0)->name, "a") == 0 &&
	       weights_find(w, "b") == weights_at(w, 1) &&
	       !weights_find(w, "c") && !weights_at(w, 2) &&
	       strcmp(weights_path(w), path) == 0,
	   "tensors are sorted and found by name");
	weights_close(w);
	craft_file(dir, "model.safetensors",
		   "version https://git-lfs.github.com/spec/v1\n", 43);
	check_fails(path, "Git LFS", "a pointer of Git LFS");
	craft_file(dir, "model.safetensors", "", 0);
	check_fails(path, "0 bytes are too few", "an empty file");
	free(path);
}

static const char *const shard_a = "{" T("a", "U8", "[4]", "[0,4]") "}";
static const char *const shard_b = "{" T("module.b", "U8", "[2]", "[0,2]") "}";

static void check_index(const char *dir, const char *map, const char *part,
			const char *what)
{
	char *text = xasprintf("{\"metadata\":{},\"weight_map\":%s}", map);

	craft_file(dir, "model.safetensors.index.json", text, strlen(text));
	free(text);
	if (part)
		check_fails(dir, part, what);
	else
		check_opens(dir, "safetensors (2 shards)", what);
}

static void check_shards(const char *dir)
{
	static const struct {
		const char *map, *message, *what;
	} bad[] = {
	    {"{\"a\":\"1.safetensors\",\"b\":\"3.safetensors\"}",
	     "3.safetensors", "a shard that does not exist"},
	    {"{\"a\":\"2.safetensors\",\"b\":\"1.safetensors\"}",
	     "where the index does not put it", "shards exchanged"},
	    {"{\"c\":\"1.safetensors\",\"b\":\"2.safetensors\"}",
	     "tensor a is in 1.safetensors",
	     "a tensor that the index does not name"},
	    {"{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\","
	     "\"c\":\"2.safetensors\"}",
	     "tensor c is not in 2.safetensors", "a tensor that no shard has"},
	    {"{\"a\":\"1.safetensors\",\"b\":\"../2.safetensors\"}",
	     "named plainly", "a shard outside the folder"},
	    {"{\"a\":\"1.safetensors\",\"b\":\"/etc/passwd\"}", "named plainly",
	     "a shard with an absolute path"},
	    {"{\"a\":\"1.safetensors\",\"b\":2}", "named plainly",
	     "a shard that is a number"},
	    {"{\"a\":\"1.safetensors\",\"b\":\"\"}", "named plainly",
	     "a shard without a name"},
	    {"{\"a\":\"1.safetensors\",\"b\":\"..\"}", "named plainly",
	     "a shard that is the folder above"},
	    {"[\"1.safetensors\"]", "weight_map", "an index that is a list"},
	    {"{\"a\":}", "index.json: byte", "an index that is not JSON"},
	    {"{}", "weight_map", "an empty index"},
	};
	char hex[65], want[HASH_HEX];
	struct str both = {0};
	struct weights *w;
	struct err err;

	write_safetensors(dir, "1.safetensors", shard_a, 4);
	write_safetensors(dir, "2.safetensors", shard_b, 2);
	check_index(dir, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}",
		    NULL, "shards by their index");
	w = weights_open(dir, &err);
	craft_safetensors(&both, shard_a, 4);
	craft_safetensors(&both, shard_b, 2);
	hash_bytes(both.s, both.len, want);
	ok(w && weights_hash(w, NULL, hex, &err) == 0 && strcmp(hex, want) == 0,
	   "the hash is the SHA-256 of the files in order");
	weights_close(w);
	str_release(&both);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_index(dir, bad[i].map, bad[i].message, bad[i].what);
	write_safetensors(dir, "2.safetensors", shard_b, 3);
	check_index(dir, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}",
		    "2.safetensors: 1 bytes after", "a damaged shard");
}

int main(void)
{
	char *dir = craft_dir();

	check_rules();
	check_sizes();
	check_alignment();
	check_folder(dir);
	craft_remove(dir);
	free(dir);
	dir = craft_dir();
	check_shards(dir);
	craft_remove(dir);
	free(dir);
	return tap_done();
}
