/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/testbed.h"

#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include <gio/gio.h>

#include "sim/base/error.h"
#include "analyze/base/ini.h"
#include "traffic/frame.h"
#include "analyze/base/text.h"

/* Texts, then char **, then what owns no memory. */
enum type {
	TEXT,      /* any */
	HOST,      /* [USER@]NAME */
	PATH_HERE, /* on this machine: ~/ is the user's home */
	INTERFACE, /* a name that the kernel takes */
	WORD,      /* a driver */
	PCI,       /* 0000:18:00.0, 18:00.0 */
	MAC,
	IP_NET,    /* 10.1.0.2/21 */
	CPUS,      /* 0-3,8;4-7 */
	ROLE_CPUS, /* main:0/rx:3;9/runner:2;8 */
	EXPORTS,   /* NAME:PATH, by commas */
	ARGUMENTS, /* words of a shell's line */
	MAC_BYTES, /* uint8_t[6] */
	NUMBER,    /* unsigned, from min to max */
	POWER,     /* the same, a power of two */
	SWITCH,    /* gboolean */
	IGNORED,   /* of autotest's; meaning says why it has none here */
};

/* What a value has to be; NULL: a number of its range. */
static const char *const wants[] = {
	[HOST] = "a name, USER@NAME or an address",
	[INTERFACE] = "an interface name: 1 to 15 characters without blanks, '/' and ':'",
	[WORD] = "a driver name",
	[PCI] = "a PCI address: 0000:18:00.0",
	[MAC] = "a unicast MAC address: 52:54:00:fa:00:60",
	[IP_NET] = "an address with prefix length: 10.1.0.20/21",
	[CPUS] = "CPU lists separated by ';': 0-1;2-3,8",
	[ROLE_CPUS] = "CPU lists by role, each once: main:0/rx:3;9/runner:2;8",
	[EXPORTS] = "a comma-separated list of NAME:PATH",
	[ARGUMENTS] = "words with shell quoting",
	[MAC_BYTES] = "a unicast MAC address: 52:54:00:fa:00:60",
	[SWITCH] = "true or false",
};

struct key {
	const char *group, *name;
	enum type type;
	size_t at;          /* in struct testbed */
	const char *preset; /* NULL: none */
	const char *meaning;
	unsigned min, max;
};

/* A row; member: of struct testbed. COUNT: one with a range. */
#define RANGE(group, name, type, member, preset, meaning, min, max)                            \
	{                                                                                      \
		group, name, type, offsetof(struct testbed, member), preset, meaning, min, max \
	}
#define KEY(group, name, type, member, preset, meaning) \
	RANGE(group, name, type, member, preset, meaning, 0, 0)
#define COUNT(name, type, member, preset, meaning, min, max) \
	RANGE("guest", name, type, member, preset, meaning, min, max)
#define IGNORE(group, name, why)                         \
	{                                                \
		group, name, IGNORED, 0, NULL, why, 0, 0 \
	}

#define SSH_KEYS(group, whose, preset_as_root)                                      \
	KEY(#group, "ssh_config", PATH_HERE, group.ssh_config, NULL,                \
		"ssh's configuration file" whose),                                  \
		KEY(#group, "ssh_as_root", SWITCH, group.as_root, preset_as_root,   \
			"commands there by `sudo -n`" whose),                       \
		KEY(#group, "identity", PATH_HERE, group.identity, NULL,            \
			"key file; default the agent's keys and ssh's own (ours)"), \
		KEY(#group, "tsim_dir", TEXT, group.tsim_dir, NULL,                 \
			"directory for `tsim upload`; default: installed programs (ours)")

#define NIC_KEYS(group)                                                                      \
	KEY(#group, "test_iface", INTERFACE, group.nic.name, NULL,                           \
		"measured interface; default: a veth pair as the wire"),                     \
		KEY(#group, "test_iface_addr", PCI, group.nic.pci, NULL, "its PCI address"), \
		KEY(#group, "test_iface_driv", WORD, group.nic.driver, NULL,                 \
			"its kernel driver; default: the present one"),                      \
		KEY(#group, "test_iface_dpdk_driv", WORD, group.nic.dpdk_driver, "vfio-pci", \
			"driver for use by DPDK"),                                           \
		KEY(#group, "test_iface_ip_net", IP_NET, group.nic.ip_net, NULL,             \
			"its IP address and prefix, for manual tests (guests: of guest 0)")

/* Of autotest's files, in each group. */
#define IGNORED_KEYS(group)                                                                   \
	IGNORE(group, "moongen_dir", "tsim is the generator"),                                \
		IGNORE(group, "moonprogs_dir", NO_LUA),                                       \
		IGNORE(group, "xdp_reflector_dir", "replaced by treflect-xdp, part of tsim"), \
		IGNORE(group, "tmux_socket", "processes are found by recorded PID and start time")

#define NO_LUA "no Lua programs needed"

static const struct key keys[] = {
	KEY("host", "fqdn", HOST, host.fqdn, "localhost",
		"machine of the guests: NAME, USER@NAME, [ADDRESS]:PORT or an alias of ssh; "
		"localhost: this machine"),
	SSH_KEYS(host, "", "false"),
	NIC_KEYS(host),
	KEY("host", "test_iface_mac", MAC, host.nic.mac, NULL, "its MAC; default its own"),
	KEY("host", "test_iface_vfio_driv", WORD, host.nic.vfio_driver, "vfio-pci",
		"driver for use by a guest or by vmux"),
	KEY("host", "vfs", SWITCH, vfs, "false",
		"vfio: one virtual function per guest, not the whole device (ours)"),
	KEY("host", "admin_bridge", INTERFACE, admin_bridge, "tsim-admin",
		"management bridge of guests with a disk"),
	KEY("host", "admin_bridge_ip_net", IP_NET, admin_bridge_ip_net, NULL,
		"its address and prefix"),
	KEY("host", "admin_tap", INTERFACE, admin_tap, "tsim-atap",
		"prefix of its taps: PREFIX-GUEST"),
	KEY("host", "test_bridge", INTERFACE, test_bridge, "tsim-br",
		"bridge of interface bridge; an existing one is used and kept"),
	KEY("host", "test_bridge_ip_net", IP_NET, test_bridge_ip_net, NULL,
		"its address and prefix"),
	KEY("host", "test_tap", INTERFACE, test_tap, "tsim-tap",
		"prefix of the guests' taps: PREFIX-GUEST"),
	KEY("host", "test_macvtap", INTERFACE, test_macvtap, "tsim-mv",
		"prefix of the guests' macvtaps: PREFIX-GUEST"),
	KEY("host", "qemu_path", TEXT, qemu_path, "",
		"directory of qemu-system-x86_64 if a matrix names none; default $PATH"),
	KEY("host", "vmux_path", TEXT, vmux_path, "vmux", "program of interfaces vmux-*"),
	KEY("host", "vmux_qemu_path", TEXT, vmux_qemu_path, "",
		"directory of a qemu-system-x86_64 with vfio-user (10.1 or later); default "
		"qemu_path"),
	KEY("host", "vmux_socket_path", TEXT, vmux_socket_path, NULL,
		"sockets of vmux, guest number inserted before the suffix; default: in tsim's own "
		"directory"),
	KEY("host", "vmux_cpus", ROLE_CPUS, vmux_cpus, NULL,
		"CPUs of vmux's threads: main, and per guest, in turn, rx and runner: "
		"main:0/rx:3;9/runner:2;8; default: any (ours)"),
	KEY("host", "root_disk_file", TEXT, root_disk, NULL,
		"disks of guests, guest number inserted before the suffix; default: tsim's own "
		"small image"),
	KEY("host", "fsdevs", EXPORTS, fsdevs, NULL,
		"directories of the host for guests: NAME:PATH,..."),
	KEY("host", "guest_cpus", CPUS, guest_cpus, NULL,
		"CPUs per guest, in turn: 0-1;2-3; default: any (ours)"),
	KEY("guest", "fqdn", HOST, guest.fqdn, NULL,
		"host name of guests with a disk, guest number appended to the first label; "
		"default: the console"),
	SSH_KEYS(guest, "; default that of [host]", NULL),
	NIC_KEYS(guest),
	COUNT("vcpus", NUMBER, vcpus, "1", "CPUs per guest", 1, 255),
	COUNT("memory", NUMBER, memory_mib, "512", "memory per guest, MiB", 64, 1048576),
	COUNT("queues", NUMBER, queues, "1", "queue pairs of the test interface (ours)", 1, 256),
	COUNT("rx_queue_size", POWER, rx_queue_size, "256",
		"receive descriptors per queue: 256, 512 or 1024 (ours)", 256, 1024),
	COUNT("tx_queue_size", POWER, tx_queue_size, "256",
		"transmit descriptors per queue: 256, 512 or 1024 (ours)", 256, 1024),
	KEY("guest", "test_iface_mac", MAC_BYTES, guest_mac, "52:54:00:fa:00:60",
		"MAC of guest 0; guest n: this + n"),
	KEY("guest", "admin_iface_mac", MAC_BYTES, admin_mac, "52:54:00:ea:00:0f",
		"the same for the management interface"),
	KEY("guest", "qemu_args", ARGUMENTS, qemu_args, NULL,
		"further arguments of QEMU, quoted as for a shell (ours)"),
	KEY("loadgen", "fqdn", HOST, loadgen.fqdn, "localhost", "machine of the generator"),
	SSH_KEYS(loadgen, "; default that of [host]", NULL),
	NIC_KEYS(loadgen),
	KEY("loadgen", "test_iface_mac", MAC, loadgen.nic.mac, NULL, "its MAC; default its own"),
	KEY("loadgen", "port", TEXT, loadgen_port, NULL,
		"the generator's DPDK port, as for --port; default net_af_packet on the wire "
		"(ours)"),
	IGNORE("local", "moonprogs_dir", NO_LUA),
	IGNORED_KEYS("host"),
	IGNORED_KEYS("guest"),
	IGNORE("guest", "fsdevs", "see fsdevs of [host]"),
	IGNORED_KEYS("loadgen"),
};

/* [common] and [DEFAULT] have any keys: for ${common:key}, and for all groups. */
static const char *const groups[] = { "host", "guest", "loadgen", "local", "common", "DEFAULT",
	"tsim", NULL };

gboolean testbed_group_known(const char *group)
{
	return g_strv_contains(groups, group) && !g_str_equal(group, "tsim");
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
	return sim_fail(error, SIM_ERROR_USAGE, "%s: unknown group [%s]%s; expected [%s]", where,
		group, hint, all);
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
	return sim_fail(error, SIM_ERROR_USAGE,
		"%s: unknown key%s; conf/README.md lists all keys; user-defined names belong in "
		"[common]",
		where == NULL ? key : where, hint);
}

static gboolean check_names(const struct ini *file, GError **error)
{
	for (const char *const *group = ini_sections(file); *group != NULL; group++) {
		const char *const *key = ini_keys(file, *group);
		/* Options of tsim and free names are not ours to judge. */
		gboolean any = g_str_equal(*group, "common") || g_str_equal(*group, "tsim");

		if (!check_group(file, *group, error))
			return FALSE;
		for (; !any && *key != NULL; key++)
			if (!check_key(file, *group, *key, error))
				return FALSE;
	}
	return TRUE;
}

/* What autotest injects for every file. */
static void inject_names(struct ini *file, const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autofree char *dir = g_path_get_dirname(absolute);
	g_autofree char *name = g_path_get_basename(dir), *parent = g_path_get_dirname(dir);

	ini_inject(file, "projectDirectory", dir);
	ini_inject(file, "projectDirectoryName", name);
	ini_inject(file, "projectDirectoryParent", parent);
	ini_inject(file, "username", g_get_user_name());
}

static gboolean is_of(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static gboolean is_ip_net(const char *word)
{
	g_auto(GStrv) parts = g_strsplit(word, "/", 2);
	g_autoptr(GInetAddress) a = g_inet_address_new_from_string(parts[0]);
	guint64 prefix;

	return a != NULL && parts[1] != NULL &&
	       g_ascii_string_to_unsigned(
		       parts[1], 10, 0, g_inet_address_get_native_size(a) * 8, &prefix, NULL);
}

static gboolean is_role_cpus(const char *word)
{
	static const char one[] = "^(main:[0-9][0-9,-]*|(rx|runner):[0-9][0-9,;-]*)$";
	g_auto(GStrv) parts = g_strsplit(word, "/", -1);
	gboolean valid = TRUE;
	unsigned seen = 0;

	for (char **p = parts; valid && *p != NULL; p++) {
		/* They differ in their second letter. */
		unsigned role = 1U << ((*p)[0] == '\0' ? 0 : (*p)[1] & 31);

		valid = g_regex_match_simple(one, *p, G_REGEX_DOLLAR_ENDONLY, 0) &&
			(seen & role) == 0;
		seen |= role;
	}
	return valid;
}

/* Is word one of the texts that a type allows? */
static gboolean is_allowed(enum type type, const char *word)
{
	static const char pci[] = "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$";
	uint8_t mac[6];

	switch (type) {
	case HOST:
		return word[0] != '-' && strpbrk(word, " \t'\"\\$`") == NULL;
	case INTERFACE:
		return strlen(word) < IFNAMSIZ && word[0] != '-' &&
		       strpbrk(word, " \t/:") == NULL && !g_str_equal(word, ".") &&
		       !g_str_equal(word, "..");
	case WORD:
		return is_of(word, LETTERS DIGITS "_-");
	case PCI:
		return g_regex_match_simple(pci, word, G_REGEX_DOLLAR_ENDONLY, 0);
	case MAC:
		return frame_mac_parse_unicast(word, mac, NULL);
	case IP_NET:
		return is_ip_net(word);
	case CPUS:
		return is_of(word, DIGITS ",-;") && g_ascii_isdigit(word[0]);
	case ROLE_CPUS:
		return is_role_cpus(word);
	default:
		return TRUE;
	}
}

static gboolean set_exports(const char *word, char ***out)
{
	g_auto(GStrv) parts = g_strsplit(word, ",", -1);

	for (char **p = parts; *p != NULL; p++) {
		const char *colon = strchr(g_strstrip(*p), ':');

		if (colon == NULL || colon == *p || colon[1] == '\0')
			return FALSE;
	}
	*out = g_steal_pointer(&parts);
	return TRUE;
}

/* word is not empty. FALSE: it is not what wants says. */
static gboolean set_value(struct testbed *t, const struct key *k, const char *word)
{
	void *at = (char *)t + k->at;
	guint64 n = 0;

	switch (k->type) {
	case IGNORED:
		return TRUE;
	case NUMBER:
	case POWER:
		if (!g_ascii_string_to_unsigned(word, 10, k->min, k->max, &n, NULL) ||
			(k->type == POWER && (n & (n - 1)) != 0))
			return FALSE;
		*(unsigned *)at = (unsigned)n;
		return TRUE;
	case SWITCH:
		return text_switch(word, at);
	case EXPORTS:
		return set_exports(word, at);
	case ARGUMENTS:
		return g_shell_parse_argv(word, NULL, at, NULL);
	case MAC_BYTES:
		return frame_mac_parse_unicast(word, at, NULL);
	default:
		if (!is_allowed(k->type, word))
			return FALSE;
		if (k->type == PATH_HERE && g_str_has_prefix(word, "~/"))
			*(char **)at = g_build_filename(g_get_home_dir(), word + 2, NULL);
		else if (k->type == PCI && word[2] == ':')
			*(char **)at = g_strdup_printf("0000:%s", word);
		else
			*(char **)at = g_strdup(word);
		return TRUE;
	}
}

/* The file's value, or that of [DEFAULT]; empty ones are not set. */
static gboolean take_key(
	const struct ini *file, struct testbed *t, const struct key *k, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *where = NULL;
	g_autofree char *value = ini_get(file, k->group, k->name, &where, &why);

	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	}
	if (value != NULL && g_strstrip(value)[0] != '\0') {
		if (set_value(t, k, value))
			return TRUE;
		if (wants[k->type] != NULL)
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: invalid value '%.80s'; expected %s", where, value,
				wants[k->type]);
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s: invalid value '%.80s'; expected a %s from %u to %u", where, value,
			k->type == POWER ? "power of two" : "number", k->min, k->max);
	}
	if (k->preset != NULL && k->preset[0] != '\0')
		(void)set_value(t, k, k->preset);
	else if (k->preset != NULL)
		*(char **)((char *)t + k->at) = g_strdup("");
	return TRUE;
}

/* How [host] is reached is how the others are, unless they say otherwise. */
static void inherit_access(const struct ini *file, struct testbed *t)
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

/* file: freed; NULL with an error. */
static struct testbed *make_testbed(struct ini *file, const char *path, GError **error)
{
	struct testbed *t = NULL;
	gboolean good = file != NULL;

	if (good) {
		t = g_new0(struct testbed, 1);
		inject_names(file, path);
		good = check_names(file, error);
	}
	for (size_t i = 0; good && i < G_N_ELEMENTS(keys); i++)
		good = take_key(file, t, &keys[i], error);
	if (good)
		inherit_access(file, t);
	ini_free(file);
	if (good)
		return t;
	testbed_free(t);
	return NULL;
}

struct testbed *testbed_parse(const char *path, const char *text, GError **error)
{
	return make_testbed(ini_parse(path, text, error), path, error);
}

struct testbed *testbed_read(const char *path, GError **error)
{
	struct testbed *t;

	if (path == NULL)
		return testbed_parse("", "", error);
	t = make_testbed(ini_read(path, error), path, error);
	if (t != NULL)
		t->path = g_strdup(path);
	return t;
}

void testbed_free(struct testbed *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		void *at = (char *)t + keys[i].at;

		if (keys[i].type < EXPORTS)
			g_free(*(char **)at);
		else if (keys[i].type <= ARGUMENTS)
			g_strfreev(*(char ***)at);
	}
	g_free(t->path);
	g_free(t);
}

/* Keys of several groups with one name, default and meaning are one row. */
static gboolean share_row(const struct key *a, const struct key *b)
{
	return g_str_equal(a->name, b->name) && g_strcmp0(a->preset, b->preset) == 0 &&
	       g_str_equal(a->meaning, b->meaning);
}

/* The first cell of the row of keys[i]; FALSE: an earlier key's row has it. */
static gboolean append_row_keys(GString *text, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (share_row(&keys[k], &keys[i]))
			return FALSE;
	for (size_t k = i; k < G_N_ELEMENTS(keys); k++)
		if (share_row(&keys[k], &keys[i]))
			g_string_append_printf(text, "%s`%s.%s`", k == i ? "| " : ", ",
				keys[k].group, keys[k].name);
	return TRUE;
}

char *testbed_keys_markdown(void)
{
	GString *text = g_string_new("| group, key | default | what |\n|---|---|---|\n");

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		const struct key *k = &keys[i];
		gboolean none = k->preset == NULL || k->preset[0] == '\0';

		if (k->type != IGNORED && append_row_keys(text, i))
			g_string_append_printf(text, " | %s%s%s | %s |\n", none ? "" : "`",
				none ? "" : k->preset, none ? "" : "`", k->meaning);
	}
	g_string_append(text, "\n| ignored key of autotest | why |\n|---|---|\n");
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].type == IGNORED && append_row_keys(text, i))
			g_string_append_printf(text, " | %s |\n", keys[i].meaning);
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
