/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/error.h"

#include "analyze/base/cli.h"

G_DEFINE_QUARK(sim - error - quark, sim_error)

int sim_error_status(const GError *error)
{
	gboolean usage = error->domain == INPUT_ERROR ||
			 g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE);

	return usage ? CLI_USAGE : CLI_FAILED;
}
