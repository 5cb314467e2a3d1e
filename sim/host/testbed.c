/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/testbed.h"

#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include <gio/gio.h>

#include "sim/base/error.h"
#include "analyze/base/ini.h"
#include "sim/host/setup.h"
#include "traffic/frame.h"
#include "analyze/base/text.h"

enum type {
	IGNORED,   /* of autotest's; meaning says why it has none here */
	TEXT,      /* any */
	HOST,      /* [USER@]NAME */
	PATH_HERE, /* on this machine: ~/ is the user's home */
	INTERFACE, /* a name that the kernel takes */
	WORD,      /* a driver */
	PCI,       /* 0000:18:00.0, 18:00.0 */
	MAC,
	MAC_BYTES, /* uint8_t[6] */
	IP_NET,    /* 10.1.0.2/21 */
	NUMBER,    /* unsigned, from min to max */
	POWER,     /* the same, a power of two */
	SWITCH,    /* gboolean */
	CPUS,      /* 0-3,8;4-7 */
	EXPORTS,   /* NAME:PATH, char **, by commas */
	ARGUMENTS, /* words of a shell's line, char ** */
};

struct key {
	const char *group, *name;
	enum type type;
	size_t at;          /* in struct testbed */
	const char *preset; /* NULL: none */
	const char *meaning;
	unsigned min, max;
};

#define AT(member) offsetof(struct testbed, member)

#define SSH_KEYS(group, whose, preset_as_root)                                                   \
	{ #group, "ssh_config", PATH_HERE, AT(group.ssh_config), NULL,                           \
		"ssh's configuration file" whose, 0, 0 },                                        \
		{ #group, "ssh_as_root", SWITCH, AT(group.as_root), preset_as_root,              \
			"commands there by `sudo -n`" whose, 0, 0 },                             \
		{ #group, "identity", PATH_HERE, AT(group.identity), NULL,                       \
			"key file; default the agent's keys and ssh's own (ours)", 0, 0 },       \
	{                                                                                        \
#group, "tsim_dir", TEXT, AT(group.tsim_dir), NULL,                              \
			"where `tsim upload` puts programs; default: they are installed (ours)", \
			0, 0                                                                     \
	}

#define NIC_KEYS(group)                                                                          \
	{ #group, "test_iface", INTERFACE, AT(group.nic.name), NULL,                             \
		"interface that is measured; default: the wire is a veth pair", 0, 0 },          \
		{ #group, "test_iface_addr", PCI, AT(group.nic.pci), NULL, "its PCI address", 0, \
			0 },                                                                     \
		{ #group, "test_iface_driv", WORD, AT(group.nic.driver), NULL,                   \
			"its kernel driver; default the one it has", 0, 0 },                     \
		{ #group, "test_iface_dpdk_driv", WORD, AT(group.nic.dpdk_driver), "vfio-pci",   \
			"the driver that gives it to DPDK", 0, 0 },                              \
	{                                                                                        \
#group, "test_iface_ip_net", IP_NET, AT(group.nic.ip_net), NULL,                 \
			"its IP address and prefix, for a look by hand (of guests: of guest 0)", \
			0, 0                                                                     \
	}

#define WITHOUT_MEANING(group, key, why)                 \
	{                                                \
		group, key, IGNORED, 0, NULL, why, 0, 0, \
	}

#define NO_TMUX "processes are found by their recorded PID and start time, not by tmux"
#define NO_MOONGEN "tsim is the generator: no MoonGen is needed"
#define NO_LUA "no Lua programs are needed"
#define OWN_XDP "treflect-xdp takes its place, and comes with tsim"

static const struct key keys[] = {
	{ "host", "fqdn", HOST, AT(host.fqdn), "localhost",
		"machine of the guests: NAME, USER@NAME, [ADDRESS]:PORT, an alias of ssh's; "
		"localhost is this one",
		0, 0 },
	SSH_KEYS(host, "", "false"),
	NIC_KEYS(host),
	{ "host", "test_iface_mac", MAC, AT(host.nic.mac), NULL, "its MAC; default its own", 0, 0 },
	{ "host", "test_iface_vfio_driv", WORD, AT(host.nic.vfio_driver), "vfio-pci",
		"the driver that gives it to a guest or to vmux", 0, 0 },
	{ "host", "vfs", SWITCH, AT(vfs), "false",
		"vfio: a virtual function a guest, not the whole device (ours)", 0, 0 },
	{ "host", "admin_bridge", INTERFACE, AT(admin_bridge), "tsim-admin",
		"bridge by which guests with a disk are reached", 0, 0 },
	{ "host", "admin_bridge_ip_net", IP_NET, AT(admin_bridge_ip_net), NULL,
		"address and prefix of that bridge; default none", 0, 0 },
	{ "host", "admin_tap", INTERFACE, AT(admin_tap), "tsim-atap",
		"its taps: this, '-' and the guest's number", 0, 0 },
	{ "host", "test_bridge", INTERFACE, AT(test_bridge), "tsim-br",
		"bridge of interface bridge; one that is there is used, and stays", 0, 0 },
	{ "host", "test_bridge_ip_net", IP_NET, AT(test_bridge_ip_net), NULL,
		"address and prefix of that bridge; default none", 0, 0 },
	{ "host", "test_tap", INTERFACE, AT(test_tap), "tsim-tap",
		"taps of guests: this, '-' and the guest's number", 0, 0 },
	{ "host", "test_macvtap", INTERFACE, AT(test_macvtap), "tsim-mv",
		"macvtaps of guests: this, '-' and the guest's number", 0, 0 },
	{ "host", "qemu_path", TEXT, AT(qemu_path), "",
		"folder of qemu-system-x86_64 where a matrix names none; default $PATH", 0, 0 },
	{ "host", "vmux_path", TEXT, AT(vmux_path), "vmux", "program of interfaces vmux-*", 0, 0 },
	{ "host", "vmux_qemu_path", TEXT, AT(vmux_qemu_path), "",
		"folder of a qemu-system-x86_64 that knows vfio-user; default $PATH", 0, 0 },
	{ "host", "vmux_socket_path", TEXT, AT(vmux_socket_path), NULL,
		"sockets of vmux: its stem, the guest's number, its suffix; default tsim's own "
		"folder",
		0, 0 },
	{ "host", "root_disk_file", TEXT, AT(root_disk), NULL,
		"disk of guests: its stem, the guest's number, its suffix; default a small image "
		"of tsim's own",
		0, 0 },
	{ "host", "fsdevs", EXPORTS, AT(fsdevs), NULL,
		"folders of the host for guests, NAME:PATH by commas; default none", 0, 0 },
	{ "host", "guest_cpus", CPUS, AT(guest_cpus), NULL,
		"CPUs of guests in turn, 0-1;2-3; default anywhere (ours)", 0, 0 },
	{ "guest", "fqdn", HOST, AT(guest.fqdn), NULL,
		"name of a guest with a disk: the guest's number goes behind its first label; "
		"default: the console",
		0, 0 },
	SSH_KEYS(guest, "; default that of [host]", NULL),
	NIC_KEYS(guest),
	{ "guest", "vcpus", NUMBER, AT(vcpus), "1", "CPUs of a guest", 1, 255 },
	{ "guest", "memory", NUMBER, AT(memory_mib), "512", "memory of a guest, MiB", 64, 1048576 },
	{ "guest", "queues", NUMBER, AT(queues), "1", "queue pairs of its test interface (ours)", 1,
		256 },
	{ "guest", "rx_queue_size", POWER, AT(rx_queue_size), "256",
		"descriptors of each, a power of two from 256 to 1024 (ours)", 256, 1024 },
	{ "guest", "tx_queue_size", POWER, AT(tx_queue_size), "256", "the same for sending (ours)",
		256, 1024 },
	{ "guest", "test_iface_mac", MAC_BYTES, AT(guest_mac), "52:54:00:fa:00:60",
		"MAC of guest 0; guest n has it plus n", 0, 0 },
	{ "guest", "admin_iface_mac", MAC_BYTES, AT(admin_mac), "52:54:00:ea:00:0f",
		"the same for its admin interface", 0, 0 },
	{ "guest", "qemu_args", ARGUMENTS, AT(qemu_args), NULL,
		"further arguments of QEMU, quoted as for a shell (ours)", 0, 0 },
	{ "loadgen", "fqdn", HOST, AT(loadgen.fqdn), "localhost", "machine of the generator", 0,
		0 },
	SSH_KEYS(loadgen, "; default that of [host]", NULL),
	NIC_KEYS(loadgen),
	{ "loadgen", "test_iface_mac", MAC, AT(loadgen.nic.mac), NULL, "its MAC; default its own",
		0, 0 },
	{ "loadgen", "port", TEXT, AT(loadgen_port), NULL,
		"the generator's DPDK port, as for --port; default net_af_packet on the wire "
		"(ours)",
		0, 0 },
	WITHOUT_MEANING("local", "moonprogs_dir", NO_LUA),
	WITHOUT_MEANING("host", "moongen_dir", NO_MOONGEN),
	WITHOUT_MEANING("host", "moonprogs_dir", NO_LUA),
	WITHOUT_MEANING("host", "xdp_reflector_dir", OWN_XDP),
	WITHOUT_MEANING("host", "tmux_socket", NO_TMUX),
	WITHOUT_MEANING("guest", "moongen_dir", NO_MOONGEN),
	WITHOUT_MEANING("guest", "moonprogs_dir", NO_LUA),
	WITHOUT_MEANING("guest", "xdp_reflector_dir", OWN_XDP),
	WITHOUT_MEANING("guest", "tmux_socket", NO_TMUX),
	WITHOUT_MEANING("guest", "fsdevs", "folders for guests are the host's: fsdevs of [host]"),
	WITHOUT_MEANING("loadgen", "moongen_dir", NO_MOONGEN),
	WITHOUT_MEANING("loadgen", "moonprogs_dir", NO_LUA),
	WITHOUT_MEANING("loadgen", "xdp_reflector_dir", OWN_XDP),
	WITHOUT_MEANING("loadgen", "tmux_socket", NO_TMUX),
};

/* [common] and [DEFAULT] have any keys: for ${common:key}, and for all groups. */
static const char *const groups[] = { "host", "guest", "loadgen", "local", "common", "DEFAULT",
	"tsim", NULL };

gboolean testbed_group_known(const char *group)
{
	return g_strv_contains(groups, group) && !g_str_equal(group, "tsim");
}

static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean fail(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, text);
	return FALSE;
}

static const struct key *find_key(const char *group, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i].group, group) && g_str_equal(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static gboolean check_group(const struct ini *file, const char *group, GError **error)
{
	g_autofree char *all = NULL, *where = NULL, *hint = NULL;

	if (g_strv_contains(groups, group))
		return TRUE;
	where = ini_where(file, group);
	all = g_strjoinv("], [", (char **)(uintptr_t)groups);
	hint = text_did_you_mean(group, groups);
	return fail(error, "%s: unknown group [%s]%s; expected [%s]", where, group, hint, all);
}

static gboolean check_key(
	const struct ini *file, const char *group, const char *key, GError **error)
{
	const char *names[G_N_ELEMENTS(keys) + 1] = { NULL };
	g_autofree char *where = NULL, *hint = NULL;
	unsigned n = 0;

	if (find_key(group, key) != NULL)
		return TRUE;
	g_free(ini_get(file, group, key, &where, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i].group, group))
			names[n++] = keys[i].name;
	hint = text_did_you_mean(key, names);
	return fail(error,
		"%s: unknown key%s; conf/README.md lists all, and names of your own go into "
		"[common]",
		where == NULL ? key : where, hint);
}

/* Options of tsim and free names are not ours to judge. */
static gboolean is_free(const char *group)
{
	return g_str_equal(group, "common") || g_str_equal(group, "tsim");
}

static gboolean check_names(const struct ini *file, GError **error)
{
	for (const char *const *group = ini_sections(file); *group != NULL; group++) {
		const char *const *key = ini_keys(file, *group);

		if (!check_group(file, *group, error))
			return FALSE;
		for (; !is_free(*group) && *key != NULL; key++)
			if (!check_key(file, *group, *key, error))
				return FALSE;
	}
	return TRUE;
}

/* What autotest injects for every file. */
static void inject(struct ini *file, const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autofree char *dir = g_path_get_dirname(absolute);
	g_autofree char *name = g_path_get_basename(dir), *parent = g_path_get_dirname(dir);

	ini_inject(file, "projectDirectory", dir);
	ini_inject(file, "projectDirectoryName", name);
	ini_inject(file, "projectDirectoryParent", parent);
	ini_inject(file, "username", g_get_user_name());
}

static void *place(struct testbed *t, const struct key *k)
{
	return (char *)t + k->at;
}

static gboolean is_of(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What a value has to be, for an error; NULL: text is that. *text may become a better one. */
static const char *check_text(enum type type, char **text)
{
	static const char pci[] = "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$";
	const char *word = *text;
	uint8_t mac[6];
	char *longer = NULL;

	switch (type) {
	case HOST:
		return word[0] != '-' && strpbrk(word, " \t'\"\\$`") == NULL
			       ? NULL
			       : "a name, USER@NAME or an address";
	case PATH_HERE:
		if (g_str_has_prefix(word, "~/"))
			longer = g_build_filename(g_get_home_dir(), word + 2, NULL);
		break;
	case INTERFACE:
		return strlen(word) < IFNAMSIZ && word[0] != '-' &&
				       strpbrk(word, " \t/:") == NULL && !g_str_equal(word, ".") &&
				       !g_str_equal(word, "..")
			       ? NULL
			       : "a name of an interface: 1 to 15 characters, no blanks, '/', ':'";
	case WORD:
		return is_of(word, LETTERS DIGITS "_-") ? NULL : "a driver's name";
	case PCI:
		if (!g_regex_match_simple(pci, word, G_REGEX_DOLLAR_ENDONLY, 0))
			return "a PCI address: 0000:18:00.0";
		if (word[2] == ':')
			longer = g_strdup_printf("0000:%s", word);
		break;
	case MAC:
		return frame_mac_parse_unicast(word, mac, NULL)
			       ? NULL
			       : "a unicast MAC: 52:54:00:fa:00:60";
	case CPUS:
		return is_of(word, DIGITS ",-;") && g_ascii_isdigit(word[0])
			       ? NULL
			       : "CPUs, lists separated by ';': 0-1;2-3,8";
	default:
		break;
	}
	if (longer != NULL) {
		g_free(*text);
		*text = longer;
	}
	return NULL;
}

static const char *check_ip_net(const char *word)
{
	g_auto(GStrv) parts = g_strsplit(word, "/", 2);
	g_autoptr(GInetAddress) a = g_inet_address_new_from_string(parts[0]);
	guint64 prefix;

	return a != NULL && parts[1] != NULL &&
			       g_ascii_string_to_unsigned(parts[1], 10, 0,
				       g_inet_address_get_native_size(a) * 8, &prefix, NULL)
		       ? NULL
		       : "an address with its prefix: 10.1.0.20/21";
}

static const char *set_switch(const char *word, gboolean *out)
{
	static const char *const yes[] = { "true", "yes", "on", "1", NULL };
	static const char *const no[] = { "false", "no", "off", "0", NULL };
	g_autofree char *small = g_ascii_strdown(word, -1);

	*out = g_strv_contains(yes, small);
	return *out || g_strv_contains(no, small) ? NULL : "true or false";
}

static const char *set_exports(const char *word, char ***out)
{
	g_auto(GStrv) parts = g_strsplit(word, ",", -1);

	for (char **p = parts; *p != NULL; p++) {
		const char *colon = strchr(g_strstrip(*p), ':');

		if (colon == NULL || colon == *p || colon[1] == '\0')
			return "a list of NAME:PATH by commas";
	}
	*out = g_steal_pointer(&parts);
	return NULL;
}

static const char *set_number(const struct key *k, const char *word, unsigned *out)
{
	guint64 n = 0;

	if (!g_ascii_string_to_unsigned(word, 10, k->min, k->max, &n, NULL) ||
		(k->type == POWER && (n & (n - 1)) != 0))
		return "";
	*out = (unsigned)n;
	return NULL;
}

/* word is not empty. NULL, else what it has to be; "": a number from min to max. */
static const char *set(struct testbed *t, const struct key *k, const char *word)
{
	g_autofree char *text = NULL;
	const char *want;

	switch (k->type) {
	case IGNORED:
		return NULL;
	case NUMBER:
	case POWER:
		return set_number(k, word, place(t, k));
	case SWITCH:
		return set_switch(word, place(t, k));
	case EXPORTS:
		return set_exports(word, place(t, k));
	case ARGUMENTS:
		return g_shell_parse_argv(word, NULL, place(t, k), NULL)
			       ? NULL
			       : "words, quoted as for a shell";
	case MAC_BYTES:
		return frame_mac_parse_unicast(word, place(t, k), NULL)
			       ? NULL
			       : "a unicast MAC: 52:54:00:fa:00:60";
	case IP_NET:
		want = check_ip_net(word);
		text = g_strdup(word);
		break;
	default:
		text = g_strdup(word);
		want = check_text(k->type, &text);
		break;
	}
	if (want == NULL)
		*(char **)place(t, k) = g_steal_pointer(&text);
	return want;
}

static gboolean set_bad(
	const char *where, const struct key *k, const char *word, const char *want, GError **error)
{
	if (want[0] != '\0')
		return fail(error, "%s: '%.80s' is not %s", where, word, want);
	return fail(error, "%s: '%.80s' is no %s from %u to %u", where, word,
		k->type == POWER ? "power of two" : "number", k->min, k->max);
}

/* The file's value, or that of [DEFAULT]; empty ones are not set. */
static gboolean take_key(
	const struct ini *file, struct testbed *t, const struct key *k, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *where = NULL;
	g_autofree char *value = ini_get(file, k->group, k->name, &where, &why);
	const char *want;

	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	}
	if (value != NULL && g_strstrip(value)[0] != '\0') {
		want = set(t, k, value);
		return want == NULL || set_bad(where, k, value, want, error);
	}
	if (k->preset != NULL && k->preset[0] != '\0')
		(void)set(t, k, k->preset);
	else if (k->preset != NULL)
		*(char **)place(t, k) = g_strdup("");
	return TRUE;
}

/* How [host] is reached is how the others are, unless they say otherwise. */
static void inherit(const struct ini *file, struct testbed *t)
{
	struct testbed_server *const others[] = { &t->guest, &t->loadgen };
	const char *const names[] = { "guest", "loadgen" };

	for (unsigned i = 0; i < 2; i++) {
		g_autofree char *own = ini_get(file, names[i], "ssh_as_root", NULL, NULL);

		if (others[i]->ssh_config == NULL)
			others[i]->ssh_config = g_strdup(t->host.ssh_config);
		if (own == NULL)
			others[i]->as_root = t->host.as_root;
	}
}

struct testbed *testbed_parse(const char *path, const char *text, GError **error)
{
	struct ini *file = ini_parse(path, text, error);
	struct testbed *t = NULL;
	gboolean good = file != NULL;

	if (good) {
		t = g_new0(struct testbed, 1);
		inject(file, path);
		good = check_names(file, error);
	}
	for (size_t i = 0; good && i < G_N_ELEMENTS(keys); i++)
		good = take_key(file, t, &keys[i], error);
	if (good)
		inherit(file, t);
	ini_free(file);
	if (good)
		return t;
	testbed_free(t);
	return NULL;
}

struct testbed *testbed_read(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	struct testbed *t;
	gsize len = 0;

	if (path == NULL)
		return testbed_parse("", "", error);
	if (!g_file_get_contents(path, &text, &len, &why)) {
		fail(error, "%s", why->message);
		return NULL;
	}
	if (strlen(text) != len) {
		fail(error, "%s: is no text in UTF-8", path);
		return NULL;
	}
	t = testbed_parse(path, text, error);
	if (t != NULL)
		t->path = g_strdup(path);
	return t;
}

void testbed_free(struct testbed *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		switch (keys[i].type) {
		case IGNORED:
		case NUMBER:
		case POWER:
		case SWITCH:
		case MAC_BYTES:
			break;
		case EXPORTS:
		case ARGUMENTS:
			g_strfreev(*(char ***)place(t, &keys[i]));
			break;
		default:
			g_free(*(char **)place(t, &keys[i]));
			break;
		}
	}
	g_free(t->path);
	g_free(t);
}

/* As it is written in a file; "" where there is none. Newly allocated. */
static char *value_text(const struct testbed *t, const struct key *k)
{
	const void *at = (const char *)t + k->at;
	char **list;

	switch (k->type) {
	case NUMBER:
	case POWER:
		return g_strdup_printf("%u", *(const unsigned *)at);
	case SWITCH:
		return g_strdup(*(const gboolean *)at ? "true" : "false");
	case MAC_BYTES:
		return frame_mac_format(at);
	case EXPORTS:
		list = *(char **const *)at;
		return list == NULL ? g_strdup("") : g_strjoinv(", ", list);
	case ARGUMENTS:
		list = *(char **const *)at;
		return list == NULL ? g_strdup("") : server_quote((const char *const *)list);
	default:
		return g_strdup(*(char *const *)at == NULL ? "" : *(char *const *)at);
	}
}

char *testbed_to_text(const struct testbed *t)
{
	GString *text = g_string_new(NULL);
	const char *group = "";

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *value = NULL;

		if (keys[i].type == IGNORED)
			continue;
		if (!g_str_equal(group, keys[i].group))
			g_string_append_printf(
				text, "%s[%s]\n", group[0] == '\0' ? "" : "\n", keys[i].group);
		group = keys[i].group;
		value = value_text(t, &keys[i]);
		g_string_append_printf(text, "%s =%s", keys[i].name, value[0] == '\0' ? "" : " ");
		for (const char *c = value; *c != '\0'; c++)
			g_string_append(text, *c == '$' ? "$$" : (char[]){ *c, '\0' });
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

char *testbed_keys_markdown(void)
{
	GString *text = g_string_new("| group, key | default | what |\n|---|---|---|\n");

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		const struct key *k = &keys[i];
		gboolean none = k->preset == NULL || k->preset[0] == '\0';

		if (k->type != IGNORED)
			g_string_append_printf(text, "| `%s.%s` | %s%s%s | %s |\n", k->group,
				k->name, none ? "" : "`", none ? "" : k->preset, none ? "" : "`",
				k->meaning);
	}
	g_string_append(text, "\n| of autotest's, without a meaning here | why |\n|---|---|\n");
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].type == IGNORED)
			g_string_append_printf(text, "| `%s.%s` | %s |\n", keys[i].group,
				keys[i].name, keys[i].meaning);
	return g_string_free(text, FALSE);
}

struct server *testbed_server(const struct testbed_server *s, const char *name)
{
	const struct server_ssh_cfg cfg = {
		.name = name,
		.address = s->fqdn,
		.config = s->ssh_config,
		.identity = s->identity,
		.as_root = s->as_root,
	};

	if (s->fqdn == NULL || g_str_equal(s->fqdn, "localhost"))
		return server_new_local(name);
	return server_new_ssh(&cfg);
}
