/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/matrix/matrix.h"

#include <string.h>

#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/matrix/matrix_private.h"
#include "traffic/mix.h"

/* What a set-up takes before its first trial, about: for estimates alone. */
enum { NETWORK_S = 1, MACHINE_S = 15, REFLECTOR_S = 1 };

static void inject_words(struct ini *file, const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autofree char *folder = g_path_get_dirname(absolute);
	g_autofree char *name = g_path_get_basename(folder), *parent = g_path_get_dirname(folder);

	/* autotest's. */
	ini_inject(file, "projectDirectory", folder);
	ini_inject(file, "projectDirectoryName", name);
	ini_inject(file, "projectDirectoryParent", parent);
	ini_inject(file, "username", g_get_user_name());
}

/* Ends file; NULL: it could not be read. */
static gboolean add_file(struct matrix *m, struct ini *file, GError **error)
{
	gboolean done = file != NULL;

	if (file == NULL)
		return FALSE;
	inject_words(file, ini_name(file));
	if (ini_sections(file)[0] == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s: no matrix found; add a [SECTION]", ini_name(file));
		done = FALSE;
	}
	for (const char *const *name = ini_sections(file); done && *name != NULL; name++)
		done = matrix_add_section(m, file, *name, error);
	ini_free(file);
	return done;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct matrix *matrix_new(guint max)
{
	struct matrix *m = g_new0(struct matrix, 1);

	m->max_looked_at = max;
	m->trials = g_ptr_array_new_with_free_func(matrix_trial_free);
	m->done = g_ptr_array_new_with_free_func(matrix_trial_free);
	m->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	m->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	m->impossible = g_ptr_array_new_with_free_func(g_free);
	m->strings = g_ptr_array_new_with_free_func(g_free);
	m->notes = g_ptr_array_new();
	m->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return m;
}

/* NULL, and no m, unless its files were read. */
static struct matrix *finish_matrix(
	struct matrix *m, gboolean was_read, enum matrix_order order, uint32_t seed)
{
	GHashTableIter iter;
	gpointer reason, n;

	if (!was_read) {
		matrix_free(m);
		return NULL;
	}
	g_hash_table_iter_init(&iter, m->reasons);
	while (g_hash_table_iter_next(&iter, &reason, &n))
		g_ptr_array_add(m->impossible,
			g_strdup_printf("%s (%u combination%s)", (const char *)reason,
				GPOINTER_TO_UINT(n), text_plural(GPOINTER_TO_UINT(n))));
	g_ptr_array_sort(m->impossible, by_text);
	g_hash_table_remove_all(m->seen);
	matrix_sort(m->trials, order, seed);
	return m;
}

struct matrix *matrix_read(
	const char *const *files, enum matrix_order order, uint32_t seed, GError **error)
{
	struct matrix *m = matrix_new(MATRIX_COMBINATIONS_MAX);
	gboolean done = TRUE;

	for (; done && *files != NULL; files++)
		done = add_file(m, ini_read(*files, error), error);
	return finish_matrix(m, done, order, seed);
}

struct matrix *matrix_parse_small(const char *name, const char *text, enum matrix_order order,
	uint32_t seed, guint max, GError **error)
{
	struct matrix *m = matrix_new(max);

	return finish_matrix(m, add_file(m, ini_parse(name, text, error), error), order, seed);
}

struct matrix *matrix_parse(
	const char *name, const char *text, enum matrix_order order, uint32_t seed, GError **error)
{
	return matrix_parse_small(name, text, order, seed, MATRIX_COMBINATIONS_MAX, error);
}

void matrix_free(struct matrix *m)
{
	if (m == NULL)
		return;
	g_ptr_array_unref(m->trials);
	g_ptr_array_unref(m->done);
	g_hash_table_unref(m->seen);
	g_hash_table_unref(m->reasons);
	g_ptr_array_unref(m->impossible);
	g_ptr_array_unref(m->strings);
	g_ptr_array_unref(m->notes);
	g_hash_table_unref(m->digests);
	g_free(m);
}

const GPtrArray *matrix_impossible(const struct matrix *m)
{
	return m->impossible;
}

const GPtrArray *matrix_trials(const struct matrix *m)
{
	return m->trials;
}

const GPtrArray *matrix_done(const struct matrix *m)
{
	return m->done;
}

guint matrix_prune(struct matrix *m, GPtrArray *again, GError **error)
{
	gsize nb;
	g_autofree gpointer *all = g_ptr_array_steal(m->trials, &nb);
	gboolean fits = TRUE;

	for (gsize i = 0; i < nb; i++) {
		struct matrix_trial *t = all[i];
		g_autofree char *why = NULL;
		enum trial_state state = fits ? matrix_trial_state(t, &why) : TRIAL_MISSING;

		if (state == TRIAL_OTHER)
			fits = sim_fail(error, SIM_ERROR_USAGE,
				"%s: %s; use another outputdir or label", t->section, why);
		if (state == TRIAL_AGAIN)
			g_ptr_array_add(again, g_steal_pointer(&why));
		g_ptr_array_add(state == TRIAL_DONE ? m->done : m->trials, t);
	}
	return fits ? (guint)nb - m->trials->len : 0;
}

static void append_time(GString *into, double s)
{
	guint64 minutes = (guint64)(s / 60 + 0.5);

	if (minutes == 0)
		g_string_append_printf(into, "%.0f s", s);
	else if (minutes < 60)
		g_string_append_printf(into, "%" G_GUINT64_FORMAT " min", minutes);
	else
		g_string_append_printf(into, "%" G_GUINT64_FORMAT " h %" G_GUINT64_FORMAT " min",
			minutes / 60, minutes % 60);
}

/* What there is to measure, of both kinds. */
struct counts {
	guint trials, searches;
};

static void count_one(struct counts *c, const struct matrix_trial *t)
{
	*(t->goals == NULL ? &c->trials : &c->searches) += 1;
}

/* "2 trials", "1 search", "2 trials, 1 search". */
static void append_counts(GString *into, const struct counts *c)
{
	if (c->trials != 0 || c->searches == 0)
		g_string_append_printf(into, "%u trial%s", c->trials, text_plural(c->trials));
	if (c->searches != 0)
		g_string_append_printf(into, "%s%u search%s", c->trials == 0 ? "" : ", ",
			c->searches, c->searches == 1 ? "" : "es");
}

/* A line for the members in which it differs from the set-up before. */
static void append_branch(
	GString *into, const struct setup *s, const struct setup *before, const struct counts *here)
{
	int from = before == NULL ? 0 : setup_differs_at(before, s);

	if (from <= 0)
		g_string_append_printf(into, "%s\n", setup_machine_word(s->machine));
	if (from <= 1)
		g_string_append_printf(into, "  %s\n", s->interface->word);
	if (from <= 5)
		g_string_append_printf(into, "    %s vhost %s ioregionfd %s, %u guest%s\n", s->qemu,
			s->vhost ? "on" : "off", s->ioregionfd ? "on" : "off", s->guests,
			text_plural(s->guests));
	g_string_append_printf(into, "      %s: ", setup_reflector_word(s->reflector));
	append_counts(into, here);
	g_string_append_c(into, '\n');
}

static const struct matrix_trial *trial_at(const struct matrix *m, guint i)
{
	const struct matrix_trial *t = m->trials->pdata[i];

	g_assert(t != NULL);
	return t;
}

void matrix_print(const struct matrix *m, GString *into)
{
	const struct setup *before = NULL;
	struct counts all = { 0 };
	guint nb_machines = 0;
	double s = 0;

	for (guint i = 0; i < m->done->len; i++)
		count_one(&all, m->done->pdata[i]);

	for (guint i = 0, n; i < m->trials->len; i += n) {
		const struct matrix_trial *t = trial_at(m, i);
		int from = before == NULL ? 0 : setup_differs_at(before, &t->setup);
		struct counts here = { 0 };

		for (n = 0; i + n < m->trials->len; n++) {
			const struct matrix_trial *other = trial_at(m, i + n);

			if (setup_differs_at(&t->setup, &other->setup) != 7)
				break;
			s += other->estimate_s;
			count_one(&here, other);
		}
		append_branch(into, &t->setup, before, &here);
		all.trials += here.trials;
		all.searches += here.searches;
		s += REFLECTOR_S + (from <= 1 ? NETWORK_S : 0);
		if (from <= 5 && setup_is_vm(t->setup.machine)) {
			nb_machines += t->setup.guests;
			s += MACHINE_S;
		}
		before = &t->setup;
	}
	for (guint i = 0; i < m->notes->len; i++)
		g_string_append_printf(into, "note: %s\n", (const char *)m->notes->pdata[i]);
	for (guint i = 0; i < m->impossible->len; i++)
		g_string_append_printf(
			into, "impossible: %s\n", (const char *)m->impossible->pdata[i]);
	g_string_append_printf(
		into, "%u combination%s, ", m->nb_combinations, text_plural(m->nb_combinations));
	append_counts(into, &all);
	g_string_append_printf(into, ", %u done, %u left; %u virtual machine%s; about ",
		m->done->len, m->trials->len, nb_machines, text_plural(nb_machines));
	append_time(into, s);
	g_string_append_c(into, '\n');
}
