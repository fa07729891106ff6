#include "src/engine/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/plugin.h"
#include "src/tensor/backend-plugin.h"

#define PLUGIN "umie-cuda.so"

const struct backend_plugin *device_plugin(struct err *err)
{
	const struct backend_plugin *p;

	if (!plugin_installed(PLUGIN)) {
		err_set(err, ERR_DEVICE, "no CUDA plugin is installed (%s)",
			PLUGIN);
		return NULL;
	}
	p = plugin_open(PLUGIN, BACKEND_PLUGIN_SYMBOL, BACKEND_PLUGIN_ABI,
			sizeof(*p), err);
	if (p &&
	    (p->ops != OP_COUNT || p->call_size != sizeof(struct op_call))) {
		err_set(err, ERR_DEVICE,
			"%s was built for another list of operations", PLUGIN);
		return NULL;
	}
	if (!p)
		err_context(err, "the CUDA plugin cannot be loaded");
	return p;
}

/* What a word of n bytes behind the name switches; NULL: nothing. */
static bool *find_switch(struct device_options *o, const char *word, size_t n)
{
	const struct {
		const char *word;
		bool *flag;
	} all[] = {
	    {"tf32", &o->tf32}, {"bf16", &o->bf16}, {"eager", &o->eager}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strlen(all[i].word) == n &&
		    memcmp(all[i].word, word, n) == 0)
			return all[i].flag;
	return NULL;
}

/* "cuda[:N][,tf32][,bf16][,eager]" */
static int parse(const char *name, struct device_options *o, struct err *err)
{
	const char *at = name + strlen("cuda");
	char *end;
	long n;

	*o = (struct device_options){0};
	if (*at == ':') {
		errno = 0;
		n = strtol(at + 1, &end, 10);
		if (end == at + 1 || at[1] < '0' || at[1] > '9' || errno ||
		    n > 1023)
			goto wrong;
		o->device = (int)n;
		at = end;
	}
	while (*at == ',') {
		size_t length = strcspn(at + 1, ",");
		bool *flag = find_switch(o, at + 1, length);

		if (!flag)
			goto wrong;
		*flag = true;
		at += 1 + length;
	}
	if (*at == '\0')
		return 0;
wrong:
	return err_set(err, ERR_USAGE,
		       "device %s: expected auto, cpu, cuda or cuda:N (with "
		       ",tf32, ,bf16 or ,eager behind it)",
		       name);
}

static int open_cuda(const char *name, struct backend **out, struct err *err)
{
	const struct backend_plugin *p;
	struct device_options o;

	if (parse(name, &o, err) < 0)
		return -(int)err->code;
	p = device_plugin(err);
	if (p)
		*out = p->open(&o, err);
	return *out ? 0 : err_context(err, "device %s", name);
}

static int open_cpu(int threads, struct backend **out, struct err *err)
{
	*out = cpu_backend_open(&(struct cpu_options){.threads = threads}, err);
	return *out ? 0 : -(int)err->code;
}

int device_open(const char *name, int threads, struct backend **out, char *note,
		struct err *err)
{
	bool asked = name != NULL;

	*out = NULL;
	if (note)
		*note = '\0';
	if (asked && strcmp(name, "cpu") == 0)
		return open_cpu(threads, out, err);
	if (asked && strcmp(name, "auto") != 0)
		return strncmp(name, "cuda", 4) == 0
			   ? open_cuda(name, out, err)
			   : err_set(err, ERR_DEVICE,
				     "device %s: there is no such device "
				     "(auto, cpu, cuda, cuda:N)",
				     name);
	if (!asked && !plugin_installed(PLUGIN))
		return open_cpu(threads, out, err);
	if (open_cuda("cuda", out, err) == 0)
		return 0;
	if (note)
		snprintf(note, DEVICE_NOTE, "computing on the processor: %s",
			 err->text);
	err->code = ERR_NONE;
	return open_cpu(threads, out, err);
}
