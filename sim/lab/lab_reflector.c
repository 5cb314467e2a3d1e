/* SPDX-License-Identifier: BSD-3-Clause */
/* The stage of a lab that sends frames back: treflect or treflect-xdp in guests, or on the host. */
#include <string.h>

#include "sim/base/error.h"
#include "sim/lab/lab_private.h"
#include "sim/lab/lab_scripts.h"
#include "sim/host/network.h"
#include "sim/host/pci.h"
#include "sim/server/process.h"

enum { STOP_MS = 2000 };

static char *interface_of(struct server *s, const char *mac, GError **error)
{
	char *name = server_is_dry(s)
			     ? g_strdup("eth0")
			     : server_ask(s, error, "sh", "-c", REFLECTOR_FIND_SH, "sh", mac, NULL);

	return name == NULL ? NULL : g_strchomp(name);
}

/* "mode" of treflect-xdp status: lines of KEY=VALUE. */
static char *mode_of(const char *status)
{
	g_auto(GStrv) lines = g_strsplit(status, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		if (g_str_has_prefix(*line, "mode="))
			return g_strdup(*line + strlen("mode="));
	return g_strdup("unknown");
}

static gboolean start_xdp(
	struct lab *l, struct server *s, const char *program, const char *interface, GError **error)
{
	g_autofree char *status = NULL, *mode = NULL;

	if (!server_dol(s, error, "ip", "link", "set", interface, "up", NULL) ||
		!server_dol(s, error, program, "start", "--mode", "auto", interface, NULL))
		return FALSE;
	if (server_is_dry(s))
		return TRUE;
	status = server_ask(s, error, program, "status", interface, NULL);
	if (status == NULL)
		return FALSE;
	mode = mode_of(status);
	g_free(l->reflector_text);
	l->reflector_text = g_strdup_printf("treflect-xdp, %s mode", mode);
	return TRUE;
}

static gboolean start_dpdk(struct lab *l, struct server *s, const char *mac, GError **error)
{
	g_autofree char *address = server_is_dry(s) ? g_strdup("PCI-ADDRESS")
						    : server_ask(s, error, "sh", "-c",
							      REFLECTOR_BIND_SH, "sh", mac, NULL);
	const char *argv[] = { "treflect", "--device", address, "--hugepages", NULL };

	if (address == NULL)
		return FALSE;
	g_strchomp(address);
	g_free(l->reflector_text);
	l->reflector_text = g_strdup("treflect, uio_pci_generic");
	return process_start(s, "reflector", NULL, argv, error);
}

static gboolean reflect_in_guests(struct lab *l, const struct setup *s, GError **error)
{
	for (guint i = 0; i < l->vms->len; i++) {
		struct server *guest = vm_server(l->vms->pdata[i]);
		g_autofree char *mac = lab_mac(l, i);
		g_autofree char *interface = NULL;

		if (l->cfg.dry != NULL)
			server_set_dry(guest, l->cfg.dry);
		if (s->reflector == REFLECTOR_DPDK) {
			if (!start_dpdk(l, guest, mac, error))
				return FALSE;
			continue;
		}
		interface = interface_of(guest, mac, error);
		if (interface == NULL || !start_xdp(l, guest, "treflect-xdp", interface, error))
			return FALSE;
	}
	return TRUE;
}

/* treflect on the host's NIC: DPDK's own driver where it has an address, else a packet socket. */
static gboolean treflect_on_host(struct lab *l, const char *interface, GError **error)
{
	const struct testbed_nic *nic = &l->cfg.testbed->host.nic;
	g_autofree char *treflect = lab_program(&l->cfg.testbed->host, "treflect");
	g_autofree char *device = nic->pci != NULL
					  ? g_strdup(nic->pci)
					  : g_strdup_printf("net_af_packet0,iface=%s", interface);
	const char *argv[] = { treflect, "--device", device, NULL };

	if (nic->pci != NULL ? !pci_bind(l->journal, nic->pci, nic->dpdk_driver, error)
			     : !network_listen(l->journal, l->netns, interface, error))
		return FALSE;
	l->reflector_text = g_strdup_printf(
		"treflect, %s", nic->pci != NULL ? nic->dpdk_driver : "net_af_packet");
	return journal_start(l->journal, "reflector", l->netns, argv, error);
}

/* A veth sends back from its driver only if its other end polls, which a packet socket does not. */
static gboolean reflect_on_host(struct lab *l, const struct setup *s, GError **error)
{
	g_autofree char *program = lab_program(&l->cfg.testbed->host, "treflect-xdp");
	g_autofree char *interface = lab_host_interface(l);
	const char *mode = l->netns == NULL ? "auto" : "generic";
	g_auto(GStrv) start = network_command(
		l->netns, program, "start", "--mode", mode, interface, NULL);
	g_auto(GStrv) stop = network_command(l->netns, program, "stop", interface, NULL);

	if (s->reflector == REFLECTOR_DPDK)
		return treflect_on_host(l, interface, error);
	l->reflector_text = g_strdup_printf("treflect-xdp on the host, mode %s", mode);
	return network_up(l->journal, l->netns, interface, error) &&
	       journal_make(l->journal, "treflect-xdp", (const char *const *)start,
		       (const char *const *)stop, error);
}

gboolean lab_reflector_up(struct lab *l, const struct setup *s, GError **error)
{
	g_clear_pointer(&l->reflector_text, g_free);
	if (setup_is_vm(s->machine) && !reflect_in_guests(l, s, error))
		return FALSE;
	if (s->machine == MACHINE_HOST && !reflect_on_host(l, s, error))
		return FALSE;
	lab_release_sockets(l);
	if (l->reflector_text != NULL)
		lab_say(l, "reflector: %s", l->reflector_text);
	return TRUE;
}

void lab_reflector_down(struct lab *l)
{
	for (guint i = 0; i < l->vms->len; i++) {
		struct server *guest = vm_server(l->vms->pdata[i]);
		g_autofree char *mac = lab_mac(l, i);
		g_autofree char *interface = NULL;

		if (l->setup.reflector == REFLECTOR_DPDK) {
			(void)process_stop(guest, "reflector", STOP_MS, NULL);
			(void)server_dol(guest, NULL, "sh", "-c", REFLECTOR_UNBIND_SH, NULL);
			continue;
		}
		interface = interface_of(guest, mac, NULL);
		if (interface != NULL)
			(void)server_dol(guest, NULL, "treflect-xdp", "stop", interface, NULL);
	}
	g_clear_pointer(&l->reflector_text, g_free);
}
