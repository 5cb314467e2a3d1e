/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/packet_socket.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/error.h"

static GPtrArray *quiet; /* names of interfaces that were not promiscuous */

/* Gets or sets the flags of an interface. */
static gboolean use_flags(unsigned long request, struct ifreq *interface)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gboolean done = fd >= 0 && ioctl(fd, request, interface) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

gboolean packet_socket_check(const char *devargs, GError **error)
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
	if ((interface.ifr_flags & IFF_PROMISC) == 0) {
		if (quiet == NULL)
			quiet = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(quiet, g_steal_pointer(&name));
	}
	return TRUE;
}

void packet_socket_restore(void)
{
	for (guint i = 0; quiet != NULL && i < quiet->len; i++) {
		struct ifreq interface = { 0 };

		g_strlcpy(interface.ifr_name, quiet->pdata[i], IFNAMSIZ);
		if (use_flags(SIOCGIFFLAGS, &interface)) {
			interface.ifr_flags = (short)(interface.ifr_flags & ~IFF_PROMISC);
			(void)use_flags(SIOCSIFFLAGS, &interface);
		}
	}
	g_clear_pointer(&quiet, g_ptr_array_unref);
}
