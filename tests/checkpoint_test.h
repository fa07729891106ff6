/*
 * checkpoint_test -- a small random checkpoint for tests in C, made by the
 * program itself in a folder of its own.
 */
#ifndef UMIE_TESTS_CHECKPOINT_TEST_H
#define UMIE_TESTS_CHECKPOINT_TEST_H

#include <stdio.h>
#include <stdlib.h>

#include "src/base/file.h"
#include "src/base/mem.h"

/* Its path, for checkpoint_remove(); NULL when it cannot be made. */
static inline char *checkpoint_make(void)
{
	const char *src = getenv("srcdir"), *build = getenv("builddir");
	char *dir = xstrdup("/tmp/umie-checkpoint-XXXXXX"), *command, *ckpt;
	int rc;

	if (!src || !build || !mkdtemp(dir)) {
		free(dir);
		return NULL;
	}
	command = xasprintf("srcdir='%s' builddir='%s' sh -c '. %s/tests/lib.sh"
			    "; tiny_checkpoint %s/ckpt' 2>%s/log",
			    src, build, src, dir, dir);
	rc = system(command);
	free(command);
	ckpt = file_join(dir, "ckpt");
	free(dir);
	if (rc != 0) {
		free(ckpt);
		return NULL;
	}
	return ckpt;
}

static inline void checkpoint_remove(char *ckpt)
{
	char *command = xasprintf("rm -r \"$(dirname %s)\"", ckpt);

	if (system(command) != 0)
		fprintf(stderr, "# left behind: %s\n", ckpt);
	free(command);
	free(ckpt);
}

#endif
