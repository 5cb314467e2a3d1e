/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/trial/options_table.h: rows of the option tables of tsim run and tsim search, in groups. */
#ifndef SIM_TRIAL_OPTIONS_TABLE_H
#define SIM_TRIAL_OPTIONS_TABLE_H

#include "sim/trial/options_private.h"
#include "traffic/frame.h"

enum { OPTIONS_HOUR_S = 3600, OPTIONS_DAY_S = 24 * OPTIONS_HOUR_S };

/* A row of a member of struct options, which begins each command's own. */
#define OPTIONS_ROW(type, member, ...) OPTION_ROW(type, struct options, member, __VA_ARGS__)

/* Frame lengths and guests. */
#define OPTIONS_FRAMES_ROWS                                                                     \
	OPTION_GROUP("Traffic"),                                                                \
		OPTIONS_ROW(TEXT, profile, "profile", 'p', "PROFILE",                           \
			"Frame lengths: a profile (listed by 'tsim profile'), a CSV file, "     \
			"fixed:64, uniform:64-1518 or genome:aaafg",                            \
			.preset = "imix", .unless = "mix",                                      \
			OPTION_WORDS("fixed:", "uniform:", "genome:")),                         \
		OPTIONS_ROW(FILE, mix, "mix", 0, "FILE",                                        \
			"INI file with groups of guests, each with its own profile, share and " \
			"arrival process (replaces --profile, --guests, --share)"),             \
		OPTIONS_ROW(WORD, payload, "payload", 0, "PAYLOAD",                             \
			"Payload behind a frame's signature: zero (written, and checked when "  \
			"it is back) or none (UDP checksum 0, neither written nor checked)",    \
			.preset = "zero", OPTION_WORDS("zero", "none")),                        \
		OPTIONS_ROW(TEXT, guests, "guests", 'g', "N",                                   \
			"Number of guests, or guests per interface: vfio:8,vmux:24,virtio:32",  \
			.preset = "1", .unless = "mix")

/* How the load is spread over guests and time. */
#define OPTIONS_DEPARTURE_ROWS                                                                     \
	OPTIONS_ROW(TEXT, share, "share", 0, "SHARE",                                              \
		"Shares of the guests in the load: equal, zipf:1.1 or a list 3,1,1 (default "      \
		"equal)",                                                                          \
		OPTION_WORDS("equal", "zipf:")),                                                   \
		OPTIONS_ROW(TEXT, arrival, "arrival", 0, "PROCESS",                                \
			"Departure process: cbr, poisson, weibull, lognormal, onoff, mmpp or "     \
			"trace:FILE; parameters as in onoff:on=1ms,off=9ms",                       \
			.preset = "cbr",                                                           \
			OPTION_WORDS("cbr", "poisson",                                             \
				"weibull:", "lognormal:", "onoff:", "mmpp:", "trace:")),           \
		OPTIONS_ROW(WORD, pattern, "pattern", 0, "PATTERN",                                \
			"Direction: to-guests, between-guests (forwarded to another guest of the " \
			"same interface; vmux and vmux-virtio are one) or both",                   \
			.preset = TRIAL_PATTERN_DEFAULT, .words = options_patterns),               \
		OPTIONS_ROW(TEXT, link, "link", 0, "SPEED",                                        \
			"Link speed, such as 10G: caps the load, base of % rates (default none)",  \
			OPTION_WORDS("1G", "10G", "25G", "40G", "100G")),                          \
		OPTIONS_ROW(INT, mtu, "mtu", 0, "BYTES",                                           \
			"Frame length for letter z of a genome, with FCS (default none)",          \
			.min = FRAME_LEN_MIN, .max = FRAME_LEN_MAX),                               \
		OPTIONS_ROW(UINT64, seed, "seed", 0, "N", "Random seed", .preset = "1")

/* Guests, their interfaces and CPUs. */
#define OPTIONS_TESTBED_ROWS                                                                       \
	OPTION_GROUP("Testbed"),                                                                   \
		OPTIONS_ROW(CHOICE, machine, "machine", 'm', "MACHINE",                            \
			"Guests: process (started by tsim), pcvm or microvm (virtual machines), "  \
			"host (the host reflects) or external (started by you)",                   \
			.preset = "process",                                                       \
			OPTION_WORDS("process", "pcvm", "microvm", "host", "external")),           \
		OPTIONS_ROW(TEXT, interface, "interface", 'i', "INTERFACE",                        \
			"Interface of the guests: vhost-user, virtio, vfio, vmux, vmux-virtio, "   \
			"port, null or discard; for virtual machines: vhost-user, vmux-virtio, "   \
			"bridge, macvtap, bridge-e1000, vfio or vmux-...",                         \
			.preset = "vhost-user",                                                    \
			OPTION_WORDS("vhost-user", "virtio", "vfio", "vmux", "vmux-virtio",        \
				"port", "null", "discard", "bridge", "macvtap", "bridge-e1000",    \
				"pnic"),                                                           \
			.flags = OPTION_LATE),                                                     \
		OPTIONS_ROW(WORD, vhost_word, "vhost", 0, "SWITCH",                                \
			"Kernel vhost, on or off: of interface virtio (default on) or of a "       \
			"virtual machine's tap (default off)",                                     \
			OPTION_WORDS("on", "off")),                                                \
		OPTIONS_ROW(TEXT, qemu, "qemu", 0, "NAME:DIR",                                     \
			"QEMU of virtual machines: name in the results and its directory "         \
			"(default normal:, from $PATH)"),                                          \
		OPTIONS_ROW(WORD, ioregionfd, "ioregionfd", 0, "SWITCH",                           \
			"ioregionfd of a microvm: on or off (default off)",                        \
			OPTION_WORDS("on", "off")),                                                \
		OPTIONS_ROW(WORD, reflector, "reflector", 0, "REFLECTOR",                          \
			"Reflector in virtual machines and on the host: dpdk or xdp (default "     \
			"xdp)",                                                                    \
			OPTION_WORDS("dpdk", "xdp")),                                              \
		OPTIONS_ROW(TEXT, policy, "policy", 0, "POLICY",                                   \
			"Policy of vmux and vmux-virtio: emulate-all, passthrough:K (the first K " \
			"guests) or busiest:K (default emulate-all)",                              \
			OPTION_WORDS("emulate-all", "passthrough:", "busiest:")),                  \
		OPTIONS_ROW(INT, vf_limit, "vf-limit", 0, "N",                                     \
			"Queue pairs for guests on the NIC of vmux and vmux-virtio",               \
			.preset = "256", .min = 0, .max = FRAME_GUESTS_MAX),                       \
		OPTIONS_ROW(INT, mediators, "mediators", 0, "N",                                   \
			"Mediator threads of vmux and vmux-virtio together", .preset = "1",        \
			.min = 1, .max = CORES_MAX),                                               \
		OPTIONS_ROW(INT, descriptors, "descriptors", 0, "N",                               \
			"Descriptors per guest queue, a power of two", .preset = "256", .min = 32, \
			.max = 32768),                                                             \
		OPTIONS_ROW(TEXT, port, "port", 0, "DEVICE",                                       \
			"DPDK port to all guests: a PCI address, or devargs such as "              \
			"net_af_packet0,iface=eth0 (sets --machine external --interface port)"),   \
		OPTIONS_ROW(TEXT, as, "as", 0, "KEY=VALUE,...",                                    \
			"Description of the external guests for the results, such as "             \
			"machine=pcvm,interface=bridge,reflector=xdp; also qemu, vhost, "          \
			"ioregionfd",                                                              \
			OPTION_WORDS("machine=")),                                                 \
		OPTIONS_ROW(DIR, socket_dir, "socket-dir", 0, "DIR",                               \
			"Directory of the guests' sockets (default a temporary one)"),             \
		OPTIONS_ROW(TEXT, cores_text, "cores", 0, "CPUS",                                  \
			"CPUs of the generator: 2-3 or load:2-3/rx:4; /timer:5 adds a worker "     \
			"that sends probes through a --port (default the last CPU)"),              \
		OPTIONS_ROW(TEXT, probes, "probes", 0, "RATE[:ptp]",                               \
			"Probe rate of the timer worker, to all guests in turn, on top of the "    \
			"load; :ptp sends PTP frames, one at a time, for NICs that time-stamp no " \
			"others",                                                                  \
			.preset = "1kpps", .flags = OPTION_LATE),                                  \
		OPTIONS_ROW(TEXT, guest_cores, "guest-cores", 0, "CPUS",                           \
			"CPUs of guest processes (default all that the generator does not use)"),  \
		OPTIONS_ROW(TEXT, host_cores, "host-cores", 0, "CPUS",                             \
			"CPUs of the host threads of virtio, vmux and vmux-virtio (default those " \
			"of the guests)"),                                                         \
		OPTIONS_ROW(WORD, guest_driver, "guest-driver", 0, "DRIVER",                       \
			"virtio driver of guest processes on vhost-user and vmux-virtio: builtin " \
			"or dpdk (at "                                                             \
			"most 31 guests per process, 511 in all)",                                 \
			.preset = "builtin", .words = fleet_drivers),                              \
		OPTIONS_ROW(INT, per_process, "guests-per-process", 0, "N",                        \
			"Guests per reflector process (default one process per CPU)", .min = 1,    \
			.max = FRAME_GUESTS_MAX),                                                  \
		OPTIONS_ROW(TEXT, fault, "fault", 0, "PLAN",                                       \
			"Faults injected by guests: "                                              \
			"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms "      \
			"(default none)"),                                                         \
		OPTIONS_ROW(TEXT, swap, "swap", 0, "WHAT",                                         \
			"Addresses that guests swap: mac, ip (and MAC) or ports (and IP and MAC) " \
			"(default mac)",                                                           \
			OPTION_WORDS("mac", "ip", "ports")),                                       \
		OPTIONS_ROW(TEXT, mac, "mac", 0, "MAC",                                            \
			"MAC address of guest 0; n is added for guest n (default "                 \
			"52:54:00:fa:00:60)"),                                                     \
		OPTIONS_ROW(INT, memory, "memory", 0, "MIB",                                       \
			"Frame memory of the generator (default as required)", .min = 1,           \
			.max = 1048576),                                                           \
		OPTIONS_ROW(SWITCH, hugepages, "hugepages", 0, NULL, "Use hugepages")

/* How long guests are waited for, and departures may wait. */
#define OPTIONS_WAIT_ROWS                                                          \
	OPTIONS_ROW(TIME, connect_timeout_ns, "connect-timeout", 0, "TIME",        \
		"Maximum wait for guests (default " OPTIONS_CONNECT_TIMEOUT        \
		"; external " OPTIONS_EXTERNAL_TIMEOUT                             \
		"; virtual machines 2min with KVM, 4min without, more for many)",  \
		.min = 0, .max = OPTIONS_DAY_S),                                   \
		OPTIONS_ROW(TIME, slack_ns, "slack", 0, "TIME",                    \
			"Delay of a departure beyond which it is counted as late", \
			.preset = "10us", .min = 0, .max = OPTIONS_HOUR_S)

/* Where results go. */
#define OPTIONS_RESULT_ROWS                                                                  \
	OPTIONS_ROW(DIR, out, "out", 'o', "DIR", "Results directory", .preset = "out"),      \
		OPTIONS_ROW(TEXT, label, "label", 'l', "LABEL",                              \
			"Name of the series: results go to DIR/LABEL", .preset = "default"), \
		OPTIONS_ROW(TEXT, host_pids, "host-pids", 0, "PID,...",                      \
			"Processes that serve external guests, for cpu.host"),               \
		OPTIONS_ROW(TEXT, guest_pids, "guest-pids", 0, "PID,...",                    \
			"Processes of external guests, for cpu.guests"),                     \
		OPTIONS_ROW(TEXTS, notes, "note", 0, "KEY=TEXT",                             \
			"Note for environment.notes of the trial file"),                     \
		OPTIONS_ROW(SWITCH, overwrite, "overwrite", 0, NULL,                         \
			"Measure again and replace existing results"),                       \
		OPTIONS_ROW(SWITCH, wait, "wait", 0, NULL,                                   \
			"Wait for another tsim that writes to the same label (default: fail)")

/* What is said. */
#define OPTIONS_TALK_ROWS                                                                       \
	OPTIONS_ROW(SWITCH, quiet, "quiet", 'q', NULL, "Do not show progress"),                 \
		OPTIONS_ROW(SWITCH, verbose, "verbose", 'v', NULL, "Show DPDK messages"),       \
		OPTIONS_ROW(FILE, config, "config", 'c', "FILE",                                \
			"Read options from an INI file, section [tsim]; the command line wins", \
			.flags = OPTION_NO_KEY),                                                \
		OPTIONS_ROW(SWITCH, check, "check", 0, NULL, "Check all options and stop",      \
			.flags = OPTION_NO_KEY),                                                \
		OPTIONS_ROW(SWITCH, print_config, "print-config", 0, NULL,                      \
			"Print all options as a configuration file and stop",                   \
			.flags = OPTION_NO_KEY),                                                \
		OPTIONS_ROW(REST, eal, "", 0, "EAL-OPTION", NULL)

#endif
