#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

/* Where the checker stands in the text. */
struct check {
	const char *s;
	size_t i, n;
	int depth;
	const char *what;
	struct err *err;
};

static int value(struct check *c);

static int fail(struct check *c, const char *why)
{
	return err_set(c->err, ERR_DATA, "%s: byte %zu: %s", c->what, c->i,
		       why);
}

static int peek(const struct check *c)
{
	return c->i < c->n ? (unsigned char)c->s[c->i] : -1;
}

static void skip_space(struct check *c)
{
	while (c->i < c->n && strchr(" \t\r\n", c->s[c->i]) && c->s[c->i])
		c->i++;
}

/* The value of \uXXXX at c->i (past the u), or -1. */
static int hex4(struct check *c)
{
	int v = 0;

	if (c->n - c->i < 4)
		return -1;
	for (int k = 0; k < 4; k++) {
		char ch = c->s[c->i++];
		int d = ch >= '0' && ch <= '9'   ? ch - '0'
			: ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
			: ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
						 : -1;

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static int escape(struct check *c)
{
	int e = peek(c), u;

	c->i++;
	if (e > 0 && strchr("\"\\/bfnrt", e))
		return 0;
	if (e != 'u')
		return fail(c, "unknown escape in a string");
	u = hex4(c);
	if (u < 0)
		return fail(c, "\\u wants four hexadecimal digits");
	if (u == 0)
		return fail(c, "\\u0000 in a string");
	if (u >= 0xdc00 && u <= 0xdfff)
		return fail(c, "half a surrogate pair");
	if (u < 0xd800 || u > 0xdbff)
		return 0;
	if (peek(c) != '\\' || c->i + 1 >= c->n || c->s[c->i + 1] != 'u')
		return fail(c, "half a surrogate pair");
	c->i += 2;
	u = hex4(c);
	return u >= 0xdc00 && u <= 0xdfff ? 0
					  : fail(c, "half a surrogate pair");
}

static int string(struct check *c)
{
	int rc;

	c->i++;
	for (;;) {
		int ch = peek(c);

		if (ch < 0)
			return fail(c, "string without an end");
		if (ch < 0x20)
			return fail(c, "control character in a string");
		c->i++;
		if (ch == '"')
			return 0;
		if (ch == '\\') {
			rc = escape(c);
			if (rc < 0)
				return rc;
		}
	}
}

static size_t digits(struct check *c)
{
	size_t start = c->i;

	while (c->i < c->n && c->s[c->i] >= '0' && c->s[c->i] <= '9')
		c->i++;
	return c->i - start;
}

static int number(struct check *c)
{
	size_t start = c->i;
	char text[64];
	double v;

	if (peek(c) == '-')
		c->i++;
	if (peek(c) == '0')
		c->i++;
	else if (digits(c) == 0)
		return fail(c, "not a number");
	if (peek(c) == '.') {
		c->i++;
		if (digits(c) == 0)
			return fail(c, "no digit after the point");
	}
	if (peek(c) == 'e' || peek(c) == 'E') {
		c->i++;
		if (peek(c) == '+' || peek(c) == '-')
			c->i++;
		if (digits(c) == 0)
			return fail(c, "no digit in the exponent");
	}
	if (c->i - start >= sizeof(text))
		return fail(c, "a number of more than 63 characters");
	memcpy(text, c->s + start, c->i - start);
	text[c->i - start] = '\0';
	v = strtod(text, NULL);
	return isfinite(v) ? 0 : fail(c, "number out of range");
}

static int word(struct check *c, const char *w)
{
	size_t n = strlen(w);

	if (c->n - c->i < n || memcmp(c->s + c->i, w, n) != 0)
		return fail(c, "not a JSON value");
	c->i += n;
	return 0;
}

/* Members of {...} or elements of [...]; the bracket is at c->i. */
static int container(struct check *c, char close)
{
	int rc;

	if (++c->depth > JSON_DEPTH)
		return fail(c, "nested too deeply");
	c->i++;
	skip_space(c);
	if (peek(c) == close)
		goto done;
	for (;;) {
		skip_space(c);
		if (close == '}') {
			if (peek(c) != '"')
				return fail(c, "a key was expected");
			rc = string(c);
			if (rc < 0)
				return rc;
			skip_space(c);
			if (peek(c) != ':')
				return fail(c, "':' was expected");
			c->i++;
		}
		rc = value(c);
		if (rc < 0)
			return rc;
		skip_space(c);
		if (peek(c) == close)
			break;
		if (peek(c) != ',')
			return fail(c, "',' or a closing bracket expected");
		c->i++;
	}
done:
	c->i++;
	c->depth--;
	return 0;
}

static int value(struct check *c)
{
	skip_space(c);
	switch (peek(c)) {
	case '{':
		return container(c, '}');
	case '[':
		return container(c, ']');
	case '"':
		return string(c);
	case 't':
		return word(c, "true");
	case 'f':
		return word(c, "false");
	case 'n':
		return word(c, "null");
	default:
		return number(c);
	}
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* No object below `j` has a key twice. */
static int unique_keys(const cJSON *j, const char *what, struct err *err)
{
	size_t n = 0, cap = 0;
	const char **keys = NULL;
	const cJSON *m;
	int rc = 0;

	for (m = j->child; m && rc == 0; m = m->next) {
		if (cJSON_IsObject(j)) {
			keys = xgrow(keys, n, &cap, sizeof(*keys));
			keys[n++] = m->string;
		}
		rc = unique_keys(m, what, err);
	}
	if (n > 1)
		qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < n && rc == 0; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			rc = err_set(err, ERR_DATA, "%s: key \"%s\" twice",
				     what, keys[i]);
	free(keys);
	return rc;
}

struct json *json_parse(const char *text, size_t n, const char *what,
			struct err *err)
{
	struct check c = {.s = text, .n = n, .what = what, .err = err};
	cJSON *j;

	c.i = utf8_valid(text, n);
	if (c.i < n) {
		fail(&c, "not UTF-8");
		return NULL;
	}
	c.i = 0;
	if (value(&c) < 0)
		return NULL;
	skip_space(&c);
	if (c.i < n) {
		fail(&c, "something after the end of the JSON value");
		return NULL;
	}
	j = cJSON_ParseWithLength(text, n);
	if (!j) {
		err_set(err, ERR_DATA, "%s: not JSON", what);
		return NULL;
	}
	if (unique_keys(j, what, err) < 0) {
		cJSON_Delete(j);
		return NULL;
	}
	return (struct json *)j;
}

struct json *json_read(const char *path, size_t limit, struct err *err)
{
	struct str text = {0};
	struct json *j = NULL;

	if (file_read(path, limit, &text, err) == 0)
		j = json_parse(str_cstr(&text), text.len, path, err);
	str_release(&text);
	return j;
}

static const cJSON *in(const struct json *j)
{
	return (const cJSON *)j;
}

void json_free(struct json *j)
{
	cJSON_Delete((cJSON *)j);
}

bool json_is_object(const struct json *j)
{
	return cJSON_IsObject(in(j));
}

bool json_is_array(const struct json *j)
{
	return cJSON_IsArray(in(j));
}

bool json_is_string(const struct json *j)
{
	return cJSON_IsString(in(j));
}

bool json_is_number(const struct json *j)
{
	return cJSON_IsNumber(in(j));
}

bool json_is_bool(const struct json *j)
{
	return cJSON_IsBool(in(j));
}

bool json_is_null(const struct json *j)
{
	return cJSON_IsNull(in(j));
}

const struct json *json_get(const struct json *j, const char *key)
{
	return (const struct json *)cJSON_GetObjectItemCaseSensitive(in(j),
								     key);
}

size_t json_len(const struct json *j)
{
	if (!json_is_array(j) && !json_is_object(j))
		return 0;
	return (size_t)cJSON_GetArraySize(in(j));
}

const struct json *json_first(const struct json *j)
{
	return j ? (const struct json *)in(j)->child : NULL;
}

const struct json *json_next(const struct json *j)
{
	return (const struct json *)in(j)->next;
}

const char *json_key(const struct json *j)
{
	return in(j)->string;
}

const char *json_string(const struct json *j)
{
	return json_is_string(j) ? in(j)->valuestring : NULL;
}

double json_number(const struct json *j)
{
	return json_is_number(j) ? in(j)->valuedouble : 0;
}

bool json_true(const struct json *j)
{
	return cJSON_IsTrue(in(j));
}

int json_int(const struct json *j, int64_t lo, int64_t hi, const char *what,
	     int64_t *out, struct err *err)
{
	double v = json_number(j);

	if (!json_is_number(j) || v != floor(v) || v < (double)lo ||
	    v > (double)hi || fabs(v) > 0x1p53)
		return err_set(err, ERR_DATA,
			       "%s: a whole number from %lld to %lld expected",
			       what, (long long)lo, (long long)hi);
	*out = (int64_t)v;
	return 0;
}

struct json *json_member(struct json *j, const char *key)
{
	return (struct json *)cJSON_GetObjectItemCaseSensitive((cJSON *)j, key);
}

struct json *json_copy(const struct json *j)
{
	return (struct json *)cJSON_Duplicate((const cJSON *)j, 1);
}

struct json *json_new_object(void)
{
	return (struct json *)cJSON_CreateObject();
}

struct json *json_new_array(void)
{
	return (struct json *)cJSON_CreateArray();
}

void json_put(struct json *object, const char *key, struct json *v)
{
	cJSON_AddItemToObject((cJSON *)object, key, (cJSON *)v);
}

void json_put_string(struct json *object, const char *key, const char *s)
{
	cJSON_AddStringToObject((cJSON *)object, key, s);
}

void json_put_int(struct json *object, const char *key, int64_t v)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	cJSON_AddRawToObject((cJSON *)object, key, text);
}

static cJSON *number_item(double v, int digits)
{
	char text[40];

	if (!isfinite(v))
		return cJSON_CreateNull();
	snprintf(text, sizeof(text), "%.*g", digits, v == 0 ? 0.0 : v);
	return cJSON_CreateRaw(text);
}

void json_put_number(struct json *object, const char *key, double v, int digits)
{
	cJSON_AddItemToObject((cJSON *)object, key, number_item(v, digits));
}

void json_put_bool(struct json *object, const char *key, bool v)
{
	cJSON_AddBoolToObject((cJSON *)object, key, v);
}

void json_put_null(struct json *object, const char *key)
{
	cJSON_AddNullToObject((cJSON *)object, key);
}

void json_push(struct json *array, struct json *v)
{
	cJSON_AddItemToArray((cJSON *)array, (cJSON *)v);
}

void json_push_string(struct json *array, const char *s)
{
	cJSON_AddItemToArray((cJSON *)array, cJSON_CreateString(s));
}

void json_push_number(struct json *array, double v, int digits)
{
	cJSON_AddItemToArray((cJSON *)array, number_item(v, digits));
}

char *json_print(const struct json *j)
{
	return cJSON_PrintUnformatted(in(j));
}

char *json_print_pretty(const struct json *j)
{
	return cJSON_Print(in(j));
}
