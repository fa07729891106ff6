#include "tui/gpus.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/device.h"
#include "src/tensor/backend-plugin.h"
#include "src/train/comm.h"
#include "tui/cmd.h"

static int wrong(const char *list, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "train: --gpus %s: numbers of devices expected, each "
		       "once, as in 0-3 or 0,2",
		       list);
}

/* A number and what follows it; -1: there is none. */
static long number(const char **s)
{
	char *end;
	long n;

	if (**s < '0' || **s > '9')
		return -1;
	n = strtol(*s, &end, 10);
	*s = end;
	return n < GPUS_MAX ? n : -1;
}

static bool listed(const struct gpus *g, int id)
{
	for (int i = 0; i < g->n; i++)
		if (g->id[i] == id)
			return true;
	return false;
}

static int parse(const char *list, struct gpus *g, struct err *err)
{
	const char *s = list;

	do {
		long from = number(&s), to = from;

		if (*s == '-' && from >= 0) {
			s++;
			to = number(&s);
		}
		if (from < 0 || to < from)
			return wrong(list, err);
		for (; from <= to; from++) {
			if (listed(g, (int)from))
				return wrong(list, err);
			g->id[g->n++] = (int)from;
		}
	} while (*s++ == ',');
	return s[-1] ? wrong(list, err) : 0;
}

int gpus_read(const struct args *a, struct gpus *g, struct err *err)
{
	const char *list = args_get(a, "gpus");
	const char *device = args_get(a, "device");
	long ranks;

	g->n = 0;
	if (!list)
		return 0;
	if (parse(list, g, err) < 0 ||
	    args_int(a, "ranks", 1, 4096, g->n, &ranks, err) < 0)
		return -(int)err->code;
	if (ranks != g->n)
		return err_set(err, ERR_USAGE,
			       "train: --gpus %s is %d ranks, --ranks says %ld",
			       list, g->n, ranks);
	if (device && strncmp(device, "cuda", strlen("cuda")) != 0)
		return err_set(err, ERR_USAGE,
			       "train: --gpus %s goes with --device cuda, not "
			       "%s",
			       list, device);
	return 0;
}

int gpus_check(const struct args *a, const struct gpus *g, struct err *err)
{
	const struct backend_plugin *p = g->n ? device_plugin(err) : NULL;
	int n = p ? p->count(err) : -1;

	if (g->n == 0)
		return 0;
	if (n < 0)
		return err_context(err, "train: --gpus %s",
				   args_get(a, "gpus"));
	for (int i = 0; i < g->n; i++)
		if (g->id[i] >= n)
			return err_set(err, ERR_DEVICE,
				       "train: --gpus %s: there is no device "
				       "%d; the last is %d",
				       args_get(a, "gpus"), g->id[i], n - 1);
	return 0;
}

int gpus_device(const struct args *a, const struct gpus *g,
		const struct comm *c, char **name, struct err *err)
{
	const char *device = args_get(a, "device");
	size_t stem = strlen("cuda");
	bool cuda = g->n || (device && strncmp(device, "cuda", stem) == 0);
	int id = c->local_rank;

	*name = NULL;
	if (!cuda || (c->size == 1 && g->n == 0)) {
		*name = xstrdup_null(device);
		return 0;
	}
	if (device && device[stem] == ':')
		return err_set(err, ERR_USAGE,
			       "train: --device %s is one device; several "
			       "ranks take one each (--device cuda, --gpus "
			       "LIST)",
			       device);
	if (g->n && c->local_rank >= g->n)
		return err_set(err, ERR_USAGE,
			       "train: --gpus %s has no device for rank %d of "
			       "this machine",
			       args_get(a, "gpus"), c->local_rank);
	if (g->n)
		id = g->id[c->local_rank];
	*name = xasprintf("cuda:%d%s", id, device ? device + stem : "");
	return 0;
}
