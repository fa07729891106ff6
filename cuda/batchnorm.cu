#include "cuda/kernel.h"

/*
 * Batch normalisation.  Ours and not cuDNN's: it is bound by memory either
 * way, cuDNN has no backward for stored statistics, and sums in double in a
 * fixed order give what the CPU gives.
 */

/* x (R,C), the others (C) -> y (R,C), mean (C), 1/std (C) */
enum { X, GAMMA, BETA, MEAN, VAR };
enum { Y, SAVED_MEAN, SAVED_INV };

/* The statistics of one op, all (C), on the device. */
struct statistics {
	int64_t R, C;
	double eps, momentum;
	double *sum, *square; /* of x; of (x - mean)^2 */
	float *mean, *inv, *run_mean, *run_var;
};

__global__ void set_means(struct statistics s)
{
	int64_t i = own_index();

	if (i < s.C)
		s.mean[i] = (float)(s.sum[i] / (double)s.R);
}

/* From the sums; the running ones move towards them. */
__global__ void set_statistics(struct statistics s)
{
	int64_t i = own_index();
	double off, var, m = s.momentum;

	if (i >= s.C)
		return;
	/* what rounding the mean to f32 took from it */
	off = s.sum[i] / (double)s.R - (double)s.mean[i];
	var = fmax(s.square[i] / (double)s.R - off * off, 0.0);
	s.inv[i] = (float)(1 / sqrt(var + s.eps));
	s.run_mean[i] =
	    (float)((1 - m) * (double)s.run_mean[i] + m * (double)s.mean[i]);
	var *= (double)s.R / (double)(s.R - 1);
	s.run_var[i] = (float)((1 - m) * (double)s.run_var[i] + m * var);
}

__global__ void stored_statistics(struct statistics s)
{
	int64_t i = own_index();

	if (i >= s.C)
		return;
	s.mean[i] = s.run_mean[i];
	s.inv[i] = (float)(1 / sqrt((double)s.run_var[i] + s.eps));
}

__global__ void normalise(int64_t n, int64_t C, const float *x,
			  const float *mean, const float *inv,
			  const float *gamma, const float *beta, float *y)
{
	int64_t i = own_index(), c = i % C;

	if (i < n)
		y[i] = (x[i] - mean[c]) * (inv[c] * gamma[c]) + beta[c];
}

static int batch_statistics(struct cuda *cu, const struct op_call *c,
			    struct statistics *s, struct err *err)
{
	size_t size = (size_t)s->C * sizeof(double);
	struct columns m = {};

	s->sum = (double *)cuda_scratch(cu, size, err);
	s->square = (double *)cuda_scratch(cu, size, err);
	if (!s->sum || !s->square)
		return -(int)err->code;
	m.R = s->R;
	m.C = s->C;
	m.a = data_of(c->in[X]);
	m.sum = s->sum;
	if (cuda_column_sums(cu, &m, err) < 0 ||
	    LAUNCH_EACH(cu, err, s->C, set_means, *s) < 0)
		return -(int)err->code;
	m.b = m.a;
	m.a_minus = m.b_minus = s->mean;
	m.sum = s->square;
	if (cuda_column_sums(cu, &m, err) < 0)
		return -(int)err->code;
	return LAUNCH_EACH(cu, err, s->C, set_statistics, *s);
}

int cuda_batchnorm(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const float *gamma, *beta;
	struct statistics s = {};
	int rc;

	s.R = tensor_rows(c->in[X]);
	s.C = tensor_last(c->in[X]);
	if (c->p.train && s.R < 2)
		return err_set(err, ERR_FAILED,
			       "batch normalisation in training needs more "
			       "than one value for each channel");
	arena_reset(&cu->scratch);
	s.eps = (double)c->p.eps;
	s.momentum = (double)c->p.momentum;
	s.mean = (float *)c->out[SAVED_MEAN]->data;
	s.inv = (float *)c->out[SAVED_INV]->data;
	/* Written only in training, when they are f32. */
	s.run_mean = (float *)cuda_wide(cu, c->in[MEAN], err);
	s.run_var = (float *)cuda_wide(cu, c->in[VAR], err);
	gamma = cuda_wide(cu, c->in[GAMMA], err);
	beta = cuda_wide(cu, c->in[BETA], err);
	if (!s.run_mean || !s.run_var || !gamma || !beta)
		return -(int)err->code;
	rc = c->p.train ? batch_statistics(cu, c, &s, err)
			: LAUNCH_EACH(cu, err, s.C, stored_statistics, s);
	if (rc < 0)
		return rc;
	return LAUNCH_EACH(cu, err, s.R * s.C, normalise, s.R * s.C, s.C,
			   data_of(c->in[X]), (const float *)s.mean,
			   (const float *)s.inv, gamma, beta,
			   (float *)c->out[Y]->data);
}

/* Gradients of gamma and beta; either may be NULL. */
__global__ void scale_back(int64_t C, const double *sum_dy,
			   const double *sum_dyx, const float *inv,
			   float *dgamma, float *dbeta)
{
	int64_t i = own_index();

	if (i >= C)
		return;
	if (dgamma)
		dgamma[i] += (float)(sum_dyx[i] * (double)inv[i]);
	if (dbeta)
		dbeta[i] += (float)sum_dy[i];
}

/*
 * dx += k0*dy + k1 + k2*(x - mean).  With batch statistics the mean and the
 * variance depend on x too; with stored ones k1 and k2 are 0.
 */
__global__ void input_back(int64_t n, int64_t C, bool train, const float *x,
			   const float *dy, const float *mean, const float *inv,
			   const float *gamma, const double *sum_dy,
			   const double *sum_dyx, float *dx)
{
	int64_t i = own_index(), c = i % C;
	double v, k, R = (double)(n / C);
	float d;

	if (i >= n)
		return;
	v = (double)inv[c];
	k = v * (double)gamma[c];
	d = (float)k * dy[i];
	if (train)
		d += (float)(-k * sum_dy[c] / R) +
		     (float)(-k * v * v * sum_dyx[c] / R) * (x[i] - mean[c]);
	dx[i] += d;
}

int cuda_batchnorm_backward(struct backend *be, const struct op_call *c,
			    struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const float *gamma, *inv = data_of(c->out[SAVED_INV]);
	const float *mean = data_of(c->out[SAVED_MEAN]);
	const float *dy = grad_of(c->out[Y]), *x = data_of(c->in[X]);
	struct columns m = {};
	double *sum_dy, *sum_dyx;
	size_t size;

	if (!dy)
		return 0;
	arena_reset(&cu->scratch);
	m.R = tensor_rows(c->in[X]);
	m.C = tensor_last(c->in[X]);
	size = (size_t)m.C * sizeof(double);
	sum_dy = (double *)cuda_scratch(cu, size, err);
	sum_dyx = (double *)cuda_scratch(cu, size, err);
	gamma = cuda_wide(cu, c->in[GAMMA], err);
	if (!sum_dy || !sum_dyx || !gamma)
		return -(int)err->code;
	m.a = dy;
	m.sum = sum_dy;
	if (cuda_column_sums(cu, &m, err) < 0)
		return -(int)err->code;
	m.b = x;
	m.b_minus = mean;
	m.sum = sum_dyx;
	if (cuda_column_sums(cu, &m, err) < 0 ||
	    LAUNCH_EACH(cu, err, m.C, scale_back, m.C, (const double *)sum_dy,
			(const double *)sum_dyx, inv, grad_of(c->in[GAMMA]),
			grad_of(c->in[BETA])) < 0)
		return -(int)err->code;
	return !grad_of(c->in[X])
		   ? 0
		   : LAUNCH_EACH(cu, err, m.R * m.C, input_back, m.R * m.C, m.C,
				 c->p.train, x, dy, mean, inv, gamma,
				 (const double *)sum_dy,
				 (const double *)sum_dyx, grad_of(c->in[X]));
}
