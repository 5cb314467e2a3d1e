/* SPDX-License-Identifier: BSD-3-Clause */
/* The guests in the table of tsim: the worst, the best, and those that were offered no frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "sim/trial/printout.h"
#include "tests/unit/fake_trial.h"

/* The lines of text from one that begins so to the next that is not of a guest. */
static char *part_of(const char *text, const char *head)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *part = g_string_new(NULL);
	gboolean in = FALSE;

	for (guint i = 0; lines[i] != NULL; i++) {
		if (in && !g_str_has_prefix(lines[i], "  guest "))
			break;
		if (in)
			g_string_append_printf(part, "%s\n", lines[i]);
		in |= g_str_has_prefix(lines[i], head);
	}
	return g_string_free(part, FALSE);
}

static guint count(const char *text, const char *part)
{
	guint nb = 0;

	while ((text = strstr(text, part)) != NULL) {
		nb++;
		text += strlen(part);
	}
	return nb;
}

static void guests_without_frames_are_counted_apart(void **state)
{
	const struct fake_cfg cfg = { .guests = 12, .silent = 2, .loss = 0.01, .worst = 4 };
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *text = NULL, *worst = NULL, *best = NULL;

	(void)state;
	g_free(t->guests[7].state);
	t->guests[7].state = g_strdup("hung");
	text = printout_text(t, FALSE);
	worst = part_of(text, "  worst guests ");
	best = part_of(text, "  best guests ");
	if (count(worst, "\n") != 3 || !g_str_has_prefix(worst, "  guest 7 ") ||
		strstr(worst, "\n  guest 4 ") == NULL)
		fail_msg("worst: %s", worst);
	if (count(best, "\n") != 3 || strstr(best, "guest 10 ") != NULL ||
		strstr(best, "guest 11 ") != NULL || strstr(best, "guest 7 ") != NULL)
		fail_msg("best: %s", best);
	assert_non_null(strstr(text, "\n  2 guests were offered no frame\n"));
}

static void a_trial_without_frames_has_no_loss(void **state)
{
	const struct fake_cfg cfg = { .guests = 3, .silent = 3, .worst = -1 };
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *text = printout_text(t, FALSE);

	(void)state;
	assert_null(strstr(text, " 0 %"));
	assert_non_null(strstr(text, "\n  3 guests were offered no frame\n"));
	assert_true(count(text, " - ") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_without_frames_are_counted_apart),
		cmocka_unit_test(a_trial_without_frames_has_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
