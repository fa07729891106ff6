/*
 * Open corpora become examples of the demonstration: tags its types, marked
 * nominals its relations; what is none of theirs is refused.
 */
#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/openset.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"

/* What comes out of `in`; "" and a diagnostic when it is refused. */
static char *converted(const char *format, const char *in, int which,
		       struct err *err)
{
	struct output out[2] = {0};
	char *text;

	if (format_convert(format_find(format), span_of(in), "in", out, err) <
	    0)
		str_clear(&out[which].text);
	text = xstrdup(str_cstr(&out[which].text));
	str_release(&out[0].text);
	str_release(&out[1].text);
	return text;
}

static void check_open(const char *format, const char *in, const char *want,
		       const char *what)
{
	struct err err = {0};
	char *got = converted(format, in, 0, &err);

	if (!ok(strcmp(got, want) == 0, "%s: %s", format, what))
		diag("got %s%s", got, err.text);
	free(got);
}

int main(void)
{
	struct err err = {0};
	char *got;

	check_open("btc", "Mara\tB-PER\nKeller\tI-PER\nin\tO\nOslo\tB-LOC\n\n",
		   "{\"id\":\"btc-1\",\"task\":\"mner\",\"text\":\"Mara Keller "
		   "in Oslo\",\"instruction\":\"Please extract the following "
		   "entity type: Person, Location, Organization.\",\"gold\":[{"
		   "\"type\":\"Person\",\"text\":\"Mara Keller\"},{\"type\":"
		   "\"Location\",\"text\":\"Oslo\"}]}\n",
		   "tags become types, a run of tokens a span");
	check_open("semeval",
		   "1\t\"The <e1>wheel</e1> of a <e2>cart</e2> broke.\"\r\n"
		   "Component-Whole(e1,e2)\r\nComment:\r\n\r\n",
		   "{\"id\":\"semeval-1\",\"task\":\"mre\",\"text\":\"The "
		   "wheel of a cart broke.\",\"head\":\"wheel\",\"tail\":"
		   "\"cart\",\"gold\":[{\"relation\":\"part of\",\"head\":"
		   "\"wheel\",\"tail\":\"cart\"}]}\n",
		   "marks become head and tail");
	check_open("semeval",
		   "1\t\"A <e1>box</e1> of <e2>pens</e2>.\"\n"
		   "Content-Container(e2,e1)\nComment:\n\n",
		   "{\"id\":\"semeval-1\",\"task\":\"mre\",\"text\":\"A box of "
		   "pens.\",\"head\":\"box\",\"tail\":\"pens\",\"gold\":[{"
		   "\"relation\":\"contain\",\"head\":\"box\",\"tail\":"
		   "\"pens\"}]}\n",
		   "the container is the head of contain");
	check_open("text",
		   "{\"text\":\"a\"}\n{\"text\":\"a\"}\n{\"text\":"
		   "\"b\"}\n",
		   "a\nb\n", "a text stands once");
	got = converted("wnut", "Mara\tB-PER\n\n", 0, &err);
	ok(err.code == ERR_DATA && strstr(err.text, "B-PER"),
	   "a tag of another corpus is refused by name");
	free(got);
	return tap_done();
}
