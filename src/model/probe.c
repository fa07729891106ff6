#include "src/model/probe.h"

#include <stddef.h>

#include "src/base/err.h"

static void check(int from, int to)
{
	if (from < 0 || from >= to)
		bug("probe: tokens %d to %d", from, to);
}

/* out[n] += weight * mean over the heads of P[h][l][n] */
static void add_token(const float *P, int H, int L, int N, int l, float weight,
		      float *out)
{
	for (int h = 0; h < H; h++) {
		const float *p =
		    P + ((size_t)h * (size_t)L + (size_t)l) * (size_t)N;

		for (int n = 0; n < N; n++)
			out[n] += weight * p[n] / (float)H;
	}
}

void probe_span(const float *P, int H, int L, int N, int from, int to,
		float *out)
{
	check(from, to);
	for (int n = 0; n < N; n++)
		out[n] = 0;
	for (int l = from; l < to; l++)
		add_token(P, H, L, N, l, 1 / (float)(to - from), out);
}

void probe_answer(const float *attention, const float *P, int H, int L, int N,
		  int from, int to, float *out)
{
	check(from, to);
	for (int n = 0; n < N; n++)
		out[n] = 0;
	for (int i = from; i < to; i++)
		for (int l = 0; l < L; l++)
			add_token(P, H, L, N, l,
				  attention[(size_t)i * (size_t)L + (size_t)l] /
				      (float)(to - from),
				  out);
}

void probe_words(const float *attention, int L, int from, int to, float *out)
{
	check(from, to);
	for (int l = 0; l < L; l++) {
		out[l] = 0;
		for (int i = from; i < to; i++)
			out[l] += attention[(size_t)i * (size_t)L + (size_t)l] /
				  (float)(to - from);
	}
}
