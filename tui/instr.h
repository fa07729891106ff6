/*
 * instr -- instructions by their names.
 *
 * "trained" (or "own") is the checkpoint's template of the task that is edited,
 * "now" the one that is edited, I0, I1 and I2 the paper's; i3 is that of a row
 * of the variants table; others are files that `instr save NAME` wrote.
 */
#ifndef UMIE_TUI_INSTR_H
#define UMIE_TUI_INSTR_H

#include <stdbool.h>

struct app;
struct err;
struct labels;

/*
 * The instruction that a word names, as a request has it: NULL is the task's
 * own.  *out is the caller's.  False: it names none.
 */
bool instr_find(const struct app *app, const char *word, char **out);
/* The same as a template; NULL: none, or the task has none.  Caller's. */
char *instr_text(const struct app *app, const char *word);
/* Every name but "now" and rows that change something else, as `instr list`
 * has them; labels_release(). */
void instr_names(const struct app *app, struct labels *out);

/* What a comparison calls its two sides has to differ; ERR_USAGE. */
int instr_differ(const char *first, const char *second, struct err *err);

/* Can this be the name of one that is saved?  (letters, digits, - and _) */
bool instr_is_name(const char *s);
/* Where they are saved, and the file of a name; caller's, or NULL and *err. */
char *instr_folder(struct err *err);
char *instr_file(const char *name, struct err *err);

#endif
