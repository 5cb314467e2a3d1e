/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes searches with made-up numbers into OUT/LABEL, for the tests of tanalyze and tplot. */
#include <stdio.h>

#include "tests/unit/fake_search.h"

/* Its trials: with the load and loss of the search, but few frames. */
static gboolean write_trials(const search *s, const char *dir, GError **error)
{
	g_autofree char *folder = search_trials_folder(s->params.repetition);
	g_autofree char *inside = g_build_filename(dir, folder, NULL);

	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *of = &s->trials[i];
		const struct fake_cfg cfg = { .guests = s->params.guests,
			.rate_pps = of->rate_pps,
			.repetition = of->repetition,
			.loss = of->loss,
			.worst = -1 };
		g_autoptr(trial) t = fake_trial(&cfg);

		trial_params_clear(&t->params);
		trial_params_copy(&t->params, &s->params);
		t->params.rate_pps = of->rate_pps;
		t->params.repetition = of->repetition;
		t->params.duration_s = of->duration_s;
		if (!trial_write(t, inside, error))
			return FALSE;
	}
	return TRUE;
}

int main(int argc, char **argv)
{
	g_autofree char *interface = NULL;
	int guests = 3, frame_len = 0, first = 0, reps = 1;
	gint64 knee = 0, min = 0, max = 0, tester = 0;
	gboolean vhost = FALSE, goal = FALSE, at = FALSE, suite = FALSE, interrupted = FALSE,
		 trials = FALSE;
	const GOptionEntry entries[] = {
		{ "interface", 0, 0, G_OPTION_ARG_STRING, &interface, "", NULL },
		{ "guests", 0, 0, G_OPTION_ARG_INT, &guests, "", NULL },
		{ "frame", 0, 0, G_OPTION_ARG_INT, &frame_len, "length; 0: imix", NULL },
		{ "first", 0, 0, G_OPTION_ARG_INT, &first, "repetition", NULL },
		{ "reps", 0, 0, G_OPTION_ARG_INT, &reps, "", NULL },
		{ "knee", 0, 0, G_OPTION_ARG_INT64, &knee, "pps that the SUT forwards", NULL },
		{ "min", 0, 0, G_OPTION_ARG_INT64, &min, "lowest load", NULL },
		{ "max", 0, 0, G_OPTION_ARG_INT64, &max, "highest load", NULL },
		{ "tester", 0, 0, G_OPTION_ARG_INT64, &tester, "pps that it reaches", NULL },
		{ "vhost", 0, 0, G_OPTION_ARG_NONE, &vhost, "", NULL },
		{ "goal", 0, 0, G_OPTION_ARG_NONE, &goal, "a third, with a latency", NULL },
		{ "latency-at", 0, 0, G_OPTION_ARG_NONE, &at, "10, 50, 90 %", NULL },
		{ "suite", 0, 0, G_OPTION_ARG_NONE, &suite, "rfc2544", NULL },
		{ "interrupted", 0, 0, G_OPTION_ARG_NONE, &interrupted, "", NULL },
		{ "trials", 0, 0, G_OPTION_ARG_NONE, &trials, "in search-R, too", NULL },
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
		const struct fake_search_cfg cfg = { .label = argv[2],
			.interface = interface,
			.guests = (uint32_t)guests,
			.frame_len = (uint32_t)frame_len,
			.vhost = vhost,
			.knee_pps = (uint64_t)knee,
			.min_pps = (uint64_t)min,
			.max_pps = (uint64_t)max,
			.tester_pps = (uint64_t)tester,
			.repetition = (uint32_t)i,
			.latency_goal = goal,
			.latency_at = at,
			.suite = suite,
			.interrupted = interrupted };
		g_autoptr(search) s = fake_search(&cfg);
		g_autofree char *dir = g_build_filename(argv[1], argv[2], NULL);

		if ((trials && !write_trials(s, dir, &error)) || !search_write(s, dir, &error)) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
	}
	return 0;
}
