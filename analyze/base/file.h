/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/file.h: files that are either there in full or not at all, also after a crash or on a
 * full disk. Errors name the file and the remedy.
 */
#ifndef ANALYZE_BASE_FILE_H
#define ANALYZE_BASE_FILE_H

#include <stddef.h>

#include <glib.h>

/* Write data to path by way of a temporary file in the same folder, synced, renamed. */
gboolean file_write_durably(const char *path, const char *data, size_t len, GError **error);

/*
 * The same without waiting for the disk: whole for whoever reads it now, but perhaps lost in a crash
 * of the machine. For what one process tells another.
 */
gboolean file_write_at_once(const char *path, const char *data, size_t len, GError **error);

/* Make a folder and what is missing above it; one that is there is fine. */
gboolean file_make_folder(const char *path, GError **error);
/* The nearest of path and its parents that exists ("." and "/" always do). Newly allocated. */
char *file_existing_above(const char *path);
/* Undo file_make_folder, as far as directories are empty: path and its parents, without above. */
void file_remove_empty(const char *path, const char *above);

/*
 * Remove a file, or a folder and all that is in it (32 levels), as far as that can be. Links are not
 * followed. Safe in a signal handler: system calls only, 2 KiB of stack a level.
 */
void file_remove_tree(const char *path);

/* The whole of a file, NUL-terminated behind len; refuses folders and files above 1 GiB. */
char *file_read(const char *path, size_t *len, GError **error);

/* Sets the error of a path that cannot be written, err being its errno, with a remedy; FALSE. */
gboolean file_write_failed(GError **error, const char *path, int err);

/* Remove temporary files in dir whose processes, of this machine, were killed while they wrote. */
void file_remove_left_over(const char *dir);

/*
 * Several files that belong together: first all are written and synced under temporary names
 * (nothing is changed if that fails), then all get their names in the order they were added.
 */
struct file_set;
typedef struct file_set file_set;

file_set *file_set_new(void);
/* Removes what was not published. NULL is fine. */
void file_set_free(file_set *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(file_set, file_set_free)

gboolean file_set_add(file_set *s, const char *path, const char *data, size_t len, GError **error);
/* More of the file that was added last, of which there is one. */
gboolean file_set_extend(file_set *s, const char *data, size_t len, GError **error);
gboolean file_set_publish(file_set *s, GError **error);

#endif
