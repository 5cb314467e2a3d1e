/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/guest/treflect.h: treflect, which reflects on any ethdev and on tsim's queue pairs; what runs in,
 * or stands for, a guest.
 */
#ifndef SIM_GUEST_TREFLECT_H
#define SIM_GUEST_TREFLECT_H

#include "analyze/cli.h"

extern const struct cli_program treflect_program;

#endif
