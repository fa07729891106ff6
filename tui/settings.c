#include "tui/settings.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tui/kind.h"

enum { WHO_ANY, WHO_OWN };

static const struct setting_row ROWS[] = {
#define SETTING_ROW(upper, name, type, lo, hi, value, words, who, prose) \
	[SET_##upper] = {name,  SETTING_##type, lo,        hi,           \
			 value, words,          WHO_##who, prose},
    SETTINGS(SETTING_ROW)
#undef SETTING_ROW
};

const struct setting_row *setting_row(enum setting s)
{
	return &ROWS[s];
}

bool setting_find(const char *name, enum setting *out)
{
	for (int k = 0; k < SETTINGS_END; k++)
		if (strcmp(ROWS[k].name, name) == 0) {
			*out = (enum setting)k;
			return true;
		}
	return false;
}

const char *setting_source_name(enum setting_source from)
{
	static const char *const name[] = {
#define SOURCE_NAME(upper, text) [FROM_##upper] = text,
	    SETTING_SOURCES(SOURCE_NAME)
#undef SOURCE_NAME
	};

	return name[from];
}

void settings_init(struct settings *s)
{
	*s = (struct settings){0};
	for (int k = 0; k < SETTINGS_END; k++)
		s->value[k] = xstrdup(ROWS[k].fallback);
}

void settings_release(struct settings *s)
{
	for (int k = 0; k < SETTINGS_END; k++)
		free(s->value[k]);
	*s = (struct settings){0};
}

static bool in_list(const char *words, const char *value)
{
	struct span rest = span_of(words), word;
	bool placeholder;

	while (usage_word(&rest, &word, &placeholder))
		if (span_eq(word, value))
			return true;
	return false;
}

static int expected(const struct setting_row *r, const char *value,
		    const char *what, struct err *err)
{
	return err_set(err, ERR_USAGE, "set %s %s: %s expected", r->name, value,
		       what);
}

static int check(const struct setting_row *r, const char *value,
		 struct err *err)
{
	char range[80], *end;
	double v;

	switch (r->type) {
	case SETTING_SWITCH:
	case SETTING_CHOICE:
		return in_list(r->words, value)
			   ? 0
			   : expected(r, value, r->words, err);
	case SETTING_WHOLE:
	case SETTING_NUMBER:
		v = strtod(value, &end);
		if (end != value && !*end && v >= r->lo && v <= r->hi &&
		    (r->type == SETTING_NUMBER || floor(v) == v))
			return 0;
		snprintf(range, sizeof(range), "a %snumber from %g to %g",
			 r->type == SETTING_WHOLE ? "whole " : "", r->lo,
			 r->hi);
		return expected(r, value, range, err);
	case SETTING_WORDS:
		return value[utf8_valid(value, strlen(value))]
			   ? expected(r, "…", "UTF-8", err)
			   : 0;
	}
	bug("setting %s has no type", r->name);
}

int settings_set(struct settings *s, const char *name, const char *value,
		 enum setting_source from, struct err *err)
{
	enum setting k;
	int rc;

	if (!setting_find(name, &k))
		return err_set(err, ERR_USAGE,
			       "no setting %s (`set` lists them)", name);
	if (from == FROM_PROJECT && ROWS[k].own)
		return err_set(err, ERR_USAGE,
			       "set %s: it names a program to run, so a file "
			       "of this folder may not choose it",
			       name);
	rc = check(&ROWS[k], value, err);
	if (rc < 0 || s->from[k] > from)
		return rc;
	free(s->value[k]);
	s->value[k] = xstrdup(value);
	s->from[k] = from;
	return 0;
}

int settings_environment(struct settings *s, struct err *err)
{
	int rc = 0;

	for (int k = 0; k < SETTINGS_END && rc == 0; k++) {
		char *name = xasprintf("UMIE_%s", ROWS[k].name);
		const char *value;

		for (char *c = name; *c; c++)
			*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
		value = getenv(name);
		/* UMIE_PLAIN=1: any value but an empty one switches on. */
		if (value && *value && ROWS[k].type == SETTING_SWITCH &&
		    !in_list(ROWS[k].words, value))
			value = strcmp(value, "0") == 0 ? "off" : "on";
		if (value && *value)
			rc = settings_set(s, ROWS[k].name, value,
					  FROM_ENVIRONMENT, err);
		if (rc < 0)
			err_context(err, "environment, %s", name);
		free(name);
	}
	return rc;
}

bool settings_on(const struct settings *s, enum setting k)
{
	return strcmp(s->value[k], "on") == 0;
}

long settings_whole(const struct settings *s, enum setting k)
{
	return (long)strtod(s->value[k], NULL);
}

const char *settings_text(const struct settings *s, enum setting k)
{
	return s->value[k];
}

const char *settings_given(const struct settings *s, enum setting k)
{
	return s->from[k] == FROM_DEFAULT ? NULL : settings_text(s, k);
}

void settings_line(const struct settings *s, enum setting k, bool prose,
		   struct str *out)
{
	const struct setting_row *r = &ROWS[k];

	str_addf(out, "%-12s %-14s %s", r->name,
		 *s->value[k] ? s->value[k] : "(empty)",
		 setting_source_name(s->from[k]));
	if (!prose)
		return;
	str_addf(out, "\n  %s\n  %s", r->prose, r->words);
	if (r->type == SETTING_WHOLE || r->type == SETTING_NUMBER)
		str_addf(out, " from %g to %g", r->lo, r->hi);
	if (*r->fallback)
		str_addf(out, "; default %s", r->fallback);
}
