/* The container of PyTorch before 1.6, and the files of a folder. */
#include "tests/craft_torch.h"

#define P2 "\x80\x02"

struct legacy {
	const char *protocol, *order, *keys;
	size_t protocol_n;
	uint64_t elements;
	size_t data; /* bytes of the storage */
};

/* The pickle that says which storages follow: one for each character. */
static void legacy_keys(struct str *out, const char *keys)
{
	str_add(out, P2 "](");
	for (; *keys; keys++)
		craft_pickle_str(out, (char[]){*keys, 0});
	str_add(out, "e.");
}

static const struct legacy good_legacy = {"M\xe9\x03", "\x88", "0", 3, 6, 24};

static void legacy(struct str *out, const struct legacy *l)
{
	str_add(out, P2 "\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.");
	str_add(out, P2);
	str_addn(out, l->protocol, l->protocol_n);
	str_add(out, "." P2 "}(");
	craft_pickle_str(out, "little_endian");
	str_add(out, l->order);
	str_add(out, "u.");
	craft_pickle(out, &plain, 1, true);
	legacy_keys(out, l->keys);
	craft_le(out, l->elements, 8);
	str_addn(out, (const char *)six, MIN(l->data, sizeof(six)));
	for (size_t i = sizeof(six); i < l->data; i++)
		str_addc(out, 0);
}

/* Two storages, one of them named twice. */
static void check_twice(void)
{
	struct craft_tensor t[] = {plain, plain};
	struct str s = {0};

	t[1].name = "b";
	t[1].key = "1";
	str_add(&s, P2 "\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.");
	str_add(&s, P2 "M\xe9\x03." P2 "}");
	craft_pickle_str(&s, "little_endian");
	str_add(&s, "\x88s.");
	craft_pickle(&s, t, 2, true);
	legacy_keys(&s, "00");
	for (int i = 0; i < 2; i++) {
		craft_le(&s, 6, 8);
		str_addn(&s, (const char *)six, sizeof(six));
	}
	check_bad(&s, "storage 0 is listed twice", "a key twice");
	str_release(&s);
}

static void check_legacy(void)
{
	static const struct {
		const char *what, *message;
		struct legacy l;
	} bad[] = {
	    {"another protocol", "1001", {"M\xea\x03", "\x88", "0", 3, 6, 24}},
	    {"a protocol that is a string",
	     "1001",
	     {"}", "\x88", "0", 1, 6, 24}},
	    {"big-endian",
	     "little-endian",
	     {"M\xe9\x03", "\x89", "0", 3, 6, 24}},
	    {"an order that is a number",
	     "little-endian",
	     {"M\xe9\x03", "K\1", "0", 3, 6, 24}},
	    {"no list of storages",
	     "list of storages",
	     {"M\xe9\x03", "\x88", "", 3, 6, 24}},
	    {"a storage twice",
	     "list of storages",
	     {"M\xe9\x03", "\x88", "00", 3, 6, 24}},
	    {"a storage that no tensor has",
	     "listed and not used",
	     {"M\xe9\x03", "\x88", "1", 3, 6, 24}},
	    {"another number of elements",
	     "elements were expected",
	     {"M\xe9\x03", "\x88", "0", 3, 5, 24}},
	    {"2^61 elements",
	     "elements were expected",
	     {"M\xe9\x03", "\x88", "0", 3, (uint64_t)1 << 61, 24}},
	    {"a storage cut short",
	     "elements were expected",
	     {"M\xe9\x03", "\x88", "0", 3, 6, 23}},
	    {"bytes after the storages",
	     "bytes after the last storage",
	     {"M\xe9\x03", "\x88", "0", 3, 6, 25}},
	};
	struct str s = {0};
	size_t full, good = 0;
	struct err err;

	legacy(&s, &good_legacy);
	check_good(&s, is_plain, "an older file");
	full = s.len;
	for (s.len = 0; s.len < full; s.len++)
		good += parse(&s, &err, NULL) == 0;
	ok(good == 0, "no beginning of an older file is taken for it");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		str_clear(&s);
		legacy(&s, &bad[i].l);
		check_bad(&s, bad[i].message, bad[i].what);
	}
	str_release(&s);
}

static void check_opens(const char *dir, const char *name, const char *format)
{
	char *path = file_join(dir, name);
	struct err err = {0};
	struct weights *w = weights_open(dir, &err);

	if (!ok(w && strcmp(weights_format(w), format) == 0 &&
		    weights_count(w) == 1 && weights_find(w, "a") &&
		    strcmp(weights_path(w), path) == 0,
		"%s is found and opened as %s", name, format))
		diag("%s", err.text);
	weights_close(w);
	free(path);
}

static void check_folders(const char *dir)
{
	struct craft_zip z = archive_of(&plain, 1, true, true);
	struct str old = {0};

	legacy(&old, &good_legacy);
	craft_file(dir, "x.pth", old.s, old.len);
	check_opens(dir, "x.pth", "pytorch legacy");
	craft_file(dir, "pytorch_model.bin", z.file.s, z.file.len);
	check_opens(dir, "pytorch_model.bin", "pytorch zip");
	str_release(&old);
	craft_zip_release(&z);
}

int main(void)
{
	char *dir = craft_dir();

	check_twice();
	check_legacy();
	check_folders(dir);
	craft_remove(dir);
	free(dir);
	return tap_done();
}
