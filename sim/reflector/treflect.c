/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/treflect.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>

#include "analyze/base/cli.h"
#include "analyze/base/file.h"
#include "sim/base/eal.h"
#include "sim/base/error.h"
#include "sim/reflector/front.h"
#include "sim/reflector/reflector.h"
#include "sim/base/limits.h"
#include "traffic/frame.h"

/* How many signals came. */
static struct {
	_Atomic int stop, report;
} signals_seen;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		atomic_fetch_add(&signals_seen.report, 1);
	else
		atomic_store(&signals_seen.stop, 1);
}

struct options {
	char **vhost_user, **queues, **devices, **eal;
	char *driver, *mac, *fault, *report, *swap;
	int first_guest, guest_step, core, memory, descriptors, frame_len_max, parent;
	uint64_t seed;
	gboolean server, relay, give_way, hugepages, verbose;
};

#define ROW(type, member, ...) OPTION_ROW(type, struct options, member, __VA_ARGS__)

static const struct option_row rows[] = {
	OPTION_GROUP("Ports"),
	ROW(FILES, vhost_user, "vhost-user", 'u', "PATH", "vhost-user socket to reflect on"),
	ROW(CHOICE, driver, "driver", 0, "NAME",
		"Driver of --vhost-user: builtin, or DPDK's (at most 31 sockets)",
		.preset = "builtin", OPTION_WORDS("builtin", "dpdk")),
	ROW(SWITCH, server, "server", 0, NULL,
		"Listen on the --vhost-user sockets: back ends connect"),
	ROW(TEXTS, queues, "queues", 0, "SOCKET@SLOT",
		"Queue pairs of a tsim that listens on SOCKET: SOCKET@SLOT or SOCKET@FIRST-LAST",
		.was = 'q'),
	ROW(TEXTS, devices, "device", 0, "DEVICE",
		"DPDK device: a PCI address or a virtual device such as net_tap0,iface=t0",
		.was = 'd'),
	OPTION_GROUP("Guests"),
	ROW(TEXT, mac, "mac", 0, "MAC",
		"MAC address of guest 0; n is added for guest n (default 52:54:00:fa:00:60)"),
	ROW(INT, first_guest, "first-guest", 0, "N", "Guest number of the first device or socket",
		.preset = "0", .min = 0, .max = FRAME_GUESTS_MAX - 1),
	ROW(INT, guest_step, "guest-step", 0, "N",
		"Increment of the guest number per device or socket", .preset = "1", .min = 1,
		.max = FRAME_GUESTS_MAX - 1),
	ROW(TEXT, swap, "swap", 0, "WHAT",
		"Addresses to swap: mac, ip (and MAC) or ports (and IP and MAC) (default mac)",
		OPTION_WORDS("mac", "ip", "ports")),
	ROW(SWITCH, relay, "relay", 0, NULL,
		"Forward frames for other guests (by IP destination), return the guest's own"),
	ROW(TEXT, fault, "fault", 0, "PLAN",
		"Faults to inject into tsim's frames: "
		"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms"),
	ROW(UINT64, seed, "seed", 0, "N", "Random seed of the faults", .preset = "1"),
	OPTION_GROUP("Process"),
	ROW(FILE, report, "report", 0, "FILE",
		"Write counters (JSON) at exit and on SIGUSR1 (default: stdout, at exit)"),
	ROW(INT, core, "core", 0, "N", "CPU to run on (default any)", .min = 0, .max = 4095),
	ROW(SWITCH, give_way, "give-way", 0, NULL, "Yield the CPU when idle"),
	ROW(INT, descriptors, "descriptors", 0, "N", "Descriptors per queue, a power of two",
		.preset = "256", .min = 32, .max = 32768),
	ROW(INT, frame_len_max, "frame-len-max", 0, "BYTES", "Maximum frame length, with FCS",
		.preset = "2048", .min = FRAME_LEN_MIN, .max = FRAME_LEN_MAX),
	ROW(INT, memory, "memory", 0, "MIB", "Frame memory (default as required)", .min = 1,
		.max = 1048576),
	ROW(SWITCH, hugepages, "hugepages", 0, NULL, "Use hugepages"),
	ROW(INT, parent, "parent", 0, "PID", "Exit when this parent process exits", .min = 1,
		.max = G_MAXINT),
	ROW(SWITCH, verbose, "verbose", 'v', NULL, "Show DPDK messages"),
	ROW(REST, eal, "", 0, "EAL-OPTION", NULL),
	{ 0 },
};

static unsigned count_words(char **words)
{
	return words == NULL ? 0 : g_strv_length(words);
}

static gboolean uses_dpdk_driver(const struct options *o)
{
	return o->vhost_user != NULL && g_str_equal(o->driver, "dpdk");
}

static gboolean check_sockets(const struct options *o, GError **error)
{
	unsigned nb = count_words(o->vhost_user);

	if (o->server && nb == 0)
		return sim_fail(error, SIM_ERROR_USAGE, "--server: requires --vhost-user");
	if (!uses_dpdk_driver(o))
		return TRUE;
	if (o->server)
		return sim_fail(error, SIM_ERROR_USAGE, "--server: requires --driver builtin");
	return nb <= 31 ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--vhost-user: --driver dpdk supports at most 31 per process; use "
		       "--driver builtin or start another treflect");
}

static gboolean check_options(
	const struct options *o, struct reflector_cfg *cfg, GArray *queues, GError **error)
{
	memcpy(cfg->base_mac, frame_guest_base_mac, 6);
	if (o->mac != NULL && !frame_mac_parse_unicast(o->mac, cfg->base_mac, error))
		return FALSE;
	for (char **q = o->queues; q != NULL && *q != NULL; q++)
		if (!reflector_queues_parse(*q, queues, error))
			return FALSE;
	if (o->vhost_user == NULL && queues->len == 0 && o->devices == NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"nothing to reflect on; requires --vhost-user, --queues or --device");
	if (!check_sockets(o, error))
		return FALSE;
	if ((o->descriptors & (o->descriptors - 1)) != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--descriptors: invalid value %d; expected a power of two from "
			"32 to 32768",
			o->descriptors);
	if (!reflector_swap_parse(o->swap, &cfg->swap_ip, &cfg->swap_ports, error))
		return FALSE;
	cfg->frame_len_max = (uint32_t)o->frame_len_max;
	cfg->descriptors = (uint16_t)o->descriptors;
	cfg->seed = o->seed;
	cfg->first_guest = (uint32_t)o->first_guest;
	cfg->guest_step = (uint32_t)o->guest_step;
	cfg->give_way = o->give_way;
	/* A parent takes a process that neither runs nor waits for one that was stopped. */
	cfg->sleeps = o->give_way && o->parent == 0;
	cfg->relay = o->relay;
	cfg->sockets = uses_dpdk_driver(o) ? NULL : o->vhost_user;
	cfg->server = o->server;
	cfg->nb_queues = queues->len;
	cfg->queues = (const struct reflector_queue *)(void *)queues->data;
	return fault_plan_parse(o->fault, &cfg->faults, error);
}

/*
 * A socket's path as DPDK's device arguments take it: a comma or a bracket in a directory's name would
 * end the argument there, so the directory is named by an open descriptor. Newly allocated.
 */
static char *devargs_path(const char *path, GError **error)
{
	static const char special[] = ",=[]\"'";
	g_autofree char *dir = g_path_get_dirname(path), *name = g_path_get_basename(path);
	int fd;

	if (strpbrk(path, special) == NULL)
		return g_strdup(path);
	if (strpbrk(name, special) != NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"--vhost-user: invalid socket name '%s': DPDK does not support any of %s",
			name, special);
		return NULL;
	}
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC); /* until this process ends */
	if (fd < 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES, "--vhost-user: %s: %s", dir,
			g_strerror(errno));
		return NULL;
	}
	return g_strdup_printf("/proc/self/fd/%d/%s", fd, name);
}

/* What is made of --vhost-user: with --driver dpdk. */
static char **vhost_user_devices(const struct options *o, const uint8_t base_mac[6], GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	uint32_t n = 0;

	for (char **path = uses_dpdk_driver(o) ? o->vhost_user : NULL;
		path != NULL && *path != NULL; path++, n++) {
		uint8_t mac[6];
		g_autofree char *text = NULL, *socket = devargs_path(*path, error);

		if (socket == NULL)
			return NULL;
		if (!g_file_test(*path, G_FILE_TEST_EXISTS)) {
			g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
				"--vhost-user: %s: socket not found; start its back end (tsim "
				"--machine external) first",
				*path);
			return NULL;
		}
		frame_guest_mac(
			base_mac, (uint32_t)o->first_guest + (uint32_t)o->guest_step * n, mac);
		text = frame_mac_format(mac);
		/* Frames fit one buffer: mergeable buffers would only cost. */
		g_ptr_array_add(list, g_strdup_printf("net_virtio_user%u,path=%s,mac=%s,queues=1,"
						      "queue_size=%d,mrg_rxbuf=0,in_order=1",
					      n, socket, text, o->descriptors));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

static unsigned memory_mib(
	const struct options *o, unsigned nb_devices, const struct reflector_cfg *cfg)
{
	/* Frames of reflector.c's pool, and what rings and EAL itself take. */
	unsigned room = MAX(cfg->frame_len_max, 2048U) + 512;
	unsigned nb_polled = nb_devices;
	unsigned frames;

	if (!fault_plan_is_empty(&cfg->faults))
		nb_polled += cfg->nb_queues + count_words(cfg->sockets);
	frames = nb_polled * (2U * cfg->descriptors + 64U) + 1024 +
		 (cfg->faults.share[FAULT_DELAY] > 0 ? 32768 : 0);
	return o->memory != 0 ? (unsigned)o->memory
			      : (unsigned)((uint64_t)frames * room * 5 / 4 / (1 << 20)) + 64 +
					nb_devices * cfg->descriptors / 512;
}

static gboolean end_with_parent(const struct options *o, GError **error)
{
	if (o->parent == 0)
		return TRUE;
	/*
	 * A process group of its own: Ctrl-C is for the parent, which drains before it ends its guests.
	 * Not a session of its own: the scheduler would make each guest process a group (autogroup)
	 * that yields to nobody outside of it, and those that share a CPU would wait for whole slices.
	 */
	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == o->parent)
		return TRUE;
	return sim_fail(error, SIM_ERROR_USAGE, "--parent: not the PID of the parent process");
}

static void clear_queue(gpointer q)
{
	g_free(((struct reflector_queue *)q)->path);
}

static gboolean raise_files(const struct reflector_cfg *cfg, unsigned nb_devices, GError **error)
{
	/* Measured: EAL's, a virtio-user device's (a socket, four events, a directory), a queue pair's. */
	enum { FILES = 16, FILES_DEVICE = 6, FILES_QUEUE = 3 };

	return limits_raise_files("treflect",
		FILES + (uint64_t)FILES_DEVICE * nb_devices +
			(uint64_t)front_files(cfg->server) * count_words(cfg->sockets) +
			(uint64_t)FILES_QUEUE * cfg->nb_queues,
		error);
}

/* What runs without DPDK's environment does on one CPU alone, too. */
static gboolean stay_on_core(const struct options *o, GError **error)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (o->core < 0)
		return TRUE;
	if (o->core < CPU_SETSIZE) {
		CPU_SET((unsigned)o->core, &set);
		if (sched_setaffinity(0, sizeof(set), &set) == 0)
			return TRUE;
	}
	return sim_fail(error, SIM_ERROR_RESOURCES, "--core %d: cannot run there (%s)", o->core,
		g_strerror(o->core < CPU_SETSIZE ? errno : EINVAL));
}

/* NULL and error, or what eal_start gives. */
static eal_words *start_dpdk(const struct options *o, const struct reflector_cfg *cfg,
	unsigned nb_devices, GError **error)
{
	unsigned wanted = count_words(o->devices);
	g_autofree char *lcores = o->core < 0
					  ? g_strdup_printf("0@(0-%u)", g_get_num_processors() - 1)
					  : g_strdup_printf("0@%d", o->core);
	g_autoptr(eal_words) words = eal_start(&(struct eal_cfg){ .program = "treflect",
						       .lcores = lcores,
						       .memory_mib = memory_mib(o, nb_devices, cfg),
						       .hugepages = o->hugepages,
						       .verbose = o->verbose,
						       .devices = o->devices,
						       .extra = o->eal },
		error);

	if (words != NULL && rte_eth_dev_count_avail() < wanted) {
		sim_fail(error, SIM_ERROR_DPDK,
			"DPDK found %u of %u devices; --verbose shows details",
			rte_eth_dev_count_avail(), wanted);
		return NULL;
	}
	return g_steal_pointer(&words);
}

static gboolean reflect_frames(const struct options *o, GError **error)
{
	struct reflector_cfg cfg = { 0 };
	g_autoptr(GArray) queues = g_array_new(FALSE, FALSE, sizeof(struct reflector_queue));
	g_autofree char *text = NULL;
	g_auto(GStrv) devices = NULL;
	g_autoptr(eal_words) eal_args = NULL;
	struct reflector *r;
	gboolean done, needs_dpdk;
	unsigned nb_devices;

	g_array_set_clear_func(queues, clear_queue);
	if (!check_options(o, &cfg, queues, error) || !end_with_parent(o, error))
		return FALSE;
	devices = vhost_user_devices(o, cfg.base_mac, error);
	if (devices == NULL)
		return FALSE;
	nb_devices = count_words(o->devices) + g_strv_length(devices);
	needs_dpdk = nb_devices != 0 || !fault_plan_is_empty(&cfg.faults) || o->eal != NULL;
	if (!raise_files(&cfg, nb_devices, error))
		return FALSE;
	if (needs_dpdk)
		eal_args = start_dpdk(o, &cfg, nb_devices, error);
	if (needs_dpdk ? eal_args == NULL : !stay_on_core(o, error))
		return FALSE;
	cfg.devices = devices;
	r = reflector_new(&cfg, error);
	if (r == NULL)
		return FALSE;
	done = reflector_run(r, &signals_seen.stop, &signals_seen.report, o->report, error);
	text = reflector_report(r, atomic_load(&signals_seen.report));
	if (done && o->report != NULL)
		done = file_write_durably(o->report, text, strlen(text), error);
	else if (done)
		printf("%s\n", text);
	if (done && !atomic_load(&signals_seen.stop))
		fprintf(stderr, "treflect: every tsim has exited: nothing left to reflect on\n");
	reflector_free(r);
	if (needs_dpdk)
		rte_eal_cleanup();
	return done;
}

static int run_treflect(void *options, char **words)
{
	struct sigaction action = { .sa_handler = on_signal };
	g_autoptr(GError) error = NULL;

	(void)words;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	if (reflect_frames(options, &error))
		return CLI_DONE;
	return cli_fail("treflect", sim_error_status(error), error);
}

static const struct cli_command command = { .name = "",
	.arguments = "",
	.summary = "Reflect Ethernet frames, with addresses swapped",
	.options = rows,
	.size = sizeof(struct options),
	.run = run_treflect };

const struct cli_program treflect_program = { .name = "treflect",
	.summary = "reflects Ethernet frames",
	.commands = (const struct cli_command *const[]){ &command, NULL } };
