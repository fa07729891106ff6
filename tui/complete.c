#include "tui/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/instr.h"
#include "tui/ui.h"
#include "tui/words.h"

/* The word at the cursor and where it stands. */
struct cursor {
	const struct app *app;
	const char *text; /* n bytes of it */
	size_t n;
	bool quoted;
	char **before; /* the words of the command before it, name excluded */
	int n_before;
	struct completion *out;
};

void completion_release(struct completion *c)
{
	labels_release(&c->word);
	*c = (struct completion){0};
}

/* `name` behind `head` bytes of the text that stay as they are. */
static void offer_behind(struct cursor *at, size_t head, const char *name,
			 size_t len)
{
	struct str word = {0};

	str_addn(&word, at->text, head);
	for (size_t i = 0; i < len; i++) {
		if (!at->quoted && strchr(" \t\"'\\", name[i]))
			str_addc(&word, '\\');
		str_addc(&word, name[i]);
	}
	if (word.len >= at->n && memcmp(word.s, at->text, at->n) == 0)
		labels_add(&at->out->word, word.s, word.len);
	str_release(&word);
}

static void offer(struct cursor *at, const char *name)
{
	offer_behind(at, 0, name, strlen(name));
}

/* "a,b,c": what is before the last comma stays. */
static void offer_in_list(struct cursor *at, const char *name)
{
	const char *comma = memrchr(at->text, ',', at->n);

	offer_behind(at, comma ? (size_t)(comma + 1 - at->text) : 0, name,
		     strlen(name));
}

static void offer_labels(struct cursor *at, const struct labels *l)
{
	for (size_t i = 0; i < l->n; i++)
		offer_in_list(at, l->name[i]);
}

static const struct labels *labels_of_task(const struct app *app)
{
	switch (app->request.task) {
	case TASK_MNER:
		return app->request.own ? &app->request.labels
					: &app->report.schema.entities;
	case TASK_MRE:
		return &app->report.schema.relations;
	case TASK_MED:
	case TASK_MEE:
		return &app->report.schema.events;
	case TASK_MEAE:
		return &app->report.schema.roles;
	}
	bug("task %d has no labels", (int)app->request.task);
}

static void offer_commands(struct cursor *at)
{
	for (size_t i = 0; COMMANDS[i]; i++)
		if (COMMANDS[i]->flags & CMD_LIVE)
			offer(at, COMMANDS[i]->name);
}

static void offer_words(struct cursor *at, struct span place);

static void offer_value(struct cursor *at)
{
	enum setting k;

	if (at->n_before && setting_find(at->before[at->n_before - 1], &k))
		offer_words(at, span_of(setting_row(k)->words));
}

static void offer_sessions(struct cursor *at)
{
	struct labels name = {0};
	struct err err; /* no names is no completion */

	if (session_list(&name, &err) == 0)
		for (size_t i = 0; i < name.n; i++)
			offer(at, name.name[i]);
	labels_release(&name);
}

static void offer_instructions(struct cursor *at)
{
	struct labels name;

	if (!at->app)
		return;
	instr_names(at->app, &name);
	offer(at, "now");
	for (size_t i = 0; i < name.n; i++)
		offer(at, name.name[i]);
	labels_release(&name);
}

static void offer_kind(struct cursor *at, enum arg_kind kind)
{
	const struct schema *s = at->app ? &at->app->report.schema : NULL;
	const char *name;

	switch (kind) {
	case KIND_FILE:
	case KIND_DIR:
		at->out->files = true;
		break;
	case KIND_TASK:
		for (int t = 0; t <= TASK_MEE; t++)
			offer(at, task_name((enum task)t));
		offer(at, TASK_OWN);
		break;
	case KIND_ENTITY:
		if (s)
			offer_labels(at, &s->entities);
		break;
	case KIND_RELATION:
		if (s)
			offer_labels(at, &s->relations);
		break;
	case KIND_EVENT:
		if (s)
			offer_labels(at, &s->events);
		break;
	case KIND_ROLE:
		if (s)
			offer_labels(at, &s->roles);
		break;
	case KIND_LABEL:
		if (s)
			offer_labels(at, labels_of_task(at->app));
		break;
	case KIND_COMMAND:
		offer_commands(at);
		break;
	case KIND_SETTING:
		for (int k = 0; k < SETTINGS_END; k++)
			offer(at, setting_row((enum setting)k)->name);
		break;
	case KIND_VALUE:
		offer_value(at);
		break;
	case KIND_PANE:
		offer(at, "all");
		for (int i = 0; i < PANES; i++)
			offer(at, pane_name((enum pane_id)i));
		break;
	case KIND_KEY:
		for (size_t i = 0; (name = keymap_word(i)); i++)
			offer_in_list(at, name);
		break;
	case KIND_SESSION:
		offer_sessions(at);
		break;
	case KIND_INSTR:
		offer_instructions(at);
		break;
	case KIND_WORDS:
	case KIND_FREE:
	case KIND_LINE: /* see arguments() */
	case KINDS:
		break;
	}
}

/* "seed:" of "seed:N": what follows is for the person to type. */
static size_t fixed_part(struct span word)
{
	const char *colon = memrchr(word.s, ':', word.len);

	return colon ? (size_t)(colon + 1 - word.s) : word.len;
}

/* The alternatives of one place: words, and what placeholders stand for. */
static void offer_words(struct cursor *at, struct span place)
{
	struct span word;
	enum arg_kind kind;
	bool placeholder;

	while (usage_word(&place, &word, &placeholder)) {
		if (placeholder) {
			if (kind_of_placeholder(word, &kind))
				offer_kind(at, kind);
			continue;
		}
		offer_behind(at, 0, word.s, fixed_part(word));
	}
}

static void offer_options(struct cursor *at, const struct cmd *c)
{
	for (const struct option *o = c->options; o && o->name; o++) {
		char *name = xasprintf("--%s", o->name);

		offer(at, name);
		free(name);
	}
}

/* The row that `word` names: "--gate" or "-m"; NULL: none. */
static const struct option *option_of(const struct cmd *c, const char *word)
{
	size_t n = strcspn(word, "=");

	for (const struct option *o = c->options; o && o->name; o++)
		if (word[1] == '-'
			? strlen(o->name) == n - 2 &&
			      memcmp(o->name, word + 2, n - 2) == 0
			: o->letter && word[1] == o->letter && !word[2])
			return o;
	return NULL;
}

static void offer_option_value(struct cursor *at, const struct option *o)
{
	if (!o || !o->arg)
		return;
	offer_words(at, span_of(o->arg));
	if (o->kind != KIND_WORDS)
		offer_kind(at, o->kind);
}

/* Behind `--name=`, the word being typed; or behind `--name`. */
static const struct option *pending(struct cursor *at, const struct cmd *c,
				    const char *word, size_t n)
{
	const struct option *o;
	char *s;

	if (n > 2 && word[0] == '-' && word[1] == '-' && memchr(word, '=', n)) {
		s = xstrndup(word, n);
		o = option_of(c, s);
		free(s);
		return o;
	}
	if (!at->n_before || at->before[at->n_before - 1][0] != '-' ||
	    strchr(at->before[at->n_before - 1], '=') ||
	    !at->before[at->n_before - 1][1])
		return NULL;
	o = option_of(c, at->before[at->n_before - 1]);
	return o && o->arg ? o : NULL;
}

/* How many of the words before are arguments, options and values aside. */
static int place_of(const struct cursor *at, const struct cmd *c)
{
	int n = 0;

	for (int i = 0; i < at->n_before; i++) {
		const char *w = at->before[i];
		const struct option *o;

		if (c->raw || w[0] != '-' || !w[1]) {
			n++;
			continue;
		}
		o = option_of(c, w);
		if (o && o->arg && !strchr(w, '='))
			i++;
	}
	return n;
}

/* `word` is all that is typed of it, `at` what completion looks at. */
static void arguments(struct cursor *at, const struct cmd *c, const char *word,
		      size_t n)
{
	const struct option *o = c->raw ? NULL : pending(at, c, word, n);
	enum arg_kind kind;
	char *place;

	if (o) {
		offer_option_value(at, o);
		return;
	}
	if (!c->raw && n && word[0] == '-') {
		offer_options(at, c);
		return;
	}
	place = args_place(c, place_of(at, c), &kind);
	offer_words(at, span_of(place));
	if (kind != kind_of_place(span_of(place)))
		offer_kind(at, kind);
	free(place);
}

/* Bytes up to the argument of kind LINE; 0: there is none before `end`. */
static size_t inner_line(const struct cmd *c, const char *s, size_t end)
{
	enum arg_kind kind;
	size_t at = 0;

	for (int n = 0; at < end; n++) {
		at += strspn(s + at, " \t");
		free(args_place(c, n, &kind));
		if (kind == KIND_LINE)
			return MIN(at, end);
		if (kind == KIND_WORDS && n >= KINDS_MAX)
			return 0;
		at += strcspn(s + at, " \t");
	}
	return 0;
}

void complete_kind(const struct app *app, enum arg_kind kind, const char *text,
		   size_t n, struct completion *out)
{
	struct cursor at = {app, text, n, false, NULL, 0, out};

	*out = (struct completion){0};
	offer_kind(&at, kind);
}

void complete(const struct app *app, const char *line, size_t start, size_t end,
	      struct completion *out)
{
	struct cursor at = {app, line + start, end - start, false, NULL,
			    0,   out};
	char *copy = xstrndup(line, end), *word[ARGS_MAX], quote;
	size_t name = strspn(copy, " \t:"), rest, from, inner;
	const struct cmd *c;
	struct err err;

	*out = (struct completion){0};
	rest = name + strcspn(copy + name, " \t");
	c = cmd_of_line(copy);
	if (start <= name || start < rest || (start == rest && end == rest)) {
		offer_commands(&at);
		goto done;
	}
	if (!c)
		goto done;
	inner = inner_line(c, copy + rest, start - rest);
	if (inner) {
		complete(app, line + rest + inner, start - rest - inner,
			 end - rest - inner, out);
		goto done;
	}
	from = rest + words_last(copy + rest, start - rest, &quote);
	at.quoted = quote != 0;
	/* What stands before is taken apart; the last word is not ended. */
	copy[from ? from - 1 : 0] = '\0';
	at.n_before =
	    from > rest ? words_split(copy + rest, word, ARGS_MAX, &err) : 0;
	at.n_before = MAX(at.n_before, 0);
	at.before = word;
	arguments(&at, c, line + from, end - from);
done:
	free(copy);
}
