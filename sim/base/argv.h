/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/argv.h: command lines that are put together word by word, in GLib's GStrvBuilder. */
#ifndef SIM_BASE_ARGV_H
#define SIM_BASE_ARGV_H

#include <glib.h>

/* An option (NULL: none), then a word as printf makes it. */
void argv_addf(GStrvBuilder *words, const char *option, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
