/* How each variation is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/engine/bundle.h"
#include "src/probe/variant-row.h"

enum { LIST_FILE = 1 << 20, ORDERS = 10, TYPOS = 2, ALL_BOXES = 36 };

static void set(char **to, const char *value)
{
	free(*to);
	*to = xstrdup_null(value);
}

static void add_instruction(struct variants *l, enum variation kind,
			    const char *what, const char *instruction)
{
	struct variant *v =
	    variant_row(l, kind, xasprintf("%s%s", what, instruction));

	set(&variant_request(v)->instruction, instruction);
}

static int read_lines(const char *path, struct labels *out, struct err *err)
{
	struct str text = {0};
	char *line, *save = NULL;
	int rc = file_read(path, LIST_FILE, &text, err);

	if (rc == 0 && text.len && memchr(text.s, 0, text.len))
		rc = err_set(err, ERR_DATA, "%s: a NUL byte", path);
	if (rc == 0 && utf8_valid(str_cstr(&text), text.len) < text.len)
		rc = err_set(err, ERR_DATA, "%s: not UTF-8", path);
	for (line = rc < 0 || !text.len ? NULL : strtok_r(text.s, "\n", &save);
	     line; line = strtok_r(NULL, "\n", &save)) {
		struct span s = span_trim(span_of(line));

		if (s.len && s.s[0] != '#')
			labels_add(out, s.s, s.len);
	}
	if (rc == 0 && out->n == 0)
		rc = err_set(err, ERR_DATA, "%s: no line that could be used",
			     path);
	str_release(&text);
	return rc < 0 ? err_recode(err, ERR_DATA) : 0;
}

static int add_paraphrases(struct variants *l, const char *path,
			   struct err *err)
{
	enum task t = variants_base(l)->task;
	struct labels lines = {0};
	int rc = path ? read_lines(path, &lines, err) : 0;

	for (size_t i = 0; !path && paraphrase(t, i); i++)
		labels_add(&lines, paraphrase(t, i), strlen(paraphrase(t, i)));
	for (size_t i = 0; i < lines.n && rc == 0; i++)
		add_instruction(l, VARY_PARAPHRASE,
				"paraphrase: ", lines.name[i]);
	labels_release(&lines);
	return rc;
}

static void add_named(struct variants *l)
{
	static const char *const set_name[] = {"I0", "I1", "I2"};

	for (size_t i = 0; i < ARRAY_LEN(set_name); i++)
		if (instruction_named(set_name[i], variants_base(l)->task))
			add_instruction(l, VARY_NAMED, "set ", set_name[i]);
}

static int add_instr(struct variants *l, enum variation kind,
		     const struct plan_item *p, uint64_t seed,
		     const struct variant_context *c, struct err *err)
{
	struct edited e;
	int count;

	switch (kind) {
	case VARY_PARAPHRASE:
		return add_paraphrases(l, p->value, err);
	case VARY_NAMED:
		add_named(l);
		break;
	case VARY_INSTR:
		add_instruction(l, kind, "", p->value);
		break;
	case VARY_NONE:
		add_instruction(l, kind, "no instruction at all", "");
		break;
	default:
		if (c->instruction[utf8_valid(c->instruction,
					      strlen(c->instruction))])
			return err_set(err, ERR_DATA,
				       "the instruction is not UTF-8");
		count = (int)plan_number(p, TYPOS);
		edit_typos(c->instruction, count, seed, &e);
		add_instruction(l, kind, "mistyped: ", e.text);
		edited_release(&e);
	}
	return 0;
}

static void add_orders(struct variants *l, const struct plan_item *p,
		       uint64_t seed)
{
	size_t n = (size_t)plan_number(p, ORDERS);
	struct variant *v = variant_row(
	    l, VARY_ORDER,
	    xasprintf("label order, %zu seed%s", n, n == 1 ? "" : "s"));

	v->member = xrealloc(v->member, n, sizeof(*v->member));
	v->n = n;
	for (size_t i = 0; i < n; i++) {
		if (i) {
			v->member[i] = (struct variant_member){0};
			extract_request_copy(&v->member[i].request,
					     variants_base(l));
		}
		v->member[i].request.relabel.shuffle = true;
		v->member[i].request.relabel.seed = rng_mix(seed, i);
	}
}

/* Label `name` of l in the schema's spelling, or NULL. */
static const char *spelling(const struct labels *l, const char *name)
{
	int i = labels_find(l, name, strlen(name));

	return i < 0 ? NULL : l->name[i];
}

/* A label that the task's instruction names, as the schema spells it. */
static const char *task_label(const struct schema *s,
			      const struct extract_request *r, const char *name)
{
	const char *event;
	int e;

	switch (r->task) {
	case TASK_MNER:
		return spelling(&s->entities, name);
	case TASK_MRE:
		return spelling(&s->relations, name);
	case TASK_MED:
		return spelling(&s->events, name);
	case TASK_MEAE:
		e = r->event
			? labels_find(&s->events, r->event, strlen(r->event))
			: -1;
		return spelling(schema_roles(s, e), name);
	case TASK_MEE:
		event = spelling(&s->events, name);
		return event ? event : spelling(&s->roles, name);
	}
	return NULL;
}

static void add_synonym(struct variants *l, const struct schema *s,
			const char *name, const char *word)
{
	const char *label = task_label(s, variants_base(l), name);
	struct relabel *r;
	struct variant *v;

	if (!label)
		return;
	v = variant_row(l, VARY_SYNONYM, xasprintf("%s -> %s", label, word));
	r = &variant_request(v)->relabel;
	labels_add(&r->from, label, strlen(label));
	labels_add(&r->to, word, strlen(word));
}

static int add_synonyms(struct variants *l, const char *path,
			const struct schema *s, struct err *err)
{
	struct labels lines = {0};
	const char *label, *word;
	int rc = path ? read_lines(path, &lines, err) : 0;

	for (size_t i = 0; !path && synonym(i, &label, &word); i++)
		add_synonym(l, s, label, word);
	for (size_t i = 0; i < lines.n && rc == 0; i++) {
		char *eq = strchr(lines.name[i], '=');
		struct span to;

		if (!eq) {
			rc = err_set(err, ERR_DATA,
				     "%s: \"%s\": \"label = word\" expected",
				     path, lines.name[i]);
			break;
		}
		*eq = '\0';
		to = span_trim(span_of(eq + 1));
		while (eq > lines.name[i] && eq[-1] == ' ')
			*--eq = '\0';
		if (to.len == 0 || memchr(to.s, ',', to.len))
			rc = err_set(err, ERR_DATA,
				     "%s: \"%s\": a word without a comma "
				     "expected behind =",
				     path, lines.name[i]);
		else
			add_synonym(l, s, lines.name[i], to.s);
	}
	labels_release(&lines);
	return rc;
}

static void add_cases(struct variants *l)
{
	struct edited e;

	for (int c = CASE_UPPER; c <= CASE_TITLE; c++) {
		struct variant *v = variant_row(
		    l, VARY_CASE,
		    xasprintf("%s case",
			      letter_case_name((enum letter_case)c)));

		edit_case(variants_base(l)->text, (enum letter_case)c, &e);
		variant_set_text(v, &e);
	}
}

/* `a` … `b`-1 of a text; caller's. */
static char *piece(const char *text, int32_t a, int32_t b)
{
	size_t n = strlen(text), from = utf8_offset(text, n, (size_t)a);

	return xstrndup(text + from, utf8_offset(text, n, (size_t)b) - from);
}

static int add_cut(struct variants *l, const char *value, struct err *err)
{
	const char *text = variants_base(l)->text;
	struct edited e;
	int32_t a, b;
	char *words;
	int rc = edit_find(text, value, &a, &b, err);

	if (rc < 0)
		return rc;
	edit_cut(text, a, b, &e);
	if (!*e.text) {
		edited_release(&e);
		return err_set(err, ERR_USAGE,
			       "span %s: nothing of the text would be left",
			       value);
	}
	words = piece(text, a, b);
	variant_set_text(
	    variant_row(l, VARY_SPAN, xasprintf("without \"%s\"", words)), &e);
	free(words);
	return 0;
}

static int add_text(struct variants *l, const struct plan_item *p,
		    uint64_t seed, struct err *err)
{
	const char *text = variants_base(l)->text;
	struct edited e;
	int count;

	switch (p->kind) {
	case VARY_CASE:
		add_cases(l);
		return 0;
	case VARY_SPAN:
		return add_cut(l, p->value, err);
	case VARY_STOP:
		edit_stop(text, &e);
		variant_set_text(
		    variant_row(l, p->kind,
				xstrdup("a full stop at the end, or not")),
		    &e);
		return 0;
	case VARY_PREFIX:
		edit_wrap(text, p->value, "", &e);
		variant_set_text(
		    variant_row(l, p->kind,
				xasprintf("in front: %s", p->value)),
		    &e);
		return 0;
	case VARY_SUFFIX:
		edit_wrap(text, "", p->value, &e);
		variant_set_text(
		    variant_row(l, p->kind, xasprintf("behind: %s", p->value)),
		    &e);
		return 0;
	default:
		count = (int)plan_number(p, TYPOS);
		edit_typos(text, count, seed, &e);
		variant_set_text(
		    variant_row(l, p->kind,
				xasprintf("%d typo%s in the text", count,
					  count == 1 ? "" : "s")),
		    &e);
		return 0;
	}
}

static int add_other(struct variants *l, const char *path,
		     const struct extract_request *other, struct err *err)
{
	struct extract_request *r;

	if (path && !file_exists(path))
		return err_set(err, ERR_DATA, "%s: no such picture", path);
	if (!path && !other)
		return err_set(err, ERR_USAGE,
			       "other wants a picture: there is no other "
			       "example to take one from");
	r = variant_request(
	    variant_row(l, VARY_OTHER,
			path ? xasprintf("picture %s", path)
			     : xstrdup("another example's picture")));
	set(&r->image, path ? path : other->image);
	set(&r->boxes_file, path ? NULL : other->boxes_file);
	r->boxes = path ? (struct regions){0} : other->boxes;
	r->boxes_relative = !path && other->boxes_relative;
	return 0;
}

void variants_add_boxes(struct variants *l, int n)
{
	for (int k = 1; k <= n; k++)
		variant_request(
		    variant_row(l, VARY_BOX, xasprintf("O%d masked", k)))
		    ->hidden = (uint64_t)1 << k;
}

static int add_box(struct variants *l, const char *value, int boxes,
		   struct err *err)
{
	struct variant *v;
	char *end;
	long k;

	if (!value || strcmp(value, "all") == 0) {
		variants_add_boxes(l, boxes);
		return 0;
	}
	k = strtol(value + (*value == 'O'), &end, 10);
	if (*end || k < 1 || k > ALL_BOXES)
		return err_set(err, ERR_USAGE,
			       "box %s: all, or the number of a box expected",
			       value);
	if (boxes && k > boxes)
		return err_set(err, ERR_USAGE, "no box %ld: the picture has %d",
			       k, boxes);
	v = variant_row(l, VARY_BOX, xasprintf("O%ld masked", k));
	snprintf(v->id, sizeof(v->id), "b%ld", k);
	variant_request(v)->hidden = (uint64_t)1 << k;
	return 0;
}

static int add_image(struct variants *l, const struct plan_item *p,
		     const struct variant_context *c, struct err *err)
{
	switch (p->kind) {
	case VARY_OTHER:
		return add_other(l, p->value, c->other, err);
	case VARY_BOX:
		return add_box(l, p->value, c->boxes, err);
	default:
		variant_request(
		    variant_row(l, VARY_OFF, xstrdup("image off (g := 0)")))
		    ->gate = GATE_SET_OFF;
		return 0;
	}
}

/* Why the base cannot have this variation, or NULL. */
static const char *obstacle(const struct variants *l, enum variation kind)
{
	const struct extract_request *base = variants_base(l);

	switch (variation_group_of(kind)) {
	case VARY_INSTRUCTION:
		return base->task == TASK_MEE
			   ? "mee asks with the instructions of med and "
			     "meae: probe one of those"
			   : NULL;
	case VARY_IMAGE:
		return !base->image ? "there is no picture" : NULL;
	case VARY_LABELS:
	case VARY_TEXT:
		break;
	}
	return NULL;
}

static int make(struct variants *l, const struct plan_item *p, uint64_t seed,
		const struct variant_context *c, struct err *err)
{
	switch (variation_group_of(p->kind)) {
	case VARY_INSTRUCTION:
		return add_instr(l, p->kind, p, seed, c, err);
	case VARY_LABELS:
		if (p->kind == VARY_SYNONYM)
			return add_synonyms(l, p->value, c->schema, err);
		add_orders(l, p, seed);
		return 0;
	case VARY_TEXT:
		return add_text(l, p, seed, err);
	case VARY_IMAGE:
		return add_image(l, p, c, err);
	}
	return 0;
}

int variants_make(struct variants *l, const struct plan *p, bool strict,
		  const struct variant_context *c, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && rc == 0; i++) {
		const struct plan_item *item = &p->item[i];
		const char *why = obstacle(l, item->kind);

		if (why && strict)
			return err_set(err, ERR_USAGE, "%s: %s",
				       variation_name(item->kind), why);
		if (!why)
			rc = make(l, item, rng_mix(p->seed, i), c, err);
	}
	return rc;
}
