/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot: figures of results. */
#include "plots/commands.h"

int main(int argc, char **argv)
{
	const struct cli_command commands[] = {
		command_compare,
		command_guests,
		command_overview,
		command_figure,
		command_timeline,
		command_sizes,
		command_departures,
		command_cdf,
		command_ccdf,
		command_box,
		command_shift,
		command_report,
		{ NULL, NULL, NULL, NULL },
	};

	return cli_main("tplot", "draws figures of results with gnuplot", commands, argc, argv);
}
