/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/numbers.h"

#include <gsl/gsl_errno.h>

void numbers_begin(void)
{
	gsl_set_error_handler_off();
}
