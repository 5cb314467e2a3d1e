/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "analyze/cli.h"

static _Atomic int stop_requested;

static void on_first(int number)
{
	(void)number;
	atomic_store(&stop_requested, 1);
}

static void on_second(int number)
{
	(void)number;
	if (atomic_exchange(&stop_requested, 1) != 0)
		_exit(CLI_FAILED);
}

void stop_catch(gboolean second_ends)
{
	struct sigaction action = { .sa_handler = second_ends ? on_second : on_first };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

_Atomic int *stop_flag(void)
{
	return &stop_requested;
}
