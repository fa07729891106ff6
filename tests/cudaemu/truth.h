/*
 * truth -- the same call on the true library, where it needs no device.
 *
 * With CUDAEMU_TRUTH=1 every descriptor that the plugin makes is made by the
 * true cublasLt and cuDNN too; another answer than the stand-in's ends the
 * program.  It ends with status 77 when a library is not there.
 */
#ifndef UMIE_TESTS_CUDAEMU_TRUTH_H
#define UMIE_TESTS_CUDAEMU_TRUTH_H

#include "tests/cudaemu/emu.h"

namespace cudaemu
{

/* A function of library `file`; NULL when nobody asked for the truth. */
void *truth_of(const char *file, const char *function);
/* Count one answer, and report it unless both are the same. */
void truth_compare(const char *function, int truth, int ours);

/* `like` only gives the type. */
template <class F, class... A>
void agree(const char *file, const char *function, F *like, int ours, A... a)
{
	F *f = (F *)truth_of(file, function);

	(void)like;
	if (f)
		truth_compare(function, (int)f(a...), ours);
}

} // namespace cudaemu
#endif
