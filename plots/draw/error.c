/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/error.h"

G_DEFINE_QUARK(plots - error - quark, plots_error)
