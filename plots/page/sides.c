/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/sides.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/contract/trial_environment.h"
#include "analyze/results/search_results.h"
#include "analyze/results/side_names.h"

enum {
	VALUES_MAX = 6, /* of a side that are listed */
	TEXT_MAX = 200, /* characters of one of them */
	DATE_LEN = 10,  /* of 2026-11-23T10:00:00Z */
};

static void side_free(gpointer data)
{
	struct side *side = data;

	g_free(side->name);
	g_free(side->title);
	result_free(side->set);
	g_free(side);
}

void sides_free(sides *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->all);
	g_free(s);
}

struct side *sides_at(const sides *s, guint i)
{
	return g_ptr_array_index(s->all, i);
}

/* Opened, with the names that it has; those of may_lack may have none. */
static sides *open_sides(const struct result_options *options, const char *const *names,
	result_set *(*open)(const struct result_options *, const char *const *, GError **),
	const char *const *may_lack, GError **error)
{
	g_autoptr(sides) s = g_new0(sides, 1);
	g_auto(GStrv) titles = side_names(names);

	s->all = g_ptr_array_new_with_free_func(side_free);
	for (guint i = 0; names[i] != NULL; i++) {
		const char *const one[] = { names[i], NULL };
		g_autoptr(GError) cause = NULL;
		result_set *set = open(options, one, &cause);
		struct side *side;

		if (set == NULL && g_strv_contains(may_lack, names[i]) &&
			g_error_matches(cause, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND))
			continue;
		if (set == NULL) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return NULL;
		}
		side = g_new0(struct side, 1);
		side->name = g_strdup(names[i]);
		side->title = g_strdup(titles[i]);
		side->set = set;
		g_ptr_array_add(s->all, side);
	}
	return g_steal_pointer(&s);
}

sides *sides_open(const struct result_options *options, const char *const *names,
	const sides *searches, GError **error)
{
	const char *const none[] = { NULL };
	g_autofree const char **may_lack = searches != NULL ? sides_names(searches) : NULL;

	return open_sides(options, names, result_open, may_lack != NULL ? may_lack : none, error);
}

sides *sides_open_searches(const struct result_options *options, const char *const *names)
{
	struct result_options all = *options;

	/* An unfinished search is shown as such. */
	all.interrupted = TRUE;
	return open_sides(&all, names, search_results_open, names, NULL);
}

const char **sides_names(const sides *s)
{
	const char **names = g_new0(const char *, s->all->len + 1);

	for (guint i = 0; i < s->all->len; i++)
		names[i] = sides_at(s, i)->name;
	return names;
}

static gint compare_dates(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *sides_date(const sides *s, gboolean of_files)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	const char *first, *last;

	for (guint i = 0; i < s->all->len; i++) {
		g_autoptr(GPtrArray) trials = result_trials(sides_at(s, i)->set);

		for (guint k = 0; k < trials->len; k++) {
			const trial *t = g_ptr_array_index(trials, k);
			const char *text = trial_environment_text(t, "started");

			if (of_files)
				text = *text == '\0' ? trial_environment_text(t, "file_changed")
						     : "";
			if (strlen(text) >= DATE_LEN)
				g_ptr_array_add(all, g_strndup(text, DATE_LEN));
		}
	}
	if (all->len == 0)
		return NULL;
	g_ptr_array_sort(all, compare_dates);
	first = g_ptr_array_index(all, 0);
	last = g_ptr_array_index(all, all->len - 1);
	return strcmp(first, last) == 0 ? g_strdup(first)
					: g_strdup_printf("%s to %s", first, last);
}

/* Values of one key: distinct ones of each side, in the order they come in. */
struct row {
	char *key;
	GPtrArray *values; /* of each side a GPtrArray of char * */
};

struct rows {
	guint nb_sides, side;
	GPtrArray *all;  /* struct row *, in the order of their keys */
	GHashTable *row; /* key -> struct row *; borrowed */
};

static void row_free(gpointer data)
{
	struct row *row = data;

	g_free(row->key);
	g_ptr_array_unref(row->values);
	g_free(row);
}

/* Unless it is there. */
static void add_text(GPtrArray *texts, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
		g_ptr_array_add(texts, g_strdup(text));
}

/* Of the side whose turn it is. */
static void add_value(struct rows *rows, const char *key, const char *text)
{
	struct row *row = g_hash_table_lookup(rows->row, key);

	if (row == NULL) {
		row = g_new0(struct row, 1);
		row->key = g_strdup(key);
		row->values = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
		for (guint i = 0; i < rows->nb_sides; i++)
			g_ptr_array_add(row->values, g_ptr_array_new_with_free_func(g_free));
		g_ptr_array_add(rows->all, row);
		g_hash_table_insert(rows->row, row->key, row);
	}
	add_text(g_ptr_array_index(row->values, rows->side), text);
}

static gboolean is_equal(GPtrArray *a, GPtrArray *b)
{
	if (a->len != b->len)
		return FALSE;
	for (guint i = 0; i < a->len; i++) {
		if (!g_ptr_array_find_with_equal_func(
			    b, g_ptr_array_index(a, i), g_str_equal, NULL))
			return FALSE;
	}
	return TRUE;
}

static char *join_values(const GPtrArray *texts)
{
	GString *to = g_string_new(texts->len == 0 ? "-" : NULL);

	for (guint i = 0; i < texts->len && i < VALUES_MAX; i++) {
		const char *text = g_ptr_array_index(texts, i);
		g_autofree char *valid = g_utf8_make_valid(text, -1);

		g_string_append(to, i > 0 ? ", " : "");
		if (g_utf8_strlen(valid, -1) > TEXT_MAX) {
			g_autofree char *head = g_utf8_substring(valid, 0, TEXT_MAX);

			g_string_append_printf(to, "%s...", head);
		} else {
			g_string_append(to, *valid == '\0' ? "(empty)" : valid);
		}
	}
	if (texts->len > VALUES_MAX)
		g_string_append_printf(to, " and %u more", texts->len - VALUES_MAX);
	return g_string_free(to, FALSE);
}

static gboolean row_differs(const struct row *row, guint nb_sides)
{
	for (guint i = 1; i < nb_sides; i++) {
		if (!is_equal(g_ptr_array_index(row->values, 0), g_ptr_array_index(row->values, i)))
			return TRUE;
	}
	return FALSE;
}

static void add_row(table *t, const struct row *row, guint nb_sides, gboolean differs)
{
	table_row(t);
	table_string(t, row->key);
	if (nb_sides > 1)
		table_bool(t, differs, "differs", "");
	for (guint i = 0; i < nb_sides; i++) {
		g_autofree char *text = join_values(g_ptr_array_index(row->values, i));

		table_string(t, text);
	}
}

/* What differs stands first. */
static table *table_of(const sides *s, const struct rows *rows, const char *heading)
{
	table *t = table_new();

	table_columns(t, &(const struct table_column){ "key", heading, .flags = TABLE_KEY }, 1);
	if (rows->nb_sides > 1)
		table_columns(t, &(const struct table_column){ .key = "differs" }, 1);
	for (guint i = 0; i < s->all->len; i++)
		table_columns(t,
			&(const struct table_column){
				sides_at(s, i)->name, .heading = sides_at(s, i)->title },
			1);
	for (int differs = TRUE; differs >= FALSE; differs--) {
		for (guint i = 0; i < rows->all->len; i++) {
			const struct row *row = g_ptr_array_index(rows->all, i);

			if (row_differs(row, rows->nb_sides) == differs)
				add_row(t, row, rows->nb_sides, differs);
		}
	}
	return t;
}

/* Values of parameters have none of their own, but for the rate. */
static const char *with_unit(const char *name)
{
	static const char *const units[][2] = { { "size", "size (bytes with FCS)" },
		{ "duration", "duration (s)" }, { "warm-up", "warm-up (s)" },
		{ "drain", "drain (s)" } };

	for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
		if (strcmp(name, units[i][0]) == 0)
			return units[i][1];
	}
	return name;
}

static void add_parameters(const trial *t, void *user)
{
	const char *const *names = result_parameter_names();

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *value = result_parameter(&t->params, names[i]);

		add_value(user, with_unit(names[i]), value);
	}
}

/* Generators of other ranks have a place of their own. */
static void add_entry(const char *name, const char *text, void *user)
{
	if (strcmp(name, "ranks") != 0)
		add_value(user, name, text);
}

static void add_environment(const trial *t, void *user)
{
	trial_environment_each(t, add_entry, user);
}

static table *table_by(const sides *s, const char *heading, void (*add)(const trial *t, void *user))
{
	struct rows rows = { .nb_sides = s->all->len,
		.all = g_ptr_array_new_with_free_func(row_free),
		.row = g_hash_table_new(g_str_hash, g_str_equal) };
	table *t;

	for (rows.side = 0; rows.side < rows.nb_sides; rows.side++) {
		g_autoptr(GPtrArray) trials = result_trials(sides_at(s, rows.side)->set);

		for (guint i = 0; i < trials->len; i++)
			add(g_ptr_array_index(trials, i), &rows);
	}
	t = table_of(s, &rows, heading);
	g_hash_table_unref(rows.row);
	g_ptr_array_unref(rows.all);
	return t;
}

table *sides_parameters(const sides *s)
{
	return table_by(s, "parameter", add_parameters);
}

table *sides_environment(const sides *s)
{
	return table_by(s, "environment", add_environment);
}

GPtrArray *sides_commands(const struct side *side)
{
	GPtrArray *commands = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) trials = result_trials(side->set);

	for (guint i = 0; i < trials->len; i++) {
		const char *text = trial_environment_text(
			g_ptr_array_index(trials, i), "command_line");

		if (*text != '\0')
			add_text(commands, text);
	}
	return commands;
}
