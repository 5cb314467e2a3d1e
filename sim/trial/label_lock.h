/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/label_lock.h: one tsim at a time measures into a directory OUT/LABEL. The lock is the file
 * .tsim-lock there; readers of results ignore it, and it goes when the lock is freed.
 */
#ifndef SIM_TRIAL_LABEL_LOCK_H
#define SIM_TRIAL_LABEL_LOCK_H

#include "analyze/base/file_lock.h"

struct label_lock_cfg {
	const char *dir;
	const char *remedy;                 /* where another one holds it: "use another --label" */
	gboolean wait;                      /* for another tsim to end, or interrupted */
	gboolean (*interrupted)(void *arg); /* NULL: never */
	void (*say)(void *arg, const char *text);
	void *arg;
};

/*
 * Makes dir. FALSE and error if another tsim holds the lock, or dir cannot be written. *lock: to be
 * freed by file_lock_free, or NULL if the process that started this one holds it, for us.
 */
gboolean label_lock_take(const struct label_lock_cfg *cfg, file_lock **lock, GError **error);

/* Removes what a killed tsim left in dir, its lock too, unless another tsim holds that. No errors. */
void label_lock_clear(const char *dir);

#endif
