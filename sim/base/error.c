/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/error.h"

#include <stdarg.h>

G_DEFINE_QUARK(sim - error - quark, sim_error)

gboolean sim_fail(GError **error, enum sim_error code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(SIM_ERROR, (gint)code, format, args));
	va_end(args);
	return FALSE;
}
