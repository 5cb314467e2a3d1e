/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot box: repetitions as the unit. */
#include "plots/commands/commands.h"
#include "plots/gather/gather_box.h"

struct asked {
	struct commands_request request;
	double percent;
};

static gboolean make(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct asked *asked = user;
	const struct members_options wanted = { r->dir, r->title, TRUE };
	g_autoptr(member_list) m = NULL;
	g_autoptr(box) b = NULL;

	m = members_find(&wanted, names, error);
	if (m == NULL)
		return FALSE;
	b = gather_box(m, r->response, asked->percent / 100, error);
	members_messages(m, messages);
	return b != NULL && figure_box(b, options, text, error);
}

static int run(void *user, char **names)
{
	struct asked *asked = user;

	return commands_run(&command_box, &asked->request, make, asked, names);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	{ .name = "percentile",
		.type = OPTION_NUMBER,
		.at = offsetof(struct asked, percent),
		.preset = "50",
		.min = 0,
		.max = 100,
		.flags = OPTION_ABOVE,
		.metavar = "P",
		.help = "Percentile of each repetition, in percent" },
	{ 0 },
};

const struct cli_command command_box = { .name = "box",
	.arguments = "NAME...",
	.summary = "Repetitions as the unit: a percentile of each, in boxes",
	.options = rows,
	.size = sizeof(struct asked),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run };
