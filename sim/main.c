/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim: measure many guests under one traffic mix. */
#include <stdio.h>
#include <string.h>

#include "analyze/cli.h"
#include "analyze/ranks.h"
#include "sim/campaign.h"
#include "sim/crew.h"
#include "sim/options.h"
#include "traffic/profile.h"
#include "traffic/rate.h"

static int run(int argc, char **argv);
static int show_profile(int argc, char **argv);

static const struct cli_command commands[] = {
	{ "run", "", "Run trials: tsim --profile imix --guests 64", run },
	{ "profile", "[PROFILE...]",
		"Show a mix of frame lengths in all units, or list the shipped ones",
		show_profile },
	{ NULL, NULL, NULL, NULL },
};

static struct crew_hush hush = CREW_TALKS;

/* --help prints and ends the program: nobody has to be met for that. */
static gboolean asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-h") == 0 || g_str_has_prefix(argv[i], "--help"))
			return TRUE;
	return FALSE;
}

static int run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct crew *crew = NULL;
	struct options o;
	gboolean done;
	int status, own;

	if (asks_for_help(argc, argv) && ranks_own() > 0)
		return CLI_DONE;
	if (!asks_for_help(argc, argv))
		crew = crew_new(&hush, &error);
	if (error != NULL)
		return cli_fail("tsim", CLI_FAILED, error);
	own = options_parse(&commands[0], argc, argv, crew_place(crew), &o, &done);
	status = crew_agree_on_status(crew, own);
	if (status == CLI_DONE && !done)
		status = campaign_run(&o, crew);
	if (own == CLI_DONE)
		options_clear(&o);
	return crew_end(crew, status);
}

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

static int show_profile(int argc, char **argv)
{
	static char *format, *link;
	static int mtu;
	static const GOptionEntry entries[] = {
		{ "format", 'f', 0, G_OPTION_ARG_STRING, &format,
			"text, csv or json (default text)", "FORMAT" },
		{ "link", 0, 0, G_OPTION_ARG_STRING, &link, "Speed of a link to fill (default 10G)",
			"SPEED" },
		{ "mtu", 0, 0, G_OPTION_ARG_INT, &mtu,
			"Frame length that a genome's z stands for, with FCS (default none)",
			"BYTES" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	double link_bps = 10e9;

	if (!cli_options("tsim", &commands[1], entries, &argc, &argv))
		return CLI_USAGE;
	if (link != NULL && !rate_parse_link("--link", link, &link_bps, &error))
		return cli_fail("tsim", CLI_USAGE, error);
	if (argc < 2)
		return list_profiles();
	for (int i = 1; i < argc; i++) {
		g_autoptr(profile) p = profile_open(argv[i], (uint32_t)mtu, &error);
		g_autofree char *text = p == NULL ? NULL
						  : profile_report(p,
							    format == NULL ? "text" : format,
							    link_bps, &error);

		if (text == NULL)
			return cli_fail("tsim", CLI_USAGE, error);
		printf("%s%s", i > 1 ? "\n" : "", text);
	}
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	/* Of processes that mpirun started, one talks. */
	if (ranks_own() > 0) {
		crew_hush(&hush);
		if (argc > 1 && (argv[1][0] != '-' || strcmp(argv[1], "--version") == 0) &&
			strcmp(argv[1], commands[0].name) != 0)
			return CLI_DONE;
	}
	return cli_main("tsim",
		"Measure virtual network interfaces with one traffic mix for many guests", commands,
		argc, argv);
}
