/* SPDX-License-Identifier: BSD-3-Clause */
/* The worker's loop against an interface in memory, with a clock that the test moves. */
#include "tests/unit/traffic_check.h"

#include "sim/engine/worker.h"
#include "tests/unit/fake_datapath.h"
#include "traffic/mix.h"

static const uint64_t us = 1000, ms = 1000000;

struct world {
	mix *m;
	schedule *s;
	timeline *t;
	struct fake *fake;
	struct datapath d;
	struct tsc_clock clock;
	_Atomic int go, stop_tx, stop;
	struct frame_template templates[FAKE_GUESTS];
	struct stamp_head heads[FAKE_GUESTS][FRAME_CLASSES_MAX];
	struct tx_counters tx_counters[FAKE_GUESTS][FRAME_CLASSES_MAX];
	struct rx_counters rx_counters[FAKE_GUESTS][FRAME_CLASSES_MAX];
	struct tx_guest tx[FAKE_GUESTS];
	struct rx_guest rx[FAKE_GUESTS];
	struct probes probes;
	struct recording capture;
	uint16_t awake[FAKE_GUESTS];
	uint64_t taken_at_stall;
	struct worker *workers[1];
	struct worker w;
};

struct world_cfg {
	const char *profile, *guests;
	double pps; /* 0: max */
	uint64_t warm_up_ns, duration_ns;
	size_t max_departures;
	double link_bps;
	uint32_t first; /* guest of the worker */
	gboolean bare;
};

static void make_guest(struct world *x, uint32_t i, gboolean bare)
{
	const struct schedule_guest *s = &x->s->guests[i];
	const profile *p = x->m->guests[i].profile;
	static const uint8_t base[6] = { 0x52, 0x54, 0, 0xfa, 0, 0 };
	uint8_t mac[6];

	frame_guest_mac(base, i, mac);
	frame_template_init(&x->templates[i], mac, i);
	for (uint32_t k = 0; k < p->nb_classes; k++) {
		stamp_head_init(&x->heads[i][k], &x->templates[i], p->classes[k].frame_len_lo);
		if (p->classes[k].frame_len_lo != p->classes[k].frame_len_hi)
			x->heads[i][k].frame_len = 0;
		if (bare)
			x->heads[i][k].sum_mask = 0;
		x->rx_counters[i][k].latency = hist_new();
		x->rx_counters[i][k].response = hist_new();
	}
	x->tx[i] = (struct tx_guest){ .datapath = &x->d,
		.slot = i,
		.has_queue = TRUE,
		.head = x->heads[i],
		.draws = s->draws,
		.nb_draws = (uint32_t)s->nb_draws,
		.cycle_draws = (uint32_t)s->nb_due,
		.c = x->tx_counters[i],
		.template = &x->templates[i] };
	x->rx[i] = (struct rx_guest){
		.c = x->rx_counters[i], .tracker = tracker_new(1 << 16), .nb_classes = p->nb_classes
	};
}

/* One worker that sends and receives. */
static struct world *world_new(const struct world_cfg *cfg)
{
	struct world *x = g_aligned_alloc0(1, sizeof(*x), RTE_CACHE_LINE_SIZE);
	GError *error = NULL;
	struct worker *w = &x->w;

	x->m = mix_new(cfg->profile, cfg->guests, NULL, "cbr", 1518, &error);
	check_ok("mix", error);
	x->s = schedule_new(&(struct schedule_cfg){ .mix = x->m,
				    .pps = cfg->pps,
				    .span_ns = cfg->warm_up_ns + cfg->duration_ns,
				    .seed = 7,
				    .link_bps = cfg->link_bps,
				    .link_queue = 4,
				    .max_departures = cfg->max_departures },
		&error);
	check_ok("schedule", error);
	x->t = timeline_new(x->s, x->m, cfg->first, 1);
	x->fake = fake_new();
	x->fake->clock = &x->clock;
	x->fake->waits = w;
	x->fake->loops = TRUE;
	x->d = (struct datapath){
		.ops = &fake_ops, .state = x->fake, .nb_guests = x->m->nb_guests
	};
	for (uint32_t i = 0; i < x->m->nb_guests; i++)
		make_guest(x, i, cfg->bare);
	*w = (struct worker){ .clock = &x->clock,
		.timeline = x->t,
		.tx = x->tx,
		.rx = x->rx,
		.workers = x->workers,
		.probes = &x->probes,
		.nb_guests = x->m->nb_guests,
		.tx_first = cfg->first,
		.tx_step = 1,
		.rx_step = 1,
		.warm_up_ns = cfg->warm_up_ns,
		.span_ns = cfg->warm_up_ns + cfg->duration_ns,
		.slack_ns = ms,
		.go = &x->go,
		.stop_tx = &x->stop_tx,
		.stop = &x->stop,
		.sends = TRUE,
		.receives = TRUE,
		.flood = cfg->pps == 0,
		.bare = cfg->bare,
		.run = 1,
		.cycle_ns = x->s->cycle_ns,
		.limited = x->s->nb_not_sent != 0,
		.self_delay = hist_new(),
		.gap_error = hist_new(),
		.live = hist_new(),
		.awake = x->awake,
		.awake_mask = FAKE_GUESTS - 1 };
	x->workers[0] = w;
	x->go = 1;
	fake_clock_start(&x->clock);
	if (!w->flood)
		worker_find_measured(w);
	return x;
}

static void world_free(struct world *x)
{
	for (uint32_t i = 0; i < x->m->nb_guests; i++) {
		for (uint32_t k = 0; k < x->rx[i].nb_classes; k++) {
			hist_free(x->rx_counters[i][k].latency);
			hist_free(x->rx_counters[i][k].response);
		}
		tracker_free(x->rx[i].tracker);
	}
	hist_free(x->w.self_delay);
	hist_free(x->w.gap_error);
	hist_free(x->w.live);
	recording_clear(&x->capture);
	fake_free(x->fake);
	timeline_free(x->t);
	schedule_free(x->s);
	mix_free(x->m);
	g_aligned_free(x);
}

/* The receiving goes on until somebody says stop: a thread, once all is sent and back. */
static void *stop_when_sent(void *user)
{
	struct world *x = user;

	while (atomic_load(&x->w.tx_done) == 0)
		g_usleep(100);
	for (uint32_t i = 0; i < x->m->nb_guests; i++)
		while (ctr_get(&x->tx[i].accepted) != ctr_get(&x->rx[i].returned))
			g_usleep(100);
	atomic_store(&x->stop, 1);
	return NULL;
}

static void run(struct world *x)
{
	GThread *thread = g_thread_new("stop", stop_when_sent, x);

	assert_int_equal(worker_main(&x->w), 0);
	g_thread_join(thread);
}

/* Departures of the measuring phase up to end_ns, by guest and class, one by one. */
struct scheduled {
	uint64_t sent[FAKE_GUESTS][FRAME_CLASSES_MAX], not_sent[FAKE_GUESTS][FRAME_CLASSES_MAX];
};

static void count_schedule(const struct world *x, uint64_t end_ns, struct scheduled *out)
{
	memset(out, 0, sizeof(*out));
	for (uint32_t g = x->w.tx_first; g < x->s->nb_guests; g++) {
		const struct schedule_guest *s = &x->s->guests[g];
		uint64_t nth = 0;

		for (uint64_t cycle_ns = 0; cycle_ns < end_ns; cycle_ns += x->s->cycle_ns) {
			for (size_t i = 0; i < s->nb_due; i++, nth++) {
				uint64_t ns = cycle_ns + (s->due_ns[i] & ~SCHEDULE_NOT_SENT);
				uint8_t class = s->draws[nth % s->nb_draws].class;

				if (ns < x->w.warm_up_ns || ns >= end_ns)
					continue;
				if (s->due_ns[i] & SCHEDULE_NOT_SENT)
					out->not_sent[g][class]++;
				else
					out->sent[g][class]++;
			}
		}
	}
}

/* offered, not_sent and unsent of each guest and size are the schedule. */
static void assert_books(const struct world *x)
{
	uint64_t end_ns = MIN(ctr_get(&x->w.stopped_ns), x->w.span_ns);
	struct scheduled want;

	count_schedule(x, end_ns, &want);
	for (uint32_t g = 0; g < x->m->nb_guests; g++) {
		for (uint32_t k = 0; k < x->rx[g].nb_classes; k++) {
			const struct tx_counters *c = &x->tx_counters[g][k];

			assert_int_equal(
				ctr_get(&c->offered) + ctr_get(&c->unsent), want.sent[g][k]);
			assert_int_equal(ctr_get(&c->not_sent), want.not_sent[g][k]);
			assert_int_equal(
				ctr_get(&x->rx_counters[g][k].forwarded) + ctr_get(&c->refused),
				ctr_get(&c->offered));
		}
	}
}

static uint64_t sum_of(const struct world *x, size_t offset)
{
	uint64_t sum = 0;

	for (uint32_t g = 0; g < x->m->nb_guests; g++)
		for (uint32_t k = 0; k < x->rx[g].nb_classes; k++)
			sum += ctr_get(
				(const ctr *)(const void *)((const char *)&x->tx_counters[g][k] +
							    offset));
	return sum;
}

#define SUM(x, member) sum_of(x, offsetof(struct tx_counters, member))

static void all_that_is_scheduled_is_sent_and_comes_back(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "imix",
		.guests = "3",
		.pps = 1e6,
		.warm_up_ns = ms,
		.duration_ns = 2 * ms });

	(void)state;
	run(x);
	assert_books(x);
	assert_in_range(SUM(x, offered), 1998, 2002); /* each guest begins at a phase of its own */
	assert_int_equal(SUM(x, unsent), 0);
	assert_in_range(x->fake->nb_taken, 2997, 3003);
	assert_int_equal(ctr_get(&x->w.stopped_ns), 3 * ms);
	world_free(x);
}

/* An interface's memory is its own once frames are committed, those that it did not take, too. */
static void refused_frames_are_counted_without_looking_at_them(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "imix",
		.guests = "2",
		.pps = 1e6,
		.warm_up_ns = 100 * us,
		.duration_ns = ms });
	uint64_t refused = 0;

	(void)state;
	x->fake->takes = 3;
	x->fake->commit_ns = 2 * us; /* bursts of many frames come to be due */
	run(x);
	assert_books(x);
	for (uint32_t k = 0; k < x->rx[0].nb_classes; k++) {
		assert_int_equal(ctr_get(&x->tx_counters[0][k].refused) +
					 ctr_get(&x->tx_counters[1][k].refused),
			x->fake->nb_refused[k]);
		refused += x->fake->nb_refused[k];
	}
	assert_true(refused > 100);
	world_free(x);
}

/* How many frames have no UDP checksum, and bytes behind the head that were written. */
static void note_payload(struct fake *f, uint8_t *frame, uint32_t len)
{
	guint *seen = f->user;

	seen[0] += (frame[STAMP_SUM] | frame[STAMP_SUM + 1]) == 0;
	for (uint32_t i = FRAME_HEAD_LEN; i < len; i++)
		seen[1] += frame[i] == 0; /* it was something else before */
}

static void payload_of_bare_frames_is_neither_written_nor_read(void **state)
{
	(void)state;
	for (int bare = 0; bare < 2; bare++) {
		/* The second has lengths that are not known before. */
		for (int k = 0; k < 2; k++) {
			struct world *x = world_new(&(struct world_cfg){
				.profile = k == 0 ? "fixed:594" : "uniform:64-594",
				.guests = "2",
				.pps = 1e6,
				.duration_ns = ms,
				.bare = bare != 0 });
			guint seen[2] = { 0 };
			uint64_t corrupt;

			memset(x->fake->memory, 0xa5, sizeof(x->fake->memory));
			x->fake->payload = 0x5a;
			x->fake->on_taken = note_payload;
			x->fake->user = seen;
			run(x);
			corrupt = ctr_get(&x->rx[0].corrupt) + ctr_get(&x->rx[1].corrupt);
			assert_true(x->fake->nb_taken > 900);
			assert_int_equal(seen[0], bare ? x->fake->nb_taken : 0);
			if (bare) {
				assert_books(x);
				assert_int_equal(seen[1], 0);
				assert_int_equal(corrupt, 0);
			} else {
				assert_true(seen[1] > 0);
				assert_in_range(corrupt, 900, x->fake->nb_taken);
			}
			world_free(x);
		}
	}
}

static void note_seq(struct fake *f, uint8_t *frame, uint32_t len)
{
	struct frame_sig sig = fake_sig(frame);

	(void)len;
	if (frame_sig_phase(&sig) == FRAME_MEASURE)
		g_array_append_val((GArray *)f->user, sig);
}

static void a_capture_holds_what_was_taken(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "imix",
		.guests = "1",
		.pps = 1e6,
		.warm_up_ns = 100 * us,
		.duration_ns = ms });
	g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(struct frame_sig));
	size_t at = 0;

	(void)state;
	recording_init(&x->capture, 1 << 20);
	x->w.capture = &x->capture;
	x->fake->takes = 3;
	x->fake->commit_ns = 2 * us;
	x->fake->on_taken = note_seq;
	x->fake->user = taken;
	run(x);
	assert_true(SUM(x, refused) > 100);
	assert_int_equal(x->capture.frames, taken->len);
	assert_int_equal(x->capture.dropped, 0);
	for (guint i = 0; i < taken->len; i++) {
		struct recording_header h;

		memcpy(&h, x->capture.data + at, sizeof(h));
		at += sizeof(h);
		assert_memory_equal(x->capture.data + at + FRAME_SIG_OFFSET,
			&g_array_index(taken, struct frame_sig, i), sizeof(struct frame_sig));
		at += h.len;
	}
	assert_int_equal(at, x->capture.used);
	world_free(x);
}

static void a_full_capture_says_how_many_taken_frames_it_lacks(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "fixed:64",
		.guests = "1",
		.pps = 1e6,
		.warm_up_ns = 100 * us,
		.duration_ns = ms });

	(void)state;
	recording_init(&x->capture, 50 * (sizeof(struct recording_header) + 60) + 10);
	x->w.capture = &x->capture;
	x->fake->takes = 3;
	x->fake->commit_ns = 2 * us;
	run(x);
	assert_int_equal(x->capture.frames, 50);
	assert_int_equal(x->capture.frames + x->capture.dropped, SUM(x, offered) - SUM(x, refused));
	world_free(x);
}

/* The clock reads 0 before the epoch, too: what is sent then would be measured. */
static void stop_after_first(struct fake *f, uint8_t *frame, uint32_t len)
{
	struct world *x = f->user;

	(void)frame;
	(void)len;
	assert_true((int64_t)(rte_rdtsc() - x->clock.epoch) >= 0);
	atomic_store(&x->stop_tx, 1);
}

static void nothing_is_sent_before_time_0(void **state)
{
	struct world *x = world_new(&(struct world_cfg){
		.profile = "fixed:64", .guests = "1", .duration_ns = 100 * ms });

	(void)state;
	x->fake->clock = NULL;
	x->fake->on_taken = stop_after_first;
	x->fake->user = x;
	/* Some ms ahead, whatever the rate of this machine's counter. */
	tsc_clock_start(&x->clock, rte_rdtsc() + 10000000, 1e9);
	run(x);
	assert_true(x->fake->nb_taken > 0);
	world_free(x);
}

static void a_load_worker_without_guests_ends_at_max(void **state)
{
	struct world *x = world_new(&(struct world_cfg){
		.profile = "fixed:64", .guests = "1", .duration_ns = ms, .first = 1 });

	(void)state;
	assert_int_equal(x->t->nb, 0);
	run(x);
	assert_int_equal(x->fake->nb_given, 0);
	assert_int_equal(ctr_get(&x->w.tx_done), 1);
	world_free(x);
}

static void stall_in_warm_up(struct fake *f, uint8_t *frame, uint32_t len)
{
	struct frame_sig sig = fake_sig(frame);
	struct world *x = f->user;

	(void)len;
	if (frame_sig_phase(&sig) != FRAME_WARM_UP)
		return;
	/* After the end of the warm-up only the burst in which it stalled goes out. */
	if (tsc_clock_ns(&x->clock, rte_rdtsc()) >= x->w.warm_up_ns)
		assert_true(f->nb_taken < x->taken_at_stall + WORKER_BURST);
	else
		x->taken_at_stall = f->nb_taken;
	fake_clock_to(&x->clock, x->w.warm_up_ns);
}

static void measuring_begins_without_the_backlog_of_the_warm_up(void **state)
{
	const struct world_cfg cfg = { .profile = "imix",
		.guests = "2",
		.pps = 1e6,
		.warm_up_ns = 5 * ms,
		.duration_ns = 2 * ms };
	/* Once through, and as a cycle of 100 us that begins anew. */
	static const size_t max_departures[] = { 0, 100 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(max_departures); i++) {
		struct world_cfg this = cfg;
		struct world *x;

		this.max_departures = max_departures[i];
		x = world_new(&this);
		assert_int_equal(x->s->repeats, max_departures[i] != 0);
		x->fake->on_taken = stall_in_warm_up;
		x->fake->user = x;
		run(x);
		/* All of the measuring phase was sent, at its time, with the lengths of the schedule. */
		assert_books(x);
		assert_int_equal(SUM(x, unsent), 0);
		assert_int_equal(SUM(x, offered), 2000);
		assert_int_equal(SUM(x, late), 0);
		assert_in_range(x->fake->nb_taken, 2001, 2064);
		world_free(x);
	}
}

/* Within the measuring phase nothing is skipped: what could not be sent is in the books. */
static void books_of_a_rate_that_is_far_too_high_balance(void **state)
{
	static const struct {
		const char *profile;
		size_t max_departures;
		double link_bps;
	} cases[] = {
		{ "fixed:64", 0, 0 },
		{ "imix", 0, 0 },
		{ "imix", 1000, 0 },
		{ "genome:aaafg", 1000, 0 },
		{ "imix", 1000, 1e9 },
		{ "fixed:64", 1000, 1e9 },
		{ "genome:aaafg", 1000, 1e9 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct world *x = world_new(&(struct world_cfg){ .profile = cases[i].profile,
			.guests = "3",
			.pps = 2e6,
			.warm_up_ns = ms + 300 * us,
			.duration_ns = 20 * ms,
			.link_bps = cases[i].link_bps,
			.max_departures = cases[i].max_departures });

		/* So slow that most are left when the overtime is over. */
		x->fake->commit_ns = 100 * us;
		run(x);
		assert_books(x);
		assert_true(SUM(x, offered) > 100);
		assert_true(SUM(x, unsent) > 1000);
		assert_int_equal(SUM(x, not_sent) != 0, cases[i].link_bps > 0);
		world_free(x);
	}
}

/* One by one, the departures that are left would take an hour to count. */
static void a_rate_beyond_reason_is_counted_in_whole_cycles(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "imix",
		.guests = "2",
		.pps = 1e12,
		.warm_up_ns = 1000 * ms,
		.duration_ns = 1000 * ms,
		.max_departures = 1000 });

	(void)state;
	x->fake->commit_ns = 100 * us;
	run(x);
	assert_int_equal(SUM(x, not_sent), 0);
	assert_int_equal(SUM(x, offered) + SUM(x, unsent), UINT64_C(1000000000000));
	world_free(x);
}

static void stop_after_5000(struct fake *f, uint8_t *frame, uint32_t len)
{
	struct world *x = f->user;

	(void)frame;
	(void)len;
	if (f->nb_given > 5000)
		atomic_store(&x->stop_tx, 1);
}

static void books_of_an_interrupted_trial_balance(void **state)
{
	struct world *x = world_new(&(struct world_cfg){ .profile = "imix",
		.guests = "2",
		.pps = 1e6,
		.warm_up_ns = ms,
		.duration_ns = 200 * ms,
		.max_departures = 500 });

	(void)state;
	x->fake->commit_ns = 3 * us;
	x->fake->on_taken = stop_after_5000;
	x->fake->user = x;
	run(x);
	assert_in_range(ctr_get(&x->w.stopped_ns), 10 * ms, 30 * ms);
	assert_books(x);
	assert_true(SUM(x, unsent) > 5000);
	world_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_scheduled_is_sent_and_comes_back),
		cmocka_unit_test(refused_frames_are_counted_without_looking_at_them),
		cmocka_unit_test(payload_of_bare_frames_is_neither_written_nor_read),
		cmocka_unit_test(a_capture_holds_what_was_taken),
		cmocka_unit_test(a_full_capture_says_how_many_taken_frames_it_lacks),
		cmocka_unit_test(nothing_is_sent_before_time_0),
		cmocka_unit_test(a_load_worker_without_guests_ends_at_max),
		cmocka_unit_test(measuring_begins_without_the_backlog_of_the_warm_up),
		cmocka_unit_test(books_of_a_rate_that_is_far_too_high_balance),
		cmocka_unit_test(a_rate_beyond_reason_is_counted_in_whole_cycles),
		cmocka_unit_test(books_of_an_interrupted_trial_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
