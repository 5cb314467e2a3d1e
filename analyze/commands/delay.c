/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze delay: delay variation of each combination. */
#include "analyze/commands/commands.h"

/* What has to be said of IPDV that is not there. */
struct lack {
	guint nb, without;
	GPtrArray *notes; /* char * */
};

static void note_lack(const result_combination *c, void *user)
{
	struct lack *lack = user;

	lack->nb++;
	lack->without += c->nb_ipdv == 0;
	if (c->nb_ipdv > 0 && c->nb_ipdv < c->trials->len)
		g_ptr_array_add(lack->notes,
			g_strdup_printf("%s %s: IPDV from %u of %u repetitions", c->params.label,
				c->infix, c->nb_ipdv, c->trials->len));
}

static int run_delay(void *asked, char **words)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	struct lack lack = { .notes = notes };
	int result = commands_report(asked, words, TRUE, &report_delay, NULL, note_lack, &lack);

	if (lack.without > 0)
		g_ptr_array_add(
			notes, g_strdup_printf("%u of %u combinations have no IPDV; measure with "
					       "tsim run --ipdv (and --overwrite)",
				       lack.without, lack.nb));
	commands_say_notes(notes);
	return result;
}

COMMANDS_COMMAND(delay, struct commands_common, commands_common_rows, COMMANDS_NAMES,
	.summary = "Delay variation: PDV, and IPDV if recorded");
