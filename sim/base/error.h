/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/error.h: the error domain of sim/. The text names what, where and the remedy. */
#ifndef SIM_BASE_ERROR_H
#define SIM_BASE_ERROR_H

#include <glib.h>

#define SIM_ERROR sim_error_quark()

enum sim_error {
	SIM_ERROR_USAGE,     /* options that cannot be used: exit 2 */
	SIM_ERROR_RESOURCES, /* the machine has not what it takes: memory, descriptors, cores */
	SIM_ERROR_GUEST,     /* a guest does not do its part */
	SIM_ERROR_DPDK,      /* DPDK refuses; the text has its reason */
	SIM_ERROR_SERVER,    /* a command, file or connection of a server fails */
};

GQuark sim_error_quark(void);
/* Sets the error (NULL: nobody asks) to a text. FALSE always, for return. */
gboolean sim_fail(GError **error, enum sim_error code, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
