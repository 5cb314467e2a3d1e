/* SPDX-License-Identifier: BSD-3-Clause */
/* MoonGen's logs. Whatever is read of one, its numbers can be shown. */
#include <math.h>
#include <stdint.h>

#include "analyze/foreign/autotest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_memdup2(data, len);
	g_autoptr(trial) t = trial_new();
	const struct trial_moongen *m;

	t->moongen = trial_moongen_new();
	(void)autotest_read_log(t, "fuzz", len > 0 ? text : "", len);
	m = t->moongen;
	g_assert(t->totals.forwarded <= t->totals.offered);
	g_assert(t->totals.lost == t->totals.offered - t->totals.forwarded);
	g_assert(t->totals.offered <= G_MAXINT64 && t->totals.offered_bytes <= G_MAXINT64);
	g_assert(!m->rates_known || (m->tx_mpps >= 0 && m->rx_mpps >= 0 && isfinite(m->tx_mbit)));
	g_assert(!m->loss_known || (m->loss >= 0 && m->loss <= 1 && isfinite(m->loss_spread)));
	/* Doubt without a reason helps nobody. */
	g_assert(t->trustworthy || t->reasons->len > 0);
	return 0;
}
