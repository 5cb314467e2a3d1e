/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/input_error.h: the error domain of traffic/. The text names what, where and the remedy. */
#ifndef ANALYZE_BASE_INPUT_ERROR_H
#define ANALYZE_BASE_INPUT_ERROR_H

#include <glib.h>

#define INPUT_ERROR input_error_quark()

enum input_error {
	INPUT_ERROR_SYNTAX,    /* a file or word does not parse */
	INPUT_ERROR_RANGE,     /* it parses, but the value cannot be used */
	INPUT_ERROR_RATE,      /* a rate without unit, or one that needs what is missing */
	INPUT_ERROR_NOT_FOUND, /* no profile, key or file of that name */
	INPUT_ERROR_IO,        /* the file is there but cannot be read */
};

GQuark input_error_quark(void);

#endif
