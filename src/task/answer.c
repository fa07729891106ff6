#include "src/task/answer.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/task/answer-internal.h"

struct range range_trim(const struct answer_text *t, struct range r)
{
	struct span s =
	    span_trim((struct span){t->s + r.start, r.end - r.start});
	size_t start = (size_t)(s.s - t->s);

	return (struct range){start, start + s.len};
}

bool range_eq(const struct answer_text *t, struct range r, const char *s)
{
	return span_eq((struct span){t->s + r.start, r.end - r.start}, s);
}

char *range_copy(const struct answer_text *t, struct range r)
{
	return xstrndup(t->s + r.start, r.end - r.start);
}

struct record *answer_add(const struct answer_in *in, struct range r,
			  const char *label)
{
	struct record *rec = records_add(in->out, in->task);

	r = range_trim(in->text, r);
	rec->label = xstrdup(label);
	rec->raw_start = in->text->at[r.start];
	rec->raw_end = in->text->at[r.end - 1] + 1;
	return rec;
}

void answer_drop(const struct answer_in *in, struct range r, const char *reason)
{
	r = range_trim(in->text, r);
	if (r.start < r.end)
		records_drop(in->out, in->text->s + r.start, r.end - r.start,
			     reason);
}

const char *answer_label(const struct answer_in *in, const struct labels *l,
			 struct range r)
{
	int i = labels_find(l, in->text->s + r.start, r.end - r.start);

	return i < 0 ? NULL : l->name[i];
}

/* Take every `what` out of the text, from left to right. */
static void delete_all(struct answer_text *t, const char *what)
{
	size_t len = strlen(what), to = 0;

	for (size_t i = 0; i < t->n;) {
		if (strncmp(t->s + i, what, len) == 0) {
			i += len;
			continue;
		}
		t->at[to] = t->at[i];
		t->s[to++] = t->s[i++];
	}
	t->n = to;
	t->s[to] = '\0';
}

static struct answer_text read_text(const char *raw, size_t n)
{
	struct answer_text t;

	t.n = strnlen(raw, n);
	t.s = xstrndup(raw, t.n);
	t.at = xcalloc(t.n, sizeof(*t.at));
	for (size_t i = 0; i < t.n; i++)
		t.at[i] = i;
	delete_all(&t, "</s>");
	delete_all(&t, "<pad>");
	return t;
}

void answer_parse(enum answer_grammar g, enum task t, const struct schema *s,
		  int event, const char *raw, size_t n, struct records *out)
{
	struct answer_text text;
	struct answer_in in = {t, s, event, &text, out};

	if (t == TASK_MEE)
		bug("answer_parse: mee has no answer of its own");
	text = read_text(raw, n);
	switch (g) {
	case ANSWER_PAPER:
		answer_parse_paper(&in);
		break;
	case ANSWER_SEL:
		answer_parse_sel(&in);
		break;
	}
	free(text.s);
	free(text.at);
}

void answer_print(enum answer_grammar g, enum task t, const struct records *r,
		  struct str *out)
{
	switch (g) {
	case ANSWER_PAPER:
		answer_print_paper(t, r, out);
		break;
	case ANSWER_SEL:
		answer_print_sel(t, r, out);
		break;
	}
}
