/* SPDX-License-Identifier: BSD-3-Clause */
/* Raw histograms. What is accepted is the same after the way out and back, and adds up. */
#include <stdint.h>
#include <string.h>

#include "analyze/numbers/exact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(exact *e)
{
	g_autofree char *once = exact_text(e), *twice = NULL;
	g_autoptr(exact) again = exact_parse("fuzz", once, strlen(once), NULL);
	exact *const parts[] = { e, again, again };
	g_autoptr(exact) sum = NULL;
	uint64_t count = 0, ns;

	if (again == NULL)
		g_error("what was written is not read: %s", once);
	twice = exact_text(again);
	g_assert_cmpstr(once, ==, twice);
	g_assert(e->sum_ns == again->sum_ns && e->count == again->count);
	for (size_t i = 0; i < e->nb; i++) {
		g_assert(e->bins[i].count > 0 && (i == 0 || e->bins[i - 1].ns < e->bins[i].ns));
		count += e->bins[i].count;
	}
	g_assert(count == e->count && count <= G_MAXINT64);
	g_assert((exact_quantile(e, 1, &ns) == 0) == (e->nb > 0));
	g_assert(e->nb == 0 || ns == e->bins[e->nb - 1].ns);
	sum = exact_total(parts, G_N_ELEMENTS(parts));
	g_assert((sum == NULL) == (e->count > G_MAXINT64 / 3));
	g_assert(sum == NULL || (sum->nb == e->nb && sum->count == 3 * e->count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autoptr(GError) error = NULL;
	/* Of just that length: a byte read beyond the end is seen. */
	g_autofree char *text = g_memdup2(data, len);
	g_autoptr(exact) e = exact_parse("fuzz", len > 0 ? text : "", len, &error);

	g_assert((e == NULL) == (error != NULL));
	if (e != NULL)
		check(e);
	else
		g_assert(g_utf8_validate(error->message, -1, NULL));
	return 0;
}
