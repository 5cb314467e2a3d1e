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
#define ROW(type, member, ...) OPTION_ROW(type, struct options, member, __VA_ARGS__)
#define WORDS OPTION_WORDS

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

const char *const options_patterns[] = { TRIAL_PATTERN_DEFAULT, "between-guests", "both", NULL };

const struct option_row options_rows[] = {
	OPTION_GROUP("Traffic"),
	ROW(TEXT, profile, "profile", 'p', "PROFILE",
		"Frame lengths: a profile (listed by 'tsim profile'), a CSV file, fixed:64, "
		"uniform:64-1518 or genome:aaafg",
		.preset = "imix", .unless = "mix", WORDS("fixed:", "uniform:", "genome:")),
	ROW(FILE, mix, "mix", 0, "FILE",
		"INI file with groups of guests, each with its own profile, share and arrival "
		"process (replaces --profile, --guests, --share)"),
	ROW(TEXT, guests, "guests", 'g', "N",
		"Number of guests, or guests per interface: vfio:8,vmux:24,virtio:32",
		.preset = "1", .unless = "mix"),
	ROW(TEXT, rate, "rate", 'r', "RATE",
		"Offered load of all guests: 500kpps, 2Gbit/s, 40% (of --link) or max; a list or "
		"sweep (50k..800k:50k): one trial per rate",
		.preset = "100kpps", .unless = "ramp", WORDS("max")),
	ROW(TEXT, ramp, "ramp", 0, "RATES",
		"Offered load that changes within a trial: a list or sweep of rates for equal "
		"parts of the duration (replaces --rate)"),
	ROW(TEXT, share, "share", 0, "SHARE",
		"Shares of the guests in the load: equal, zipf:1.1 or a list 3,1,1 (default "
		"equal)",
		WORDS("equal", "zipf:")),
	ROW(TEXT, arrival, "arrival", 0, "PROCESS",
		"Departure process: cbr, poisson, weibull, lognormal, onoff, mmpp or trace:FILE; "
		"parameters as in onoff:on=1ms,off=9ms",
		.preset = "cbr",
		WORDS("cbr", "poisson", "weibull:", "lognormal:", "onoff:", "mmpp:", "trace:")),
	ROW(WORD, pattern, "pattern", 0, "PATTERN",
		"Direction: to-guests, between-guests (forwarded to another guest of the same "
		"interface) or both",
		.preset = TRIAL_PATTERN_DEFAULT, .words = options_patterns),
	ROW(TEXT, link, "link", 0, "SPEED",
		"Link speed, such as 10G: caps the load, base of % rates (default none)",
		WORDS("1G", "10G", "25G", "40G", "100G")),
	ROW(INT, mtu, "mtu", 0, "BYTES",
		"Frame length for letter z of a genome, with FCS (default none)",
		.min = FRAME_LEN_MIN, .max = FRAME_LEN_MAX),
	ROW(UINT64, seed, "seed", 0, "N", "Random seed", .preset = "1"),
	OPTION_GROUP("Testbed"),
	ROW(CHOICE, machine, "machine", 'm', "MACHINE",
		"Guests: process (started by tsim), pcvm or microvm (virtual machines), host (the "
		"host reflects) or external (started by you)",
		.preset = "process", WORDS("process", "pcvm", "microvm", "host", "external")),
	ROW(TEXT, interface, "interface", 'i', "INTERFACE",
		"Interface of the guests: vhost-user, virtio, vfio, vmux, port, null or "
		"discard; for virtual machines: vhost-user, bridge, macvtap, bridge-e1000, "
		"vfio or vmux-...",
		.preset = "vhost-user",
		WORDS("vhost-user", "virtio", "vfio", "vmux", "port", "null", "discard", "bridge",
			"macvtap", "bridge-e1000", "pnic"),
		.flags = OPTION_LATE),
	ROW(WORD, vhost_word, "vhost", 0, "SWITCH",
		"Kernel vhost, on or off: of interface virtio (default on) or of a virtual "
		"machine's tap (default off)",
		WORDS("on", "off")),
	ROW(TEXT, qemu, "qemu", 0, "NAME:DIR",
		"QEMU of virtual machines: name in the results and its directory (default normal:, "
		"from $PATH)"),
	ROW(WORD, ioregionfd, "ioregionfd", 0, "SWITCH",
		"ioregionfd of a microvm: on or off (default off)", WORDS("on", "off")),
	ROW(WORD, reflector, "reflector", 0, "REFLECTOR",
		"Reflector in virtual machines and on the host: dpdk or xdp (default xdp)",
		WORDS("dpdk", "xdp")),
	ROW(TEXT, policy, "policy", 0, "POLICY",
		"Policy of interface vmux: emulate-all, passthrough:K (the first K guests) or "
		"busiest:K (default emulate-all)",
		WORDS("emulate-all", "passthrough:", "busiest:")),
	ROW(INT, vf_limit, "vf-limit", 0, "N", "Queue pairs for guests on the NIC of vmux",
		.preset = "256", .min = 0, .max = FRAME_GUESTS_MAX),
	ROW(INT, mediators, "mediators", 0, "N", "Mediator threads of vmux", .preset = "1",
		.min = 1, .max = CORES_MAX),
	ROW(INT, descriptors, "descriptors", 0, "N", "Descriptors per guest queue, a power of two",
		.preset = "256", .min = 32, .max = 32768),
	ROW(TEXT, port, "port", 0, "DEVICE",
		"DPDK port to all guests: a PCI address, or devargs such as "
		"net_af_packet0,iface=eth0 (sets --machine external --interface port)"),
	ROW(TEXT, as, "as", 0, "KEY=VALUE,...",
		"Description of the external guests for the results, such as "
		"machine=pcvm,interface=bridge,reflector=xdp; also qemu, vhost, ioregionfd",
		WORDS("machine=")),
	ROW(DIR, socket_dir, "socket-dir", 0, "DIR",
		"Directory of the guests' sockets (default a temporary one)"),
	ROW(TEXT, cores_text, "cores", 0, "CPUS",
		"CPUs of the generator: 2-3 or load:2-3/rx:4; /timer:5 adds a worker that "
		"sends probes through a --port (default the last CPU)"),
	ROW(TEXT, probes, "probes", 0, "RATE[:ptp]",
		"Probe rate of the timer worker, to all guests in turn, on top of the load; :ptp "
		"sends PTP frames, one at a time, for NICs that time-stamp no others",
		.preset = "1kpps", .flags = OPTION_LATE),
	ROW(TEXT, guest_cores, "guest-cores", 0, "CPUS",
		"CPUs of guest processes (default all that the generator does not use)"),
	ROW(TEXT, host_cores, "host-cores", 0, "CPUS",
		"CPUs of the host threads of virtio and vmux (default those of the guests)"),
	ROW(INT, per_process, "guests-per-process", 0, "N",
		"Guests per reflector process (default one process per CPU)", .min = 1,
		.max = FLEET_PORTS_MAX),
	ROW(TEXT, fault, "fault", 0, "PLAN",
		"Faults injected by guests: "
		"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms (default "
		"none)"),
	ROW(TEXT, swap, "swap", 0, "WHAT",
		"Addresses that guests swap: mac, ip (and MAC) or ports (and IP and MAC) "
		"(default mac)",
		WORDS("mac", "ip", "ports")),
	ROW(TEXT, mac, "mac", 0, "MAC",
		"MAC address of guest 0; n is added for guest n (default 52:54:00:fa:00:60)"),
	ROW(INT, memory, "memory", 0, "MIB", "Frame memory of the generator (default as required)",
		.min = 1, .max = 1048576),
	ROW(SWITCH, hugepages, "hugepages", 0, NULL, "Use hugepages"),
	OPTION_GROUP("Trial"),
	ROW(TIME, duration_ns, "duration", 'd', "TIME", "Length of the measurement phase",
		.preset = "10s", .min = 1e-3, .max = 3 * DAY_S),
	ROW(TIME, warm_up_ns, "warm-up", 0, "TIME",
		"Length of the warm-up, whose frames are not counted", .preset = "1s", .min = 0,
		.max = HOUR_S),
	ROW(TIME, drain_ns, "drain", 0, "TIME",
		"Wait for outstanding frames after the measurement phase (RFC 2544 section "
		"23)",
		.preset = "2s", .min = 0, .max = HOUR_S),
	ROW(TIME, connect_timeout_ns, "connect-timeout", 0, "TIME",
		"Maximum wait for guests (default " OPTIONS_CONNECT_TIMEOUT
		"; external " OPTIONS_EXTERNAL_TIMEOUT
		"; virtual machines 2min with KVM, 4min without, more for many)",
		.min = 0, .max = DAY_S),
	ROW(TIME, slack_ns, "slack", 0, "TIME",
		"Delay of a departure beyond which it is counted as late", .preset = "10us",
		.min = 0, .max = HOUR_S),
	ROW(SWITCH, ipdv, "ipdv", 0, NULL,
		"Record the delay variation between consecutive frames, RFC 3393 (costs receiver "
		"time)"),
	ROW(INT, reps, "reps", 'n', "N", "Repetitions of each trial", .preset = "1", .min = 1,
		.max = 10000),
	ROW(INT, rep, "rep", 0, "N", "Number of the only repetition to measure", .min = 0,
		.max = 9999),
	OPTION_GROUP("Output"),
	ROW(DIR, out, "out", 'o', "DIR", "Results directory", .preset = "out"),
	ROW(TEXT, label, "label", 'l', "LABEL", "Name of the series: results go to DIR/LABEL",
		.preset = "default"),
	ROW(TEXT, host_pids, "host-pids", 0, "PID,...",
		"Processes that serve external guests, for cpu.host"),
	ROW(TEXT, guest_pids, "guest-pids", 0, "PID,...",
		"Processes of external guests, for cpu.guests"),
	ROW(TEXTS, notes, "note", 0, "KEY=TEXT", "Note for environment.notes of the trial file"),
	ROW(SWITCH, overwrite, "overwrite", 0, NULL, "Measure again and replace existing results"),
	ROW(SWITCH, wait, "wait", 0, NULL,
		"Wait for another tsim that writes to the same label (default: fail)"),
	ROW(WORD, format, "format", 'f', "FORMAT", "Output format", .preset = "text",
		WORDS("text", "csv", "json", "jsonl")),
	ROW(SWITCH, all_guests, "all-guests", 'a', NULL,
		"Print all guests, not only the best and the worst"),
	ROW(FILE, capture, "capture", 0, "FILE",
		"Write the frames sent to a pcap file (up to 256 MiB)"),
	ROW(SWITCH, quiet, "quiet", 'q', NULL, "Do not show progress"),
	ROW(SWITCH, verbose, "verbose", 'v', NULL, "Show DPDK messages"),
	ROW(FILE, config, "config", 'c', "FILE",
		"Read options from an INI file, section [tsim]; the command line wins",
		.flags = OPTION_NO_KEY),
	ROW(SWITCH, check, "check", 0, NULL, "Check all options and stop", .flags = OPTION_NO_KEY),
	ROW(SWITCH, print_config, "print-config", 0, NULL,
		"Print all options as a configuration file and stop", .flags = OPTION_NO_KEY),
	ROW(REST, eal, "", 0, "EAL-OPTION", NULL),
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
	return sim_fail(error, SIM_ERROR_USAGE,
		"%s: unknown key; expected a long option of 'tsim run --help'", where);
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
				"%s: unknown section [%s]; expected [%s] (options of tsim), "
				"[host], [guest] or [loadgen] (machines of a testbed)",
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

static void begin_options(struct options *o, struct cores_place place)
{
	*o = (struct options){ .place = place };
	option_init(options_rows, o);
}

/* The command line; where it names a config file, on top of that. */
static gboolean parse_all(const struct cli_program *program, char **argv, struct cores_place place,
	struct options *o, GError **error)
{
	struct cli_call call;
	g_autofree char *config = NULL;
	struct option_line line;

	begin_options(o, place);
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
				"%s (-c is --config; use --cores for CPUs)", text);
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
	gboolean parsed = parse_all(program, argv, place, o, &error);

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

	begin_options(o, (struct cores_place){ .count = 1 });
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
