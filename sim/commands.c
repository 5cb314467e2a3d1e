/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands_private.h"
#include "sim/doctor.h"
#include "sim/error.h"
#include "sim/guest/image.h"
#include "sim/stop.h"
#include "sim/testbed/lab.h"
#include "sim/testbed/network.h"
#include "sim/testbed/process.h"
#include "traffic/datadir.h"

void bench_signals(void)
{
	stop_catch(STOP_AT_SECOND);
}

int bench_fail(const GError *error)
{
	return cli_fail("tsim",
		g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE) ? CLI_USAGE : CLI_FAILED, error);
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
	g_free(b->config);
	testbed_free(b->testbed);
	*b = (struct bench){ 0 };
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

/* No words behind the options, or at most nb of them. */
static gboolean words_fit(const struct cli_command *c, int argc, int nb)
{
	if (argc - 1 <= nb)
		return TRUE;
	fprintf(stderr, "tsim: %s: one word too many; see tsim %s --help\n", c->name, c->name);
	return FALSE;
}

/* Options of a command that has only the common ones. TRUE: go on. */
static gboolean begin(
	struct bench *b, const struct cli_command *c, int *argc, char ***argv, int nb_words)
{
	const GOptionEntry entries[] = { BENCH_ENTRIES(*b), { 0 } };

	return cli_options("tsim", c, entries, argc, argv) && words_fit(c, *argc, nb_words) &&
	       bench_read(b);
}

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

	if (!server_is_dry(s))
		printf("%s: %s%s%s\n", server_name(s),
			reachable ? "reachable" : "unreachable: ", reachable ? "" : error->message,
			"");
	return reachable;
}

int command_ping(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct places p;
	gboolean all = TRUE;

	if (!begin(&b, c, &argc, &argv, 0))
		return CLI_USAGE;
	p = places_of(&b);
	for (unsigned i = 0; i < p.nb; i++)
		all &= ping(p.server[i]);
	if (all) {
		g_auto(GStrv) names = machines(p.server[0]);

		for (char **name = names; *name != NULL; name++) {
			struct server *guest = guest_server(&b, p.server[0], *name, NULL);

			all &= guest != NULL && ping(guest);
			server_free(guest);
		}
		if (*names == NULL && unseen(p.server[0])[0] != '\0')
			printf("%s: no guest%s\n", server_name(p.server[0]), unseen(p.server[0]));
	}
	places_clear(&p);
	bench_clear(&b);
	return all ? CLI_DONE : CLI_FAILED;
}

/* What run-guest and setup-network are asked for. */
struct wanted {
	char *machine, *interface, *qemu_path, *disk, *reflector, *vhost, *ioregionfd;
	int guests, cpus, memory, rx_queue_size, tx_queue_size;
};

static void wanted_clear(struct wanted *w)
{
	g_free(w->machine);
	g_free(w->interface);
	g_free(w->qemu_path);
	g_free(w->disk);
	g_free(w->reflector);
	g_free(w->vhost);
	g_free(w->ioregionfd);
}

static gboolean parse_switch(const char *option, const char *word, gboolean *out, GError **error)
{
	*out = g_strcmp0(word, "on") == 0;
	if (word == NULL || *out || g_str_equal(word, "off"))
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: on or off, not '%s'", option, word);
	return FALSE;
}

static gboolean in_range(const char *option, int value, int min, int max, GError **error)
{
	if (value >= min && value <= max)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: expected %d to %d, got %d", option, min,
		max, value);
	return FALSE;
}

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
	return in_range("--guests", w->guests, 1, 1024, error) &&
	       (w->cpus == 0 || in_range("--cpus", w->cpus, 1, 255, error)) &&
	       (w->memory == 0 || in_range("--memory", w->memory, 64, 1048576, error)) &&
	       is_queue_size("--rx-queue-size", w->rx_queue_size, error) &&
	       is_queue_size("--tx-queue-size", w->tx_queue_size, error);
}

static gboolean to_setup(const struct wanted *w, struct setup *s, GError **error)
{
	const char *machine = w->machine == NULL ? "pcvm" : w->machine;
	const char *interface = w->interface == NULL ? "bridge" : w->interface;
	const char *reflector = w->reflector == NULL ? "xdp" : w->reflector;
	const char *why;

	/* autotest's word. */
	if (g_str_equal(machine, "pc"))
		machine = "pcvm";
	*s = (struct setup){ .qemu = "normal",
		.qemu_path = w->qemu_path == NULL ? "" : w->qemu_path,
		.guests = (uint32_t)w->guests };
	s->interface = setup_interface_find("--interface", interface, error);
	if (s->interface == NULL ||
		!setup_machine_parse("--machine", machine, &s->machine, error) ||
		!parse_switch("--vhost", w->vhost, &s->vhost, error) ||
		!parse_switch("--ioregionfd", w->ioregionfd, &s->ioregionfd, error) ||
		!setup_reflector_parse("--reflector", reflector, &s->reflector, error))
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
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s and %s: %s", machine, interface, why);
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
static int build(struct bench *b, const struct wanted *w, enum lab_depth depth)
{
	g_autoptr(GError) error = NULL;
	struct setup setup;
	struct lab *l = NULL;
	gboolean done;

	if (!to_setup(w, &setup, &error))
		return bench_fail(error);
	if (depth == LAB_NETWORK && (setup.interface->needs & SETUP_WIRE) == 0) {
		g_set_error(&error, SIM_ERROR, SIM_ERROR_USAGE,
			"--interface: %s has no network to set up", setup.interface->word);
		return bench_fail(error);
	}
	bench_signals();
	change_testbed(w, b->testbed);
	l = bench_lab(b);
	done = lab_check(l, &setup, 0, &error) && lab_open(l, &error) &&
	       lab_apply(l, &setup, depth, &error) && lab_keep(l, &error);
	lab_free(l);
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

#define WANTED_ENTRIES(w)                                                                       \
	{ "machine", 'm', 0, G_OPTION_ARG_STRING, &(w).machine,                                 \
		"pcvm, microvm or host (default pcvm)", "MACHINE" },                            \
		{ "interface", 'i', 0, G_OPTION_ARG_STRING, &(w).interface,                     \
			"bridge, macvtap, bridge-e1000, vfio, vmux-..., pnic (default bridge)", \
			"INTERFACE" },                                                          \
	{                                                                                       \
		"guests", 'g', 0, G_OPTION_ARG_INT, &(w).guests, "How many (default 1)", "N"    \
	}

int command_run_guest(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct wanted w = { .guests = 1 };
	const GOptionEntry entries[] = {
		WANTED_ENTRIES(w),
		{ "reflector", 0, 0, G_OPTION_ARG_STRING, &w.reflector, "dpdk or xdp (default xdp)",
			"REFLECTOR" },
		{ "cpus", 'C', 0, G_OPTION_ARG_INT, &w.cpus,
			"vCPUs of each (default the testbed's)", "N" },
		{ "memory", 'M', 0, G_OPTION_ARG_INT, &w.memory, "Of each (default the testbed's)",
			"MIB" },
		{ "disk", 'D', 0, G_OPTION_ARG_FILENAME, &w.disk,
			"Image to boot (default our own small one)", "FILE" },
		{ "vhost", 'V', 0, G_OPTION_ARG_STRING, &w.vhost,
			"on or off: the kernel moves frames of a tap, or QEMU (default off)",
			"WORD" },
		{ "ioregionfd", 'I', 0, G_OPTION_ARG_STRING, &w.ioregionfd,
			"on or off; on needs a microvm, and a QEMU and a kernel that have it "
			"(default off)",
			"WORD" },
		{ "rx-queue-size", 'r', 0, G_OPTION_ARG_INT, &w.rx_queue_size,
			"Descriptors (default the testbed's)", "N" },
		{ "tx-queue-size", 't', 0, G_OPTION_ARG_INT, &w.tx_queue_size,
			"Descriptors (default the testbed's)", "N" },
		{ "qemu-path", 'q', 0, G_OPTION_ARG_FILENAME, &w.qemu_path,
			"Folder of qemu-system-x86_64 (default $PATH)", "DIR" },
		BENCH_ENTRIES(b),
		{ 0 },
	};
	int status = CLI_USAGE;

	if (cli_options("tsim", c, entries, &argc, &argv) && words_fit(c, argc, 0) &&
		bench_read(&b))
		status = build(&b, &w, LAB_REFLECTOR);
	wanted_clear(&w);
	bench_clear(&b);
	return status;
}

int command_setup_network(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct wanted w = { .guests = 1 };
	const GOptionEntry entries[] = { WANTED_ENTRIES(w), BENCH_ENTRIES(b), { 0 } };
	int status = CLI_USAGE;

	if (cli_options("tsim", c, entries, &argc, &argv) && words_fit(c, argc, 0) &&
		bench_read(&b))
		status = build(&b, &w, LAB_NETWORK);
	wanted_clear(&w);
	bench_clear(&b);
	return status;
}

/* All that tsim made on a server goes. */
static gboolean tear_down(struct server *s, GError **error)
{
	gboolean left, done;
	struct journal *j = journal_open(s, &left, error);

	if (j == NULL)
		return FALSE;
	if (!server_is_dry(s))
		fprintf(stderr, "%s: %s%s\n", server_name(s),
			left ? "taking away what tsim made" : "nothing that tsim made is there",
			left ? "" : unseen(s));
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

static int tear_all_down(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct places p;
	int status = CLI_DONE;

	if (!begin(&b, c, &argc, &argv, 0))
		return CLI_USAGE;
	p = places_of(&b);
	for (unsigned i = 0; i < p.nb; i++) {
		g_autoptr(GError) error = NULL;

		if (b.dry ? !rehearse_tear_down(p.config[i], server_name(p.server[i]), &error)
			  : !tear_down(p.server[i], &error))
			status = bench_fail(error);
	}
	places_clear(&p);
	bench_clear(&b);
	return status;
}

int command_kill_guest(const struct cli_command *c, int argc, char **argv)
{
	return tear_all_down(c, argc, argv);
}

int command_teardown_network(const struct cli_command *c, int argc, char **argv)
{
	return tear_all_down(c, argc, argv);
}

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

int command_upload(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct places p;
	int status = CLI_DONE;

	if (!begin(&b, c, &argc, &argv, 0))
		return CLI_USAGE;
	p = places_of(&b);
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
		else if (!b.dry)
			fprintf(stderr, "%s: %s\n", server_name(p.server[i]), dir);
	}
	places_clear(&p);
	bench_clear(&b);
	return status;
}

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

int command_shell(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	g_autoptr(GError) error = NULL;
	const char *where;
	int status = CLI_USAGE;

	if (!begin(&b, c, &argc, &argv, 2))
		return CLI_USAGE;
	where = argc < 2 ? "host" : argv[1];
	if (g_str_equal(where, "guest")) {
		status = shell_of_guest(&b, argc < 3 ? NULL : argv[2], &error);
	} else if (g_str_equal(where, "host") || g_str_equal(where, "loadgen")) {
		struct server *s = testbed_server(
			where[0] == 'h' ? &b.testbed->host : &b.testbed->loadgen, where);

		if (b.dry)
			server_set_dry(s, stdout);
		status = server_terminal(s, NULL, &error);
		server_free(s);
	} else {
		g_set_error(&error, SIM_ERROR, SIM_ERROR_USAGE,
			"shell: '%s' is unknown; there are: host, guest, loadgen", where);
	}
	if (error != NULL)
		status = bench_fail(error);
	bench_clear(&b);
	return status;
}

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
		printf("%s: nothing of tsim's is there%s\n", server_name(s), unseen(s));
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

int command_status(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	struct places p;
	int status = CLI_DONE;

	if (!begin(&b, c, &argc, &argv, 0))
		return CLI_USAGE;
	p = places_of(&b);
	for (unsigned i = 0; i < p.nb; i++) {
		g_autoptr(GError) error = NULL;

		if (!show_status(p.server[i], &error))
			status = bench_fail(error);
		else if (!b.dry)
			show_nic(p.server[i], &p.config[i]->nic);
	}
	places_clear(&p);
	bench_clear(&b);
	return status;
}

int command_doctor(const struct cli_command *c, int argc, char **argv)
{
	struct bench b = { 0 };
	g_autofree char *word = NULL, *text = NULL;
	const GOptionEntry entries[] = { { "format", 'f', 0, G_OPTION_ARG_STRING, &word,
						 "text, csv or json (default text)", "FORMAT" },
		BENCH_ENTRIES(b), { 0 } };
	g_autoptr(GPtrArray) rows = doctor_rows_new();
	g_autoptr(GError) error = NULL;
	enum cli_format format = CLI_TEXT;
	struct places p;
	int status = CLI_DONE;

	if (!cli_options("tsim", c, entries, &argc, &argv) || !words_fit(c, argc, 0) ||
		!bench_read(&b))
		return CLI_USAGE;
	if (word != NULL && !cli_format_parse(word, &format, &error)) {
		bench_clear(&b);
		return cli_fail("tsim", CLI_USAGE, error);
	}
	p = places_of(&b);
	for (unsigned i = 0; i < p.nb && status == CLI_DONE; i++)
		if (!doctor_examine(p.server[i], rows, &error))
			status = bench_fail(error);
	if (!b.dry) {
		text = doctor_format(rows, format);
		fputs(text, stdout);
	}
	for (guint i = 0; i < rows->len; i++)
		if (((struct doctor_row *)rows->pdata[i])->verdict == DOCTOR_BAD)
			status = CLI_FAILED;
	places_clear(&p);
	bench_clear(&b);
	return status;
}
