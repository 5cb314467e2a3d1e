/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/label_lock.h"

#include <unistd.h>

#include "analyze/base/file.h"
#include "sim/base/error.h"
#include "sim/base/stop.h"

enum { POLL_US = 100000 };

G_GNUC_PRINTF(2, 3)
static void say_format(const struct label_lock_cfg *cfg, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	cfg->say(cfg->arg, text);
}

gboolean label_lock_take(const struct label_lock_cfg *cfg, file_lock **lock, GError **error)
{
	g_autofree char *path = g_build_filename(cfg->dir, FILE_LOCK_OF_LABEL, NULL);
	struct file_lock_owner owner;
	gboolean told = FALSE;

	while (file_make_folder(cfg->dir, error) && file_lock_try(path, lock, &owner, error)) {
		if (*lock != NULL) {
			if (!file_lock_excludes(*lock))
				say_format(cfg,
					"%s: file system does not support locks: make sure "
					"that no other tsim writes to it",
					cfg->dir);
			stop_remove(path);
			file_remove_left_over(cfg->dir);
			return TRUE;
		}
		if (owner.here && owner.pid == getppid())
			return TRUE;
		if (!cfg->wait || (cfg->interrupted != NULL && cfg->interrupted(cfg->arg)))
			return sim_fail(error, SIM_ERROR_RESOURCES,
				"another tsim (%s) is writing to %s; %s", owner.text, cfg->dir,
				cfg->wait ? "interrupted while waiting for it" : cfg->remedy);
		if (!told)
			say_format(cfg, "waiting for another tsim (%s) that is writing to %s",
				owner.text, cfg->dir);
		told = TRUE;
		g_usleep(POLL_US);
	}
	g_prefix_error(error, "--out: ");
	return FALSE;
}

void label_lock_clear(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, FILE_LOCK_OF_LABEL, NULL);
	struct file_lock_owner owner;
	file_lock *lock = NULL;

	if (!g_file_test(path, G_FILE_TEST_EXISTS) || !file_lock_try(path, &lock, &owner, NULL))
		return;
	if (lock != NULL)
		file_remove_left_over(dir);
	file_lock_free(lock);
}
