/* SPDX-License-Identifier: BSD-3-Clause */
/* tests/unit/traffic_check.h: checks for tables of cases; a failure prints the case and both values. */
#ifndef TESTS_UNIT_TRAFFIC_CHECK_H
#define TESTS_UNIT_TRAFFIC_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

static inline void check_double(const char *what, double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("%s: got %.12g, want %.12g +- %g", what, got, want, tolerance);
}

static inline void check_text(const char *what, const char *got, const char *want)
{
	if (g_strcmp0(got, want) != 0)
		fail_msg("%s: got '%s', want '%s'", what, got, want);
}

static inline void check_has(const char *what, const char *got, const char *part)
{
	if (got == NULL || strstr(got, part) == NULL)
		fail_msg("%s: '%s' does not have '%s'", what, got == NULL ? "(null)" : got, part);
}

/* Was there an error, and does its text have that part? Takes the error. */
static inline void check_error(const char *what, GError *error, const char *part)
{
	if (error == NULL) {
		fail_msg("%s: no error, want one with '%s'", what, part);
		return;
	}
	check_has(what, error->message, part);
	g_error_free(error);
}

static inline void check_ok(const char *what, GError *error)
{
	if (error != NULL)
		fail_msg("%s: error '%s'", what, error->message);
}

#endif
