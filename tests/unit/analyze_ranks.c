/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranks: the same program is run alone (each call does the obvious) and by cli/tanalyze_ranks.sh
 * under mpirun, where every rank checks what it gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
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

static void all_get_what_the_first_sends(void **state)
{
	g_autoptr(GBytes) mine = message(ranks_own());
	g_autoptr(GBytes) first = message(0);
	g_autoptr(GBytes) got = ranks_broadcast(mine);

	(void)state;
	assert_true(g_bytes_equal(got, first));
}

static void sums_and_extremes_are_over_all(void **state)
{
	uint64_t n = ranks_count();
	uint64_t values[] = { ranks_own(), 1, UINT64_C(1) << 60 };

	(void)state;
	ranks_barrier();
	ranks_sum_u64(values, G_N_ELEMENTS(values));
	assert_true(values[0] == n * (n - 1) / 2 && values[1] == n && values[2] == n << 60);
	assert_true(
		ranks_max_u64((UINT64_C(1) << 63) + ranks_own()) == (UINT64_C(1) << 63) + n - 1);
	assert_true(ranks_all_true(TRUE));
	assert_false(ranks_all_true(FALSE));
	assert_int_equal(ranks_all_true(ranks_own() + 1 < ranks_count()), FALSE);
}

/* From each to the first and back, a short one and one that no buffer takes; nobody waits for a third. */
static void messages_arrive_in_order(void **state)
{
	enum { SHORT = 3, LONG = 5 };
	guint n = ranks_count(), own = ranks_own(), wanted = own == 0 ? 3 * (n - 1) : 3, got = 0;
	g_autofree guint *nb_short = g_new0(guint, n);
	struct ranks_mail *mail = ranks_mail_new();
	g_autoptr(GBytes) large = g_bytes_new_take(g_malloc0(3000000), 3000000);

	(void)state;
	for (guint to = 0; to < n; to++) {
		g_autoptr(GBytes) a = g_bytes_new("a", 1), b = g_bytes_new("b", 1);

		if (to == own || (to != 0 && own != 0))
			continue;
		assert_true(ranks_post(mail, to, SHORT, a));
		assert_true(ranks_post(mail, to, LONG, large));
		assert_true(ranks_post(mail, to, SHORT, b));
	}
	while (got < wanted || !ranks_posted(mail)) {
		guint from, kind;
		g_autoptr(GBytes) bytes = ranks_take(mail, &from, &kind);

		if (bytes == NULL)
			continue;
		got++;
		assert_true(from < n && (kind == SHORT || kind == LONG));
		if (kind == LONG)
			assert_int_equal(g_bytes_get_size(bytes), 3000000);
		else
			assert_int_equal(*(const char *)g_bytes_get_data(bytes, NULL),
				'a' + (int)nb_short[from]++);
	}
	ranks_mail_free(mail);
	ranks_barrier();
}

static void errors_are_agreed_on(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *last = g_strdup_printf("rank %u: no disk", ranks_count() - 1);

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
		cmocka_unit_test(all_get_what_the_first_sends),
		cmocka_unit_test(sums_and_extremes_are_over_all),
		cmocka_unit_test(messages_arrive_in_order),
		cmocka_unit_test(errors_are_agreed_on),
	};
	g_autoptr(GError) error = NULL;
	int failed;

	if (!ranks_begin(&error)) {
		print_error("%s\n", error->message);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ranks_end();
	return failed;
}
