/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the made-up trials that tplot_strips.sh and tplot_by.sh draw into the folder it is given. */
#include <stdio.h>

#include "analyze/contract/trial.h"
#include "tests/unit/fake_trial.h"

enum { SECONDS = 6, LARGE_GUESTS = 4096, LARGE_SECONDS = 3600 };

/* Guest 3 loses half of its frames in the third second; guest n has a mean of n + 1 us. */
static void add_guest_seconds(trial *t)
{
	for (guint second = 0; second < SECONDS; second++) {
		for (uint32_t guest = 0; guest < t->nb_guests; guest++) {
			struct trial_guest_second s = { .time_s = second + 1,
				.guest = guest,
				.offered = 100,
				.forwarded = guest == 3 && second == 2 ? 50 : 100 };

			s.latency_sum_ns = s.forwarded * 1000 * (guest + 1);
			g_array_append_val(t->guest_seconds, s);
		}
	}
}

/* An hour: in second 1801 the maximum is 1 s; nothing is offered in the drain behind it. */
static void set_hour(trial *t)
{
	g_array_set_size(t->seconds, 0);
	for (guint second = 0; second <= LARGE_SECONDS; second++) {
		gboolean drain = second == LARGE_SECONDS;
		struct trial_second s = { .time_s = second + 1,
			.offered = drain ? 0 : 100,
			.forwarded = drain ? 3 : 100,
			.p50_ns = 9000,
			.p99_ns = 20000,
			.max_ns = second == 1800 ? 1000000000 : 30000 + second };

		g_array_append_val(t->seconds, s);
	}
}

static int write_one(const char *dir, struct fake_cfg cfg, gboolean guest_seconds)
{
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *folder = g_build_filename(dir, cfg.label, NULL);
	g_autoptr(GError) error = NULL;

	/* Offered loads are what was asked for, but for a little. */
	t->measured_s = 0.999 * (double)t->totals.offered / (double)cfg.rate_pps;
	t->departure.within_64ns = t->departure.frames / (2 + cfg.repetition);
	t->departure.within_128ns = t->departure.within_256ns = t->departure.frames / 2;
	t->departure.bursts = t->departure.frames / 10;
	if (guest_seconds)
		add_guest_seconds(t);
	if (cfg.guests == LARGE_GUESTS)
		set_hour(t);
	if (trial_write(t, folder, &error))
		return 0;
	fprintf(stderr, "%s\n", error->message);
	return -1;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	struct fake_cfg large = { .label = "large",
		.guests = LARGE_GUESTS,
		.sizes = 1,
		.frames = 4,
		.rate_pps = 100000,
		.seed = 3,
		.loss = 0.01,
		.worst = 1234 };

	if (write_one(argv[1], large, TRUE) < 0)
		return 1;
	for (uint32_t repetition = 0; repetition < 3; repetition++) {
		for (uint64_t rate = 100000; rate <= 400000; rate += 100000) {
			struct fake_cfg cfg = { .label = "sweep",
				.guests = 16,
				.rate_pps = rate,
				.repetition = repetition,
				.seed = 1,
				.loss = rate > 200000 ? 0.002 : 0,
				.worst = 5,
				.untrusted = rate == 400000 };

			if (write_one(argv[1], cfg, TRUE) < 0)
				return 1;
			/* For tplot_by.sh: guests 0 and 2 behind vhost-user, 1 and 3 behind vmux. */
			cfg.label = "fleet";
			cfg.fleet = TRUE;
			cfg.guests = 4;
			if (rate <= 200000 && write_one(argv[1], cfg, TRUE) < 0)
				return 1;
		}
		struct fake_cfg old = { .label = "old",
			.guests = 16,
			.rate_pps = 100000,
			.repetition = repetition,
			.seed = 2,
			.worst = -1,
			.probes = TRUE };

		if (write_one(argv[1], old, FALSE) < 0)
			return 1;
	}
	return 0;
}
