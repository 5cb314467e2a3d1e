/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/error.h"

G_DEFINE_QUARK(plots - error - quark, plots_error)

gboolean plots_fail(GError **error, enum plots_error code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_propagate_error(error, g_error_new_valist(PLOTS_ERROR, (int)code, format, arguments));
	va_end(arguments);
	return FALSE;
}
