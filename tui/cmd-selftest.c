/* umie selftest: does the device compute what the CPU computes? */
#include <stdio.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "src/engine/device.h"
#include "src/engine/selftest.h"
#include "src/tensor/backend-plugin.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"device", 0, "NAME", "what to test (default: auto)"},
    {"threads", 0, "N", "processor threads (default: all cores)"},
    {"quick", 0, NULL, "small shapes, for an emulated device"},
    {NULL, 0, NULL, NULL},
};

/* What the table is printed with. */
struct table {
	struct app *app;
	struct device_facts facts; /* zeros for the processor */
};

/*
 * "  305.2 GFLOP/s  12.3 %": how much in `ms`, and its share of `most` a
 * second.  Blanks for what there was nothing of or is not known.
 */
static void rate(char *buf, size_t n, double amount, double ms,
		 const char *unit, double most)
{
	double each = ms > 0 ? amount / ms * 1e3 : 0;
	char share[16] = "";

	if (each > 0 && most > 0)
		snprintf(share, sizeof(share), "%.1f %%", 100 * each / most);
	if (each > 0)
		snprintf(buf, n, "%8.1f %-7s %7s ", each / 1e9, unit, share);
	else
		snprintf(buf, n, "%25s", "");
}

static void show_row(void *context, const struct selftest_row *r)
{
	struct table *t = context;
	char a[48], b[48];

	rate(a, sizeof(a), r->flop, r->ms, "GFLOP/s", t->facts.flops);
	rate(b, sizeof(b), r->bytes, r->ms, "GB/s", t->facts.bandwidth);
	app_say(t->app, "%-4s %-13s %-18s %8.1e %8.1e %9.4f ms %s%s",
		r->good ? "ok" : "FAIL", r->name, r->what, r->error,
		r->grad_error, r->ms, a, b);
}

static int show_device(struct table *t, struct backend *be, struct err *err)
{
	const struct backend_plugin *p;
	struct device_facts *f = &t->facts;

	if (be->host_memory) {
		app_say(t->app,
			"device %s: no other one is in use, so it is compared "
			"with itself; only the times tell something",
			be->name);
		return 0;
	}
	p = device_plugin(err);
	if (!p || p->facts(be, f, err) < 0)
		return -(int)err->code;
	app_say(t->app,
		"device %s: %s, compute capability %d.%d, %d multiprocessors, "
		"%.1f GB, at most %.1f TFLOP/s (f32) and %.0f GB/s",
		be->name, f->name, f->capability / 10, f->capability % 10,
		f->multiprocessors, f->memory / 1e9, f->flops / 1e12,
		f->bandwidth / 1e9);
	return 0;
}

static int exec_selftest(struct app *app, const struct args *a, struct err *err)
{
	struct table t = {.app = app};
	struct backend *be = NULL, *cpu = NULL;
	double start = clock_ms();
	int failed = 0, rc = batch_backend(app, &be, a, err);

	if (rc == 0)
		rc = device_open("cpu", 0, &cpu, NULL, err);
	if (rc == 0)
		rc = show_device(&t, be, err);
	if (rc == 0) {
		app_say(app, "%-4s %-13s %-18s %8s %8s %12s", "", "op", "",
			"error", "of grad", "time");
		rc = selftest_run(be, cpu, args_has(a, "quick"), show_row, &t,
				  &failed, err);
	}
	if (be && be->remark)
		app_say(app, "%s", be->remark);
	if (rc == 0 && failed)
		rc = err_set(err, ERR_FAILED,
			     "selftest: %d lines are not what the CPU computes",
			     failed);
	if (be)
		app_say(app, "%s: %s against the CPU in %.1f s",
			rc == 0 ? "pass" : "fail", be->name,
			(clock_ms() - start) / 1e3);
	if (cpu)
		cpu->close(cpu);
	if (be)
		be->close(be);
	return rc;
}

const struct cmd cmd_selftest = {
    .name = "selftest",
    .args = "",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .help = "compare a device with the CPU, op by op, and time it",
    .exec = exec_selftest,
};
