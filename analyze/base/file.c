/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/error.h"

enum { TEMPORARY_TRIES = 1000, LEVELS_MAX = 32 };
#define FILE_LEN_MAX (INT64_C(1) << 30)

struct staged {
	char *path, *temporary; /* temporary is NULL once it was renamed */
};

struct file_set {
	GArray *files; /* struct staged */
};

static const char *write_remedy(int err)
{
	switch (err) {
	case ENOSPC:
	case EDQUOT:
		return "free disk space, or write to another directory";
	case EACCES:
	case EPERM:
	case EROFS:
		return "choose a writable directory, or fix its permissions";
	case ENOENT:
		return "create its directory first, or choose another";
	case ENOTDIR:
	case EEXIST:
		return "a file has the name of the directory: move it, or write elsewhere";
	case EISDIR:
		return "a directory has that name: move it, or write elsewhere";
	case ENAMETOOLONG:
		return "choose a shorter label";
	case EFBIG:
		return "raise the file size limit (ulimit -f)";
	default:
		return "check the file system, or write to another directory";
	}
}

gboolean file_write_failed(GError **error, const char *path, int err)
{
	return analyze_fail(error, ANALYZE_ERROR_IO, "%s: write failed: %s; %s", path,
		g_strerror(err), write_remedy(err));
}

/* A new file in folder under a name that no reader looks at; its name goes into *path. */
static int open_temporary(const char *folder, char **path)
{
	for (int i = 0; i < TEMPORARY_TRIES; i++) {
		g_autofree char *name = g_strdup_printf(".tsim-%ld-%d.tmp", (long)getpid(), i);
		g_autofree char *candidate = g_build_filename(folder, name, NULL);
		int fd = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

		if (fd >= 0) {
			*path = g_steal_pointer(&candidate);
			return fd;
		}
		if (errno != EEXIST)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A rename lasts only when its folder is synced. Some file systems cannot, and that is fine. */
static void sync_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

file_set *file_set_new(void)
{
	file_set *s = g_new0(file_set, 1);

	s->files = g_array_new(FALSE, TRUE, sizeof(struct staged));
	return s;
}

void file_set_free(file_set *s)
{
	if (s == NULL)
		return;
	for (guint i = 0; i < s->files->len; i++) {
		struct staged *f = &g_array_index(s->files, struct staged, i);

		if (f->temporary != NULL)
			(void)unlink(f->temporary);
		g_free(f->temporary);
		g_free(f->path);
	}
	g_array_free(s->files, TRUE);
	g_free(s);
}

/* path: for the error, which is that of fd if it is below 0. */
static gboolean write_and_close(
	int fd, const char *path, const char *data, size_t len, gboolean sync, GError **error)
{
	int err = 0;

	if (fd < 0)
		return file_write_failed(error, path, errno);
	if (write_all(fd, data, len) < 0 || (sync && fsync(fd) < 0))
		err = errno;
	if (close(fd) < 0 && err == 0)
		err = errno;
	return err == 0 || file_write_failed(error, path, err);
}

/* The name of a new file beside path with that content, newly allocated; NULL and error. */
static char *write_temporary(
	const char *path, const char *data, size_t len, gboolean sync, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *temporary = NULL;

	if (write_and_close(open_temporary(folder, &temporary), path, data, len, sync, error))
		return g_steal_pointer(&temporary);
	if (temporary != NULL)
		(void)unlink(temporary);
	return NULL;
}

gboolean file_set_add(file_set *s, const char *path, const char *data, size_t len, GError **error)
{
	g_autofree char *temporary = write_temporary(path, data, len, TRUE, error);
	struct staged f;

	if (temporary == NULL)
		return FALSE;
	f.path = g_strdup(path);
	f.temporary = g_steal_pointer(&temporary);
	g_array_append_val(s->files, f);
	return TRUE;
}

gboolean file_set_extend(file_set *s, const char *data, size_t len, GError **error)
{
	const struct staged *f = &g_array_index(s->files, struct staged, s->files->len - 1);

	return write_and_close(open(f->temporary, O_WRONLY | O_APPEND | O_CLOEXEC), f->path, data,
		len, TRUE, error);
}

gboolean file_set_publish(file_set *s, GError **error)
{
	for (guint i = 0; i < s->files->len; i++) {
		struct staged *f = &g_array_index(s->files, struct staged, i);

		if (f->temporary == NULL)
			continue;
		if (rename(f->temporary, f->path) < 0)
			return file_write_failed(error, f->path, errno);
		g_clear_pointer(&f->temporary, g_free);
		sync_folder(f->path);
	}
	return TRUE;
}

gboolean file_write_durably(const char *path, const char *data, size_t len, GError **error)
{
	g_autoptr(file_set) s = file_set_new();

	return file_set_add(s, path, data, len, error) && file_set_publish(s, error);
}

gboolean file_write_at_once(const char *path, const char *data, size_t len, GError **error)
{
	g_autofree char *temporary = write_temporary(path, data, len, FALSE, error);

	if (temporary == NULL)
		return FALSE;
	if (rename(temporary, path) == 0)
		return TRUE;
	file_write_failed(error, path, errno);
	(void)unlink(temporary);
	return FALSE;
}

/* .tsim-PID-N.tmp of a process that runs no more. */
static gboolean is_left_over(const char *name)
{
	static const char prefix[] = ".tsim-";
	guint64 pid;
	char *end;

	if (!g_str_has_prefix(name, prefix))
		return FALSE;
	pid = g_ascii_strtoull(name + strlen(prefix), &end, 10);
	if (pid == 0 || pid > INT_MAX || *end != '-')
		return FALSE;
	(void)g_ascii_strtoull(end + 1, &end, 10);
	return g_str_equal(end, ".tmp") && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void file_remove_left_over(const char *dir)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	const char *name;

	while (list != NULL && (name = g_dir_read_name(list)) != NULL) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (is_left_over(name))
			(void)unlink(path);
	}
}

gboolean file_make_folder(const char *path, GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return TRUE;
	if (g_mkdir_with_parents(path, 0777) < 0)
		return file_write_failed(error, path, errno);
	sync_folder(path);
	return TRUE;
}

char *file_existing_above(const char *path)
{
	g_autofree char *at = g_strdup(path);

	while (!g_file_test(at, G_FILE_TEST_EXISTS)) {
		char *above = g_path_get_dirname(at);

		g_free(at);
		at = above;
	}
	return g_steal_pointer(&at);
}

void file_remove_empty(const char *path, const char *above)
{
	g_autofree char *at = g_strdup(path);

	while (!g_str_equal(at, above) && rmdir(at) == 0) {
		char *next = g_path_get_dirname(at);

		g_free(at);
		at = next;
	}
}

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

void file_remove_tree(const char *path)
{
	remove_at(AT_FDCWD, path, LEVELS_MAX);
}

/* NULL. */
static char *read_error(GError **error, const char *path, const char *why)
{
	return analyze_null(error, ANALYZE_ERROR_IO,
		"%s: read failed: %s; check its name and permissions", path, why);
}

char *file_read(const char *path, size_t *len, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *data = NULL;
	struct stat st;
	gsize n;

	if (stat(path, &st) < 0)
		return read_error(error, path, g_strerror(errno));
	if (!S_ISREG(st.st_mode))
		return read_error(error, path, "not a regular file");
	if (st.st_size > FILE_LEN_MAX)
		return read_error(error, path, "larger than 1 GiB");
	if (!g_file_get_contents(path, &data, &n, &cause))
		return read_error(error, path, cause->message);
	*len = n;
	return g_steal_pointer(&data);
}
