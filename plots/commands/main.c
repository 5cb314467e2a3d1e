/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot: figures of results. */
#include "analyze/numbers/numbers.h"
#include "plots/commands/commands.h"

int main(int argc, char **argv)
{
	numbers_begin();
	return cli_main(&commands_program, argc, argv);
}
