/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/fake_run.h"

#include <math.h>
#include <stdatomic.h>

#include <json-glib/json-glib.h>
#include <rte_launch.h>

#include "sim/base/eal.h"
#include "sim/base/error.h"
#include "sim/fleet/fleet.h"

enum { BEGIN_NS = 1000000000, COMMIT_NS = 5000, EPOCH_AHEAD_NS = 1000000 };
static const double hz = 1e9 * FAKE_CYCLES_PER_NS;

/* The one run, and the worker's thread: in its turn, or waiting for it. */
static struct lockstep {
	struct fake_run *run;
	struct fake *fake;
	struct datapath datapath, *datapaths[1];
	struct datapath_guest guests[FAKE_GUESTS];
	uint32_t numbers[FAKE_GUESTS];
	const char *words[FAKE_GUESTS];
	uint64_t calls[FAKE_GUESTS]; /* that run_calls has said */
	uint64_t main_ns;            /* time while no worker goes */
	GThread *thread;
	struct worker *worker; /* NULL: none was started */
	struct tsc_clock *clock;
	uint64_t sent_ns; /* when all was first seen to be sent; 0: not yet */
	GMutex mutex;
	GCond turned;
	gboolean workers_turn, worker_ended;
	uint64_t wake_ns; /* of the main thread, in ns of the trial */
} the;

static gboolean goes(void)
{
	return the.worker != NULL && atomic_load(the.worker->go) != 0;
}

static uint64_t trial_ns(void)
{
	return tsc_clock_ns(the.clock, rte_rdtsc());
}

/* Of the measuring phase; negative before it. */
static double measured_s(void)
{
	return goes() ? ((double)trial_ns() - (double)the.worker->warm_up_ns) / 1e9 : -INFINITY;
}

uint64_t fake_run_ns(const struct fake_run *r)
{
	(void)r;
	return the.main_ns;
}

/* The worker's thread: not before its turn. The main thread has it all the same. */
static void await_turn(void)
{
	if (g_thread_self() != the.thread)
		return;
	g_mutex_lock(&the.mutex);
	while (!the.workers_turn)
		g_cond_wait(&the.turned, &the.mutex);
	g_mutex_unlock(&the.mutex);
}

static void give_turn(gboolean to_worker)
{
	g_mutex_lock(&the.mutex);
	the.workers_turn = to_worker;
	g_cond_broadcast(&the.turned);
	while (the.workers_turn == to_worker && !the.worker_ended)
		g_cond_wait(&the.turned, &the.mutex);
	g_mutex_unlock(&the.mutex);
}

/* Nothing is to be received: on to the next departure, or it is the main thread's turn before that. */
static void pass_time(void)
{
	gboolean sent = ctr_get(&the.worker->tx_done) != 0;
	uint64_t next_ns = the.worker->next_due_ns, now_ns = trial_ns();

	if (!sent && (next_ns <= now_ns || next_ns == UINT64_MAX))
		return; /* it has something to do */
	if (!sent && next_ns < the.wake_ns) {
		fake_clock_to(the.clock, next_ns);
		return;
	}
	if (the.wake_ns == UINT64_MAX)
		return; /* it is told to stop */
	if (now_ns < the.wake_ns)
		fake_clock_to(the.clock, the.wake_ns);
	give_turn(FALSE);
}

/* A frame that is yet to be sent. The checksum stays: what one word gains another one loses. */
static void forge_frame(uint8_t *frame)
{
	struct frame_sig sig = fake_sig(frame);

	sig.seq += 1 << 16;
	sig.due_lo -= 1 << 16;
	memcpy(frame + FRAME_SIG_OFFSET, &sig, sizeof(sig));
}

/* What the guest makes of a frame: how often it comes back. */
static void answer(struct fake *f, uint8_t *frame, uint32_t len)
{
	struct frame_sig sig = fake_sig(frame);
	const struct fake_guest *g = &the.run->guest[sig.guest];
	gboolean answers = !g->never_answers && !the.run->one_way &&
			   (g->len_max == 0 || len + FRAME_FCS_LEN <= g->len_max) &&
			   (g->mute_from_s == 0 || measured_s() < g->mute_from_s);
	double from_s = g->extra_from_s == 0 ? -INFINITY : g->extra_from_s;

	f->loops = answers;
	for (unsigned i = 0; answers && measured_s() >= from_s && i < g->extra; i++) {
		f->queue[f->tail % FAKE_QUEUE].slot = sig.guest;
		f->queue[f->tail % FAKE_QUEUE].len = len;
		memcpy(f->queue[f->tail % FAKE_QUEUE].bytes, frame, FRAME_HEAD_LEN);
		if (g->forges)
			forge_frame(f->queue[f->tail % FAKE_QUEUE].bytes);
		f->tail++;
	}
}

static uint16_t run_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	await_turn();
	return fake_reserve(d, q, slot, f, n);
}

static uint16_t run_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	gboolean held;
	uint16_t got;

	await_turn();
	held = the.run->hold_s != 0 && measured_s() >= the.run->hold_s &&
	       measured_s() < the.run->let_go_s;
	got = held ? 0 : fake_receive(d, slot, f, n);
	if (got == 0 && (held || the.fake->head == the.fake->tail) && g_thread_self() == the.thread)
		pass_time();
	return got;
}

static gboolean run_connected(struct datapath *d, uint32_t slot)
{
	const struct fake_guest *g = &the.run->guest[slot];
	double s = measured_s();

	(void)d;
	return !g->never_comes && (g->away_s >= g->back_s || s < g->away_s || s >= g->back_s);
}

static const char *run_missing(struct datapath *d, uint32_t slot, gboolean *hopeless)
{
	(void)d;
	*hopeless = the.run->guest[slot].hopeless;
	return *hopeless ? "speaks another protocol" : NULL;
}

static uint64_t run_calls(struct datapath *d, uint32_t slot)
{
	(void)d;
	return the.calls[slot] += the.run->guest[slot].calls;
}

static struct datapath_ops run_ops;

struct fake_run *fake_run_new(const char *const *words)
{
	struct fake_run *r = g_new0(struct fake_run, 1);
	g_autoptr(GError) error = NULL;

	if (!options_parse_words(words, &options_of_run, &r->o, &error))
		g_error("%s", error->message);
	r->o.connect_timeout_ns = FAKE_CONNECT_S *
				  UINT64_C(1000000000); /* null has nobody to wait for */
	g_free(r->o.command_line);
	r->o.command_line = g_strdup("tsim");
	r->o.cores = (struct cores){ .nb_load = 1, .nb_rx = 1, .combined = TRUE };
	run_ops = fake_ops;
	run_ops.reserve = run_reserve;
	run_ops.receive = run_receive;
	run_ops.connected = run_connected;
	run_ops.missing = run_missing;
	run_ops.calls = run_calls;
	memset(the.calls, 0, sizeof(the.calls));
	the.run = r;
	the.main_ns = 0;
	the.fake = fake_new();
	the.fake->on_taken = answer;
	the.fake->commit_ns = COMMIT_NS;
	the.datapath = (struct datapath){ .ops = &run_ops,
		.state = the.fake,
		.name = (char *)(uintptr_t) "fake",
		.nb_guests = r->o.traffic->nb_guests,
		.guest = the.numbers };
	pthread_mutex_init(&the.datapath.quiesce_lock, NULL);
	the.datapaths[0] = &the.datapath;
	g_assert(r->o.traffic->nb_guests <= FAKE_GUESTS);
	for (uint32_t i = 0; i < r->o.traffic->nb_guests; i++) {
		the.numbers[i] = i;
		the.words[i] = r->o.interfaces[i];
		the.guests[i] = (struct datapath_guest){
			.datapath = &the.datapath, .slot = i, .ops = &run_ops
		};
	}
	r->fabric = (struct fabric){ .nb = 1,
		.datapath = the.datapaths,
		.nb_guests = r->o.traffic->nb_guests,
		.guest = the.guests,
		.word = the.words };
	return r;
}

void fake_run_free(struct fake_run *r)
{
	pthread_mutex_destroy(&the.datapath.quiesce_lock);
	fake_free(the.fake);
	options_clear(&r->o);
	g_free(r);
	the.run = NULL;
}

struct fleet *fake_run_fleet(struct fake_run *r)
{
	return (struct fleet *)r;
}

/* Ctrl-C, if its time has come. */
static void interrupt_in_time(struct fake_run *r)
{
	gboolean stop = r->stop_hello_ns != 0 && !goes() && the.main_ns >= r->stop_hello_ns;

	if (r->interrupt == NULL || atomic_load(r->interrupt) != 0)
		return;
	if (goes() && r->stop_s != 0)
		stop |= measured_s() >= r->stop_s;
	if (goes() && r->stop_drain_s != 0 && ctr_get(&the.worker->tx_done) != 0) {
		the.sent_ns = the.sent_ns != 0 ? the.sent_ns : trial_ns();
		stop |= trial_ns() >= the.sent_ns + (uint64_t)(r->stop_drain_s * 1e9);
	}
	if (stop)
		atomic_store(r->interrupt, MAX(r->stops, 1));
}

/* What the linker puts into the place of others. */
#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

void __real_g_usleep(gulong us);
gint64 __real_g_get_monotonic_time(void);

WRAP(void, g_usleep, gulong us)
{
	if (the.run == NULL) {
		__real_g_usleep(us);
		return;
	}
	the.main_ns += us * 1000;
	if (goes()) {
		the.wake_ns = trial_ns() + us * 1000;
		if (!the.worker_ended)
			give_turn(TRUE);
		if (trial_ns() < the.wake_ns)
			fake_clock_to(the.clock, the.wake_ns);
	} else if (the.worker != NULL) {
		__real_g_usleep(us); /* it is about to be ready */
	}
	interrupt_in_time(the.run);
}

WRAP(gint64, g_get_monotonic_time, void)
{
	return the.run == NULL ? __real_g_get_monotonic_time()
			       : (gint64)((BEGIN_NS + the.main_ns) / 1000);
}

/* Both of one rate. The TSC is behind by what engine_go has workers wait for. */
WRAP(struct clock_pair, clock_pair_now, void)
{
	uint64_t tsc = rte_rdtsc() - (uint64_t)EPOCH_AHEAD_NS * FAKE_CYCLES_PER_NS;

	return (struct clock_pair){ .tsc = tsc, .raw_ns = (double)tsc / FAKE_CYCLES_PER_NS };
}

WRAP(double, clock_hz_since, const struct clock_pair *from)
{
	(void)from;
	return hz;
}

static gpointer run_worker(gpointer arg)
{
	worker_main(arg);
	g_mutex_lock(&the.mutex);
	the.worker_ended = TRUE;
	the.workers_turn = FALSE;
	g_cond_broadcast(&the.turned);
	g_mutex_unlock(&the.mutex);
	return NULL;
}

WRAP(int, rte_eal_remote_launch, lcore_function_t *function, void *arg, unsigned lcore)
{
	(void)lcore;
	g_assert(function == worker_main);
	the.run->nb_trials++;
	if (the.run->on_trial != NULL)
		the.run->on_trial(the.run);
	the.worker = arg;
	the.clock = (struct tsc_clock *)(uintptr_t)the.worker->clock;
	the.fake->clock = the.clock;
	the.worker_ended = the.workers_turn = FALSE;
	the.sent_ns = 0;
	the.thread = g_thread_new("worker", run_worker, arg); /* which looks at it after go */
	return 0;
}

WRAP(int, rte_eal_wait_lcore, unsigned lcore)
{
	(void)lcore;
	the.wake_ns = UINT64_MAX;
	g_mutex_lock(&the.mutex);
	the.workers_turn = TRUE;
	g_cond_broadcast(&the.turned);
	g_mutex_unlock(&the.mutex);
	g_thread_join(the.thread);
	the.thread = NULL;
	the.worker = NULL;
	the.fake->clock = NULL;
	return 0;
}

struct rte_mbuf_dynfield;
WRAP(int, rte_mbuf_dynfield_register, const struct rte_mbuf_dynfield *field)
{
	(void)field;
	return 0;
}

WRAP(struct host_watch *, host_watch_new, const char *root, const struct cores *cores,
	const pid_t *pids, unsigned nb_pids)
{
	(void)root;
	(void)cores;
	(void)pids;
	(void)nb_pids;
	return NULL;
}

WRAP(void, host_watch_start, struct host_watch *w)
{
	(void)w;
}

WRAP(void, host_watch_tick, struct host_watch *w)
{
	(void)w;
}

WRAP(void, host_watch_second, struct host_watch *w)
{
	(void)w;
}

WRAP(void, host_watch_end, struct host_watch *w, struct host_events *out)
{
	(void)w;
	*out = the.run->events;
}

WRAP(GPtrArray *, eal_start, const struct eal_cfg *cfg, GError **error)
{
	(void)cfg;
	if (!the.run->no_eal)
		return g_ptr_array_new();
	g_set_error_literal(error, SIM_ERROR, SIM_ERROR_DPDK, "DPDK does not start");
	return NULL;
}

WRAP(struct fabric *, fabric_open, const struct datapath_cfg *cfg, const char *const *word,
	uint32_t nb_guests, struct fabric_share share, GError **error)
{
	(void)cfg;
	(void)word;
	(void)nb_guests;
	(void)share;
	if (!the.run->no_fabric)
		return &the.run->fabric;
	g_set_error_literal(error, SIM_ERROR, SIM_ERROR_RESOURCES, "no room for queues");
	return NULL;
}

WRAP(void, fabric_free, struct fabric *f)
{
	(void)f;
}

WRAP(gboolean, cores_assign, const struct cores *words, struct cores_place place, struct cores *out,
	GError **error)
{
	(void)place;
	(void)error;
	*out = *words;
	return TRUE;
}

/* Processes of guests. */
WRAP(const char *, fleet_death, const struct fleet *f, uint32_t guest)
{
	const struct fake_guest *g = &((const struct fake_run *)f)->guest[guest];

	if (g->never_came != NULL)
		return g->never_came;
	return g->dies_s != 0 && measured_s() >= g->dies_s ? "killed by signal 9" : NULL;
}

WRAP(double, fleet_stood_still_s, const struct fleet *f, uint32_t guest)
{
	return ((const struct fake_run *)f)->guest[guest].stood_still_s;
}

WRAP(JsonArray *, fleet_report, struct fleet *f, unsigned timeout_ms)
{
	(void)f;
	(void)timeout_ms;
	return json_array_new();
}

WRAP(void, fleet_cpu_time, const struct fleet *f, uint64_t *ran_ns, uint64_t *waited_ns)
{
	(void)f;
	*ran_ns = *waited_ns = 0;
}

WRAP(void, fleet_cost, const struct fleet *f, struct datapath_cost *out)
{
	(void)f;
	*out = (struct datapath_cost){ 0 };
}

WRAP(unsigned, fleet_pids, const struct fleet *f, pid_t *pids, unsigned nb)
{
	(void)f;
	(void)pids;
	(void)nb;
	return 0;
}

WRAP(unsigned, fleet_processes, const struct fleet *f)
{
	(void)f;
	return 0;
}

WRAP(gboolean, fleet_shares, const struct fleet *f)
{
	(void)f;
	return FALSE;
}

WRAP(void, fleet_poll, struct fleet *f)
{
	(void)f;
}

WRAP(void, fleet_watch_start, struct fleet *f)
{
	(void)f;
}

WRAP(void, fleet_watch_second, struct fleet *f)
{
	(void)f;
}
