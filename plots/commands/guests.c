/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot guests: each guest for itself, as dots or as a heat strip over loads or time. */
#include <string.h>

#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/gather/gather.h"
#include "plots/gather/gather_strip.h"

enum form { FORM_DOTS, FORM_LOAD, FORM_TIME };
static const char *const forms[] = { "dots", "load", "time", NULL };
static const char *const values[] = { "loss", "p50", "p99", "mean",
	NULL }; /* by enum gather_value */

struct request {
	struct commands_request common;
	int form, value; /* index in forms, values; -1: not given */
	int repetition;  /* -1: not given */
};

/* Of several loads a strip says more than many dots. */
static enum form usual_form(const member_list *m)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < m->all->len; i++) {
		if (!g_hash_table_add(seen, ((struct member *)g_ptr_array_index(m->all, i))->key))
			return FORM_LOAD;
	}
	return FORM_DOTS;
}

static gboolean find_form(const struct request *want, const member_list *m, enum form *form,
	enum gather_value *value, GError **error)
{
	*form = want->form >= 0 ? (enum form)want->form : usual_form(m);
	*value = want->value >= 0     ? (enum gather_value)want->value
		 : *form == FORM_TIME ? GATHER_MEAN
				      : GATHER_P99;
	if ((want->value >= 0 && *form == FORM_DOTS) ||
		(*form == FORM_LOAD && *value == GATHER_MEAN) ||
		(*form == FORM_TIME && (*value == GATHER_P50 || *value == GATHER_P99))) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--value %s: the form %s shows %s", values[*value], forms[*form],
			*form == FORM_DOTS   ? "all of p50, p99 and loss; leave it out"
			: *form == FORM_LOAD ? "loss, p50 or p99"
					     : "loss or mean");
		return FALSE;
	}
	if (want->repetition >= 0 && *form != FORM_TIME) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--repetition: the form %s shows all repetitions together; it goes with "
			"--form time",
			forms[*form]);
		return FALSE;
	}
	return TRUE;
}

static gboolean make_dots(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	GError **error)
{
	const struct gather_options wanted = {
		.dir = r->dir, .response = r->response, .every_load = TRUE
	};
	g_autoptr(figure) f = gather(&wanted, names, messages, error);

	if (f != NULL && r->title != NULL) {
		g_free(f->title);
		f->title = g_strdup(r->title);
	}
	return f != NULL && figure_guests(f, options, text, error);
}

static gboolean make_guests(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct request *want = user;
	struct members_options wanted = { r->dir, r->title, TRUE };
	g_autoptr(member_list) m = members_find(&wanted, names, error);
	g_autoptr(strip) s = NULL;
	enum gather_value value;
	enum form form;

	if (m == NULL || !find_form(want, m, &form, &value, error))
		return FALSE;
	if (form == FORM_DOTS)
		return make_dots(r, names, options, messages, text, error);
	if (!commands_allow(r, value != GATHER_LOSS, form == FORM_LOAD, error))
		return FALSE;
	if (form == FORM_LOAD) {
		s = gather_strip_loads(m, value, r->response, error);
	} else {
		wanted.loads_together = FALSE;
		g_clear_pointer(&m, members_free);
		m = members_find(&wanted, names, error);
		s = m != NULL ? gather_strip_times(m, value, want->repetition, error) : NULL;
	}
	if (s == NULL)
		return FALSE;
	members_messages(m, messages);
	return figure_strip(s, options, text, error);
}

static int run_guests(void *user, char **names)
{
	struct request *want = user;

	return commands_run(&command_guests, &want->common, make_guests, want, names);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct request, common),
	{ .name = "form",
		.type = OPTION_WORD,
		.at = offsetof(struct request, form),
		.words = forms,
		.metavar = "FORM",
		.help = "Form: dots (sorted guests), load or time (heat strips, a row per guest; "
			"default: load where several were measured, else dots)" },
	{ .name = "value",
		.type = OPTION_WORD,
		.at = offsetof(struct request, value),
		.words = values,
		.metavar = "VALUE",
		.help = "Colour of a heat strip: loss, p50 or p99 (of loads), mean (of time) "
			"(default: p99 or mean)" },
	{ .name = "repetition",
		.type = OPTION_INT,
		.at = offsetof(struct request, repetition),
		.min = 0,
		.max = 9999,
		.metavar = "N",
		.help = "Repetition that the form time shows (default: the first there is)" },
	{ 0 },
};

const struct cli_command command_guests = { .name = "guests",
	.arguments = "NAME...",
	.summary = "Each guest: median, 99th percentile and loss, or heat strips over loads or "
		   "time",
	.options = rows,
	.size = sizeof(struct request),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_guests };
