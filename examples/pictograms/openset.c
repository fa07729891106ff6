#include "examples/pictograms/openset.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

void output_put(struct output *o, struct json *j)
{
	char *line = json_print(j);

	str_add(&o->text, line);
	str_addc(&o->text, '\n');
	o->n++;
	free(line);
	json_free(j);
}

struct json *example_new(const struct output *o, const char *task)
{
	struct json *j = json_new_object();
	char *id = xasprintf("%s-%ld", o->prefix, o->n + 1);

	json_put_string(j, "id", id);
	json_put_string(j, "task", task);
	free(id);
	return j;
}

bool next_line(struct span *rest, struct span *line)
{
	const char *end;

	if (!rest->len)
		return false;
	end = memchr(rest->s, '\n', rest->len);
	line->s = rest->s;
	line->len = end ? (size_t)(end - rest->s) : rest->len;
	rest->s += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	if (line->len && line->s[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Every text once, though it stands there once for each of its pictures. */
static int convert_text(const struct format *f, struct span in,
			const char *path, struct output out[2], struct err *err)
{
	struct str last = {0};
	struct span line;
	int rc = 0;

	(void)f;
	while (!rc && next_line(&in, &line)) {
		struct json *j = json_parse(line.s, line.len, path, err);
		const char *text = json_string(json_get(j, "text"));

		if (!j)
			rc = -(int)err->code;
		else if (!text)
			rc = err_set(err, ERR_DATA,
				     "%s: an example without text", path);
		else if (strcmp(text, str_cstr(&last)) != 0)
			str_addf(&out->text, "%s\n", text);
		str_clear(&last);
		str_add(&last, text ? text : "");
		json_free(j);
	}
	str_release(&last);
	return rc;
}

static const struct tag btc_tags[] = {
    {"PER", "Person"}, {"LOC", "Location"}, {"ORG", "Organization"}, {0}};

static const struct tag wnut_tags[] = {{"person", "Person"},
				       {"location", "Location"},
				       {"corporation", "Organization"},
				       {"group", "Organization"},
				       {"creative-work", "Miscellaneous"},
				       {"product", "Miscellaneous"},
				       {0}};

static const struct format formats[] = {
    {"btc", 1, convert_conll, btc_tags,
     "Please extract the following entity type: Person, Location, "
     "Organization."},
    {"wnut", 1, convert_conll, wnut_tags,
     "Please extract the following entity type: Person, Location, "
     "Organization, Miscellaneous."},
    {"semeval", 2, convert_semeval, NULL, NULL},
    {"text", 1, convert_text, NULL, NULL},
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

int format_convert(const struct format *f, struct span in, const char *path,
		   struct output out[2], struct err *err)
{
	out[0] = (struct output){.prefix = f->name};
	out[1] = (struct output){.prefix = "semeval-dev"};
	return f->convert(f, in, path, out, err);
}
