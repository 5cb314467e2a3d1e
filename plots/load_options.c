/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/load_options.h"

#include <string.h>

#include "plots/error.h"

/* *second: whether text is the second word; the first is the default. */
static gboolean choose(const char *where, const char *option, const char *text,
	const char *const words[2], gboolean *second, GError **error)
{
	*second = g_strcmp0(text, words[1]) == 0;
	if (text == NULL || *second || strcmp(text, words[0]) == 0)
		return TRUE;
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT, "%s%s: '%s' is none; write %s or %s",
		where, option, text, words[0], words[1]);
	return FALSE;
}

gboolean load_options_apply(const struct load_options *o, const char *where,
	struct gather_options *wanted, struct figure_options *drawn, GError **error)
{
	static const char *const x[] = { "offered", "nominal" },
				 *const quantile[] = { "nearest", "linear" },
				 *const loss[] = { "exact", "autotest" };

	return choose(where, "x", o->x, x, &drawn->nominal, error) &&
	       choose(where, "quantile", o->quantile, quantile, &wanted->linear_rule, error) &&
	       choose(where, "loss", o->loss, loss, &wanted->autotest_metric, error);
}

void load_options_clear(struct load_options *o)
{
	g_clear_pointer(&o->x, g_free);
	g_clear_pointer(&o->quantile, g_free);
	g_clear_pointer(&o->loss, g_free);
}
