/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/error.h: the error domain of analyze/. The text names what, where and the remedy. */
#ifndef ANALYZE_BASE_ERROR_H
#define ANALYZE_BASE_ERROR_H

#include <glib.h>

#define ANALYZE_ERROR analyze_error_quark()

enum analyze_error {
	ANALYZE_ERROR_SYNTAX,  /* a file does not parse; the text has its name and line */
	ANALYZE_ERROR_CONTENT, /* it parses, but its numbers contradict each other or its siblings */
	ANALYZE_ERROR_NOT_FOUND, /* nothing of that name */
	ANALYZE_ERROR_IO,        /* cannot be read or written */
	ANALYZE_ERROR_MIX,       /* two that were offered different mixes are to be compared */
};

GQuark analyze_error_quark(void);

#endif
