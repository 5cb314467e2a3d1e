/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tests/unit/fake_run.h: the whole of a trial (hello, engine, worker, verdict) over an interface in
 * memory and on virtual time, without EAL.
 *
 * The worker is a thread of its own, which runs only while the main thread sleeps: whoever waits for
 * time hands over to the other, and the clock jumps to the next thing that happens. What sleeps,
 * reads clocks, starts lcores, watches the host or asks guests' processes is replaced by the linker
 * (--wrap, see trial.cmake): no code of sim/ knows of it. One worker that sends and receives.
 */
#ifndef TESTS_UNIT_FAKE_RUN_H
#define TESTS_UNIT_FAKE_RUN_H

#include "sim/datapath/fabric.h"
#include "sim/trial/host_watch.h"
#include "sim/trial/options.h"
#include "tests/unit/fake_datapath.h"

enum { FAKE_CONNECT_S = 5 }; /* --connect-timeout */

/* What a guest does. All zero: it is there, and returns each frame once. */
struct fake_guest {
	gboolean never_comes, hopeless; /* hopeless: missing() says that waiting does not help */
	gboolean never_answers;
	uint32_t len_max;      /* longest frame that it returns, with FCS; 0: any */
	unsigned extra;        /* copies of each frame beside the one */
	double extra_from_s;   /* from when on; 0: always */
	gboolean forges;       /* the copies are of frames that were never sent */
	double mute_from_s;    /* seconds of the measuring phase; 0: never */
	double away_s, back_s; /* from when to when it is not connected; 0, 0: never */
	double dies_s;         /* its process; 0: never */
	unsigned calls; /* each time that somebody asks how often it was called: so much more */
	double stood_still_s;   /* its process, as fleet_stood_still_s */
	const char *never_came; /* death of a process that was never there */
};

struct fake_run {
	struct options o;
	struct fabric fabric;
	struct fake_guest guest[FAKE_GUESTS];
	gboolean one_way;           /* the interface returns nothing */
	double hold_s, let_go_s;    /* from when to when it keeps what comes back; 0, 0: never */
	gboolean no_eal, no_fabric; /* eal_start, fabric_open fail */
	struct host_events events;  /* what the host watch has seen */
	/* Stop (Ctrl-C) nb times from then on; in hello: ns since the run began. 0: never. */
	uint64_t stop_hello_ns;
	double stop_s;       /* seconds of the measuring phase; < 0: of the warm-up */
	double stop_drain_s; /* once all is sent, so many seconds later */
	int stops;           /* how often; 0: once */
	_Atomic int *interrupt;
	struct jsonl *jsonl;                  /* NULL: seconds are not shown */
	guint nb_trials;                      /* that workers were started for */
	void (*on_trial)(struct fake_run *r); /* NULL, or called when workers start */
	void *user;
};

/* words: of tsim run on interface null, up to NULL. There is one at a time. */
struct fake_run *fake_run_new(const char *const *words);
void fake_run_free(struct fake_run *r);
/* Virtual ns since the run began. */
uint64_t fake_run_ns(const struct fake_run *r);
/* A fleet whose deaths are the guests'; never looked into. */
struct fleet *fake_run_fleet(struct fake_run *r);

#endif
