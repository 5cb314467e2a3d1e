/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/host/pci.h: PCI functions of a server for drivers and guests, through its journal, and so
 * undone: drivers come back, and interfaces under the names that they had. $TSIM_SYSFS is where /sys
 * is, for tests.
 */
#ifndef SIM_HOST_PCI_H
#define SIM_HOST_PCI_H

#include <stdint.h>

#include <glib.h>

#include "sim/host/journal.h"

/*
 * nb virtual functions of interface's device by sriov_numvfs, with MACs, trusted and without a spoof
 * check where the driver has these; interface is up (a function takes no MAC otherwise). As many or
 * more that are there already are used, stay, and get their settings back. *addresses: PCI,
 * NULL-terminated, newly allocated.
 */
gboolean pci_vfs(struct journal *j, const char *interface, unsigned nb, const uint8_t base_mac[6],
	char ***addresses, GError **error);
/*
 * Bind a PCI device to a driver ("vfio-pci") by driver_override; undone to the one it had. Refuses
 * a device that carries the default route or the SSH connection, and vfio-pci without an IOMMU.
 */
gboolean pci_bind(struct journal *j, const char *pci, const char *driver, GError **error);
/* Its interface: name if it is there, else the one of the device pci (NULL: not known). Newly allocated. */
char *pci_interface(struct journal *j, const char *name, const char *pci);
/* What a kernel finds its driver by: "pci:v00008086d00001520...". NULL and error. Newly allocated. */
char *pci_modalias(struct server *s, const char *pci, GError **error);

#endif
