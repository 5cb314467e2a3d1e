/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze delay: delay variation of each combination. */
#include "analyze/commands/commands.h"
#include "analyze/show/report.h"

/* What has to be said of IPDV that is not there. */
struct lack {
	guint nb, without;
	GPtrArray *notes; /* char * */
};

static void add_delay(table *t, const result_combination *c, const void *user)
{
	struct lack *lack = *(struct lack *const *)user;

	report_delay_add(t, c);
	lack->nb++;
	lack->without += c->nb_ipdv == 0;
	if (c->nb_ipdv > 0 && c->nb_ipdv < c->trials->len)
		g_ptr_array_add(lack->notes,
			g_strdup_printf("%s %s: IPDV is of %u of %u repetitions", c->params.label,
				c->infix, c->nb_ipdv, c->trials->len));
}

static int delay_run(void *asked, char **words)
{
	g_autoptr(table) t = report_delay_new();
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	struct lack lack = { .notes = notes }, *user = &lack;
	int result = commands_table(asked, words, TRUE, t, add_delay, &user);

	if (lack.without > 0)
		g_ptr_array_add(
			notes, g_strdup_printf("%u of %u combinations have no IPDV: measure with "
					       "tsim run --ipdv (and --overwrite, where they are "
					       "already)",
				       lack.without, lack.nb));
	commands_say_notes(notes);
	return result;
}

const struct cli_command command_delay = { .name = "delay",
	.arguments = "[NAME...]",
	.summary = "Delay variation: PDV, and IPDV where it was recorded",
	.options = commands_common_rows,
	.size = sizeof(struct commands_common),
	.max_words = CLI_ANY,
	.run = delay_run };
