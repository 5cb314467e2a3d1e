/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/network_private.h"

#include <net/if.h>
#include <stdarg.h>
#include <string.h>

#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/host/host_scripts.h"

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
static const char undo_promisc[] = IP "link set dev \"$2\" promisc off || ! " IP
				      "link show dev \"$2\"";
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
	gboolean there, up, promiscuous;
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

gboolean network_is_dry(struct journal *j)
{
	return server_is_dry(journal_server(j));
}

/* "bridge tsim-br", "tap a in n". Newly allocated. */
static char *what_of(const char *kind, const char *name, const char *netns)
{
	return netns == NULL ? g_strdup_printf("%s %s", kind, name)
			     : g_strdup_printf("%s %s in %s", kind, name, netns);
}

gboolean network_fail(struct journal *j, const char *netns, const char *name, GError **error,
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

gboolean network_check_name(struct journal *j, const char *name, GError **error)
{
	size_t len = strlen(name);

	if (len > 0 && len < IFNAMSIZ && name[0] != '-' && strpbrk(name, "/: \t\n") == NULL &&
		!g_str_equal(name, ".") && !g_str_equal(name, ".."))
		return TRUE;
	return network_fail(j, NULL, name, error,
		"invalid interface name; expected 1 to 15 characters without blanks, '/' and ':'");
}

char **network_tool(const char *tool, const char *netns, ...)
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

JsonObject *network_ask(struct journal *j, char **argv, JsonParser *parser)
{
	g_auto(server_result) r = { 0 };
	JsonArray *all;

	if (network_is_dry(j) ||
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
	g_auto(GStrv)
		argv = network_tool("ip", netns, "-j", "-d", "link", "show", "dev", name, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *link = network_ask(j, argv, parser), *info;

	*out = (iface){ 0 };
	if (link == NULL)
		return;
	out->there = TRUE;
	out->up = has_flag(link, "UP");
	out->promiscuous = has_flag(link, "PROMISC");
	out->index = json_object_get_int_member_with_default(link, "ifindex", 0);
	out->master = g_strdup(json_object_get_string_member_with_default(link, "master", NULL));
	if (json_object_has_member(link, "linkinfo")) {
		info = json_object_get_object_member(link, "linkinfo");
		out->kind = g_strdup(
			json_object_get_string_member_with_default(info, "info_kind", NULL));
	}
}

gboolean network_is_up(struct journal *j, const char *name)
{
	g_auto(iface) is = { 0 };

	look_at_link(j, NULL, name, &is);
	return is.up;
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

	return network_check_name(j, name, error) &&
	       make_thing(j, what, make, undo_link, netns, name, NULL, error) &&
	       set_quiet_up(j, netns, name, error);
}

/* One that was there may be down: it comes up, until all is undone. */
static gboolean make_up(
	struct journal *j, const char *netns, const char *name, const iface *is, GError **error)
{
	g_auto(GStrv) make = network_tool("ip", netns, "link", "set", "dev", name, "up", NULL);
	g_autofree char *what = what_of("up", name, netns);

	return is->up || network_is_dry(j) ||
	       make_thing(j, what, make, undo_up, netns, name, NULL, error);
}

static gboolean look_at_existing(
	struct journal *j, const char *netns, const char *name, iface *out, GError **error)
{
	look_at_link(j, netns, name, out);
	return out->there || network_is_dry(j) ||
	       network_fail(j, netns, name, error, "interface not found; 'ip link' lists all");
}

gboolean network_up(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_auto(iface) is = { 0 };

	return look_at_existing(j, netns, name, &is, error) && make_up(j, netns, name, &is, error);
}

/* Made, or taken as it is. kernel_kind: what ip calls it. */
static gboolean make_or_take(struct journal *j, const char *kind, const char *kernel_kind,
	const char *netns, const char *name, char **make, GError **error)
{
	g_auto(iface) is = { 0 };

	look_at_link(j, netns, name, &is);
	if (is.there && g_strcmp0(is.kind, kernel_kind) != 0)
		return network_fail(j, netns, name, error,
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

	if (!network_check_name(j, netns, error))
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
		return network_fail(j, end_a.there ? netns_a : netns_b, end_a.there ? a : b, error,
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
	return network_check_name(j, b, error) && make_link(j, "veth", netns_a, a, make, error) &&
	       set_quiet_up(j, netns_b, b, error);
}

gboolean network_bridge(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_auto(GStrv) make = network_tool("ip", netns, "link", "add", "name", name, "type",
		"bridge", "stp_state", "0", "mcast_snooping", "0", NULL);

	return make_or_take(j, "bridge", "bridge", netns, name, make, error);
}

gboolean network_address(
	struct journal *j, const char *netns, const char *name, const char *ip_net, GError **error)
{
	g_auto(GStrv) question = network_tool("ip", netns, "-o", "addr", "show", "dev", name, NULL);
	g_auto(GStrv) make = network_tool("ip", netns, "addr", "add", ip_net, "dev", name, NULL);
	g_autofree char *what = g_strdup_printf("address %s of %s", ip_net, name);
	g_autofree char *word = g_strdup_printf(" %s ", ip_net);
	g_auto(server_result) r = { 0 };

	if (!network_is_dry(j) &&
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

gboolean network_refuse_lifeline(
	struct journal *j, const char *name, const char *deed, GError **error)
{
	g_autofree char *said = NULL;
	g_auto(GStrv) names = NULL;

	if (network_is_dry(j))
		return TRUE;
	said = server_ask(journal_server(j), error, "sh", "-c", NETWORK_LIFELINE_SH, "sh",
		network_sysfs(), NULL);
	if (said == NULL)
		return FALSE;
	names = g_strsplit_set(said, " \n", -1);
	if (!g_strv_contains((const char *const *)names, name))
		return TRUE;
	return network_fail(j, NULL, name, error,
		"carries the default route or the SSH connection and is not %s: use another "
		"interface",
		deed);
}

gboolean network_enslave(
	struct journal *j, const char *netns, const char *port, const char *bridge, GError **error)
{
	g_auto(GStrv) make = network_tool(
		"ip", netns, "link", "set", "dev", port, "master", bridge, NULL);
	g_autofree char *kind = g_strdup_printf("port of %s:", bridge);
	g_autofree char *what = what_of(kind, port, netns);
	g_auto(iface) is = { 0 };

	if (!look_at_existing(j, netns, port, &is, error))
		return FALSE;
	if (is.master != NULL && !g_str_equal(is.master, bridge))
		return network_fail(j, netns, port, error,
			"already a port of bridge %s, cannot be added to %s: ip link set %s "
			"nomaster",
			is.master, bridge, port);
	if (is.master == NULL) {
		/* A NIC; those made for guests carry nothing else. */
		if (netns == NULL && is.kind == NULL &&
			!network_refuse_lifeline(j, port, "added to a bridge", error))
			return FALSE;
		if (!make_thing(j, what, make, undo_port, netns, port, NULL, error))
			return FALSE;
	}
	return make_up(j, netns, port, &is, error);
}

gboolean network_listen(struct journal *j, const char *netns, const char *name, GError **error)
{
	g_auto(GStrv)
		make = network_tool("ip", netns, "link", "set", "dev", name, "promisc", "on", NULL);
	g_autofree char *what = what_of("promiscuous mode of", name, netns);
	g_auto(iface) is = { 0 };

	return look_at_existing(j, netns, name, &is, error) &&
	       make_up(j, netns, name, &is, error) &&
	       (is.promiscuous ||
		       make_thing(j, what, make, undo_promisc, netns, name, NULL, error));
}

gboolean network_tap(
	struct journal *j, const char *netns, const char *name, unsigned queues, GError **error)
{
	g_auto(GStrv) make = network_tool("ip", netns, "tuntap", "add", "dev", name, "mode", "tap",
		queues > 1 ? "multi_queue" : NULL, NULL);

	return make_or_take(j, "tap", "tun", netns, name, make, error);
}

gboolean network_fdb(
	struct journal *j, const char *netns, const char *port, const char *mac, GError **error)
{
	g_auto(GStrv) question = network_tool("bridge", netns, "fdb", "show", "dev", port, NULL);
	g_auto(GStrv) make = network_tool(
		"bridge", netns, "fdb", "replace", mac, "dev", port, "master", "static", NULL);
	g_autofree char *kind = g_strdup_printf("MAC %s behind", mac);
	g_autofree char *what = what_of(kind, port, netns);
	g_auto(server_result) r = { 0 };
	g_auto(GStrv) lines = NULL;

	if (!network_is_dry(j) &&
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

	if (network_is_dry(j))
		return g_strdup_printf("/dev/tsim/tap-%s", name);
	look_at_link(j, netns, name, &is);
	index = g_strdup_printf("%" G_GINT64_FORMAT, is.index);
	question = network_command(netns, "sh", "-c", NETWORK_MACVTAP_SH, "sh", name, index, NULL);
	dev = server_askv(journal_server(j), (const char *const *)question, error);
	if (dev == NULL)
		return NULL;
	minor = strchr(g_strchomp(dev), ':');
	if (minor == NULL) {
		network_fail(j, netns, name, error, "invalid character device '%s'", dev);
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
	g_auto(GStrv) make = network_tool("ip", netns, "link", "add", "link", lower, "name", name,
		"address", mac, "type", "macvtap", "mode", "bridge", NULL);
	char *node;

	if (!network_up(j, netns, lower, error) ||
		!make_or_take(j, "macvtap", "macvtap", netns, name, make, error))
		return FALSE;
	node = macvtap_node(j, netns, name, error);
	if (node != NULL)
		*device = node;
	return node != NULL;
}

char *network_numbered(const char *base, uint32_t number)
{
	g_autofree char *suffix = g_strdup_printf("-%" G_GUINT32_FORMAT, number);
	size_t room = IFNAMSIZ - 1 - strlen(suffix);

	return g_strdup_printf("%.*s%s", (int)MIN(room, (size_t)NAME_BASE_MAX), base, suffix);
}
