/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/hello.h: what a guest does with the frames that ask it, before a trial, whether it
 * reflects. Pure.
 *
 * A guest is asked by a frame of the shortest length and one of the longest that it will get, the
 * longest first, until it has answered a few of the shortest and one of the longest. Each question
 * has a number, the same for its two frames. Faults are told from numbers and counts, never from
 * time: a slow or lossy guest is only waited for.
 */
#ifndef SIM_ENGINE_HELLO_H
#define SIM_ENGINE_HELLO_H

#include <stdint.h>

#include <glib.h>

#include "analyze/numbers/tracker.h"
#include "traffic/frame.h"

enum {
	HELLO_ANSWERS = 3, /* questions that a guest has to answer */
	/* Shortest frames answered, and none of the longest, that show that the longest do not pass. */
	HELLO_SHORT_ONLY = 20,
};

enum hello_length { HELLO_SHORTEST, HELLO_LONGEST }; /* size class of the signature */

struct hello {
	uint32_t frame_len;         /* of the longest frame */
	uint32_t asked;             /* questions so far: the number of the next one */
	uint32_t shortest, longest; /* answers, each counted once */
	uint32_t again;             /* answers to shortest frames that had been answered */
	gboolean elsewhere;         /* one came back from guest via */
	uint32_t via;
	gboolean news;     /* answers since the last question */
	tracker *answered; /* numbers of shortest frames */
};

enum hello_state { HELLO_WAITS, HELLO_IN_ORDER, HELLO_FAULTY };

void hello_init(struct hello *h, uint32_t frame_len);
void hello_clear(struct hello *h);

/* Is the longest frame a question of its own that has not been answered? */
gboolean hello_needs_longest(const struct hello *h);
/* Should the next question follow at once, or when the caller thinks it time to ask again? */
gboolean hello_asks_at_once(const struct hello *h);
/* Has a guest that answers not answered all? */
gboolean hello_is_under_way(const struct hello *h);
/* An intact frame of the guest's that asks: it came back from guest via, its own if that is unknown. */
void hello_note(struct hello *h, const struct frame_sig *sig, uint32_t via);
/*
 * *fault: for HELLO_FAULTY, what is wrong and the remedy, newly allocated; else NULL. A guest that is
 * in order may turn out to be faulty by answers that come later.
 */
enum hello_state hello_judge(const struct hello *h, char **fault);

#endif
