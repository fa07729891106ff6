/*
 * fiber -- the block that runs: its threads are fibers, and one of them runs.
 */
#ifndef UMIE_TESTS_CUDAEMU_FIBER_H
#define UMIE_TESTS_CUDAEMU_FIBER_H

#include "tests/cudaemu/context.h"
#include "tests/cudaemu/cudaemu.h"

#include <vector>

namespace cudaemu
{

/* What a thread waits for: a barrier of the block, the lanes of its warp. */
enum St : uint8_t { NEW, READY, W_BAR, W_WARP, DONE };

struct Thr {
	Cx *cx;
	St st;
	unsigned lin; /* its number in the block */
	uint3 idx;
	Op op; /* what it brings to a warp operation, and takes away: res */
	unsigned mask;
	uint64_t val, res;
	int arg, width;
	const char *site; /* of the call that it waits in */
	void *tsan;
};

struct Blk {
	std::vector<Thr> t;
	std::vector<unsigned> order; /* those not begun: from cursor on */
	std::vector<unsigned> rq;    /* those ready: from rq_head on */
	size_t rq_head = 0, cursor = 0;
	unsigned n = 0, live = 0, nbar = 0;
	unsigned gen = 0; /* barriers so far; its lowest bit chooses below */
	int bar_red[2], bar_and[2], bar_or[2];
	const std::function<void()> *body;
	const Launch *L;
	Thr *cur;
	bool failed;
	Cx main;                     /* of the loop over blocks */
	std::vector<unsigned> cdone; /* lanes that have ended, by warp */
	/* what TSan is told of */
	char tag_start, tag_end, tag_bar[2], tag_warp[32][2];
	unsigned wgen[32];
};

/* One kernel at a time, one block at a time. */
extern Blk &B;

/* The next thread that can; returns when the caller's turn has come again. */
void yield();
/* The thread that waits goes on at its turn. */
inline void make_ready(unsigned i)
{
	B.t[i].st = READY;
	B.rq.push_back(i);
}
/* Report, and end the kernel: does not return to a thread. */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

} // namespace cudaemu
#endif
