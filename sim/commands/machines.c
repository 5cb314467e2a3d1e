/* SPDX-License-Identifier: BSD-3-Clause */
/* The machines of a testbed and the guests on them: tsim ping, status, shell, upload. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/datadir.h"
#include "sim/base/error.h"
#include "sim/commands/commands_private.h"
#include "sim/host/journal.h"
#include "sim/server/process.h"
#include "sim/vm/image.h"

/* Names of virtual machines that run: "qemu-0". NULL-terminated. */
static char **list_machines(struct server *s)
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
		(void)sim_fail(error, SIM_ERROR_USAGE,
			"%s: guests with a disk require SSH: set [guest] fqdn (--config)", name);
		return NULL;
	}
	if (b->testbed->root_disk != NULL)
		return testbed_server(&b->testbed->guest, name);
	socket = g_strdup_printf("%s/vm/console-%s.sock", state, number);
	return server_new_console(host, name, socket);
}

static gboolean ping_server(struct server *s)
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
	gboolean all = TRUE;

	(void)words;
	if (!bench_open(b))
		return CLI_USAGE;
	for (unsigned i = 0; i < b->nb; i++)
		all &= ping_server(b->server[i]);
	if (all) {
		struct server *host = b->server[0];
		g_auto(GStrv) names = list_machines(host);

		for (char **name = names; *name != NULL; name++) {
			struct server *guest = guest_server(b, host, *name, NULL);

			all &= guest != NULL && ping_server(guest);
			server_free(guest);
		}
		if (*names == NULL && bench_unseen(host)[0] != '\0')
			printf("%s: no guest of this user%s\n", server_name(host),
				bench_unseen(host));
	}
	bench_clear(b);
	return all ? CLI_DONE : CLI_FAILED;
}

const struct cli_command command_ping = { .name = "ping",
	.arguments = "",
	.summary = "Check which machines and guests can be reached",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_ping };

static gint compare_names(gconstpointer a, gconstpointer b)
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
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *from = g_build_filename(profiles, names->pdata[i], NULL);
		g_autofree char *to = g_build_filename(
			dir, "share", "tsim", "profiles", names->pdata[i], NULL);

		if (!server_put(s, from, to, 0644, error))
			return FALSE;
	}
	return folder != NULL;
}

static gboolean upload_programs(struct server *s, const char *dir, GError **error)
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
		g_prefix_error(error,
			"copied, but does not run (conf/packages.txt lists the required "
			"packages): ");
		return FALSE;
	}
	return TRUE;
}

static gboolean upload(struct bench *b, unsigned nth, GError **error)
{
	const char *dir = b->machine[nth]->tsim_dir, *name = server_name(b->server[nth]);

	if (dir == NULL)
		fprintf(stderr, "%s: nothing to do: [%s] tsim_dir not set in the testbed file\n",
			name, name);
	else if (!upload_programs(b->server[nth], dir, error))
		return FALSE;
	else if (!b->dry)
		fprintf(stderr, "%s: %s\n", name, dir);
	return TRUE;
}

static int run_upload(void *asked, char **words)
{
	(void)words;
	return bench_each(asked, upload);
}

const struct cli_command command_upload = { .name = "upload",
	.arguments = "",
	.summary = "Copy the programs to the machines of a testbed",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_upload };

/* A line, an answer: the console of a guest has no terminal. */
static int talk_to_console(struct server *s)
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

static int open_guest_shell(const struct bench *b, const char *number, GError **error)
{
	struct server *host = testbed_server(&b->testbed->host, "host");
	g_autofree char *machine = g_strdup_printf("qemu-%s", number == NULL ? "0" : number);
	g_auto(GStrv) running = list_machines(host);
	struct server *guest = NULL;
	int status = -1;

	if (g_strv_contains((const char *const *)running, machine))
		guest = guest_server(b, host, machine, error);
	else
		(void)sim_fail(error, SIM_ERROR_USAGE,
			"guest %s is not running%s; start guests with 'tsim run-guest'",
			machine + strlen("qemu-"), bench_unseen(host));
	if (guest != NULL)
		status = b->testbed->root_disk == NULL ? talk_to_console(guest)
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

	if (!bench_read(b))
		return CLI_USAGE;
	where = words[0] == NULL ? "host" : words[0];
	if (g_str_equal(where, "guest")) {
		status = open_guest_shell(b, words[0] == NULL ? NULL : words[1], &error);
	} else if (g_str_equal(where, "host") || g_str_equal(where, "loadgen")) {
		struct server *s = testbed_server(
			where[0] == 'h' ? &b->testbed->host : &b->testbed->loadgen, where);

		if (b->dry)
			server_set_dry(s, stdout);
		status = server_terminal(s, NULL, &error);
		server_free(s);
	} else {
		(void)sim_fail(&error, SIM_ERROR_USAGE,
			"shell: unknown machine '%s'; expected host, guest or loadgen", where);
	}
	if (error != NULL)
		status = bench_fail(error);
	bench_clear(b);
	return status;
}

const struct cli_command command_shell = { .name = "shell",
	.arguments = "[host|loadgen|guest [N]]",
	.summary = "Open a terminal on a machine or guest",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.max_words = 2,
	.run = run_shell };

/* A server's processes, and all that is in its journal. */
static gboolean show_made(struct server *s, GError **error)
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
		bench_say_empty(stdout, s, "nothing created by tsim");
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
			printf("  process %s: exited with status %d\n", *name, status);
		else
			printf("  process %s: %s\n", *name,
				state == PROCESS_RUNNING ? "running" : "gone");
	}
	for (char **line = made; *line != NULL; line++)
		printf("  made: %s\n", *line);
	return TRUE;
}

static gboolean show_status(struct bench *b, unsigned nth, GError **error)
{
	const char *pci = b->machine[nth]->nic.pci;
	g_autofree char *path = NULL, *driver = NULL;

	if (!show_made(b->server[nth], error))
		return FALSE;
	if (b->dry || pci == NULL)
		return TRUE;
	path = g_strdup_printf("/sys/bus/pci/devices/%s/driver", pci);
	driver = server_ask(b->server[nth], NULL, "readlink", path, NULL);
	printf("  device %s: driver %s\n", pci,
		driver == NULL ? "none" : strrchr(g_strchomp(driver), '/') + 1);
	return TRUE;
}

static int run_status(void *asked, char **words)
{
	(void)words;
	return bench_each(asked, show_status);
}

const struct cli_command command_status = { .name = "status",
	.arguments = "",
	.summary = "Show what tsim has created and what is running",
	.options = bench_rows,
	.size = sizeof(struct bench),
	.run = run_status };
