/* SPDX-License-Identifier: BSD-3-Clause */
/* treflect: reflects on any ethdev and on tsim's queue pairs; what runs in, or stands for, a guest. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>

#include "analyze/cli.h"
#include "analyze/file.h"
#include "sim/eal.h"
#include "sim/error.h"
#include "sim/guest/reflector.h"
#include "sim/limits.h"
#include "traffic/error.h"
#include "traffic/frame.h"

static _Atomic int stop, report;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		atomic_fetch_add(&report, 1);
	else
		atomic_store(&stop, 1);
}

struct options {
	char **vhost_user, **queues, **devices, **eal;
	char *mac, *fault, *report, *swap;
	int first_guest, guest_step, core, memory, descriptors, frame_len_max, parent;
	gint64 seed;
	gboolean relay, give_way, hugepages, verbose;
};

static struct options opt = {
	.guest_step = 1, .core = -1, .descriptors = 256, .frame_len_max = 2048, .seed = 1
};

static const GOptionEntry entries[] = {
	{ "vhost-user", 'u', 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.vhost_user,
		"Reflect on the vhost-user socket PATH as a virtio-user front end (repeat for "
		"more, at most 31)",
		"PATH" },
	{ "queues", 'q', 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.queues,
		"Reflect on a queue pair of the tsim that listens at SOCKET: SOCKET@SLOT, or "
		"SOCKET@FIRST-LAST (repeat for more)",
		"SOCKET@SLOT" },
	{ "device", 'd', 0, G_OPTION_ARG_STRING_ARRAY, &opt.devices,
		"Reflect on a DPDK device: a PCI address or a virtual one such as "
		"net_tap0,iface=t0 (repeat for more)",
		"DEVICE" },
	{ "mac", 0, 0, G_OPTION_ARG_STRING, &opt.mac,
		"MAC of guest 0; guest n has it plus n (default 52:54:00:fa:00:60)", "MAC" },
	{ "first-guest", 0, 0, G_OPTION_ARG_INT, &opt.first_guest,
		"Number of the guest that the first device or vhost-user socket stands for "
		"(default 0)",
		"N" },
	{ "guest-step", 0, 0, G_OPTION_ARG_INT, &opt.guest_step,
		"From there, what to add for the next one's guest (default 1)", "N" },
	{ "swap", 0, 0, G_OPTION_ARG_STRING, &opt.swap,
		"What to swap: mac, ip (and mac), ports (and ip and mac) (default mac)", "WHAT" },
	{ "relay", 0, 0, G_OPTION_ARG_NONE, &opt.relay,
		"Send tsim's frames to the guest that their IP address says, as a router; its own "
		"back",
		NULL },
	{ "fault", 0, 0, G_OPTION_ARG_STRING, &opt.fault,
		"Faults of tsim's frames: "
		"drop=0.01,corrupt=0.01,duplicate=0.01,reorder=0.01:3,delay=0.5:1ms",
		"PLAN" },
	{ "seed", 0, 0, G_OPTION_ARG_INT64, &opt.seed, "Seed of the faults (default 1)", "N" },
	{ "report", 0, 0, G_OPTION_ARG_FILENAME, &opt.report,
		"Write the account of what was reflected there, at the end and on SIGUSR1 (JSON)",
		"FILE" },
	{ "core", 0, 0, G_OPTION_ARG_INT, &opt.core, "CPU to run on (default: any)", "N" },
	{ "give-way", 0, 0, G_OPTION_ARG_NONE, &opt.give_way,
		"Yield the CPU when there is nothing to reflect: others run on it", NULL },
	{ "descriptors", 0, 0, G_OPTION_ARG_INT, &opt.descriptors, "Of each queue (default 256)",
		"N" },
	{ "frame-len-max", 0, 0, G_OPTION_ARG_INT, &opt.frame_len_max,
		"Longest frame that comes, with FCS (default 2048, at most 9216)", "BYTES" },
	{ "memory", 0, 0, G_OPTION_ARG_INT, &opt.memory,
		"Memory for frames (default: by ports, descriptors and frame length)", "MIB" },
	{ "hugepages", 0, 0, G_OPTION_ARG_NONE, &opt.hugepages,
		"Use hugepages (default: none needed)", NULL },
	{ "parent", 0, 0, G_OPTION_ARG_INT, &opt.parent, "End when the process PID does", "PID" },
	{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &opt.verbose, "DPDK's messages, too", NULL },
	{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt.eal, NULL,
		"[-- EAL-OPTION...]" },
	{ 0 },
};

static gboolean usage(GError **error, const char *text)
{
	g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, text);
	return FALSE;
}

static gboolean check(struct reflector_cfg *cfg, GArray *queues, GError **error)
{
	guint sockets = opt.vhost_user == NULL ? 0 : g_strv_length(opt.vhost_user);

	memcpy(cfg->base_mac, frame_guest_base_mac, 6);
	if (opt.mac != NULL && !frame_mac_parse_unicast(opt.mac, cfg->base_mac, error))
		return FALSE;
	for (char **q = opt.queues; q != NULL && *q != NULL; q++)
		if (!reflector_queues_parse(*q, queues, error))
			return FALSE;
	if (sockets == 0 && queues->len == 0 && opt.devices == NULL)
		return usage(error,
			"nothing to reflect on; name a --vhost-user socket, --queues or a "
			"--device");
	if (sockets > 31)
		return usage(error, "--vhost-user: DPDK has at most 31 of them in a process; start "
				    "another treflect");
	if (opt.descriptors < 32 || opt.descriptors > 32768 ||
		(opt.descriptors & (opt.descriptors - 1)) != 0)
		return usage(error, "--descriptors: a power of two from 32 to 32768");
	if (opt.frame_len_max < FRAME_LEN_MIN || opt.frame_len_max > FRAME_LEN_MAX)
		return usage(error, "--frame-len-max: from 64 to 9216 bytes");
	if (opt.guest_step < 1 || opt.guest_step >= FRAME_GUESTS_MAX)
		return usage(error, "--guest-step: from 1 to 4095");
	if (opt.first_guest < 0 || opt.first_guest >= FRAME_GUESTS_MAX || opt.memory < 0 ||
		opt.seed < 0)
		return usage(error, "--first-guest, --memory and --seed cannot be negative");
	if (!reflector_swap_parse(opt.swap, &cfg->swap_ip, &cfg->swap_ports, error))
		return FALSE;
	cfg->frame_len_max = (uint32_t)opt.frame_len_max;
	cfg->descriptors = (uint16_t)opt.descriptors;
	cfg->seed = (uint64_t)opt.seed;
	cfg->first_guest = (uint32_t)opt.first_guest;
	cfg->guest_step = (uint32_t)opt.guest_step;
	cfg->give_way = opt.give_way;
	cfg->relay = opt.relay;
	cfg->nb_queues = queues->len;
	cfg->queues = (const struct reflector_queue *)(void *)queues->data;
	return fault_plan_parse(opt.fault, &cfg->faults, error);
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
			"--vhost-user: invalid socket name '%s': DPDK takes none of %s", name,
			special);
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

/* What is made of --vhost-user. */
static char **vhost_user_devices(const uint8_t base_mac[6], GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	uint32_t n = 0;

	for (char **path = opt.vhost_user; path != NULL && *path != NULL; path++, n++) {
		uint8_t mac[6];
		g_autofree char *text = NULL, *socket = devargs_path(*path, error);

		if (socket == NULL)
			return NULL;

		frame_guest_mac(
			base_mac, (uint32_t)opt.first_guest + (uint32_t)opt.guest_step * n, mac);
		text = frame_mac_format(mac);
		/* Frames fit one buffer: mergeable buffers would only cost. */
		g_ptr_array_add(list, g_strdup_printf("net_virtio_user%u,path=%s,mac=%s,queues=1,"
						      "queue_size=%d,mrg_rxbuf=0,in_order=1",
					      n, socket, text, opt.descriptors));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

static unsigned memory_mib(unsigned nb_devices, const struct reflector_cfg *cfg)
{
	/* Frames of reflector.c's pool, and what rings and EAL itself take. */
	unsigned room = MAX(cfg->frame_len_max, 2048U) + 512;
	unsigned nb_polled = nb_devices + (fault_plan_is_empty(&cfg->faults) ? 0 : cfg->nb_queues);
	unsigned frames = nb_polled * (2U * cfg->descriptors + 64U) + 1024 +
			  (cfg->faults.share[FAULT_DELAY] > 0 ? 32768 : 0);

	return opt.memory != 0 ? (unsigned)opt.memory
			       : (unsigned)((uint64_t)frames * room * 5 / 4 / (1 << 20)) + 64 +
					 nb_devices * cfg->descriptors / 512;
}

static gboolean end_with_parent(GError **error)
{
	if (opt.parent == 0)
		return TRUE;
	/*
	 * A process group of its own: Ctrl-C is for the parent, which drains before it ends its guests.
	 * Not a session of its own: the scheduler would make each guest process a group (autogroup)
	 * that yields to nobody outside of it, and those that share a CPU would wait for whole slices.
	 */
	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == opt.parent)
		return TRUE;
	return usage(error, "--parent: that process is not this one's parent");
}

static void clear_queue(gpointer q)
{
	g_free(((struct reflector_queue *)q)->path);
}

static gboolean reflect(GError **error)
{
	/* Measured: EAL's, a virtio-user device's (a socket, four events, a directory), a queue pair's. */
	enum { FILES = 16, FILES_DEVICE = 6, FILES_QUEUE = 3 };
	struct reflector_cfg cfg = { 0 };
	g_autoptr(GArray) queues = g_array_new(FALSE, FALSE, sizeof(struct reflector_queue));
	g_autofree char *lcores = NULL, *text = NULL;
	g_auto(GStrv) devices = NULL;
	g_autoptr(GPtrArray) eal_args = NULL;
	struct reflector *r;
	gboolean done;
	guint wanted;

	g_array_set_clear_func(queues, clear_queue);
	if (!check(&cfg, queues, error) || !end_with_parent(error))
		return FALSE;
	devices = vhost_user_devices(cfg.base_mac, error);
	if (devices == NULL)
		return FALSE;
	wanted = opt.devices == NULL ? 0 : g_strv_length(opt.devices);
	if (!limits_raise_files("treflect",
		    FILES + (uint64_t)FILES_DEVICE * (wanted + g_strv_length(devices)) +
			    (uint64_t)FILES_QUEUE * queues->len,
		    error))
		return FALSE;
	lcores = opt.core < 0 ? g_strdup_printf("0@(0-%u)", g_get_num_processors() - 1)
			      : g_strdup_printf("0@%d", opt.core);
	eal_args = eal_start(
		&(struct eal_cfg){ .program = "treflect",
			.lcores = lcores,
			.memory_mib = memory_mib(wanted + g_strv_length(devices), &cfg),
			.hugepages = opt.hugepages,
			.verbose = opt.verbose,
			.devices = opt.devices,
			.extra = opt.eal },
		error);
	if (eal_args == NULL)
		return FALSE;
	if (rte_eth_dev_count_avail() < wanted) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK,
			"DPDK found %u of %u devices; with --verbose it says why the others failed",
			rte_eth_dev_count_avail(), wanted);
		return FALSE;
	}
	cfg.devices = devices;
	r = reflector_new(&cfg, error);
	if (r == NULL)
		return FALSE;
	done = reflector_run(r, &stop, &report, opt.report, error);
	text = reflector_report(r, atomic_load(&report));
	if (done && opt.report != NULL)
		done = file_write_durably(opt.report, text, strlen(text), error);
	else if (done)
		printf("%s\n", text);
	if (done && !atomic_load(&stop))
		fprintf(stderr,
			"treflect: every tsim has gone: there is nothing left to reflect on\n");
	reflector_free(r);
	rte_eal_cleanup();
	return done;
}

int main(int argc, char **argv)
{
	static const struct cli_command command = { "", "",
		"Send every Ethernet frame back where it came from, with its addresses swapped",
		NULL };
	struct sigaction action = { .sa_handler = on_signal };
	g_autoptr(GError) error = NULL;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	cli_outlive_writes();
	setlocale(LC_ALL, "");
	if (argc == 2 && g_str_equal(argv[1], "--version")) {
		printf("treflect %s\n", TSIM_VERSION);
		return CLI_DONE;
	}
	if (!cli_options("treflect", &command, entries, &argc, &argv))
		return CLI_USAGE;
	if (!reflect(&error))
		return cli_fail("treflect",
			g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE) ||
					error->domain == TRAFFIC_ERROR
				? CLI_USAGE
				: CLI_FAILED,
			error);
	return CLI_DONE;
}
