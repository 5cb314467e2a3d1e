/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather.h: what a figure shows, taken from the results that analyze finds. */
#ifndef PLOTS_GATHER_H
#define PLOTS_GATHER_H

#include <glib.h>

#include "plots/figure.h"

struct gather_options {
	const char *dir;     /* where labels and selectors look; NULL: "out" */
	gboolean response;   /* latencies from the scheduled departure, not from the real one */
	gboolean every_load; /* each load is a group of its own, whatever else was measured */
};

/*
 * The groups that names stand for. Parameters that still differ within a name make groups of their
 * own, whose names say the difference; so do loads, unless one group has several of them.
 * Remarks (char *) about files that were left out go to messages. NULL and error.
 */
figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error);

/* "compare-vhost-on-vhost-off": what the figure's files are called, without an extension. */
char *gather_file_name(const char *command, const char *const *names);

#endif
