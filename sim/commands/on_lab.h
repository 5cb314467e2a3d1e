/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/commands/on_lab.h: tsim run and tsim search where guests are virtual machines or the host: a lab is
 * built, the same command measures on it where the load generator is, and the lab goes.
 */
#ifndef SIM_COMMANDS_ON_LAB_H
#define SIM_COMMANDS_ON_LAB_H

#include "sim/trial/options.h"

struct on_lab {
	const char *verb;        /* "run", "search" */
	const struct options *o; /* on_lab; guests, results, testbed */
	char **words;            /* of the verb, without what says guests and where results go */
	/*
	 * Is all measured? Then show it, and set *status. argv: the command line that would measure, from
	 * verb to NULL; but where a wire has a port its --port is not the lab's, which nobody knows yet.
	 * searches: struct trial_params * of those that are to go on are added, see search_files.h.
	 */
	gboolean (*show_if_done)(char **argv, GPtrArray *searches, int *status);
};

/* Returns an exit status; errors have been printed. */
int on_lab_measure(const struct on_lab *job);

#endif
