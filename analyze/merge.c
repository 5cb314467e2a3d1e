/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/merge.h"

#include <string.h>

#include "analyze/file.h"
#include "analyze/merged.h"

static void on_trial(const trial *t, guint index, void *user)
{
	(void)index;
	if (t == NULL)
		merged_clear(user);
	else
		merged_add(user, t);
}

/* The folder of a label; `tanalyze merge out/LABEL` does not make out/LABEL/LABEL. */
static char *label_folder(const char *output, const char *label)
{
	g_autofree char *full = g_canonicalize_filename(output, NULL);
	g_autofree char *name = g_path_get_basename(full);
	g_autofree char *safe = g_strdelimit(g_strdup(label), "/", '-');

	/* A label of a file that somebody wrote must not lead out of the folder. */
	if (strcmp(name, label) == 0 || *safe == '\0' || strcmp(safe, ".") == 0 ||
		strcmp(safe, "..") == 0)
		return g_strdup(output);
	return g_build_filename(output, safe, NULL);
}

static gboolean write_text(const char *dir, const char *name, char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	gboolean ok = file_write_durably(path, text, strlen(text), error);

	g_free(text);
	return ok;
}

gboolean merge_write(result_set *r, const char *output, table *overview, summary *s, GError **error)
{
	g_autoptr(merged) m = merged_new();

	if (!file_make_folder(output, error))
		return FALSE;
	for (guint i = 0; i < r->combinations->len;) {
		result_combination *c = g_ptr_array_index(r->combinations, i);
		g_autofree char *folder = label_folder(output, c->params.label);
		g_autoptr(GError) cause = NULL;

		merged_clear(m);
		if (!result_load(r, c, on_trial, m, &cause)) {
			g_ptr_array_add(r->warnings, g_strdup(cause->message));
			if (r->combinations->len == 1) {
				g_propagate_error(error, g_steal_pointer(&cause));
				return FALSE;
			}
			g_ptr_array_remove_index(r->combinations, i);
			continue;
		}
		if (!merged_write(m, folder, c->file_infix, error))
			return FALSE;
		report_overview_add(overview, c);
		summary_add(s, c);
		result_unload(c);
		i++;
	}
	return write_text(output, "summary.csv", summary_csv(s), error) &&
	       write_text(output, "summary.json", summary_json(s), error);
}
