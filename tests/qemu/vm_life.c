/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of virtual machines, as tsim leads them, on this machine: a PC and a microvm start, take
 * commands, reflect, die, stand still, do not start, and go. Prints what is worth to be seen.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/vm/image.h"
#include "sim/vm/qmp.h"
#include "sim/vm/vm.h"
#include "sim/host/network.h"
#include "sim/server/process.h"

enum { BOOT_MS = 180000 };

static GError *error;

static void check(gboolean holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s%s%s\n", what, error == NULL ? "" : ": ",
		error == NULL ? "" : error->message);
	exit(1);
}

static void says(const char *text, const char *what)
{
	if (text != NULL && strstr(text, what) != NULL)
		return;
	fprintf(stderr, "no '%s' in: %s\n", what, text == NULL ? "(nothing)" : text);
	exit(1);
}

static void answers(
	struct server *s, const char *script, const char *input, int status, const char *out)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	g_auto(server_result) r = { 0 };

	check(server_run(s, argv, input, 0, &r, &error), script);
	if (r.status == status && g_str_equal(r.out, out))
		return;
	fprintf(stderr, "%s: %s: status %d, output '%s', not %d and '%s'\n", server_name(s), script,
		r.status, r.out, status, out);
	exit(1);
}

static void commands_have_status_and_output(struct server *s)
{
	const char *const slow[] = { "sleep", "1000", NULL };
	g_auto(server_result) r = { 0 };

	answers(s, "echo out; echo err >&2; exit 3", NULL, 3, "out\nerr\n");
	answers(s, "echo one\necho \"two  \\$HOME 'three'\"", NULL, 0, "one\ntwo  $HOME 'three'\n");
	answers(s, "cat; printf unended", "given\nlines\n", 0, "given\nlines\nunended\n");
	/* The kernel speaks on the same console. */
	answers(s, "echo before; echo '<0>the kernel says this' >/dev/kmsg; echo after", NULL, 0,
		"before\nafter\n");
	answers(s, "sleep 1000 & echo started", NULL, 0, "started\n");
	answers(s, "seq 1 3000 | tail -n 2; seq 1 3000 | wc -l", NULL, 0, "2999\n3000\n3000\n");
	check(!server_run(s, slow, NULL, 1000, &r, &error), "a command without an end has ended");
	says(error->message, "killed after 1 s");
	g_clear_error(&error);
	answers(s, "echo next", NULL, 0, "next\n");
}

static void processes_are_kept(struct server *s)
{
	const char *const argv[] = { "sleep", "1000", NULL };
	enum process_state state;
	int status;

	check(process_start(s, "sleeper", NULL, argv, &error),
		"a process does not start in the guest");
	check(process_look(s, "sleeper", &state, &status, &error) && state == PROCESS_RUNNING,
		"a process does not run in the guest");
	check(process_stop(s, "sleeper", 2000, &error), "a process is not stopped in the guest");
}

static void reflects(struct server *s, const char *mac)
{
	static const char find[] = "grep -l \"$1\" /sys/class/net/*/address | cut -d/ -f5";
	g_autofree char *interface = server_ask(s, &error, "sh", "-c", find, "sh", mac, NULL);
	g_autofree char *said = NULL, *status = NULL;

	check(interface != NULL, "no test interface");
	g_strchomp(interface);
	answers(s, "ip -o link | grep -v LOOPBACK | grep -c ,UP", NULL, 0, "1\n");
	said = server_ask(s, &error, "treflect-xdp", "start", interface, NULL);
	check(said != NULL, "no reflector");
	check(strstr(said, "mode=native\n") != NULL || strstr(said, "mode=generic\n") != NULL,
		said);
	status = server_ask(s, &error, "treflect-xdp", "status", interface, NULL);
	says(status, "reflected_frames=0\n");
	printf("%s: %s\n", server_name(s), g_strdelimit(said, "\n", ' '));
	check(server_dol(s, &error, "treflect-xdp", "stop", interface, NULL),
		"the reflector stays");
}

static void kill_qemu(struct server *s, const char *name)
{
	g_autofree char *path = g_strdup_printf(
		"%s/process/%s.pid", server_state_dir(s, NULL), name);
	g_autofree char *record = NULL, *children = NULL, *of = NULL;
	long pid;

	check(g_file_get_contents(path, &record, NULL, &error), "no process is recorded");
	pid = strtol(record, NULL, 10);
	of = g_strdup_printf("/proc/%ld/task/%ld/children", pid, pid);
	check(g_file_get_contents(of, &children, NULL, &error), "no QEMU runs");
	pid = strtol(children, NULL, 10);
	check(pid > 1 && kill((pid_t)pid, SIGKILL) == 0, "no QEMU runs");
}

static void deaths_are_told(
	struct server *s, struct vm *killed, struct vm *stopped, const char *qmp_path)
{
	g_autoptr(qmp) q = qmp_open(s, qmp_path, 10000, &error);
	JsonNode *answer;

	check(q != NULL, "no QMP");
	check(qmp_execute(q, "nonsense", &error) == NULL, "QMP knows nonsense");
	says(error->message, "nonsense");
	g_clear_error(&error);
	answer = qmp_execute(q, "stop", &error);
	check(answer != NULL, "QMP does not stop the machine");
	json_node_unref(answer);
	g_clear_pointer(&q, qmp_close);
	says(vm_death(stopped), "not running: paused");

	kill_qemu(s, "qemu-1");
	while (vm_death(killed) == NULL)
		g_usleep(100000);
	says(vm_death(killed), "QEMU was killed by signal 9");
	says(vm_death(killed), "end of its console:");
	says(vm_death(killed), "@STATUS 0");
}

static void one_that_does_not_start_says_why(struct journal *j, struct vm_cfg cfg)
{
	const char *const bad[] = { "-device", "no-such-device", NULL };
	struct vm *vm;

	cfg.number = 7;
	cfg.extra = bad;
	vm = vm_start(j, NULL, &cfg, &error);
	check(vm != NULL, "vm_start waits for QEMU");
	check(!vm_wait(vm, BOOT_MS, &error), "a QEMU with a bad argument is up");
	says(error->message, "QEMU exited with status 1");
	says(error->message, "'no-such-device' is not a valid device");
	printf("%s\n", error->message);
	g_clear_error(&error);
	check(vm_stop(vm, &error), "vm_stop");
	vm_free(vm);
}

static void one_that_hangs_says_so(struct journal *j, struct vm_cfg cfg)
{
	struct vm *vm;

	gboolean panics = FALSE;

	/* Without an init the kernel waits for ever: its panic does not reboot. */
	cfg.number = 8;
	cfg.append = "rdinit=/nothing init=/nothing panic=0";
	vm = vm_start(j, NULL, &cfg, &error);
	check(vm != NULL, "vm_start");
	while (!panics) {
		check(!vm_wait(vm, 2000, &error), "a guest without an init is up");
		says(error->message, "not up within 2 s (--connect-timeout): ");
		panics = strstr(error->message, "Kernel panic") != NULL;
		g_clear_error(&error);
	}
	/* It is QEMU that is asked: that runs. */
	check(vm_death(vm) == NULL, "a machine that is late is dead");
	check(vm_stop(vm, &error), "vm_stop");
	vm_free(vm);
}

static void leaves_nothing(struct server *s, const char *run_dir)
{
	g_auto(GStrv) processes = process_list(s, &error);
	g_autofree char *files = server_ask(s, &error, "ls", "-A", run_dir, NULL);

	check(processes != NULL && processes[0] == NULL, "a process is left");
	check(files != NULL && files[0] == '\0', files);
}

int main(int argc, char **argv)
{
	struct setup setup[2] = { { .machine = MACHINE_PCVM,
		.interface = setup_interface_find("", "bridge", NULL),
		.qemu = "normal",
		.qemu_path = "",
		.guests = 2,
		.reflector = REFLECTOR_XDP } };
	const char *const macs[] = { "52:54:00:fa:00:60", "52:54:00:fa:00:61" };
	const char *const taps[] = { "tap-life-0", "tap-life-1" };
	struct server *s = server_new_local("host");
	struct journal *j = journal_open(s, NULL, &error);
	g_autofree char *why = NULL, *run_dir = NULL, *qmp_path = NULL;
	struct vm_cfg cfg = { .vcpus = 1, .memory_mib = 192, .queues = 1 };
	struct image image = { 0 };
	struct vm *vm[2];

	check(j != NULL, "no journal");
	run_dir = g_build_filename(server_state_dir(s, NULL), "vm", NULL);
	cfg.run_dir = run_dir;
	cfg.tsc_khz = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	check(vm_qemu_version(s, "", &cfg.qemu_version, &error), "no version");
	cfg.accel = vm_accel_of(s, &why);
	printf("QEMU %u, %s%s\n", cfg.qemu_version,
		cfg.accel == VM_KVM ? "KVM" : "TCG: ", why == NULL ? "" : why);
	check(!vm_qemu_version(s, "/nonexistent", &cfg.qemu_version, &error),
		"a QEMU from nowhere");
	says(error->message, "install QEMU");
	g_clear_error(&error);
	check(image_make(s, &setup[0], NULL, &image, &error), "no image");
	cfg.kernel = image.kernel;
	cfg.initrd = image.initrd;
	setup[1] = setup[0];
	setup[1].machine = MACHINE_MICROVM;
	for (unsigned i = 0; i < 2; i++) {
		check(network_tap(j, NULL, taps[i], 1, &error), "no tap");
		cfg.setup = &setup[i];
		cfg.number = i;
		cfg.mac = macs[i];
		cfg.tap = taps[i];
		vm[i] = vm_start(j, NULL, &cfg, &error);
		check(vm[i] != NULL, "vm_start");
		if (i == 0)
			qmp_path = vm_path(&cfg, "qmp", "sock");
	}
	for (unsigned i = 0; i < 2; i++) {
		check(vm_wait(vm[i], BOOT_MS, &error), "vm_wait");
		commands_have_status_and_output(vm_server(vm[i]));
		processes_are_kept(vm_server(vm[i]));
		reflects(vm_server(vm[i]), macs[i]);
		if (vm_death(vm[i]) != NULL)
			check(FALSE, vm_death(vm[i]));
	}
	deaths_are_told(s, vm[1], vm[0], qmp_path);
	for (unsigned i = 0; i < 2; i++) {
		check(vm_stop(vm[i], &error), "vm_stop");
		check(vm_stop(vm[i], &error), "vm_stop, again");
		vm_free(vm[i]);
	}
	one_that_does_not_start_says_why(j, cfg);
	one_that_hangs_says_so(j, cfg);
	leaves_nothing(s, run_dir);
	check(journal_undo(j, 0, &error), "journal_undo");
	journal_close(j);
	image_clear(&image);
	server_free(s);
	return 0;
}
