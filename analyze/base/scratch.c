/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/base/error.h"
#include "analyze/base/file_lock.h"

#define OWNER ".tsim-owner"
enum { TRIES = 100, LEVELS = 8, RANDOM_LEN = 6 };

struct scratch {
	char *path;
	file_lock *owner;
};

static void remove_at(int parent, const char *name, int levels);

/* Entries of an open directory. TRUE: some were removed. */
static gboolean remove_entries(int fd, int levels)
{
	_Alignas(struct dirent64) char entries[2048];
	gboolean removed = FALSE;
	ssize_t n;

	while ((n = getdents64(fd, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(entries + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			remove_at(fd, d->d_name, levels);
			removed |= faccessat(fd, d->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
		}
	}
	return removed;
}

/* System calls only: no memory is allocated, no lock is taken. */
static void remove_at(int parent, const char *name, int levels)
{
	int fd;

	if (unlinkat(parent, name, 0) == 0 || levels == 0)
		return;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	/* A directory that changes while it is read may hide entries the first time. */
	while (remove_entries(fd, levels - 1))
		(void)lseek(fd, 0, SEEK_SET);
	close(fd);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

void scratch_remove(const char *path)
{
	remove_at(AT_FDCWD, path, LEVELS);
}

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
			scratch_remove(path);
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
			scratch_remove(path);
			g_propagate_error(error, g_steal_pointer(&cause));
			return NULL;
		}
		if (lock == NULL)
			continue;
		s = g_new(scratch, 1);
		*s = (scratch){ .path = g_steal_pointer(&path), .owner = lock };
		return s;
	}
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_IO,
		"%s: no temporary directory could be kept there; set TMPDIR to another directory",
		g_get_tmp_dir());
	return NULL;
}

const char *scratch_path(const scratch *s)
{
	return s->path;
}

void scratch_free(scratch *s)
{
	if (s == NULL)
		return;
	scratch_remove(s->path);
	file_lock_free(s->owner);
	g_free(s->path);
	g_free(s);
}
