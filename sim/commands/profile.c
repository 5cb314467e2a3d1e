/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim profile. */
#include <stdio.h>

#include "sim/commands/commands.h"
#include "traffic/frame.h"
#include "traffic/profile.h"
#include "traffic/rate.h"

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
	OPTION_ROW(TEXT, struct profile_asked, link, "link", 0, "SPEED",
		"Link speed for the frame rate", .preset = "10G"),
	OPTION_ROW(INT, struct profile_asked, mtu, "mtu", 0, "BYTES",
		"Frame length for letter z of a genome, with FCS (default none)",
		.min = FRAME_LEN_MIN, .max = FRAME_LEN_MAX),
	{ 0 },
};

const struct cli_command command_profile = { .name = "profile",
	.arguments = "[PROFILE...]",
	.summary = "Show a profile in all units, or list the profiles",
	.options = profile_rows,
	.size = sizeof(struct profile_asked),
	.max_words = CLI_ANY,
	.run = show_profile };
