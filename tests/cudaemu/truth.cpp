#include "tests/cudaemu/truth.h"
#include "tests/cudaemu/control.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

static long agreements;

namespace cudaemu
{

static void *open_library(const char *file)
{
	void *lib = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!lib) {
		fprintf(stderr, "cudaemu: no truth: %s\n", dlerror());
		_Exit(77);
	}
	return lib;
}

void *truth_of(const char *file, const char *function)
{
	static const char *wanted = getenv("CUDAEMU_TRUTH");
	void *f;

	if (!wanted || strcmp(wanted, "1") != 0)
		return NULL;
	f = dlsym(open_library(file), function); /* once it is loaded: found */
	if (!f)
		report("%s has no %s", file, function);
	return f;
}

void truth_compare(const char *function, int truth, int ours)
{
	if (truth != ours)
		report("%s: the true library answers %d, the stand-in %d",
		       function, truth, ours);
	agreements++;
}

} // namespace cudaemu

long cudaemu_agreements(void)
{
	return agreements;
}
