/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wire that all guests share, against one that is simulated anew, and rates that change. All
 * seeds are fixed.
 */
#include <stdlib.h>

#include "tests/unit/traffic_check.h"
#include "traffic/frame.h"
#include "traffic/rate.h"
#include "traffic/schedule.h"

enum { SEED = 815, CYCLES = 3 };
static const uint64_t second_ns = 1000000000;
#define TIME(due_ns) ((due_ns) & ~SCHEDULE_NOT_SENT)

static mix *new_mix(const char *spec, uint32_t nb, const char *process)
{
	g_autofree char *guests = g_strdup_printf("%u", nb);
	GError *error = NULL;
	mix *m = mix_new(spec, guests, NULL, process, 0, &error);

	check_ok(spec, error);
	return m;
}

static schedule *new_schedule(const struct schedule_cfg *cfg)
{
	GError *error = NULL;
	schedule *s = schedule_new(cfg, &error);

	check_ok("schedule", error);
	return s;
}

/* A departure, as it was due and as it is in the schedule. */
struct departure {
	uint64_t due_ns, left_ns; /* left_ns with SCHEDULE_NOT_SENT */
	uint32_t guest, frame_len;
};

static int by_due(const void *a, const void *b)
{
	const struct departure *x = a, *y = b;

	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns ? -1 : 1;
	return (x->guest > y->guest) - (x->guest < y->guest);
}

static int by_time(const void *a, const void *b)
{
	const struct departure *x = a, *y = b;

	return x->left_ns < y->left_ns ? -1 : x->left_ns > y->left_ns;
}

/* free has no link; limited, if it is not NULL, the same departures with one. */
static GArray *departures(const schedule *free, const schedule *limited)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct departure));

	for (uint32_t g = 0; g < free->nb_guests; g++) {
		const struct schedule_guest *f = &free->guests[g], *l = &limited->guests[g];

		for (size_t k = 0; k < f->nb_due; k++) {
			struct departure d = { f->due_ns[k],
				k < l->nb_due ? l->due_ns[k] : UINT64_MAX, g,
				f->draws[k % f->nb_draws].frame_len };

			if (k < l->nb_due)
				assert_int_equal(d.frame_len, l->draws[k % l->nb_draws].frame_len);
			g_array_append_val(all, d);
		}
		for (size_t k = 1; k < l->nb_due; k++)
			assert_true(TIME(l->due_ns[k]) >= TIME(l->due_ns[k - 1]));
	}
	qsort(all->data, all->len, sizeof(struct departure), by_due);
	return all;
}

/*
 * A second wire, worked out differently: in long double, frame by frame, looking back for those
 * that wait. What it says is what the schedule has; what leaves after the end is in neither.
 */
static void check_against_simulation(
	const char *what, const GArray *all, double link_bps, uint32_t queue, uint64_t span_ns)
{
	const struct departure *d = (const struct departure *)(const void *)all->data;
	g_autofree size_t *sent = g_new(size_t, all->len + 1);
	g_autofree long double *start_ns = g_new(long double, all->len + 1);
	/* Only what was due when a full queue is still to leave at the end is behind it. */
	double queue_ns = 8e9 * (1518 + 20) * (queue + 1.0) / link_bps;
	size_t nb_sent = 0;
	long double free_ns = 0;

	for (guint i = 0; i < all->len; i++) {
		long double wire_ns = 8e9L * (d[i].frame_len + 20) / (long double)link_bps;
		long double start = free_ns > d[i].due_ns ? free_ns : d[i].due_ns;
		size_t waiting = 0;

		if (d[i].left_ns == UINT64_MAX)
			assert_true((double)d[i].due_ns >= (double)span_ns - queue_ns);
		while (waiting < nb_sent &&
			start_ns[nb_sent - 1 - waiting] >= (long double)d[i].due_ns + 0.5L)
			waiting++;
		if (waiting > queue)
			fail_msg("%s: %zu wait", what, waiting);
		if (waiting == queue) {
			if (d[i].left_ns < SCHEDULE_NOT_SENT)
				fail_msg("%s: departure %u leaves a full queue", what, i);
			continue;
		}
		sent[nb_sent] = i;
		start_ns[nb_sent++] = start;
		free_ns = start + wire_ns;
		if (d[i].left_ns == UINT64_MAX) {
			assert_true(start > (long double)span_ns - 1);
		} else if (fabsl((long double)d[i].left_ns - start) > 1) {
			fail_msg("%s: departure %u leaves at %" G_GUINT64_FORMAT ", not at %.3Lf",
				what, i, d[i].left_ns, start);
		}
	}
}

static const struct {
	const char *profile;
	uint32_t nb;
	const char *process;
	double load; /* of the link */
	uint32_t queue;
} loads[] = {
	{ "fixed:64", 1, "cbr", 0.5, 1 },
	{ "fixed:64", 64, "cbr", 2, 16 },
	{ "imix", 64, "poisson", 0.5, 1 },
	{ "imix", 64, "poisson", 0.9, 1024 },
	{ "imix", 7, "poisson", 1.3, 100 },
	{ "imix-vsperf", 7, "poisson", 1.1, 10 },
	{ "uniform:64-1518", 5, "onoff:on=100us,off=300us", 0.7, 20 },
	{ "imix", 500, "weibull", 3, 1024 },
};

static void a_wire_is_as_simulated(void **state)
{
	static const double link_bps = 1e9 / 3; /* a byte is no whole number of ns */

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		g_autoptr(mix) m = new_mix(loads[i].profile, loads[i].nb, loads[i].process);
		struct schedule_cfg cfg = { .mix = m,
			.pps = loads[i].load * rate_line_pps(link_bps, mix_mean_frame_len(m)),
			.span_ns = second_ns,
			.seed = SEED };
		g_autoptr(schedule) free = new_schedule(&cfg);
		g_autoptr(schedule) s = NULL;
		g_autoptr(GArray) all = NULL;
		uint64_t nb_not_sent = 0;

		cfg.link_bps = link_bps;
		cfg.link_queue = loads[i].queue;
		s = new_schedule(&cfg);
		all = departures(free, s);
		check_against_simulation(
			loads[i].profile, all, link_bps, loads[i].queue, second_ns);
		for (guint k = 0; k < all->len; k++) {
			uint64_t left_ns = g_array_index(all, struct departure, k).left_ns;

			nb_not_sent += left_ns >= SCHEDULE_NOT_SENT && left_ns != UINT64_MAX;
		}
		check_double("not sent", (double)s->nb_not_sent, (double)nb_not_sent, 0);
		assert_string_not_equal(s->digest, free->digest);
	}
}

/*
 * Plays a schedule that repeats as a worker does: draws go on from cycle to cycle. No two frames
 * are closer than the wire allows, over all cycles: with s(k) the time of frame k less that of the
 * wire for all frames before it, s(k) is at least the largest s before, but for rounding of 1/2 ns
 * at each end and 1 ns at a seam.
 */
static void check_cycles(const char *what, const schedule *s, double link_bps)
{
	g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(struct departure));
	long double most = -INFINITY, wire_ns = 0;
	size_t nb_cycles = s->repeats ? CYCLES : 1;

	for (uint32_t g = 0; g < s->nb_guests; g++) {
		const struct schedule_guest *guest = &s->guests[g];

		for (size_t k = 0; k < nb_cycles * guest->nb_due; k++) {
			uint64_t due_ns = guest->due_ns[k % guest->nb_due];
			struct departure d = { 0, due_ns + k / guest->nb_due * s->cycle_ns, g,
				guest->draws[k % guest->nb_draws].frame_len };

			assert_true(TIME(due_ns) < s->cycle_ns);
			assert_true(k % guest->nb_due == 0 ||
				    TIME(due_ns) >= TIME(guest->due_ns[k % guest->nb_due - 1]));
			if (due_ns < SCHEDULE_NOT_SENT)
				g_array_append_val(sent, d);
		}
	}
	qsort(sent->data, sent->len, sizeof(struct departure), by_time);
	for (guint k = 0; k < sent->len; k++) {
		const struct departure *d = &g_array_index(sent, struct departure, k);
		long double slack = (long double)d->left_ns - wire_ns;

		if (slack < most - 1.0L - CYCLES)
			fail_msg("%s: frame %u is %.3Lf ns too early", what, k, most - slack);
		most = MAX(most, slack);
		wire_ns += 8e9L * (d->frame_len + 20) / (long double)link_bps;
	}
}

static size_t count_due(const schedule *s)
{
	size_t nb = 0;

	for (uint32_t g = 0; g < s->nb_guests; g++)
		nb += s->guests[g].nb_due;
	return nb;
}

/* What the frames of a cycle take of the wire. */
static double wire_time_ns(const schedule *s, double link_bps)
{
	double bytes = 0;

	for (uint32_t g = 0; g < s->nb_guests; g++) {
		const struct schedule_guest *guest = &s->guests[g];

		for (size_t k = 0; k < guest->nb_due; k++)
			if (guest->due_ns[k] < SCHEDULE_NOT_SENT)
				bytes += guest->draws[k % guest->nb_draws].frame_len + 20;
	}
	return 8e9 * bytes / link_bps;
}

/* A cycle holds what the wire carries in it, and no departure is lost or won. */
static void cycles_do_not_profit_at_the_seam(void **state)
{
	static const double link_bps = 1e9 / 3;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		g_autoptr(mix) m = new_mix(loads[i].profile, loads[i].nb, loads[i].process);
		struct schedule_cfg cfg = { .mix = m,
			.pps = loads[i].load * rate_line_pps(link_bps, mix_mean_frame_len(m)),
			.span_ns = 100 * second_ns,
			.seed = SEED,
			.max_departures = 20000 };
		g_autoptr(schedule) free = new_schedule(&cfg);
		g_autoptr(schedule) s = NULL;
		g_autoptr(schedule) once = NULL;
		double used_ns, limit_ns;

		cfg.link_bps = link_bps;
		cfg.link_queue = loads[i].queue;
		s = new_schedule(&cfg);
		assert_true(s->repeats);
		check_cycles(loads[i].profile, s, link_bps);
		/* cbr counts are rounded together. */
		check_double("all", (double)count_due(s), (double)count_due(free),
			strcmp(loads[i].process, "cbr") == 0 ? loads[i].nb : 0);
		/* The same departures from an idle wire, which ends with those that it has carried. */
		cfg.span_ns = s->cycle_ns;
		cfg.max_departures = 0;
		once = new_schedule(&cfg);
		used_ns = wire_time_ns(s, link_bps);
		assert_true(used_ns <= (double)s->cycle_ns + 1);
		/*
		 * Queues that are full at the end of both rounds need not take the same time: 5 sigma of
		 * the difference of their lengths, and a frame.
		 */
		limit_ns = 5 * sqrt(2.0 * loads[i].queue) *
				   profile_stddev_frame_len(m->guests[0].profile) +
			   1518 + 20;
		check_double(loads[i].profile, used_ns, wire_time_ns(once, link_bps),
			8e9 * limit_ns / link_bps);
	}
}

/* At line rate or below it, cbr loses nothing, and what the wire carries in a second is the rate. */
static void nothing_is_lost_of_cbr_at_line_rate(void **state)
{
	static const uint32_t guests[] = { 1, 3, 6, 7, 64, 1000, 4096 };
	static const double links[] = { 1e9, 1e10, 4e10, 1e10 / 3 };
	static const size_t max[] = { 0, 5003, 4096 };
	static const double part[] = { 1, 0.999, 0.5 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(guests) * G_N_ELEMENTS(links) * 9; i++) {
		size_t of = i / 9;
		double link_bps = links[of % G_N_ELEMENTS(links)];
		g_autoptr(mix) m = new_mix("fixed:64", guests[of / G_N_ELEMENTS(links)], "cbr");
		double line_pps = rate_line_pps(link_bps, 64);
		const struct schedule_cfg cfg = { .mix = m,
			.pps = part[i / 3 % 3] * line_pps,
			.span_ns = 3000000,
			.seed = SEED,
			.max_departures = max[i % 3],
			.link_bps = link_bps };
		g_autofree char *what = g_strdup_printf("%u guests, %g bit/s, %zu departures, %g",
			m->nb_guests, link_bps, cfg.max_departures, part[i / 3 % 3]);
		g_autoptr(schedule) s = new_schedule(&cfg);
		double want = cfg.pps * (double)s->cycle_ns / 1e9;

		check_double(what, (double)s->nb_not_sent, 0, 0);
		/* Those that wait at the end; each guest has a phase; a cycle's counts are whole. */
		check_double(what, (double)count_due(s), want, s->repeats ? 2 : 1024 + 1);
		assert_true((double)count_due(s) <= line_pps * (double)s->cycle_ns / 1e9 + 1);
		check_cycles(what, s, link_bps);
	}
}

/* Above line rate, the wire carries its rate to the frame once it has begun. */
static void overload_is_carried_at_line_rate(void **state)
{
	static const double link_bps = 1e10;
	g_autoptr(mix) m = new_mix("fixed:64", 64, "poisson");
	const struct schedule_cfg cfg = { .mix = m,
		.pps = 1.5 * rate_line_pps(link_bps, 64),
		.span_ns = second_ns / 20,
		.seed = SEED,
		.link_bps = link_bps };
	g_autoptr(schedule) s = new_schedule(&cfg);
	size_t nb[2] = { 0 };
	double half = rate_line_pps(link_bps, 64) / 40;

	(void)state;
	for (uint32_t g = 0; g < 64; g++)
		for (size_t k = 0; k < s->guests[g].nb_due; k++)
			if (s->guests[g].due_ns[k] < SCHEDULE_NOT_SENT)
				nb[s->guests[g].due_ns[k] / (second_ns / 40)]++;
	assert_true((double)nb[0] <= half + 1);
	check_double("second half", (double)nb[1], half, 1);
}

/* Up, down, a pause, and so on up to the end of the span. */
static const struct schedule_step steps[] = { { 0, 1e4 }, { 200000000, 4e4 }, { 350000000, 0 },
	{ 500000000, 1e5 }, { 900000000, 2.5e3 }, { 2000000000, 1e12 } };

static void counts_of_steps_are_their_rates(void **state)
{
	static const struct {
		const char *process;
		uint32_t nb;
	} c[] = { { "cbr", 1 }, { "cbr", 10 }, { "poisson", 16 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(c); i++) {
		g_autoptr(mix) m = new_mix("imix", c[i].nb, c[i].process);
		const struct schedule_cfg cfg = { .mix = m,
			.span_ns = second_ns,
			.seed = SEED,
			.steps = steps,
			.nb_steps = G_N_ELEMENTS(steps) };
		g_autoptr(schedule) s = new_schedule(&cfg);
		double count[G_N_ELEMENTS(steps)] = { 0 };

		assert_false(s->repeats);
		assert_true(s->cycle_ns == second_ns);
		for (uint32_t g = 0; g < s->nb_guests; g++)
			for (size_t k = 0; k < s->guests[g].nb_due; k++) {
				size_t step = 0;

				assert_true(k == 0 ||
					    s->guests[g].due_ns[k] >= s->guests[g].due_ns[k - 1]);
				while (steps[step + 1].from_ns <= s->guests[g].due_ns[k])
					step++;
				count[step]++;
			}
		for (size_t k = 0; k + 1 < G_N_ELEMENTS(steps); k++) {
			uint64_t end_ns = MIN(steps[k + 1].from_ns, second_ns);
			double want = steps[k].pps * (double)(end_ns - steps[k].from_ns) / 1e9;

			/* cbr: one departure a guest, by its phase; poisson: 5 sigma. */
			check_double(c[i].process, count[k], want,
				want == 0                ? 0
				: c[i].process[0] == 'c' ? c[i].nb
							 : 5 * sqrt(want));
		}
	}
}

static void cbr_gaps_are_those_of_the_step(void **state)
{
	g_autoptr(mix) m = new_mix("imix", 1, "cbr");
	const struct schedule_cfg cfg = { .mix = m,
		.span_ns = second_ns,
		.seed = SEED,
		.steps = steps,
		.nb_steps = G_N_ELEMENTS(steps) };
	g_autoptr(schedule) s = new_schedule(&cfg);
	const struct schedule_guest *g = &s->guests[0];
	size_t step = 0;

	(void)state;
	for (size_t k = 1; k < g->nb_due; k++) {
		while (steps[step + 1].from_ns <= g->due_ns[k - 1])
			step++;
		if (g->due_ns[k] < steps[step + 1].from_ns)
			check_double("gap", (double)(g->due_ns[k] - g->due_ns[k - 1]),
				1e9 / steps[step].pps, 1);
	}
}

static void one_step_is_a_rate_throughout(void **state)
{
	static const struct schedule_step one = { 0, 5e4 };
	static const char *const processes[] = { "cbr", "poisson", "onoff", "mmpp" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(processes); i++) {
		g_autoptr(mix) m = new_mix("imix", 16, processes[i]);
		struct schedule_cfg cfg = {
			.mix = m, .pps = 5e4, .span_ns = second_ns, .seed = SEED
		};
		g_autoptr(schedule) a = new_schedule(&cfg);
		g_autoptr(schedule) b = NULL;

		cfg.pps = 0; /* not read */
		cfg.steps = &one;
		cfg.nb_steps = 1;
		b = new_schedule(&cfg);
		check_text(processes[i], b->digest, a->digest);
	}
}

/* A wire without use for it changes nothing but the digest, which says that there is one. */
static void a_wide_link_changes_no_departure(void **state)
{
	static const size_t max[] = { 0, 1000 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(max); i++) {
		g_autoptr(mix) m = new_mix("imix", 1, "cbr");
		struct schedule_cfg cfg = { .mix = m,
			.pps = 5e4,
			.span_ns = second_ns,
			.seed = SEED,
			.max_departures = max[i] };
		g_autoptr(schedule) a = new_schedule(&cfg);
		g_autoptr(schedule) b = NULL;

		cfg.link_bps = 1e15;
		b = new_schedule(&cfg);
		check_double(
			"departures", (double)b->guests[0].nb_due, (double)a->guests[0].nb_due, 0);
		assert_memory_equal(a->guests[0].due_ns, b->guests[0].due_ns,
			a->guests[0].nb_due * sizeof(uint64_t));
		assert_string_not_equal(a->digest, b->digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wire_is_as_simulated),
		cmocka_unit_test(cycles_do_not_profit_at_the_seam),
		cmocka_unit_test(nothing_is_lost_of_cbr_at_line_rate),
		cmocka_unit_test(overload_is_carried_at_line_rate),
		cmocka_unit_test(counts_of_steps_are_their_rates),
		cmocka_unit_test(cbr_gaps_are_those_of_the_step),
		cmocka_unit_test(one_step_is_a_rate_throughout),
		cmocka_unit_test(a_wide_link_changes_no_departure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
