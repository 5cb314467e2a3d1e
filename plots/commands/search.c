/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot search: the trials of one search, or the limits that several found. */
#include "plots/commands/commands.h"
#include "plots/gather/gather_search.h"

struct asked {
	struct commands_request request;
	int by; /* enum gather_search_by; -1: not given */
};

static gboolean make_search(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct commands_request *r = job->request;
	g_autoptr(search_list) l = NULL;

	if (!commands_allow(r, TRUE, FALSE, error))
		return FALSE;
	l = gather_search_open(r->dir, job->names, FALSE, job->messages, error);
	return l != NULL &&
	       gather_search_draw(l, r->title, asked->by, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	OPTION_ROW(WORD, struct asked, by, "by", 0, "WHAT",
		"Limits over frame size or guests, or as bars (none) (default: size, else guests, "
		"if "
		"they differ)",
		.words = gather_search_words),
	{ 0 },
};

COMMANDS_FIGURE(search, COMMANDS_NAMES,
	.summary = "Plot the trials of a throughput search, or the limits of several");
