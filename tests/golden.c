#include "tests/golden.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/tensor/backend.h"
#include "tests/tap.h"

bool golden_ok(bool cond, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ok(cond, "%s", text);
}

void golden_note(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("%s", text);
}

/* The largest difference over compared rows, and where. */
static double worst_of(const struct tensor *got, const struct tensor *want,
		       const unsigned char *mask, double *scale, int64_t *at)
{
	int64_t width = tensor_last(want), n = tensor_count(want);
	double worst = 0, d;

	*scale = 0;
	*at = 0;
	for (int64_t i = 0; i < n; i++) {
		if (mask && !mask[i / width])
			continue;
		d = fabs((double)tensor_float(got, i) -
			 (double)tensor_float(want, i));
		if (!(d <= worst)) { /* NaN is the worst of all */
			worst = d;
			*at = i;
		}
		*scale = fmax(*scale, fabs((double)tensor_float(want, i)));
	}
	return worst;
}

bool golden_near(const struct tensor *got, const struct tensor *want,
		 double tol, bool absolute, const unsigned char *mask,
		 const char *name)
{
	char sg[96], sw[96];
	double worst, scale, bound;
	int64_t at;

	if (!got || !want)
		return golden_ok(false, "%s: %s", name,
				 got ? "no golden tensor" : "not computed");
	if (tensor_count(got) != tensor_count(want))
		return golden_ok(false, "%s: shape %s, want %s", name,
				 tensor_shape_text(got, sg, sizeof(sg)),
				 tensor_shape_text(want, sw, sizeof(sw)));
	worst = worst_of(got, want, mask, &scale, &at);
	bound = absolute ? tol : tol * scale;
	if (golden_ok(worst <= bound, "%s: off by %.2g, allowed %.2g (%s)",
		      name, worst, bound, absolute ? "absolute" : "rel-max"))
		return true;
	golden_note("%s[%lld]: got %.9g, want %.9g", name, (long long)at,
		    (double)tensor_float(got, at),
		    (double)tensor_float(want, at));
	return false;
}

bool golden_near_on(struct backend *be, const struct tensor *got,
		    const struct tensor *want, double tol, bool absolute,
		    const unsigned char *mask, const char *name)
{
	struct tensor host;
	struct err err;
	bool good;

	if (!got || be->host_memory)
		return golden_near(got, want, tol, absolute, mask, name);
	host = *got;
	host.data = xmalloc(tensor_bytes(got));
	good = be->copy_out(be, host.data, got->data, tensor_bytes(got),
			    &err) == 0;
	good = good ? golden_near(&host, want, tol, absolute, mask, name)
		    : golden_ok(false, "%s: %s", name, err.text);
	free(host.data);
	return good;
}

int golden_done(void)
{
	return tap_done();
}
