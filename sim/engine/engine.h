/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/engine.h: one trial: hello, warm-up, measuring, drain. The main thread calls these;
 * the workers run on lcores of their own. Everything is allocated in engine_new.
 */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include <stdint.h>

#include <glib.h>

#include "analyze/contract/trial.h"
#include "sim/base/cores.h"
#include "sim/datapath/fabric.h"
#include "traffic/mix.h"
#include "traffic/schedule.h"

/* Which way frames take. */
enum engine_pattern {
	ENGINE_TO_GUESTS,      /* generator, guest, generator */
	ENGINE_BETWEEN_GUESTS, /* generator, guest, another guest of its interface, generator */
	ENGINE_BOTH, /* frames to every second guest the one way, to the others the other */
};

struct engine_cfg {
	struct fabric *fabric; /* must outlive the engine, as mix and schedule must */
	struct fabric_share share;
	const mix *mix;
	const schedule *schedule;
	const struct cores *cores;
	enum engine_pattern pattern;
	uint64_t warm_up_ns, duration_ns, slack_ns;
	const uint8_t *base_mac; /* of guest 0 */
	double tsc_hz;
	uint8_t run;          /* tells this trial's frames from others' */
	size_t capture_bytes; /* 0: no capture */
	gboolean bare;        /* frames without payload: see stamp.h */
	gboolean ipdv;        /* record the variation between neighbours: sim/engine/ipdv.h */
	/* Of the timer worker, if cores have one: probes a second, and when one counts as late. */
	double probe_pps;
	uint64_t probe_timeout_ns;
	gboolean probe_ptp; /* PTP frames: fabric is one port, which was opened with ptp */
};

struct engine;

/*
 * The guest behind guest on the way of its frames: half the interface's guests further on. guest
 * itself if frames to it come back from it.
 */
uint32_t engine_last_guest(const struct fabric *f, enum engine_pattern pattern, uint32_t guest);

struct engine *engine_new(const struct engine_cfg *cfg, GError **error);
void engine_free(struct engine *e); /* NULL is fine. Stops the workers first. */

/*
 * Listen for answers of a connected guest to the questions whether it reflects, and ask it (again) if
 * ask is set or an answer has come. Before engine_start, from the main thread. TRUE once the guest is
 * known to be in order (*fault NULL), or not to be: what is wrong with it, newly allocated. See
 * sim/engine/hello.h. Guests that are known may be listened to again.
 */
gboolean engine_hello(struct engine *e, uint32_t guest, gboolean ask, char **fault);
/* Has a guest that answers still a question to answer? It may be under way, or lost. */
gboolean engine_hello_is_under_way(const struct engine *e, uint32_t guest);

/* Start the workers, and wait until all of them run. */
gboolean engine_ready(struct engine *e, GError **error);
/* fabric_tick, while the workers run. What stamps are off is kept of the measuring phase. */
void engine_tick(struct engine *e);
/* Let the workers go: the trial's epoch is at epoch_raw_ns of CLOCK_MONOTONIC_RAW; 0: in 1 ms. */
void engine_go(struct engine *e, double epoch_raw_ns);
/* ns since the epoch: 0 .. warm_up_ns is warm-up, then measuring. */
uint64_t engine_now_ns(const struct engine *e);
/* Have all load workers sent all they had to? */
gboolean engine_sent(const struct engine *e);
/* Frames that the guests' interfaces took and that are not back yet. */
uint64_t engine_under_way(const struct engine *e);
/* End the sending now; the rest goes as after a normal end. */
void engine_interrupt(struct engine *e);
/* Stop the workers and wait for them. */
void engine_stop(struct engine *e);

/*
 * Of one guest, while the trial runs. Measuring phase only. A frame that is being counted at that
 * moment may be in forwarded and not yet in latency_sum_ns.
 */
struct engine_live {
	uint64_t offered, forwarded, refused;
	uint64_t latency_sum_ns; /* of forwarded frames, from their real departure */
};
void engine_live_guest(const struct engine *e, uint32_t guest, struct engine_live *out);
/* Adds what the receivers' live histograms hold to into, which the caller has cleared. */
void engine_live_latency(const struct engine *e, hist *into);

/*
 * After engine_stop: counters, histograms and departures into t, whose guests get their sizes
 * here. Histograms move to t. Strings of guests (mac, interface, profile, group) are set, state is
 * "ok". drain_ns: how long lost frames were waited for. Guests of others have no frames.
 */
void engine_collect(struct engine *e, trial *t, uint64_t drain_ns);

/*
 * Do the workers' own counts (of departures and of arrivals) agree with the sums over guests in t,
 * after trial_balance? A difference is a bug.
 */
gboolean engine_accounts_agree(const struct engine *e, const trial *t, GError **error);

/* What verdicts are made of, beside the counters in the trial. */
struct engine_health {
	uint64_t unsent;  /* scheduled frames that were not sent in time */
	uint64_t ancient; /* frames that came back too late to be judged */
	uint64_t dropped; /* frames that one receiver could not hand to another */
	/* Frames from guest to guest that the generator had to pass on and could not. */
	uint64_t unswitched;
	uint64_t stray; /* frames from ports that were of no guest of ours: passed over */
	/* Involuntary context switches of load workers, at least; not those of sched_yield. */
	uint64_t preempted;
	gboolean overrun; /* a load worker fell 4.29 s behind and gave up */
	uint64_t stopped_ns;
	uint64_t own_delay_p95_ns; /* real minus scheduled departure; 0 at rate max */
};
void engine_health(const struct engine *e, struct engine_health *out);
/* Real minus scheduled departures of all load workers, newly allocated. After engine_stop. */
hist *engine_own_delays(const struct engine *e);

/* Write the captured frames as pcap: how many, and how many had no room in memory. */
gboolean engine_capture_write(const struct engine *e, const char *path, uint64_t *frames,
	uint64_t *dropped, GError **error);

#endif
