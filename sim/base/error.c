/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/error.h"

G_DEFINE_QUARK(sim - error - quark, sim_error)
