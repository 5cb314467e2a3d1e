/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the made-up trials that tplot.sh draws into the folder it is given. */
#include <stdio.h>

#include "analyze/contract/trial.h"
#include "tests/unit/fake_trial.h"

static int write_one(const char *dir, struct fake_cfg cfg)
{
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *folder = g_build_filename(dir, cfg.label, NULL);
	g_autoptr(GError) error = NULL;

	if (trial_write(t, folder, &error))
		return 0;
	fprintf(stderr, "%s\n", error->message);
	return -1;
}

enum { MEASURED_S = 2, SWEEP_GUESTS = 2 };

/* Loads up to overload, three repetitions, loss from a load on. */
static int write_sweep(const char *dir, const char *label, gboolean vhost, uint64_t knee_pps)
{
	for (uint64_t rate = 1000; rate <= 8000; rate += 1000) {
		for (uint32_t repetition = 0; repetition < 3; repetition++) {
			struct fake_cfg cfg = {
				.label = label,
				.guests = SWEEP_GUESTS,
				.sizes = 1,
				.frames = (uint32_t)rate * MEASURED_S / SWEEP_GUESTS,
				.rate_pps = rate,
				.repetition = repetition,
				.seed = 1,
				.loss = rate > knee_pps ? 0.5 * (double)(rate - knee_pps) / 1e4 : 0,
				.worst = -1,
				.vhost = vhost,
				.untrusted = rate >= 8000,
			};

			if (write_one(dir, cfg) < 0)
				return -1;
		}
	}
	return 0;
}

static int write_single(const char *dir, const char *label, uint32_t guests, double loss, int worst)
{
	for (uint32_t repetition = 0; repetition < 3; repetition++) {
		struct fake_cfg cfg = {
			.label = label,
			.guests = guests,
			.rate_pps = 100000,
			.repetition = repetition,
			.seed = 7,
			.loss = loss,
			.worst = worst,
		};

		if (write_one(dir, cfg) < 0)
			return -1;
	}
	return 0;
}

/* Interfaces, vhost and numbers of guests: what a grid of panels is made of. */
static int write_grid(const char *dir)
{
	static const char *const interfaces[] = { "bridge", "macvtap" };

	for (uint32_t i = 0; i < 8; i++) {
		for (uint64_t rate = 1000; rate <= 4000; rate += 1000) {
			struct fake_cfg cfg = {
				.label = "grid",
				.interface = interfaces[i % 2],
				.vhost = i / 2 % 2,
				.guests = 1 + i / 4,
				.sizes = 1,
				.frames = (uint32_t)rate * MEASURED_S / (1 + i / 4),
				.rate_pps = rate,
				.seed = 1,
				.loss = rate > 3000 ? 0.05 * (1 + i) : 0,
				.worst = -1,
			};

			if (write_one(dir, cfg) < 0)
				return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	g_autofree char *matrix = NULL;

	if (argc != 2)
		return 2;
	matrix = g_build_filename(argv[1], "matrix", NULL);
	return write_sweep(argv[1], "slow", FALSE, 3000) < 0 ||
	       write_sweep(argv[1], "fast", TRUE, 6000) < 0 ||
	       write_sweep(matrix, "all", FALSE, 3000) < 0 ||
	       write_sweep(matrix, "all", TRUE, 6000) < 0 || write_grid(argv[1]) < 0 ||
	       write_single(argv[1], "even", 64, 0, -1) < 0 ||
	       write_single(argv[1], "uneven", 64, 0.001, 17) < 0 ||
	       write_single(argv[1], "it's 5 %_of `µ`", 1, 0.02, -1) < 0;
}
