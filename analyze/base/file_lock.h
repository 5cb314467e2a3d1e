/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/file_lock.h: a lock file that one process at a time holds. The kernel releases the lock when
 * its process dies, however it dies; the file itself goes when the lock is freed.
 */
#ifndef ANALYZE_BASE_FILE_LOCK_H
#define ANALYZE_BASE_FILE_LOCK_H

#include <glib.h>

/* In a directory OUT/LABEL: whoever writes trials there holds it. Readers of results ignore it. */
#define FILE_LOCK_OF_LABEL ".tsim-lock"

struct file_lock;
typedef struct file_lock file_lock;

/* Who holds a lock, by what stands in the file. */
struct file_lock_owner {
	int pid;        /* 0: unknown */
	gboolean here;  /* pid is of this machine and PID namespace */
	char text[320]; /* "PID 12, since 2026-11-29 12:03", and ", on HOST" if that is not ours */
};

/*
 * Try to take the lock; never waits. TRUE: *lock is ours, to be freed by file_lock_free, or NULL
 * where another process holds it: *owner is that one. FALSE and error: the file cannot be made.
 * Where the file system has no locks, *lock excludes nobody: see file_lock_excludes.
 */
gboolean file_lock_try(
	const char *path, file_lock **lock, struct file_lock_owner *owner, GError **error);
/* FALSE: the file system has no locks. */
gboolean file_lock_excludes(const file_lock *l);
/* Removes the file and releases the lock. NULL is fine. */
void file_lock_free(file_lock *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(file_lock, file_lock_free)

#endif
