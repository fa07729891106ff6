// Warp operations: the last lane to arrive computes for all of them.
#include "tests/cudaemu/emu.h"
#include "tests/cudaemu/fiber.h"

#include <algorithm>

namespace cudaemu
{
uint64_t warp_op(Op op, unsigned mask, uint64_t v, int arg, int width,
		 const char *site)
{
	Thr *t = B.cur;
	unsigned w = t->lin >> 5, base = w * 32, me = t->lin & 31,
		 nl = std::min(32u, B.n - base);
	if (!(mask >> me & 1))
		fail("%s: calling lane %u is not in mask %08x", site, me, mask);
	if (nl < 32 && (mask >> nl))
		fail(
		    "%s: mask %08x names lanes that do not exist (warp has %u)",
		    site, mask, nl);
	if (B.cdone[w] & mask)
		fail("%s: mask %08x names lanes that have exited (%08x)", site,
		     mask, B.cdone[w]);
	t->op = op;
	t->mask = mask;
	t->val = v;
	t->arg = arg;
	t->width = width;
	t->site = site;
	t->st = W_WARP;
	void *tag = &B.tag_warp[w & 31][B.wgen[w & 31] & 1];
	if (have_tsan && op == OP_SYNCWARP)
		__tsan_release(tag);
	bool all = true;
	for (unsigned l = 0; l < nl; l++)
		if (mask >> l & 1) {
			Thr &o = B.t[base + l];
			if (o.st != W_WARP) {
				all = false;
				continue;
			}
			if (o.mask != mask || o.op != op) {
				if (o.mask >> me & 1)
					fail(
					    "divergent warp operation: %s mask "
					    "%08x, lane %u in %s mask %08x",
					    site, mask, l, o.site, o.mask);
				all = false;
			}
		}
	if (all) {
		uint64_t bal = 0, acc = 0;
		bool first = true;
		for (unsigned l = 0; l < 32; l++)
			if (mask >> l & 1) {
				uint64_t x = B.t[base + l].val;
				if (x)
					bal |= 1ull << l;
				acc = first          ? x
				      : op == OP_ADD ? (uint32_t)(acc + x)
				      : op == OP_MIN ? std::min(acc, x)
				      : op == OP_MAX ? std::max(acc, x)
						     : acc;
				first = false;
			}
		for (unsigned k = 0; k < 32; k++) {
			unsigned l = opt.order == 1 ? 31 - k : k;
			if (!(mask >> l & 1))
				continue;
			Thr &o = B.t[base + l];
			int wd = o.width, lo = (int)(l & ~(wd - 1)),
			    src = (int)l;
			switch (op) {
			case OP_SHFL:
				src = lo + (o.arg & (wd - 1));
				break;
			case OP_SHFL_UP:
				src = (int)l - o.arg < lo ? (int)l
							  : (int)l - o.arg;
				break;
			case OP_SHFL_DOWN:
				src = (int)l + o.arg >= lo + wd
					  ? (int)l
					  : (int)l + o.arg;
				break;
			case OP_SHFL_XOR:
				src = (int)(l ^ o.arg) >= lo + wd
					  ? (int)l
					  : (int)(l ^ o.arg);
				break;
			case OP_BALLOT:
				o.res = bal;
				break;
			case OP_ANY:
				o.res = bal != 0;
				break;
			case OP_ALL:
				o.res = bal == mask;
				break;
			case OP_ADD:
			case OP_MIN:
			case OP_MAX:
				o.res = acc;
				break;
			case OP_SYNCWARP:
				break;
			}
			if (op <= OP_SHFL_XOR) {
				if (!(mask >> src & 1)) {
					fail("%s: lane %u reads lane %d, which "
					     "is not in mask %08x",
					     site, l, src, mask);
				}
				o.res = B.t[base + src].val;
			}
		}
		for (unsigned k = 0; k < 32; k++) {
			unsigned l = opt.order == 1 ? 31 - k : k;
			if (mask >> l & 1)
				make_ready(base + l);
		}
		if (op == OP_SYNCWARP)
			B.wgen[w & 31]++;
	}
	yield();
	if (have_tsan && op == OP_SYNCWARP)
		__tsan_acquire(tag);
	return t->res;
}
} // namespace cudaemu
