/* SPDX-License-Identifier: BSD-3-Clause */
/* Results of a matrix: of trials and of searches. */
#include <errno.h>

#include <glib/gstdio.h>

#include "analyze/contract/search.h"
#include "sim/matrix/matrix_private.h"
#include "sim/search/search_files.h"

void matrix_trial_free(gpointer p)
{
	struct matrix_trial *t = p;

	g_free(t->dir);
	g_free(t->infix);
	g_ptr_array_unref(t->args);
	trial_params_clear(&t->params);
	g_strfreev(t->goals);
	g_free(t->options);
	g_free(t->section);
	g_free(t);
}

char *matrix_trial_path(const struct matrix_trial *t)
{
	g_autofree char *name = t->goals == NULL ? trial_file_name(&t->params)
						 : search_file_name(&t->params);

	return g_build_filename(t->dir, name, NULL);
}

enum trial_state matrix_trial_state(const struct matrix_trial *t, char **why)
{
	return t->goals == NULL ? trial_state(t->dir, &t->params, why)
				: search_look(t->dir, &t->params, t->options,
					  (const char *const *)t->goals, why);
}

gboolean matrix_trial_is_sound(const struct matrix_trial *t)
{
	g_autofree char *path = matrix_trial_path(t);
	g_autoptr(search) s = NULL;
	g_autoptr(trial) one = NULL;

	if (t->goals == NULL) {
		one = trial_read(path, TRIAL_SUMMARY, NULL);
		return one == NULL || one->trustworthy;
	}
	s = search_read(path, NULL);
	return s == NULL || search_is_sound(s);
}

/* It may have been stored before it was seen that a guest had died. */
char *matrix_trial_set_aside(const struct matrix_trial *t, gint64 since_us)
{
	g_autofree char *path = NULL, *aside = NULL;

	if (t->goals != NULL)
		return search_files_set_aside(t->dir, &t->params, since_us);
	path = matrix_trial_path(t);
	aside = g_strconcat(path, ".failed", NULL);
	return g_rename(path, aside) == 0 || errno == ENOENT
		       ? NULL
		       : g_strdup_printf("%s: %s", path, g_strerror(errno));
}
