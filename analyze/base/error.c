/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/error.h"

G_DEFINE_QUARK(analyze - error - quark, analyze_error)
