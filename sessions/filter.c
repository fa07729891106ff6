#include "sessions/filter.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

enum { DEPTH_MAX = 50, WORD_MAX = 64 };

enum field {
#define FIELD_ENUM(upper, lower, type, what) FIELD_##upper,
	FILTER_FIELDS(FIELD_ENUM)
#undef FIELD_ENUM
	    FIELDS
};

static const struct {
	const char *name;
	char type; /* N number, W word, T text */
} fields[] = {
#define FIELD_ROW(upper, lower, type, what) {#lower, #type[0]},
    FILTER_FIELDS(FIELD_ROW)
#undef FIELD_ROW
};

enum op { OP_AND, OP_OR, OP_NOT, EQ, NE, LT, LE, GT, GE, HAS, HAS_NOT };

static const struct {
	const char *sign;
	enum op op;
} signs[] = {
    {"!=", NE}, {"<=", LE}, {">=", GE}, {"!~", HAS_NOT},
    {"=", EQ},  {"<", LT},  {">", GT},  {"~", HAS},
};

struct filter {
	enum op op;
	struct filter *a, *b; /* AND, OR; NOT: a */
	enum field field;     /* comparisons */
	double number;
	char *text; /* owned; of words and texts */
};

struct parser {
	const char *expr, *at;
	const struct state *s;
	int depth; /* parentheses, nots and slices */
	struct err *err;
};

void filter_free(struct filter *f)
{
	if (!f)
		return;
	filter_free(f->a);
	filter_free(f->b);
	free(f->text);
	free(f);
}

static struct filter *node(enum op op, struct filter *a, struct filter *b)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->op = op;
	f->a = a;
	f->b = b;
	return f;
}

/* "filter: character 7: …"; NULL. */
__attribute__((format(printf, 2, 3))) static struct filter *
wrong(struct parser *p, const char *fmt, ...)
{
	size_t bytes = (size_t)(p->at - p->expr);
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(p->err, ERR_USAGE, "filter: character %zu: %s",
		utf8_count(p->expr, bytes) + 1, what);
	return NULL;
}

static void blank(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

/* Bytes of the word at the cursor. */
static size_t word_length(const struct parser *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p->at[n]) || p->at[n] == '_' ||
	       p->at[n] == '-')
		n++;
	return n;
}

static bool take_word(struct parser *p, const char *word)
{
	size_t n = word_length(p);

	if (n != strlen(word) || strncmp(p->at, word, n) != 0)
		return false;
	p->at += n;
	blank(p);
	return true;
}

static char *field_names(void)
{
	struct str s = {0};

	for (int i = 0; i < FIELDS; i++)
		str_addf(&s, "%s%s", i ? ", " : "", fields[i].name);
	return str_detach(&s);
}

static bool take_sign(struct parser *p, enum op *op)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t n = strlen(signs[i].sign);

		if (strncmp(p->at, signs[i].sign, n) != 0)
			continue;
		*op = signs[i].op;
		p->at += n;
		blank(p);
		return true;
	}
	return false;
}

/* A quoted string or a run of other characters; the caller's; or NULL. */
static char *take_value(struct parser *p)
{
	char quote = *p->at;
	const char *from = p->at + 1, *end;
	size_t n;

	if (quote == '"' || quote == '\'') {
		end = strchr(from, quote);
		if (!end) {
			wrong(p, "the quote is not closed");
			return NULL;
		}
		p->at = end + 1;
		blank(p);
		return xstrndup(from, (size_t)(end - from));
	}
	from = p->at;
	n = strcspn(from, " \t\n()");
	if (n == 0) {
		wrong(p, "a value expected");
		return NULL;
	}
	p->at += n;
	blank(p);
	return xstrndup(from, n);
}

static bool allowed(char type, enum op op)
{
	if (op == EQ || op == NE)
		return true;
	return type == 'N' ? op >= LT && op <= GE : type == 'T' && op >= HAS;
}

static struct filter *comparison(struct parser *p, enum field field)
{
	char type = fields[field].type, *end;
	const char *at = p->at;
	struct filter *f;
	enum op op;

	if (!take_sign(p, &op))
		return wrong(p, "one of = != < <= > >= ~ expected after %s",
			     fields[field].name);
	if (!allowed(type, op)) {
		p->at = at;
		return wrong(p, "%s is compared with %s", fields[field].name,
			     type == 'N'   ? "= != < <= > >="
			     : type == 'W' ? "= !="
					   : "= != ~ !~");
	}
	f = node(op, NULL, NULL);
	f->field = field;
	at = p->at;
	f->text = take_value(p);
	if (f->text && type == 'N') {
		f->number = strtod(f->text, &end);
		if (end == f->text || *end || !isfinite(f->number)) {
			p->at = at;
			wrong(p, "a number expected, not %.40s", f->text);
			filter_free(f);
			return NULL;
		}
	}
	if (f->text)
		return f;
	filter_free(f);
	return NULL;
}

static struct filter *expression(struct parser *p);

static const char *find_slice(const struct parser *p, const char *name)
{
	for (size_t i = 0; p->s && i < p->s->n_slices; i++)
		if (strcmp(p->s->slice[i].name, name) == 0)
			return p->s->slice[i].expr;
	return NULL;
}

static struct filter *slice(struct parser *p, const char *name,
			    const char *expr)
{
	struct parser inner = {expr, expr, p->s, p->depth + 1, p->err};
	struct filter *f;

	blank(&inner);
	f = expression(&inner);
	if (f && *inner.at) {
		filter_free(f);
		f = wrong(&inner, "and, or or the end expected");
	}
	if (!f && p->depth == 0)
		err_context(p->err, "slice %s", name);
	return f;
}

/* A field with its comparison, "flag" alone, or the name of a slice. */
static struct filter *named(struct parser *p)
{
	char name[WORD_MAX + 1], *names;
	size_t n = word_length(p);
	const char *expr;
	struct filter *f;

	if (n == 0 || n > WORD_MAX)
		return wrong(p, "a field, a slice, not or ( expected");
	memcpy(name, p->at, n);
	name[n] = '\0';
	for (int i = 0; i < FIELDS; i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		p->at += n;
		blank(p);
		if (i == FIELD_FLAG && (!*p->at || !strchr("=!<>", *p->at))) {
			f = node(NE, NULL, NULL);
			f->field = FIELD_FLAG;
			return f;
		}
		return comparison(p, (enum field)i);
	}
	expr = find_slice(p, name);
	if (!expr) {
		names = field_names();
		f = wrong(p, "no field or slice %s; the fields are %s", name,
			  names);
		free(names);
		return f;
	}
	f = slice(p, name, expr);
	p->at += n;
	blank(p);
	return f;
}

static struct filter *factor(struct parser *p)
{
	struct filter *f;

	if (p->depth >= DEPTH_MAX)
		return wrong(p, "more than %d levels", DEPTH_MAX);
	if (take_word(p, "not")) {
		p->depth++;
		f = factor(p);
		p->depth--;
		return f ? node(OP_NOT, f, NULL) : NULL;
	}
	if (*p->at != '(')
		return named(p);
	p->at++;
	blank(p);
	p->depth++;
	f = expression(p);
	p->depth--;
	if (f && *p->at != ')') {
		filter_free(f);
		return wrong(p, "a ) expected");
	}
	if (f) {
		p->at++;
		blank(p);
	}
	return f;
}

/* Factors joined by `word`. */
static struct filter *joined(struct parser *p, const char *word, enum op op,
			     struct filter *(*part)(struct parser *p))
{
	struct filter *f = part(p), *more;

	while (f && take_word(p, word)) {
		more = part(p);
		if (!more) {
			filter_free(f);
			return NULL;
		}
		f = node(op, f, more);
	}
	return f;
}

static struct filter *term(struct parser *p)
{
	return joined(p, "and", OP_AND, factor);
}

static struct filter *expression(struct parser *p)
{
	return joined(p, "or", OP_OR, term);
}

int filter_parse(struct filter **out, const char *expr, const struct state *s,
		 struct err *err)
{
	struct parser p = {expr, expr, s, 0, err};
	struct filter *f;

	*out = NULL;
	if (expr[utf8_valid(expr, strlen(expr))])
		return err_set(err, ERR_USAGE, "filter: not UTF-8");
	blank(&p);
	if (!*p.at)
		return 0;
	f = expression(&p);
	if (f && *p.at) {
		filter_free(f);
		f = wrong(&p, "and, or or the end expected");
	}
	*out = f;
	return f ? 0 : -(int)err->code;
}

/* --- matching ----------------------------------------------------------------
 */

static int count_items(const struct session_example *e, bool absent)
{
	int n = 0;

	for (size_t i = 0; i < e->n_items; i++)
		n += (e->item[i].layers & LAYER_MODEL) &&
		     (!absent || item_unplaced(&e->item[i]));
	return n;
}

static double number_of(const struct session_example *e, enum field f)
{
	switch (f) {
	case FIELD_GATE:
		return e->reply ? (double)e->reply->g_used : NAN;
	case FIELD_UNC:
		return (double)e->uncertainty;
	case FIELD_N:
		return e->reply ? count_items(e, false) : NAN;
	case FIELD_LENGTH:
		return (double)utf8_count(e->ex.text, strlen(e->ex.text));
	case FIELD_DISAGREE:
		return e->disagree;
	case FIELD_CONFLICTS:
		return e->conflicts;
	case FIELD_FLIPS:
		return e->flips;
	case FIELD_ABSENT:
		return count_items(e, true);
	case FIELD_NUMBER:
		return e->number;
	case FIELD_FLAG:
		return e->flag;
	default:
		return NAN;
	}
}

static const char *text_of(const struct session_example *e, enum field f)
{
	static const char *const states[] = {"todo", "done", "skipped"};

	switch (f) {
	case FIELD_TASK:
		return task_called(e->ex.task, e->ex.own);
	case FIELD_SPLIT:
		return e->ex.split ? e->ex.split : "";
	case FIELD_STATE:
		return states[e->progress];
	case FIELD_ID:
		return e->ex.id;
	case FIELD_TEXT:
		return e->ex.text;
	case FIELD_NOTE:
		return e->note ? e->note : "";
	default:
		return "";
	}
}

/* What is not known equals nothing and is on neither side of a number. */
static bool compare_number(enum op op, double a, double b)
{
	switch (op) {
	case EQ:
		return a == b;
	case NE:
		return a != b;
	case LT:
		return a < b;
	case LE:
		return a <= b;
	case GT:
		return a > b;
	case GE:
		return a >= b;
	default:
		return false;
	}
}

bool filter_match(const struct filter *f, const struct session_example *e)
{
	if (!f)
		return true;
	switch (f->op) {
	case OP_AND:
		return filter_match(f->a, e) && filter_match(f->b, e);
	case OP_OR:
		return filter_match(f->a, e) || filter_match(f->b, e);
	case OP_NOT:
		return !filter_match(f->a, e);
	default:
		break;
	}
	if (fields[f->field].type == 'N')
		return compare_number(f->op, number_of(e, f->field), f->number);
	switch (f->op) {
	case EQ:
		return strcmp(text_of(e, f->field), f->text) == 0;
	case NE:
		return strcmp(text_of(e, f->field), f->text) != 0;
	case HAS:
		return strstr(text_of(e, f->field), f->text) != NULL;
	case HAS_NOT:
		return !strstr(text_of(e, f->field), f->text);
	default:
		return false;
	}
}
