/*
 * json -- strict JSON over cJSON.
 *
 * cJSON is lenient; json_parse() first checks the text: UTF-8, no NUL (not
 * even \u0000), nesting depth, one value and nothing after it, numbers that
 * fit a double, no duplicate keys.  A value is owned by the root it hangs on.
 */
#ifndef UMIE_BASE_JSON_H
#define UMIE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json; /* one value */

enum { JSON_DEPTH = 64 };

/*
 * Parse n bytes; NULL and ERR_DATA on failure.  `what` names the source in
 * the message, which gives the byte offset.  Free with json_free().
 */
struct json *json_parse(const char *text, size_t n, const char *what,
			struct err *err);
struct json *json_read(const char *path, size_t limit, struct err *err);
void json_free(struct json *j);

bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_string(const struct json *j);
bool json_is_number(const struct json *j);
bool json_is_bool(const struct json *j);
bool json_is_null(const struct json *j);

/* Member `key`, or NULL (also when j is NULL or no object). */
const struct json *json_get(const struct json *j, const char *key);
size_t json_len(const struct json *j); /* members or elements; 0 otherwise */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *j);
const char *json_key(const struct json *j); /* of an object's member */

const char *json_string(const struct json *j); /* NULL when not a string */
double json_number(const struct json *j);      /* 0 when not a number */
bool json_true(const struct json *j);

/* Whole number within lo … hi; ERR_DATA naming `what` otherwise. */
int json_int(const struct json *j, int64_t lo, int64_t hi, const char *what,
	     int64_t *out, struct err *err);

/* The same of a value that is being built. */
struct json *json_member(struct json *j, const char *key);
struct json *json_copy(const struct json *j); /* a root of its own */

/* Building.  Values put into a parent belong to it. */
struct json *json_new_object(void);
struct json *json_new_array(void);
void json_put(struct json *object, const char *key, struct json *value);
void json_put_string(struct json *object, const char *key, const char *s);
void json_put_int(struct json *object, const char *key, int64_t v);
/* `digits` significant digits, trailing zeros dropped; NaN, Inf: null. */
void json_put_number(struct json *object, const char *key, double v,
		     int digits);
void json_put_bool(struct json *object, const char *key, bool v);
void json_put_null(struct json *object, const char *key);
void json_push(struct json *array, struct json *value);
void json_push_string(struct json *array, const char *s);
void json_push_number(struct json *array, double v, int digits);

/* On one line, or indented; caller's to free(). */
char *json_print(const struct json *j);
char *json_print_pretty(const struct json *j);

#endif
