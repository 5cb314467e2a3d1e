/* SPDX-License-Identifier: BSD-3-Clause */
/* What a set-up needs and does not find, told before anything is made. */
#include <string.h>

#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/host/network.h"
#include "sim/lab/lab_private.h"
#include "sim/lab/lab_scripts.h"
#include "traffic/frame.h"

enum { MTU_USUAL = 1500 }; /* of a veth pair as the kernel makes it */

static gboolean lab_needs(const struct setup *s, enum setup_needs need)
{
	return s->machine != MACHINE_PROCESS && s->machine != MACHINE_EXTERNAL &&
	       setup_has(s, need);
}

static gboolean same_machine(const struct testbed *t)
{
	return g_str_equal(t->host.fqdn, t->loadgen.fqdn);
}

static gboolean fits_mtu(uint32_t frame_len_max, guint64 mtu)
{
	return frame_len_max <= mtu + FRAME_ETH_LEN + FRAME_FCS_LEN;
}

static char *does_not_fit(uint32_t frame_len_max, const char *what, guint64 mtu)
{
	return g_strdup_printf("frames of up to %u bytes exceed the MTU of %s (%" G_GUINT64_FORMAT
			       "): use a --profile of at most %" G_GUINT64_FORMAT " bytes",
		frame_len_max, what, mtu, mtu + FRAME_ETH_LEN + FRAME_FCS_LEN);
}

char *lab_lacks(const struct testbed *t, const struct setup *s, uint32_t frame_len_max)
{
	const struct testbed_nic *host = &t->host.nic, *load = &t->loadgen.nic;
	gboolean have_host = host->name != NULL,
		 have_load = load->name != NULL || load->pci != NULL;

	if (setup_is_vm(s->machine) && t->root_disk != NULL && t->guest.fqdn == NULL)
		return g_strdup("guests with a disk require SSH: set [guest] fqdn (--config)");
	if (setup_is_vm(s->machine) && t->queues > setup_queues_max(s))
		return g_strdup_printf(
			"supports at most %u queue pair%s: set [guest] queues (--config)",
			setup_queues_max(s), text_plural(setup_queues_max(s)));
	if (lab_needs(s, SETUP_SOCKET) && !same_machine(t))
		return g_strdup(
			"vhost-user sockets are local: [host] fqdn and [loadgen] fqdn must be "
			"the same");
	if (lab_needs(s, SETUP_PASS) && (host->name == NULL || host->pci == NULL))
		return g_strdup("requires a PCI device for its guests: set [host] test_iface and "
				"test_iface_addr (--config)");
	if (lab_needs(s, SETUP_PASS) && !setup_has(s, SETUP_SHARED) && s->guests > 1 && !t->vfs)
		return g_strdup(
			"several guests require one virtual function each: set [host] vfs = "
			"true (--config)");
	if (!lab_needs(s, SETUP_WIRE))
		return NULL;
	if (have_host != have_load)
		return g_strdup(
			"only one end of the wire is set: set both [host] test_iface and "
			"[loadgen] test_iface or test_iface_addr, or neither for a veth pair");
	if (!have_host && !same_machine(t))
		return g_strdup(
			"host and loadgen are different machines: set [host] test_iface and "
			"[loadgen] test_iface_addr to the connected NICs");
	if (!have_host && !fits_mtu(frame_len_max, MTU_USUAL))
		return does_not_fit(frame_len_max, "the testbed's veth pair", MTU_USUAL);
	return NULL;
}

static gboolean check_rights(struct server *s, GError **error)
{
	const char *argv[] = { "sh", "-c", LAB_RIGHTS_SH, "sh", NULL };
	g_auto(server_result) r = { 0 };

	if (!server_run(s, argv, NULL, 0, &r, error))
		return FALSE;
	if (r.status == 0)
		return TRUE;
	if (g_str_equal(g_strchomp(r.out), "0"))
		return server_fail(s, error,
			"bridges and taps require CAP_NET_ADMIN and CAP_SYS_ADMIN, which root "
			"lacks: add both to the container");
	return server_fail(s, error, "bridges and taps require root: %s",
		server_is_local(s) ? "run with sudo" : "set ssh_as_root = true, or log in as root");
}

static gboolean check_mtu(
	struct server *s, const char *name, uint32_t frame_len_max, GError **error)
{
	g_autofree char *path = name == NULL ? NULL
					     : g_strdup_printf("/sys/class/net/%s/mtu", name);
	g_autofree char *said = path == NULL ? NULL : server_ask(s, NULL, "cat", path, NULL);
	g_autofree char *text = NULL;
	guint64 mtu;

	/* One that is not there, or a DPDK driver's, is another's to name. */
	if (said == NULL ||
		!g_ascii_string_to_unsigned(g_strchomp(said), 10, 1, G_MAXUINT32, &mtu, NULL) ||
		fits_mtu(frame_len_max, mtu))
		return TRUE;
	text = does_not_fit(frame_len_max, name, mtu);
	return server_fail(s, error, "%s", text);
}

static gboolean check_qemu(struct lab *l, const struct setup *s, GError **error)
{
	const char *folder = lab_qemu_folder(l, s);
	unsigned version;

	if (g_strcmp0(folder, l->qemu_checked) == 0)
		return TRUE;
	if (!vm_qemu_version(l->host, folder, &version, error))
		return FALSE;
	g_free(l->qemu_checked);
	l->qemu_checked = g_strdup(folder);
	return TRUE;
}

static gboolean check_vfio_user(struct lab *l, const struct setup *s, GError **error)
{
	const char *folder = lab_qemu_folder(l, s);
	g_autofree char *program = vm_program(folder);
	unsigned version;

	if (g_strcmp0(folder, l->vfio_user_checked) == 0)
		return TRUE;
	if (!vm_qemu_version(l->host, folder, &version, error))
		return FALSE;
	if (!vm_qemu_has_vfio_user(l->host, folder))
		return server_fail(l->host, error,
			"%s (QEMU %u.%u): no device vfio-user-pci, which %s requires: set [host] "
			"vmux_qemu_path to the directory of QEMU 10.1 or later (--config)",
			program, version / 100, version % 100, s->interface->word);
	g_free(l->vfio_user_checked);
	l->vfio_user_checked = g_strdup(folder);
	return TRUE;
}

/* It prints no version: the sum of its program says which one it is. */
static gboolean find_vmux(struct lab *l, GError **error)
{
	const char *path = l->cfg.testbed->vmux_path;
	g_autofree char *said = NULL;
	g_auto(GStrv) words = NULL;

	if (l->vmux_path != NULL)
		return TRUE;
	said = server_ask(l->host, NULL, "sh", "-c", LAB_PROGRAM_SH, "sh", path, NULL);
	words = said == NULL ? NULL : g_strsplit(g_strchomp(said), "  ", 2);
	if (words == NULL || g_strv_length(words) != 2)
		return server_fail(l->host, error,
			"%s: not found: set [host] vmux_path to the program of "
			"github.com/vmuxIO/vmuxIO (--config)",
			path);
	l->vmux_sha256 = g_strdup(words[0]);
	l->vmux_path = g_strdup(words[1]);
	return TRUE;
}

static gboolean check_hugepages(struct lab *l, GError **error)
{
	g_autofree char *files = g_strdup_printf(
		"grep -qxv 0 %s/kernel/mm/hugepages/*/free_hugepages", network_sysfs());

	return server_test(l->host, "sh", "-c", files, NULL) ||
	       server_fail(l->host, error,
		       "no free hugepages, which vmux's DPDK requires: sysctl "
		       "vm.nr_hugepages=1024");
}

static gboolean check_programs(struct lab *l, const struct setup *s, GError **error)
{
	if (!setup_is_vm(s->machine))
		return TRUE;
	if (!check_qemu(l, s, error))
		return FALSE;
	if (lab_devices_process(s) != NULL && !check_vfio_user(l, s, error))
		return FALSE;
	return !setup_has(s, SETUP_VMUX) ||
	       (find_vmux(l, error) && (!setup_has(s, SETUP_SHARED) || check_hugepages(l, error)));
}

gboolean lab_check(struct lab *l, const struct setup *s, uint32_t frame_len_max, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	g_autofree char *lacks = lab_lacks(t, s, frame_len_max);
	gboolean wire = lab_needs(s, SETUP_WIRE),
		 makes = wire || (setup_is_vm(s->machine) && t->root_disk != NULL);

	if (lacks != NULL)
		return sim_fail(error, SIM_ERROR_USAGE, "%s: interface %s: %s",
			t->path == NULL ? "testbed" : t->path, s->interface->word, lacks);
	if (l->cfg.dry != NULL)
		return TRUE;
	if (makes && !l->rights_checked) {
		if (!check_rights(l->host, error) ||
			(l->loadgen != l->host && !check_rights(l->loadgen, error)))
			return FALSE;
		l->rights_checked = TRUE;
	}
	return (!wire ||
		       (check_mtu(l->host, t->host.nic.name, frame_len_max, error) &&
			       check_mtu(l->loadgen, t->loadgen.nic.name, frame_len_max, error))) &&
	       check_programs(l, s, error);
}
