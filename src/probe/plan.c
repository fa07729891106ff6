#include "src/probe/plan.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

enum { PLAN_FILE = 1 << 20, PLAN_ITEMS = 200, NUMBER_MAX = 100 };

static const struct row {
	const char *name;
	char letter;
	enum variation_group group;
	const char *arg;
	bool standard;
	const char *what;
} rows[] = {
#define VARIATION_ROW(upper, name, letter, group, arg, standard, what) \
	{name, letter, VARY_##group, arg, standard, what},
    VARIATIONS(VARIATION_ROW)
#undef VARIATION_ROW
};

const char *variation_name(enum variation v)
{
	return v == VARY_BASE ? "base" : rows[v].name;
}

char variation_letter(enum variation v)
{
	return v == VARY_BASE ? 'i' : rows[v].letter;
}

const char *variation_arg(enum variation v)
{
	return rows[v].arg;
}

const char *variation_help(enum variation v)
{
	return rows[v].what;
}

enum variation_group variation_group_of(enum variation v)
{
	return v == VARY_BASE ? VARY_INSTRUCTION : rows[v].group;
}

static int find(const char *name, size_t n)
{
	for (int i = 0; i < VARIATION_KINDS; i++)
		if (strlen(rows[i].name) == n &&
		    memcmp(rows[i].name, name, n) == 0)
			return i;
	return -1;
}

static int check_value(const struct row *r, const char *value, struct err *err)
{
	bool number = strcmp(r->arg, "[N]") == 0;
	char *end;
	long v;

	if (!value)
		return *r->arg && *r->arg != '['
			   ? err_set(err, ERR_USAGE, "%s wants a value: %s",
				     r->name, r->arg)
			   : 0;
	if (utf8_valid(value, strlen(value)) < strlen(value))
		return err_set(err, ERR_USAGE, "%s: the value is not UTF-8",
			       r->name);
	if (!*r->arg)
		return err_set(err, ERR_USAGE, "%s takes no value (%s)",
			       r->name, value);
	if (!number)
		return 0;
	v = strtol(value, &end, 10);
	if (end == value || *end || v < 1 || v > NUMBER_MAX)
		return err_set(err, ERR_USAGE,
			       "%s %s: a whole number from 1 to %d expected",
			       r->name, value, NUMBER_MAX);
	return 0;
}

int plan_add(struct plan *p, const char *name, const char *value,
	     struct err *err)
{
	int k = find(name, strlen(name));

	if (k < 0)
		return err_set(err, ERR_USAGE,
			       "no variation %s; there are instr, named, "
			       "paraphrase, none, mistype, order, synonym, "
			       "typo, case, stop, prefix, suffix, span, off, "
			       "other, box",
			       name);
	if (check_value(&rows[k], value, err) < 0)
		return -(int)err->code;
	if (p->n == PLAN_ITEMS)
		return err_set(err, ERR_USAGE, "more than %d variations",
			       PLAN_ITEMS);
	p->item = xgrow(p->item, p->n, &p->cap, sizeof(*p->item));
	p->item[p->n++] =
	    (struct plan_item){(enum variation)k, xstrdup_null(value)};
	return 0;
}

int plan_words(struct plan *p, const char *const *word, int n, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++) {
		const char *eq = strchr(word[i], '=');
		bool named = eq && find(word[i], (size_t)(eq - word[i])) >= 0;
		char *name = named ? xstrndup(word[i], (size_t)(eq - word[i]))
				   : xstrdup(word[i]);
		const char *value = named ? eq + 1 : NULL;

		if (!named && i + 1 < n &&
		    find(word[i + 1], strcspn(word[i + 1], "=")) < 0)
			value = word[++i];
		rc = plan_add(p, name, value, err);
		free(name);
	}
	return rc;
}

int plan_read(struct plan *p, const char *path, struct err *err)
{
	struct str text = {0};
	char *line, *save = NULL;
	int rc = file_read(path, PLAN_FILE, &text, err);
	size_t number = 0;

	if (rc < 0) {
		str_release(&text);
		return err_recode(err, ERR_DATA);
	}
	for (line = text.len ? strtok_r(text.s, "\n", &save) : NULL;
	     line && rc == 0; line = strtok_r(NULL, "\n", &save)) {
		char *value = line + strcspn(line, " \t\r");

		number++;
		if (*line == '#' || value == line)
			continue;
		if (*value)
			*value++ = '\0';
		value += strspn(value, " \t\r");
		value[strcspn(value, "\r")] = '\0';
		rc = plan_add(p, line, *value ? value : NULL, err);
		if (rc < 0)
			err_context(err, "%s, variation %zu", path, number);
	}
	str_release(&text);
	return rc < 0 ? err_recode(err, ERR_DATA) : 0;
}

void plan_standard(struct plan *p)
{
	struct err err;

	for (int i = 0; i < VARIATION_KINDS; i++)
		if (rows[i].standard &&
		    plan_add(p, rows[i].name, NULL, &err) < 0)
			bug("%s", err.text);
}

void plan_copy(struct plan *to, const struct plan *from)
{
	*to = (struct plan){.seed = from->seed, .hold_gate = from->hold_gate};
	for (size_t i = 0; i < from->n; i++) {
		const char *value = from->item[i].value;

		to->item = xgrow(to->item, to->n, &to->cap, sizeof(*to->item));
		to->item[to->n++] =
		    (struct plan_item){from->item[i].kind, xstrdup_null(value)};
	}
}

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->item[i].value);
	free(p->item);
	*p = (struct plan){0};
}

void plan_print(const struct plan *p, struct str *out)
{
	str_addf(out, "# seed %llu%s\n", (unsigned long long)p->seed,
		 p->hold_gate ? ", the gate held at the base's own value" : "");
	for (size_t i = 0; i < p->n; i++)
		str_addf(out, "%s%s%s\n", rows[p->item[i].kind].name,
			 p->item[i].value ? " " : "",
			 p->item[i].value ? p->item[i].value : "");
}

long plan_number(const struct plan_item *i, long fallback)
{
	return i->value ? strtol(i->value, NULL, 10) : fallback;
}
