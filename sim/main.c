/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim: measure many guests under one traffic mix. */
#include <stdio.h>

#include "analyze/cli.h"
#include "sim/campaign.h"
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

static int run(int argc, char **argv)
{
	struct options o;
	gboolean done;
	int status = options_parse(&commands[0], argc, argv, &o, &done);

	if (status != CLI_DONE)
		return status;
	if (!done)
		status = campaign_run(&o);
	options_clear(&o);
	return status;
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
	return cli_main("tsim",
		"Measure virtual network interfaces with one traffic mix for many guests", commands,
		argc, argv);
}
