#include "src/probe/svg.h"

#include <math.h>
#include <stdio.h>

#include "src/base/mem.h"
#include "src/base/str.h"

enum { TICKS = 5, LETTER = 12 };

void svg_begin(struct str *out, double w, double h)
{
	str_addf(out,
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
		 "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		 "font-family=\"monospace\" font-size=\"12\">\n"
		 "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		 w, h, w, h);
}

void svg_end(struct str *out)
{
	str_add(out, "</svg>\n");
}

static void escaped(struct str *out, const char *s)
{
	for (; *s; s++)
		if (*s == '&')
			str_add(out, "&amp;");
		else if (*s == '<')
			str_add(out, "&lt;");
		else if (*s == '>')
			str_add(out, "&gt;");
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			str_addc(out, ' ');
		else
			str_addc(out, *s);
}

void svg_text(struct str *out, double x, double y, enum svg_anchor a,
	      const char *s)
{
	static const char *const anchor[] = {"start", "middle", "end"};

	str_addf(out,
		 "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" "
		 "xml:space=\"preserve\">",
		 x, y, anchor[a]);
	escaped(out, s);
	str_add(out, "</text>\n");
}

void svg_line(struct str *out, double x1, double y1, double x2, double y2,
	      const char *color)
{
	str_addf(out,
		 "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
		 "stroke=\"%s\"/>\n",
		 x1, y1, x2, y2, color);
}

void svg_rect(struct str *out, double x, double y, double w, double h,
	      const char *color)
{
	str_addf(out,
		 "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
		 "fill=\"%s\"/>\n",
		 x, y, w, h, color);
}

static double px(const struct svg_plot *p, double x)
{
	double span = p->x_max - p->x_min;

	return p->left + (span > 0 ? (x - p->x_min) / span : 0.5) * p->w;
}

static double py(const struct svg_plot *p, double y)
{
	double span = p->y_max - p->y_min;

	return p->top + p->h - (span > 0 ? (y - p->y_min) / span : 0.5) * p->h;
}

static void axes(struct str *out, const struct svg_plot *p)
{
	double bottom = p->top + p->h;
	char label[32];

	svg_text(out, p->left, p->top - LETTER, SVG_START, p->title);
	svg_line(out, p->left, bottom, p->left + p->w, bottom, "black");
	svg_line(out, p->left, p->top, p->left, bottom, "black");
	for (int i = 0; i <= TICKS; i++) {
		double f = (double)i / TICKS;
		double x = p->x_min + f * (p->x_max - p->x_min);
		double y = p->y_min + f * (p->y_max - p->y_min);

		snprintf(label, sizeof(label), "%.3g", x);
		svg_text(out, px(p, x), bottom + 16, SVG_MIDDLE, label);
		svg_line(out, px(p, x), bottom, px(p, x), bottom + 4, "black");
		snprintf(label, sizeof(label), "%.3g", y);
		svg_text(out, p->left - 6, py(p, y) + 4, SVG_END, label);
		svg_line(out, p->left - 4, py(p, y), p->left, py(p, y),
			 "black");
	}
	svg_text(out, p->left + p->w / 2, bottom + 34, SVG_MIDDLE, p->x_title);
	if (isnan(p->mark) || p->mark < p->x_min || p->mark > p->x_max)
		return;
	svg_line(out, px(p, p->mark), p->top, px(p, p->mark), bottom, "grey");
	svg_text(out, px(p, p->mark) + 4, p->top + LETTER, SVG_START,
		 p->mark_name);
}

static void series(struct str *out, const struct svg_plot *p,
		   const struct svg_series *s)
{
	bool pen = false;

	str_addf(out, "<path fill=\"none\" stroke=\"%s\" d=\"", s->color);
	for (size_t i = 0; i < s->n; i++) {
		if (!isnan(s->y[i]))
			str_addf(out, "%c%.2f %.2f ", pen ? 'L' : 'M',
				 px(p, s->x[i]), py(p, s->y[i]));
		pen = !isnan(s->y[i]);
	}
	str_add(out, "\"/>\n");
	for (size_t i = 0; i < s->n; i++)
		if (!isnan(s->y[i]))
			str_addf(out,
				 "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"2.5\" "
				 "fill=\"%s\"/>\n",
				 px(p, s->x[i]), py(p, s->y[i]), s->color);
}

void svg_lines(struct str *out, const struct svg_plot *p,
	       const struct svg_series *s, size_t n)
{
	axes(out, p);
	for (size_t i = 0; i < n; i++) {
		double y = p->top + 4 + 14 * (double)i;

		series(out, p, &s[i]);
		svg_line(out, p->left + p->w - 110, y, p->left + p->w - 90, y,
			 s[i].color);
		svg_text(out, p->left + p->w - 84, y + 4, SVG_START, s[i].name);
	}
}

void svg_bars(struct str *out, const struct svg_plot *p, const size_t *count,
	      size_t n)
{
	double step = (p->x_max - p->x_min) / (double)MAX(n, (size_t)1);

	axes(out, p);
	for (size_t i = 0; i < n; i++) {
		double x = px(p, p->x_min + step * (double)i);
		double y = py(p, (double)count[i]);

		if (count[i])
			svg_rect(out, x + 1, y,
				 px(p, p->x_min + step * (double)(i + 1)) - x -
				     2,
				 p->top + p->h - y, "steelblue");
	}
}
