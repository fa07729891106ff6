/*
 * check_jsonl -- the own format of data sets, and the page about all three.
 */
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tests/dataset_test.h"

#define MEAE "{\"task\":\"meae\",\"event\":\"Attack\",\"text\":\"a b\","

/* A file, and where and what the message about it says. */
static const struct {
	const char *text;
	int line;
	const char *part;
} refused[] = {
    {"{\"text\":\"x\"}", 1, "\"task\""},
    {"{\"task\":\"ner\",\"text\":\"x\"}", 1, "mner, mre, med"},
    {"{\"task\":\"mner\"}", 1, "\"text\" is missing"},
    {"{\"task\":\"mner\",\"text\":\" \\n\"}", 1, "empty"},
    {"{\"task\":\"mner\",\"text\":7}", 1, "\"text\""},
    {MNER "\"golds\":[]}", 1, "\"golds\""},
    {MNER "\"id\":1}", 1, "\"id\""},
    {MNER "\"image\":\" a.jpg\"}", 1, "white space"},
    {MNER "\"head\":\"Ann\",\"tail\":\"Bob\"}", 1, "mre"},
    {"{\"task\":\"mre\",\"text\":\"x\",\"head\":\"A\"}", 1, "together"},
    {MNER "\"event\":\"Attack\"}", 1, "meae"},
    {"{\"task\":\"meae\",\"text\":\"x\"}", 1, "needs \"event\""},
    {MNER "\"gold\":{}}", 1, "array"},
    {MNER "\"gold\":[{}]}", 1, "gold record 1"},
    {MNER "\"gold\":[{\"type\":\"P\",\"text\":\"Ann\"},"
	  "{\"role\":\"x\",\"text\":\"Ann\"}]}",
     1, "gold record 2: a record with \"role\" does not belong"},
    {MNER "\"gold\":[{\"type\":\"P\"}]}", 1, "\"text\" is missing"},
    {MNER "\"gold\":[{\"type\":\"P\",\"text\":\" Ann\"}]}", 1, "white space"},
    {MNER "\"gold\":[{\"type\":\"P\",\"text\":\"A\",\"k\":1}]}", 1, "\"k\""},
    {MNER "\"gold\":[{\"type\":\"P\",\"text\":\"Ann\",\"start\":0,"
	  "\"end\":4}]}",
     1, "not \"Ann\""},
    {MNER "\"gold\":[{\"type\":\"P\",\"text\":\"Ann\","
	  "\"start\":0}]}",
     1, "together"},
    {"{\"task\":\"mre\",\"text\":\"x\",\"head\":\"A\",\"tail\":"
     "\"B\",\"gold\":[{\"relation\":\"r\",\"head\":\"C\"}]}",
     1, "\"head\" is \"C\" here"},
    {"{\"task\":\"mre\",\"text\":\"x\",\"gold\":"
     "[{\"relation\":\"r\",\"head\":\"C\"}]}",
     1, "\"tail\" is missing"},
    {"{\"task\":\"mee\",\"text\":\"x\",\"gold\":"
     "[{\"role\":\"r\",\"text\":\"C\"}]}",
     1, "\"event\" is missing"},
    {MEAE "\"gold\":[{\"role\":\"r\",\"region\":1}]}", 1, "without \"image\""},
    {MEAE "\"image\":\"a.jpg\",\"gold\":[{\"role\":\"r\","
	  "\"region\":37}]}",
     1, "1 to 36"},
    {MEAE "\"image\":\"a.jpg\",\"boxes\":[[0,0,1,1]],\"gold\":"
	  "[{\"role\":\"r\",\"region\":2}]}",
     1, "1 to 1"},
    {MNER "\"boxes\":[[0,0,1,1]]}", 1, "without \"image\""},
    {MNER "\"image\":\"a\",\"boxes\":[[0,0,1]]}", 1, "box 1"},
    {MNER "\"image\":\"a\",\"boxes\":[[0,0,1,1],[5,0,1,1]]}", 1, "box 2"},
    {MNER "\"image\":\"a\",\"boxes\":{\"boxes\":[],\"unit\":"
	  "\"mm\"}}",
     1, "\"unit\""},
    {MNER "\"task\":\"mner\"}", 1, "twice"},
    {"\n{\"task\":\"mner\",\"text\":\"a\tb\"}", 2, "byte 24"},
    {"\n{\"task\"", 2, "byte"},
    {"[]", 0, "known format"},
    {"", 0, "empty, a data set was expected"},
    {" \n\n", 0, "known format"},
    {"Some text of no format.\n", 0, "known format"},
    {"IMGID:7\n", 1, "no token"},
    {"-DOCSTART-\tO\n", 0, "no example"},
};

static void check_jsonl(const struct schema *s)
{
	reads(MNER "\"gold\":[{\"type\":\"per\",\"text\":\"Ann\"}]}\n\n"
		   "{\"task\":\"mre\",\"text\":\"x\",\"head\":\"A\","
		   "\"tail\":\"B\",\"gold\":[{\"relation\":\"Member_Of\"}]}\n"
		   "{\"task\":\"mee\",\"id\":\"e\",\"text\":\"x\",\"image\":"
		   "\"/p.png\",\"gold\":[{\"event\":\"attack\",\"text\":"
		   "\"x\"},{\"event\":\"ATTACK\",\"role\":\"target\","
		   "\"region\":3}]}\n",
	      s,
	      "1 mner [Ann met Bob] (Person: Ann)\n"
	      "3 mre [x] A>B (member of: A > B)\n"
	      "e mee [x] /p.png (Attack: x) (Attack/Target: O3)\n",
	      "JSONL; labels take the schema's spelling");
	refuses_s(MNER "\"gold\":[{\"type\":\"GPE\",\"text\":\"Ann\"}]}", s, 1,
		  "no label for GPE");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		refuses(refused[i].text, refused[i].line, refused[i].part);
}

/* Many boxes, and what they are in the example. */
static void check_boxes(void)
{
	static const char relative[] =
	    MNER "\"image\":\"a\",\"boxes\":{\"boxes\":"
		 "[[0.25,0,1,0.5]],\"unit\":\"relative\"}}";
	struct dataset d = {0};
	struct str text = {0};
	struct err err = {0};
	const struct example *e;

	str_add(&text, MNER "\"image\":\"a\",\"boxes\":[");
	for (int i = 0; i < 36; i++)
		str_addf(&text, "%s[%d,0,%d.5,2]", i ? "," : "", i, i + 1);
	str_add(&text, "]}");
	ok(read_text(&d, text.s, text.len, NULL, &err) == 0 &&
	       d.ex[0].boxes.n == 37 && d.ex[0].boxes.box[36].x2 == 36.5f &&
	       !d.ex[0].boxes_relative,
	   "36 boxes, O1 to O36");
	text.len -= 2;
	str_add(&text, ",[0,0,1,1]]}");
	refuses(text.s, 1, "more than 36");
	ok(read_text(&d, relative, strlen(relative), NULL, &err) == 0 &&
	       d.n == 2,
	   "boxes in fractions");
	e = &d.ex[1];
	ok(e->boxes_relative && e->boxes.n == 2 && e->boxes.box[1].x1 == .25f &&
	       e->boxes.box[1].y2 == .5f,
	   "fractions wait for the picture's size");
	str_release(&text);
	dataset_release(&d);
}

/* Written and read again, an example is the same. */
static void round_trip(const char *text, size_t n, const char *what)
{
	struct dataset a = {0}, b = {0};
	struct str out = {0};
	struct err err = {0};
	bool same = true;

	ok(read_text(&a, text, n, NULL, &err) == 0, "%s: read %s", what,
	   err.text);
	for (int turn = 0; turn < 2; turn++) {
		struct dataset *from = turn ? &b : &a;

		for (size_t i = 0; i < from->n; i++) {
			struct json *j = example_to_json(&from->ex[i]);
			char *line = json_print(j);

			if (turn == 0)
				str_addf(&out, "%s\n", line);
			else
				same &= strstr(out.s, line) != NULL;
			free(line);
			json_free(j);
		}
		if (turn == 0)
			same = dataset_parse(&b, out.s, out.len, "again", NULL,
					     &err) == 0 &&
			       a.n == b.n;
	}
	if (!ok(same, "%s: written and read again", what))
		diag("%s", err.text);
	for (size_t i = 0; same && i < a.n; i++)
		for (size_t k = 0; k < a.ex[i].gold.n; k++)
			same &= record_equal(&a.ex[i].gold.rec[k],
					     &b.ex[i].gold.rec[k]);
	ok(same, "%s: the same gold records", what);
	str_release(&out);
	dataset_release(&a);
	dataset_release(&b);
}

/* What stands between `example NAME` and `end`, as a reader sees it. */
static char *man_example(const char *page, const char *name)
{
	char *mark = xasprintf(".\\\" example %s\n", name);
	const char *at = strstr(page, mark);
	struct str out = {0};

	for (at = at ? at + strlen(mark) : NULL;
	     at && strncmp(at, ".\\\" end", 7) != 0;) {
		const char *end = strchr(at, '\n');
		bool macro = *at == '.';

		for (; at <= end; at++) {
			if (macro)
				continue;
			if (strncmp(at, "\\(aq", 4) == 0) {
				str_addc(&out, '\'');
				at += 3;
			} else if (*at != '\\') {
				str_addc(&out, *at);
			} else if (*++at != '&') {
				str_addc(&out, *at == 'e' ? '\\' : *at);
			}
		}
	}
	free(mark);
	return str_detach(&out);
}

static void man_data(const char *page, const char *name, const struct schema *s,
		     const char *want)
{
	char *text = man_example(page, name);

	ok(*text, "umie-formats.5 has an example of %s", name);
	reads(text, s, want, "it is read as the page says");
	round_trip(text, strlen(text), name);
	free(text);
}

static void check_man(void)
{
	const char *src = getenv("srcdir");
	char *path = xasprintf("%s/man/umie-formats.5", src ? src : ".");
	struct str page = {0};
	struct err err = {0};
	struct schema s = {0};
	struct json *j;
	char *text;

	ok(file_read(path, 1 << 20, &page, &err) == 0,
	   "umie-formats.5 is read");
	text = man_example(str_cstr(&page), "schema");
	make_schema(&s, text);
	ok(s.entities.n == 4 && s.relations.n == 3 && s.roles.n == 3,
	   "the page's schema is one");
	free(text);
	man_data(str_cstr(&page), "jsonl", &s,
		 "1 mner [Kyrie scores 30 for the Nets in Boston] pics/1.jpg "
		 "(Person: Kyrie) (Organization: Nets) (Location: Boston)\n"
		 "2 mre [Ann and Bob at their wedding] Ann>Bob "
		 "(couple: Ann > Bob)\n"
		 "3 mre [Ann works for Acme] (member of: Ann > Acme)\n"
		 "4 med [Smoke after the airstrike] pics/4.jpg "
		 "(Attack: airstrike)\n"
		 "5 meae [Smoke after the airstrike on Suruc] pics/4.jpg "
		 "(Attack/Place: Suruc) (Attack/Target: O2)\n"
		 "6 mee [Smoke after the airstrike on Suruc] pics/4.jpg "
		 "(Attack: airstrike) (Attack/Target: O1)\n"
		 "8 mner [Ann met Bob]\n"
		 "8 mner [Nobody is here]\n");
	man_data(str_cstr(&page), "conll", &s,
		 "1015799 mner [Salvation Army feeds kids] pics/1015799.jpg "
		 "(Organization: Salvation Army)\n"
		 "1015800 mner [Kyrie in Boston] pics/1015800.jpg "
		 "(Person: Kyrie) (Location: Boston)\n");
	man_data(str_cstr(&page), "mnre", &s,
		 "1 mre [Ann and Bob 's wedding] pics/12.jpg Ann>Bob "
		 "(couple: Ann > Bob)\n"
		 "2 mre [Ann and Acme] pics/12.jpg Ann>Acme "
		 "(none: Ann > Acme)\n");
	text = man_example(str_cstr(&page), "boxes");
	j = json_parse(text, strlen(text), "boxes", &err);
	ok(json_len(json_get(j, "boxes")) == 2, "the page's boxes are JSON");
	json_free(j);
	free(text);
	schema_release(&s);
	str_release(&page);
	free(path);
}

int main(void)
{
	struct schema s = {0};

	make_schema(&s, test_labels);
	check_jsonl(&s);
	check_boxes();
	check_man();
	schema_release(&s);
	return tap_done();
}
