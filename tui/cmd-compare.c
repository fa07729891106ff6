/* :compare: another checkpoint, two instructions, or another example, beside
 * what is edited. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/demo.h"
#include "tui/here.h"
#include "tui/instr.h"
#include "tui/probe-view.h"
#include "tui/vary.h"

static const struct option OPTIONS[] = {
    {"on", 0, "current|set", "what is edited (default), or the session's set"},
    DATA_OPTION,
    {"seed", 0, "N", "of the resampling (0)"},
    {NULL, 0, NULL, NULL},
};

static bool over_set(const struct args *a)
{
	const char *on = args_get(a, "on");

	return args_has(a, "data") || (on && strcmp(on, "set") == 0);
}

static bool has_text(const struct app *app, struct err *err)
{
	if (!*app->request.text)
		err_set(err, ERR_USAGE, "there is no text yet");
	return *app->request.text != '\0';
}

/* --- two checkpoints ------------------------------------------------------ */

/* "compare i3" and "compare example" lack their other half. */
static int check_alone(const struct app *app, const char *word, struct err *err)
{
	char *found = NULL;
	bool known;

	if (app->replaying || file_exists(word))
		return 0;
	if (strcmp(word, "example") == 0)
		return err_set(err, ERR_USAGE,
			       "compare example: the number or name of an "
			       "example expected");
	known = instr_find(app, word, &found);
	free(found);
	return known ? err_set(err, ERR_USAGE,
			       "compare %s: two instructions expected "
			       "(compare now %s)",
			       word, word)
		     : 0;
}

static int with_checkpoint(struct app *app, const struct args *a,
			   const struct plan *p, struct err *err)
{
	struct set_options set = {
	    .kind = SET_COMPARE, .plan = p, .second = a->pos[0]};

	if (check_alone(app, a->pos[0], err) < 0)
		return -(int)err->code;
	if (over_set(a))
		return vary_set(app, a, &set, err);
	if (!has_text(app, err))
		return -(int)err->code;
	return probe_view_start(app, compare_call(&app->request, a->pos[0]),
				err);
}

/* --- two instructions ----------------------------------------------------- */

/* A row of the variants table that changes something else than that. */
static bool is_other_variant(const struct app *app, const char *word)
{
	const struct probe_table *t = app->probe ? app->probe->table : NULL;
	int i = t ? probe_find(t, word) : -1;

	return i >= 0 && variation_group_of(t->row[i].kind) != VARY_INSTRUCTION;
}

/* Over a set I0 is the one of the examples whose task has it. */
static bool is_known(const struct app *app, const char *word, bool set,
		     char **out)
{
	if (instr_find(app, word, out))
		return true;
	if (!set || !instruction_named(word, TASK_MNER))
		return false;
	*out = xstrdup(word);
	return true;
}

static int find_instruction(struct app *app, const char *word, bool set,
			    char **out, struct err *err)
{
	*out = NULL;
	if (is_other_variant(app, word))
		return err_set(err, ERR_USAGE,
			       "compare %s: that variant has the base's "
			       "instruction; the probe's table compares it",
			       word);
	/* In a replay those that were saved elsewhere are not here, and what
	 * came of them is in the recording. */
	if (!is_known(app, word, set, out) && !app->replaying)
		return err_set(err, ERR_USAGE,
			       "compare %s: %s has no such instruction (instr "
			       "list tells their names; instr save NAME keeps "
			       "one)",
			       word, task_name(app->request.task));
	return 0;
}

/* What is edited, under both. */
static int current_under(struct app *app, const char *const name[2],
			 char *const instruction[2], struct err *err)
{
	struct call *c;
	int rc = has_text(app, err) ? compare_under_call(&c, &app->request,
							 name, instruction, err)
				    : -(int)err->code;

	return rc < 0 ? rc : probe_view_start(app, c, err);
}

static int set_under(struct app *app, const struct args *a,
		     const struct plan *p, char *const instruction[2],
		     struct err *err)
{
	struct set_options set = {.kind = SET_COMPARE,
				  .plan = p,
				  .instruction = instruction[0],
				  .instruction2 = instruction[1],
				  .name = {a->pos[0], a->pos[1]}};

	return vary_set(app, a, &set, err);
}

static int two_instructions(struct app *app, const struct args *a,
			    const struct plan *p, struct err *err)
{
	char *instruction[2] = {NULL, NULL};
	int rc = 0;

	if (instr_differ(a->pos[0], a->pos[1], err) < 0)
		return -(int)err->code;
	for (int k = 0; k < 2 && rc == 0; k++)
		rc = find_instruction(app, a->pos[k], over_set(a),
				      &instruction[k], err);
	if (rc == 0)
		rc = over_set(a) ? set_under(app, a, p, instruction, err)
				 : current_under(app, a->pos, instruction, err);
	free(instruction[0]);
	free(instruction[1]);
	return rc;
}

/* --- two examples --------------------------------------------------------- */

/* "example 3, rocky-man"; caller's. */
static char *example_name(size_t number, const char *id)
{
	return xasprintf("example %zu%s%s", number, id && *id ? ", " : "",
			 id ? id : "");
}

/* Nothing of the example looked at was changed by hand. */
static bool is_example(const struct app *app, const struct example *e)
{
	const struct extract_request *r = &app->request;

	return strcmp(r->text, e->text) == 0 &&
	       string_equal(r->image, e->image) &&
	       string_equal(r->instruction, e->instruction);
}

static char *name_of_current(const struct app *app)
{
	const struct session_example *here = here_example(app);
	const struct example *e = NULL;
	size_t number = 0;

	if (here) {
		number = (size_t)here->number;
		e = &here->ex;
	} else if (app->demo) {
		number = demo_at(app->demo);
		e = demo_example(app->demo, number);
	}
	return e && is_example(app, e) ? example_name(number, e->id)
				       : xstrdup("now");
}

/* What is asked about example N of the session, or of the demonstration. */
static int other_example(struct app *app, const char *word,
			 struct extract_request *r, char **name,
			 struct err *err)
{
	const struct example *e = NULL;
	size_t number = 0;

	if (!app->session && app->demo) {
		number = demo_find(app->demo, word);
		if (number)
			e = demo_example(app->demo, number);
		if (e)
			example_request(e, r);
	} else if (!app_session(app, err)) {
		return -(int)err->code;
	} else {
		const struct session_example *s;

		number = (size_t)session_find(app->session, word);
		s = state_example(session_state(app->session), (int)number);
		e = s ? &s->ex : NULL;
		if (s)
			session_request(s, r);
	}
	if (!e)
		return err_set(err, ERR_USAGE,
			       "compare example %s: no example has this number "
			       "or name",
			       word);
	*name = example_name(number, e->id);
	r->beams = app->request.beams;
	r->constrained = app->request.constrained;
	r->max_tokens = app->request.max_tokens;
	r->attention = app->request.attention;
	return 0;
}

static int with_example(struct app *app, const char *word, struct err *err)
{
	struct extract_request r = {0};
	struct compare_side side[2] = {{NULL, &app->request}, {NULL, &r}};
	char *here, *there = NULL;
	struct call *c = NULL;
	int rc;

	if (!has_text(app, err))
		return -(int)err->code;
	here = name_of_current(app);
	rc = other_example(app, word, &r, &there, err);
	if (rc == 0) {
		side[0].name = here;
		side[1].name = there;
		c = compare_sides_call(side);
	}
	extract_request_release(&r);
	free(here);
	free(there);
	/* a replay may lack the example, but not what came of it */
	return c || app->replaying ? probe_view_start(app, c, err) : rc;
}

static int exec_compare(struct app *app, const struct args *a, struct err *err)
{
	bool example = a->n_pos == 2 && strcmp(a->pos[0], "example") == 0;
	const char *on = args_get(a, "on");
	struct plan p = {0};
	long seed;
	int rc = args_int(a, "seed", 0, 1L << 62, 0, &seed, err);

	if (rc < 0)
		return rc;
	if (on && strcmp(on, "set") != 0 && strcmp(on, "current") != 0)
		return err_set(err, ERR_USAGE,
			       "compare: --on %s: current or set expected", on);
	if (example && over_set(a))
		return err_set(err, ERR_USAGE,
			       "compare example: one example is compared with "
			       "one, not with a set");
	p.seed = (uint64_t)seed;
	if (example)
		return with_example(app, a->pos[1], err);
	return a->n_pos == 2 ? two_instructions(app, a, &p, err)
			     : with_checkpoint(app, a, &p, err);
}

const struct cmd cmd_compare_live = {
    .name = "compare",
    .args = "PATH|INSTR INSTR|example N",
    .options = OPTIONS,
    .flags = CMD_LIVE | CMD_MODEL,
    .min_pos = 1,
    .max_pos = 2,
    .help = "what is edited under another checkpoint, under two instructions, "
	    "or beside example N: differences first",
    .exec = exec_compare,
    .more = "An instruction is named as instr list does: trained, now, I0, "
	    "i3, or a saved name.",
};
