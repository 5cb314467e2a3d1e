/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/error.h: the error domain of sim/. The text names what, where and the remedy. */
#ifndef SIM_BASE_ERROR_H
#define SIM_BASE_ERROR_H

#include "analyze/base/error.h"

#define SIM_ERROR sim_error_quark()

enum sim_error {
	SIM_ERROR_USAGE,     /* options that cannot be used: exit 2 */
	SIM_ERROR_RESOURCES, /* the machine has not what it takes: memory, descriptors, cores */
	SIM_ERROR_GUEST,     /* a guest does not do its part */
	SIM_ERROR_DPDK,      /* DPDK refuses; the text has its reason */
	SIM_ERROR_SERVER,    /* a command, file or connection of a server fails */
};

GQuark sim_error_quark(void);

#define sim_fail(error, code, ...) error_set(error, SIM_ERROR, code, __VA_ARGS__)

/* The exit status of a program that ends with that error: CLI_USAGE or CLI_FAILED. */
int sim_error_status(const GError *error);

#endif
