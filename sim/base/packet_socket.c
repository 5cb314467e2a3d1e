/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/packet_socket.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"

/* Gets or sets the flags of an interface. */
static gboolean use_flags(unsigned long request, struct ifreq *interface)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gboolean done = fd >= 0 && ioctl(fd, request, interface) == 0;

	fd_close(fd);
	return done;
}

gboolean packet_socket_check(const char *devargs, GPtrArray *quiet, GError **error)
{
	static const char key[] = ",iface=";
	const char *at = strstr(devargs, key);
	g_autofree char *name = NULL;
	struct ifreq interface = { 0 };

	if (at == NULL ||
		(!g_str_has_prefix(devargs, "net_af_") && !g_str_has_prefix(devargs, "eth_af_")))
		return TRUE;
	at += strlen(key);
	name = g_strndup(at, strcspn(at, ","));
	if (strlen(name) < IFNAMSIZ)
		memcpy(interface.ifr_name, name, strlen(name));
	if (strlen(name) >= IFNAMSIZ || !use_flags(SIOCGIFFLAGS, &interface))
		return sim_fail(error, SIM_ERROR_DPDK,
			"%s: interface %s not found; 'ip link' lists all", devargs, name);
	if ((interface.ifr_flags & IFF_UP) == 0)
		return sim_fail(error, SIM_ERROR_DPDK,
			"%s: interface %s is down: ip link set dev %s up", devargs, name, name);
	if ((interface.ifr_flags & IFF_PROMISC) == 0)
		g_ptr_array_add(quiet, g_steal_pointer(&name));
	return TRUE;
}

void packet_socket_restore(const char *name)
{
	struct ifreq interface = { 0 };

	g_strlcpy(interface.ifr_name, name, IFNAMSIZ);
	if (!use_flags(SIOCGIFFLAGS, &interface))
		return;
	interface.ifr_flags = (short)(interface.ifr_flags & ~IFF_PROMISC);
	(void)use_flags(SIOCSIFFLAGS, &interface);
}
