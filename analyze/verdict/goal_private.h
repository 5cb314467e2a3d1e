/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/verdict/goal_private.h: what goal.c and goal_judge.c share. */
#ifndef ANALYZE_VERDICT_GOAL_PRIVATE_H
#define ANALYZE_VERDICT_GOAL_PRIVATE_H

#include "analyze/verdict/goal.h"

/* "loss", "p99.9", "max", "jain", "min-share". */
void goal_append_measure(GString *s, const struct goal_bound *b);
/* Frames that a bound of latency takes: 10 / (1 - q); max counts as q of 0.999. */
uint64_t goal_needs_frames(const struct goal_bound *b);

#endif
