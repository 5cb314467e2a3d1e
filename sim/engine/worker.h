/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/worker.h: what one lcore does during a trial, and what it counts. Hot.
 *
 * A load worker sends to its guests when their frames are due; a receiver takes what guests send
 * back. One lcore may do both. Every struct has one writer; counters are relaxed atomics that the
 * main thread may read meanwhile. Everything here is allocated before the trial.
 *
 * A receiver looks only at guests that have frames under way: whoever sends to a guest that is at
 * rest wakes it, by its receiver's list or, from another lcore, by its ring. Ports, which give
 * frames of any guest, are looked at each turn. A frame of another receiver's guest is handed over.
 */
#ifndef SIM_ENGINE_WORKER_H
#define SIM_ENGINE_WORKER_H

#include <stdint.h>

#include <rte_common.h>
#include <rte_ring.h>

#include "analyze/numbers/histogram.h"
#include "analyze/numbers/tracker.h"
#include "sim/datapath/datapath.h"
#include "sim/engine/ipdv.h"
#include "sim/engine/recording.h"
#include "sim/engine/clock.h"
#include "sim/engine/phases.h"
#include "sim/engine/stamp.h"
#include "traffic/frame.h"
#include "traffic/profile.h"
#include "traffic/schedule.h"

enum {
	WORKER_BURST = 32,
	WORKER_PORTS_MAX = 64,
	WORKER_OVERTIME_NS = 100000000, /* how long after the end a backlog may still be sent */
};

/* Of one guest and size class; measuring phase only, not at rate max. Written by its load worker. */
struct tx_counters {
	ctr offered, refused, late, bytes;
	ctr not_sent; /* the link had no room for them */
	ctr unsent;   /* scheduled, but the phase was over: written at the end */
};

/* Two cache lines: what is read, and what is written. */
struct tx_guest {
	/* Read-only while a trial runs. */
	struct datapath *datapath;
	const struct stamp_head *head; /* one a size class */
	const struct profile_draw *draws;
	struct tx_counters *c; /* one a size class */
	const struct frame_template *template;
	uint32_t slot;
	uint32_t nb_draws;
	uint32_t cycle_draws;  /* draws that a cycle of a schedule that repeats takes */
	uint32_t measured_pos; /* of the draws, where the measuring phase begins */
	uint16_t receiver;     /* worker that takes what this guest returns */
	gboolean has_queue;    /* it is received from by itself; else by ports only */

	/* Written by the load worker. */
	__rte_cache_aligned uint32_t pos; /* of the draws */
	uint32_t flood_first; /* rate max: draw of the first frame of the measuring phase */
	ctr flood_offered;    /* and how many frames it had: draws from there on, round the ring */
	ctr seq;              /* the next frame's number; none above it was given out */
	ctr accepted;    /* frames of both phases that the interface took: what may come back */
	ctr awake;       /* 1: on its receiver's list, or on the way there. Written by both. */
	uint16_t nb_due; /* frames of the burst that is being made */
};

_Static_assert(sizeof(struct tx_guest) == 2 * RTE_CACHE_LINE_SIZE, "two cache lines");

/* Of one guest and size class; measuring phase only. Written by its receiver. */
struct rx_counters {
	ctr forwarded, duplicated, reordered, bytes;
	/* Ticked: to be settled. response is NULL at rate max: it is the latency. */
	hist *latency, *response;
};

struct rx_guest {
	struct rx_counters *c; /* one a size class */
	tracker *tracker;
	struct ipdv_window *ipdv; /* NULL if not asked for */
	uint32_t nb_classes;
	ctr returned; /* frames of both phases that came back, each counted once, and corrupt ones */
	ctr corrupt, foreign; /* that arrived after the warm-up */
	ctr forged;           /* numbers that were never given out: the guest makes frames up */
	ctr ancient;
} __rte_cache_aligned;

/* Probes to one guest: frames of its mix that the timer worker sends. Written by the timer worker. */
struct probe_tx {
	ctr offered, offered_bytes, refused, late; /* measuring phase only */
	ctr unsent;
	ctr seq;      /* the next probe's number */
	ctr accepted; /* of both phases */
	size_t pos;   /* of the guest's draws */
} __rte_cache_aligned;

/* Written by the guest's receiver; of PTP probes the timer worker writes forwarded and latency. */
struct probe_rx {
	ctr forwarded, forwarded_bytes, duplicated, reordered, late; /* measuring phase only */
	ctr returned;                                                /* of both phases */
	ctr answer_ns; /* when the newest PTP probe came back */
	ctr answered;  /* and its number plus 1; release */
	tracker *tracker;
	hist *latency;
} __rte_cache_aligned;

struct ptp_direction {
	gboolean nic;   /* its stamps count, else the TSC */
	unsigned found; /* of the tries */
};

/* Written by the timer worker: sim/engine/probe_ptp.h. */
struct ptp_probes {
	const struct stamp_head *head; /* by guest */
	unsigned tries;                /* up to PTP_TRIES */
	struct ptp_direction tx, rx;
	ctr set_aside; /* came back, but counted nowhere else; measuring phase only */
};

/* What all workers know of the probes. */
struct probes {
	struct probe_tx *tx; /* by guest; NULL: there are none */
	struct probe_rx *rx;
	const uint32_t *gap_ns; /* before each probe; nb_gaps of them, again and again */
	uint32_t nb_gaps;
	uint64_t timeout_ns;    /* a probe that takes longer is late; it counts all the same */
	struct ptp_probes *ptp; /* NULL: they are frames of the mix */
};

/* A port that a receiver looks at. */
struct worker_port {
	struct datapath *datapath;
	unsigned port;
};

struct worker {
	/* Read-only while a trial runs. */
	const struct tsc_clock *clock;
	const timeline *timeline;
	struct tx_guest *tx; /* by guest number; this worker's are first, first + step, ... */
	struct rx_guest *rx;
	struct worker **workers; /* all, by number */
	const struct probes *probes;
	uint32_t nb_guests, tx_first, tx_step, rx_first, rx_step;
	uint64_t warm_up_ns, span_ns, slack_ns;
	struct recording *capture;              /* NULL if not asked for */
	const _Atomic int *go, *stop_tx, *stop; /* the clock is not read before go */
	unsigned lcore, number;
	unsigned queue; /* of interfaces, if it sends */
	unsigned nb_ports;
	struct worker_port ports[WORKER_PORTS_MAX];
	struct rte_ring *woken;  /* numbers of guests that other lcores woke; NULL: none can */
	struct rte_ring *handed; /* frames of my guests that other receivers took; NULL: none can */
	gboolean sends, receives, yields;
	gboolean times;    /* the timer worker: sends probes, and nothing else */
	gboolean flood;    /* rate max */
	gboolean pooled;   /* histograms of guests are not whole */
	gboolean switches; /* guests send to guests: frames that come may have to be passed on */
	gboolean bare;    /* frames have no payload: neither written nor read, nor a UDP checksum */
	gboolean ahead;   /* guests are many: memory is asked for what the next ones need */
	gboolean limited; /* by a link: departures may be marked TIMELINE_NOT_SENT */
	uint64_t cycle_ns; /* of a timeline that repeats */
	/* Of the timeline: the first departure of the measuring phase; UINT64_MAX: there is none. */
	size_t measured_next;
	uint64_t measured_due_ns;
	int arrival_field; /* of mbufs that are handed over: ns since the epoch */
	uint8_t run;

	/* Written by this lcore alone, read by main. */
	__rte_cache_aligned ctr round; /* times around the loop */
	ctr ready;                     /* 1: runs, and waits for go */
	ctr tx_done;                   /* 1: has sent all it had to */
	ctr stopped_ns;                /* when it stopped sending */
	ctr bursts;  /* frames of the measuring phase that left with the one before */
	ctr overrun; /* 1: gave up, more than 4.29 s behind */
	/*
	 * Involuntary context switches while sending, at least: the kernel counts those of
	 * sched_yield as such, too.
	 */
	ctr preempted;
	uint64_t nb_yields; /* turns that it gave to others; its own alone */
	ctr cpu_ns;         /* CPU time of the trial; written at its end */
	ctr busy_cycles;    /* of turns in which frames were sent or received */
	ctr stray;          /* frames from ports that are of no guest of ours, after the warm-up */
	ctr unswitched;     /* frames from guest to guest that could not be passed on */
	ctr dropped;      /* frames that their receiver had no room for: a fault of the generator */
	hist *self_delay; /* real minus scheduled departure, measuring phase */
	hist *gap_error;  /* |real - scheduled| gap between two departures of this worker */
	hist *live;       /* latency of all guests, for the display: buckets only */
	struct ipdv_hists ipdv; /* of this receiver's guests; NULL if not asked for */

	/* This lcore's own. */
	size_t next; /* of the timeline */
	uint64_t next_due_ns;
	uint64_t last_delay_ns;
	/*
	 * Guests with frames under way, in the order in which they are looked at: numbers awake_head ..
	 * awake_tail - 1 of a ring of awake_mask + 1 entries, which has room for all guests.
	 */
	uint16_t *awake;
	uint32_t awake_mask, awake_head, awake_tail;
	uint32_t sweep; /* guest to look at whether or not it has frames under way */
	uint32_t turns;
	uint32_t bucket; /* of the latency that was counted last */
	unsigned next_port;
	gboolean polled; /* since the last departure */
	struct phases phases;
};

/*
 * Find out where the measuring phase begins in timeline and draws, so that a worker that is behind
 * then can go there at once. Before the trial; not at rate max.
 */
void worker_find_measured(struct worker *w);

/* At rate max: the entry of the order that comes behind one. */
static inline size_t worker_entry_after(const struct worker *w, size_t entry)
{
	return entry + 1 == w->timeline->nb ? 0 : entry + 1;
}

/* The signature of a frame that leaves now_ns, and was due before. */
static __rte_always_inline struct frame_sig worker_sig(const struct worker *w,
	enum frame_phase phase, uint32_t class, uint32_t guest, uint64_t seq, uint64_t due_ns,
	uint64_t now_ns)
{
	return (struct frame_sig){ .run = w->run,
		.phase_class = (uint8_t)((uint32_t)phase << 6 | class),
		.guest = (uint16_t)guest,
		.seq = (uint32_t)seq,
		.due_lo = (uint32_t)due_ns,
		.due_hi = (uint16_t)(due_ns >> 32),
		.delay_ns = (uint32_t)(now_ns - due_ns) };
}

/* It has sent all it will, the last at now_ns. */
static inline void worker_finish_sending(struct worker *w, uint64_t now_ns)
{
	ctr_set(&w->stopped_ns, now_ns);
	atomic_store_explicit(&w->tx_done, 1, memory_order_release);
}

/* The lcore's function: struct worker *. Returns 0. */
int worker_main(void *arg);

#endif
