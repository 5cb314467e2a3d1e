/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/back_to_back.h: the longest burst at the theoretical rate without loss, RFC 9004: how many
 * frames to send next. Pure and deterministic, as mlr.h: a search that was killed goes on by asking
 * again.
 *
 * Each of N tests is a binary search with loss verification (ETSI GS NFV-TST 009, clause 12.3): a burst
 * with loss is sent again, and counts as lossless if a repetition is. The bracket is found by steps that
 * double: up from `first` in the first test, around the previous result in the others. So bursts are not
 * much longer than the buffer, and a test of a SUT that repeats itself takes 2 bursts and the repetitions
 * instead of log2(longest). Both ends are measured anew in each test.
 */
#ifndef SIM_SEARCH_BACK_TO_BACK_H
#define SIM_SEARCH_BACK_TO_BACK_H

#include "analyze/contract/search.h"

enum { BACK_TO_BACK_FIRST = 1024, BACK_TO_BACK_LONGEST_S = 30, BACK_TO_BACK_TESTS = 50 };

struct back_to_back_cfg {
	uint64_t first;   /* frames of the first burst, > 0 */
	uint64_t longest; /* of any, >= first: BACK_TO_BACK_LONGEST_S at the theoretical rate */
	double step;    /* relative: a test ends at (upper - lower) / upper <= step, or one frame */
	uint32_t tests; /* N, > 0; the RFC's is BACK_TO_BACK_TESTS */
	uint32_t retries; /* repetitions of a burst with loss */
};

struct back_to_back;
typedef struct back_to_back back_to_back;
back_to_back *back_to_back_new(const struct back_to_back_cfg *cfg);
void back_to_back_free(back_to_back *b); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(back_to_back, back_to_back_free)

/* Frames of the burst to send; 0: all tests are done. The same until back_to_back_add. */
uint64_t back_to_back_next(const back_to_back *b);
/* Of the burst that was asked for: did all its frames come back? */
void back_to_back_add(back_to_back *b, gboolean lossless);
/* Tests that are done. */
uint32_t back_to_back_done(const back_to_back *b);

/*
 * Results of the tests done, and cfg, into the burst_ members of s: section 5.4. Buffer times are those of
 * s->theoretical_pps and throughput_pps, which is 0 where none was found. Without a test s stays as it is.
 */
void back_to_back_report(const back_to_back *b, double throughput_pps, struct search_suite *s);

#endif
