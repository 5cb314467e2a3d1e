/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot: figures of results. */
#include <stdio.h>
#include <string.h>

#include "analyze/numbers/numbers.h"
#include "plots/commands/commands.h"

/* "tplot ccdf ..." as it is written now; argv where it is not that. Newly allocated. */
static char **translate_ccdf(char **argv)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (guint i = 0; argv[i] != NULL; i++) {
		gboolean is_ccdf = i == 1 && strcmp(argv[i], "ccdf") == 0;

		g_ptr_array_add(words, is_ccdf ? (char *)(uintptr_t) "cdf" : argv[i]);
		if (!is_ccdf)
			continue;
		g_ptr_array_add(words, (char *)(uintptr_t) "--tail");
		fprintf(stderr, "tplot: ccdf is now 'cdf --tail'\n");
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

int main(int argc, char **argv)
{
	g_autofree char **words = translate_ccdf(argv);

	(void)argc;
	numbers_begin();
	return cli_main(&commands_program, (int)g_strv_length(words), words);
}
