/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/duration.h"

#include "sim/error.h"
#include "traffic/text.h"

gboolean duration_parse(const char *where, const char *text, uint64_t min_ns, uint64_t max_ns,
	uint64_t *ns, GError **error)
{
	g_autofree char *why = text_duration_fault(text, min_ns, max_ns, ns);
	g_autofree char *word = text_quote(text);

	if (why == NULL)
		return TRUE;
	g_set_error(
		error, SIM_ERROR, SIM_ERROR_USAGE, "%s: invalid time '%s': %s", where, word, why);
	return FALSE;
}
