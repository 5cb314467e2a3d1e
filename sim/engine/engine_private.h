/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/engine_private.h: what the files of engine.h share: engine.c makes workers and runs them,
 * engine_hello.c has the frames before they run, engine_collect.c what they counted.
 */
#ifndef SIM_ENGINE_ENGINE_PRIVATE_H
#define SIM_ENGINE_ENGINE_PRIVATE_H

#include "sim/engine/engine.h"
#include "sim/engine/hello.h"
#include "sim/engine/worker.h"

struct engine {
	struct engine_cfg cfg;
	struct tsc_clock clock;
	uint32_t nb_guests;
	struct tx_guest *tx; /* by guest; those of others have templates, and nothing else */
	struct rx_guest *rx;
	struct frame_template *templates; /* by guest */
	struct stamp_head *heads;         /* of all guests' size classes */
	struct rx_counters *rx_counters;  /* same */
	struct tx_counters *tx_counters;  /* same */
	struct hello *hello;              /* by guest */
	hist_pool *hists;                 /* where latencies of guests lie; NULL: they are few */
	uint8_t *hists_mem;
	struct probes probes;
	uint32_t *probe_gap_ns;
	struct ptp_probes ptp;
	struct stamp_head *ptp_heads; /* by guest; NULL: no such probes */
	gboolean measures;            /* the measuring phase has begun: engine_tick */
	unsigned nb_workers, nb_running, nb_ports;
	struct worker *workers[CORES_MAX];
	timeline *timelines[CORES_MAX];
	struct recording capture[CORES_MAX]; /* one a load worker */
	int arrival_field;                   /* of mbufs */
	uint64_t disowned;                   /* frames of guests that are not believed */
	_Atomic int go, stop_tx, stop;
};

/* Is the guest one of this process? */
static inline gboolean engine_serves(const struct engine *e, uint32_t guest)
{
	return fabric_serves(e->cfg.fabric, guest);
}

/* At rate max there are no departure times. */
static inline gboolean engine_has_schedule(const struct engine *e)
{
	return e->cfg.schedule->cycle_ns != 0;
}

/* Give back what no histogram needed. engine.c, after the trial. */
void engine_trim_hists(const struct engine *e);

/* An empty histogram of a guest. */
static inline hist *engine_hist(const struct engine *e)
{
	return e->hists == NULL ? hist_new() : hist_new_in(e->hists);
}

/* Take what an earlier trial left in the interfaces. engine_hello.c, before workers run. */
void engine_empty_interfaces(struct engine *e);

#endif
