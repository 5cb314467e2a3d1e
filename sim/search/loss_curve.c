/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/loss_curve.h"

unsigned loss_curve_next(const double *loss, size_t nb)
{
	if (nb >= LOSS_CURVE_MAX || (nb >= 2 && loss[nb - 1] == 0 && loss[nb - 2] == 0))
		return 0;
	return 100 - LOSS_CURVE_STEP * (unsigned)nb;
}
