/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/render.h"

#include <string.h>

#include "analyze/contract/trial.h"
#include "plots/draw/error.h"

void render_files_init(struct render_files *files, const char *image_path)
{
	g_autofree char *image = g_path_get_basename(image_path);
	const char *dot = strrchr(image, '.');
	gsize stem = dot != NULL && dot > image ? (gsize)(dot - image) : strlen(image);

	files->script = g_strdup_printf("%.*s.gp", (int)stem, image);
	files->data = g_strdup_printf("%.*s.dat", (int)stem, image);
	files->image = g_steal_pointer(&image);
	files->folder = g_path_get_dirname(image_path);
	files->image_path = g_strdup(image_path);
}

void render_files_clear(struct render_files *files)
{
	g_clear_pointer(&files->folder, g_free);
	g_clear_pointer(&files->image, g_free);
	g_clear_pointer(&files->script, g_free);
	g_clear_pointer(&files->data, g_free);
	g_clear_pointer(&files->image_path, g_free);
}

void render_name_files(const struct render_files *files, struct figure_options *options)
{
	options->script_name = files->script;
	options->data_name = files->data;
	options->image_name = files->image;
}

gboolean render_write(
	const struct render_files *files, const struct figure_text *text, GError **error)
{
	g_autofree char *script = g_build_filename(files->folder, files->script, NULL);
	g_autofree char *data = g_build_filename(files->folder, files->data, NULL);

	return file_write_durably(data, text->data, strlen(text->data), error) &&
	       file_write_durably(script, text->script, strlen(text->script), error);
}

gboolean render_draw(const struct render_files *files, GError **error)
{
	/* With "./" a name that begins with a dash is no option. */
	g_autofree char *script = g_strconcat("./", files->script, NULL);
	char *argv[] = { (char *)"gnuplot", script, NULL };
	g_auto(GStrv) environment = g_get_environ();
	g_autofree char *said = NULL;
	g_autoptr(GError) cause = NULL;
	int status;

	/* Its degree sign has no place in the C locale, and figures are to be the same everywhere. */
	environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
	if (!g_spawn_sync(files->folder, argv, environment,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
		    &status, &cause)) {
		if (g_error_matches(cause, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
			return plots_fail(error, PLOTS_ERROR_GNUPLOT,
				"gnuplot is not installed: apt-get install gnuplot-nox; '%s' is "
				"written, gnuplot draws it later",
				files->script);
		g_propagate_prefixed_error(error, g_steal_pointer(&cause), "gnuplot: ");
		return FALSE;
	}
	if (!g_spawn_check_wait_status(status, &cause))
		return plots_fail(error, PLOTS_ERROR_GNUPLOT, "gnuplot %s: %s:\n%s", files->script,
			cause->message, g_strstrip(said));
	if (*g_strstrip(said) != '\0')
		g_info("gnuplot %s: %s", files->script, said);
	return TRUE;
}
