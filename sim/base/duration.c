/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/duration.h"

#include "sim/base/error.h"
#include "analyze/base/text.h"

gboolean duration_parse(const char *where, const char *text, uint64_t min_ns, uint64_t max_ns,
	uint64_t *ns, GError **error)
{
	g_autofree char *why = text_duration_fault(text, min_ns, max_ns, ns);

	return why == NULL || sim_fail(error, SIM_ERROR_USAGE, "%s: invalid time '%s': %s", where,
				      text_quote(text).text, why);
}
