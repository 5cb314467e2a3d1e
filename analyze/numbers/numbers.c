/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/numbers.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

void numbers_begin(void)
{
	gsl_set_error_handler_off();
}

double numbers_sd(const double *values, size_t nb)
{
	return gsl_stats_sd(values, 1, nb);
}

const char *numbers_gsl_version(void)
{
	return GSL_VERSION;
}
