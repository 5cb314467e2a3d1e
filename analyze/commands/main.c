/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze: trials become numbers. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "analyze/commands/commands.h"
#include "analyze/base/ranks.h"
#include "analyze/numbers/numbers.h"

/* Histograms come and go by the hundred: their memory is used again, not given back in between. */
enum { HEAP_BLOCK_MAX = 32 << 20, HEAP_FREE_MAX = 1 << 30 };

int main(int argc, char **argv)
{
	gboolean helps = ranks_own() > 0;
	int result;

	(void)mallopt(M_MMAP_THRESHOLD, HEAP_BLOCK_MAX);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_FREE_MAX);
	/* Of processes that mpirun started, only one talks; the others help it to merge. */
	if (helps && (argc < 2 || strcmp(argv[1], command_merge.name) != 0 ||
			     freopen("/dev/null", "w", stdout) == NULL ||
			     freopen("/dev/null", "w", stderr) == NULL))
		return CLI_DONE;
	numbers_begin();
	result = cli_main(&commands_program, argc, argv);
	/* A helper's status would have mpirun end rank 0 before that has said what is wrong. */
	return helps ? CLI_DONE : result;
}
