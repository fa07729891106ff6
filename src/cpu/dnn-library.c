#include "src/cpu/dnn-library.h"

#include <dlfcn.h>
#include <pthread.h>

#include "src/base/err.h"

#define TEXT(x) #x
#define SONAME(major) "libdnnl.so." TEXT(major)

struct onednn onednn;

/* Written once; what went wrong, to be said again to everyone who asks. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct err failure;

static void *find(void *so, const char *name)
{
	void *f = so ? dlsym(so, name) : NULL;

	if (!f && !failure.code)
		err_set(&failure, ERR_DEVICE, "oneDNN: %s", dlerror());
	return f;
}

static void load(void)
{
	void *so = dlopen(SONAME(DNNL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);

#define FIND(name) \
	onednn.name = (__typeof__(&dnnl_##name))find(so, "dnnl_" #name);
	ONEDNN_FUNCTIONS(FIND)
#undef FIND
	if (!so)
		return;
	onednn.omp_set_num_threads =
	    (void (*)(int))dlsym(so, "omp_set_num_threads");
	onednn.omp_get_max_threads =
	    (int (*)(void))dlsym(so, "omp_get_max_threads");
}

int onednn_load(struct err *err)
{
	pthread_once(&once, load);
	if (failure.code)
		return err_set(err, failure.code, "%s", failure.text);
	return 0;
}
