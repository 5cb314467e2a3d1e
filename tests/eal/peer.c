/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/eal/peer.h"

#include <stddef.h>
#include <time.h>

volatile sig_atomic_t peer_is_over, peer_is_told;

static void take_signal(int signal)
{
	if (signal == SIGUSR1)
		peer_is_told = 1;
	else
		peer_is_over = 1;
}

void peer_take_signals(void)
{
	const struct sigaction taken = { .sa_handler = take_signal };

	sigaction(SIGTERM, &taken, NULL);
	sigaction(SIGUSR1, &taken, NULL);
}

uint64_t peer_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
