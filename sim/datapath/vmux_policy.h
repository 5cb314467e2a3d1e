/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_policy.h: which guests of interface vmux have a queue pair of the NIC's own.
 * Words and choice only: no threads, no queues, no clock.
 */
#ifndef SIM_DATAPATH_VMUX_POLICY_H
#define SIM_DATAPATH_VMUX_POLICY_H

#include <stdint.h>

#include <glib.h>

struct vmux_policy;
struct vmux_ranking;

/* One policy. */
struct vmux_policy_ops {
	const char *word;
	unsigned nb_words; /* at most: the word itself, K (must be there if there is any), TIME */
	/* NULL: none is. Is the guest passed through from the start? */
	gboolean (*starts_direct)(const struct vmux_policy *p, uint32_t slot);
	/* NULL: that never changes. See vmux_ranking_next. Control thread, once an interval or more. */
	gboolean (*next)(const struct vmux_ranking *r, uint32_t *slot, gboolean *gets_place);
};

struct vmux_policy {
	const struct vmux_policy_ops *ops;
	uint32_t nb;          /* guests that are passed through, at most */
	uint64_t interval_ns; /* how often next is asked */
};

/*
 * "emulate-all", "passthrough:K" (the first K guests), "busiest:K" or "busiest:K:TIME" (the K with
 * the most frames; looks every TIME, 100ms without). K is from 1 to vf_limit. Errors name --policy.
 * *out (NULL: not wanted) is written on success.
 */
gboolean vmux_policy_parse(
	const char *text, uint32_t vf_limit, struct vmux_policy *out, GError **error);
/* Is each of so many guests passed through from the start, so that no mediator is needed? */
gboolean vmux_policy_passes_all(const struct vmux_policy *p, uint32_t nb_guests);

/*
 * Who is busiest. Loads are frames an interval, averaged so that half of an interval's weight is
 * gone after the next. So that a guest does not come and go with the noise of its load, it takes
 * the place of another only with more than 5/4 of that one's load, and nobody's place is taken
 * within VMUX_STAY intervals.
 */
enum { VMUX_STAY = 5 };

/* Nobody has a place. Free with g_free. */
struct vmux_ranking *vmux_ranking_new(uint32_t nb_guests, uint32_t nb_places);
/* Once an interval: frames of each slot since the last time. */
void vmux_ranking_note(struct vmux_ranking *r, const uint64_t *frames);
/*
 * The next change that should be made; TRUE if there is one. *slot gets a place that is free, or loses
 * its own to a busier one. Tell with vmux_ranking_place when that was done, then ask again.
 */
gboolean vmux_ranking_next(const struct vmux_ranking *r, uint32_t *slot, gboolean *gets_place);
void vmux_ranking_place(struct vmux_ranking *r, uint32_t slot, gboolean has_place);

#endif
