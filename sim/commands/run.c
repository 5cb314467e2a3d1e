/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim run, tsim profile, and the table of all commands. */
#include <stdio.h>

#include "analyze/base/ranks.h"
#include "sim/trial/campaign.h"
#include "sim/commands/commands.h"
#include "sim/trial/crew.h"
#include "sim/trial/options.h"
#include "traffic/frame.h"
#include "traffic/profile.h"
#include "traffic/rate.h"

const struct cli_program tsim_program = {
	.name = "tsim",
	.summary = "Measure virtual network interfaces with one traffic mix for many guests",
	.commands =
		(const struct cli_command *const[]){
			&command_run,
			&command_profile,
			&command_matrix,
			&command_accumulate,
			&command_run_guest,
			&command_kill_guest,
			&command_setup_network,
			&command_teardown_network,
			&command_ping,
			&command_status,
			&command_doctor,
			&command_shell,
			&command_upload,
			NULL,
		},
};

static int run_options(struct options *o, struct crew *crew)
{
	if (!o->on_lab)
		return campaign_run(o, crew);
	if (crew_size(crew) == 1)
		return command_run_on_lab(o);
	if (crew_leads(crew))
		fprintf(stderr,
			"tsim: --machine: virtual machines and the host have one generator; "
			"run tsim without mpirun\n");
	return CLI_USAGE;
}

/* argv: "run", options. */
static int run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct crew_hush hush = CREW_TALKS; /* of processes that mpirun started, one talks */
	struct crew *crew;
	struct options o;
	gboolean done;
	int result, own;

	(void)argc;
	if (ranks_own() > 0)
		crew_hush(&hush);
	crew = crew_new(&hush, &error);
	if (error != NULL)
		return cli_fail("tsim", CLI_FAILED, error);
	own = options_parse(&tsim_program, argv, crew_place(crew), &o, &done);
	result = crew_agree_on_status(crew, own);
	if (result == CLI_DONE && !done)
		result = run_options(&o, crew);
	if (own == CLI_DONE)
		options_clear(&o);
	return crew_end(crew, result);
}

const struct cli_command command_run = { .name = "run",
	.arguments = "",
	.summary = "Run trials: tsim --profile imix --guests 64",
	.enter = run,
	.options = options_rows,
	.size = sizeof(struct options) };

static int list_profiles(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = profile_names(&error);

	if (names == NULL)
		return cli_fail("tsim", CLI_FAILED, error);
	for (char **n = names; *n != NULL; n++) {
		g_autoptr(profile) p = profile_open(*n, 0, &error);

		if (p == NULL)
			return cli_fail("tsim", CLI_FAILED, error);
		printf("%-16s %7.1f B mean  %s\n", p->name, profile_mean_frame_len(p), p->title);
	}
	return CLI_DONE;
}

struct profile_asked {
	char *format, *link;
	int mtu;
};

static int show_profile(void *user, char **words)
{
	const struct profile_asked *asked = user;
	g_autoptr(GError) error = NULL;
	double link_bps;

	if (!rate_parse_link("--link", asked->link, &link_bps, &error))
		return cli_fail("tsim", CLI_USAGE, error);
	if (words[0] == NULL)
		return list_profiles();
	for (char **word = words; *word != NULL; word++) {
		g_autoptr(profile) p = profile_open(*word, (uint32_t)asked->mtu, &error);
		g_autofree char *text = p == NULL ? NULL
						  : profile_report(
							    p, asked->format, link_bps, &error);

		if (text == NULL)
			return cli_fail("tsim", CLI_USAGE, error);
		printf("%s%s", word > words ? "\n" : "", text);
	}
	return CLI_DONE;
}

static const struct option_row profile_rows[] = {
	OPTION_ROW(CHOICE, struct profile_asked, format, "format", 'f', "FORMAT", "Output format",
		.preset = "text", .words = cli_formats),
	OPTION_ROW(TEXT, struct profile_asked, link, "link", 0, "SPEED", "Speed of a link to fill",
		.preset = "10G"),
	OPTION_ROW(INT, struct profile_asked, mtu, "mtu", 0, "BYTES",
		"Frame length that a genome's z stands for, with FCS (default none)",
		.min = FRAME_LEN_MIN, .max = FRAME_LEN_MAX),
	{ 0 },
};

const struct cli_command command_profile = { .name = "profile",
	.arguments = "[PROFILE...]",
	.summary = "Show a mix of frame lengths in all units, or list the shipped ones",
	.options = profile_rows,
	.size = sizeof(struct profile_asked),
	.max_words = CLI_ANY,
	.run = show_profile };
