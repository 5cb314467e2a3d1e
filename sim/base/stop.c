/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "analyze/base/cli.h"
#include "analyze/base/file.h"

enum { REMOVED_MAX = 16, PATH_LEN_MAX = 4096 };

static _Atomic int stop_requested;

struct removed {
	_Atomic int used;
	char path[PATH_LEN_MAX];
};

/* REMOVED_MAX of them. */
static struct removed *removed_paths(void)
{
	static struct removed paths[REMOVED_MAX];

	return paths;
}

static void request_stop(void)
{
	atomic_fetch_add(&stop_requested, 1);
}

static void end_at(int count)
{
	if (atomic_load(&stop_requested) < count)
		return;
	for (unsigned i = 0; i < REMOVED_MAX; i++) {
		if (atomic_load(&removed_paths()[i].used) != 0)
			file_remove_tree(removed_paths()[i].path);
	}
	_exit(CLI_FAILED);
}

static void on_signal(int number)
{
	(void)number;
	request_stop();
}

static void on_signal_until_second(int number)
{
	(void)number;
	request_stop();
	end_at(STOP_AT_SECOND);
}

static void on_signal_until_third(int number)
{
	(void)number;
	request_stop();
	end_at(STOP_AT_THIRD);
}

void stop_catch(enum stop_end end)
{
	/* All that end a process by default, but those of its own faults. */
	static const int signals[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGXCPU, SIGALRM,
		SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGIO, SIGPWR, SIGSTKFLT };
	struct sigaction action = { .sa_handler = end == STOP_AT_SECOND  ? on_signal_until_second
						  : end == STOP_AT_THIRD ? on_signal_until_third
									 : on_signal };
	struct sigaction before;

	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++) {
		if (signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
			before.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
	}
}

_Atomic int *stop_flag(void)
{
	return &stop_requested;
}

void stop_remove(const char *path)
{
	for (unsigned i = 0; i < REMOVED_MAX; i++) {
		struct removed *r = &removed_paths()[i];

		if (atomic_load(&r->used) != 0)
			continue;
		if (g_strlcpy(r->path, path, PATH_LEN_MAX) < PATH_LEN_MAX)
			atomic_store(&r->used, 1);
		return;
	}
}

void stop_keep(const char *path)
{
	for (unsigned i = 0; i < REMOVED_MAX; i++) {
		struct removed *r = &removed_paths()[i];

		if (atomic_load(&r->used) != 0 && g_str_equal(r->path, path))
			atomic_store(&r->used, 0);
	}
}
