/*
 * brat-conf -- the types of a brat folder: annotation.conf lists them,
 * visual.conf says what they stand for and gives them colours.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/brat.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct labels *l)
{
	if (l->n)
		qsort(l->name, l->n, sizeof(*l->name), compare);
}

/* Types of all labels in their order, whatever document comes first. */
void brat_name_types(struct brat_folder *f)
{
	const struct dataset *d = f->w->d;
	struct labels all = {0};

	for (size_t i = 0; i < d->n; i++) {
		const struct example *e = &d->ex[i];
		struct records r;

		example_records(e, &r);
		for (size_t k = 0; k < r.n; k++)
			labels_add(&all, r.rec[k].label,
				   strlen(r.rec[k].label));
		for (size_t k = 0; k < e->remarks.n; k++)
			labels_add(&all, e->remarks.at[k].name,
				   strlen(e->remarks.at[k].name));
		records_release(&r);
	}
	sort(&all);
	for (size_t i = 0; i < all.n; i++)
		if (i == 0 || strcmp(all.name[i - 1], all.name[i]) != 0)
			brat_type(&f->names, all.name[i]);
	labels_release(&all);
}

static void put_section(struct str *out, const char *name,
			const struct labels *types, const char *rest)
{
	str_addf(out, "[%s]\n", name);
	for (size_t i = 0; i < types->n; i++)
		str_addf(out, "%s%s\n", types->name[i], rest);
	str_addc(out, '\n');
}

static void put_conf(struct brat_folder *f)
{
	struct str *out = writer_side(f->w, "annotation.conf");
	struct str roles = {0};

	labels_add(&f->entities, BRAT_SPAN, strlen(BRAT_SPAN));
	sort(&f->entities);
	sort(&f->relations);
	sort(&f->events);
	sort(&f->roles);
	sort(&f->attributes);
	for (size_t i = 0; i < f->roles.n; i++)
		str_addf(&roles, "%s%s*:<ANY>", i ? ", " : "\t",
			 f->roles.name[i]);
	put_section(out, "entities", &f->entities, "");
	put_section(out, "relations", &f->relations,
		    "\tArg1:<ANY>, Arg2:<ANY>");
	put_section(out, "events", &f->events, str_cstr(&roles));
	put_section(out, "attributes", &f->attributes, "\tArg:<ANY>");
	str_release(&roles);
}

static bool is_used(const struct brat_folder *f, const char *type)
{
	const struct labels *const lists[] = {
	    &f->entities, &f->relations, &f->events, &f->roles, &f->attributes};

	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (strcmp(lists[k]->name[i], type) == 0)
				return true;
	return false;
}

/* Colours go round the wheel, light enough to read black on. */
static void put_visual(struct brat_folder *f)
{
	static const char *const colours[] = {
	    "#a6cee3", "#b2df8a", "#fdbf6f", "#fb9a99", "#cab2d6", "#ffff99",
	    "#8dd3c7", "#bebada", "#fccde5", "#ccebc5", "#ffed6f", "#d9d9d9",
	};
	const struct labels *const lists[] = {&f->entities, &f->events};
	struct str *out = writer_side(f->w, "visual.conf");
	size_t n = 0;

	str_add(out, "[labels]\n" BRAT_LABELS "\n");
	for (size_t i = 0; i < f->names.type.n; i++)
		if (is_used(f, f->names.type.name[i]))
			str_addf(out, "%s | %s\n", f->names.type.name[i],
				 f->names.label.name[i]);
	str_add(out, "\n[drawing]\n");
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			str_addf(out, "%s\tbgColor:%s\n", lists[k]->name[i],
				 colours[n++ % ARRAY_LEN(colours)]);
}

void brat_put_conf(struct brat_folder *f)
{
	put_conf(f);
	put_visual(f);
}
