/* SPDX-License-Identifier: BSD-3-Clause */
/* Guests and networks by hand: tsim run-guest, kill-guest, setup-network, teardown-network. */
#include <stdio.h>

#include "sim/base/error.h"
#include "sim/commands/commands_private.h"
#include "sim/host/journal.h"

/* What run-guest and setup-network are asked for. */
struct wanted {
	struct bench bench;
	char *machine, *interface, *qemu_path, *disk;
	int reflector;         /* enum reflector_kind */
	int vhost, ioregionfd; /* index in on_off */
	int guests, cpus, memory, rx_queue_size, tx_queue_size;
};

static const char *const on_off[] = { "off", "on", NULL };

static gboolean check_queue_size(const char *option, int value, GError **error)
{
	/* 0: not said, the testbed's. */
	return value == 0 || value == 256 || value == 512 || value == 1024 ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s: expected 256, 512 or 1024, got %d", option,
		       value);
}

static gboolean to_setup(const struct wanted *w, struct setup *s, GError **error)
{
	/* autotest's word. */
	const char *machine = g_str_equal(w->machine, "pc") ? "pcvm" : w->machine;
	const char *why;

	*s = (struct setup){ .qemu = "normal",
		.qemu_path = w->qemu_path == NULL ? "" : w->qemu_path,
		.guests = (uint32_t)w->guests,
		.vhost = w->vhost,
		.ioregionfd = w->ioregionfd,
		.reflector = (enum reflector_kind)w->reflector };
	s->interface = setup_interface_find("--interface", w->interface, error);
	if (s->interface == NULL || !setup_machine_parse("--machine", machine, &s->machine, error))
		return FALSE;
	if (!setup_is_vm(s->machine) && s->machine != MACHINE_HOST)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--machine: expected pcvm, microvm or host, got '%s': tsim run starts "
			"process guests itself",
			machine);
	if (!check_queue_size("--rx-queue-size", w->rx_queue_size, error) ||
		!check_queue_size("--tx-queue-size", w->tx_queue_size, error))
		return FALSE;
	why = setup_impossible(s);
	return why == NULL ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s and %s: %s", machine, w->interface, why);
}

static void change_testbed(const struct wanted *w, struct testbed *t)
{
	const struct {
		int said;
		unsigned *of_testbed;
	} numbers[] = { { w->cpus, &t->vcpus }, { w->memory, &t->memory_mib },
		{ w->rx_queue_size, &t->rx_queue_size }, { w->tx_queue_size, &t->tx_queue_size } };

	for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].said > 0)
			*numbers[i].of_testbed = (unsigned)numbers[i].said;
	if (w->disk != NULL) {
		g_free(t->root_disk);
		t->root_disk = g_strdup(w->disk);
	}
}

static gboolean build_up_to(struct wanted *w, enum lab_depth depth, GError **error)
{
	struct bench *b = &w->bench;
	struct setup setup;
	struct lab *l;
	gboolean done;

	if (!to_setup(w, &setup, error))
		return FALSE;
	if (depth == LAB_NETWORK && (setup.interface->needs & SETUP_WIRE) == 0)
		return sim_fail(error, SIM_ERROR_USAGE, "--interface: %s has no network to set up",
			setup.interface->word);
	change_testbed(w, b->testbed);
	l = bench_lab(b);
	done = lab_check(l, &setup, 0, error) && lab_open(l, error) &&
	       lab_apply(l, &setup, depth, error) && lab_keep(l, error);
	lab_free(l);
	return done;
}

/* Build up to a depth, leave it there, and say so. */
static int build_and_leave(struct wanted *w, enum lab_depth depth, const char *remark)
{
	g_autoptr(GError) error = NULL;
	gboolean done;

	if (!bench_read(&w->bench))
		return CLI_USAGE;
	done = build_up_to(w, depth, &error);
	bench_clear(&w->bench);
	if (!done)
		return bench_fail(error);
	if (!w->bench.dry)
		fputs(remark, stderr);
	return CLI_DONE;
}

#define WANTED_ROWS                                                                            \
	OPTION_ROW(TEXT, struct wanted, machine, "machine", 'm', "MACHINE",                    \
		"Machine of the guests: pcvm, microvm or host", .preset = "pcvm",              \
		OPTION_WORDS("pcvm", "microvm", "host")),                                      \
		OPTION_ROW(TEXT, struct wanted, interface, "interface", 'i', "INTERFACE",      \
			"Interface of the guests: bridge, macvtap, bridge-e1000, vhost-user, " \
			"vmux-virtio, vfio, vmux-... or pnic",                                 \
			.preset = "bridge",                                                    \
			OPTION_WORDS("bridge", "macvtap", "bridge-e1000", "vhost-user",        \
				"vmux-virtio", "vfio", "pnic")),                               \
		OPTION_ROW(INT, struct wanted, guests, "guests", 'g', "N", "Number of guests", \
			.preset = "1", .min = 1, .max = 1024)

static int run_run_guest(void *wanted, char **words)
{
	(void)words;
	return build_and_leave(wanted, LAB_REFLECTOR,
		"guests run until 'tsim kill-guest'; 'tsim shell guest 0' "
		"opens a shell\n");
}

static const struct option_row run_guest_rows[] = {
	OPTION_GROUP("Guests"),
	WANTED_ROWS,
	OPTION_ROW(WORD, struct wanted, reflector, "reflector", 0, "REFLECTOR",
		"Reflector in the guests", .preset = "xdp", .words = setup_reflectors),
	OPTION_ROW(INT, struct wanted, cpus, "cpus", 'C', "N",
		"vCPUs per guest (default the testbed's)", .min = 1, .max = 255),
	OPTION_ROW(INT, struct wanted, memory, "memory", 0, "MIB",
		"Memory per guest (default the testbed's)", .was = 'M', .min = 64, .max = 1048576),
	OPTION_ROW(FILE, struct wanted, disk, "disk", 0, "FILE",
		"Image to boot (default tsim's own small one)", .was = 'D'),
	OPTION_ROW(WORD, struct wanted, vhost, "vhost", 0, "WORD",
		"Kernel vhost of the guests' taps: on, or off (QEMU moves "
		"the frames)",
		.was = 'V', .preset = "off", .words = on_off),
	OPTION_ROW(WORD, struct wanted, ioregionfd, "ioregionfd", 0, "WORD",
		"ioregionfd: on (requires microvm, and support in QEMU and "
		"the kernel) or off",
		.was = 'I', .preset = "off", .words = on_off),
	OPTION_ROW(INT, struct wanted, rx_queue_size, "rx-queue-size", 0, "N",
		"Descriptors per receive queue (default the testbed's)", .was = 'r', .min = 1,
		.max = 32768),
	OPTION_ROW(INT, struct wanted, tx_queue_size, "tx-queue-size", 0, "N",
		"Descriptors per transmit queue (default the testbed's)", .was = 't', .min = 1,
		.max = 32768),
	OPTION_ROW(DIR, struct wanted, qemu_path, "qemu-path", 0, "DIR",
		"Directory of qemu-system-x86_64 (default $PATH)", .was = 'q'),
	BENCH_TIMEOUT_ROW(struct wanted, bench.),
	BENCH_ROWS(struct wanted, bench.),
	{ 0 },
};

const struct cli_command command_run_guest = { .name = "run-guest",
	.arguments = "",
	.summary = "Start virtual machines and leave them running",
	.options = run_guest_rows,
	.size = sizeof(struct wanted),
	.run = run_run_guest };

static int run_setup_network(void *wanted, char **words)
{
	(void)words;
	return build_and_leave(
		wanted, LAB_NETWORK, "the network stays until 'tsim teardown-network'\n");
}

static const struct option_row setup_network_rows[] = {
	OPTION_GROUP("Guests"),
	WANTED_ROWS,
	BENCH_ROWS(struct wanted, bench.),
	{ 0 },
};

const struct cli_command command_setup_network = { .name = "setup-network",
	.arguments = "",
	.summary = "Create the network of an interface and leave it",
	.options = setup_network_rows,
	.size = sizeof(struct wanted),
	.run = run_setup_network };

/* Of a dry run: what is there, newest first, as it would go. */
static gboolean rehearse_tear_down(
	const struct testbed_server *machine, const char *name, GError **error)
{
	struct server *s = testbed_server(machine, name);
	g_autofree char *holder = NULL;
	g_auto(GStrv) made = journal_peek(s, &holder, error);

	for (guint i = made == NULL ? 0 : g_strv_length(made); i > 0; i--)
		printf("%s: undo: %s\n", name, made[i - 1]);
	server_free(s);
	return made != NULL;
}

/* All that tsim made on a server goes. */
static gboolean tear_down(struct bench *b, unsigned nth, GError **error)
{
	struct server *s = b->server[nth];
	gboolean left, done;
	struct journal *j;

	if (b->dry)
		return rehearse_tear_down(b->machine[nth], server_name(s), error);
	j = journal_open(s, &left, error);
	if (j == NULL)
		return FALSE;
	if (left)
		fprintf(stderr, "%s: removing what tsim has created\n", server_name(s));
	else
		bench_say_empty(stderr, s, "nothing created by tsim");
	done = journal_undo(j, 0, error);
	journal_close(j);
	return done;
}

static int run_tear_down(void *asked, char **words)
{
	(void)words;
	return bench_each(asked, tear_down);
}

const struct cli_command command_kill_guest = { .name = "kill-guest",
	.arguments = "",
	.summary = "Stop the guests and remove their network",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_tear_down };

const struct cli_command command_teardown_network = { .name = "teardown-network",
	.arguments = "",
	.summary = "Remove all that tsim has created",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_tear_down };
