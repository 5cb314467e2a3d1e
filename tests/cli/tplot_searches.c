/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the made-up searches that tplot_search.sh draws into the folder it is given. */
#include <stdio.h>

#include "tests/unit/fake_search.h"

static gboolean write_one(const char *dir, struct fake_search_cfg cfg)
{
	g_autoptr(search) s = fake_search(&cfg);
	/* Of a link of 1 Gbit/s. */
	double theoretical_pps = 1e9 / 8 / (cfg.frame_len + 20);
	g_autofree char *folder = g_build_filename(dir, cfg.label, NULL);
	g_autoptr(GError) error = NULL;

	if (cfg.suite) {
		s->suite.theoretical_pps = theoretical_pps;
		s->suite.buffer_s = s->suite.burst_frames / theoretical_pps;
		s->suite.corrected_buffer_s = 0.1 * s->suite.buffer_s;
	}
	if (search_write(s, folder, &error))
		return TRUE;
	fprintf(stderr, "%s\n", error->message);
	return FALSE;
}

/* Limits that follow from the interface, or are none; five repetitions each. */
static gboolean write_interfaces(const char *dir)
{
	static const struct {
		const char *interface;
		uint64_t knee_pps, tester_pps;
	} all[] = {
		{ "null", UINT64_C(100000000), 0 },
		{ "vhost-user", 1200000, 0 },
		{ "vfio", 1500000, 900000 },
		{ "vmux", 410000, 0 },
		{ "virtio", 10000, 0 },
	};
	gboolean done = TRUE;

	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		for (uint32_t repetition = 0; repetition < 5; repetition++)
			done &= write_one(dir, (struct fake_search_cfg){ .label = "interfaces",
						       .interface = all[i].interface,
						       .guests = 16,
						       .knee_pps = all[i].knee_pps,
						       .tester_pps = all[i].tester_pps,
						       .repetition = repetition });
	}
	return done;
}

static gboolean write_sizes(const char *dir)
{
	static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 1280, 1518 };
	gboolean done = TRUE;

	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
		done &= write_one(dir,
			(struct fake_search_cfg){ .label = "sizes",
				.guests = 1,
				.frame_len = sizes[i],
				.knee_pps = MIN(700000, UINT64_C(1000000000) / 8 / (sizes[i] + 20)),
				.latency_at = TRUE,
				.suite = TRUE });
	return done;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	return !(write_one(argv[1], (struct fake_search_cfg){ .label = "one" }) &&
		 write_one(argv[1],
			 (struct fake_search_cfg){ .label = "other", .knee_pps = 700000 }) &&
		 write_one(argv[1],
			 (struct fake_search_cfg){
				 .label = "latency", .latency_goal = TRUE, .latency_at = TRUE }) &&
		 write_one(argv[1],
			 (struct fake_search_cfg){ .label = "tester", .tester_pps = 800000 }) &&
		 write_one(argv[1],
			 (struct fake_search_cfg){ .label = "killed", .interrupted = TRUE }) &&
		 write_interfaces(argv[1]) && write_sizes(argv[1]));
}
