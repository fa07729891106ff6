#include "src/base/plugin.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/file.h"

static char *path_of(const char *name)
{
	const char *dir = secure_getenv("UMIE_PLUGIN_DIR");

	return file_join(dir && *dir ? dir : PKGLIBDIR, name);
}

bool plugin_installed(const char *name)
{
	char *path = path_of(name);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

const void *plugin_open(const char *name, const char *symbol, uint32_t abi,
			uint32_t size, struct err *err)
{
	char *path = path_of(name);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct plugin_head *head = so ? dlsym(so, symbol) : NULL;

	free(path);
	if (!head) {
		err_set(err, ERR_DEVICE, "%s", dlerror());
		return NULL;
	}
	if (head->abi != abi || head->size != size) {
		err_set(err, ERR_DEVICE,
			"%s is of interface %u (%u bytes); this umie wants %u "
			"(%u bytes)",
			name, head->abi, head->size, abi, size);
		return NULL;
	}
	return head;
}
