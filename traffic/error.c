/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/error.h"

G_DEFINE_QUARK(tsim - traffic - error - quark, traffic_error)
