/* State dictionaries in the pickles of PyTorch: what is one, what is not. */
#include "tests/craft_torch.h"

#define P2 "\x80\x02"
#define BAD(what, text, message)                      \
	{                                             \
		what, text, sizeof(text) - 1, message \
	}

/* An archive around a pickle's text. */
static void check_pickle_file(const char *text, size_t n, const char *part,
			      const char *what)
{
	struct craft_zip z = {0};
	struct str pickle = {0};

	str_addn(&pickle, text, n);
	archive(&z, &pickle);
	check_bad(&z.file, part, what);
	craft_zip_release(&z);
	str_release(&pickle);
}

/* Pickles that are right as such, but hold no weights. */
static void check_pickles(void)
{
	static const struct {
		const char *what, *text;
		size_t n;
		const char *message;
	} bad[] = {
	    BAD("bytes after STOP", P2 "}.}", "bytes after the pickle"),
	    BAD("a storage of nothing", P2 ")Q.", "storage is not described"),
	    BAD("a list", P2 "].", "something else than a dictionary"),
	    BAD("no tensors", P2 "}.", "no dictionary of tensors"),
	    BAD("a list that holds itself", P2 "]q\0h\0a.",
		"something else than a dictionary"),
	    BAD("a dictionary that holds itself", P2 "}q\0X\5\0\0\0modelh\0s.",
		"no dictionary of tensors"),
	    BAD("a name that is not on the list", P2 "cos\nsystem\n)R.",
		"os.system is nothing"),
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_pickle_file(bad[i].text, bad[i].n, bad[i].message,
				  bad[i].what);
}

/* "key": {tensors}, at the place of the root's members. */
static void nest(struct str *p, const char *key, const struct craft_tensor *t)
{
	craft_pickle_str(p, key);
	str_add(p, "}(");
	craft_pickle_tensor(p, t, false);
	str_addc(p, 'u');
}

static void check_nesting(void)
{
	static const struct {
		const char *key, *second, *message;
	} cases[] = {
	    {"state_dict", NULL, NULL},
	    {"model", NULL, NULL},
	    {"module", NULL, NULL},
	    {"weights", NULL, "no dictionary of tensors"},
	    {"model", "ema", "several dictionaries"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct craft_zip z = {0};
		struct str p = {0};

		str_add(&p, P2 "}(");
		craft_pickle_str(&p, "epoch");
		craft_pickle_int(&p, 3);
		craft_pickle_str(&p, "optimizer");
		str_addc(&p, '}');
		nest(&p, cases[i].key, &plain);
		if (cases[i].second)
			nest(&p, cases[i].second, &plain);
		str_add(&p, "u.");
		archive(&z, &p);
		if (cases[i].message)
			check_bad(&z.file, cases[i].message,
				  cases[i].second ? "two dictionaries"
						  : "another name");
		else
			check_good(&z.file, is_plain, cases[i].key);
		craft_zip_release(&z);
		str_release(&p);
	}
}

/* Metadata by BUILD, a parameter, a shape by torch.Size. */
static void check_forms(void)
{
	struct craft_zip z = {0};
	struct str p = {0};

	str_add(&p, P2 "ccollections\nOrderedDict\n)R(");
	craft_pickle_str(&p, "a");
	str_add(&p, "ctorch._utils\n_rebuild_parameter\n(");
	str_add(&p, "ctorch._utils\n_rebuild_tensor_v2\n((");
	craft_pickle_str(&p, "storage");
	str_add(&p, "ctorch\nFloatStorage\n");
	craft_pickle_str(&p, "0");
	craft_pickle_str(&p, "cuda:0");
	str_add(&p, "K\x06tQ");
	str_addn(&p, "K\0", 2);
	str_add(&p, "ctorch\nSize\nK\2K\3\x86\x85RK\3K\1\x86\x89}tR\x88}tRu}");
	craft_pickle_str(&p, "_metadata");
	str_add(&p, "}sb.");
	archive(&z, &p);
	check_good(&z.file, is_plain,
		   "a parameter with torch.Size and metadata");
	craft_zip_release(&z);
	str_clear(&p);
	str_add(&p, P2 "}(");
	craft_pickle_tensor(&p, &plain, false);
	craft_pickle_str(&p, "step");
	str_add(&p, "K\1u.");
	archive(&z, &p);
	check_bad(&z.file, "step is not a tensor",
		  "a number among the tensors");
	craft_zip_release(&z);
	str_release(&p);
}

/* The description of a good tensor with one thing replaced. */
static void check_described(void)
{
	static const struct {
		const char *what, *message, *from, *to;
		size_t from_n, to_n;
	} cases[] = {
#define SWAP(what, message, from, to) \
	{what, message, from, to, sizeof(from) - 1, sizeof(to) - 1}
#define NUMBER(n) "\x8a\x08" n "\0\0\0\0\0\0\0"
	    SWAP("the same", NULL, "tQ", "tQ"),
	    SWAP("a storage with None behind it", NULL, "tQ", "NtQ"),
	    SWAP("a storage that is a view", "a view of another", "tQ",
		 "X\1\0\0\0vtQ"),
	    SWAP("a storage with two more items", "storage is not described",
		 "tQ", "NNtQ"),
	    SWAP("a storage of another kind", "storage is not described",
		 "X\7\0\0\0storage", "X\7\0\0\0Storage"),
	    SWAP("a storage of a number", "storage is not described",
		 "X\7\0\0\0storage", "K\7"),
	    SWAP("a storage without a type", "storage is not described",
		 "ctorch\nFloatStorage\n", "N"),
	    SWAP("a storage whose type is a number", "storage is not described",
		 "ctorch\nFloatStorage\n", "K\4"),
	    SWAP("shape and strides that are numbers",
		 "not described as PyTorch",
		 "(" NUMBER("\2") NUMBER("\3") "t(" NUMBER("\3")
		     NUMBER("\1") "t",
		 "K\2K\3"),
	    SWAP("a storage whose type is a function",
		 "storage is not described", "ctorch\nFloatStorage\n",
		 "ctorch\nSize\n"),
	    SWAP("a storage whose key is a number", "storage is not described",
		 "X\1\0\0\0"
		 "0",
		 "K\0"),
	    SWAP("a storage whose size is a string", "storage is not described",
		 NUMBER("\6") "tQ", "X\0\0\0\0tQ"),
	    SWAP("an offset that is a string", "not described as PyTorch",
		 "Q" NUMBER("\0"), "QX\0\0\0\0"),
	    SWAP("a shape that is a number", "not described as PyTorch",
		 "(" NUMBER("\2") NUMBER("\3") "t", "K\2"),
	    SWAP("a shape of strings", "not described as PyTorch",
		 "(" NUMBER("\2") NUMBER("\3") "t", "(NNt"),
	    SWAP("more strides than dimensions", "not described as PyTorch",
		 "(" NUMBER("\2") NUMBER("\3") "t", "(" NUMBER("\6") "t"),
	    SWAP("a tensor of five items", "not described as PyTorch", "\x89",
		 ""),
	    SWAP("a tensor with metadata", NULL, "RtR", "R}tR"),
	    SWAP("a tensor of eight items", "not described as PyTorch", "RtR",
		 "RNNtR"),
	    SWAP("a tensor without a storage", "not described as PyTorch", "tQ",
		 "t"),
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct craft_zip z = {0};
		struct str good = {0}, p = {0};
		const char *at;

		craft_pickle(&good, &plain, 1, false);
		at = memmem(good.s, good.len, cases[i].from, cases[i].from_n);
		if (!at)
			bug("%s: nothing to replace", cases[i].what);
		str_addn(&p, good.s, (size_t)(at - good.s));
		str_addn(&p, cases[i].to, cases[i].to_n);
		at += cases[i].from_n;
		str_addn(&p, at, (size_t)(good.s + good.len - at));
		archive(&z, &p);
		if (cases[i].message)
			check_bad(&z.file, cases[i].message, cases[i].what);
		else
			check_good(&z.file, is_plain, cases[i].what);
		craft_zip_release(&z);
		str_release(&good);
		str_release(&p);
	}
}

/* A dictionary whose second key is what `key` pushes. */
static void check_key(const char *key, size_t n, const char *part,
		      const char *what)
{
	struct craft_zip z = {0};
	struct str p = {0}, value = {0};
	size_t name = 5 + strlen(plain.name);

	craft_pickle_tensor(&value, &plain, false);
	str_add(&p, P2 "}(");
	str_addn(&p, value.s, value.len);
	str_addn(&p, key, n);
	str_addn(&p, value.s + name, value.len - name);
	str_add(&p, "u.");
	archive(&z, &p);
	check_bad(&z.file, part, what);
	craft_zip_release(&z);
	str_release(&value);
	str_release(&p);
}

static void check_keys(void)
{
	check_key("K\7", 2, "name is not a string", "a number for a name");
	check_key("X\3\0\0\0a\0b", 8, "a NUL in the name", "a NUL in a name");
	check_key("X\1\0\0\0a", 6, "a is there twice", "a name twice");
	check_key("X\x8\0\0\0module.a", 13, "a is there twice",
		  "a name twice but for \"module.\"");
}

int main(void)
{
	check_pickles();
	check_nesting();
	check_forms();
	check_described();
	check_keys();
	return tap_done();
}
