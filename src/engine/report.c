/* What opening a checkpoint found, for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"

void open_report_release(struct open_report *r)
{
	free(r->path);
	free(r->format);
	labels_release(&r->missing);
	labels_release(&r->unexpected);
	labels_release(&r->resized);
	labels_release(&r->instructions);
	schema_release(&r->schema);
	*r = (struct open_report){0};
}

void open_report_copy(struct open_report *to, const struct open_report *from)
{
	*to = *from;
	to->path = xstrdup(from->path);
	to->format = xstrdup(from->format);
	labels_copy(&to->missing, &from->missing);
	labels_copy(&to->unexpected, &from->unexpected);
	labels_copy(&to->resized, &from->resized);
	schema_copy(&to->schema, &from->schema);
	labels_copy(&to->instructions, &from->instructions);
}

/* "encoder.gate.… and 43 more" */
static void list(struct str *out, const char *what, const struct labels *l)
{
	enum { SHOWN = 3 };

	str_addf(out, "  %-12s %zu", what, l->n);
	for (size_t i = 0; i < l->n && i < SHOWN; i++)
		str_addf(out, "%s%s", i ? ", " : "  ", l->name[i]);
	if (l->n > SHOWN)
		str_addf(out, " and %zu more", l->n - SHOWN);
	str_addc(out, '\n');
}

void open_report_text(const struct open_report *r, struct str *out)
{
	str_addf(out, "%s\n", r->path);
	str_addf(out, "  %-12s %s, %s, %.1f MB\n", "weights", r->format,
		 r->dtype, (double)r->bytes / 1e6);
	str_addf(out, "  %-12s %.12s\n", "sha256", r->hash);
	str_addf(out,
		 "  %-12s %.1f M in the model, %.1f M in the image "
		 "encoder\n",
		 "parameters", (double)r->parameters / 1e6,
		 (double)r->vision_parameters / 1e6);
	str_addf(out, "  %-12s %zu tensors\n", "used", r->used);
	list(out, "missing", &r->missing);
	if (r->missing.n)
		str_add(out, "               they start from random numbers: "
			     "train before you trust an answer\n");
	list(out, "unexpected", &r->unexpected);
	list(out, "resized", &r->resized);
	if (r->pieces)
		str_addf(out, "  %-12s %d rows, %d pieces\n", "vocabulary",
			 r->vocab, r->pieces);
	else
		str_addf(out,
			 "  %-12s %d rows, no spiece.model: texts cannot "
			 "be read\n",
			 "vocabulary", r->vocab);
	str_addf(out, "  %-12s %s\n", "schema",
		 r->has_schema ? "schema.json" : "none; the paper's is used");
	str_addf(out, "  %-12s %s\n", "instructions",
		 r->trained_instructions
		     ? "those it was trained with"
		     : "not recorded; the paper's are used");
	str_addf(out, "  %-12s %s\n", "pictures",
		 r->has_vision ? "vision.safetensors"
			       : "no vision.safetensors: text only");
	str_addf(out, "  %-12s %.0f ms\n", "opened in", r->ms);
}

static struct json *names(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

struct json *open_report_json(const struct open_report *r)
{
	struct json *j = json_new_object();

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "path", r->path);
	json_put_string(j, "format", r->format);
	json_put_string(j, "dtype", r->dtype);
	json_put_string(j, "sha256", r->hash);
	json_put_int(j, "bytes", r->bytes);
	json_put_int(j, "parameters", r->parameters);
	json_put_int(j, "vision_parameters", r->vision_parameters);
	json_put_string(j, "vision_sha256", r->vision_hash);
	json_put_int(j, "used", (int64_t)r->used);
	json_put(j, "missing", names(&r->missing));
	json_put(j, "unexpected", names(&r->unexpected));
	json_put(j, "resized", names(&r->resized));
	json_put_int(j, "vocabulary", r->vocab);
	json_put_int(j, "pieces", r->pieces);
	json_put_bool(j, "has_schema", r->has_schema);
	json_put_bool(j, "has_vision", r->has_vision);
	json_put_bool(j, "trained_instructions", r->trained_instructions);
	json_put_number(j, "ms", r->ms, 4);
	return j;
}
