/*
 * golden -- what the golden packages are compared through.
 *
 * check_golden.c runs one function for each package it finds; they print one
 * TAP line per group with golden_ok() and details with golden_note().
 */
#ifndef UMIE_TESTS_GOLDEN_H
#define UMIE_TESTS_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

#include "src/tensor/tensor.h"

__attribute__((format(printf, 2, 3))) bool golden_ok(bool cond, const char *fmt,
						     ...);
__attribute__((format(printf, 1, 2))) void golden_note(const char *fmt, ...);

/*
 * Compare two contiguous f32 tensors of the same shape: relative to the
 * largest wanted value (`rel`), or absolutely.  `mask`, when given, has one
 * byte for each row of the last dimension; rows with 0 are not compared.
 * A shape that differs fails and says so.
 */
bool golden_near(const struct tensor *got, const struct tensor *want,
		 double tol, bool absolute, const unsigned char *mask,
		 const char *name);

/* The same when `got` lies in the memory of `be`. */
struct backend;
bool golden_near_on(struct backend *be, const struct tensor *got,
		    const struct tensor *want, double tol, bool absolute,
		    const unsigned char *mask, const char *name);

/* Print the plan; 1 when anything failed. */
int golden_done(void);

/* One safetensors file of a package; NULL when absent or unreadable. */
struct golden_file;
struct golden_file *golden_open(const char *path);
void golden_close(struct golden_file *f);
/* NULL when the file has no such tensor. */
const struct tensor *golden_get(const struct golden_file *f, const char *name);
size_t golden_count(const struct golden_file *f);
const char *golden_name(const struct golden_file *f, size_t i);

/* The packages; `dir` is the package's own folder. */
void golden_bins(const char *dir);  /* model/: all containers agree */
void golden_model(const char *dir); /* model/: forward */
void golden_grads(const char *dir, const char *model_dir);
void golden_decode(const char *dir, const char *model_dir);
void golden_vision(const char *dir);
void golden_vision_full(const char *dir); /* its full-size networks */
void golden_images(const char *dir);
void golden_tokenizer(const char *dir, const char *spm_path);
void golden_scoring(const char *dir);

#endif
