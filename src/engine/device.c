#include "src/engine/device.h"

#include <string.h>

#include "src/base/err.h"
#include "src/tensor/backend.h"

int device_open(const char *name, int threads, struct backend **out,
		struct err *err)
{
	struct cpu_options o = {.threads = threads};

	*out = NULL;
	if (name && strcmp(name, "auto") != 0 && strcmp(name, "cpu") != 0)
		return err_set(err, ERR_DEVICE,
			       "device %s: this build computes on the CPU "
			       "only (auto, cpu)",
			       name);
	*out = cpu_backend_open(&o, err);
	return *out ? 0 : -(int)err->code;
}
