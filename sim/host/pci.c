/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/pci.h"

#include <string.h>

#include "sim/host/host_scripts.h"
#include "sim/host/network_private.h"
#include "traffic/frame.h"

enum {
	MAC_POLL_US = 50000,
	MAC_WAIT_US = 5000000,
};

/* How many virtual functions there are, and can be. */
static gboolean ask_vfs(struct journal *j, const char *interface, const char *device, unsigned *are,
	unsigned *total, GError **error)
{
	static const char script[] = "cat \"$1/sriov_numvfs\" \"$1/sriov_totalvfs\"";
	g_autofree char *said = server_ask(
		journal_server(j), NULL, "sh", "-c", script, "sh", device, NULL);
	g_auto(GStrv) numbers = said == NULL ? NULL : g_strsplit(said, "\n", 3);
	guint64 n[2];

	for (unsigned i = 0; i < 2; i++) {
		if (numbers == NULL || numbers[i] == NULL ||
			!g_ascii_string_to_unsigned(numbers[i], 10, 0, G_MAXUINT16, &n[i], NULL))
			return network_fail(j, NULL, interface, error,
				"no virtual functions: not supported by the driver, or SR-IOV "
				"is disabled in the firmware");
	}
	*are = (unsigned)n[0];
	*total = (unsigned)n[1];
	return TRUE;
}

static gboolean make_vfs(
	struct journal *j, const char *interface, const char *device, unsigned nb, GError **error)
{
	g_autofree char *number = g_strdup_printf("%u", nb);
	g_autofree char *what = g_strdup_printf("%u virtual functions of %s", nb, interface);

	return journal_make(j, what,
		(const char *const[]){ "sh", "-c", PCI_VFS_SH, "sh", device, number, NULL },
		(const char *const[]){ "sh", "-c", PCI_VFS_SH, "sh", device, "0", NULL }, error);
}

/* What is known of a function of interface: its member of ip's JSON, parser's; NULL: nothing. */
static JsonObject *vf_object(
	struct journal *j, const char *interface, unsigned number, JsonParser *parser)
{
	g_auto(GStrv) argv = network_tool("ip", NULL, "-j", "link", "show", "dev", interface, NULL);
	JsonObject *link = network_ask(j, argv, parser);
	JsonArray *all = link == NULL || !json_object_has_member(link, "vfinfo_list")
				 ? NULL
				 : json_object_get_array_member(link, "vfinfo_list");

	return all == NULL || number >= json_array_get_length(all)
		       ? NULL
		       : json_array_get_object_element(all, number);
}

/* A function of our own takes its settings with it; that of others (was: not NULL) gets them back. */
static gboolean set_vf(struct journal *j, const char *interface, const char *vf, const char *key,
	const char *value, const char *was, GError **error)
{
	g_autofree char *what = g_strdup_printf(
		"%s of virtual function %s of %s", key, vf, interface);
	const char *make[] = { "ip", "link", "set", "dev", interface, "vf", vf, key, value, NULL };
	const char *undo[] = { "ip", "link", "set", "dev", interface, "vf", vf, key, was, NULL };

	if (was == NULL)
		return server_do(journal_server(j), make, error);
	return g_ascii_strcasecmp(was, value) == 0 || journal_make(j, what, make, undo, error);
}

/* A flag that the driver has, if it has it: drivers that have none are not asked. */
static gboolean set_vf_flag(struct journal *j, const char *interface, const char *vf,
	JsonObject *is, const char *key, gboolean value, gboolean own, GError **error)
{
	static const char *const words[] = { "off", "on" };
	gboolean was;

	if (is == NULL || !json_object_has_member(is, key))
		return TRUE;
	was = json_object_get_boolean_member(is, key);
	return (was != 0) == (value != 0) || set_vf(j, interface, vf, key, words[value != 0],
						     own ? NULL : words[was != 0], error);
}

/* The driver may take its time over a MAC, and with the interface down it takes none. */
static gboolean wait_for_vf(
	struct journal *j, const char *interface, unsigned number, const char *mac, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + MAC_WAIT_US;

	while (!network_is_dry(j)) {
		g_autoptr(JsonParser) parser = json_parser_new();
		JsonObject *vf = vf_object(j, interface, number, parser);
		const char *is = vf == NULL ? NULL
					    : json_object_get_string_member_with_default(
						      vf, "address", NULL);

		if (is == NULL || g_ascii_strcasecmp(is, mac) == 0)
			break;
		if (g_get_monotonic_time() > until_us)
			return network_fail(j, NULL, interface, error,
				"virtual function %u did not take the MAC %s but has %s", number,
				mac, is);
		g_usleep(MAC_POLL_US);
	}
	return TRUE;
}

/* Guests answer with MACs of their own: no function is kept from that. */
static gboolean prepare_vf(struct journal *j, const char *interface, unsigned number,
	const char *mac, gboolean own, GError **error)
{
	g_autofree char *vf = g_strdup_printf("%u", number);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *is = vf_object(j, interface, number, parser);
	const char *was = own || is == NULL
				  ? NULL
				  : json_object_get_string_member_with_default(is, "address", NULL);

	return set_vf(j, interface, vf, "mac", mac, was, error) &&
	       set_vf_flag(j, interface, vf, is, "trust", TRUE, own, error) &&
	       set_vf_flag(j, interface, vf, is, "spoofchk", FALSE, own, error) &&
	       wait_for_vf(j, interface, number, mac, error);
}

static char *vf_address(struct journal *j, const char *interface, const char *device,
	unsigned number, GError **error)
{
	g_autofree char *link = g_strdup_printf("%s/virtfn%u", device, number);
	g_autofree char *target = NULL;

	if (network_is_dry(j))
		return g_strdup_printf("%s-vf%u", interface, number);
	target = server_ask(journal_server(j), error, "readlink", link, NULL);
	return target == NULL ? NULL : g_path_get_basename(g_strchomp(target));
}

gboolean pci_vfs(struct journal *j, const char *interface, unsigned nb, const uint8_t base_mac[6],
	char ***addresses, GError **error)
{
	g_autofree char *device = g_strdup_printf(
		"%s/class/net/%s/device", network_sysfs(), interface);
	g_auto(GStrv) found = g_new0(char *, nb + 1);
	unsigned are = 0, total = nb;

	if (!network_check_name(j, interface, error) ||
		(!network_is_dry(j) && !ask_vfs(j, interface, device, &are, &total, error)))
		return FALSE;
	if (nb > total)
		return network_fail(j, NULL, interface, error,
			"supports at most %u virtual functions, %u required", total, nb);
	/* The kernel goes from one number to another only by 0. */
	if (are > 0 && are < nb)
		return network_fail(j, NULL, interface, error,
			"has %u virtual functions not created by tsim, %u required: echo 0 "
			">%s/sriov_numvfs",
			are, nb, device);
	if (!network_up(j, NULL, interface, error) ||
		(are == 0 && !make_vfs(j, interface, device, nb, error)))
		return FALSE;
	for (unsigned i = 0; i < nb; i++) {
		g_autofree char *mac = NULL;
		uint8_t bytes[6];

		frame_guest_mac(base_mac, i, bytes);
		mac = frame_mac_format(bytes);
		if (!prepare_vf(j, interface, i, mac, are == 0, error))
			return FALSE;
		found[i] = vf_address(j, interface, device, i, error);
		if (found[i] == NULL)
			return FALSE;
	}
	*addresses = g_steal_pointer(&found);
	return TRUE;
}

/* Words of pci_device.sh; NULL and error where there is no such device. */
static char **ask_device(struct journal *j, const char *pci, GError **error)
{
	g_autofree char *said = server_ask(journal_server(j), NULL, "sh", "-c", PCI_DEVICE_SH, "sh",
		network_sysfs(), pci, NULL);
	char **device = said == NULL ? NULL : g_strsplit_set(g_strchomp(said), " \n", -1);

	if (device != NULL && g_strv_length(device) >= 2)
		return device;
	g_strfreev(device);
	network_fail(j, NULL, pci, error, "PCI device not found; 'lspci -D' lists all");
	return NULL;
}

static gboolean check_iommu(struct journal *j, const char *pci, GError **error)
{
	static const char script[] =
		"[ -n \"$(ls \"$1/kernel/iommu_groups\" 2>/dev/null)\" ] || "
		"grep -q Y \"$1/module/vfio/parameters/enable_unsafe_noiommu_mode\" 2>/dev/null";

	if (server_test(journal_server(j), "sh", "-c", script, "sh", network_sysfs(), NULL))
		return TRUE;
	return network_fail(j, NULL, pci, error,
		"vfio-pci requires an IOMMU: enable VT-d or AMD-Vi in the firmware and boot "
		"with intel_iommu=on iommu=pt");
}

/* Drivers are modules that need not be there yet; one that is built in has no module to load. */
static gboolean load_driver(struct journal *j, const char *driver, GError **error)
{
	g_autofree char *path = g_strdup_printf("%s/bus/pci/drivers/%s", network_sysfs(), driver);

	return server_test(journal_server(j), "test", "-e", path, NULL) ||
	       server_dol(journal_server(j), error, "modprobe", driver, NULL);
}

gboolean pci_bind(struct journal *j, const char *pci, const char *driver, GError **error)
{
	g_autofree char *what = g_strdup_printf("driver %s of %s", driver, pci);
	const char *name = NULL, *state = NULL;
	g_auto(GStrv) is = NULL;

	if (network_is_dry(j))
		is = g_strsplit("- -", " ", -1);
	else
		is = ask_device(j, pci, error);
	if (is == NULL)
		return FALSE;
	if (g_str_equal(is[0], driver))
		return TRUE;
	for (char **i = is + 2; *i != NULL; i++)
		if (!network_refuse_lifeline(j, *i, "unbound from its driver", error))
			return FALSE;
	if (!network_is_dry(j) && g_str_equal(driver, "vfio-pci") && !check_iommu(j, pci, error))
		return FALSE;
	/* One interface gets its name back; of several nobody knows which is which. */
	if (g_strv_length(is) == 3) {
		name = is[2];
		state = network_is_up(j, name) ? "up" : "down";
	}
	return load_driver(j, driver, error) &&
	       journal_make(j, what,
		       (const char *const[]){ "sh", "-c", PCI_BIND_SH, "sh", network_sysfs(), pci,
			       driver, driver, NULL },
		       (const char *const[]){ "sh", "-c", PCI_BIND_SH, "sh", network_sysfs(), pci,
			       is[0], is[1], name, state, NULL },
		       error);
}

char *pci_interface(struct journal *j, const char *name, const char *pci)
{
	g_auto(GStrv) is = pci == NULL || network_is_dry(j) ? NULL : ask_device(j, pci, NULL);

	if (is == NULL || g_strv_length(is) < 3 ||
		g_strv_contains((const char *const *)is + 2, name))
		return g_strdup(name);
	return g_strdup(is[2]);
}

char *pci_modalias(struct server *s, const char *pci, GError **error)
{
	g_autofree char *path = g_strdup_printf(
		"%s/bus/pci/devices/%s/modalias", network_sysfs(), pci);
	char *said = server_ask(s, error, "cat", path, NULL);

	return said == NULL ? NULL : g_strchomp(said);
}
