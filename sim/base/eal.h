/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/eal.h: start DPDK's environment the way both tsim and treflect need it. */
#ifndef SIM_BASE_EAL_H
#define SIM_BASE_EAL_H

#include <glib.h>

struct eal_cfg {
	const char *program;
	char *lcores; /* EAL's --lcores */
	unsigned memory_mib;
	gboolean hugepages; /* --in-memory instead of --no-huge */
	gboolean verbose;   /* DPDK's own messages, too */
	char **devices; /* NULL-terminated: net_... is a --vdev, else an allowed PCI address. May be NULL */
	char **extra; /* NULL-terminated, as typed behind "--". May be NULL */
};

/*
 * Once a process. Without root, hugepages and PCI unless the cfg says so. Returns the arguments
 * that EAL got, into which it keeps pointers: for eal_end. Interfaces below packet sockets have to be up.
 */
typedef GPtrArray eal_words; /* of EAL; NULL; interfaces that were not promiscuous */
eal_words *eal_start(const struct eal_cfg *cfg, GError **error);
/* When DPDK is not used any more and its devices are closed. NULL (eal_start failed) is fine. */
void eal_end(eal_words *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(eal_words, eal_end)
/* What stands behind "--" begins with an option. Without DPDK; eal_start finds later words. */
gboolean eal_check_words(char **words, GError **error);

#endif
