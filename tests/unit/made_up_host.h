/* SPDX-License-Identifier: BSD-3-Clause */
/* tests/unit/made_up_host.h: a machine's /proc and /sys in a temporary directory. */
#ifndef TESTS_UNIT_MADE_UP_HOST_H
#define TESTS_UNIT_MADE_UP_HOST_H

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Newly allocated. */
static inline char *made_up_host(void)
{
	char *root = g_dir_make_tmp("tsim-host-XXXXXX", NULL);

	assert_non_null(root);
	return root;
}

/* A file and the directories above it; text NULL: a directory. */
static inline void made_up_file(const char *root, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(root, path, NULL);
	g_autofree char *dir = text == NULL ? g_strdup(full) : g_path_get_dirname(full);

	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	if (text != NULL)
		assert_true(g_file_set_contents(full, text, -1, NULL));
}

#endif
