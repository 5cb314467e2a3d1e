/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/offer.h: trials of a search, one load after the other: what is measured already is read, what
 * is not is measured on a testbed that is built when the first such trial comes. Main thread.
 */
#ifndef SIM_SEARCH_OFFER_H
#define SIM_SEARCH_OFFER_H

#include "sim/search/search_options.h"
#include "sim/trial/progress.h"

/* The testbed of a command, for all searches of one label. */
struct bed;
struct bed *bed_new(struct search_options *o, struct progress *progress);
void bed_free(struct bed *b); /* NULL is fine */
/* OUT/LABEL. */
const char *bed_dir(const struct bed *b);

/* What trials of a search have in common. */
struct offer_cfg {
	struct bed *bed;
	/* NULL: the command's. Else of the same guests, with frames that are no longer than its. */
	const struct options *run;
	uint32_t repetition; /* of the search: its seed and folder */
	search *result;      /* trials are added to it */
};

struct offer;
struct offer *offer_new(const struct offer_cfg *cfg);
void offer_free(struct offer *f); /* NULL is fine */
/* Parameters of the search: struct search. */
const struct trial_params *offer_params(const struct offer *f);

/* Its number, load and duration, as progress lines begin. Newly allocated. */
char *offer_trial_text(const struct offer *f, const struct search_trial *t);
/* A progress line with why the generator has spoilt t, once per search; not spoilt: nothing. */
void offer_tell_spoilt(struct offer *f, const struct search_trial *t);

struct offer_ask {
	enum search_use use;
	uint64_t rate_pps; /* 0: as fast as possible */
	uint64_t duration_ns, warm_up_ns, drain_ns;
	/* See struct search_trial. */
	double longer_s;
	uint32_t goal;
	double share;
	gboolean
		on_null; /* to interface null, not to the guests; only with --suite, without --link */
};
/*
 * Offers a load once more. *out: the trial in cfg.result, judged by all goals, valid until the next.
 * *t: the trial itself, with bins; NULL: not wanted. FALSE and error where nothing was measured, or the
 * user has interrupted it.
 */
gboolean offer_trial(struct offer *f, const struct offer_ask *ask, struct search_trial **out,
	trial **t, GError **error);
/* The same until the tester has not spoilt it and no guest has died, at most --retries times more. */
gboolean offer_until_good(struct offer *f, const struct offer_ask *ask, struct search_trial **out,
	trial **t, GError **error);

#endif
