/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/options_private.h"

#include <stdio.h>
#include <string.h>

#include "sim/datapath/fabric.h"
#include "sim/error.h"
#include "sim/testbed/ini.h"
#include "sim/testbed/testbed.h"

#define CONFIG_GROUP "tsim"

/* The table holds places within struct options; entries_of() makes them places in one. */
#define AT(member) ((gpointer)offsetof(struct options, member))

static const GOptionEntry entries[] = {
	CLI_HEADING("Traffic"),
	{ "profile", 'p', 0, G_OPTION_ARG_STRING, AT(profile),
		"Frame lengths: a name (see tsim profile), a CSV file, fixed:64, uniform:64-1518, "
		"genome:aaafg (default imix)",
		"PROFILE" },
	{ "mix", 0, 0, G_OPTION_ARG_FILENAME, AT(mix),
		"Guests in groups with profile, share and arrival each (instead of --profile, "
		"--guests, --share)",
		"FILE" },
	{ "guests", 'g', 0, G_OPTION_ARG_STRING, AT(guests),
		"How many guests, or a fleet of several interfaces: vfio:8,vmux:24,virtio:32 "
		"(default 1)",
		"N" },
	{ "rate", 'r', 0, G_OPTION_ARG_STRING, AT(rate),
		"Offered load of all guests: 500kpps, 2Gbit/s, 40% (of --link), max; a list or a "
		"sweep "
		"50k..800k:50k gives a trial each (default 100kpps)",
		"RATE" },
	{ "ramp", 0, 0, G_OPTION_ARG_STRING, AT(ramp),
		"Change the offered load within one trial: a list or a sweep of rates, an equal "
		"part "
		"of the duration each (instead of --rate)",
		"RATES" },
	{ "share", 0, 0, G_OPTION_ARG_STRING, AT(share),
		"How guests share the load: equal, zipf:1.1, or a list 3,1,1 (default equal)",
		"SHARE" },
	{ "arrival", 0, 0, G_OPTION_ARG_STRING, AT(arrival),
		"When frames depart: cbr, poisson, weibull, lognormal, onoff, mmpp or trace:FILE, "
		"with "
		"parameters as in onoff:on=1ms,off=9ms (default cbr)",
		"PROCESS" },
	{ "pattern", 0, 0, G_OPTION_ARG_STRING, AT(pattern_text),
		"to-guests, between-guests (each frame goes on to another guest of the interface) "
		"or "
		"both (default to-guests)",
		"PATTERN" },
	{ "link", 0, 0, G_OPTION_ARG_STRING, AT(link),
		"Speed of the wire that caps the load, and that 40% is of: 10G, 100G (default "
		"none)",
		"SPEED" },
	{ "mtu", 0, 0, G_OPTION_ARG_INT, AT(mtu),
		"Frame length that a genome's z stands for, with FCS (default none)", "BYTES" },
	{ "seed", 0, 0, G_OPTION_ARG_INT64, AT(seed), "Of all random numbers (default 1)", "N" },
	CLI_HEADING("Testbed"),
	{ "machine", 'm', 0, G_OPTION_ARG_STRING, AT(machine),
		"What guests are: process (started here), pcvm, microvm (virtual machines), host "
		"(reflects itself) or external (yours: tsim listens) (default process)",
		"MACHINE" },
	{ "interface", 'i', 0, G_OPTION_ARG_STRING, AT(interface),
		"How frames reach them: vhost-user, virtio, vfio, vmux, port, null or discard; of "
		"virtual machines: vhost-user, bridge, macvtap, bridge-e1000, vfio, vmux-... "
		"(default vhost-user)",
		"INTERFACE" },
	{ "vhost", 0, 0, G_OPTION_ARG_STRING, AT(vhost_text),
		"Of interface virtio (default on), or of a virtual machine's tap (default off): on "
		"or off",
		"SWITCH" },
	{ "qemu", 0, 0, G_OPTION_ARG_STRING, AT(qemu),
		"Of virtual machines: name of the QEMU in results, and the folder of its program "
		"(default normal:, the one on $PATH)",
		"NAME:DIR" },
	{ "ioregionfd", 0, 0, G_OPTION_ARG_STRING, AT(ioregionfd),
		"Of a microvm: on or off (default off)", "SWITCH" },
	{ "reflector", 0, 0, G_OPTION_ARG_STRING, AT(reflector),
		"In virtual machines and on the host: dpdk or xdp (default xdp)", "REFLECTOR" },
	{ "policy", 0, 0, G_OPTION_ARG_STRING, AT(policy),
		"Of interface vmux: emulate-all, passthrough:K (the first K guests) or busiest:K "
		"(default emulate-all)",
		"POLICY" },
	{ "vf-limit", 0, 0, G_OPTION_ARG_INT, AT(vf_limit),
		"Queue pairs that vmux's NIC has for guests (default 256)", "N" },
	{ "mediators", 0, 0, G_OPTION_ARG_INT, AT(mediators), "Threads of vmux (default 1)", "N" },
	{ "descriptors", 0, 0, G_OPTION_ARG_INT, AT(descriptors),
		"Of each queue of a guest (default 256)", "N" },
	{ "port", 0, 0, G_OPTION_ARG_STRING, AT(port),
		"Reach all guests by this DPDK port: a PCI address, or devargs such as "
		"net_af_packet0,iface=eth0 (sets --machine external --interface port)",
		"DEVICE" },
	{ "as", 0, 0, G_OPTION_ARG_STRING, AT(as),
		"What the guests of --machine external are, for results: machine=pcvm,"
		"interface=bridge,qemu=normal,vhost=on,ioregionfd=off,reflector=xdp",
		"KEY=VALUE,..." },
	{ "socket-dir", 0, 0, G_OPTION_ARG_FILENAME, AT(socket_dir),
		"Folder for guest-N.sock (default a temporary one)", "DIR" },
	{ "cores", 'c', 0, G_OPTION_ARG_STRING, AT(cores_text),
		"CPUs of the generator: 2-3, or load:2-3/rx:4, and /timer:5 for a worker that "
		"sends probes to a --port (default the last CPU)",
		"CPUS" },
	{ "probes", 0, 0, G_OPTION_ARG_STRING, AT(probes),
		"Rate of the timer worker's probes, to all guests in turn, apart from the load "
		"(default 1kpps)",
		"RATE" },
	{ "guest-cores", 0, 0, G_OPTION_ARG_STRING, AT(guest_cores),
		"CPUs of guest processes (default those that the generator leaves)", "CPUS" },
	{ "host-cores", 0, 0, G_OPTION_ARG_STRING, AT(host_cores),
		"CPUs of the host's threads of virtio and vmux (default those of the guests)",
		"CPUS" },
	{ "guests-per-process", 0, 0, G_OPTION_ARG_INT, AT(per_process),
		"Guests of one reflector process, 1 to 31 (default: few processes, one a CPU)",
		"N" },
	{ "fault", 0, 0, G_OPTION_ARG_STRING, AT(fault),
		"Let guests misbehave: "
		"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms "
		"(default none)",
		"PLAN" },
	{ "swap", 0, 0, G_OPTION_ARG_STRING, AT(swap),
		"What guests swap: mac, ip (and mac), ports (and ip and mac) (default mac)",
		"WHAT" },
	{ "mac", 0, 0, G_OPTION_ARG_STRING, AT(mac),
		"MAC of guest 0; guest n has it plus n (default 52:54:00:fa:00:60)", "MAC" },
	{ "memory", 0, 0, G_OPTION_ARG_INT, AT(memory),
		"For frames of the generator (default by need)", "MIB" },
	{ "hugepages", 0, 0, G_OPTION_ARG_NONE, AT(hugepages),
		"Use hugepages (default: none needed)", NULL },
	CLI_HEADING("Trial"),
	{ "duration", 'd', 0, G_OPTION_ARG_STRING, AT(duration),
		"Of the measuring phase (default 10s)", "TIME" },
	{ "warm-up", 0, 0, G_OPTION_ARG_STRING, AT(warm_up),
		"Load before it that is not counted (default 1s)", "TIME" },
	{ "drain", 0, 0, G_OPTION_ARG_STRING, AT(drain),
		"How long to wait for frames after it, RFC 2544 section 23 (default 2s)", "TIME" },
	{ "connect-timeout", 0, 0, G_OPTION_ARG_STRING, AT(connect_timeout),
		"How long to wait for guests (default 30s; external 10min)", "TIME" },
	{ "slack", 0, 0, G_OPTION_ARG_STRING, AT(slack),
		"A departure later than this is counted as late (default 10us)", "TIME" },
	{ "ipdv", 0, 0, G_OPTION_ARG_NONE, AT(ipdv),
		"Record the delay variation between neighbouring frames, RFC 3393, too (costs the "
		"receiver some time a frame)",
		NULL },
	{ "reps", 'n', 0, G_OPTION_ARG_INT, AT(reps), "Repetitions of each trial (default 1)",
		"N" },
	{ "rep", 0, 0, G_OPTION_ARG_INT, AT(rep), "Only this repetition, from 0", "N" },
	CLI_HEADING("Output"),
	{ "out", 'o', 0, G_OPTION_ARG_FILENAME, AT(out), "Folder of results (default out)", "DIR" },
	{ "label", 'l', 0, G_OPTION_ARG_STRING, AT(label),
		"Name of this series: results go to DIR/LABEL (default default)", "LABEL" },
	{ "note", 0, 0, G_OPTION_ARG_STRING_ARRAY, AT(notes),
		"Put a text into the trial's file, environment.notes (repeat)", "KEY=TEXT" },
	{ "overwrite", 0, 0, G_OPTION_ARG_NONE, AT(overwrite),
		"Measure again what is there already", NULL },
	{ "wait", 0, 0, G_OPTION_ARG_NONE, AT(wait),
		"Wait for another tsim that writes the same label (default: fail)", NULL },
	{ "format", 'f', 0, G_OPTION_ARG_STRING, AT(format_text),
		"Of stdout: text, csv or json (default text)", "FORMAT" },
	{ "all-guests", 'a', 0, G_OPTION_ARG_NONE, AT(all_guests),
		"Print every guest, not only the best and worst", NULL },
	{ "capture", 0, 0, G_OPTION_ARG_FILENAME, AT(capture),
		"Write the frames that are sent to a pcap file, as many as fit 256 MiB", "FILE" },
	{ "quiet", 'q', 0, G_OPTION_ARG_NONE, AT(quiet), "No progress", NULL },
	{ "verbose", 'v', 0, G_OPTION_ARG_NONE, AT(verbose), "DPDK's messages, too", NULL },
	{ "config", 0, 0, G_OPTION_ARG_FILENAME, AT(config),
		"Read options from a key file, group [tsim]; the command line wins", "FILE" },
	{ "check", 0, 0, G_OPTION_ARG_NONE, AT(check), "Check all options and stop", NULL },
	{ "print-config", 0, 0, G_OPTION_ARG_NONE, AT(print_config),
		"Print all options as a config file and stop", NULL },
	{ 0 },
};

static GOptionEntry *entries_of(struct options *o)
{
	GOptionEntry *own = g_new(GOptionEntry, G_N_ELEMENTS(entries));

	memcpy(own, entries, sizeof(entries));
	for (GOptionEntry *e = own; e->long_name != NULL; e++)
		if (e->long_name[0] != '\0') /* a heading has no place */
			e->arg_data = (char *)o + (size_t)e->arg_data;
	return own;
}

static gboolean is_about_the_run(const GOptionEntry *e)
{
	return e->arg_data == AT(config) || e->arg_data == AT(notes) || e->arg_data == AT(check) ||
	       e->arg_data == AT(print_config) || e->long_name[0] == '\0';
}

static const GOptionEntry *find_entry(const char *key)
{
	for (const GOptionEntry *e = entries; e->long_name != NULL; e++)
		if (g_str_equal(e->long_name, key) && !is_about_the_run(e))
			return e;
	return NULL;
}

/* A key of [tsim] as an option. */
static gboolean key_to_arg(
	const struct ini *file, const char *key, GPtrArray *owned, GError **error)
{
	const GOptionEntry *e = find_entry(key);
	g_autofree char *where = NULL;
	g_autofree char *value = ini_get(file, CONFIG_GROUP, key, &where, error);
	gboolean yes;

	if (value == NULL)
		return FALSE;
	if (e == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s: no such key; keys are the long options of tsim --help", where);
		return FALSE;
	}
	if (e->arg != G_OPTION_ARG_NONE) {
		g_ptr_array_add(owned, g_strdup_printf("--%s=%s", key, value));
		return TRUE;
	}
	if (!cli_switch_parse(where, value, &yes, error))
		return FALSE;
	g_ptr_array_add(owned, g_strdup_printf("--%s%s", yes ? "" : "no-", key));
	return TRUE;
}

/* The keys of a config file as options: "--key=value", in front of the command line's. */
static gboolean config_to_args(const char *path, GPtrArray *args, GPtrArray *owned, GError **error)
{
	struct ini *file = ini_read(path, error);
	gboolean good = file != NULL;

	for (const char *const *g = good ? ini_sections(file) : NULL; good && *g != NULL; g++) {
		g_autofree char *where = ini_where(file, *g);

		good = g_str_equal(*g, CONFIG_GROUP) || testbed_group_known(*g);
		if (!good)
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"%s: group [%s] is unknown; options of tsim stand in [%s], a "
				"testbed's machines in [host], [guest] and [loadgen]",
				where, *g, CONFIG_GROUP);
	}
	for (const char *const *k = good ? ini_keys(file, CONFIG_GROUP) : NULL; good && *k != NULL;
		k++)
		good = key_to_arg(file, *k, owned, error);
	for (guint i = 0; good && i < owned->len; i++)
		g_ptr_array_add(args, owned->pdata[i]);
	ini_free(file);
	if (!good)
		g_prefix_error(error, "--config: ");
	return good;
}

/* Where --config says; found before the options are parsed, as its keys come first. */
static const char *config_path(int argc, char **argv)
{
	for (int i = 1; i < argc && !g_str_equal(argv[i], "--"); i++) {
		if (g_str_has_prefix(argv[i], "--config="))
			return argv[i] + strlen("--config=");
		if (g_str_equal(argv[i], "--config") && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

/* A dollar begins a reference in a config file; two are one. */
static void print_text(const char *key, const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, "$", -1);
	g_autofree char *text = g_strjoinv("$$", parts);

	printf("%s=%s\n", key, text);
}

static void print_config(const struct options *o)
{
	printf("[%s]\n", CONFIG_GROUP);
	for (const GOptionEntry *e = entries; e->long_name != NULL; e++) {
		const char *at = (const char *)o + (size_t)e->arg_data;

		if (is_about_the_run(e))
			continue;
		switch (e->arg) {
		case G_OPTION_ARG_NONE:
			printf("%s=%s\n", e->long_name, *(const gboolean *)at ? "true" : "false");
			break;
		case G_OPTION_ARG_INT:
			printf("%s=%d\n", e->long_name, *(const int *)at);
			break;
		case G_OPTION_ARG_INT64:
			printf("%s=%" G_GINT64_FORMAT "\n", e->long_name, *(const gint64 *)at);
			break;
		case G_OPTION_ARG_STRING_ARRAY: /* notes: of a run, not of a configuration */
			break;
		default:
			if (*(char *const *)at != NULL)
				print_text(e->long_name, *(char *const *)at);
		}
	}
}

static gboolean is_about_guests(const GOptionEntry *e)
{
	const gpointer places[] = { AT(machine), AT(interface), AT(vhost_text), AT(qemu),
		AT(ioregionfd), AT(reflector), AT(mac), AT(out), AT(label) };

	for (unsigned i = 0; i < G_N_ELEMENTS(places); i++)
		if (e->arg_data == places[i])
			return TRUE;
	return is_about_the_run(e);
}

char **options_words(const struct options *o)
{
	GPtrArray *words = g_ptr_array_new();

	for (const GOptionEntry *e = entries; e->long_name != NULL; e++) {
		const char *at = (const char *)o + (size_t)e->arg_data;
		char *word = NULL;

		if (is_about_guests(e))
			continue;
		if (e->arg == G_OPTION_ARG_NONE)
			word = *(const gboolean *)at ? g_strdup_printf("--%s", e->long_name) : NULL;
		else if (e->arg == G_OPTION_ARG_INT)
			word = g_strdup_printf("--%s=%d", e->long_name, *(const int *)at);
		else if (e->arg == G_OPTION_ARG_INT64)
			word = g_strdup_printf(
				"--%s=%" G_GINT64_FORMAT, e->long_name, *(const gint64 *)at);
		else if (*(char *const *)at != NULL)
			word = g_strdup_printf("--%s=%s", e->long_name, *(char *const *)at);
		if (word != NULL)
			g_ptr_array_add(words, word);
	}
	for (char **note = o->notes; note != NULL && *note != NULL; note++)
		g_ptr_array_add(words, g_strdup_printf("--note=%s", *note));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static char *quote_command_line(int argc, char **argv)
{
	GString *s = g_string_new("tsim");

	for (int i = 1; i < argc && argv[i] != NULL; i++) {
		g_autofree char *quoted = g_shell_quote(argv[i]);

		g_string_append_printf(s, " %s",
			strpbrk(argv[i], " \t\n'\"\\$`*?<>|&;()#~") == NULL ? argv[i] : quoted);
	}
	return g_string_free(s, FALSE);
}

static struct options fresh(struct cores_place place)
{
	return (struct options){ .seed = 1,
		.rep = -1,
		.reps = 1,
		.vf_limit = 256,
		.mediators = 1,
		.descriptors = 256,
		.place = place };
}

/* tsim run takes options alone: says what a word was probably meant to be. */
static gboolean no_word(const struct cli_command *command, int argc, char **argv)
{
	if (argc < 2)
		return TRUE;
	if (setup_interface_find("--interface", argv[1], NULL) != NULL ||
		fabric_check(argv[1], NULL))
		fprintf(stderr, "tsim %s: unexpected word '%s'; did you mean --interface %s?\n",
			command->name, argv[1], argv[1]);
	else
		fprintf(stderr,
			"tsim %s: unexpected word '%s'; a command comes first, options begin with "
			"'--', options of EAL follow a '--'\n",
			command->name, argv[1]);
	return FALSE;
}

int options_parse(const struct cli_command *command, int argc, char **argv,
	struct cores_place place, struct options *o, gboolean *done)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GPtrArray) from_config = g_ptr_array_new_with_free_func(g_free);
	g_autofree GOptionEntry *own = NULL;
	g_autoptr(GError) error = NULL;
	const char *config = config_path(argc, argv);
	char **args;
	int nb, own_words = 1;

	*done = FALSE;
	*o = fresh(place);
	own = entries_of(o);
	/* What follows "--" is EAL's. */
	while (own_words < argc && !g_str_equal(argv[own_words], "--"))
		own_words++;
	g_ptr_array_add(all, argv[0]);
	if (config != NULL && !config_to_args(config, all, from_config, &error))
		return cli_fail("tsim", CLI_USAGE, error);
	for (int i = 1; i < own_words; i++)
		g_ptr_array_add(all, argv[i]);
	nb = (int)all->len;
	g_ptr_array_add(all, NULL);
	args = (char **)all->pdata;
	if (!cli_options("tsim", command, own, &nb, &args) || !no_word(command, nb, args)) {
		options_clear(o);
		return CLI_USAGE;
	}
	if (own_words < argc)
		o->eal = g_strdupv(argv + own_words + 1);
	o->command_line = quote_command_line(argc, argv);
	if (!options_check(o, &error)) {
		options_clear(o);
		return cli_fail("tsim", CLI_USAGE, error);
	}
	if (o->print_config)
		print_config(o);
	*done = o->print_config || o->check;
	return CLI_DONE;
}

gboolean options_parse_words(const char *const *words, struct options *o, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree GOptionEntry *own = NULL;
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) args = NULL;
	guint nb = g_strv_length((char **)(uintptr_t)words);

	*o = fresh((struct cores_place){ .count = 1 });
	own = entries_of(o);
	args = g_new0(char *, nb + 2);
	args[0] = g_strdup("run");
	for (guint i = 0; i < nb; i++)
		args[i + 1] = g_strdup(words[i]);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, own, NULL);
	if (!g_option_context_parse_strv(context, &args, &why))
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", why->message);
	else if (options_check(o, error))
		return TRUE;
	options_clear(o);
	return FALSE;
}

void options_clear(struct options *o)
{
	for (const GOptionEntry *e = entries; e->long_name != NULL; e++)
		if (e->arg == G_OPTION_ARG_STRING || e->arg == G_OPTION_ARG_FILENAME)
			g_free(*(char **)((char *)o + (size_t)e->arg_data));
	options_forget(o);
	g_free(o->command_line);
	g_strfreev(o->eal);
	g_strfreev(o->notes);
	*o = (struct options){ 0 };
}
