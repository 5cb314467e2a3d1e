/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates, lists of rates and link speeds. What parses is finite and above zero. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "traffic/rate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct rate *r)
{
	double pps = -1;

	g_assert(isfinite(r->value) && (r->kind == RATE_MAX || r->value > 0.0));
	g_assert(rate_to_pps(r, 64.0, 1e10, &pps, NULL));
	g_assert(isfinite(pps) && pps >= 0.0);

	g_autofree char *text = rate_format_pps(pps);

	g_assert(text != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autoptr(GError) one_error = NULL;
	g_autoptr(GError) list_error = NULL;
	g_autoptr(GError) link_error = NULL;
	g_autoptr(GArray) list = rate_parse_list("fuzz", text, &list_error);
	struct rate r;
	double bps = 0;

	if (rate_parse("fuzz", text, &r, &one_error))
		check(&r);
	else
		g_assert(g_utf8_validate(one_error->message, -1, NULL));
	if (list != NULL) {
		g_assert(list->len >= 1 && list->len <= 10000);
		for (guint i = 0; i < list->len; i++)
			check(&g_array_index(list, struct rate, i));
	} else {
		g_assert(g_utf8_validate(list_error->message, -1, NULL));
	}
	if (rate_parse_link("fuzz", text, &bps, &link_error))
		g_assert(isfinite(bps) && bps > 0.0);
	else
		g_assert(g_utf8_validate(link_error->message, -1, NULL));
	return 0;
}
