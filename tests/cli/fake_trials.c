/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes trials with made-up numbers into OUT/LABEL, for the tests of tanalyze and tplot. */
#include <stdio.h>

#include "tests/unit/fake_trial.h"

int main(int argc, char **argv)
{
	g_autofree char *interface = NULL, *started = NULL;
	int guests = 3, sizes = 3, frames = 400, first = 0, silent = 0, reps = 1, seed = 0,
	    worst = -1;
	gint64 rate_pps = 100000;
	double loss = 0;
	gboolean vm = FALSE, vhost = FALSE, untrusted = FALSE, interrupted = FALSE, fleet = FALSE,
		 probes = FALSE, ipdv = FALSE;
	const GOptionEntry entries[] = {
		{ "interface", 0, 0, G_OPTION_ARG_STRING, &interface, "", NULL },
		{ "started", 0, 0, G_OPTION_ARG_STRING, &started, "", NULL },
		{ "guests", 0, 0, G_OPTION_ARG_INT, &guests, "", NULL },
		{ "sizes", 0, 0, G_OPTION_ARG_INT, &sizes, "a guest, 1 to 3", NULL },
		{ "frames", 0, 0, G_OPTION_ARG_INT, &frames, "of each size of each guest", NULL },
		{ "first", 0, 0, G_OPTION_ARG_INT, &first, "repetition", NULL },
		{ "reps", 0, 0, G_OPTION_ARG_INT, &reps, "", NULL },
		{ "seed", 0, 0, G_OPTION_ARG_INT, &seed, "", NULL },
		{ "silent", 0, 0, G_OPTION_ARG_INT, &silent, "so many of the last guests", NULL },
		{ "worst", 0, 0, G_OPTION_ARG_INT, &worst, "guest with the worst numbers", NULL },
		{ "rate", 0, 0, G_OPTION_ARG_INT64, &rate_pps, "", NULL },
		{ "loss", 0, 0, G_OPTION_ARG_DOUBLE, &loss, "share", NULL },
		{ "vhost", 0, 0, G_OPTION_ARG_NONE, &vhost, "", NULL },
		{ "vm", 0, 0, G_OPTION_ARG_NONE, &vm, "microvm, bridge, xdp", NULL },
		{ "untrusted", 0, 0, G_OPTION_ARG_NONE, &untrusted, "", NULL },
		{ "fleet", 0, 0, G_OPTION_ARG_NONE, &fleet, "two groups, two interfaces", NULL },
		{ "probes", 0, 0, G_OPTION_ARG_NONE, &probes, "and CPU cost", NULL },
		{ "ipdv", 0, 0, G_OPTION_ARG_NONE, &ipdv, "", NULL },
		{ "interrupted", 0, 0, G_OPTION_ARG_NONE, &interrupted, "", NULL },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) context = g_option_context_new("OUT LABEL");
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 3) {
		fprintf(stderr, "%s\n", error != NULL ? error->message : "OUT LABEL are missing");
		return 2;
	}
	for (int i = first; i < first + reps; i++) {
		const struct fake_cfg cfg = { .label = argv[2],
			.interface = interface,
			.guests = (uint32_t)guests,
			.sizes = (uint32_t)sizes,
			.frames = (uint32_t)frames,
			.rate_pps = (uint64_t)rate_pps,
			.repetition = (uint32_t)i,
			.seed = (uint64_t)seed,
			.loss = loss,
			.silent = (uint32_t)silent,
			.worst = worst,
			.vm = vm,
			.vhost = vhost,
			.untrusted = untrusted,
			.interrupted = interrupted,
			.fleet = fleet,
			.probes = probes,
			.ipdv = ipdv,
			.started = started };
		g_autoptr(trial) t = fake_trial(&cfg);
		g_autofree char *dir = g_build_filename(argv[1], argv[2], NULL);

		if (!trial_write(t, dir, &error)) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
	}
	return 0;
}
