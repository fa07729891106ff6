/*
 * check_data -- CoNLL and MNRE files, pictures, digests, real data.
 */
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/mem.h"
#include "src/data/pyliteral.h"
#include "tests/dataset_test.h"

/* ---- CoNLL ---- */

static void check_conll(const struct schema *s)
{
	reads("IMGID:7\nNew\tB-LOC\nYork\tI-LOC\n,\tO\nBob\tB-PER\n\n"
	      "IMGID:8.png\nno\tO\n",
	      NULL,
	      "7 mner [New York , Bob] pics/7.jpg (LOC: New York) (PER: Bob)\n"
	      "8.png mner [no] pics/8.png\n",
	      "CoNLL with pictures; tags stay without a schema");
	reads("a O\nb  B-X\n\nc O\n\n\n  \t\r\nd B-X\ne I-X", NULL,
	      "1 mner [a b] (X: b)\n2 mner [c]\n3 mner [d e] (X: d e)\n",
	      "columns by spaces, several blank lines, no newline at the end");
	reads("\xef\xbb\xbf"
	      "a\tO\r\nb\tB-X\r\n\r\nc\tI-X\r\n",
	      NULL, "1 mner [a b] (X: b)\n2 mner [c] (X: c)\n",
	      "a byte order mark and CRLF");
	reads("a\tI-X\nb\tI-X\nc\tI-Y\nd\tB-Y\ne\tI-X\nf\tO\ng\tI-X\n", NULL,
	      "1 mner [a b c d e f g] (X: a b) (Y: c) (Y: d) (X: e) (X: g)\n",
	      "an I- that goes on with nothing starts a span");
	reads("IMGID:1\na\tO\nIMGID:2\nb\tO\n", NULL,
	      "1 mner [a] pics/1.jpg\n2 mner [b] pics/2.jpg\n",
	      "an IMGID line ends the sentence before it");
	reads("a\tO\n\tO\n\n\tO\n\nb\tO\n", NULL, "1 mner [a]\n2 mner [b]\n",
	      "an empty token with O adds nothing");
	reads("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\ngo VB B-VP O\n", NULL,
	      "1 mner [EU go] (ORG: EU)\n", "four columns and document marks");
	reads("a\tB-PER\nb\tB-LOC\nc\tB-ORG\nd\tB-MISC\ne\tB-OTHER\n"
	      "f\tB-creative-work\ng\tB-person\n",
	      s,
	      "1 mner [a b c d e f g] (Person: a) (Location: b) "
	      "(Organization: c) (Miscellaneous: d) (Miscellaneous: e) "
	      "(creative work: f) (Person: g)\n",
	      "tags become the schema's labels");
	reads("caf\xc3\xa9\tO\n\xe2\x80\x8d\tO\n\xc2\xa0\tO\n", NULL,
	      "1 mner [caf\xc3\xa9 \xe2\x80\x8d \xc2\xa0]\n",
	      "joiners and no-break spaces are tokens");
	refuses_s("a\tO\nb\tB-GPE\nc\tB-product\nd\tB-GPE\n", s, 2,
		  "no label for GPE, product");
	refuses("a\tO\nb\n", 2, "\"b\"");
	refuses("a\tO\nb\tX\n", 2, "B-TYPE");
	refuses("a\tO\nb\tB-\n", 2, "B-TYPE");
	refuses("a\tO\n\tB-PER\n", 2, "without a token");
	refuses("IMGID:1\n\nIMGID:2\na\tO\n", 2, "IMGID:1 has no token");
	refuses("a\tO\n\nIMGID:2\n", 3, "IMGID:2 has no token");
	refuses("IMGID: \na\tO\n", 1, "without a name");
	refuses("a\tO\nb\xff\tO\n", 2, "byte 1 is not UTF-8");
	refuses("\xc3\xa9\xed\xa0\x80\tO\n", 1, "byte 2 is not UTF-8");
	refuses_n("a\tO\nb\0\tO\n", 9, NULL, 2, "NUL");
}

/* ---- MNRE ---- */

#define WHO "'h': {'name': 'Ann', 'pos': [0, 1]}, 't': {'name': 'Bob', "
#define PAIR WHO "'pos': [1, 2]}"

static void check_mnre(const struct schema *s)
{
	reads("{'token': ['Ann', \"'s\", 'Bob'], " WHO "'pos': [2, 3]}"
	      ", 'img_id': 'a.jpg', 'relation': '/per/per/couple'}\n"
	      "{'token': ('Ann', 'Bob',), " PAIR
	      ", 'img_id': 12, 'relation': None, }\r\n\n"
	      "{\"token\": ['Ann', 'Bob', '\\u00e9\\x41\\n\\'\"'], " PAIR
	      ", 'image_id': 'b', 'relation': 'None'}",
	      NULL,
	      "1 mre [Ann 's Bob] pics/a.jpg Ann>Bob (/per/per/couple: "
	      "Ann > Bob)\n"
	      "2 mre [Ann Bob] pics/12.jpg Ann>Bob (none: Ann > Bob)\n"
	      "4 mre [Ann Bob \xc3\xa9"
	      "A\n'\"] pics/b.jpg Ann>Bob (none: Ann > Bob)\n",
	      "MNRE's Python literals");
	reads("{'token': ['Ann', 'Bob'], " PAIR
	      ", 'relation': '/per/org/member_of'}\n"
	      "{'token': ['Ann', 'Bob'], " PAIR
	      ", 'relation': '/per/misc/awarded'}\n"
	      "{'token': ['Ann', 'Bob'], " PAIR ", 'relation': 'COUPLE'}\n"
	      "{'token': ['Ann', 'Bob'], " PAIR ", 'relation': 'None'}\n",
	      s,
	      "1 mre [Ann Bob] Ann>Bob (member of: Ann > Bob)\n"
	      "2 mre [Ann Bob] Ann>Bob (/per/misc/awarded: Ann > Bob)\n"
	      "3 mre [Ann Bob] Ann>Bob (couple: Ann > Bob)\n"
	      "4 mre [Ann Bob] Ann>Bob (none: Ann > Bob)\n",
	      "relations become the schema's labels");
	refuses("{'token': ['Ann', 'Bob'], " PAIR "}", 1, "'relation'");
	refuses("{'token': ['Ann', 'Bob'], 'relation': 'x'}", 1,
		"'h' has no 'name'");
	refuses("{'token': 'Ann', " PAIR ", 'relation': 'x'}", 1, "'token'");
	refuses("{'token': [], " PAIR ", 'relation': 'x'}", 1, "empty");
	refuses("{'token': ['Ann'], " PAIR ", 'relation': 'x'}", 1,
		"'pos' of 't'");
	refuses("{'token': ['Ann', 'Bo'], " PAIR ", 'relation': 'x'}", 1,
		"'name' of 't' is \"Bob\"");
	refuses("{'token': ['Ann', 1], " PAIR ", 'relation': 'x'}", 1,
		"not a string");
	refuses("{'token': ['Ann', 'Bob'], " PAIR
		", 'relation': 'x', 'img_id': 1.5}",
		1, "img_id");
	refuses("{'token': ['Ann', 'Bob'], " PAIR ", 'relation': 'x', 'k': 1}",
		1, "'k'");
	refuses("{'token': ['Ann', 'Bob'], " PAIR
		", 'relation': 'x', 'relation': 'y'}",
		1, "twice");
	refuses("{'token': ['A'", 1, "closing bracket");
	refuses("{'token': ['A}", 1, "without its end");
	refuses("{'token': exit()}", 1, "not a Python literal");
	refuses("{'token': ['\\q']}", 1, "escape");
	refuses("{'token': ['\\ud800']}", 1, "no character");
	refuses("{'token': ['\\x00']}", 1, "NUL");
	refuses("{'token': []} 1", 1, "after the end");
}

static void check_literals(void)
{
	static const struct {
		const char *python, *json;
	} cases[] = {
	    {"{}", "{}"},
	    {"()", "[]"},
	    {"(1,)", "[1]"},
	    {" [ 'a' , \"b\" , ] ", "[\"a\",\"b\"]"},
	    {"{'a': (None, True, False), \"b\": -1.5e3}",
	     "{\"a\":[null,true,false],\"b\":-1.5e3}"},
	    {"'\"\\\\\\'\\a\\b\\f\\n\\r\\t\\v'",
	     "\"\\\"\\\\'\\u0007\\u0008\\u000c\\u000a\\u000d\\u0009"
	     "\\u000b\""},
	    {"'\\U0001F600'", "\"\xf0\x9f\x98\x80\""},
	};
	struct str deep = {0}, out = {0};
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *s = cases[i].python;

		str_clear(&out);
		if (!ok(pyliteral_to_json(s, strlen(s), "x", &out, &err) == 0 &&
			    strcmp(out.s, cases[i].json) == 0,
			"Python: %s", s))
			diag("%s %s", err.text, str_cstr(&out));
	}
	for (int i = 0; i < 100000; i++)
		str_addc(&deep, '[');
	ok(pyliteral_to_json(deep.s, deep.len, "x", &out, &err) == -ERR_DATA &&
	       strstr(err.text, "deep"),
	   "nesting has an end");
	str_release(&deep);
	str_release(&out);
}

/* ---- files ---- */

static void put_file(const char *dir, const char *name, const char *text)
{
	char *path = file_join(dir, name);
	struct err err = {0};

	if (file_replace(path, text, strlen(text), &err) < 0)
		ok(false, "%s", err.text);
	free(path);
}

static void remove_files(const char *dir)
{
	static const char *const names[] = {"a.txt", "b.jsonl", "1.jpg"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = file_join(dir, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(dir);
}

static void check_two_files(const char *dir)
{
	char *a = file_join(dir, "a.txt"), *b = file_join(dir, "b.jsonl");
	char *names = xasprintf("%s, %s", a, b), digest[HASH_HEX];
	struct dataset d = {0};
	struct err err = {0};

	ok(dataset_read(&d, a, NULL, &err) == 0 && d.n == 2 &&
	       d.missing_images == 1 && d.ex[0].image_state == IMAGE_FOUND &&
	       d.ex[1].image_state == IMAGE_MISSING,
	   "pictures beside the file are found, missing ones counted");
	hash_file(a, digest, &err);
	ok(strcmp(digest, d.digest) == 0 && strcmp(d.name, a) == 0,
	   "the digest is that of the file");
	ok(dataset_read(&d, b, NULL, &err) == -ERR_DATA && d.n == 2 &&
	       strcmp(d.name, a) == 0 && strstr(err.text, "b.jsonl") &&
	       strstr(err.text, "line 2") && strcmp(digest, d.digest) == 0,
	   "a file that fails adds nothing");
	put_file(dir, "b.jsonl", MNER "\"image\":\"no.jpg\"}\n");
	ok(dataset_read(&d, b, NULL, &err) == 0 && d.n == 3 &&
	       d.missing_images == 2 && strcmp(d.name, names) == 0 &&
	       strcmp(digest, d.digest) != 0 && !d.ex[2].has_gold,
	   "a second file is added");
	dataset_release(&d);
	free(names);
	free(a);
	free(b);
}

static void check_files(void)
{
	char dir[] = "/tmp/check_data-XXXXXX";
	struct dataset d = {0};
	struct err err = {0};

	if (!ok(mkdtemp(dir) != NULL, "a directory for the test"))
		return;
	put_file(dir, "a.txt", "IMGID:1\na\tO\n\nIMGID:2\nb\tO\n");
	put_file(dir, "1.jpg", "not looked into");
	put_file(dir, "b.jsonl", MNER "\"gold\":[]}\n{}\n");
	check_two_files(dir);
	ok(dataset_read(&d, dir, NULL, &err) < 0 && err.text[0],
	   "a directory is no data set");
	ok(dataset_read(&d, "/no/such/file", NULL, &err) == -ERR_DATA &&
	       strstr(err.text, "/no/such/file"),
	   "a file that is not there: %s", err.text);
	remove_files(dir);
	dataset_release(&d);
	dataset_release(&d);
}

static void check_limits(void)
{
	struct str line = {0};

	for (int i = 0; i < (1 << 20) + 1; i++)
		str_addc(&line, 'a');
	str_add(&line, "\tO\n");
	refuses_n(line.s, line.len, NULL, 1, "longer than 1048576");
	str_clear(&line);
	str_add(&line, "a\tO\n");
	for (int i = 0; i < 600000; i++)
		str_add(&line, "b\tO\n");
	refuses_n(line.s, line.len, NULL, 600001, "longer than");
	str_release(&line);
}

/* ---- real data ---- */

static void check_real(const char *shared)
{
	static const struct {
		const char *path;
		size_t n, gold;
	} sets[] = {
	    {"twitter2015/train.txt", 4000, 6352},
	    {"twitter2015/valid.txt", 1000, 1594},
	    {"twitter2017/train.txt", 3373, 6049},
	    {"twitter2017/valid.txt", 723, 1324},
	    {"wnut17/wnut17train.conll", 3394, 1975},
	    {"wnut17/emerging.dev.conll", 1009, 836},
	    {"btc/btc.train", 6338, 8779},
	    {"btc/btc.dev", 1000, 1730},
	    {"mnre/v1/ours_train.txt", 7824, 7824},
	    {"mnre/v1/ours_val.txt", 975, 975},
	    {"mnre/v2/mnre_train.txt", 12247, 12247},
	    {"mnre/v2/mnre_val .txt", 1624, 1624},
	};

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		char *path = xasprintf("%s/data/%s", shared, sets[i].path);
		struct dataset d = {0};
		struct err err = {0};
		size_t gold = 0;

		dataset_read(&d, path, NULL, &err);
		for (size_t k = 0; k < d.n; k++)
			gold += d.ex[k].gold.n;
		if (!ok(d.n == sets[i].n && gold == sets[i].gold,
			"%s: %zu examples, %zu gold records", sets[i].path,
			sets[i].n, sets[i].gold))
			diag("%zu, %zu %s", d.n, gold, err.text);
		dataset_release(&d);
		free(path);
	}
}

/* The 21 relations of the paper lack one that MNRE-V2 has. */
static void check_real_schema(const char *shared)
{
	char *path = xasprintf("%s/data/mnre/v2/mnre_val .txt", shared);
	struct dataset d = {0};
	struct err err = {0};
	struct dataset_options o = {0};
	struct schema s;

	make_schema(&s,
		    "{\"relations\":[\"part of\",\"contain\",\"present in\","
		    "\"none\",\"held on\",\"member of\",\"peer\","
		    "\"place of residence\",\"locate at\",\"alternate names\","
		    "\"neighbor\",\"subsidiary\",\"awarded\",\"couple\","
		    "\"parent\",\"nationality\",\"place of birth\","
		    "\"charges\",\"siblings\",\"religion\",\"race\"]}");
	o.schema = &s;
	ok(dataset_read(&d, path, &o, &err) == -ERR_DATA &&
	       strstr(err.text, "no label for /per/per/alumi"),
	   "MNRE-V2: %s", strchr(err.text, ':'));
	labels_add(&s.relations, "alumi", 5);
	ok(dataset_read(&d, path, &o, &err) == 0 && d.n == 1624 &&
	       strcmp(d.ex[0].gold.rec[0].label, "none") == 0,
	   "MNRE-V2 with the label that was missing");
	schema_release(&s);
	dataset_release(&d);
	free(path);
}

int main(void)
{
	const char *shared = getenv("UMIE_SHARED");
	struct schema s = {0};

	make_schema(&s, test_labels);
	check_conll(&s);
	check_mnre(&s);
	check_literals();
	check_files();
	check_limits();
	schema_release(&s);
	if (shared && *shared) {
		check_real(shared);
		check_real_schema(shared);
	} else {
		skip("real data", "UMIE_SHARED is not set");
	}
	return tap_done();
}
