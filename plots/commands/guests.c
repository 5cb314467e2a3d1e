/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot guests: each guest for itself, as dots or as a heat strip over loads or time. */
#include <string.h>

#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"
#include "plots/gather/gather_strip.h"

enum form { FORM_DOTS, FORM_LOAD, FORM_TIME };
static const char *const forms[] = { "dots", "load", "time", NULL };
static const char *const values[] = { "loss", "p50", "p99", "mean",
	NULL }; /* by enum gather_value */

struct asked {
	struct commands_request request;
	int form, value; /* index in forms, values; -1: not given */
	int repetition;  /* -1: not given */
};

/* Of several loads a strip says more than many dots. */
static gboolean find_form(const struct asked *want, const member_list *m, enum form *form,
	enum gather_value *value, GError **error)
{
	*form = want->form >= 0           ? (enum form)want->form
		: members_share_groups(m) ? FORM_LOAD
					  : FORM_DOTS;
	*value = want->value >= 0     ? (enum gather_value)want->value
		 : *form == FORM_TIME ? GATHER_MEAN
				      : GATHER_P99;
	if ((want->value >= 0 && *form == FORM_DOTS) ||
		(*form == FORM_LOAD && *value == GATHER_MEAN) ||
		(*form == FORM_TIME && (*value == GATHER_P50 || *value == GATHER_P99)))
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--value %s: invalid with --form %s; %s", values[*value], forms[*form],
			*form == FORM_DOTS   ? "leave it out: p50, p99 and loss are all shown"
			: *form == FORM_LOAD ? "expected loss, p50 or p99"
					     : "expected loss or mean");
	if (want->repetition >= 0 && *form != FORM_TIME)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--repetition: no effect: requires --form time (form %s shows all "
			"repetitions)",
			forms[*form]);
	return TRUE;
}

static gboolean make_dots(struct commands_job *job, GError **error)
{
	const struct gather_options wanted = { .members = { .dir = job->request->dir,
						       .title = job->request->title,
						       .by = job->request->by },
		.response = job->request->response,
		.group_panels = TRUE };
	g_autoptr(figure) f = gather(&wanted, job->names, job->messages, error);

	return f != NULL && figure_guests(f, &job->options, &job->text, error);
}

static gboolean make_guests(struct commands_job *job, GError **error)
{
	const struct asked *want = job->asked;
	const struct commands_request *r = job->request;
	const struct members_options wanted = {
		.dir = r->dir,
		.title = r->title,
		.loads_together = TRUE,
		/* A strip has a row for each guest anyway. */
		.by = MAX(r->by, (int)RESULT_BY_NONE),
	};
	g_autoptr(member_list) m = NULL;
	g_autoptr(strip) s = NULL;
	enum gather_value value;
	enum form form;

	if (r->by == RESULT_BY_GUEST)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--by guest: this figure shows each guest; use interface, group or size");
	m = members_find(&wanted, job->names, error);
	if (m == NULL || !find_form(want, m, &form, &value, error))
		return FALSE;
	if (form == FORM_DOTS)
		return make_dots(job, error);
	if (!commands_allow(r, value != GATHER_LOSS, form == FORM_LOAD, error))
		return FALSE;
	if (form == FORM_TIME && r->by == RESULT_BY_SIZE)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--by size: seconds are known per guest, not per frame size");
	if (form == FORM_LOAD) {
		s = gather_strip_loads(m, value, r->response, error);
	} else {
		m->loads_together = FALSE;
		members_name(m);
		s = gather_strip_times(m, value, want->repetition, error);
	}
	if (s == NULL)
		return FALSE;
	members_messages(m, job->messages);
	return figure_strip(s, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	COMMANDS_BY(struct asked, request, "as compare for dots, none for strips"),
	OPTION_ROW(WORD, struct asked, form, "form", 0, "FORM",
		"Form: dots (sorted guests), or load or time (heat strips) "
		"(default: load for several loads, else dots)",
		.words = forms),
	OPTION_ROW(WORD, struct asked, value, "value", 0, "VALUE",
		"Colour of a heat strip: loss, p50 or p99 (form load), loss or mean (form time) "
		"(default: p99 or mean)",
		.words = values),
	OPTION_ROW(INT, struct asked, repetition, "repetition", 0, "N",
		"Repetition shown by --form time (default: the first)", .min = 0, .max = 9999),
	{ 0 },
};

COMMANDS_FIGURE(guests, COMMANDS_NAMES,
	.summary = "Plot median, p99 and loss per guest, or heat strips over load or time");
