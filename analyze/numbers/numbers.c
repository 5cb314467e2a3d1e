/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/numbers.h"

#include <stdint.h>

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

int numbers_compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int numbers_compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int numbers_compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

const char *numbers_gsl_version(void)
{
	return GSL_VERSION;
}
