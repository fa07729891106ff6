/*
 * err -- one sentence for every failure, and the exit code that goes with it.
 *
 * What can fail returns 0, or a negative code, and fills the `struct err *`
 * that is its last argument.  The sentence names the file or value and what
 * was expected; only tui/ shows it.  Running out of host memory ends the
 * program (mem.h); running out of device memory is an ordinary ERR_DEVICE.
 */
#ifndef UMIE_BASE_ERR_H
#define UMIE_BASE_ERR_H

#include <stdarg.h>

/* name, exit status of the program, what it means */
#define ERRORS(_)                                                     \
	_(FAILED, 1, "an operation failed")                           \
	_(USAGE, 2, "the command line is wrong")                      \
	_(DATA, 3, "text, picture, boxes or data set cannot be used") \
	_(CHECKPOINT, 4, "the checkpoint cannot be used")             \
	_(DEVICE, 5, "the device cannot be used or is out of memory") \
	_(THRESHOLD, 6, "a figure is below what was asked for")       \
	_(CANCELLED, 130, "interrupted by the user")

enum err_code {
	ERR_NONE = 0,
#define ERR_ENUM(name, status, text) ERR_##name = status,
	ERRORS(ERR_ENUM)
#undef ERR_ENUM
};

enum { ERR_TEXT = 1024 };

/* A zeroed struct is "no error". */
struct err {
	enum err_code code;
	char text[ERR_TEXT]; /* one sentence, UTF-8, no newline */
};

/* Fill `err` and return -code.  Control bytes are shown as `?`. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " before the sentence of `err`; returns -err->code. */
int err_context(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* As err_set() with ": strerror(errno)" at the end. */
int err_errno(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Change the code (a JSON error inside a checkpoint is ERR_CHECKPOINT). */
int err_recode(struct err *err, enum err_code code);

/* For our own mistakes: prints to stderr and aborts. */
void bug(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
