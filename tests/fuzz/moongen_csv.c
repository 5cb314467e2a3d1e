/* SPDX-License-Identifier: BSD-3-Clause */
/* MoonGen's tables of throughput. No row has frames that the counters do not. */
#include <stdint.h>

#include "analyze/foreign/autotest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_memdup2(data, len);
	g_autoptr(trial) t = trial_new();
	gboolean ok;

	t->moongen = trial_moongen_new();
	ok = autotest_read_throughput(t, "fuzz", len > 0 ? text : "", len, &error);
	g_assert(ok == (error == NULL));
	if (!ok) {
		g_assert(g_utf8_validate(error->message, -1, NULL));
		return 0;
	}
	g_assert(t->totals.forwarded <= t->totals.offered);
	g_assert(t->totals.lost == t->totals.offered - t->totals.forwarded);
	for (guint i = 0; i < t->seconds->len; i++)
		g_assert(g_array_index(t->seconds, struct trial_second, i).offered <= G_MAXINT64);
	return 0;
}
