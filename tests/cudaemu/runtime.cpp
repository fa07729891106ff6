// Settings, errors, and what a device says about itself.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/cudaemu.h"
#include "tests/cudaemu/runtime.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cudaemu
{

Options opt;
std::recursive_mutex G;
thread_local int cur_dev;
static thread_local int last_err;

static const char *env(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v && *v ? v : fallback;
}

__attribute__((constructor)) static void init()
{
	cudaemu_set_streams(env("CUDAEMU_STREAMS", "eager"));
	opt.protect = atoi(env("CUDAEMU_PROTECT", "0"));
	opt.trace = atoi(env("CUDAEMU_TRACE", "0"));
	opt.devices = atoi(env("CUDAEMU_DEVICES", "1"));
	opt.memory = strtoull(env("CUDAEMU_MEM", "8589934592"), 0, 0);
	cudaemu_set_order(env("CUDAEMU_ORDER", "fwd"));
}

uint64_t rnd()
{
	uint64_t &r = opt.random;

	r ^= r << 13;
	r ^= r >> 7;
	r ^= r << 17;
	return r;
}

void report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("cudaemu: ERROR: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

cudaError_t ret(cudaError_t e)
{
	if (e != cudaSuccess)
		last_err = e;
	return e;
}

} // namespace cudaemu

using namespace cudaemu;

void cudaemu_set_order(const char *o)
{
	opt.order = !strcmp(o, "rev") ? 1 : !strncmp(o, "rand", 4) ? 2 : 0;
	opt.random = 1;
	if (opt.order == 2 && o[4] == ':')
		opt.random = strtoull(o + 5, 0, 0) * 0x9E3779B97F4A7C15ull + 1;
}

void cudaemu_set_streams(const char *how)
{
	opt.lazy = !strcmp(how, "lazy");
	opt.late = !strcmp(how, "late");
}

void cudaemu_set_lazy(bool lazy)
{
	cudaemu_set_streams(lazy ? "lazy" : "eager");
}

void cudaemu_set_devices(int n)
{
	opt.devices = n;
}

void cudaemu_set_fenced(bool fenced)
{
	opt.fenced = fenced;
}

void cudaemu_set_no_algorithm(bool none)
{
	opt.no_algorithm = none;
}

extern "C" {

cudaError_t cudaGetDeviceCount(int *n)
{
	INJ(cudaErrorInsufficientDriver);
	*n = opt.devices;
	return opt.devices ? cudaSuccess : ret(cudaErrorNoDevice);
}

cudaError_t cudaSetDevice(int d)
{
	INJ(cudaErrorInvalidDevice);
	if (d < 0 || d >= opt.devices)
		return ret(cudaErrorInvalidDevice);
	cur_dev = d;
	return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int d)
{
	INJ(cudaErrorInvalidDevice);
	if (d < 0 || d >= opt.devices)
		return ret(cudaErrorInvalidDevice);
	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "emulated device %d", d);
	p->totalGlobalMem = opt.memory;
	return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *v, cudaDeviceAttr a, int)
{
	INJ(cudaErrorInvalidDevice);
	switch (a) {
	case cudaDevAttrMultiProcessorCount:
		*v = 1;
		break;
	case cudaDevAttrComputeCapabilityMajor:
		*v = atoi(env("CUDAEMU_CAPABILITY", "90")) / 10;
		break;
	case cudaDevAttrComputeCapabilityMinor:
		*v = atoi(env("CUDAEMU_CAPABILITY", "90")) % 10;
		break;
	default:
		*v = 0; /* the driver does not say */
	}
	return cudaSuccess;
}

cudaError_t cudaGetLastError(void)
{
	int e = last_err;

	last_err = 0;
	return (cudaError_t)e;
}

const char *cudaGetErrorName(cudaError_t e)
{
	static thread_local char text[32];

	snprintf(text, sizeof(text), "error %d", (int)e);
	return text;
}

const char *cudaGetErrorString(cudaError_t)
{
	return "made to fail by the emulator";
}

} // extern "C"
