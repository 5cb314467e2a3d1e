/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/commands/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands/commands_private.h"
#include "sim/commands/doctor.h"
#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/base/stop.h"
#include "sim/lab/lab.h"
#include "sim/host/network.h"
#include "sim/server/process.h"
#include "analyze/base/datadir.h"

void bench_signals(void)
{
	stop_catch(STOP_AT_SECOND);
}

int bench_fail(const GError *error)
{
	return cli_fail("tsim", sim_error_status(error), error);
}

gboolean bench_read(struct bench *b)
{
	g_autoptr(GError) error = NULL;

	b->testbed = testbed_read(b->config, &error);
	if (b->testbed == NULL)
		cli_fail("tsim", CLI_USAGE, error);
	return b->testbed != NULL;
}

void bench_clear(struct bench *b)
{
	g_clear_pointer(&b->testbed, testbed_free);
}

static void say(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

struct lab *bench_lab(const struct bench *b)
{
	return lab_new(&(struct lab_cfg){ .testbed = b->testbed,
		.dry = b->dry ? stdout : NULL,
		.say = say,
		.interrupt = stop_flag() });
}

/* The struct itself: a name for its start. */
struct alone {
	struct bench bench;
};

/* Of commands that have no options of their own. */
static const struct option_row bench_rows[] = { BENCH_ROWS(struct alone, bench), { 0 } };

/* "" or, where a user cannot see what root has there, what to do about it. */
static const char *unseen(struct server *s)
{
	static const char script[] = "[ -z \"${TSIM_STATE_DIR-}\" ] && [ \"$(id -u)\" -ne 0 ] &&\n"
				     "[ -d /run/tsim ] && [ ! -r /run/tsim ]";

	if (!server_test(s, "sh", "-c", script, NULL))
		return "";
	return server_is_local(s) ? "; /run/tsim is root's: run with sudo to see it"
				  : "; /run/tsim is root's: set ssh_as_root = true to see it";
}

/* text, or, where root may have something there, only what is certain. */
static void say_empty(FILE *out, struct server *s, const char *text)
{
	const char *hidden = unseen(s);

	fprintf(out, "%s: %s%s\n", server_name(s),
		*hidden == '\0' ? text : "this user has created nothing there", hidden);
}

/* host and loadgen, once if they are one machine. */
struct places {
	struct server *server[2];
	const struct testbed_server *config[2];
	unsigned nb;
};

static struct places places_of(const struct bench *b)
{
	const struct testbed *t = b->testbed;
	struct places p = { .nb = 1 };

	p.config[0] = &t->host;
	p.server[0] = testbed_server(&t->host, "host");
	if (!g_str_equal(t->host.fqdn, t->loadgen.fqdn)) {
		p.config[1] = &t->loadgen;
		p.server[1] = testbed_server(&t->loadgen, "loadgen");
		p.nb = 2;
	}
	for (unsigned i = 0; b->dry && i < p.nb; i++)
		server_set_dry(p.server[i], stdout);
	return p;
}

static void places_clear(struct places *p)
{
	for (unsigned i = 0; i < p->nb; i++)
		server_free(p->server[i]);
}

/* Names of virtual machines that run: "qemu-0". NULL-terminated. */
static char **machines(struct server *s)
{
	g_auto(GStrv) all = process_list(s, NULL);
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	for (char **name = all; all != NULL && *name != NULL; name++)
		if (g_str_has_prefix(*name, "qemu-"))
			g_ptr_array_add(found, g_strdup(*name));
	g_ptr_array_add(found, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
}

/* A guest by the name of its QEMU: its console, or SSH where it has a disk of its own. */
static struct server *guest_server(
	const struct bench *b, struct server *host, const char *machine, GError **error)
{
	const char *state = server_state_dir(host, error);
	const char *number = machine + strlen("qemu-");
	g_autofree char *name = g_strdup_printf("guest %s", number);
	g_autofree char *socket = NULL;

	if (state == NULL)
		return NULL;
	if (b->testbed->root_disk != NULL && b->testbed->guest.fqdn == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s: guests with a disk are reached by SSH: set [guest] fqdn (--config)",
			name);
		return NULL;
	}
	if (b->testbed->root_disk != NULL)
		return testbed_server(&b->testbed->guest, name);
	socket = g_strdup_printf("%s/vm/console-%s.sock", state, number);
	return server_new_console(host, name, socket);
}

static gboolean ping(struct server *s)
{
	static const char *const argv[] = { "true", NULL };
	g_autoptr(GError) error = NULL;
	gboolean reachable = server_do(s, argv, &error);
	const char *why = reachable ? "" : error->message, *name = server_name(s);

	/* An error names the machine already. */
	if (g_str_has_prefix(why, name) && g_str_has_prefix(why + strlen(name), ": "))
		why += strlen(name) + 2;
	if (!server_is_dry(s))
		printf("%s: %s%s\n", name, reachable ? "reachable" : "unreachable: ", why);
	return reachable;
}

static int run_ping(void *asked, char **words)
{
	struct bench *b = asked;
	struct places p;
	gboolean all = TRUE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	p = places_of(b);
	for (unsigned i = 0; i < p.nb; i++)
		all &= ping(p.server[i]);
	if (all) {
		g_auto(GStrv) names = machines(p.server[0]);

		for (char **name = names; *name != NULL; name++) {
			struct server *guest = guest_server(b, p.server[0], *name, NULL);

			all &= guest != NULL && ping(guest);
			server_free(guest);
		}
		if (*names == NULL && unseen(p.server[0])[0] != '\0')
			printf("%s: this user has no guest%s\n", server_name(p.server[0]),
				unseen(p.server[0]));
	}
	places_clear(&p);
	bench_clear(b);
	return all ? CLI_DONE : CLI_FAILED;
}

const struct cli_command command_ping = { .name = "ping",
	.arguments = "",
	.summary = "Check which machines and guests can be reached",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_ping };

/* What run-guest and setup-network are asked for. */
struct wanted {
	struct bench bench;
	char *machine, *interface, *qemu_path, *disk;
	int reflector;         /* enum reflector_kind */
	int vhost, ioregionfd; /* index in on_off */
	int guests, cpus, memory, rx_queue_size, tx_queue_size;
};

static const char *const on_off[] = { "off", "on", NULL };

static gboolean is_queue_size(const char *option, int value, GError **error)
{
	if (value == 0 || value == 256 || value == 512 || value == 1024)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: expected 256, 512 or 1024, got %d",
		option, value);
	return FALSE;
}

/* 0: not said, the testbed's. */
static gboolean check_sizes(const struct wanted *w, GError **error)
{
	return is_queue_size("--rx-queue-size", w->rx_queue_size, error) &&
	       is_queue_size("--tx-queue-size", w->tx_queue_size, error);
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
	if (!setup_is_vm(s->machine) && s->machine != MACHINE_HOST) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"--machine: expected pcvm, microvm or host, got '%s': tsim run starts "
			"process guests itself",
			machine);
		return FALSE;
	}
	if (!check_sizes(w, error))
		return FALSE;
	why = setup_impossible(s);
	if (why == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s and %s: %s", machine, w->interface, why);
	return FALSE;
}

static void change_testbed(const struct wanted *w, struct testbed *t)
{
	if (w->cpus > 0)
		t->vcpus = (unsigned)w->cpus;
	if (w->memory > 0)
		t->memory_mib = (unsigned)w->memory;
	if (w->rx_queue_size > 0)
		t->rx_queue_size = (unsigned)w->rx_queue_size;
	if (w->tx_queue_size > 0)
		t->tx_queue_size = (unsigned)w->tx_queue_size;
	if (w->disk != NULL) {
		g_free(t->root_disk);
		t->root_disk = g_strdup(w->disk);
	}
}

/* Build up to a depth, and leave it there. */
static int build(struct wanted *w, enum lab_depth depth)
{
	struct bench *b = &w->bench;
	g_autoptr(GError) error = NULL;
	struct setup setup;
	struct lab *l = NULL;
	gboolean done;

	if (!bench_read(b))
		return CLI_USAGE;
	if (!to_setup(w, &setup, &error)) {
		bench_clear(b);
		return bench_fail(error);
	}
	if (depth == LAB_NETWORK && (setup.interface->needs & SETUP_WIRE) == 0) {
		g_set_error(&error, SIM_ERROR, SIM_ERROR_USAGE,
			"--interface: %s has no network to set up", setup.interface->word);
		bench_clear(b);
		return bench_fail(error);
	}
	bench_signals();
	change_testbed(w, b->testbed);
	l = bench_lab(b);
	done = lab_check(l, &setup, 0, &error) && lab_open(l, &error) &&
	       lab_apply(l, &setup, depth, &error) && lab_keep(l, &error);
	lab_free(l);
	bench_clear(b);
	if (!done)
		return bench_fail(error);
	if (!b->dry)
		fputs(depth == LAB_NETWORK
				? "the network stays until 'tsim teardown-network'\n"
				: "guests run until 'tsim kill-guest'; 'tsim shell guest 0' opens "
				  "a shell\n",
			stderr);
	return CLI_DONE;
}

#define WANTED_ROWS                                                                              \
	OPTION_ROW(TEXT, struct wanted, machine, "machine", 'm', "MACHINE",                      \
		"Machine of the guests: pcvm, microvm or host", .preset = "pcvm",                \
		OPTION_WORDS("pcvm", "microvm", "host")),                                        \
		OPTION_ROW(TEXT, struct wanted, interface, "interface", 'i', "INTERFACE",        \
			"How frames reach them: bridge, macvtap, bridge-e1000, vfio, vmux-..., " \
			"pnic",                                                                  \
			.preset = "bridge",                                                      \
			OPTION_WORDS("bridge", "macvtap", "bridge-e1000", "vfio", "pnic")),      \
		OPTION_ROW(INT, struct wanted, guests, "guests", 'g', "N", "Number of guests",   \
			.preset = "1", .min = 1, .max = 1024)

static int run_run_guest(void *wanted, char **words)
{
	(void)words;
	return build(wanted, LAB_REFLECTOR);
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
		"Image to boot (default our own small one)", .was = 'D'),
	OPTION_ROW(WORD, struct wanted, vhost, "vhost", 0, "WORD",
		"Who moves the frames of a tap: on (the kernel) or off (QEMU)", .was = 'V',
		.preset = "off", .words = on_off),
	OPTION_ROW(WORD, struct wanted, ioregionfd, "ioregionfd", 0, "WORD",
		"ioregionfd: on (needs a microvm, and a QEMU and a kernel that have it) or off",
		.was = 'I', .preset = "off", .words = on_off),
	OPTION_ROW(INT, struct wanted, rx_queue_size, "rx-queue-size", 0, "N",
		"Descriptors per receive queue (default the testbed's)", .was = 'r', .min = 1,
		.max = 32768),
	OPTION_ROW(INT, struct wanted, tx_queue_size, "tx-queue-size", 0, "N",
		"Descriptors per transmit queue (default the testbed's)", .was = 't', .min = 1,
		.max = 32768),
	OPTION_ROW(DIR, struct wanted, qemu_path, "qemu-path", 0, "DIR",
		"Directory of qemu-system-x86_64 (default $PATH)", .was = 'q'),
	BENCH_ROWS(struct wanted, bench),
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
	return build(wanted, LAB_NETWORK);
}

static const struct option_row setup_network_rows[] = {
	OPTION_GROUP("Guests"),
	WANTED_ROWS,
	BENCH_ROWS(struct wanted, bench),
	{ 0 },
};

const struct cli_command command_setup_network = { .name = "setup-network",
	.arguments = "",
	.summary = "Make the network of an interface and leave it there",
	.options = setup_network_rows,
	.size = sizeof(struct wanted),
	.run = run_setup_network };

/* All that tsim made on a server goes. */
static gboolean tear_down(struct server *s, GError **error)
{
	gboolean left, done;
	struct journal *j = journal_open(s, &left, error);

	if (j == NULL)
		return FALSE;
	if (!server_is_dry(s) && left)
		fprintf(stderr, "%s: taking away what tsim made\n", server_name(s));
	else if (!server_is_dry(s))
		say_empty(stderr, s, "nothing that tsim made is there");
	done = journal_undo(j, 0, error);
	journal_close(j);
	return done;
}

/* Of a dry run: what is there, newest first, as it would go. */
static gboolean rehearse_tear_down(
	const struct testbed_server *config, const char *name, GError **error)
{
	struct server *s = testbed_server(config, name);
	g_autofree char *holder = NULL;
	g_auto(GStrv) made = journal_peek(s, &holder, error);

	for (guint i = made == NULL ? 0 : g_strv_length(made); i > 0; i--)
		printf("%s: undo: %s\n", name, made[i - 1]);
	server_free(s);
	return made != NULL;
}

static int tear_all_down(void *asked, char **words)
{
	struct bench *b = asked;
	struct places p;
	int status = CLI_DONE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	p = places_of(b);
	for (unsigned i = 0; i < p.nb; i++) {
		g_autoptr(GError) error = NULL;

		if (b->dry ? !rehearse_tear_down(p.config[i], server_name(p.server[i]), &error)
			   : !tear_down(p.server[i], &error))
			status = bench_fail(error);
	}
	places_clear(&p);
	bench_clear(b);
	return status;
}

const struct cli_command command_kill_guest = { .name = "kill-guest",
	.arguments = "",
	.summary = "Stop the guests and remove their network",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = tear_all_down };

const struct cli_command command_teardown_network = { .name = "teardown-network",
	.arguments = "",
	.summary = "Remove all that tsim has created",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = tear_all_down };

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Where the program finds them: beside its folder. */
static gboolean upload_profiles(struct server *s, const char *dir, GError **error)
{
	g_autofree char *profiles = datadir_find("profiles", error);
	g_autoptr(GDir) folder = profiles == NULL ? NULL : g_dir_open(profiles, 0, error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
		if (g_str_has_suffix(name, ".csv"))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *from = g_build_filename(profiles, names->pdata[i], NULL);
		g_autofree char *to = g_build_filename(
			dir, "share", "tsim", "profiles", names->pdata[i], NULL);

		if (!server_put(s, from, to, 0644, error))
			return FALSE;
	}
	return folder != NULL;
}

static gboolean upload(struct server *s, const char *dir, GError **error)
{
	static const char *const programs[] = { "tsim", "treflect", "treflect-xdp" };
	g_autofree char *self = g_file_read_link("/proc/self/exe", error);
	g_autofree char *here = self == NULL ? NULL : g_path_get_dirname(self);
	g_autofree char *target = NULL;

	for (unsigned i = 0; here != NULL && i < G_N_ELEMENTS(programs); i++) {
		g_autofree char *from = g_build_filename(here, programs[i], NULL);
		g_autofree char *to = g_build_filename(dir, "bin", programs[i], NULL);

		if (!server_put(s, from, to, 0755, error))
			return FALSE;
	}
	if (here == NULL || !upload_profiles(s, dir, error))
		return FALSE;
	target = g_build_filename(dir, "bin", "tsim", NULL);
	if (!server_dol(s, error, target, "--version", NULL)) {
		g_prefix_error(error, "it was copied, but does not run there (are DPDK, GSL and "
				      "GLib installed? conf/packages.txt names all): ");
		return FALSE;
	}
	return TRUE;
}

static int run_upload(void *asked, char **words)
{
	struct bench *b = asked;
	struct places p;
	int status = CLI_DONE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	p = places_of(b);
	for (unsigned i = 0; i < p.nb; i++) {
		g_autoptr(GError) error = NULL;
		const char *dir = p.config[i]->tsim_dir;

		if (dir == NULL) {
			fprintf(stderr,
				"%s: nothing to do: no [%s] tsim_dir in the testbed's file\n",
				server_name(p.server[i]), server_name(p.server[i]));
			continue;
		}
		if (!upload(p.server[i], dir, &error))
			status = bench_fail(error);
		else if (!b->dry)
			fprintf(stderr, "%s: %s\n", server_name(p.server[i]), dir);
	}
	places_clear(&p);
	bench_clear(b);
	return status;
}

const struct cli_command command_upload = { .name = "upload",
	.arguments = "",
	.summary = "Copy the programs to the machines of a testbed",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_upload };

/* A line, an answer: the console of a guest has no terminal. */
static int talk(struct server *s)
{
	g_autofree char *line = NULL;
	gboolean terminal = isatty(STDIN_FILENO);
	size_t room = 0;
	int status = CLI_DONE;

	for (;;) {
		g_auto(server_result) r = { 0 };
		g_autoptr(GError) error = NULL;
		const char *argv[] = { "sh", "-c", NULL, NULL };

		if (terminal)
			fprintf(stderr, "%s$ ", server_name(s));
		if (getline(&line, &room, stdin) < 0)
			break;
		argv[2] = g_strchomp(line);
		if (line[0] == '\0')
			continue;
		if (!server_run(s, argv, NULL, 0, &r, &error))
			return bench_fail(error);
		fputs(r.out, stdout);
		fflush(stdout);
		fputs(r.err, stderr);
		status = r.status;
	}
	if (terminal)
		fputc('\n', stderr);
	return status;
}

static int shell_of_guest(const struct bench *b, const char *number, GError **error)
{
	struct server *host = testbed_server(&b->testbed->host, "host");
	g_autofree char *machine = g_strdup_printf("qemu-%s", number == NULL ? "0" : number);
	g_auto(GStrv) running = machines(host);
	struct server *guest = NULL;
	int status = -1;

	if (g_strv_contains((const char *const *)running, machine))
		guest = guest_server(b, host, machine, error);
	else
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"guest %s does not run%s; tsim run-guest starts one",
			machine + strlen("qemu-"), unseen(host));
	if (guest != NULL)
		status = b->testbed->root_disk == NULL ? talk(guest)
						       : server_terminal(guest, NULL, error);
	server_free(guest);
	server_free(host);
	return status;
}

static int run_shell(void *asked, char **words)
{
	struct bench *b = asked;
	g_autoptr(GError) error = NULL;
	const char *where;
	int status = CLI_USAGE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	where = words[0] == NULL ? "host" : words[0];
	if (g_str_equal(where, "guest")) {
		status = shell_of_guest(b, words[0] == NULL ? NULL : words[1], &error);
	} else if (g_str_equal(where, "host") || g_str_equal(where, "loadgen")) {
		struct server *s = testbed_server(
			where[0] == 'h' ? &b->testbed->host : &b->testbed->loadgen, where);

		if (b->dry)
			server_set_dry(s, stdout);
		status = server_terminal(s, NULL, &error);
		server_free(s);
	} else {
		g_set_error(&error, SIM_ERROR, SIM_ERROR_USAGE,
			"shell: '%s' is unknown; there are: host, guest, loadgen", where);
	}
	if (error != NULL)
		status = bench_fail(error);
	bench_clear(b);
	return status;
}

const struct cli_command command_shell = { .name = "shell",
	.arguments = "[host|loadgen|guest [N]]",
	.summary = "Open a terminal there",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.max_words = 2,
	.run = run_shell };

/* A server's processes, and all that is in its journal. */
static gboolean show_status(struct server *s, GError **error)
{
	g_auto(GStrv) names = NULL, made = NULL;
	g_autofree char *holder = NULL, *journal = NULL, *processes = NULL;
	const char *dir = server_state_dir(s, error);

	if (dir == NULL)
		return FALSE;
	if (server_is_dry(s)) {
		journal = g_build_filename(dir, "journal", NULL);
		processes = g_build_filename(dir, "process", NULL);
		return server_dol(s, error, "cat", journal, NULL) &&
		       server_dol(s, error, "ls", processes, NULL);
	}
	if ((names = process_list(s, error)) == NULL ||
		(made = journal_peek(s, &holder, error)) == NULL)
		return FALSE;
	if (names[0] == NULL && made[0] == NULL)
		say_empty(stdout, s, "nothing of tsim's is there");
	else
		printf("%s:\n", server_name(s));
	if (holder != NULL)
		printf("  in use by %s\n", holder);
	for (char **name = names; *name != NULL; name++) {
		enum process_state state;
		int status = 0;

		if (!process_look(s, *name, &state, &status, error))
			return FALSE;
		if (state == PROCESS_ENDED)
			printf("  process %s: ended, status %d\n", *name, status);
		else
			printf("  process %s: %s\n", *name,
				state == PROCESS_RUNNING ? "runs" : "is gone");
	}
	for (char **line = made; *line != NULL; line++)
		printf("  made: %s\n", *line);
	return TRUE;
}

/* "eth1 0000:81:00.0: ice". */
static void show_nic(struct server *s, const struct testbed_nic *nic)
{
	g_autofree char *path = nic->pci == NULL ? NULL
						 : g_strdup_printf("/sys/bus/pci/devices/%s/driver",
							   nic->pci);
	g_autofree char *link = path == NULL ? NULL : server_ask(s, NULL, "readlink", path, NULL);

	if (nic->pci == NULL)
		return;
	printf("  device %s: driver %s\n", nic->pci,
		link == NULL ? "none" : strrchr(g_strchomp(link), '/') + 1);
}

static int run_status(void *asked, char **words)
{
	struct bench *b = asked;
	struct places p;
	int status = CLI_DONE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	p = places_of(b);
	for (unsigned i = 0; i < p.nb; i++) {
		g_autoptr(GError) error = NULL;

		if (!show_status(p.server[i], &error))
			status = bench_fail(error);
		else if (!b->dry)
			show_nic(p.server[i], &p.config[i]->nic);
	}
	places_clear(&p);
	bench_clear(b);
	return status;
}

const struct cli_command command_status = { .name = "status",
	.arguments = "",
	.summary = "Show what tsim has created and what is running",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_status };

struct doctor_asked {
	struct bench bench;
	enum cli_format format;
};

static int run_doctor(void *user, char **words)
{
	struct doctor_asked *asked = user;
	struct bench *b = &asked->bench;
	g_autoptr(GPtrArray) rows = doctor_rows_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	struct places p;
	int status = CLI_DONE;

	(void)words;
	if (!bench_read(b))
		return CLI_USAGE;
	p = places_of(b);
	for (unsigned i = 0; i < p.nb && status == CLI_DONE; i++)
		if (!doctor_examine(p.server[i], rows, &error))
			status = bench_fail(error);
	if (!b->dry) {
		text = doctor_format(rows, asked->format);
		fputs(text, stdout);
	}
	for (guint i = 0; i < rows->len; i++)
		if (((struct doctor_row *)rows->pdata[i])->verdict == DOCTOR_BAD)
			status = CLI_FAILED;
	places_clear(&p);
	bench_clear(b);
	return status;
}

static const struct option_row doctor_rows[] = {
	CLI_FORMAT_ROW(struct doctor_asked, format),
	BENCH_ROWS(struct doctor_asked, bench),
	{ 0 },
};

const struct cli_command command_doctor = { .name = "doctor",
	.arguments = "",
	.summary = "Check that the machines are fit for measuring",
	.options = doctor_rows,
	.size = sizeof(struct doctor_asked),
	.run = run_doctor };
