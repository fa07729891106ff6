#include "examples/pictograms/openset.h"

#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

/* Classes that the demonstration has a word for.  `turn`: its head is the
 * class's second argument.  The other four classes are left out. */
static const struct {
	const char *class, *relation;
	bool turn;
} classes[] = {
    {"Cause-Effect", "cause of", false},
    {"Component-Whole", "part of", false},
    {"Member-Collection", "member of", false},
    {"Content-Container", "contain", true},
    {"Product-Producer", "made by", false},
    {"Other", "none", false},
};

/* Text without marks; what stood between <eN> and </eN> into e[N-1]. */
static void read_marked(struct span line, struct str *text, struct str e[2])
{
	struct str *inside = NULL;

	for (size_t i = 0; i < line.len; i++) {
		const char *s = line.s + i;
		size_t left = line.len - i;

		if (left >= 4 && s[0] == '<' && s[1] == 'e' && s[3] == '>') {
			inside = &e[s[2] == '2'];
			i += 3;
		} else if (left >= 5 && s[0] == '<' && s[1] == '/') {
			inside = NULL;
			i += 4;
		} else {
			str_addc(text, *s);
			if (inside)
				str_addc(inside, *s);
		}
	}
}

static void put_pair(struct output *o, const char *text, const char *head,
		     const char *tail, const char *relation)
{
	struct json *j = example_new(o, "mre"), *gold = json_new_array();
	struct json *r = json_new_object();

	json_put_string(r, "relation", relation);
	json_put_string(r, "head", head);
	json_put_string(r, "tail", tail);
	json_push(gold, r);
	json_put_string(j, "text", text);
	json_put_string(j, "head", head);
	json_put_string(j, "tail", tail);
	json_put(j, "gold", gold);
	output_put(o, j);
}

/* One sentence with its class, "Cause-Effect(e2,e1)". */
static void convert_pair(struct span sentence, struct span class,
			 struct output *o)
{
	struct str text = {0}, e[2] = {0};
	bool turned =
	    class.len > 8 && memcmp(class.s + class.len - 7, "(e2,e1)", 7) == 0;
	size_t k = 0;

	while (
	    k < ARRAY_LEN(classes) &&
	    (class.len < strlen(classes[k].class) ||
	     memcmp(class.s, classes[k].class, strlen(classes[k].class)) != 0))
		k++;
	read_marked(sentence, &text, e);
	/* a third of the pairs that are none, and a quarter of the others the
	 * wrong way round, which is none too */
	if (k < ARRAY_LEN(classes)) {
		bool none = strcmp(classes[k].relation, "none") == 0;
		int head = turned != classes[k].turn;

		o->passed++;
		if (!none || o->passed % 3 == 0)
			put_pair(o, str_cstr(&text), str_cstr(&e[head]),
				 str_cstr(&e[!head]), classes[k].relation);
		if (!none && o->passed % 4 == 0)
			put_pair(o, str_cstr(&text), str_cstr(&e[!head]),
				 str_cstr(&e[head]), "none");
	}
	str_release(&text);
	str_release(&e[0]);
	str_release(&e[1]);
}

/* `12<tab>"A sentence."`, its class, a comment, an empty line. */
int convert_semeval(const struct format *f, struct span in, const char *path,
		    struct output out[2], struct err *err)
{
	struct span line, class;
	long n = 0;

	(void)f;
	while (next_line(&in, &line)) {
		const char *open = memchr(line.s, '"', line.len);

		if (!span_trim(line).len || line.s[0] == 'C')
			continue;
		if (!open || line.s[line.len - 1] != '"' ||
		    !next_line(&in, &class))
			return err_set(err, ERR_DATA,
				       "%s: '%.*s' is not a number and a "
				       "sentence in quotes",
				       path, (int)MIN(line.len, 60), line.s);
		line.len -= (size_t)(open + 1 - line.s) + 1;
		line.s = open + 1;
		convert_pair(line, class, &out[++n % 10 == 0]);
	}
	return 0;
}
