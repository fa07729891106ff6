#include "src/probe/set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/probe/calls.h"
#include "src/probe/set-internal.h"

const char *set_instruction(const char *wanted, const struct example *e)
{
	bool has_name = wanted && instruction_named(wanted, TASK_MNER);

	if (!wanted || (has_name && !instruction_named(wanted, e->task)))
		return e->instruction;
	return wanted;
}

void set_request(const struct set_run *s, const struct example *e,
		 struct extract_request *r)
{
	*r = (struct extract_request){0};
	example_request(e, r);
	free(r->instruction);
	r->instruction = xstrdup_null(set_instruction(s->o.instruction, e));
	r->max_tokens = s->o.max_tokens;
	r->beams = s->o.beams;
	r->constrained = s->o.constrained;
	r->gate = s->o.gate;
	r->gate_value = s->o.gate_value;
}

const struct records *set_gold(const struct set_run *s, const struct example *e)
{
	return s->result.gold ? &e->gold : NULL;
}

static bool has_picture(const struct example *e)
{
	return e->image && e->image_state == IMAGE_FOUND;
}

/* The k-th example with a picture. */
static size_t pictured(const struct set_run *s, size_t k)
{
	for (size_t i = 0; i < s->n; i++)
		if (has_picture(&s->d.ex[i]) && k-- == 0)
			return i;
	bug("set: no such picture");
}

long set_other(const struct set_run *s, size_t i, bool shuffled)
{
	struct rng_key key = {.seed = rng_mix(s->plan.seed, 77)};
	size_t all = 0, before = 0, place, k;

	for (size_t e = 0; e < s->n; e++) {
		before += e < i && has_picture(&s->d.ex[e]);
		all += has_picture(&s->d.ex[e]);
	}
	if (all < 2 || !has_picture(&s->d.ex[i]))
		return -1;
	if (!shuffled) {
		k = rng_below(&key, i, (uint32_t)all - 1);
		return (long)pictured(s, k + (k >= before));
	}
	/* Around a random circle, one place on: nobody keeps its own. */
	for (place = 0; place < all; place++)
		if (rng_permute(key.seed, place, all) == before)
			break;
	k = (size_t)rng_permute(key.seed, (place + 1) % all, all);
	return (long)pictured(s, k);
}

struct json *set_counts_json(const struct counts *c)
{
	struct json *j = json_new_array();

	json_push_number(j, (double)c->tp, 17);
	json_push_number(j, (double)c->fp, 17);
	json_push_number(j, (double)c->fn, 17);
	return j;
}

static int bad_line(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "a line of the progress file has no %s",
		       what);
}

int set_counts_read(const struct json *j, struct counts *c, struct err *err)
{
	int64_t *const to[] = {&c->tp, &c->fp, &c->fn};
	const struct json *e = json_first(j);

	if (json_len(j) != ARRAY_LEN(to))
		return bad_line(err, "counts");
	for (size_t i = 0; i < ARRAY_LEN(to); i++, e = json_next(e))
		if (json_int(e, 0, INT32_MAX, "a count", to[i], err) < 0)
			return -(int)err->code;
	return 0;
}

int set_int(const struct json *line, const char *key, int64_t *out,
	    struct err *err)
{
	const struct json *j = json_get(line, key);

	return j ? json_int(j, 0, INT32_MAX, key, out, err)
		 : bad_line(err, key);
}

struct set_row *set_row_of(struct set_result *r, const char *id,
			   const char *what)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->row[i].what, what) == 0)
			return &r->row[i];
	r->row = xgrow(r->row, r->n, &r->cap, sizeof(*r->row));
	r->row[r->n] =
	    (struct set_row){.what = xstrdup(what), .change = {NAN, NAN, NAN}};
	snprintf(r->row[r->n].id, sizeof(r->row[r->n].id), "%s", id);
	return &r->row[r->n++];
}

void set_row_add(struct set_row *r, const struct counts *c,
		 const struct counts *base)
{
	r->c = xgrow(r->c, r->n, &r->cap, sizeof(*r->c));
	r->base = xgrow(r->base, r->n, &r->cap_base, sizeof(*r->base));
	r->c[r->n] = *c;
	r->base[r->n++] = *base;
}

void set_note_fragile(struct set_run *s, size_t index, double flips)
{
	struct set_result *r = &s->result;
	const struct example *e = &s->d.ex[index];
	size_t at = r->n_fragile;

	while (at > 0 && r->fragile[at - 1].flips < flips)
		at--;
	if (at == SET_FRAGILE || flips <= 0)
		return;
	if (r->n_fragile == SET_FRAGILE) {
		free(r->fragile[SET_FRAGILE - 1].id);
		free(r->fragile[SET_FRAGILE - 1].text);
	} else {
		r->n_fragile++;
	}
	memmove(&r->fragile[at + 1], &r->fragile[at],
		(r->n_fragile - at - 1) * sizeof(*r->fragile));
	r->fragile[at] = (struct set_example){
	    index, xstrdup(e->id ? e->id : ""), xstrdup(e->text), flips};
}

static void result_release(struct set_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->row[i].what);
		free(r->row[i].c);
		free(r->row[i].base);
	}
	for (size_t i = 0; i < r->types; i++)
		free(r->type[i].name);
	for (size_t i = 0; i < r->n_fragile; i++) {
		free(r->fragile[i].id);
		free(r->fragile[i].text);
	}
	free(r->row);
	free(r->type);
	sweep_free(r->sweep);
	*r = (struct set_result){0};
}

void set_result_free(struct set_result *r)
{
	if (!r)
		return;
	result_release(r);
	free(r);
}

static void *copy_of(const void *p, size_t n, size_t size)
{
	void *to = xcalloc(n + 1, size);

	if (n)
		memcpy(to, p, n * size);
	return to;
}

static struct set_result *result_copy(const struct set_result *r)
{
	struct set_result *c = xmalloc(sizeof(*c));

	*c = *r;
	c->row = copy_of(r->row, r->n, sizeof(*r->row));
	for (size_t i = 0; i < r->n; i++) {
		struct set_row *w = &c->row[i];

		w->f1 = counts_f1(w->c, w->n);
		w->what = xstrdup(w->what);
		w->c = w->base = NULL;
	}
	c->type = copy_of(r->type, r->types, sizeof(*r->type));
	for (size_t i = 0; i < r->types; i++)
		c->type[i].name = xstrdup(r->type[i].name);
	for (size_t i = 0; i < r->n_fragile; i++) {
		c->fragile[i].id = xstrdup(r->fragile[i].id);
		c->fragile[i].text = xstrdup(r->fragile[i].text);
	}
	c->sweep = NULL;
	return c;
}

static const char *const kind_name[] = {"probe", "sweep", "compare"};

static struct json *header_of(const struct set_run *s,
			      const struct call_site *at)
{
	const struct bundle *b = extractor_bundle(at->extractor);
	struct json *j = json_new_object();

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "progress", kind_name[s->o.kind]);
	json_put_string(j, "model", b->report.hash);
	json_put_string(j, "vision", b->report.vision_hash);
	json_put_string(j, "data", s->d.digest);
	json_put_int(j, "examples", (int64_t)s->n);
	json_put_int(j, "max", s->o.max_tokens);
	json_put_int(j, "beams", s->o.beams);
	if (s->o.constrained)
		json_put_bool(j, "constrained", true);
	json_put_int(j, "gate", s->o.gate);
	json_put_number(j, "held", (double)s->o.gate_value, 9);
	if (s->o.instruction)
		json_put_string(j, "instruction", s->o.instruction);
	s->ops->header(s, j);
	return j;
}

static int take_line(void *context, const struct json *line, struct err *err)
{
	struct set_run *s = context;
	int64_t index;

	if (set_int(line, "i", &index, err) < 0)
		return -(int)err->code;
	if ((size_t)index != s->next || s->next >= s->n)
		return err_set(err, ERR_DATA,
			       "the progress file goes on with example %lld; "
			       "%zu expected",
			       (long long)index, s->next);
	if (s->ops->take(s, line, err) < 0)
		return -(int)err->code;
	s->next++;
	s->result.done = s->next;
	return 0;
}

/* The file that is named, or one whose name follows from the header. */
static char *progress_file(const struct set_run *s, const struct json *header)
{
	char hex[HASH_HEX], *text, *path;

	if (s->o.progress)
		return xstrdup(s->o.progress);
	if (!s->o.progress_dir)
		return NULL;
	text = json_print(header);
	hash_bytes(text, strlen(text), hex);
	path = xasprintf("%s/%s-%.16s.jsonl", s->o.progress_dir,
			 kind_name[s->o.kind], hex);
	free(text);
	return path;
}

static int begin(struct set_run *s, const struct call_site *at, struct err *err)
{
	struct json *header;
	char *path;
	int rc = set_read(s, at, err);

	s->begun = true;
	if (rc == 0 && s->o.second)
		rc = second_open(&s->second, s->o.second, at, err);
	if (rc == 0 && s->o.progress_dir)
		rc = file_mkdirs(s->o.progress_dir, err);
	if (rc < 0)
		return rc;
	header = header_of(s, at);
	path = progress_file(s, header);
	rc = progress_open(&s->progress, path, header, take_line, s, err);
	json_free(header);
	free(path);
	return rc;
}

static void *news_of(const struct set_run *s)
{
	struct probe_news *n = probe_news_new(s->result.done, s->n);

	n->set = result_copy(&s->result);
	s->ops->finish(s, n->set);
	if (n->set->sweep) {
		n->sweep = n->set->sweep;
		n->set->sweep = NULL;
		set_result_free(n->set);
		n->set = NULL;
	}
	return n;
}

static void *first_news(const struct set_run *s)
{
	struct probe_news *n = news_of(s);

	if (s->progress.path)
		n->note = xasprintf("%zu of %zu examples are done; progress is "
				    "kept in %s",
				    s->next, s->n, s->progress.path);
	return n;
}

static void forget_example(struct set_run *s)
{
	worklist_release(&s->list);
	worklist_release(&s->list2);
	variants_release(&s->variants);
	s->all_asked = false;
}

static int finish_example(struct set_run *s, struct err *err)
{
	struct json *line = json_new_object();
	int rc;

	json_put_int(line, "i", (int64_t)s->next);
	s->ops->tell(s, &s->d.ex[s->next], line);
	rc = progress_add(&s->progress, line, take_line, s, err);
	json_free(line);
	forget_example(s);
	return rc;
}

static int run_batch(struct set_run *s, const struct call_site *at,
		     struct err *err)
{
	if (s->list.done < s->list.n)
		return worklist_run(&s->list, at->extractor, err);
	if (s->list2.done < s->list2.n)
		return worklist_run(
		    &s->list2, s->second ? s->second->extractor : at->extractor,
		    err);
	return 0;
}

/* When the examples are done: an interval a slice. */
static int judge(struct set_run *s, void **news)
{
	struct set_result *r = &s->result;
	bool wanted = r->kind != SET_SWEEP && s->judged < r->n;

	if (wanted) {
		struct set_row *w = &r->row[s->judged++];

		w->change = bootstrap_difference(w->base, w->c, w->n, r->seed);
	}
	if (wanted && s->judged < r->n)
		return 1;
	*news = news_of(s);
	return 0;
}

static int slice(struct call *call, const struct call_site *at, void **news,
		 struct err *err)
{
	struct set_run *s = (struct set_run *)call;
	const struct example *e;
	size_t asked = s->list.n + s->list2.n;
	int rc;

	if (!s->begun) {
		rc = begin(s, at, err);
		if (rc < 0)
			return rc;
		*news = first_news(s);
		return 1;
	}
	if (s->next == s->n)
		return judge(s, news);
	e = &s->d.ex[s->next];
	if (s->list.done == s->list.n && s->list2.done == s->list2.n &&
	    !s->all_asked) {
		rc = s->ops->ask(s, at, e, err);
		if (rc < 0)
			goto fail;
		s->all_asked = asked == s->list.n + s->list2.n;
	}
	rc = run_batch(s, at, err);
	if (rc < 0)
		goto fail;
	if (!s->all_asked || s->list.done < s->list.n ||
	    s->list2.done < s->list2.n)
		return 1;
	rc = finish_example(s, err);
	if (rc < 0)
		return rc;
	*news = news_of(s);
	return 1;
fail:
	return err->code == ERR_CANCELLED
		   ? rc
		   : err_context(err, "example %zu%s%s", s->next + 1,
				 e->id ? " " : "", e->id ? e->id : "");
}

static void run_free(struct call *call)
{
	struct set_run *s = (struct set_run *)call;

	forget_example(s);
	progress_close(&s->progress);
	second_close(s->second);
	dataset_release(&s->d);
	plan_release(&s->plan);
	result_release(&s->result);
	free((char *)s->o.data);
	free((char *)s->o.images);
	free((char *)s->o.instruction);
	free((char *)s->o.second);
	free((char *)s->o.instruction2);
	free((char *)s->o.name[0]);
	free((char *)s->o.name[1]);
	free((char *)s->o.progress);
	free((char *)s->o.progress_dir);
	free(s->own_g);
	free(s);
}

static const char *copy(const char *s)
{
	return xstrdup_null(s);
}

struct call *set_call(const struct set_options *o)
{
	static const struct set_kind_ops *const ops[] = {&set_probe, &set_sweep,
							 &set_compare};
	struct set_run *s = xcalloc(1, sizeof(*s));

	s->call = (struct call){slice, run_free, probe_news_free};
	s->ops = ops[o->kind];
	s->o = *o;
	s->o.data = copy(o->data);
	if (o->examples) {
		s->d = *o->examples;
		*o->examples = (struct dataset){0};
		s->o.examples = NULL;
	}
	s->o.images = copy(o->images);
	s->o.instruction = copy(o->instruction);
	s->o.second = copy(o->second);
	s->o.instruction2 = copy(o->instruction2);
	s->o.name[0] = copy(o->name[0]);
	s->o.name[1] = copy(o->name[1]);
	s->o.progress = copy(o->progress);
	s->o.progress_dir = copy(o->progress_dir);
	plan_copy(&s->plan, o->plan);
	if (o->sweep)
		s->sweep = *o->sweep;
	s->progress.fd = -1;
	s->result = (struct set_result){.kind = o->kind, .seed = o->plan->seed};
	return &s->call;
}
