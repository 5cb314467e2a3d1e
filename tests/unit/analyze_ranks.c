/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranks: the same program is run alone (each call does the obvious) and by cli/tanalyze_ranks.sh
 * under mpirun, where every rank checks what it gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/ranks.h"

/* What rank i sends: nothing, or so many bytes that no buffer takes them before they are asked for. */
static GBytes *message(guint rank)
{
	size_t len = rank % 2 == 1 ? 0 : 3000000 + rank;
	char *data = g_malloc(len + 1);

	memset(data, (int)('a' + rank), len);
	return g_bytes_new_take(data, len);
}

static void gather_keeps_order_and_lengths(void **state)
{
	g_autoptr(GBytes) mine = message(ranks_own());
	g_autoptr(GPtrArray) all = ranks_gather(mine);

	(void)state;
	if (ranks_own() > 0) {
		assert_null(all);
		return;
	}
	assert_int_equal(all->len, ranks_count());
	for (guint i = 0; i < all->len; i++) {
		g_autoptr(GBytes) expected = message(i);

		assert_true(g_bytes_equal(g_ptr_array_index(all, i), expected));
	}
}

static void all_get_what_one_sends(void **state)
{
	g_autoptr(GBytes) mine = message(ranks_own());
	guint last = ranks_count() - 1;
	g_autoptr(GBytes) wanted = message(last);
	g_autoptr(GBytes) got = ranks_broadcast(mine, last);

	(void)state;
	assert_true(g_bytes_equal(got, wanted));
}

static void sums_and_extremes_are_over_all(void **state)
{
	uint64_t n = ranks_count();
	uint64_t values[] = { ranks_own(), 1, UINT64_C(1) << 60 };

	(void)state;
	ranks_sum_u64(values, G_N_ELEMENTS(values));
	assert_true(values[0] == n * (n - 1) / 2 && values[1] == n && values[2] == n << 60);
	assert_true(
		ranks_max_u64((UINT64_C(1) << 63) + ranks_own()) == (UINT64_C(1) << 63) + n - 1);
	assert_true(ranks_all_true(TRUE));
	assert_false(ranks_all_true(FALSE));
	assert_int_equal(ranks_all_true(ranks_own() + 1 < ranks_count()), FALSE);
}

/* One after the other; whoever is late is waited for by nobody. */
static void sums_come_without_waiting(void **state)
{
	enum { SUMS = 3, VALUES = 20000 };
	guint64 n = ranks_count();

	(void)state;
	for (guint64 k = 0; k < SUMS; k++) {
		g_autofree uint64_t *values = g_new(uint64_t, VALUES);

		for (guint64 i = 0; i < VALUES; i++)
			values[i] = i * (ranks_own() + k);
		ranks_sum_begin(values, VALUES);
		while (!ranks_sum_done())
			assert_true(ranks_wait());
		for (guint64 i = 0; i < VALUES; i++)
			assert_int_equal(values[i], i * (n * (n - 1) / 2 + k * n));
	}
}

/* The last one is told; all hear of it, and still come together. */
static void a_stop_is_everybodys(void **state)
{
	static _Atomic int stop;
	g_autoptr(GError) error = NULL;

	(void)state;
	ranks_share_stop(&stop);
	if (ranks_own() + 1 == ranks_count())
		atomic_store(&stop, 1);
	while (atomic_load(&stop) == 0)
		assert_true(ranks_wait());
	ranks_tick();
	assert_true(ranks_agree(&error));
	assert_true(ranks_are_whole());
}

static void errors_are_agreed_on(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *last = g_strdup_printf(
		"rank %u of %u: no disk", ranks_count() - 1, ranks_count());

	(void)state;
	assert_true(ranks_agree(&error));
	assert_null(error);
	g_set_error_literal(&error, ANALYZE_ERROR, ANALYZE_ERROR_IO, "no such file");
	assert_false(ranks_agree(&error));
	assert_string_equal(error->message, "no such file");
	g_clear_error(&error);
	if (ranks_own() + 1 == ranks_count())
		g_set_error_literal(&error, ANALYZE_ERROR, ANALYZE_ERROR_IO, "no disk");
	assert_false(ranks_agree(&error));
	assert_string_equal(error->message, ranks_count() == 1 ? "no disk" : last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gather_keeps_order_and_lengths),
		cmocka_unit_test(all_get_what_one_sends),
		cmocka_unit_test(sums_and_extremes_are_over_all),
		cmocka_unit_test(sums_come_without_waiting),
		cmocka_unit_test(errors_are_agreed_on),
		cmocka_unit_test(a_stop_is_everybodys),
	};
	g_autoptr(GError) error = NULL;
	int failed;

	/* However slow the machine is. */
	g_setenv("OMPI_MCA_odls_base_sigkill_timeout", "60", TRUE);
	if (!ranks_begin(&error)) {
		print_error("%s\n", error->message);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ranks_end();
	return failed;
}
