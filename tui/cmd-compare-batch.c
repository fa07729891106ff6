/* umie compare: two checkpoints or two instructions, for a text or a set. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/instr.h"
#include "tui/probe-batch.h"
#include "tui/probe-view.h"

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    REQUEST_OPTIONS,
    {"instruction2", 0, "TEXT|@FILE|I0|I1|I2",
     "compare under it and --instruction; no CKPT then"},
    SET_OPTIONS,
    OUTPUT_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static int batch_checkpoints(struct app *app, const struct args *a,
			     struct extract_request *r, const struct plan *p,
			     struct call **out, struct err *err)
{
	struct set_options set = {
	    .kind = SET_COMPARE, .plan = p, .second = a->pos[0]};
	int rc;

	if (a->n_pos == 0)
		return err_set(err, ERR_USAGE,
			       "compare: wants CKPT, or --instruction2");
	if (args_has(a, "jsonl"))
		return probe_set_of(a, r, &set, out, err);
	rc = probe_request(app, a, 1, r, err);
	if (rc == 0)
		*out = compare_call(r, a->pos[0]);
	return rc;
}

/* I0 and @FILE are names; of a text what matters is the difference, which is
 * told.  Caller's. */
static char *instruction_name(const char *given,
			      const struct extract_request *r,
			      const char *otherwise)
{
	if (!given)
		return xstrdup("trained");
	return xstrdup(*given == '@' || instruction_named(given, r->task)
			   ? given
			   : otherwise);
}

static int batch_instructions(struct app *app, const struct args *a,
			      struct extract_request *r, const struct plan *p,
			      struct call **out, struct err *err)
{
	const char *given = args_get(a, "instruction2");
	char *name[2], *second;
	struct set_options set = {.kind = SET_COMPARE, .plan = p};
	int rc;

	if (a->n_pos == 2)
		return err_set(err, ERR_USAGE,
			       "compare: two checkpoints or two instructions, "
			       "not both (%s and --instruction2)",
			       a->pos[0]);
	if ((args_has(a, "instruction") &&
	     instr_differ(args_get(a, "instruction"), given, err) < 0) ||
	    argument_text(given, &second, err) < 0)
		return -(int)err->code;
	name[0] = instruction_name(args_get(a, "instruction"), r, "first");
	name[1] = instruction_name(given, r, "second");
	if (args_has(a, "jsonl")) {
		set.instruction2 = second;
		set.name[0] = name[0];
		set.name[1] = name[1];
		rc = probe_set_of(a, r, &set, out, err);
	} else {
		rc = probe_request(app, a, 0, r, err);
		if (rc == 0)
			rc = compare_under_call(
			    out, r, (const char *const *)name,
			    (char *const[]){r->instruction, second}, err);
	}
	free(name[0]);
	free(name[1]);
	free(second);
	return rc;
}

static int compare_of(struct app *app, const struct args *a,
		      struct extract_request *r, const struct plan *p,
		      struct call **out, struct err *err)
{
	return args_has(a, "instruction2")
		   ? batch_instructions(app, a, r, p, out, err)
		   : batch_checkpoints(app, a, r, p, out, err);
}

static int exec_compare(struct app *app, const struct args *a, struct err *err)
{
	return probe_batch(app, a, compare_of, err);
}

const struct cmd cmd_compare = {
    .name = "compare",
    .args = "[CKPT] [TEXT|-]",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .max_pos = 2,
    .help = "two checkpoints, or two instructions, side by side, differences "
	    "first",
    .exec = exec_compare,
    .more = "With --instruction2 the answers under --instruction (default: the "
	    "task's own) and under it are compared, and the first argument is "
	    "the text.",
};
