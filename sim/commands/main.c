/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim: measure many guests under one traffic mix. */
#include <string.h>

#include "analyze/base/ranks.h"
#include "analyze/numbers/numbers.h"
#include "sim/commands/commands.h"

/*
 * Of processes that mpirun started, one talks. The others are for tsim run alone; what is wrong with a
 * command line, the first says.
 */
static gboolean is_needed(char **argv)
{
	struct cli_call call;
	gboolean needed;

	if (ranks_own() <= 0)
		return TRUE;
	if (argv[0] == NULL || !cli_parse(&tsim_program, argv + 1, &call, NULL))
		return FALSE;
	needed = call.command == &command_run && !call.line.help;
	cli_call_clear(&call);
	return needed;
}

int main(int argc, char **argv)
{
	numbers_begin();
	return is_needed(argv) ? cli_main(&tsim_program, argc, argv) : CLI_DONE;
}
