#include "tui/pixels.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "tui/canvas.h"

enum {
	ANSWER_MS = 250, /* over ssh round half the world */
	LISTEN_MS = 3000,
	BURST_MS = 50, /* an answer comes in one piece */
	ESCAPE = 27,
};

/* A kitty picture that is only asked about; then what kind of terminal it is,
 * which every one answers, and last. */
static const char QUERY[] = "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c";

const char *pixels_ask(struct pixel_query *q, double now)
{
	q->until = now + ANSWER_MS;
	q->listen = now + LISTEN_MS;
	return QUERY;
}

enum shape { SHAPE_NONE, SHAPE_PART, SHAPE_WHOLE };

/* "ESC [ ? 62 ; 4 c" */
static enum shape attributes(const int *k, size_t n)
{
	for (size_t i = 3; i < n; i++) {
		if (k[i] == 'c')
			return i + 1 == n ? SHAPE_WHOLE : SHAPE_NONE;
		if (k[i] != ';' && (k[i] < '0' || k[i] > '9'))
			return SHAPE_NONE;
	}
	return SHAPE_PART;
}

/* "ESC _ G i = 31 ; OK ESC \" */
static enum shape kitty(const int *k, size_t n)
{
	for (size_t i = 3; i < n; i++) {
		if (k[i] == ESCAPE && i + 1 == n)
			return SHAPE_PART;
		if (k[i] == ESCAPE)
			return k[i + 1] == '\\' && i + 2 == n ? SHAPE_WHOLE
							      : SHAPE_NONE;
		if (k[i] < ' ' || k[i] > '~')
			return SHAPE_NONE;
	}
	return SHAPE_PART;
}

static enum shape shape_of(const int *k, size_t n)
{
	if (k[0] != ESCAPE)
		return SHAPE_NONE;
	if (n == 1)
		return SHAPE_PART;
	if (k[1] == '[')
		return n == 2        ? SHAPE_PART
		       : k[2] == '?' ? attributes(k, n)
				     : SHAPE_NONE;
	if (k[1] == '_')
		return n == 2        ? SHAPE_PART
		       : k[2] == 'G' ? kitty(k, n)
				     : SHAPE_NONE;
	return SHAPE_NONE;
}

/* Sixels are the terminal's attribute number 4. */
static bool has_sixels(const int *k, size_t n)
{
	int number = 0;

	for (size_t i = 3; i < n; i++) {
		if (k[i] >= '0' && k[i] <= '9') {
			number = MIN(10 * number + k[i] - '0', 1000);
			continue;
		}
		if (number == 4)
			return true;
		number = 0;
	}
	return false;
}

static void take_answer(struct pixel_query *q)
{
	const int *k = q->held;

	if (k[1] == '_') {
		for (size_t i = 3; i + 1 < q->n_held; i++)
			q->kitty |= k[i] == 'O' && k[i + 1] == 'K';
		return;
	}
	q->can = q->kitty                   ? PIXELS_KITTY
		 : has_sixels(k, q->n_held) ? PIXELS_SIXEL
					    : PIXELS_NONE;
	q->until = 0;
}

static size_t give_back(struct pixel_query *q, int *out)
{
	size_t n = q->n_held;

	memcpy(out, q->held, n * sizeof(*out));
	q->n_held = 0;
	return n;
}

size_t pixels_filter(struct pixel_query *q, const int *key, size_t n,
		     double now, int *out)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		enum shape s;

		if (q->listen <= 0 || now > q->listen) {
			left += give_back(q, out + left);
			out[left++] = key[i];
			continue;
		}
		q->held[q->n_held++] = key[i];
		q->held_at = now;
		s = shape_of(q->held, q->n_held);
		if (s == SHAPE_WHOLE) {
			take_answer(q);
			q->n_held = 0;
		} else if (s == SHAPE_NONE || q->n_held == PIXELS_HELD) {
			left += give_back(q, out + left);
		}
	}
	return left;
}

size_t pixels_tick(struct pixel_query *q, double now, int *out)
{
	if (q->until > 0 && now >= q->until) {
		q->until = 0;
		q->can = PIXELS_NONE;
	}
	if (q->n_held && now >= q->held_at + BURST_MS)
		return give_back(q, out);
	return 0;
}

int pixels_timeout(const struct pixel_query *q, double now)
{
	double at = q->until;

	if (q->n_held && (at <= 0 || q->held_at + BURST_MS < at))
		at = q->held_at + BURST_MS;
	return at > 0 ? (int)MAX(at - now, 0) + 1 : -1;
}

bool pixels_print(const struct image *im, enum pixels how, int rows, int cols,
		  int cell_w, int cell_h, struct str *out)
{
	uint8_t *rgba;
	size_t n = (size_t)im->w * (size_t)im->h;
	int r, c;

	if (!canvas_has_symbols())
		return false;
	canvas_fit(im->w, im->h, rows, cols, &r, &c);
	rgba = xmalloc(4 * n);
	for (size_t i = 0; i < n; i++) {
		memcpy(rgba + 4 * i, im->rgb + 3 * i, 3);
		rgba[4 * i + 3] = 255;
	}
	canvas_print(rgba, im->w, im->h, how == PIXELS_KITTY, r, c, cell_w,
		     cell_h, out);
	free(rgba);
	return true;
}

const char *pixels_erase(enum pixels how)
{
	return how == PIXELS_KITTY ? "\033_Ga=d\033\\" : "";
}
