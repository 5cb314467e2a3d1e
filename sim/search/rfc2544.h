/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/rfc2544.h: --suite rfc2544: for each frame length throughput, latency at it, frame loss rate
 * (RFC 2544, section 26) and back-to-back frames (RFC 9004). Main thread.
 */
#ifndef SIM_SEARCH_RFC2544_H
#define SIM_SEARCH_RFC2544_H

#include "sim/search/offer.h"

/*
 * struct search_options *: o for each frame length of its profile, ascending, with latency at the
 * limits. They borrow from o, which outlives them. NULL and error: a load that is none at that length.
 */
GPtrArray *rfc2544_sizes(const struct search_options *o, GError **error);

/* throughput_search, and all of the suite before and after it, of one frame length. */
gboolean rfc2544_search(struct offer *f, const struct search_options *o, struct progress *progress,
	search *result, GError **error);

#endif
