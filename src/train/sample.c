#include "src/train/sample.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/regions.h"
#include "src/image/decode.h"
#include "src/image/resize.h"

void sample_crops(const struct image *im, const struct regions *r, int size,
		  uint8_t *out)
{
	size_t bytes = (size_t)size * (size_t)size * 3;

	for (int i = 0; i < r->n; i++) {
		struct image crop;
		int px[4];

		box_to_pixels(&r->box[i], im->w, im->h, px);
		image_crop_resize(im, px, size, size, &crop);
		memcpy(out + (size_t)i * bytes, crop.rgb, bytes);
		image_release(&crop);
	}
}

static void relative_boxes(struct picture *p, int w, int h)
{
	p->box = xcalloc((size_t)p->regions.n, sizeof(*p->box));
	for (int i = 0; i < p->regions.n; i++) {
		const struct box *b = &p->regions.box[i];

		p->box[i][0] = b->x1 / (float)w;
		p->box[i][1] = b->y1 / (float)h;
		p->box[i][2] = b->x2 / (float)w;
		p->box[i][3] = b->y2 / (float)h;
	}
}

static bool same_picture(const struct picture *p, const struct example *e)
{
	if (strcmp(p->path, e->image) != 0 || p->proposed != (e->boxes.n == 0))
		return false;
	return p->proposed ||
	       (p->regions.n == MAX(e->boxes.n, 1) &&
		(e->boxes.n < 2 || e->boxes_relative ||
		 memcmp(p->regions.box + 1, e->boxes.box + 1,
			sizeof(struct box) * (size_t)(e->boxes.n - 1)) == 0));
}

/* Index of the example's picture, read when it is new; -1 and err. */
static int picture_of(struct samples *s, const struct example *e,
		      const struct sample_source *src, struct err *err)
{
	struct picture p = {0};
	struct image im;
	size_t bytes = (size_t)s->size * (size_t)s->size * 3;

	/* Twins stand close together in a file. */
	for (size_t i = s->n_pics, tried = 0; i-- > 0 && tried < 64; tried++)
		if (same_picture(&s->pic[i], e))
			return (int)i;
	if (decoder_read(src->decoder, e->image, true, &im, err) < 0)
		return -1;
	if (example_regions(e, &im, src->max_regions, &p.regions, err) < 0) {
		image_release(&im);
		return -1;
	}
	p.proposed = e->boxes.n == 0;
	p.path = xstrdup(e->image);
	p.crops = xmalloc((size_t)p.regions.n * bytes);
	sample_crops(&im, &p.regions, s->size, p.crops);
	relative_boxes(&p, im.w, im.h);
	image_release(&im);
	s->pic = xgrow(s->pic, s->n_pics, &s->cap_pics, sizeof(*s->pic));
	s->pic[s->n_pics] = p;
	return (int)s->n_pics++;
}

static void encode_answer(struct sample *a, const struct example *e,
			  const struct sample_source *src)
{
	struct str answer = {0};

	answer_print(src->grammar, e->task, &e->gold, &answer);
	tokenizer_encode(src->tokenizer, str_cstr(&answer), answer.len,
			 &a->label);
	if (a->label.n > ANSWER_MAX - 1)
		a->label.n = ANSWER_MAX - 1;
	ids_push(&a->label, TOKEN_EOS);
	str_release(&answer);
}

static int add(struct samples *s, const struct example *e,
	       const struct sample_source *src, struct err *err)
{
	const char *tmpl =
	    e->instruction ? e->instruction : src->instruction[e->task];
	struct sample a = {.task = e->task, .picture = -1};
	struct schema schema;
	struct prompt prompt;
	char *instruction;
	int rc;

	if (e->task == TASK_MEE || !e->has_gold)
		return err_set(err, ERR_DATA, "%s: %s", e->id,
			       e->has_gold ? "mee cannot be trained as one "
					     "task; give med and meae"
					   : "no gold records to train on");
	schema_with(&schema, src->schema, e->task, &e->labels);
	rc = prompt_instruction(&instruction, tmpl, e->task, &schema, e->head,
				e->tail, e->event, err);
	schema_release(&schema);
	if (rc < 0)
		return err_context(err, "%s", e->id);
	rc = prompt_build(&prompt, src->tokenizer, instruction, e->text, err);
	free(instruction);
	if (rc < 0)
		return err_context(err, "%s", e->id);
	s->cut += prompt.cut > 0;
	a.input = prompt.ids;
	prompt.ids = (struct ids){0};
	prompt_release(&prompt);
	encode_answer(&a, e, src);
	s->missing += e->image_state == IMAGE_MISSING;
	if (src->decoder && e->image_state == IMAGE_FOUND) {
		a.picture = picture_of(s, e, src, err);
		if (a.picture < 0)
			rc = -(int)err->code;
	}
	s->at = xgrow(s->at, s->n, &s->cap, sizeof(*s->at));
	s->at[s->n++] = a;
	return rc;
}

int samples_add(struct samples *s, const struct dataset *d,
		const struct sample_source *src,
		void (*progress)(void *context, size_t done, size_t of),
		void *context, struct err *err)
{
	s->size = src->crop_size;
	for (size_t i = 0; i < d->n; i++) {
		int rc = add(s, &d->ex[i], src, err);

		if (rc < 0)
			return rc;
		if (progress && i % 256 == 255)
			progress(context, i + 1, d->n);
	}
	return 0;
}

void samples_release(struct samples *s)
{
	for (size_t i = 0; i < s->n; i++) {
		ids_release(&s->at[i].input);
		ids_release(&s->at[i].label);
	}
	for (size_t i = 0; i < s->n_pics; i++) {
		free(s->pic[i].path);
		free(s->pic[i].box);
		free(s->pic[i].crops);
	}
	free(s->at);
	free(s->pic);
	*s = (struct samples){0};
}
