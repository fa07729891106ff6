/*
 * tap -- a test program prints one line for each promise it checked.
 *
 * TAP 13: "ok N - what", "not ok N - what", "ok N # SKIP why".  main() ends
 * with `return tap_done();`, which prints the plan and is 1 when anything
 * failed.
 */
#ifndef UMIE_TESTS_TAP_H
#define UMIE_TESTS_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool
ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", cond ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	tap_failed += !cond;
	return cond;
}

__attribute__((format(printf, 1, 2), unused)) static void diag(const char *fmt,
							       ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

__attribute__((unused)) static void skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, what, why);
	fflush(stdout); /* or a forked child prints it again */
}

/* max |got-want| <= tol * max |want|, no NaN; prints the worst element. */
__attribute__((unused)) static bool near(const float *got, const float *want,
					 long n, double tol, const char *name)
{
	double worst = 0, scale = 0, d;
	long at = 0;

	for (long i = 0; i < n; i++) {
		d = fabs((double)got[i] - (double)want[i]);
		if (!(d <= worst)) { /* NaN is worst of all */
			worst = d;
			at = i;
		}
		scale = fmax(scale, fabs((double)want[i]));
	}
	if (!ok(worst <= tol * scale, "%s (worst %.2e of %.2e)", name,
		scale > 0 ? worst / scale : worst, tol))
		diag("%s[%ld]: got %.9g, want %.9g", name, at, (double)got[at],
		     (double)want[at]);
	return worst <= tol * scale;
}

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
