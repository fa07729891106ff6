#include "src/engine/device.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/tensor/plugin.h"

#define PLUGIN "umie-cuda.so"

/* Where the plugin is; to be freed. */
static char *plugin_path(void)
{
	const char *dir = secure_getenv("UMIE_PLUGIN_DIR");

	return file_join(dir && *dir ? dir : PKGLIBDIR, PLUGIN);
}

static int check_plugin(const struct backend_plugin *p, const char *path,
			struct err *err)
{
	if (p->abi == BACKEND_PLUGIN_ABI && p->size == sizeof(*p) &&
	    p->ops == OP_COUNT && p->call_size == sizeof(struct op_call))
		return 0;
	return err_set(err, ERR_DEVICE,
		       "%s was built for another version of umie (interface "
		       "%u, this one has %d)",
		       path, p->abi, BACKEND_PLUGIN_ABI);
}

/* The loader knows a file that is loaded already: no state of ours. */
const struct backend_plugin *device_plugin(struct err *err)
{
	const struct backend_plugin *p = NULL;
	char *path = plugin_path();
	void *handle;

	if (!file_exists(path)) {
		err_set(err, ERR_DEVICE, "no CUDA plugin is installed (%s)",
			path);
		free(path);
		return NULL;
	}
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle)
		p = dlsym(handle, BACKEND_PLUGIN_SYMBOL);
	if (!p)
		err_set(err, ERR_DEVICE, "the CUDA plugin cannot be loaded: %s",
			dlerror());
	else if (check_plugin(p, path, err) < 0)
		p = NULL;
	free(path);
	return p;
}

/* "cuda[:N][,tf32][,bf16]" */
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
		bool *flag = strncmp(at, ",tf32", 5) == 0   ? &o->tf32
			     : strncmp(at, ",bf16", 5) == 0 ? &o->bf16
							    : NULL;

		if (!flag)
			goto wrong;
		*flag = true;
		at += 5;
	}
	if (*at == '\0')
		return 0;
wrong:
	return err_set(err, ERR_USAGE,
		       "device %s: expected auto, cpu, cuda or cuda:N (with "
		       ",tf32 or ,bf16 behind it)",
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

static bool plugin_installed(void)
{
	char *path = plugin_path();
	bool yes = file_exists(path);

	free(path);
	return yes;
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
	if (!asked && !plugin_installed())
		return open_cpu(threads, out, err);
	if (open_cuda("cuda", out, err) == 0)
		return 0;
	if (note)
		snprintf(note, DEVICE_NOTE, "computing on the processor: %s",
			 err->text);
	err->code = ERR_NONE;
	return open_cpu(threads, out, err);
}
