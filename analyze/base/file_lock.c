/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/base/file.h"

enum { TRIES = 1000 };

struct file_lock {
	char *path;
	int fd;
	gboolean excludes;
};

enum attempt { OURS, OTHERS, NO_LOCKS, LOST };

/* One that another user's killed process left can be locked without writing to it, then replaced. */
static int open_file(const char *path, gboolean *read_only)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	*read_only = fd < 0 && errno == EACCES;
	return *read_only ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : fd;
}

/* Whoever held the lock before may have removed the file meanwhile: then it locks nothing. */
static gboolean is_that_file(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_ino == there.st_ino &&
	       ours.st_dev == there.st_dev;
}

static enum attempt lock_file(int fd, const char *path)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			return OTHERS;
		if (errno != EINTR)
			return NO_LOCKS;
	}
	return is_that_file(fd, path) ? OURS : LOST;
}

/* In which a PID has its meaning: containers may share directories and names. Newly allocated. */
static char *pid_namespace(void)
{
	char *name = g_file_read_link("/proc/self/ns/pid", NULL);

	return name != NULL ? name : g_strdup("-");
}

static void read_owner(int fd, struct file_lock_owner *owner)
{
	char text[512] = "", pid[12] = "", day[16] = "", clock[16] = "", host[256] = "",
	     space[64] = "";
	g_autofree char *own_space = pid_namespace();
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	guint64 number;

	*owner = (struct file_lock_owner){ .pid = 0 };
	if (n <= 0 ||
		sscanf(text, "PID %11[0-9], since %15s %15[0-9:], on %255s %63s", pid, day, clock,
			host, space) != 5 ||
		!g_ascii_string_to_unsigned(pid, 10, 1, INT_MAX, &number, NULL)) {
		*owner = (struct file_lock_owner){ .text = "PID unknown" };
		return;
	}
	owner->pid = (int)number;
	owner->here = g_str_equal(host, g_get_host_name()) && g_str_equal(space, own_space);
	g_snprintf(owner->text, sizeof(owner->text), "PID %d, since %s %s%s%s", owner->pid, day,
		clock, owner->here ? "" : ", on ", owner->here ? "" : host);
}

/* A full disk has no room for the name, but the lock holds all the same. */
static void write_owner(int fd)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *since = g_date_time_format(now, "%Y-%m-%d %H:%M");
	g_autofree char *space = pid_namespace();
	g_autofree char *text = g_strdup_printf(
		"PID %d, since %s, on %s %s\n", (int)getpid(), since, g_get_host_name(), space);

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
		g_debug("lock file without its owner: %s", g_strerror(errno));
}

gboolean file_lock_try(
	const char *path, file_lock **lock, struct file_lock_owner *owner, GError **error)
{
	*lock = NULL;
	for (int i = 0; i < TRIES; i++) {
		gboolean read_only;
		int fd = open_file(path, &read_only);
		enum attempt attempt;

		if (fd < 0)
			return file_write_failed(error, path, errno);
		attempt = lock_file(fd, path);
		if (attempt == OTHERS)
			read_owner(fd, owner);
		if (attempt == OURS && read_only && unlink(path) != 0) {
			int err = errno;

			close(fd);
			return file_write_failed(error, path, err);
		}
		if (attempt == OTHERS || attempt == LOST || read_only) {
			close(fd);
			if (attempt == OTHERS)
				return TRUE;
			continue;
		}
		write_owner(fd);
		*lock = g_new(file_lock, 1);
		**lock = (file_lock){
			.path = g_strdup(path), .fd = fd, .excludes = attempt == OURS
		};
		return TRUE;
	}
	return file_write_failed(error, path, EBUSY);
}

gboolean file_lock_excludes(const file_lock *l)
{
	return l->excludes;
}

void file_lock_free(file_lock *l)
{
	if (l == NULL)
		return;
	/* In this order: nobody else can have locked it yet. */
	(void)unlink(l->path);
	close(l->fd);
	g_free(l->path);
	g_free(l);
}
