/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/search_files.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "analyze/contract/search.h"

/* The clock of files moves in ticks of up to 10 ms: a new file's time may be before its writer's. */
#define FILE_TICK_US 20000

/* Is it the infix of a trial of the search: all but load and duration? */
static gboolean is_infix(const char *infix, const struct trial_params *p, const char *wanted)
{
	struct trial_params q = { 0 };
	g_autofree char *is = NULL;

	if (!trial_infix_parse(infix, &q))
		return FALSE;
	q.rate_pps = p->rate_pps;
	q.duration_s = p->duration_s;
	is = trial_infix(&q);
	trial_params_clear(&q);
	return g_str_equal(is, wanted);
}

/* KIND_INFIX_repR.ENDING, where there may be a '_' in KIND. */
static gboolean is_of_search(const char *name, const struct trial_params *p)
{
	const char *end = g_strrstr(name, "_rep");
	g_autofree char *wanted = trial_infix(p);
	g_autofree char *text = g_strndup(name, end == NULL ? 0 : (gsize)(end - name));
	const char *infix = text;

	while ((infix = strchr(infix, '_')) != NULL)
		if (is_infix(++infix, p, wanted))
			return TRUE;
	return FALSE;
}

GPtrArray *search_files_of(const char *dir, const struct trial_params *p)
{
	g_autofree char *folder = search_trials_folder(p->repetition);
	g_autofree char *path = g_build_filename(dir, folder, NULL);
	g_autofree char *result = search_file_name(p);
	g_autofree char *result_path = g_build_filename(dir, result, NULL);
	g_autoptr(GDir) d = g_dir_open(path, 0, NULL);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (d != NULL && (name = g_dir_read_name(d)) != NULL)
		if (is_of_search(name, p))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	if (g_file_test(result_path, G_FILE_TEST_EXISTS))
		g_ptr_array_add(names, g_steal_pointer(&result));
	return names;
}

char *search_files_set_aside(const char *dir, const struct trial_params *p, gint64 since_us)
{
	g_autoptr(GPtrArray) names = search_files_of(dir, p);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(dir, names->pdata[i], NULL);
		g_autofree char *aside = g_strconcat(path, ".failed", NULL);
		GStatBuf st;

		if (!g_str_has_suffix(path, ".json") || g_stat(path, &st) != 0 ||
			(gint64)st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000 <
				since_us - FILE_TICK_US)
			continue;
		if (g_rename(path, aside) != 0)
			return g_strdup_printf("%s: %s", path, g_strerror(errno));
	}
	return NULL;
}
