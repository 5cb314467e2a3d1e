/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/datadir.h"

#include <string.h>

#include "analyze/base/error.h"

/* The folder of the running program; NULL if /proc is not there. */
static char *program_folder(void)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

	return program == NULL ? NULL : g_path_get_dirname(program);
}

/* Is folder the top of a source tree of ours? Then data of ours are under it as they are. */
static gboolean is_source_tree(const char *folder)
{
	g_autofree char *list = g_build_filename(folder, "CMakeLists.txt", NULL);
	g_autofree char *library = g_build_filename(folder, "traffic", NULL);

	return g_file_test(list, G_FILE_TEST_EXISTS) && g_file_test(library, G_FILE_TEST_IS_DIR);
}

/* The folders that can hold data, in order of precedence. */
static GPtrArray *list_places(void)
{
	GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
	const char *env = g_getenv("TSIM_DATADIR");
	g_autofree char *bin = program_folder();

	if (env != NULL && env[0] != '\0')
		g_ptr_array_add(folders, g_strdup(env));
	if (bin != NULL) {
		g_autofree char *installed = g_build_filename(bin, "..", "share", "tsim", NULL);
		g_autofree char *tree = g_build_filename(bin, "..", "..", NULL);

		g_ptr_array_add(folders, g_canonicalize_filename(installed, NULL));
		if (is_source_tree(tree))
			g_ptr_array_add(folders, g_canonicalize_filename(tree, NULL));
	}
	g_ptr_array_add(folders, g_strdup(TSIM_DATADIR));
	return folders;
}

char *datadir_find(const char *name, GError **error)
{
	g_autoptr(GPtrArray) folders = list_places();
	g_autoptr(GString) tried = g_string_new(NULL);

	for (guint i = 0; i < folders->len; i++) {
		const char *folder = g_ptr_array_index(folders, i);
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
		g_string_append_printf(tried, "%s%s", i > 0 ? ", " : "", folder);
	}
	return input_null(error, INPUT_ERROR_NOT_FOUND,
		"%s not found in %s; install tsim, or set TSIM_DATADIR to its directory", name,
		tried->str);
}

char *datadir_program(const char *name)
{
	g_autofree char *folder = program_folder();
	g_autofree char *beside = folder == NULL ? NULL : g_build_filename(folder, name, NULL);

	if (beside != NULL && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&beside);
	return g_find_program_in_path(name);
}
