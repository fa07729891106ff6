/*
 * config-field -- one field of a JSON object: its range, and the sentence
 * when it is not kept.  A field that is not there leaves the value alone.
 */
#ifndef UMIE_CHECKPOINT_CONFIG_FIELD_H
#define UMIE_CHECKPOINT_CONFIG_FIELD_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;
struct vision_config;

/* Where fields come from; all borrowed. */
struct field_source {
	const struct json *json;
	const char *what; /* file, and object in it */
	struct err *err;
};

struct config_field {
	const char *name;
	size_t offset; /* of an int */
	int lo, hi, initial;
};

int field_int(const struct field_source *s, const char *name, int lo, int hi,
	      int *value);
int field_float(const struct field_source *s, const char *name, double lo,
		double hi, float *value);
int field_bool(const struct field_source *s, const char *name, bool *value);

/* *value gets the index of the string in `choices`. */
int field_choice(const struct field_source *s, const char *name,
		 const char *const *choices, int n, int *value);

/* All ints of a table, with their initial values where they are absent. */
int field_table(const struct field_source *s, const struct config_field *f,
		size_t n, void *object);

/* ERR_CHECKPOINT: WHAT: "NAME" is VALUE; expected: EXPECTED. */
int field_fail(const struct field_source *s, const char *name,
	       const struct json *value, const char *expected);

/* The member "vision" of the object; absent: VISION_NONE. */
int config_read_vision(struct vision_config *v, const struct field_source *s);

/* The object "vision"; NULL for VISION_NONE. */
struct json *config_vision_json(const struct vision_config *v);

/* As few digits as give the same float again. */
int float_digits(float v);

#endif
