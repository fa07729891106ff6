/* What one picture costs: multiply-adds of convolutions and projections. */
#include "src/model/resnet.h"

static double conv(double in, double out, int kernel, double side)
{
	return in * out * kernel * kernel * side * side;
}

static double stem(const struct vision_config *c, double side)
{
	double w = c->width;

	if (!c->clip)
		return conv(3, w, 7, side);
	return conv(3, w / 2, 3, side) + conv(w / 2, w / 2, 3, side) +
	       conv(w / 2, w, 3, side);
}

/* Mean token and cells through q, k, v; one token through the output. */
static double attention_pool(const struct vision_config *c, double side)
{
	double C = 32.0 * c->width, T = side * side + 1;

	return 3 * T * C * C + 2 * T * C + C * c->out_dim;
}

double resnet_macs(const struct vision_config *c)
{
	double side = c->image_size / 2.0, in = c->width;
	double sum = stem(c, side);

	side /= 2;
	for (int stage = 0; stage < 4; stage++) {
		double planes = (double)(c->width << stage);

		for (int b = 0; b < c->layers[stage]; b++) {
			bool halve = stage > 0 && b == 0;
			double out = halve ? side / 2 : side;

			/* CLIP pools after the 3x3 convolution. */
			sum += conv(in, planes, 1, side) +
			       conv(planes, planes, 3, c->clip ? side : out) +
			       conv(planes, 4 * planes, 1, out);
			if (b == 0)
				sum += conv(in, 4 * planes, 1, out);
			in = 4 * planes;
			side = out;
		}
	}
	return c->clip ? sum + attention_pool(c, side) : sum;
}
