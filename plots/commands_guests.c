/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot guests: each guest for itself, as dots or as a heat strip over loads or time. */
#include <string.h>

#include "plots/commands.h"
#include "plots/error.h"
#include "plots/gather.h"
#include "plots/gather_strip.h"

enum form { FORM_DOTS, FORM_LOAD, FORM_TIME, NB_FORMS };
static const char *const forms[NB_FORMS] = { "dots", "load", "time" };
static const char *const values[] = { "loss", "p50", "p99", "mean" }; /* by enum gather_value */

struct request {
	char *form, *value;
	int repetition; /* -1: not given */
};

/* Place of word in a list; -1 and error if it is not there. */
static int place_of(
	const char *option, const char *word, const char *const *list, guint nb, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; i < nb; i++) {
		if (strcmp(word, list[i]) == 0)
			return (int)i;
		g_string_append_printf(all, "%s%s",
			i == 0        ? ""
			: i + 1 == nb ? " or "
				      : ", ",
			list[i]);
	}
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT, "--%s: '%s' is none; write %s",
		option, word, all->str);
	return -1;
}

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
	int place = want->form != NULL ? place_of("form", want->form, forms, NB_FORMS, error)
				       : (int)usual_form(m);

	if (place < 0)
		return FALSE;
	*form = (enum form)place;
	*value = *form == FORM_TIME ? GATHER_MEAN : GATHER_P99;
	if (want->value != NULL) {
		place = place_of("value", want->value, values, G_N_ELEMENTS(values), error);
		if (place < 0)
			return FALSE;
		*value = (enum gather_value)place;
	}
	if ((want->value != NULL && *form == FORM_DOTS) ||
		(*form == FORM_LOAD && *value == GATHER_MEAN) ||
		(*form == FORM_TIME && (*value == GATHER_P50 || *value == GATHER_P99))) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--value %s: the form %s shows %s", want->value, forms[*form],
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

static int run_guests(int argc, char **argv)
{
	struct request want = { .repetition = -1 };
	const GOptionEntry more[] = {
		{ "form", 0, 0, G_OPTION_ARG_STRING, &want.form,
			"dots (sorted guests), load or time (heat strips, a row for each guest; "
			"default: load where several were measured, else dots)",
			"FORM" },
		{ "value", 0, 0, G_OPTION_ARG_STRING, &want.value,
			"Colour of a heat strip: loss, p50 or p99 (of loads), mean (of time) "
			"(default: p99 or mean)",
			"VALUE" },
		{ "repetition", 0, 0, G_OPTION_ARG_INT, &want.repetition,
			"Which one the form time shows, from 0 (default: the first there is)",
			"N" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	int status = commands_run(&command_guests, more, make_guests, &want, argc, argv);

	g_free(want.form);
	g_free(want.value);
	return status;
}

const struct cli_command command_guests = { "guests", "NAME...",
	"Each guest: median, 99th percentile and loss, or heat strips over loads or time",
	run_guests };
