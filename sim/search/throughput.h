/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/throughput.h: the searches of one command, from options to files: the highest load at which
 * each goal is met (RFC 1242 section 3.17, draft-ietf-bmwg-mlrsearch-15).
 */
#ifndef SIM_SEARCH_THROUGHPUT_H
#define SIM_SEARCH_THROUGHPUT_H

#include "sim/search/offer.h"

/*
 * The search of f into the result that f was made with: highest load, controller, --latency-at.
 * FALSE and error where it cannot go on or the user has interrupted it: what is measured is kept.
 */
gboolean throughput_search(struct offer *f, const struct search_options *o,
	struct progress *progress, search *result, GError **error);

/*
 * What the command searches for, one after the other: struct search_options *, one per frame length of
 * --suite, else o alone. They borrow from o. NULL and error: a load that is none at some frame length.
 */
GPtrArray *throughput_subjects(struct search_options *o, GError **error);

/* All repetitions; those that are there are shown. An exit status; errors have been printed. */
int throughput_run(struct search_options *o);
/* Are all of them there? Then throughput_run only shows them. FALSE also where nobody can say. */
gboolean throughput_is_done(struct search_options *o);

#endif
