/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/error.h"

G_DEFINE_QUARK(tsim - input - error - quark, input_error)
G_DEFINE_QUARK(analyze - error - quark, analyze_error)

void error_format(GError **error, GQuark domain, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(domain, code, format, args));
	va_end(args);
}
