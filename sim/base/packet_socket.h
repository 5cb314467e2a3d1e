/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/packet_socket.h: the interfaces below DPDK's packet sockets (net_af_packet, net_af_xdp), which
 * need them up and leave them promiscuous. Of this process, in its network namespace; one thread.
 */
#ifndef SIM_BASE_PACKET_SOCKET_H
#define SIM_BASE_PACKET_SOCKET_H

#include <glib.h>

/*
 * devargs: "net_af_packet0,iface=eth1"; others are fine. An interface that is not there or down is an
 * error with the remedy. Before EAL is started; remembers whether the interface is promiscuous.
 */
gboolean packet_socket_check(const char *devargs, GError **error);
/* Those that were not promiscuous are not any more. When DPDK's device is closed. */
void packet_socket_restore(void);

#endif
