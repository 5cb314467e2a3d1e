/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_policy.h: which guests of interface vmux have a queue pair of the NIC's own.
 * Words and choice only: no threads, no queues, no clock.
 */
#ifndef SIM_DATAPATH_VMUX_POLICY_H
#define SIM_DATAPATH_VMUX_POLICY_H

#include <stdint.h>

#include <glib.h>

enum vmux_policy_kind { VMUX_EMULATE_ALL, VMUX_PASSTHROUGH, VMUX_BUSIEST };

struct vmux_policy {
	enum vmux_policy_kind kind;
	uint32_t nb;          /* guests that are passed through, at most */
	uint64_t interval_ns; /* of busiest: how often it looks */
};

/*
 * "emulate-all", "passthrough:K" (the first K guests), "busiest:K" or "busiest:K:TIME" (the K with
 * the most frames; looks every TIME, 100ms without). K is from 1 to vf_limit. Errors name --policy.
 */
gboolean vmux_policy_parse(
	const char *text, uint32_t vf_limit, struct vmux_policy *out, GError **error);
gboolean vmux_policy_check(const char *text, uint32_t vf_limit, GError **error);

enum { VMUX_NONE = 0xffffffff };

/*
 * Who is busiest. Loads are frames an interval, averaged so that half of an interval's weight is
 * gone after the next. So that a guest does not come and go with the noise of its load, it takes
 * the place of another only with more than 5/4 of that one's load, and nobody's place is taken
 * within VMUX_STAY intervals.
 */
enum { VMUX_STAY = 5 };

struct vmux_ranking;

struct vmux_ranking *vmux_ranking_new(uint32_t nb_guests, uint32_t nb_places);
void vmux_ranking_free(struct vmux_ranking *r); /* NULL is fine */
/* Once an interval: frames of each slot since the last time. */
void vmux_ranking_note(struct vmux_ranking *r, const uint64_t *frames);
/*
 * The next change that should be made; TRUE if there is one. *out loses its place (VMUX_NONE: one is
 * free), *in gets it. Tell with vmux_ranking_place what was really done, then ask again.
 */
gboolean vmux_ranking_next(const struct vmux_ranking *r, uint32_t *out, uint32_t *in);
void vmux_ranking_place(struct vmux_ranking *r, uint32_t slot, gboolean has_place);

#endif
