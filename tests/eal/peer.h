/* SPDX-License-Identifier: BSD-3-Clause */
/* What peers of tests have in common that do something when they are told to, until they are ended. */
#ifndef TESTS_EAL_PEER_H
#define TESTS_EAL_PEER_H

#include <signal.h>
#include <stdint.h>

extern volatile sig_atomic_t peer_is_over, peer_is_told; /* SIGTERM, SIGUSR1 came */

void peer_take_signals(void);
uint64_t peer_now_ms(void);

#endif
