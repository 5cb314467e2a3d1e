/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/options_private.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/fleet/fleet.h"
#include "analyze/base/ini.h"
#include "sim/host/testbed.h"
#include "traffic/frame.h"
#include "analyze/base/text.h"

#define CONFIG_GROUP "tsim"
#define AT(member) .at = offsetof(struct options, member)
#define WORDS(...)                     \
	.words = (const char *const[]) \
	{                              \
		__VA_ARGS__, NULL      \
	}

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

const struct option_row options_rows[] = {
	OPTION_GROUP("Traffic"),
	{ .name = "profile",
		.letter = 'p',
		.type = OPTION_TEXT,
		AT(profile),
		.preset = "imix",
		.unless = "mix",
		WORDS("fixed:", "uniform:", "genome:"),
		.metavar = "PROFILE",
		.help = "Frame lengths: a name (see tsim profile), a CSV file, fixed:64, "
			"uniform:64-1518, genome:aaafg" },
	{ .name = "mix",
		.type = OPTION_FILE,
		AT(mix),
		.metavar = "FILE",
		.help = "Guests in groups with profile, share and arrival each (instead of "
			"--profile, --guests, --share)" },
	{ .name = "guests",
		.letter = 'g',
		.type = OPTION_TEXT,
		AT(guests),
		.preset = "1",
		.unless = "mix",
		.metavar = "N",
		.help = "Number of guests, or a fleet of several interfaces: "
			"vfio:8,vmux:24,virtio:32" },
	{ .name = "rate",
		.letter = 'r',
		.type = OPTION_TEXT,
		AT(rate),
		.preset = "100kpps",
		.unless = "ramp",
		WORDS("max"),
		.metavar = "RATE",
		.help = "Offered load of all guests together: 500kpps, 2Gbit/s, 40% (of --link), "
			"max; a list or a sweep 50k..800k:50k gives a trial each" },
	{ .name = "ramp",
		.type = OPTION_TEXT,
		AT(ramp),
		.metavar = "RATES",
		.help = "Change the offered load within one trial: a list or a sweep of rates, an "
			"equal part of the duration each (instead of --rate)" },
	{ .name = "share",
		.type = OPTION_TEXT,
		AT(share),
		WORDS("equal", "zipf:"),
		.metavar = "SHARE",
		.help = "How guests share the load: equal, zipf:1.1, or a list 3,1,1 (default "
			"equal)" },
	{ .name = "arrival",
		.type = OPTION_TEXT,
		AT(arrival),
		.preset = "cbr",
		WORDS("cbr", "poisson", "weibull:", "lognormal:", "onoff:", "mmpp:", "trace:"),
		.metavar = "PROCESS",
		.help = "Departure process of frames: cbr, poisson, weibull, lognormal, onoff, "
			"mmpp or trace:FILE, with parameters as in onoff:on=1ms,off=9ms" },
	{ .name = "pattern",
		.type = OPTION_CHOICE,
		AT(pattern_text),
		.preset = TRIAL_PATTERN_DEFAULT,
		WORDS(TRIAL_PATTERN_DEFAULT, "between-guests", "both"),
		.metavar = "PATTERN",
		.help = "Direction: to-guests, between-guests (each frame goes on to another guest "
			"of the interface) or both" },
	{ .name = "link",
		.type = OPTION_TEXT,
		AT(link),
		WORDS("1G", "10G", "25G", "40G", "100G"),
		.metavar = "SPEED",
		.help = "Link speed, as 10G or 100G: caps the load and is the base of % rates "
			"(default none)" },
	{ .name = "mtu",
		.type = OPTION_INT,
		AT(mtu),
		.min = FRAME_LEN_MIN,
		.max = FRAME_LEN_MAX,
		.metavar = "BYTES",
		.help = "Frame length that a genome's z stands for, with FCS (default none)" },
	{ .name = "seed",
		.type = OPTION_UINT64,
		AT(seed),
		.preset = "1",
		.metavar = "N",
		.help = "Random seed" },
	OPTION_GROUP("Testbed"),
	{ .name = "machine",
		.letter = 'm',
		.type = OPTION_CHOICE,
		AT(machine),
		.preset = "process",
		WORDS("process", "pcvm", "microvm", "host", "external"),
		.metavar = "MACHINE",
		.help = "What guests are: process (started here), pcvm, microvm (virtual "
			"machines), host (reflects itself) or external (yours: tsim listens)" },
	{ .name = "interface",
		.letter = 'i',
		.type = OPTION_TEXT,
		AT(interface),
		.preset = "vhost-user",
		WORDS("vhost-user", "virtio", "vfio", "vmux", "port", "null", "discard", "bridge",
			"macvtap", "bridge-e1000", "pnic"),
		.flags = OPTION_LATE,
		.metavar = "INTERFACE",
		.help = "How frames reach them: vhost-user, virtio, vfio, vmux, port, null or "
			"discard; of virtual machines: vhost-user, bridge, macvtap, bridge-e1000, "
			"vfio, vmux-..." },
	{ .name = "vhost",
		.type = OPTION_CHOICE,
		AT(vhost_text),
		WORDS("on", "off"),
		.metavar = "SWITCH",
		.help = "Kernel vhost of interface virtio (default on), or of a virtual machine's "
			"tap (default off): on or off" },
	{ .name = "qemu",
		.type = OPTION_TEXT,
		AT(qemu),
		.metavar = "NAME:DIR",
		.help = "QEMU of virtual machines: its name in results, and the directory of its "
			"program (default normal:, the one on $PATH)" },
	{ .name = "ioregionfd",
		.type = OPTION_CHOICE,
		AT(ioregionfd),
		WORDS("on", "off"),
		.metavar = "SWITCH",
		.help = "ioregionfd of a microvm: on or off (default off)" },
	{ .name = "reflector",
		.type = OPTION_CHOICE,
		AT(reflector),
		WORDS("dpdk", "xdp"),
		.metavar = "REFLECTOR",
		.help = "Reflector in virtual machines and on the host: dpdk or xdp (default "
			"xdp)" },
	{ .name = "policy",
		.type = OPTION_TEXT,
		AT(policy),
		WORDS("emulate-all", "passthrough:", "busiest:"),
		.metavar = "POLICY",
		.help = "Policy of interface vmux: emulate-all, passthrough:K (the first K guests) "
			"or busiest:K (default emulate-all)" },
	{ .name = "vf-limit",
		.type = OPTION_INT,
		AT(vf_limit),
		.preset = "256",
		.min = 0,
		.max = FRAME_GUESTS_MAX,
		.metavar = "N",
		.help = "Queue pairs that vmux's NIC has for guests" },
	{ .name = "mediators",
		.type = OPTION_INT,
		AT(mediators),
		.preset = "1",
		.min = 1,
		.max = CORES_MAX,
		.metavar = "N",
		.help = "Threads of vmux" },
	{ .name = "descriptors",
		.type = OPTION_INT,
		AT(descriptors),
		.preset = "256",
		.min = 32,
		.max = 32768,
		.metavar = "N",
		.help = "Descriptors per guest queue, a power of two" },
	{ .name = "port",
		.type = OPTION_TEXT,
		AT(port),
		.metavar = "DEVICE",
		.help = "Reach all guests by this DPDK port: a PCI address, or devargs such as "
			"net_af_packet0,iface=eth0 (sets --machine external --interface port)" },
	{ .name = "as",
		.type = OPTION_TEXT,
		AT(as),
		WORDS("machine="),
		.metavar = "KEY=VALUE,...",
		.help = "What the guests of --machine external are, for results: "
			"machine=pcvm,interface=bridge,qemu=normal,vhost=on,ioregionfd=off,"
			"reflector=xdp" },
	{ .name = "socket-dir",
		.type = OPTION_DIR,
		AT(socket_dir),
		.metavar = "DIR",
		.help = "Directory for guest-N.sock (default a temporary one)" },
	{ .name = "cores",
		.type = OPTION_TEXT,
		AT(cores_text),
		.metavar = "CPUS",
		.help = "CPUs of the generator: 2-3, or load:2-3/rx:4, and /timer:5 for a worker "
			"that sends probes to a --port (default the last CPU)" },
	{ .name = "probes",
		.type = OPTION_TEXT,
		AT(probes),
		.preset = "1kpps",
		.flags = OPTION_LATE,
		.metavar = "RATE",
		.help = "Rate of the timer worker's probes, to all guests in turn, apart from the "
			"load" },
	{ .name = "guest-cores",
		.type = OPTION_TEXT,
		AT(guest_cores),
		.metavar = "CPUS",
		.help = "CPUs of guest processes (default those that the generator leaves)" },
	{ .name = "host-cores",
		.type = OPTION_TEXT,
		AT(host_cores),
		.metavar = "CPUS",
		.help = "CPUs of the host's threads of virtio and vmux (default those of the "
			"guests)" },
	{ .name = "guests-per-process",
		.type = OPTION_INT,
		AT(per_process),
		.min = 1,
		.max = FLEET_PORTS_MAX,
		.metavar = "N",
		.help = "Guests per reflector process (default: few processes, one per CPU)" },
	{ .name = "fault",
		.type = OPTION_TEXT,
		AT(fault),
		.metavar = "PLAN",
		.help = "Faults of guests: "
			"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms "
			"(default none)" },
	{ .name = "swap",
		.type = OPTION_TEXT,
		AT(swap),
		WORDS("mac", "ip", "ports"),
		.metavar = "WHAT",
		.help = "What guests swap: mac, ip (and mac), ports (and ip and mac) (default "
			"mac)" },
	{ .name = "mac",
		.type = OPTION_TEXT,
		AT(mac),
		.metavar = "MAC",
		.help = "MAC of guest 0; guest n has it plus n (default 52:54:00:fa:00:60)" },
	{ .name = "memory",
		.type = OPTION_INT,
		AT(memory),
		.min = 1,
		.max = 1048576,
		.metavar = "MIB",
		.help = "Memory for frames of the generator (default by need)" },
	{ .name = "hugepages",
		.type = OPTION_SWITCH,
		AT(hugepages),
		.help = "Use hugepages (default: none needed)" },
	OPTION_GROUP("Trial"),
	{ .name = "duration",
		.letter = 'd',
		.type = OPTION_TIME,
		AT(duration_ns),
		.preset = "10s",
		.min = 1e-3,
		.max = 3 * DAY_S,
		.metavar = "TIME",
		.help = "Length of the measurement phase" },
	{ .name = "warm-up",
		.type = OPTION_TIME,
		AT(warm_up_ns),
		.preset = "1s",
		.min = 0,
		.max = HOUR_S,
		.metavar = "TIME",
		.help = "Load before it that is not counted" },
	{ .name = "drain",
		.type = OPTION_TIME,
		AT(drain_ns),
		.preset = "2s",
		.min = 0,
		.max = HOUR_S,
		.metavar = "TIME",
		.help = "Wait for frames after it, RFC 2544 section 23" },
	{ .name = "connect-timeout",
		.type = OPTION_TIME,
		AT(connect_timeout_ns),
		.min = 0,
		.max = DAY_S,
		.metavar = "TIME",
		.help = "Wait for guests (default " OPTIONS_CONNECT_TIMEOUT
			"; external " OPTIONS_EXTERNAL_TIMEOUT ")" },
	{ .name = "slack",
		.type = OPTION_TIME,
		AT(slack_ns),
		.preset = "10us",
		.min = 0,
		.max = HOUR_S,
		.metavar = "TIME",
		.help = "A departure later than this is counted as late" },
	{ .name = "ipdv",
		.type = OPTION_SWITCH,
		AT(ipdv),
		.help = "Record the delay variation between neighbouring frames, RFC 3393, too "
			"(costs the receiver some time per frame)" },
	{ .name = "reps",
		.letter = 'n',
		.type = OPTION_INT,
		AT(reps),
		.preset = "1",
		.min = 1,
		.max = 10000,
		.metavar = "N",
		.help = "Repetitions of each trial" },
	{ .name = "rep",
		.type = OPTION_INT,
		AT(rep),
		.min = 0,
		.max = 9999,
		.metavar = "N",
		.help = "Only this repetition" },
	OPTION_GROUP("Output"),
	{ .name = "out",
		.letter = 'o',
		.type = OPTION_DIR,
		AT(out),
		.preset = "out",
		.metavar = "DIR",
		.help = "Directory of results" },
	{ .name = "label",
		.letter = 'l',
		.type = OPTION_TEXT,
		AT(label),
		.preset = "default",
		.metavar = "LABEL",
		.help = "Name of this series: results go to DIR/LABEL" },
	{ .name = "note",
		.type = OPTION_TEXTS,
		AT(notes),
		.metavar = "KEY=TEXT",
		.help = "Put a text into the trial's file, environment.notes" },
	{ .name = "overwrite",
		.type = OPTION_SWITCH,
		AT(overwrite),
		.help = "Measure again what is already there" },
	{ .name = "wait",
		.type = OPTION_SWITCH,
		AT(wait),
		.help = "Wait for another tsim that writes the same label (default: fail)" },
	CLI_FORMAT_ROW(struct options, format),
	{ .name = "all-guests",
		.letter = 'a',
		.type = OPTION_SWITCH,
		AT(all_guests),
		.help = "Print every guest, not only the best and worst" },
	{ .name = "capture",
		.type = OPTION_FILE,
		AT(capture),
		.metavar = "FILE",
		.help = "Write the frames that are sent to a pcap file, as many as fit 256 MiB" },
	{ .name = "quiet", .letter = 'q', .type = OPTION_SWITCH, AT(quiet), .help = "No progress" },
	{ .name = "verbose",
		.letter = 'v',
		.type = OPTION_SWITCH,
		AT(verbose),
		.help = "DPDK's messages, too" },
	{ .name = "config",
		.letter = 'c',
		.type = OPTION_FILE,
		AT(config),
		.metavar = "FILE",
		.flags = OPTION_NO_KEY,
		.help = "Read options from an INI file, section [tsim]; the command line wins" },
	{ .name = "check",
		.type = OPTION_SWITCH,
		AT(check),
		.flags = OPTION_NO_KEY,
		.help = "Check all options and stop" },
	{ .name = "print-config",
		.type = OPTION_SWITCH,
		AT(print_config),
		.flags = OPTION_NO_KEY,
		.help = "Print all options as a config file and stop" },
	{ .name = "", .type = OPTION_REST, AT(eal), .metavar = "EAL-OPTION" },
	{ 0 },
};

/* A key of [tsim] sets its option. */
static gboolean read_key(const struct ini *file, const char *key, struct options *o, GError **error)
{
	const struct option_row *row = option_find(options_rows, key);
	g_autofree char *where = NULL;
	g_autofree char *value = ini_get(file, CONFIG_GROUP, key, &where, error);

	if (value == NULL)
		return FALSE;
	if (row != NULL && !(row->flags & OPTION_NO_KEY))
		return option_set(row, o, where, value, error);
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: unknown key; keys are the long options of 'tsim run --help'", where);
	return FALSE;
}

static gboolean read_config(const char *path, struct options *o, GError **error)
{
	struct ini *file = ini_read(path, error);
	gboolean good = file != NULL;

	for (const char *const *g = good ? ini_sections(file) : NULL; good && *g != NULL; g++) {
		g_autofree char *where = ini_where(file, *g);

		good = g_str_equal(*g, CONFIG_GROUP) || testbed_group_known(*g);
		if (!good)
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"%s: unknown section [%s]; options of tsim are in [%s], a "
				"testbed's "
				"machines in [host], [guest] and [loadgen]",
				where, *g, CONFIG_GROUP);
	}
	for (const char *const *k = good ? ini_keys(file, CONFIG_GROUP) : NULL; good && *k != NULL;
		k++)
		good = read_key(file, *k, o, error);
	ini_free(file);
	if (!good)
		g_prefix_error(error, "--config: ");
	return good;
}

/* A dollar begins a reference in a config file; two are one. */
static void print_config(const struct options *o)
{
	printf("[" CONFIG_GROUP "]\n");
	for (const struct option_row *row = options_rows; row->name != NULL; row++) {
		g_autofree char *value = row->flags & OPTION_NO_KEY ? NULL : option_text(row, o);
		g_auto(GStrv) parts = value == NULL ? NULL : g_strsplit(value, "$", -1);
		g_autofree char *text = value == NULL ? NULL : g_strjoinv("$$", parts);

		if (text != NULL)
			printf("%s=%s\n", row->name, text);
	}
}

char **options_words(const struct options *o)
{
	static const char *const of_guests[] = { "machine", "interface", "vhost", "qemu",
		"ioregionfd", "reflector", "mac", "out", "label", NULL };
	GPtrArray *words = g_ptr_array_new();

	for (const struct option_row *row = options_rows; row->name != NULL; row++) {
		g_autofree char *value = NULL;

		if (row->flags & OPTION_NO_KEY || g_strv_contains(of_guests, row->name))
			continue;
		value = option_text(row, o);
		if (value != NULL)
			g_ptr_array_add(words, g_strdup_printf("--%s=%s", row->name, value));
	}
	for (char **note = o->notes; note != NULL && *note != NULL; note++)
		g_ptr_array_add(words, g_strdup_printf("--note=%s", *note));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static char *quote_command_line(char **argv)
{
	GString *s = g_string_new("tsim");

	for (; *argv != NULL; argv++) {
		g_autofree char *quoted = g_shell_quote(*argv);

		g_string_append_printf(s, " %s",
			strpbrk(*argv, " \t\n'\"\\$`*?<>|&;()#~") == NULL ? *argv : quoted);
	}
	return g_string_free(s, FALSE);
}

static void begin(struct options *o, struct cores_place place)
{
	*o = (struct options){ .place = place };
	option_init(options_rows, o);
}

/* The command line; where it names a config file, on top of that. */
static gboolean parse(const struct cli_program *program, char **argv, struct cores_place place,
	struct options *o, GError **error)
{
	struct cli_call call;
	g_autofree char *config = NULL;
	struct option_line line;

	begin(o, place);
	if (!cli_parse(program, argv, &call, error))
		return FALSE;
	config = g_strdup(((const struct options *)call.asked)->config);
	cli_call_clear(&call);
	if (config != NULL && !read_config(config, o, error)) {
		g_prefix_error(error, "tsim: ");
		if (g_ascii_isdigit(*config) && !g_file_test(config, G_FILE_TEST_EXISTS)) {
			g_autofree char *text = g_strdup((*error)->message);

			g_clear_error(error);
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"%s (-c is --config: CPUs are given by --cores)", text);
		}
		return FALSE;
	}
	/* It has parsed before. */
	if (!option_parse(options_rows, o, argv + (*argv != NULL && g_str_equal(*argv, "run")),
		    &line, error))
		return FALSE;
	option_line_clear(&line);
	return TRUE;
}

/* An error of an option whose value is the config file's names that place, too. */
static void name_config(const struct options *o, GError **error)
{
	const char *text = (*error)->message;
	g_autofree char *name = NULL, *where = NULL, *value = NULL, *used = NULL;
	struct ini *file;

	if (o->config == NULL || !g_str_has_prefix(text, "--"))
		return;
	name = g_strndup(text + 2, strcspn(text + 2, ":,= "));
	if (option_find(options_rows, name) == NULL || (file = ini_read(o->config, NULL)) == NULL)
		return;
	value = ini_get(file, CONFIG_GROUP, name, &where, NULL);
	used = option_text(option_find(options_rows, name), o);
	if (value != NULL && g_strcmp0(value, used) == 0)
		g_prefix_error(error, "--config: %s: ", where);
	ini_free(file);
}

int options_parse(const struct cli_program *program, char **argv, struct cores_place place,
	struct options *o, gboolean *done)
{
	g_autoptr(GError) error = NULL;
	gboolean parsed = parse(program, argv, place, o, &error);

	*done = FALSE;
	if (parsed)
		o->command_line = quote_command_line(argv);
	if (!parsed || !options_check(o, &error)) {
		if (parsed)
			name_config(o, &error);
		options_clear(o);
		fprintf(stderr, "%s%s\n", parsed ? "tsim: " : "", error->message);
		return CLI_USAGE;
	}
	if (o->print_config)
		print_config(o);
	*done = o->print_config || o->check;
	return CLI_DONE;
}

gboolean options_parse_words(const char *const *words, struct options *o, GError **error)
{
	g_auto(GStrv) argv = g_strdupv((char **)(uintptr_t)words);
	g_autoptr(GError) why = NULL;
	struct option_line line;

	begin(o, (struct cores_place){ .count = 1 });
	if (!option_parse(options_rows, o, argv, &line, &why)) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", why->message);
	} else {
		option_line_clear(&line);
		if (options_check(o, error))
			return TRUE;
	}
	options_clear(o);
	return FALSE;
}

void options_clear(struct options *o)
{
	option_clear(options_rows, o);
	options_forget(o);
	g_free(o->command_line);
	*o = (struct options){ 0 };
}
