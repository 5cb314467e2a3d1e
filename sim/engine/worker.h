/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/worker.h: what one lcore does during a trial, and what it counts. Hot.
 *
 * A load worker sends to its guests when their frames are due; a receiver takes what guests send
 * back. One lcore may do both. Every struct has one writer; counters are relaxed atomics that the
 * main thread may read meanwhile. Everything here is allocated before the trial.
 */
#ifndef SIM_ENGINE_WORKER_H
#define SIM_ENGINE_WORKER_H

#include <stdint.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "analyze/histogram.h"
#include "analyze/tracker.h"
#include "sim/datapath/datapath.h"
#include "sim/engine/capture.h"
#include "sim/engine/clock.h"
#include "traffic/frame.h"
#include "traffic/profile.h"
#include "traffic/schedule.h"

enum { WORKER_BURST = 32 };

/* Of one guest and size class; measuring phase only. Written by its load worker. */
struct tx_counters {
	ctr offered, refused, late, bytes;
	ctr unsent; /* scheduled, but the phase was over: written after the loop */
};

struct tx_guest {
	struct frame_template head;
	const struct profile_draw *draws;
	size_t nb_draws, pos;
	struct tx_counters *c; /* one a size class */
	uint32_t seq;
	uint16_t nb_staged;
	ctr accepted; /* frames of both phases that the interface took: what may come back */
	struct rte_mbuf *staged[WORKER_BURST];
} __rte_cache_aligned;

/* Of one guest and size class; measuring phase only. Written by its receiver. */
struct rx_counters {
	ctr forwarded, duplicated, reordered, bytes;
	hist *latency, *response;
};

struct rx_guest {
	struct rx_counters *c; /* one a size class */
	tracker *tracker;
	uint32_t nb_classes;
	ctr returned; /* frames of both phases that came back, each counted once, and corrupt ones */
	ctr corrupt, foreign; /* that arrived after the warm-up */
	ctr ancient;
} __rte_cache_aligned;

struct worker {
	/* Read-only while a trial runs. */
	struct datapath *datapath;
	const struct tsc_clock *clock;
	const timeline *timeline;
	struct tx_guest *tx; /* by guest number; this worker's are first, first + step, ... */
	struct rx_guest *rx;
	uint32_t nb_guests, tx_first, tx_step, rx_first, rx_step;
	uint64_t warm_up_ns, span_ns, slack_ns;
	struct rte_mempool *tx_pool, *rx_pool;
	struct rte_mbuf **own;   /* tx_copies: WORKER_BURST mbufs that are used again and again */
	struct capture *capture; /* NULL if not asked for */
	const _Atomic int *go, *stop_tx, *stop; /* the clock is not read before go */
	unsigned lcore;
	gboolean sends, receives, yields;
	uint8_t run;

	/* Written by this lcore alone, read by main. */
	__rte_cache_aligned ctr round; /* times around the loop */
	ctr ready;                     /* 1: runs, and waits for go */
	ctr tx_done;                   /* 1: has sent all it had to */
	ctr stopped_ns;                /* when it stopped sending */
	ctr bursts;       /* frames of the measuring phase that left with the one before */
	ctr overrun;      /* 1: gave up, more than 4.29 s behind */
	ctr preempted;    /* involuntary context switches while sending */
	hist *self_delay; /* real minus scheduled departure, measuring phase */
	hist *live;       /* latency of all guests, for the display */

	/* This lcore's own. */
	size_t next; /* of the timeline */
	uint64_t next_due_ns;
	uint32_t cursor; /* receiver: guest to look at next */
	uint32_t sweeps;
};

/* The lcore's function: struct worker *. Returns 0. */
int worker_main(void *arg);

#endif
