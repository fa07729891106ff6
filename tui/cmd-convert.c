/* umie convert: a data set from one format to another. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/compare.h"
#include "src/data/dataset.h"
#include "src/data/offsets.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"from", 0, "FORMAT", "format of IN (default: by its first lines)"},
    {"to", 0, "FORMAT", "format of OUT (default: by its name)"},
    {"offsets", 0, "UNIT", "of IN and OUT: cp (default), utf16, byte"},
    {"images", 0, "DIR", "where pictures are looked for"},
    {"schema", 0, "FILE", "labels take the spelling of this schema.json"},
    {"check", 0, NULL, "read OUT again and compare; exit 3 if it differs"},
    {NULL, 0, NULL, NULL},
};

struct convert {
	const char *in, *out;
	struct dataset_options read;
	struct write_options write;
	struct schema schema;
	bool has_schema, check;
};

/* "utf16" for both, or "utf16:cp". */
static int parse_units(const char *s, struct convert *c, struct err *err)
{
	const char *colon = s ? strchr(s, ':') : NULL;
	char *first;
	int rc;

	if (!s)
		return 0;
	first = colon ? xstrndup(s, (size_t)(colon - s)) : xstrdup(s);
	rc = offset_unit_find(first, &c->read.unit, err);
	if (rc == 0)
		rc = offset_unit_find(colon ? colon + 1 : first, &c->write.unit,
				      err);
	free(first);
	return rc;
}

static int fill(const struct args *a, struct convert *c, struct err *err)
{
	const char *schema = args_get(a, "schema");

	c->in = a->pos[0];
	c->out = a->pos[1];
	c->check = args_has(a, "check");
	c->read.image_dir = args_get(a, "images");
	if (data_format_find(args_get(a, "from"), &c->read.format, err) < 0 ||
	    data_format_find(args_get(a, "to"), &c->write.format, err) < 0 ||
	    parse_units(args_get(a, "offsets"), c, err) < 0)
		return -ERR_USAGE;
	if (c->write.format == DATA_GUESS)
		c->write.format = data_format_of_name(c->out);
	if (c->write.format == DATA_GUESS)
		return err_set(err, ERR_USAGE,
			       "%s: its name tells no format; say --to "
			       "FORMAT (umie-formats(5))",
			       c->out);
	if (c->check && strcmp(c->out, "-") == 0)
		return err_set(err, ERR_USAGE,
			       "--check reads OUT again, so it cannot be -");
	c->has_schema = schema != NULL;
	if (schema && schema_read(&c->schema, schema, err) < 0)
		return -(int)err->code;
	c->read.schema = schema ? &c->schema : NULL;
	return 0;
}

/* Events are what models are scored on: say which examples have none. */
static size_t without_events(const struct dataset *d)
{
	size_t n = 0;

	if (d->format != DATA_M2E2 && d->format != DATA_M2E2_UMIE)
		return 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct example *e = &d->ex[i];

		n += e->task == TASK_MNER &&
		     (i + 1 == d->n || d->ex[i + 1].task != TASK_MEE ||
		      strcmp(d->ex[i + 1].id, e->id) != 0);
	}
	return n;
}

static void report_input(struct app *app, const struct convert *c,
			 const struct dataset *d)
{
	bool guessed = c->read.format == DATA_GUESS;
	size_t records = 0, eventless = without_events(d);

	for (size_t i = 0; i < d->n; i++) {
		struct records all;

		example_records(&d->ex[i], &all);
		records += all.n;
		records_release(&all);
	}
	app_note(app, "%s: %s%s, %zu examples, %zu records", c->in,
		 data_format_name(d->format), guessed ? " (guessed)" : "", d->n,
		 records);
	if (d->missing_images)
		app_note(app, "%zu of its pictures are not there",
			 d->missing_images);
	if (eventless)
		app_note(app, "%zu of its texts have no event; they are kept",
			 eventless);
}

static void report_losses(struct app *app, const struct convert *c,
			  const struct losses *lost)
{
	const char *to = data_format_name(c->write.format);
	struct str text = {0};

	if (losses_total(lost) == 0) {
		app_note(app, "%s: %s, nothing lost", c->out, to);
		return;
	}
	losses_print(lost, &text);
	text.s[--text.len] = '\0';
	app_note(app, "%s: %s, which does not hold\n%s", c->out, to, text.s);
	str_release(&text);
}

/* Exit 3 with the list when OUT does not say what IN said. */
static int check(struct app *app, const struct convert *c,
		 const struct dataset *d, struct err *err)
{
	struct dataset_options o = {.format = c->write.format,
				    .unit = c->write.unit,
				    .image_dir = c->write.image_dir};
	struct dataset again = {0};
	struct str list = {0};
	size_t n;
	int rc = dataset_read(&again, c->out, &o, err);

	if (rc < 0)
		return err_context(err, "read again");
	n = dataset_compare(d, &again, c->write.format, &list);
	if (n) {
		list.s[--list.len] = '\0';
		app_say(app, "%s", list.s);
		rc = err_set(err, ERR_DATA,
			     "%s: read again, %zu thing%s in it differ%s from "
			     "%s",
			     c->out, n, n == 1 ? "" : "s", n == 1 ? "s" : "",
			     c->in);
	} else {
		app_note(app, "%s: read again, it says the same", c->out);
	}
	str_release(&list);
	dataset_release(&again);
	return rc;
}

static int exec_convert(struct app *app, const struct args *a, struct err *err)
{
	struct convert c = {0};
	struct dataset d = {0};
	struct losses lost = {0};
	int rc = fill(a, &c, err);

	if (rc == 0)
		rc = dataset_read(&d, c.in, &c.read, err);
	if (rc == 0) {
		report_input(app, &c, &d);
		rc = batch_write(app, &d, c.out, &c.write, &lost, err);
	}
	if (rc == 0)
		report_losses(app, &c, &lost);
	if (rc == 0 && c.check)
		rc = check(app, &c, &d, err);
	dataset_release(&d);
	if (c.has_schema)
		schema_release(&c.schema);
	return rc;
}

const struct cmd cmd_convert = {
    .name = "convert",
    .args = "IN|- OUT|-",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 2,
    .max_pos = 2,
    .help = "write a data set in another format, and say what that loses",
    .exec = exec_convert,
};
