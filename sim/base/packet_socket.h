/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/packet_socket.h: the interfaces below DPDK's packet sockets (net_af_packet, net_af_xdp), which
 * need them up and leave them promiscuous. In this process' network namespace.
 */
#ifndef SIM_BASE_PACKET_SOCKET_H
#define SIM_BASE_PACKET_SOCKET_H

#include <glib.h>

/*
 * devargs: "net_af_packet0,iface=eth1"; others are fine. An interface that is not there or down is an
 * error with the remedy. Before EAL is started. quiet: gets the name of one that is not promiscuous,
 * newly allocated.
 */
gboolean packet_socket_check(const char *devargs, GPtrArray *quiet, GError **error);
/* Such an interface is not promiscuous any more. When DPDK's device is closed. */
void packet_socket_restore(const char *name);

#endif
