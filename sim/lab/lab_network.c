/* SPDX-License-Identifier: BSD-3-Clause */
/* The stage of a lab that frames go over: wire, bridge, taps, macvtaps, PCI functions, sockets. */
#include <string.h>

#include "sim/base/error.h"
#include "sim/lab/lab_private.h"
#include "sim/host/network.h"
#include "sim/host/pci.h"
#include "traffic/frame.h"

/* Names of what a testbed without NICs is made of. */
#define HOST_NETNS "tsim-host"
#define LOAD_NETNS "tsim-load"
#define HOST_END "tsim-wire"
#define LOAD_END "tsim-load"

/* A veth pair between two namespaces of this machine. */
static gboolean make_veth(struct lab *l, GError **error)
{
	l->netns = g_strdup(HOST_NETNS);
	l->load_netns = g_strdup(LOAD_NETNS);
	l->wire = g_strdup(HOST_END);
	l->port = g_strdup("net_af_packet0,iface=" LOAD_END);
	l->wire_text = g_strdup("veth, net_af_packet");
	return network_netns(l->journal, l->netns, error) &&
	       network_netns(l->journal, l->load_netns, error) &&
	       network_veth(l->journal, l->netns, HOST_END, l->load_netns, LOAD_END, error);
}

/* A cable. Its other end is a DPDK driver's if that device has an address. */
static gboolean reach_nics(struct lab *l, GError **error)
{
	const struct testbed_nic *nic = &l->cfg.testbed->loadgen.nic;

	l->wire = pci_interface(
		l->journal, l->cfg.testbed->host.nic.name, l->cfg.testbed->host.nic.pci);
	if (nic->pci != NULL) {
		l->port = g_strdup(nic->pci);
		l->wire_text = g_strdup_printf("%s, %s", nic->pci, nic->dpdk_driver);
		return pci_bind(l->of_loadgen, nic->pci, nic->dpdk_driver, error);
	}
	l->port = g_strdup_printf("net_af_packet0,iface=%s", nic->name);
	l->wire_text = g_strdup_printf("%s, net_af_packet", nic->name);
	return network_listen(l->of_loadgen, NULL, nic->name, error);
}

static gboolean make_wire(struct lab *l, GError **error)
{
	const struct testbed *t = l->cfg.testbed;

	if (t->host.nic.name == NULL ? !make_veth(l, error) : !reach_nics(l, error))
		return FALSE;
	if (t->loadgen_port != NULL) {
		g_free(l->port);
		l->port = g_strdup(t->loadgen_port);
	}
	lab_say(l, "wire: %s", l->wire_text);
	return TRUE;
}

static gboolean make_taps(struct lab *l, const struct setup *s, GError **error)
{
	const struct testbed *t = l->cfg.testbed;

	if (!network_bridge(l->journal, l->netns, t->test_bridge, error) ||
		!network_enslave(l->journal, l->netns, l->wire, t->test_bridge, error) ||
		(t->test_bridge_ip_net != NULL &&
			!network_address(l->journal, l->netns, t->test_bridge,
				t->test_bridge_ip_net, error)))
		return FALSE;
	for (uint32_t i = 0; i < s->guests && setup_is_vm(s->machine); i++) {
		g_autofree char *mac = lab_mac(l, i);
		char *tap = network_numbered(t->test_tap, i);

		g_ptr_array_add(l->attached, tap);
		if (!network_tap(l->journal, l->netns, tap, t->queues, error) ||
			!network_enslave(l->journal, l->netns, tap, t->test_bridge, error) ||
			!network_fdb(l->journal, l->netns, tap, mac, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean make_macvtaps(struct lab *l, const struct setup *s, GError **error)
{
	for (uint32_t i = 0; i < s->guests; i++) {
		g_autofree char *name = network_numbered(l->cfg.testbed->test_macvtap, i);
		g_autofree char *mac = lab_mac(l, i);
		char *device = NULL;

		if (!network_macvtap(l->journal, l->netns, name, l->wire, mac, &device, error))
			return FALSE;
		g_ptr_array_add(l->attached, device);
	}
	return TRUE;
}

/* Frames for guest 0 go to the MAC of an interface that is there. */
static gboolean take_mac_of(struct lab *l, const char *interface, GError **error)
{
	g_autofree char *path = g_strdup_printf("/sys/class/net/%s/address", interface);
	g_auto(GStrv) question = network_command(l->netns, "cat", path, NULL);
	g_autofree char *mac = NULL;

	if (l->cfg.dry != NULL)
		return TRUE;
	mac = server_askv(l->host, (const char *const *)question, error);
	return mac != NULL && frame_mac_parse(g_strchomp(mac), l->base_mac, error);
}

/* The whole NIC for one guest, or a virtual function each. */
static gboolean pass_functions(struct lab *l, const struct setup *s, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	const struct testbed_nic *nic = &t->host.nic;
	g_auto(GStrv) functions = NULL;

	if (t->vfs) {
		unsigned nb = setup_has(s, SETUP_SHARED) ? 1 : s->guests;

		if (!pci_vfs(l->journal, l->wire, nb, t->guest_mac, &functions, error))
			return FALSE;
	} else {
		if (!take_mac_of(l, l->wire, error))
			return FALSE;
		functions = g_new0(char *, 2);
		functions[0] = g_strdup(nic->pci);
	}
	for (char **f = functions; *f != NULL; f++) {
		g_ptr_array_add(l->attached, g_strdup(*f));
		if (!pci_bind(l->journal, *f, nic->vfio_driver, error))
			return FALSE;
	}
	return TRUE;
}

/* The generator makes them, where it runs. */
static gboolean name_sockets(struct lab *l, const struct setup *s, GError **error)
{
	const char *state = server_state_dir(l->host, error);

	if (state == NULL)
		return FALSE;
	l->socket_dir = g_build_filename(state, "vhost-user", NULL);
	for (uint32_t i = 0; i < s->guests; i++)
		g_ptr_array_add(l->attached, g_strdup_printf("%s/guest-%u.sock", l->socket_dir, i));
	return TRUE;
}

static gboolean attach_guests(struct lab *l, const struct setup *s, GError **error)
{
	if (setup_has(s, SETUP_BRIDGE))
		return make_taps(l, s, error);
	if (setup_has(s, SETUP_MACVTAP))
		return make_macvtaps(l, s, error);
	if (setup_has(s, SETUP_PASS))
		return pass_functions(l, s, error);
	return !setup_has(s, SETUP_SOCKET) || name_sockets(l, s, error);
}

gboolean lab_network_up(struct lab *l, const struct setup *s, GError **error)
{
	g_autofree char *interface = NULL;

	memcpy(l->base_mac, l->cfg.testbed->guest_mac, sizeof(l->base_mac));
	/* Guests that are processes bring their own. */
	if (s->machine == MACHINE_PROCESS)
		return TRUE;
	if ((setup_has(s, SETUP_WIRE) && !make_wire(l, error)) || !attach_guests(l, s, error))
		return FALSE;
	if (s->machine != MACHINE_HOST)
		return TRUE;
	interface = lab_host_interface(l);
	return take_mac_of(l, interface, error);
}

void lab_network_forget(struct lab *l)
{
	g_clear_pointer(&l->netns, g_free);
	g_clear_pointer(&l->load_netns, g_free);
	g_clear_pointer(&l->wire, g_free);
	g_clear_pointer(&l->port, g_free);
	g_clear_pointer(&l->wire_text, g_free);
	g_clear_pointer(&l->socket_dir, g_free);
	g_ptr_array_set_size(l->attached, 0);
}
