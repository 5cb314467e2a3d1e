/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/network.h"

#include <net/if.h>
#include <stdarg.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/host/host_scripts.h"
#include "traffic/frame.h"

enum { NAME_BASE_MAX = 11 }; /* of numbered interfaces, as autotest cuts them */

/*
 * Scripts get the network namespace as $1, empty for the server's own. What undoes a thing succeeds
 * where it is gone, alone or with its namespace.
 */
#define IP "ip ${1:+-n \"$1\"} "
#define BRIDGE "bridge ${1:+-n \"$1\"} "

static const char undo_link[] = IP "link del dev \"$2\" || ! " IP "link show dev \"$2\"";
static const char undo_netns[] = "ip netns del \"$1\" || [ ! -e \"/run/netns/$1\" ]";
static const char undo_up[] = IP "link set dev \"$2\" down || ! " IP "link show dev \"$2\"";
static const char undo_port[] = IP "link set dev \"$2\" nomaster || ! " IP "link show dev \"$2\"";
static const char undo_fdb[] = BRIDGE "fdb del \"$3\" dev \"$2\" master || ! " BRIDGE
				      "fdb show dev \"$2\" | grep -qi \"^$3 .*static\"";
static const char undo_address[] = IP "addr del \"$3\" dev \"$2\" || ! " IP
				      "-o addr show dev \"$2\" | grep -qF \" $3 \"";

/* No router solicitations, no MLD reports: it comes up without IPv6. */
static const char quiet_up
	[] = "f=/proc/sys/net/ipv6/conf/$1/disable_ipv6; [ ! -e \"$f\" ] || echo 1 >\"$f\"; "
	     "exec ip link set dev \"$1\" up";

static const char make_node[] = "mkdir -p /dev/tsim && rm -f -- \"$1\" && "
				"exec mknod -m 600 \"$1\" c \"$2\" \"$3\"";
static const char undo_node[] = "rm -f -- \"$1\" && { rmdir /dev/tsim 2>/dev/null || true; }";

typedef struct iface iface;
struct iface {
	gboolean there, up;
	char *master, *kind; /* NULL: none; kind: of virtual ones */
	gint64 index;
};

static void iface_clear(iface *i)
{
	g_free(i->master);
	g_free(i->kind);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(iface, iface_clear)

static const char *text_of(const char *netns)
{
	return netns == NULL ? "" : netns;
}

static gboolean is_dry(struct journal *j)
{
	return server_is_dry(journal_server(j));
}

/* "bridge tsim-br", "tap a in n". Newly allocated. */
static char *what_of(const char *kind, const char *name, const char *netns)
{
	return netns == NULL ? g_strdup_printf("%s %s", kind, name)
			     : g_strdup_printf("%s %s in %s", kind, name, netns);
}

/* "host: eth0 in n: text" */
G_GNUC_PRINTF(5, 6)
static gboolean fail_link(struct journal *j, const char *netns, const char *name, GError **error,
	const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	return server_fail(journal_server(j), error, "%s%s%s: %s", name,
		netns == NULL ? "" : " in ", text_of(netns), text);
}

/* What the kernel takes for a name; it goes into paths, too. */
static gboolean check_name(struct journal *j, const char *name, GError **error)
{
	size_t len = strlen(name);

	if (len > 0 && len < IFNAMSIZ && name[0] != '-' && strpbrk(name, "/: \t\n") == NULL &&
		!g_str_equal(name, ".") && !g_str_equal(name, ".."))
		return TRUE;
	return fail_link(j, NULL, name, error,
		"invalid interface name; expected 1 to 15 characters without blanks, '/' and ':'");
}

/* TOOL [-n NETNS] WORD... up to NULL. */
G_GNUC_NULL_TERMINATED
static char **tool_words(const char *tool, const char *netns, ...)
{
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	char **words;
	va_list args;

	g_strv_builder_add(all, tool);
	if (netns != NULL)
		g_strv_builder_add_many(all, "-n", netns, NULL);
	va_start(args, netns);
	words = argv_end(all, args);
	va_end(args);
	return words;
}

char **network_command(const char *netns, ...)
{
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	char **words;
	va_list args;

	if (netns != NULL)
		g_strv_builder_add_many(all, "ip", "netns", "exec", netns, NULL);
	va_start(args, netns);
	words = argv_end(all, args);
	va_end(args);
	return words;
}

/* What a JSON-speaking ip says: the first object of its array; NULL: nothing is there. */
static JsonObject *ask_object(struct journal *j, char **argv, JsonParser *parser)
{
	g_auto(server_result) r = { 0 };
	JsonArray *all;

	if (is_dry(j) ||
		!server_run(journal_server(j), (const char *const *)argv, NULL, 0, &r, NULL) ||
		r.status != 0 ||
		!json_parser_load_from_data(parser, r.out, (gssize)r.out_len, NULL) ||
		!JSON_NODE_HOLDS_ARRAY(json_parser_get_root(parser)))
		return NULL;
	all = json_node_get_array(json_parser_get_root(parser));
	return json_array_get_length(all) == 0 ? NULL : json_array_get_object_element(all, 0);
}

static gboolean has_flag(JsonObject *link, const char *flag)
{
	JsonArray *flags = json_object_has_member(link, "flags")
				   ? json_object_get_array_member(link, "flags")
				   : NULL;

	for (guint i = 0; flags != NULL && i < json_array_get_length(flags); i++)
		if (g_str_equal(json_array_get_string_element(flags, i), flag))
			return TRUE;
	return FALSE;
}

static void look_at_link(struct journal *j, const char *netns, const char *name, iface *out)
{
	g_auto(GStrv) argv = tool_words("ip", netns, "-j", "-d", "link", "show", "dev", name, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *link = ask_object(j, argv, parser), *info;

	*out = (iface){ 0 };
	if (link == NULL)
		return;
	out->there = TRUE;
	out->up = has_flag(link, "UP");
	out->index = json_object_get_int_member_with_default(link, "ifindex", 0);
	out->master = g_strdup(json_object_get_string_member_with_default(link, "master", NULL));
	if (json_object_has_member(link, "linkinfo")) {
		info = json_object_get_object_member(link, "linkinfo");
		out->kind = g_strdup(
			json_object_get_string_member_with_default(info, "info_kind", NULL));
	}
}

/* What is made by make is undone by a script that gets netns, name and more (NULL: no more). */
static gboolean make_thing(struct journal *j, const char *what, char **make,
	const char *undo_script, const char *netns, const char *name, const char *more,
	GError **error)
{
	const char *undo[] = { "sh", "-c", undo_script, "sh", text_of(netns), name, more, NULL };

	return journal_make(j, what, (const char *const *)make, undo, error);
}

/* In its namespace. */
static gboolean set_quiet_up(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_auto(GStrv) argv = network_command(netns, "sh", "-c", quiet_up, "sh", name, NULL);

	return server_do(journal_server(j), (const char *const *)argv, error);
}

/* An interface that is not there yet, quiet and up; make is its command. */
static gboolean make_link(struct journal *j, const char *kind, const char *netns, const char *name,
	char **make, GError **error)
{
	g_autofree char *what = what_of(kind, name, netns);

	return check_name(j, name, error) &&
	       make_thing(j, what, make, undo_link, netns, name, NULL, error) &&
	       set_quiet_up(j, netns, name, error);
}

/* One that was there may be down: it comes up, until all is undone. */
static gboolean make_up(
	struct journal *j, const char *netns, const char *name, const iface *is, GError **error)
{
	g_auto(GStrv) make = tool_words("ip", netns, "link", "set", "dev", name, "up", NULL);
	g_autofree char *what = what_of("up", name, netns);

	return is->up || is_dry(j) || make_thing(j, what, make, undo_up, netns, name, NULL, error);
}

/* Made, or taken as it is. kernel_kind: what ip calls it. */
static gboolean make_or_take(struct journal *j, const char *kind, const char *kernel_kind,
	const char *netns, const char *name, char **make, GError **error)
{
	g_auto(iface) is = { 0 };

	look_at_link(j, netns, name, &is);
	if (is.there && g_strcmp0(is.kind, kernel_kind) != 0)
		return fail_link(j, netns, name, error,
			"already exists, but is not a %s: use another name", kind);
	return is.there ? make_up(j, netns, name, &is, error)
			: make_link(j, kind, netns, name, make, error);
}

gboolean network_netns(struct journal *j, const char *netns, GError **error)
{
	const char *make[] = { "ip", "netns", "add", netns, NULL };
	const char *undo[] = { "sh", "-c", undo_netns, "sh", netns, NULL };
	g_autofree char *path = g_strdup_printf("/run/netns/%s", netns);
	g_autofree char *what = g_strdup_printf("network namespace %s", netns);

	if (!check_name(j, netns, error))
		return FALSE;
	return server_test(journal_server(j), "test", "-e", path, NULL) ||
	       journal_make(j, what, make, undo, error);
}

gboolean network_veth(struct journal *j, const char *netns_a, const char *a, const char *netns_b,
	const char *b, GError **error)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) make = NULL;
	g_auto(iface) end_a = { 0 };
	g_auto(iface) end_b = { 0 };

	look_at_link(j, netns_a, a, &end_a);
	look_at_link(j, netns_b, b, &end_b);
	if (end_a.there && end_b.there)
		return make_up(j, netns_a, a, &end_a, error) &&
		       make_up(j, netns_b, b, &end_b, error);
	if (end_a.there || end_b.there)
		return fail_link(j, end_a.there ? netns_a : netns_b, end_a.there ? a : b, error,
			"already exists without its peer %s: remove it, or use another name",
			end_a.there ? b : a);
	/* Both ends where they belong from the start: no name is taken elsewhere. */
	g_strv_builder_add_many(words, "ip", "link", "add", "name", a, NULL);
	if (netns_a != NULL)
		g_strv_builder_add_many(words, "netns", netns_a, NULL);
	g_strv_builder_add_many(words, "type", "veth", "peer", "name", b, NULL);
	if (netns_b != NULL)
		g_strv_builder_add_many(words, "netns", netns_b, NULL);
	make = g_strv_builder_end(words);
	return check_name(j, b, error) && make_link(j, "veth", netns_a, a, make, error) &&
	       set_quiet_up(j, netns_b, b, error);
}

gboolean network_bridge(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_auto(GStrv) make = tool_words("ip", netns, "link", "add", "name", name, "type", "bridge",
		"stp_state", "0", "mcast_snooping", "0", NULL);

	return make_or_take(j, "bridge", "bridge", netns, name, make, error);
}

gboolean network_address(
	struct journal *j, const char *netns, const char *name, const char *ip_net, GError **error)
{
	g_auto(GStrv) question = tool_words("ip", netns, "-o", "addr", "show", "dev", name, NULL);
	g_auto(GStrv) make = tool_words("ip", netns, "addr", "add", ip_net, "dev", name, NULL);
	g_autofree char *what = g_strdup_printf("address %s of %s", ip_net, name);
	g_autofree char *word = g_strdup_printf(" %s ", ip_net);
	g_auto(server_result) r = { 0 };

	if (!is_dry(j) &&
		!server_run(journal_server(j), (const char *const *)question, NULL, 0, &r, error))
		return FALSE;
	return (r.out != NULL && strstr(r.out, word) != NULL) ||
	       make_thing(j, what, make, undo_address, netns, name, ip_net, error);
}

const char *network_sysfs(void)
{
	const char *root = g_getenv("TSIM_SYSFS");

	return root == NULL ? "/sys" : root;
}

/* Taking name away would cut the machine off: an error. */
static gboolean refuse_lifeline(
	struct journal *j, const char *name, const char *deed, GError **error)
{
	g_autofree char *said = NULL;
	g_auto(GStrv) names = NULL;

	if (is_dry(j))
		return TRUE;
	said = server_ask(journal_server(j), error, "sh", "-c", NETWORK_LIFELINE_SH, "sh",
		network_sysfs(), NULL);
	if (said == NULL)
		return FALSE;
	names = g_strsplit_set(said, " \n", -1);
	if (!g_strv_contains((const char *const *)names, name))
		return TRUE;
	return fail_link(j, NULL, name, error,
		"carries the default route or the SSH connection and is not %s: use another "
		"interface",
		deed);
}

gboolean network_enslave(
	struct journal *j, const char *netns, const char *port, const char *bridge, GError **error)
{
	g_auto(GStrv)
		make = tool_words("ip", netns, "link", "set", "dev", port, "master", bridge, NULL);
	g_autofree char *kind = g_strdup_printf("port of %s:", bridge);
	g_autofree char *what = what_of(kind, port, netns);
	g_auto(iface) is = { 0 };

	look_at_link(j, netns, port, &is);
	if (!is.there && !is_dry(j))
		return fail_link(j, netns, port, error, "interface not found; 'ip link' lists all");
	if (is.master != NULL && !g_str_equal(is.master, bridge))
		return fail_link(j, netns, port, error,
			"already a port of bridge %s, cannot be added to %s: ip link set %s "
			"nomaster",
			is.master, bridge, port);
	if (is.master == NULL) {
		/* A NIC; those made for guests carry nothing else. */
		if (netns == NULL && is.kind == NULL &&
			!refuse_lifeline(j, port, "added to a bridge", error))
			return FALSE;
		if (!make_thing(j, what, make, undo_port, netns, port, NULL, error))
			return FALSE;
	}
	return make_up(j, netns, port, &is, error);
}

gboolean network_tap(
	struct journal *j, const char *netns, const char *name, unsigned queues, GError **error)
{
	g_auto(GStrv) make = tool_words("ip", netns, "tuntap", "add", "dev", name, "mode", "tap",
		queues > 1 ? "multi_queue" : NULL, NULL);

	return make_or_take(j, "tap", "tun", netns, name, make, error);
}

gboolean network_fdb(
	struct journal *j, const char *netns, const char *port, const char *mac, GError **error)
{
	g_auto(GStrv) question = tool_words("bridge", netns, "fdb", "show", "dev", port, NULL);
	g_auto(GStrv) make = tool_words(
		"bridge", netns, "fdb", "replace", mac, "dev", port, "master", "static", NULL);
	g_autofree char *kind = g_strdup_printf("MAC %s behind", mac);
	g_autofree char *what = what_of(kind, port, netns);
	g_auto(server_result) r = { 0 };
	g_auto(GStrv) lines = NULL;

	if (!is_dry(j) &&
		!server_run(journal_server(j), (const char *const *)question, NULL, 0, &r, error))
		return FALSE;
	lines = g_strsplit(r.out == NULL ? "" : r.out, "\n", -1);
	for (char **l = lines; *l != NULL; l++)
		if (g_ascii_strncasecmp(*l, mac, strlen(mac)) == 0 && strstr(*l, " static") != NULL)
			return TRUE;
	return make_thing(j, what, make, undo_fdb, netns, port, mac, error);
}

/* Its character device, under a name of its own: devtmpfs has one name for two namespaces' taps. */
static char *macvtap_node(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_autofree char *dev = NULL, *path = NULL, *what = NULL, *index = NULL;
	g_auto(GStrv) question = NULL;
	g_auto(iface) is = { 0 };
	char *minor;

	if (is_dry(j))
		return g_strdup_printf("/dev/tsim/tap-%s", name);
	look_at_link(j, netns, name, &is);
	index = g_strdup_printf("%" G_GINT64_FORMAT, is.index);
	question = network_command(netns, "sh", "-c", NETWORK_MACVTAP_SH, "sh", name, index, NULL);
	dev = server_askv(journal_server(j), (const char *const *)question, error);
	if (dev == NULL)
		return NULL;
	minor = strchr(g_strchomp(dev), ':');
	if (minor == NULL) {
		fail_link(j, netns, name, error, "invalid character device '%s'", dev);
		return NULL;
	}
	*minor++ = '\0';
	path = g_strdup_printf("/dev/tsim/tap-%s-%s", dev, minor);
	what = g_strdup_printf("device %s", path);
	if (!journal_make(j, what,
		    (const char *const[]){ "sh", "-c", make_node, "sh", path, dev, minor, NULL },
		    (const char *const[]){ "sh", "-c", undo_node, "sh", path, NULL }, error))
		return NULL;
	return g_steal_pointer(&path);
}

gboolean network_macvtap(struct journal *j, const char *netns, const char *name, const char *lower,
	const char *mac, char **device, GError **error)
{
	g_auto(GStrv) make = tool_words("ip", netns, "link", "add", "link", lower, "name", name,
		"address", mac, "type", "macvtap", "mode", "bridge", NULL);
	g_auto(iface) below = { 0 };
	char *node;

	look_at_link(j, netns, lower, &below);
	if (!below.there && !is_dry(j))
		return fail_link(
			j, netns, lower, error, "interface not found; 'ip link' lists all");
	if (!make_up(j, netns, lower, &below, error) ||
		!make_or_take(j, "macvtap", "macvtap", netns, name, make, error))
		return FALSE;
	node = macvtap_node(j, netns, name, error);
	if (node != NULL)
		*device = node;
	return node != NULL;
}

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
			return fail_link(j, NULL, interface, error,
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
	static const char make_script[] = "echo \"$2\" >\"$1\"";
	static const char undo_script[] = "[ ! -e \"$1\" ] || echo \"$2\" >\"$1\"";
	g_autofree char *path = g_strdup_printf("%s/sriov_numvfs", device);
	g_autofree char *number = g_strdup_printf("%u", nb);
	g_autofree char *what = g_strdup_printf("%u virtual functions of %s", nb, interface);

	return journal_make(j, what,
		(const char *const[]){ "sh", "-c", make_script, "sh", path, number, NULL },
		(const char *const[]){ "sh", "-c", undo_script, "sh", path, "0", NULL }, error);
}

/* The MAC that a function which is not ours has; NULL: not known. Newly allocated. */
static char *vf_mac(struct journal *j, const char *interface, unsigned number)
{
	g_auto(GStrv) argv = tool_words("ip", NULL, "-j", "link", "show", "dev", interface, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *link = ask_object(j, argv, parser), *vf;
	JsonArray *all;

	if (link == NULL || !json_object_has_member(link, "vfinfo_list"))
		return NULL;
	all = json_object_get_array_member(link, "vfinfo_list");
	if (number >= json_array_get_length(all))
		return NULL;
	vf = json_array_get_object_element(all, number);
	return g_strdup(json_object_get_string_member_with_default(vf, "address", NULL));
}

/* A function of our own takes its MAC with it; that of others gets its former one back. */
static gboolean set_vf_mac(struct journal *j, const char *interface, unsigned number,
	const char *mac, gboolean own, GError **error)
{
	g_autofree char *vf = g_strdup_printf("%u", number);
	g_autofree char *what = g_strdup_printf(
		"MAC of virtual function %u of %s", number, interface);
	g_autofree char *former = own ? NULL : vf_mac(j, interface, number);
	const char *make[] = { "ip", "link", "set", "dev", interface, "vf", vf, "mac", mac, NULL };
	const char *undo[] = { "ip", "link", "set", "dev", interface, "vf", vf, "mac", former,
		NULL };

	if (former == NULL)
		return server_do(journal_server(j), make, error);
	return g_ascii_strcasecmp(former, mac) == 0 || journal_make(j, what, make, undo, error);
}

static char *vf_address(struct journal *j, const char *interface, const char *device,
	unsigned number, GError **error)
{
	g_autofree char *link = g_strdup_printf("%s/virtfn%u", device, number);
	g_autofree char *target = NULL;

	if (is_dry(j))
		return g_strdup_printf("%s-vf%u", interface, number);
	target = server_ask(journal_server(j), error, "readlink", link, NULL);
	return target == NULL ? NULL : g_path_get_basename(g_strchomp(target));
}

gboolean network_vfs(struct journal *j, const char *interface, unsigned nb,
	const uint8_t base_mac[6], char ***addresses, GError **error)
{
	g_autofree char *device = g_strdup_printf(
		"%s/class/net/%s/device", network_sysfs(), interface);
	g_auto(GStrv) found = g_new0(char *, nb + 1);
	unsigned are = 0, total = nb;

	if (!check_name(j, interface, error) ||
		(!is_dry(j) && !ask_vfs(j, interface, device, &are, &total, error)))
		return FALSE;
	if (nb > total)
		return fail_link(j, NULL, interface, error,
			"supports at most %u virtual functions, %u required", total, nb);
	/* The kernel goes from one number to another only by 0. */
	if (are > 0 && are < nb)
		return fail_link(j, NULL, interface, error,
			"has %u virtual functions not created by tsim, %u required: echo 0 "
			">%s/sriov_numvfs",
			are, nb, device);
	if (are == 0 && !make_vfs(j, interface, device, nb, error))
		return FALSE;
	for (unsigned i = 0; i < nb; i++) {
		g_autofree char *mac = NULL;
		uint8_t bytes[6];

		frame_guest_mac(base_mac, i, bytes);
		mac = frame_mac_format(bytes);
		if (!set_vf_mac(j, interface, i, mac, are == 0, error))
			return FALSE;
		found[i] = vf_address(j, interface, device, i, error);
		if (found[i] == NULL)
			return FALSE;
	}
	*addresses = g_steal_pointer(&found);
	return TRUE;
}

/* Words of network_device.sh; NULL and error where there is no such device. */
static char **ask_device(struct journal *j, const char *pci, GError **error)
{
	g_autofree char *said = server_ask(journal_server(j), NULL, "sh", "-c", NETWORK_DEVICE_SH,
		"sh", network_sysfs(), pci, NULL);
	char **device = said == NULL ? NULL : g_strsplit_set(g_strchomp(said), " \n", -1);

	if (device != NULL && g_strv_length(device) >= 2)
		return device;
	g_strfreev(device);
	fail_link(j, NULL, pci, error, "PCI device not found; 'lspci -D' lists all");
	return NULL;
}

static gboolean check_iommu(struct journal *j, const char *pci, GError **error)
{
	static const char script[] =
		"[ -n \"$(ls \"$1/kernel/iommu_groups\" 2>/dev/null)\" ] || "
		"grep -q Y \"$1/module/vfio/parameters/enable_unsafe_noiommu_mode\" 2>/dev/null";

	if (server_test(journal_server(j), "sh", "-c", script, "sh", network_sysfs(), NULL))
		return TRUE;
	return fail_link(j, NULL, pci, error,
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

gboolean network_bind(struct journal *j, const char *pci, const char *driver, GError **error)
{
	g_autofree char *what = g_strdup_printf("driver %s of %s", driver, pci);
	g_auto(GStrv) is = NULL;

	if (is_dry(j))
		is = g_strsplit("- -", " ", -1);
	else
		is = ask_device(j, pci, error);
	if (is == NULL)
		return FALSE;
	if (g_str_equal(is[0], driver))
		return TRUE;
	for (char **name = is + 2; *name != NULL; name++)
		if (!refuse_lifeline(j, *name, "unbound from its driver", error))
			return FALSE;
	if (!is_dry(j) && g_str_equal(driver, "vfio-pci") && !check_iommu(j, pci, error))
		return FALSE;
	return load_driver(j, driver, error) &&
	       journal_make(j, what,
		       (const char *const[]){ "sh", "-c", NETWORK_BIND_SH, "sh", network_sysfs(),
			       pci, driver, driver, NULL },
		       (const char *const[]){ "sh", "-c", NETWORK_BIND_SH, "sh", network_sysfs(),
			       pci, is[0], is[1], NULL },
		       error);
}

char *network_numbered(const char *base, uint32_t number)
{
	g_autofree char *suffix = g_strdup_printf("-%" G_GUINT32_FORMAT, number);
	size_t room = IFNAMSIZ - 1 - strlen(suffix);

	return g_strdup_printf("%.*s%s", (int)MIN(room, (size_t)NAME_BASE_MAX), base, suffix);
}
