/*
 * probe -- the variants table: what each change does to each result.
 *
 * Plain data made from extractions; safe to hand to another thread.
 */
#ifndef UMIE_PROBE_PROBE_H
#define UMIE_PROBE_PROBE_H

#include "src/probe/match.h"
#include "src/probe/variant.h"

struct table;

struct probe_row {
	enum variation kind;
	char id[12];
	char *what;   /* owned */
	size_t n;     /* members, all of them computed */
	float g;      /* gate in use, mean of the members */
	float dg;     /* from the base's */
	float spread; /* standard deviation of g over the members */
	/* of each base result: members that give each mark; (results x
	 * MARK_KINDS), owned */
	int *marks;
	size_t added;       /* new results, all members */
	double flips;       /* per member */
	struct counts base; /* against the base, all members */
	struct counts gold; /* against gold; zero without */
	char *instruction;  /* of the first member, as filled in; owned */
	struct extract_request request; /* of the first member */
};

struct probe_table {
	struct extraction *base; /* owned */
	struct probe_row *row;   /* owned; row 0 is the base */
	size_t n, planned;       /* rows computed, rows that there will be */
	bool gold;               /* F1 is against gold, not the base */
	double ms;
};

/* What members gave, in variants_members() order; NULL: not computed yet. */
struct probe_table *probe_table_new(const struct variants *v,
				    struct extraction *const *result,
				    const struct records *gold, double ms);
void probe_table_free(struct probe_table *t);

/* F1 of a row, 0 … 1. */
double probe_row_f1(const struct probe_table *t, const struct probe_row *r);
/* The mark that most members of a row give base result i; *times how many. */
enum mark probe_row_mark(const struct probe_row *r, size_t i, int *times);
/* Rows after the base's that change result i. */
size_t probe_changes(const struct probe_table *t, size_t i);
/* Result i goes when the picture goes, and with which box (0: none). */
bool probe_needs_image(const struct probe_table *t, size_t i);
bool probe_needs_box(const struct probe_table *t, size_t i, int *box);
/* Mean flips per variant; the row with the least F1, or -1. */
double probe_mean_flips(const struct probe_table *t);
int probe_worst(const struct probe_table *t);

/* Leave row i out; not the base's. */
void probe_drop(struct probe_table *t, size_t i);
/* Row of an id, or -1. */
int probe_find(const struct probe_table *t, const char *id);

/* The table for people and files; table_free() it. */
struct table *probe_report(const struct probe_table *t);
/* What a base result is called: "Person Kevin Love"; caller's. */
char *result_name(const struct extraction *x, size_t i);

#endif
