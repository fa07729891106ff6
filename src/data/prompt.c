#include "src/data/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

/* Offsets of the joined string become offsets of the text in it. */
static void text_offsets(struct prompt *p, const struct tokenizer *t,
			 const struct str *joined, size_t lead)
{
	size_t n = p->ids.n;

	p->begin = xcalloc(n + 1, sizeof(*p->begin));
	p->end = xcalloc(n + 1, sizeof(*p->end));
	tokenizer_offsets(t, joined->s, joined->len, p->begin, p->end, n);
	for (size_t k = 0; k < n; k++) {
		p->begin[k] = MAX(p->begin[k] - (int32_t)lead, 0);
		p->end[k] = MAX(p->end[k] - (int32_t)lead, 0);
	}
}

int prompt_build(struct prompt *p, const struct tokenizer *t,
		 const char *instruction, const char *text, struct err *err)
{
	struct str joined = {0};
	size_t lead = utf8_count(instruction, strlen(instruction)) + 1;
	int rc = 0;

	*p = (struct prompt){0};
	if (!*text)
		return err_set(err, ERR_DATA, "the text is empty");
	tokenizer_encode(t, instruction, strlen(instruction), &p->ids);
	if (p->ids.n >= PROMPT_MAX - 1)
		rc = err_set(err, ERR_DATA,
			     "the instruction takes %zu tokens; at most %d "
			     "leave room for the text",
			     p->ids.n, PROMPT_MAX - 2);
	p->ids.n = 0;
	if (rc < 0)
		goto done;
	str_addf(&joined, "%s %s", instruction, text);
	tokenizer_encode(t, joined.s, joined.len, &p->ids);
	text_offsets(p, t, &joined, lead);
	if (p->ids.n > PROMPT_MAX - 1) {
		p->cut = (int)p->ids.n - (PROMPT_MAX - 1);
		p->ids.n = PROMPT_MAX - 1;
	}
	p->begin[p->ids.n] = p->end[p->ids.n] = 0;
	if (p->ids.n == 0 || p->ids.id[p->ids.n - 1] != TOKEN_EOS)
		ids_push(&p->ids, TOKEN_EOS);
	p->instruction = xstrdup(instruction);
done:
	str_release(&joined);
	if (rc < 0)
		prompt_release(p);
	return rc;
}

void prompt_release(struct prompt *p)
{
	ids_release(&p->ids);
	free(p->instruction);
	free(p->begin);
	free(p->end);
	*p = (struct prompt){0};
}

int prompt_instruction(char **out, const char *tmpl, enum task t,
		       const struct schema *s, const char *head,
		       const char *tail, const char *event, struct err *err)
{
	struct instruction_fields f = {
	    .types = &s->entities,
	    .relations = &s->relations,
	    .events = &s->events,
	    .head = head,
	    .tail = tail,
	    .event = event,
	};
	struct str text = {0};
	int i = -1, rc;

	if (t == TASK_MEAE) {
		if (event)
			i = labels_find(&s->events, event, strlen(event));
		if (i < 0)
			return err_set(err, ERR_DATA,
				       "%s is not an event type of the schema",
				       event ? event : "(nothing)");
		f.event = s->events.name[i];
		f.roles = schema_roles(s, i);
	}
	rc = instruction_fill(tmpl, t, &f, &text, err);
	if (rc < 0) {
		str_release(&text);
		return rc;
	}
	*out = str_detach(&text);
	return 0;
}
