// Calls are counted, and one or each of them is made to fail.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/runtime.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace cudaemu
{

static long calls, fail_at;
static std::map<std::string, long> &calls_of = *new std::map<std::string, long>;

/* CUDAEMU_FAIL="cudaMalloc:3": the third cudaMalloc fails. */
static bool named_failure(const char *api, long nth)
{
	static const char *spec = getenv("CUDAEMU_FAIL");
	size_t n = strlen(api);
	const char *p = spec ? strstr(spec, api) : NULL;

	return p && p[n] == ':' && nth == atol(p + n + 1);
}

static const char *next_failure; // a call that fails when it comes

/* Once. */
static bool next_fails(const char *api)
{
	if (!next_failure || strcmp(next_failure, api) != 0)
		return false;
	next_failure = NULL;
	return true;
}

static int forking; // at each of so many calls; 0: at none
static long copy, copies[3]; // the call that fails in this copy; 0: none

/* Whether this is the copy in which the call fails. */
static bool fails_in_copy()
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		forking = 0;
		copy = calls;
		return true;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		status = -1;
	copies[status == 0                                ? 0
	       : status != -1 && WEXITSTATUS(status) == 2 ? 2
							  : 1]++;
	return false;
}

/* Count the call; whether it is the one that shall fail. */
static bool counted(const char *api)
{
	std::lock_guard<std::recursive_mutex> l(G);

	if (opt.trace)
		fprintf(stderr, "cudaemu: call %s\n", api);
	calls++;
	return named_failure(api, ++calls_of[api]) || calls == fail_at ||
	       next_fails(api);
}

/* The lock is not held: in a copy it would belong to another thread. */
bool inject(const char *api)
{
	bool fails = counted(api);

	return fails || (forking && calls % forking == 0 && fails_in_copy());
}

} // namespace cudaemu

using namespace cudaemu;

void cudaemu_fail_at(long n)
{
	fail_at = n ? calls + n : 0;
}

void cudaemu_fail_next(const char *name)
{
	next_failure = name;
}

void cudaemu_fail_each(int n)
{
	forking = n;
}

long cudaemu_copy(void)
{
	return copy;
}

long cudaemu_copies(int status)
{
	return copies[status];
}

long cudaemu_calls(void)
{
	return calls;
}

long cudaemu_calls_of(const char *name)
{
	return calls_of[name];
}
