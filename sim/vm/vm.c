/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/vm.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/vm/qmp.h"
#include "sim/server/process.h"

enum {
	POLL_US = 200000,
	QMP_TIMEOUT_MS = 2000,    /* while it starts: asked again */
	ALIVE_TIMEOUT_MS = 10000, /* later: QEMU answers in milliseconds */
	POWER_DOWN_MS = 20000,    /* of a disk's guest: its services end first */
	STOP_GRACE_MS = 5000,
	WORDS = 12, /* lines of console and of QEMU in an error */
};

struct vm {
	struct server *server; /* where QEMU runs */
	struct server *guest;  /* NULL: not reachable */
	uint32_t number;
	char *name; /* of the process: "qemu-3" */
	char *qmp, *console, *log;
	gboolean own_image;
	char *death; /* NULL: none that is known */
};

/* Sockets and log of an earlier one would be taken for this one's. */
static const char prepare_script[] = "mkdir -p -m 700 -- \"$1\" && shift && rm -f -- \"$@\"\n";

static struct vm *vm_new(struct server *s, const struct vm_cfg *cfg)
{
	struct vm *vm = g_new0(struct vm, 1);

	vm->server = s;
	vm->number = cfg->number;
	vm->name = g_strdup_printf("qemu-%u", cfg->number);
	vm->qmp = vm_path(cfg, "qmp", "sock");
	vm->console = vm_path(cfg, "console", "sock");
	vm->log = vm_path(cfg, "console", "log");
	vm->own_image = cfg->disk == NULL;
	if (vm->own_image) {
		g_autofree char *label = g_strdup_printf("guest %u", cfg->number);

		vm->guest = server_new_console(s, label, vm->console);
	}
	return vm;
}

void vm_free(struct vm *vm)
{
	if (vm == NULL)
		return;
	server_free(vm->guest);
	g_free(vm->name);
	g_free(vm->qmp);
	g_free(vm->console);
	g_free(vm->log);
	g_free(vm->death);
	g_free(vm);
}

struct vm *vm_start(struct journal *j, const char *netns, const struct vm_cfg *cfg, GError **error)
{
	g_auto(GStrv) command = NULL;
	g_autofree char *what = g_strdup_printf("files of guest %u", cfg->number);
	struct vm *vm;

	if (!vm_check(cfg, error))
		return NULL;
	vm = vm_new(journal_server(j), cfg);
	command = vm_command(cfg);
	if (journal_make(j, what,
		    (const char *[]){ "sh", "-c", prepare_script, "sh", cfg->run_dir, vm->qmp,
			    vm->console, vm->log, NULL },
		    (const char *[]){ "rm", "-f", "--", vm->qmp, vm->console, vm->log, NULL },
		    error) &&
		journal_start(j, vm->name, netns, (const char *const *)command, error))
		return vm;
	vm_free(vm);
	return NULL;
}

/* Lines, without what only a terminal can read. */
static char *readable_text(const char *text)
{
	GString *clean = g_string_new(NULL);

	for (; *text != '\0'; text++)
		if (*text == '\n' || *text == '\t' || (unsigned char)*text >= ' ')
			g_string_append_c(clean, *text);
	return g_strchomp(g_string_free(clean, FALSE));
}

/* how, then "; its console ends: ...; QEMU says: ...". Newly allocated. */
static char *with_words(struct vm *vm, const char *how)
{
	g_autofree char *lines = g_strdup_printf("-n%d", WORDS);
	g_autofree char *console = server_ask(vm->server, NULL, "tail", lines, "--", vm->log, NULL);
	g_autofree char *qemu = process_words(vm->server, vm->name, WORDS);
	g_autofree char *console_clean = readable_text(console == NULL ? "" : console);
	g_autofree char *qemu_clean = readable_text(qemu == NULL ? "" : qemu);
	GString *words = g_string_new(how);

	if (console_clean[0] != '\0')
		g_string_append_printf(words, "; end of its console:\n%s\n", console_clean);
	else
		g_string_append(words, "; its console is empty");
	if (qemu_clean[0] != '\0')
		g_string_append_printf(words, "%sQEMU output:\n%s",
			console_clean[0] != '\0' ? "" : "; ", qemu_clean);
	return g_strchomp(g_string_free(words, FALSE));
}

static void set_death(struct vm *vm, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void set_death(struct vm *vm, const char *format, ...)
{
	g_autofree char *how = NULL;
	va_list args;

	va_start(args, format);
	how = g_strdup_vprintf(format, args);
	va_end(args);
	vm->death = with_words(vm, how);
}

static void look_at_process(struct vm *vm)
{
	enum process_state state = PROCESS_NONE;
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!process_look(vm->server, vm->name, &state, &status, &error))
		set_death(vm, "state unknown: %s", error->message);
	else if (state == PROCESS_NONE)
		set_death(vm, "stopped");
	else if (state == PROCESS_ENDED) {
		g_autofree char *end = process_end_text(state, status);

		set_death(vm, "QEMU %s", end);
	}
}

/* A machine can stand still while its QEMU runs. */
static void look_at_machine(struct vm *vm)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(qmp) q = qmp_open(vm->server, vm->qmp, ALIVE_TIMEOUT_MS, &error);
	g_autofree char *status = q == NULL ? NULL : qmp_status(q, &error);

	if (status == NULL)
		set_death(vm, "%s", error->message);
	else if (!g_str_equal(status, "running"))
		set_death(vm, "machine not running: %s", status);
}

const char *vm_exit(struct vm *vm)
{
	if (vm->death == NULL && !server_is_dry(vm->server))
		look_at_process(vm);
	return vm->death;
}

const char *vm_death(struct vm *vm)
{
	if (vm_exit(vm) == NULL && !server_is_dry(vm->server)) {
		look_at_machine(vm);
		/* It may have ended while it was asked. */
		if (vm->death != NULL && !g_str_has_prefix(vm->death, "QEMU")) {
			g_autofree char *first = g_steal_pointer(&vm->death);

			look_at_process(vm);
			if (vm->death == NULL)
				vm->death = g_steal_pointer(&first);
		}
	}
	return vm->death;
}

/* What it is that is waited for; *running and *ready are steps that are done. */
static gboolean is_up(struct vm *vm, gboolean *running, char **waits_for)
{
	g_autoptr(GError) error = NULL;

	g_clear_pointer(waits_for, g_free);
	if (!*running) {
		g_autoptr(qmp) q = qmp_open(vm->server, vm->qmp, QMP_TIMEOUT_MS, &error);
		g_autofree char *status = q == NULL ? NULL : qmp_status(q, &error);

		*running = g_strcmp0(status, "running") == 0;
		if (!*running)
			*waits_for = status == NULL ? g_strdup(error->message)
						    : g_strdup_printf("machine is %s", status);
	}
	if (!*running)
		return FALSE;
	if (vm->own_image) {
		*waits_for = g_strdup("guest not ready for commands");
		return server_test(vm->server, "grep", "-q", "^@READY", vm->log, NULL);
	}
	if (vm->guest == NULL)
		return TRUE;
	*waits_for = g_strdup("guest not reachable by SSH");
	return server_test(vm->guest, "true", NULL);
}

gboolean vm_wait(struct vm *vm, unsigned timeout_ms, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	g_autofree char *waits_for = NULL;
	gboolean running = FALSE;

	if (server_is_dry(vm->server))
		return TRUE;
	while (!is_up(vm, &running, &waits_for)) {
		g_autofree char *how = NULL, *late = NULL;

		look_at_process(vm);
		if (vm->death == NULL && g_get_monotonic_time() < until_us) {
			g_usleep(POLL_US);
			continue;
		}
		how = g_strdup_printf(
			"not up within %u s (--connect-timeout): %s", timeout_ms / 1000, waits_for);
		late = vm->death != NULL ? g_strdup(vm->death) : with_words(vm, how);
		return sim_fail(error, SIM_ERROR_GUEST, "%s: %s: %s", server_name(vm->server),
			vm->name, late);
	}
	return TRUE;
}

struct server *vm_server(struct vm *vm)
{
	return vm->guest;
}

void vm_reach_by(struct vm *vm, struct server *ssh)
{
	server_free(vm->guest);
	vm->guest = ssh;
}

static gboolean is_running(struct vm *vm)
{
	enum process_state state = PROCESS_NONE;
	int status;

	return process_look(vm->server, vm->name, &state, &status, NULL) &&
	       state == PROCESS_RUNNING;
}

/* A disk's guest writes what it has, and goes; one of our image has nothing to lose. */
static void ask_to_go(struct vm *vm)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)POWER_DOWN_MS * 1000;
	g_autoptr(qmp) q = qmp_open(vm->server, vm->qmp, QMP_TIMEOUT_MS, NULL);
	JsonNode *answer = NULL;

	if (q != NULL && !vm->own_image) {
		answer = qmp_execute(q, "system_powerdown", NULL);
		g_clear_pointer(&answer, json_node_unref);
		while (is_running(vm) && g_get_monotonic_time() < until_us)
			g_usleep(POLL_US);
	}
	if (q != NULL)
		answer = qmp_execute(q, "quit", NULL);
	g_clear_pointer(&answer, json_node_unref);
}

gboolean vm_stop(struct vm *vm, GError **error)
{
	const char *rm[] = { "rm", "-f", "--", vm->qmp, vm->console, vm->log, NULL };

	if (!server_is_dry(vm->server) && is_running(vm))
		ask_to_go(vm);
	return process_stop(vm->server, vm->name, STOP_GRACE_MS, error) &&
	       server_do(vm->server, rm, error);
}

/* "QEMU emulator version 7.2.22 (Debian ...)" */
static gboolean parse_version(const char *said, unsigned *version)
{
	static const char mark[] = " version ";
	const char *number = strstr(said, mark);
	g_auto(GStrv) parts = number == NULL ? NULL
					     : g_strsplit_set(number + strlen(mark), ". (\n", 3);
	guint64 major, minor;

	if (parts == NULL || g_strv_length(parts) < 2 ||
		!g_ascii_string_to_unsigned(parts[0], 10, 0, 999, &major, NULL) ||
		!g_ascii_string_to_unsigned(parts[1], 10, 0, 99, &minor, NULL))
		return FALSE;
	*version = (unsigned)(major * 100 + minor);
	return TRUE;
}

gboolean vm_qemu_version(struct server *s, const char *path, unsigned *version, GError **error)
{
	g_autofree char *program = vm_program(path);
	g_autofree char *said = NULL;
	g_autoptr(GError) why = NULL;

	said = server_ask(s, &why, program, "--version", NULL);
	if (said == NULL)
		return sim_fail(error, SIM_ERROR_SERVER,
			"%s; install QEMU (apt-get install qemu-system-x86), or set its "
			"directory",
			why->message);
	return parse_version(said, version) ||
	       server_fail(s, error, "%s: unknown version: %s", program, g_strchomp(said));
}

gboolean vm_qemu_has_vfio_user(struct server *s, const char *path)
{
	g_autofree char *program = vm_program(path);
	/* Its status is 0 without the device, too. */
	g_autofree char *said = server_ask(s, NULL, program, "-device", "vfio-user-pci,help", NULL);

	return said != NULL && strstr(said, "vfio-user-pci options") != NULL;
}

enum vm_accel vm_accel_of(struct server *s, char **why)
{
	const char *reason = NULL;

	if (!server_test(s, "test", "-e", "/dev/kvm", NULL))
		reason = "/dev/kvm not found (modprobe kvm_intel or kvm_amd)";
	else if (!server_test(s, "test", "-w", "/dev/kvm", NULL))
		reason = "/dev/kvm not writable (join group kvm, or run as root)";
	else if (!server_test(s, "grep", "-qwE", "^flags.*(vmx|svm)", "/proc/cpuinfo", NULL))
		reason = "CPU has neither vmx nor svm (enable virtualization in the "
			 "firmware, or nested virtualization)";
	*why = g_strdup(reason);
	return reason == NULL ? VM_KVM : VM_TCG;
}
