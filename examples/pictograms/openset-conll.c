#include "examples/pictograms/openset.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

enum { TOKENS_MAX = 60, EMPTY_EVERY = 3 };

/* A sentence of a CoNLL file while its lines come in. */
struct sentence {
	struct str text, span;
	const char *type; /* of the entity that is open, or NULL */
	struct json *gold;
	int tokens;
};

static void close_entity(struct sentence *s)
{
	struct json *j;

	/* the Twitter corpus marks the sign of a mention by itself */
	if (!s->type || strcmp(s->span.s, "@") == 0) {
		s->type = NULL;
		return;
	}
	j = json_new_object();
	json_put_string(j, "type", s->type);
	json_put_string(j, "text", s->span.s);
	json_push(s->gold, j);
	s->type = NULL;
}

static void close_sentence(struct sentence *s, const struct format *f,
			   struct output *o)
{
	struct json *j;
	bool empty;

	if (!s->tokens)
		return;
	close_entity(s);
	empty = !json_len(s->gold);
	o->passed += empty;
	if (s->tokens > TOKENS_MAX || (empty && o->passed % EMPTY_EVERY != 0)) {
		json_free(s->gold);
	} else {
		j = example_new(o, "mner");
		json_put_string(j, "text", s->text.s);
		json_put_string(j, "instruction", f->instruction);
		json_put(j, "gold", s->gold);
		output_put(o, j);
	}
	str_clear(&s->text);
	s->gold = NULL;
	s->tokens = 0;
}

/* "B-PER" to a type of the schema; NULL for "O"; *begin for "B-". */
static int read_tag(const struct format *f, struct span tag, bool *begin,
		    const char **type, const char *path, struct err *err)
{
	*type = NULL;
	*begin = false;
	if (span_eq(tag, "O"))
		return 0;
	for (const struct tag *t = f->tags; t->from; t++)
		if (tag.len > 2 &&
		    span_eq((struct span){tag.s + 2, tag.len - 2}, t->from))
			*type = t->to;
	*begin = tag.s[0] == 'B';
	if (!*type)
		return err_set(err, ERR_DATA,
			       "%s: tag '%.*s' is none of the %s corpus", path,
			       (int)tag.len, tag.s, f->name);
	return 0;
}

static int add_token(struct sentence *s, const struct format *f,
		     struct span line, const char *path, struct err *err)
{
	const char *tab = memchr(line.s, '\t', line.len);
	struct span word, tag;
	const char *type;
	bool begin;

	if (!tab)
		return err_set(err, ERR_DATA,
			       "%s: '%.*s' is not a token, a tab and a tag",
			       path, (int)MIN(line.len, 60), line.s);
	word = (struct span){line.s, (size_t)(tab - line.s)};
	tag = (struct span){tab + 1, line.len - word.len - 1};
	if (read_tag(f, tag, &begin, &type, path, err) < 0)
		return -err->code;
	if (!span_trim(word).len) /* a lone joiner or blank */
		return 0;
	if (begin || type != s->type)
		close_entity(s);
	if (!s->tokens)
		s->gold = json_new_array();
	else
		str_addc(&s->text, ' ');
	str_addn(&s->text, word.s, word.len);
	s->tokens++;
	if (!type)
		return 0;
	if (s->type)
		str_addc(&s->span, ' ');
	else
		str_clear(&s->span);
	str_addn(&s->span, word.s, word.len);
	s->type = type;
	return 0;
}

int convert_conll(const struct format *f, struct span in, const char *path,
		  struct output out[2], struct err *err)
{
	struct sentence s = {0};
	struct span line;
	int rc = 0;

	while (!rc && next_line(&in, &line)) {
		if (span_trim(line).len)
			rc = add_token(&s, f, line, path, err);
		else
			close_sentence(&s, f, out);
	}
	if (!rc)
		close_sentence(&s, f, out);
	json_free(s.gold);
	str_release(&s.text);
	str_release(&s.span);
	return rc;
}
