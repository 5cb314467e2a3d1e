/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/treflect.h: treflect, which reflects on any ethdev and on tsim's queue pairs; what runs in,
 * or stands for, a guest.
 */
#ifndef SIM_REFLECTOR_TREFLECT_H
#define SIM_REFLECTOR_TREFLECT_H

#include "analyze/base/cli.h"

extern const struct cli_program treflect_program;

#endif
