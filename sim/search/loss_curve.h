/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/loss_curve.h: frame loss rate over load, RFC 2544 section 26.3: 100 % of the theoretical
 * rate, then 10 % less each, until two trials in succession lose nothing; 10 % is the last. Pure.
 */
#ifndef SIM_SEARCH_LOSS_CURVE_H
#define SIM_SEARCH_LOSS_CURVE_H

#include <stddef.h>

enum { LOSS_CURVE_STEP = 10, LOSS_CURVE_MAX = 100 / LOSS_CURVE_STEP }; /* percent; trials at most */

/*
 * Percent of the theoretical rate to offer next; 0: the curve is complete. loss: ratio of each of the
 * nb trials so far, in order; NAN: spoilt by the tester, which is not a trial without loss.
 */
unsigned loss_curve_next(const double *loss, size_t nb);

#endif
