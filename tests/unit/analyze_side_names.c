/* SPDX-License-Identifier: BSD-3-Clause */
/* How results of several places read beside each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analyze/results/side_names.h"

static void equal_last_parts_get_those_before_them(void **state)
{
	static const struct {
		const char *names[5], *texts[5];
	} cases[] = {
		{ { "2023/virtio2", "2024/virtio2" }, { "2023-virtio2", "2024-virtio2" } },
		{ { "/a/2023/virtio2/", "/b/2023/virtio2" },
			{ "a-2023-virtio2", "b-2023-virtio2" } },
		{ { "out/x", "out/y" }, { "x", "y" } },
		{ { "out/x", "y" }, { "x", "y" } },
		{ { "virtio2", "2024/virtio2" }, { "virtio2", "2024-virtio2" } },
		{ { "vhost-on", "vhost-off" }, { "vhost-on", "vhost-off" } },
		{ { "a/x", "b/x", "c/y" }, { "a-x", "b-x", "y" } },
		{ { "a/x", "a/x", "b/x" }, { "x", "x", "b-x" } },
		{ { "x", "x" }, { "x", "x" } },
		{ { "." }, { "." } },
		{ { "/" }, { "" } },
		{ { NULL }, { NULL } },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) texts = side_names(cases[i].names);

		for (guint k = 0; cases[i].names[k] != NULL; k++) {
			if (g_strcmp0(texts[k], cases[i].texts[k]) != 0)
				fail_msg("case %u: '%s' is '%s'", i, cases[i].names[k], texts[k]);
		}
	}
}

static void a_label_has_the_side_in_front(void **state)
{
	g_autofree char *same = side_label("2023-virtio2", "virtio2");
	g_autofree char *above = side_label("2023", "virtio2");

	(void)state;
	assert_string_equal(same, "2023-virtio2");
	assert_string_equal(above, "2023-virtio2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_last_parts_get_those_before_them),
		cmocka_unit_test(a_label_has_the_side_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
