/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot: figures of results. */
#include "analyze/statistics.h"
#include "plots/commands.h"

int main(int argc, char **argv)
{
	statistics_begin();
	return cli_main(&commands_program, argc, argv);
}
