/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/unique_name.h"

#include <glib.h>

const char *unique_name(char *name, size_t len, const char *what)
{
	static unsigned serial;

	g_snprintf(name, len, "%s-%u", what, serial++);
	return name;
}
