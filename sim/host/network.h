/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/host/network.h: interfaces of a server: made through its journal, and so undone. Each call
 * is fine with what is there already: that stays when all else is undone. netns: NULL is the server's own.
 * Interfaces that tsim makes say nothing by themselves (no IPv6; without an address no ARP), and are
 * up; those that were there are set up where frames have to pass, and down again.
 *
 * $TSIM_SYSFS is where /sys is, for tests.
 */
#ifndef SIM_HOST_NETWORK_H
#define SIM_HOST_NETWORK_H

#include <stdint.h>

#include <glib.h>

#include "sim/host/journal.h"

gboolean network_netns(struct journal *j, const char *netns, GError **error);
/* A wire: an end in each namespace, up. */
gboolean network_veth(struct journal *j, const char *netns_a, const char *a, const char *netns_b,
	const char *b, GError **error);
gboolean network_bridge(struct journal *j, const char *netns, const char *name, GError **error);
/* 10.1.0.1/21, as an address of it. */
gboolean network_address(
	struct journal *j, const char *netns, const char *name, const char *ip_net, GError **error);
/* Make port one of the bridge's, up; undone. Refuses what carries the default route or SSH. */
gboolean network_enslave(
	struct journal *j, const char *netns, const char *port, const char *bridge, GError **error);
/* One that is there, up; undone. */
gboolean network_up(struct journal *j, const char *netns, const char *name, GError **error);
/* The same, and promiscuous, which a packet socket of DPDK's leaves behind; undone. */
gboolean network_listen(struct journal *j, const char *netns, const char *name, GError **error);
/* queues: > 1 makes it multi_queue. */
gboolean network_tap(
	struct journal *j, const char *netns, const char *name, unsigned queues, GError **error);
/* The bridge knows where mac is, and floods no frame to it. */
gboolean network_fdb(
	struct journal *j, const char *netns, const char *port, const char *mac, GError **error);
/* On lower, mode bridge. *device: path of its character device, newly allocated. */
gboolean network_macvtap(struct journal *j, const char *netns, const char *name, const char *lower,
	const char *mac, char **device, GError **error);

/* Where the kernel's files are: /sys, but for tests. */
const char *network_sysfs(void);

/*
 * "tap-okelman-7": of base at most 11 characters, as autotest has it, and fewer where the number
 * is long: all is within the 15 of an interface. Newly allocated.
 */
char *network_numbered(const char *base, uint32_t number);
/* The words (up to NULL) as a command in netns: with "ip netns exec" before. Newly allocated. */
char **network_command(const char *netns, ...) G_GNUC_NULL_TERMINATED;

#endif
