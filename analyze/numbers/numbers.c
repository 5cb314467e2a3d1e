/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/numbers.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>

void numbers_begin(void)
{
	gsl_set_error_handler_off();
}

const char *numbers_gsl_version(void)
{
	return GSL_VERSION;
}
