/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim: measure many guests under one traffic mix. */
#include <stdio.h>
#include <string.h>

#include "analyze/cli.h"
#include "analyze/ranks.h"
#include "sim/campaign.h"
#include "sim/commands.h"
#include "sim/crew.h"
#include "sim/options.h"
#include "traffic/profile.h"
#include "traffic/rate.h"

enum {
	RUN,
	PROFILE,
	MATRIX,
	ACCUMULATE,
	RUN_GUEST,
	KILL_GUEST,
	SETUP,
	TEARDOWN,
	PING,
	STATUS,
	DOCTOR,
	SHELL,
	UPLOAD
};

static int run(int argc, char **argv);
static int show_profile(int argc, char **argv);
static int matrix(int argc, char **argv);
static int accumulate(int argc, char **argv);
static int run_guest(int argc, char **argv);
static int kill_guest(int argc, char **argv);
static int setup_network(int argc, char **argv);
static int teardown_network(int argc, char **argv);
static int ping(int argc, char **argv);
static int status(int argc, char **argv);
static int doctor(int argc, char **argv);
static int shell(int argc, char **argv);
static int upload(int argc, char **argv);

static const struct cli_command commands[] = {
	[RUN] = { "run", "", "Run trials: tsim --profile imix --guests 64", run },
	[PROFILE] = { "profile", "[PROFILE...]",
		"Show a mix of frame lengths in all units, or list the shipped ones",
		show_profile },
	[MATRIX] = { "matrix", "FILE...", "Work through test matrices, autotest's too", matrix },
	[ACCUMULATE] = { "accumulate", "FILE...", "Merge what a matrix has measured", accumulate },
	[RUN_GUEST] = { "run-guest", "", "Start virtual machines and leave them there", run_guest },
	[KILL_GUEST] = { "kill-guest", "", "End them, and take their network away", kill_guest },
	[SETUP] = { "setup-network", "", "Make the network of an interface, and leave it there",
		setup_network },
	[TEARDOWN] = { "teardown-network", "", "Take away all that tsim made", teardown_network },
	[PING] = { "ping", "", "Which machines and guests can be reached?", ping },
	[STATUS] = { "status", "", "What of tsim's is there, and runs?", status },
	[DOCTOR] = { "doctor", "", "What do machines lack for good measuring?", doctor },
	[SHELL] = { "shell", "[host|loadgen|guest [N]]", "A terminal there", shell },
	[UPLOAD] = { "upload", "", "Copy the programs to machines of a testbed", upload },
	{ NULL, NULL, NULL, NULL },
};

static int matrix(int argc, char **argv)
{
	return command_matrix(&commands[MATRIX], argc, argv);
}

static int accumulate(int argc, char **argv)
{
	return command_accumulate(&commands[ACCUMULATE], argc, argv);
}

static int run_guest(int argc, char **argv)
{
	return command_run_guest(&commands[RUN_GUEST], argc, argv);
}

static int kill_guest(int argc, char **argv)
{
	return command_kill_guest(&commands[KILL_GUEST], argc, argv);
}

static int setup_network(int argc, char **argv)
{
	return command_setup_network(&commands[SETUP], argc, argv);
}

static int teardown_network(int argc, char **argv)
{
	return command_teardown_network(&commands[TEARDOWN], argc, argv);
}

static int ping(int argc, char **argv)
{
	return command_ping(&commands[PING], argc, argv);
}

static int status(int argc, char **argv)
{
	return command_status(&commands[STATUS], argc, argv);
}

static int doctor(int argc, char **argv)
{
	return command_doctor(&commands[DOCTOR], argc, argv);
}

static int shell(int argc, char **argv)
{
	return command_shell(&commands[SHELL], argc, argv);
}

static int upload(int argc, char **argv)
{
	return command_upload(&commands[UPLOAD], argc, argv);
}

static struct crew_hush hush = CREW_TALKS;

/* --help prints and ends the program: nobody has to be met for that. */
static gboolean asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-h") == 0 || g_str_has_prefix(argv[i], "--help"))
			return TRUE;
	return FALSE;
}

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

static int run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct crew *crew = NULL;
	struct options o;
	gboolean done;
	int result, own;

	if (asks_for_help(argc, argv) && ranks_own() > 0)
		return CLI_DONE;
	if (!asks_for_help(argc, argv))
		crew = crew_new(&hush, &error);
	if (error != NULL)
		return cli_fail("tsim", CLI_FAILED, error);
	own = options_parse(&commands[RUN], argc, argv, crew_place(crew), &o, &done);
	result = crew_agree_on_status(crew, own);
	if (result == CLI_DONE && !done)
		result = run_options(&o, crew);
	if (own == CLI_DONE)
		options_clear(&o);
	return crew_end(crew, result);
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

	if (!cli_options("tsim", &commands[PROFILE], entries, &argc, &argv))
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
			strcmp(argv[1], commands[RUN].name) != 0)
			return CLI_DONE;
	}
	return cli_main("tsim",
		"Measure virtual network interfaces with one traffic mix for many guests", commands,
		argc, argv);
}
