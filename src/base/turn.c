#include "src/base/turn.h"

/* not sched.h, whose structures clash with these */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SHORT_NS = 100000, /* the least that the kernel takes */
	NICE = 5,
};

/* runtime 0: the kernel's own.  A refusal leaves all as it was. */
static void ask(pid_t thread, uint32_t policy, int nice, uint64_t runtime)
{
	struct sched_attr a = {.size = sizeof(a),
			       .sched_policy = policy,
			       .sched_nice = nice,
			       .sched_runtime = runtime};

	if (syscall(SYS_sched_setattr, thread, &a, 0) < 0)
		setpriority(PRIO_PROCESS, (id_t)thread, nice);
}

void turn_soon(void)
{
	ask(0, SCHED_NORMAL, getpriority(PRIO_PROCESS, 0), SHORT_NS);
}

void turn_later(pid_t thread)
{
	int nice = getpriority(PRIO_PROCESS, (id_t)thread) + NICE;

	ask(thread, SCHED_BATCH, nice < 19 ? nice : 19, 0);
}
