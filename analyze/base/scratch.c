/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/base/error.h"
#include "analyze/base/file.h"
#include "analyze/base/file_lock.h"

#define OWNER ".tsim-owner"
enum { TRIES = 100, RANDOM_LEN = 6 };

struct scratch {
	char *path;
	file_lock *owner;
};

static gboolean is_own_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static gboolean has_our_name(const char *name, const char *program)
{
	size_t len = strlen(program);

	return g_str_has_prefix(name, program) && name[len] == '-' &&
	       strlen(name + len + 1) == RANDOM_LEN;
}

void scratch_sweep(const char *program)
{
	g_autoptr(GDir) dir = g_dir_open(g_get_tmp_dir(), 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
		g_autofree char *owner = g_build_filename(path, OWNER, NULL);
		g_autoptr(file_lock) lock = NULL;
		struct file_lock_owner alive;

		if (has_our_name(name, program) && is_own_directory(path) &&
			g_file_test(owner, G_FILE_TEST_IS_REGULAR) &&
			file_lock_try(owner, &lock, &alive, NULL) && lock != NULL &&
			file_lock_excludes(lock))
			file_remove_tree(path);
	}
}

scratch *scratch_new(const char *program, GError **error)
{
	g_autofree char *template = g_strconcat(program, "-XXXXXX", NULL);

	scratch_sweep(program);
	for (int i = 0; i < TRIES; i++) {
		g_autofree char *path = g_dir_make_tmp(template, error);
		g_autofree char *owner = path == NULL ? NULL : g_build_filename(path, OWNER, NULL);
		g_autoptr(GError) cause = NULL;
		struct file_lock_owner other;
		file_lock *lock;
		scratch *s;

		if (path == NULL)
			return NULL;
		/* Before it is locked, another one's sweep may take it for one of the dead. */
		if (!file_lock_try(owner, &lock, &other, &cause) &&
			g_file_test(path, G_FILE_TEST_IS_DIR)) {
			file_remove_tree(path);
			g_propagate_error(error, g_steal_pointer(&cause));
			return NULL;
		}
		if (lock == NULL)
			continue;
		s = g_new(scratch, 1);
		*s = (scratch){ .path = g_steal_pointer(&path), .owner = lock };
		return s;
	}
	return analyze_null(error, ANALYZE_ERROR_IO,
		"%s: cannot create a temporary directory; set TMPDIR to another directory",
		g_get_tmp_dir());
}

const char *scratch_path(const scratch *s)
{
	return s->path;
}

void scratch_free(scratch *s)
{
	if (s == NULL)
		return;
	file_remove_tree(s->path);
	file_lock_free(s->owner);
	g_free(s->path);
	g_free(s);
}
