/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/setup.h"

#include <string.h>

#include "sim/base/error.h"
#include "analyze/base/text.h"

enum {
	PROCESS = 1 << MACHINE_PROCESS,
	PCVM = 1 << MACHINE_PCVM,
	MICROVM = 1 << MACHINE_MICROVM,
	HOST = 1 << MACHINE_HOST,
	EXTERNAL = 1 << MACHINE_EXTERNAL,
};

static const char *const machines[] = { "process", "pcvm", "microvm", "host", "external", NULL };
const char *const setup_reflectors[] = { "dpdk", "xdp", NULL };

/* The words are autotest's, and vmux's for vmux-*. */
static const struct setup_interface interfaces[] = {
	{ "vhost-user", PROCESS | PCVM | MICROVM | EXTERNAL, SETUP_SOCKET | SETUP_VIRTIO,
		"virtio_net" },
	{ "virtio", PROCESS, 0, NULL },
	{ "vmux", PROCESS, 0, NULL },
	{ "vmux-virtio", PROCESS | PCVM | EXTERNAL, SETUP_SOCKET | SETUP_VFIO_USER | SETUP_PCI,
		"virtio_net" },
	{ "null", PROCESS, 0, NULL },
	{ "port", EXTERNAL, 0, NULL },
	{ "pnic", HOST, SETUP_WIRE, NULL },
	{ "bridge", PCVM | MICROVM | HOST, SETUP_WIRE | SETUP_TAP | SETUP_BRIDGE | SETUP_VIRTIO,
		"virtio_net" },
	{ "bridge-e1000", PCVM, SETUP_WIRE | SETUP_TAP | SETUP_BRIDGE | SETUP_PCI, "e1000" },
	{ "macvtap", PCVM | MICROVM | HOST, SETUP_WIRE | SETUP_MACVTAP | SETUP_VIRTIO,
		"virtio_net" },
	{ "vfio", PROCESS | PCVM, SETUP_WIRE | SETUP_PASS | SETUP_PCI | SETUP_DEVICE, NULL },
	{ "vmux-pt", PCVM, SETUP_WIRE | SETUP_PASS | SETUP_VMUX | SETUP_PCI | SETUP_DEVICE, NULL },
	{ "vmux-emu", PCVM, SETUP_WIRE | SETUP_TAP | SETUP_BRIDGE | SETUP_VMUX | SETUP_PCI,
		"e1000" },
	{ "vmux-emu-e810", PCVM, SETUP_WIRE | SETUP_TAP | SETUP_BRIDGE | SETUP_VMUX | SETUP_PCI,
		"ice" },
	{ "vmux-med", PCVM, SETUP_WIRE | SETUP_PASS | SETUP_SHARED | SETUP_VMUX | SETUP_PCI,
		"ice" },
	{ "vmux-dpdk", PCVM, SETUP_WIRE | SETUP_PASS | SETUP_SHARED | SETUP_VMUX | SETUP_PCI,
		"e1000" },
	{ "vmux-dpdk-e810", PCVM, SETUP_WIRE | SETUP_PASS | SETUP_SHARED | SETUP_VMUX | SETUP_PCI,
		"ice" },
	{ "vmux-vdpdk", PCVM, SETUP_WIRE | SETUP_PASS | SETUP_SHARED | SETUP_VMUX | SETUP_PCI,
		NULL },
};

/* *out: the index of word among words; an error names them. */
static gboolean find_word(const char *where, const char *word, const char *const *words,
	unsigned *out, GError **error)
{
	g_autofree char *all = NULL, *hint = NULL;

	for (unsigned i = 0; words[i] != NULL; i++) {
		if (g_str_equal(words[i], word)) {
			*out = i;
			return TRUE;
		}
	}
	all = g_strjoinv(", ", (char **)(uintptr_t)words);
	hint = text_did_you_mean(word, words);
	return sim_fail(error, SIM_ERROR_USAGE, "%s: invalid value '%s'%s; expected %s", where,
		word, hint, all);
}

const struct setup_interface *setup_interface_find(
	const char *where, const char *word, GError **error)
{
	const char *words[G_N_ELEMENTS(interfaces) + 1] = { NULL };
	unsigned at;

	for (unsigned i = 0; i < G_N_ELEMENTS(interfaces); i++)
		words[i] = interfaces[i].word;
	return find_word(where, word, words, &at, error) ? &interfaces[at] : NULL;
}

gboolean setup_machine_parse(const char *where, const char *word, enum machine *out, GError **error)
{
	unsigned at;

	if (!find_word(where, word, machines, &at, error))
		return FALSE;
	*out = (enum machine)at;
	return TRUE;
}

gboolean setup_reflector_parse(
	const char *where, const char *word, enum reflector_kind *out, GError **error)
{
	unsigned at;

	if (!find_word(where, word, setup_reflectors, &at, error))
		return FALSE;
	*out = (enum reflector_kind)at;
	return TRUE;
}

const char *setup_machine_word(enum machine m)
{
	return machines[m];
}

char *setup_machines_with(const struct setup_interface *i)
{
	GString *s = g_string_new(NULL);
	unsigned left = i->machines;

	for (unsigned m = 0; left != 0; left &= ~(1U << m++)) {
		if ((left & 1U << m) == 0)
			continue;
		if (s->len != 0)
			g_string_append(s, (left & ~(1U << m)) == 0 ? " or " : ", ");
		g_string_append(s, machines[m]);
	}
	return g_string_free(s, FALSE);
}

const char *setup_reflector_word(enum reflector_kind r)
{
	return setup_reflectors[r];
}

gboolean setup_is_vm(enum machine m)
{
	return m == MACHINE_PCVM || m == MACHINE_MICROVM;
}

gboolean setup_has(const struct setup *s, unsigned needs)
{
	return (s->interface->needs & needs) != 0;
}

unsigned setup_queues_max(const struct setup *s)
{
	enum { MACVTAP = 7, VHOST_USER = 8, VIRTIO = 256 }; /* the kernel's, tsim's, QEMU's */

	return setup_has(s, SETUP_SOCKET)    ? VHOST_USER
	       : setup_has(s, SETUP_MACVTAP) ? MACVTAP
	       : setup_has(s, SETUP_VIRTIO)  ? VIRTIO
					     : 1;
}

static gboolean has_vhost(const struct setup *s)
{
	if (s->machine == MACHINE_PROCESS)
		return g_str_equal(s->interface->word, "virtio");
	return setup_is_vm(s->machine) && setup_has(s, SETUP_VIRTIO) &&
	       setup_has(s, SETUP_TAP | SETUP_MACVTAP);
}

static const char *machine_impossible(const struct setup *s)
{
	const struct setup_interface *i = s->interface;

	if (i->machines & 1U << s->machine)
		return NULL;
	if (s->machine == MACHINE_MICROVM && setup_has(s, SETUP_PCI))
		return "microvm has no PCI bus, which this interface requires";
	if (g_str_equal(i->word, "pnic"))
		return "pnic is the host's own NIC: requires machine host";
	if (s->machine == MACHINE_HOST)
		return "the host supports only pnic, bridge and macvtap";
	return s->machine == MACHINE_PROCESS ? "machine process does not support this interface"
					     : "this machine does not support this interface";
}

static const char *options_impossible(const struct setup *s)
{
	if (s->vhost && !has_vhost(s))
		return "vhost requires virtio-net on a tap or macvtap (or interface virtio)";
	if (!s->ioregionfd)
		return NULL;
	if (s->machine != MACHINE_MICROVM)
		return "ioregionfd requires virtio-mmio (microvm)";
	return setup_has(s, SETUP_VIRTIO) ? NULL : "ioregionfd requires virtio-net";
}

static const char *reflector_impossible(const struct setup *s)
{
	gboolean xdp = s->reflector == REFLECTOR_XDP;

	if (xdp && s->machine == MACHINE_PROCESS)
		return "process guests have no kernel driver: requires reflector dpdk";
	if (xdp && g_str_equal(s->interface->word, "vmux-vdpdk"))
		return "vmux-vdpdk has no kernel driver: requires reflector dpdk";
	/* As tried with vmux 0b51f48 and DPDK 22.11; net_ice on vmux's DPDK port is not known to fail. */
	if (!xdp && setup_has(s, SETUP_VMUX) && g_strcmp0(s->interface->guest_driver, "e1000") == 0)
		return "vmux's e1000 panics on the descriptors of DPDK's net_e1000: requires "
		       "reflector xdp";
	if (!xdp && g_str_equal(s->interface->word, "vmux-emu-e810"))
		return "vmux's E810 does not answer DPDK's net_ice: requires reflector xdp";
	if (!xdp && s->machine == MACHINE_MICROVM)
		return "microvm has no PCI bus for a DPDK driver: requires reflector xdp";
	if (!xdp && s->machine == MACHINE_HOST && !g_str_equal(s->interface->word, "pnic"))
		return "bridge and macvtap of the host are kernel devices: requires reflector "
		       "xdp";
	return NULL;
}

const char *setup_impossible(const struct setup *s)
{
	const char *why = machine_impossible(s);

	if (why == NULL)
		why = options_impossible(s);
	if (why == NULL)
		why = reflector_impossible(s);
	if (why == NULL && s->machine == MACHINE_HOST && s->guests > 1)
		why = "machine host supports a single guest";
	if (why == NULL && setup_is_vm(s->machine) && setup_has(s, SETUP_VFIO_USER) &&
		s->guests > SETUP_VFIO_USER_GUESTS_MAX)
		why = "tsim vfio-user serves at most 64 guests";
	return why;
}

void setup_normal(struct setup *s)
{
	if (!setup_is_vm(s->machine)) {
		s->qemu = "none";
		s->qemu_path = "";
		s->ioregionfd = FALSE;
	}
	if (s->machine == MACHINE_HOST || s->machine == MACHINE_EXTERNAL)
		s->vhost = FALSE;
	if (s->machine == MACHINE_PROCESS)
		s->reflector = REFLECTOR_DPDK;
}

int setup_differs_at(const struct setup *a, const struct setup *b)
{
	const gboolean differs[] = {
		a->machine != b->machine,
		a->interface != b->interface,
		!g_str_equal(a->qemu, b->qemu) || !g_str_equal(a->qemu_path, b->qemu_path),
		a->vhost != b->vhost,
		a->ioregionfd != b->ioregionfd,
		a->guests != b->guests,
		a->reflector != b->reflector,
	};
	unsigned i = 0;

	while (i < G_N_ELEMENTS(differs) && !differs[i])
		i++;
	return (int)i;
}

char *setup_text(const struct setup *s)
{
	return g_strdup_printf("%s %s %s vhost=%s ioregionfd=%s %u guest%s %s",
		machines[s->machine], s->interface->word, s->qemu, s->vhost ? "on" : "off",
		s->ioregionfd ? "on" : "off", s->guests, text_plural(s->guests),
		setup_reflectors[s->reflector]);
}

char *setup_as(const struct setup *s)
{
	return g_strdup_printf(
		"--as=machine=%s,interface=%s,qemu=%s,vhost=%s,ioregionfd=%s,reflector=%s",
		machines[s->machine], s->interface->word, s->qemu, s->vhost ? "on" : "off",
		s->ioregionfd ? "on" : "off", setup_reflectors[s->reflector]);
}

void setup_add_words(const struct setup *s, GStrvBuilder *words)
{
	g_autofree char *as = setup_as(s);

	if (s->machine == MACHINE_PROCESS)
		return;
	g_strv_builder_add_many(words, "--machine=external", as, NULL);
	if (setup_has(s, SETUP_WIRE))
		g_strv_builder_add(words, "--port=net_wire0");
	else if (setup_has(s, SETUP_SOCKET))
		g_strv_builder_add_many(words, "--interface", s->interface->word, NULL);
}
