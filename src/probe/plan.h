/*
 * plan -- what a probe varies, as words that can be typed, saved and shared.
 *
 * A plan is a list of variations ("order 10", "typo 2", "none"), a seed, and
 * whether the gate is held while the rest changes.  Its file has a variation
 * a line; lines that begin with # are comments.
 */
#ifndef UMIE_PROBE_PLAN_H
#define UMIE_PROBE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct str;

enum variation_group { VARY_INSTRUCTION, VARY_LABELS, VARY_TEXT, VARY_IMAGE };

/*
 * name when it is typed, letter of its ids, group, value it wants ("" for
 * none, in [] when it may be left out), in the plan that is used when none is
 * given, what it does
 */
#define VARIATIONS(_)                                                          \
	_(INSTR, "instr", 'i', INSTRUCTION, "TEXT", false, "this instruction") \
	_(NAMED, "named", 'i', INSTRUCTION, "", true,                          \
	  "the paper's instruction sets I0, I1, I2")                           \
	_(PARAPHRASE, "paraphrase", 'p', INSTRUCTION, "[FILE]", true,          \
	  "ten other wordings, or those of a file, one a line")                \
	_(NONE, "none", 'n', INSTRUCTION, "", true, "no instruction at all")   \
	_(MISTYPE, "mistype", 'm', INSTRUCTION, "[N]", false,                  \
	  "N typing mistakes in the instruction (2)")                          \
	_(ORDER, "order", 'o', LABELS, "[N]", true,                            \
	  "labels in N random orders (10), as one row")                        \
	_(SYNONYM, "synonym", 's', LABELS, "[FILE]", true,                     \
	  "another word for a label, a row each (lines \"label = word\")")     \
	_(TYPO, "typo", 't', TEXT, "[N]", true,                                \
	  "N typing mistakes in the text (2)")                                 \
	_(CASE, "case", 'c', TEXT, "", true,                                   \
	  "the text in upper, lower and title case")                           \
	_(STOP, "stop", 'f', TEXT, "", true,                                   \
	  "a full stop at the end of the text, or without it")                 \
	_(PREFIX, "prefix", 'a', TEXT, "S", false, "a sentence in front")      \
	_(SUFFIX, "suffix", 'z', TEXT, "S", false, "a sentence behind")        \
	_(SPAN, "span", 'd', TEXT, "A-B|WORDS", false,                         \
	  "a part of the text removed: code points, or words")                 \
	_(OFF, "off", 'g', IMAGE, "", true, "image off (gate 0)")              \
	_(OTHER, "other", 'x', IMAGE, "[PICTURE]", false,                      \
	  "another picture; in a set that of a random other example")          \
	_(BOX, "box", 'b', IMAGE, "[N|all]", false,                            \
	  "box N masked out, or each in turn")

enum variation {
#define VARIATION_ENUM(upper, name, letter, group, arg, standard, what) \
	VARY_##upper,
	VARIATIONS(VARIATION_ENUM)
#undef VARIATION_ENUM
	    VARIATION_KINDS,
	VARY_BASE = -1, /* the request as it is */
};

const char *variation_name(enum variation v);
char variation_letter(enum variation v);
const char *variation_arg(enum variation v);
const char *variation_help(enum variation v);
enum variation_group variation_group_of(enum variation v);

struct plan_item {
	enum variation kind;
	char *value; /* owned; NULL: none given */
};

/* Zeroed is empty; then plan_standard() is what is meant. */
struct plan {
	struct plan_item *item; /* owned */
	size_t n, cap;
	uint64_t seed;
	bool hold_gate; /* at the base's own value */
};

/* Adds a variation by its name; value may be NULL.  ERR_USAGE. */
int plan_add(struct plan *p, const char *name, const char *value,
	     struct err *err);
/*
 * Adds words as they are typed: "order 10 typo none", "order=10"; a word that
 * is no name of a variation is the value of the one before.
 */
int plan_words(struct plan *p, const char *const *word, int n, struct err *err);
/* Adds the lines of a file. */
int plan_read(struct plan *p, const char *path, struct err *err);
void plan_standard(struct plan *p);
void plan_copy(struct plan *to, const struct plan *from);
void plan_release(struct plan *p);

/* The plan's file. */
void plan_print(const struct plan *p, struct str *out);
/* A number that belongs to an item; its default when none was given. */
long plan_number(const struct plan_item *i, long fallback);

#endif
