/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/error.h: the error domain of traffic/. The text names what, where and the remedy. */
#ifndef TRAFFIC_ERROR_H
#define TRAFFIC_ERROR_H

#include <glib.h>

#define TRAFFIC_ERROR traffic_error_quark()

enum traffic_error {
	TRAFFIC_ERROR_SYNTAX,    /* a file or word does not parse */
	TRAFFIC_ERROR_RANGE,     /* it parses, but the value cannot be used */
	TRAFFIC_ERROR_RATE,      /* a rate without unit, or one that needs what is missing */
	TRAFFIC_ERROR_NOT_FOUND, /* no profile, key or file of that name */
	TRAFFIC_ERROR_IO,        /* the file is there but cannot be read */
};

GQuark traffic_error_quark(void);

#endif
