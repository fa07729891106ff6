/*
 * ops-reference -- the differentiable ops again, in double precision and in
 * the plainest loops.  Each reads p->x and writes p->y.
 */
#ifndef UMIE_TESTS_OPS_REFERENCE_H
#define UMIE_TESTS_OPS_REFERENCE_H

#include "tests/ops-problem.h"

static void ref_linear(struct problem *p)
{
	int64_t R = tensor_rows(&p->in[0]), K = tensor_last(&p->in[0]);
	int64_t O = p->in[1].dim[0];

	for (int64_t r = 0; r < R; r++)
		for (int64_t o = 0; o < O; o++) {
			double s = p->c.in[2] ? p->x[2][o] : 0;

			if (p->c.in[3])
				s += p->x[3][r * O + o];
			for (int64_t k = 0; k < K; k++)
				s += p->x[0][r * K + k] * p->x[1][o * K + k];
			p->y[0][r * O + o] = s;
		}
}

static void ref_add(struct problem *p)
{
	int64_t n = tensor_count(&p->in[0]), nb = tensor_count(&p->in[1]);

	for (int64_t i = 0; i < n; i++)
		p->y[0][i] = p->x[0][i] + p->x[1][i % nb];
}

static void ref_gate_mix(struct problem *p)
{
	int64_t n = tensor_count(&p->in[0]), row = n / p->in[0].dim[0];

	for (int64_t i = 0; i < n; i++)
		p->y[0][i] = p->x[0][i] + p->x[2][i / row] * p->x[1][i];
}

static void ref_embed(struct problem *p)
{
	const int32_t *id = p->in[1].data;
	int64_t R = tensor_count(&p->in[1]), D = p->in[0].dim[1];

	for (int64_t i = 0; i < R * D; i++)
		p->y[0][i] = p->x[0][id[i / D] * D + i % D];
}

static void ref_rmsnorm(struct problem *p)
{
	int64_t R = tensor_rows(&p->in[0]), D = tensor_last(&p->in[0]);

	for (int64_t r = 0; r < R; r++) {
		const double *x = p->x[0] + r * D;
		double s = 0;

		for (int64_t d = 0; d < D; d++)
			s += x[d] * x[d];
		for (int64_t d = 0; d < D; d++)
			p->y[0][r * D + d] =
			    p->x[1][d] * x[d] /
			    sqrt(s / (double)D + (double)p->c.p.eps);
	}
}

static void ref_geglu(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++) {
		double z = p->x[0][i];
		double u = sqrt(2 / M_PI) * (z + 0.044715 * z * z * z);

		p->y[0][i] = z / 2 * (1 + tanh(u)) * p->x[1][i];
	}
}

/* Appendix B of the reference description, written out. */
static int ref_bucket(int64_t r, bool bidirectional)
{
	static const int both[] = {8, 12, 16, 23, 32, 46, 64, 91};
	static const int back[] = {16, 19, 21, 24, 27, 31, 35, 40,
				   46, 52, 59, 67, 77, 87, 99, 113};
	const int *first = bidirectional ? both : back;
	int exact = bidirectional ? 8 : 16, n = 0;
	int base = bidirectional && r > 0 ? 16 : 0;
	int64_t d = bidirectional ? llabs((long long)r) : MAX(0, -r);

	if (d < exact)
		return base + (int)d;
	while (n < exact && d >= first[n])
		n++;
	return base + exact + n - 1;
}

static double ref_keep(struct problem *p, uint64_t i)
{
	double drop = (double)p->c.p.drop;

	if (p->c.p.drop == 0)
		return 1;
	return rng_uniform(&p->c.p.key, i) >= p->c.p.drop ? 1 / (1 - drop) : 0;
}

/* Offset of element (b,l,0) of a tensor with free strides. */
static int64_t row_at(const struct tensor *t, int64_t b, int64_t l)
{
	return b * t->stride[0] + l * t->stride[1];
}

static void ref_attention_row(struct problem *p, int64_t b, int64_t h,
			      int64_t i, double *s)
{
	const struct op_params *a = &p->c.p;
	int64_t Q = p->in[0].dim[1], L = p->in[1].dim[1], H = a->heads;
	int64_t D = p->in[0].dim[2], K = D / H, bk = b / a->group;
	const uint8_t *mask = p->c.in[4] ? p->in[4].data : NULL;
	double most = -INFINITY, sum = 0;
	int64_t row = ((b * H + h) * Q + i) * L;
	double *o = p->y[0] + (b * Q + i) * D + h * K;

	for (int64_t j = 0; j < L; j++) {
		int64_t r = j - (i + a->q_offset);

		s[j] = 0;
		for (int64_t k = 0; k < K; k++)
			s[j] += p->x[0][(b * Q + i) * D + h * K + k] *
				p->x[1][row_at(&p->in[1], bk, j) + h * K + k];
		s[j] *= (double)a->scale;
		if (p->c.in[3])
			s[j] +=
			    p->x[3][ref_bucket(r, a->bidirectional) * H + h];
		if ((a->causal && r > 0) || (mask && !mask[bk * L + j]))
			s[j] = -INFINITY;
		most = fmax(most, s[j]);
	}
	for (int64_t j = 0; j < L; j++) {
		s[j] = s[j] == -INFINITY ? 0 : exp(s[j] - most);
		sum += s[j];
	}
	for (int64_t k = 0; k < K; k++)
		o[k] = 0;
	for (int64_t j = 0; j < L; j++) {
		double pr = sum > 0 ? s[j] / sum : 0;
		double w = pr * ref_keep(p, (uint64_t)(row + j));

		if (p->c.out[1])
			p->y[1][row + j] = pr;
		for (int64_t k = 0; k < K; k++)
			o[k] +=
			    w * p->x[2][row_at(&p->in[2], bk, j) + h * K + k];
	}
}

static void ref_attention(struct problem *p)
{
	double *s = xcalloc((size_t)p->in[1].dim[1], sizeof(*s));

	for (int64_t b = 0; b < p->in[0].dim[0]; b++)
		for (int64_t h = 0; h < p->c.p.heads; h++)
			for (int64_t i = 0; i < p->in[0].dim[1]; i++)
				ref_attention_row(p, b, h, i, s);
	free(s);
}

static void ref_dropout(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++)
		p->y[0][i] = p->x[0][i] * ref_keep(p, (uint64_t)i) +
			     (p->c.in[1] ? p->x[1][i] : 0);
}

static void ref_mean_rows(struct problem *p)
{
	int64_t B = p->in[0].dim[0], L = p->in[0].dim[1];
	int64_t D = p->in[0].dim[2];
	const uint8_t *mask = p->c.in[1] ? p->in[1].data : NULL;

	for (int64_t b = 0; b < B; b++)
		for (int64_t d = 0; d < D; d++) {
			double sum = 0, n = 0;

			for (int64_t l = b * L; l < (b + 1) * L; l++)
				if (!mask || mask[l]) {
					sum += p->x[0][l * D + d];
					n++;
				}
			p->y[0][b * D + d] = n > 0 ? sum / n : 0;
		}
}

static void ref_cosine(struct problem *p)
{
	int64_t D = p->in[0].dim[1];

	for (int64_t b = 0; b < p->in[0].dim[0]; b++) {
		double aa = 0, bb = 0, ab = 0;

		for (int64_t i = b * D; i < (b + 1) * D; i++) {
			aa += p->x[0][i] * p->x[0][i];
			bb += p->x[1][i] * p->x[1][i];
			ab += p->x[0][i] * p->x[1][i];
		}
		p->y[0][b] = (double)p->c.p.scale * ab / fmax(sqrt(aa), 1e-12) /
			     fmax(sqrt(bb), 1e-12);
	}
}

static void ref_leaky_relu(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++)
		p->y[0][i] =
		    p->x[0][i] * (p->x[0][i] >= 0 ? 1 : (double)p->c.p.slope);
}

static void ref_cross_entropy(struct problem *p)
{
	int64_t R = tensor_rows(&p->in[0]), V = tensor_last(&p->in[0]);
	const int32_t *label = p->in[1].data;
	double eps = (double)p->c.p.smoothing, total = 0, n = 0;

	for (int64_t r = 0; r < R; r++) {
		const double *x = p->x[0] + r * V;
		double most = -INFINITY, sum = 0, flat = 0, lse;

		p->y[1][r] = 0;
		if (label[r] == -100)
			continue;
		for (int64_t v = 0; v < V; v++)
			most = fmax(most, x[v]);
		for (int64_t v = 0; v < V; v++)
			sum += exp(x[v] - most);
		lse = most + log(sum);
		for (int64_t v = 0; v < V; v++)
			flat += (lse - x[v]) / (double)V;
		p->y[1][r] = lse - x[label[r]];
		total += (1 - eps) * p->y[1][r] + eps * flat;
		n++;
	}
	p->y[0][0] = n > 0 ? total / n : 0;
}

static void ref_concat(struct problem *p)
{
	int64_t na = p->in[0].dim[1] * p->in[0].dim[2];
	int64_t nb = p->in[1].dim[1] * p->in[1].dim[2], n = na + nb;

	for (int64_t i = 0; i < p->in[0].dim[0] * n; i++)
		p->y[0][i] = i % n < na ? p->x[0][i / n * na + i % n]
					: p->x[1][i / n * nb + i % n - na];
}

static void ref_reshape(struct problem *p)
{
	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++)
		p->y[0][i] = p->x[0][i];
}

#endif
