/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/input_error.h"

G_DEFINE_QUARK(tsim - traffic - error - quark, input_error)
