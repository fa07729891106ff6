/*
 * reference-tree -- the bracket tree that the reference reads.
 *
 * Its text has 【 for <extra_id_0> and 】 for <extra_id_1>; white space is
 * Python's.  The tree is a flat list of tokens: the children of the bracket
 * at i are tokens i+1, the one after its end, and so on.
 */
#ifndef UMIE_TASK_REFERENCE_TREE_H
#define UMIE_TASK_REFERENCE_TREE_H

#include "src/base/str.h"

enum ref_kind { REF_OPEN, REF_CLOSE, REF_LEAF };

struct ref_token {
	enum ref_kind kind;
	struct span s; /* the label, or the leaf; in the tree's text */
	size_t end;    /* of an OPEN: its CLOSE */
};

struct ref_tree {
	struct ref_token *token; /* owned; [0] is the whole tree */
	size_t n, cap;
};

/* Everything from the first marker on, markers apart, 0 and 1 as brackets. */
void ref_convert(const char *s, size_t n, struct str *out);
/* Words up to the one where the brackets first balance, single-spaced. */
void ref_clean(const struct str *s, struct str *out);
/* Is the number of 【 that of 】, in characters? */
bool ref_balanced(const struct str *s);
/* Single-spaced words, and a 】 for every word 【 that lacks one. */
void ref_add_brackets(const struct str *s, struct str *out);

/* False unless `s` is exactly one tree; it borrows `s`. */
bool ref_tree_read(struct ref_tree *t, const struct str *s);
void ref_tree_release(struct ref_tree *t);

/* The child after the one at i. */
size_t ref_tree_next(const struct ref_tree *t, size_t i);
bool ref_tree_empty(const struct ref_tree *t, size_t i);
/* A bracket's text: its words, or those of a bracket that comes first. */
void ref_tree_text(const struct ref_tree *t, size_t i, struct str *out);

#endif
