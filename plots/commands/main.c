/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot: figures of results. */
#include <stdio.h>
#include <string.h>

#include "analyze/numbers/numbers.h"
#include "plots/commands/commands.h"

/* "tplot ccdf ..." as it is written now. Newly allocated. */
static char **translate_ccdf(int argc, char **argv)
{
	char **words = g_new0(char *, (gsize)argc + 2);

	words[0] = argv[0];
	words[1] = (char *)(uintptr_t) "cdf";
	words[2] = (char *)(uintptr_t) "--tail";
	for (int i = 2; i < argc; i++)
		words[i + 1] = argv[i];
	fprintf(stderr, "tplot: ccdf is now 'cdf --tail'\n");
	return words;
}

int main(int argc, char **argv)
{
	gboolean is_ccdf = argc > 1 && strcmp(argv[1], "ccdf") == 0;
	g_autofree char **words = is_ccdf ? translate_ccdf(argc, argv) : NULL;

	numbers_begin();
	return is_ccdf ? cli_main(&commands_program, argc + 1, words)
		       : cli_main(&commands_program, argc, argv);
}
