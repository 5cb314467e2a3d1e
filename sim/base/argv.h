/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/argv.h: command lines that are put together word by word, in GLib's GStrvBuilder. */
#ifndef SIM_BASE_ARGV_H
#define SIM_BASE_ARGV_H

#include <stdarg.h>

#include <glib.h>

/* An option (NULL: none), then a word as printf makes it. */
void argv_addf(GStrvBuilder *words, const char *option, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* After the words so far those of the arguments up to NULL. All of them, to be freed by g_strfreev. */
char **argv_end(GStrvBuilder *words, va_list arguments);

#endif
