/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/commands/commands.h: the commands of tsim. A file a group: run.c, profile.c, matrix.c (with
 * accumulate), guests.c (and networks, by hand), machines.c (ping, status, shell, upload), doctor.c,
 * vfio_user.c.
 */
#ifndef SIM_COMMANDS_COMMANDS_H
#define SIM_COMMANDS_COMMANDS_H

#include "analyze/base/cli.h"
#include "sim/trial/options.h"

extern const struct cli_program tsim_program;

extern const struct cli_command command_run, command_search, command_profile;
extern const struct cli_command command_matrix, command_accumulate;
extern const struct cli_command command_run_guest, command_kill_guest;
extern const struct cli_command command_setup_network, command_teardown_network;
extern const struct cli_command command_ping, command_status, command_doctor, command_shell,
	command_upload, command_vfio_user;

#endif
