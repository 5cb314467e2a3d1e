/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/commands.h: the commands of tsim that are about a testbed: who is there, what runs, guests
 * and networks by hand, matrices. Each takes the row of the table that it is, for its --help.
 */
#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include "analyze/cli.h"
#include "sim/options.h"

int command_ping(const struct cli_command *c, int argc, char **argv);
int command_run_guest(const struct cli_command *c, int argc, char **argv);
int command_kill_guest(const struct cli_command *c, int argc, char **argv);
int command_setup_network(const struct cli_command *c, int argc, char **argv);
int command_teardown_network(const struct cli_command *c, int argc, char **argv);
int command_upload(const struct cli_command *c, int argc, char **argv);
int command_shell(const struct cli_command *c, int argc, char **argv);
int command_status(const struct cli_command *c, int argc, char **argv);
int command_doctor(const struct cli_command *c, int argc, char **argv);
int command_matrix(const struct cli_command *c, int argc, char **argv);
int command_accumulate(const struct cli_command *c, int argc, char **argv);

/* tsim run where guests are virtual machines or the host: the lab, and on it the same tsim run. */
int command_run_on_lab(const struct options *o);

#endif
