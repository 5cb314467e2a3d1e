/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines of QEMU and vmux, a word a line, compared with the files in sim_vm/, for all that can
 * exist of machine x interface x vhost x ioregionfd. TSIM_GOLDEN=write writes them anew: look at the
 * difference before it is committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/vm/vm.h"
#include "sim/vm/vmux_process.h"

static const char *const words[] = { "vhost-user", "bridge", "bridge-e1000", "macvtap", "vfio",
	"vmux-pt", "vmux-emu", "vmux-emu-e810", "vmux-med", "vmux-dpdk", "vmux-dpdk-e810",
	"vmux-vdpdk" };

static void same_as_file(const char *name, char **command)
{
	g_autofree char *path = g_strdup_printf(
		"%s/tests/unit/sim_vm/%s.txt", g_getenv("SOURCE"), name);
	g_autofree char *lines = g_strjoinv("\n", command);
	g_autofree char *text = g_strconcat(lines, "\n", NULL);
	g_autofree char *want = NULL;

	if (g_strcmp0(g_getenv("TSIM_GOLDEN"), "write") == 0)
		assert_true(g_file_set_contents(path, text, -1, NULL));
	if (!g_file_get_contents(path, &want, NULL, NULL))
		fail_msg("%s is not there; TSIM_GOLDEN=write makes it", path);
	assert_string_equal(text, want);
}

static struct setup setup_of(enum machine machine, const char *word)
{
	struct setup s = { .machine = machine,
		.interface = setup_interface_find("test", word, NULL),
		.qemu = "normal",
		.qemu_path = "",
		.guests = 4,
		.reflector = REFLECTOR_XDP };

	assert_non_null(s.interface);
	if (g_str_equal(word, "vmux-vdpdk"))
		s.reflector = REFLECTOR_DPDK;
	return s;
}

/* Guest 2 of a KVM host with QEMU 7.2. */
static struct vm_cfg cfg_of(const struct setup *s)
{
	return (struct vm_cfg){ .setup = s,
		.number = 2,
		.accel = VM_KVM,
		.qemu_version = 702,
		.vcpus = 2,
		.memory_mib = 512,
		.queues = 1,
		.rx_queue_size = 1024,
		.tx_queue_size = 1024,
		.kernel = "/cache/vmlinuz",
		.initrd = "/cache/guest.cpio",
		.mac = "52:54:00:fa:00:62",
		.tap = "tap-tsim-2",
		.macvtap = "/dev/tap17",
		.pci = "0000:01:10.2",
		.socket = "/run/tsim/guest-2.sock",
		.run_dir = "/run/tsim/vm" };
}

static void check(const char *name, const struct vm_cfg *cfg)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) command = NULL;

	assert_true(vm_check(cfg, &error));
	command = vm_command(cfg);
	same_as_file(name, command);
}

static gboolean contains(char **command, const char *part)
{
	for (; *command != NULL; command++)
		if (strstr(*command, part) != NULL)
			return TRUE;
	return FALSE;
}

static void check_combination(const struct setup *s)
{
	struct vm_cfg cfg = cfg_of(s);
	g_autofree char *name = g_strdup_printf("%s_%s_vhost%s_ioregionfd%s",
		setup_machine_word(s->machine), s->interface->word, s->vhost ? "on" : "off",
		s->ioregionfd ? "on" : "off");

	check(name, &cfg);
}

static void every_combination_that_can_exist(void **state)
{
	unsigned nb = 0;

	(void)state;
	for (int machine = MACHINE_PCVM; machine <= MACHINE_MICROVM; machine++)
		for (unsigned i = 0; i < G_N_ELEMENTS(words) * 4; i++) {
			struct setup s = setup_of((enum machine)machine, words[i / 4]);

			s.vhost = (i & 1) != 0;
			s.ioregionfd = (i & 2) != 0;
			if (setup_impossible(&s) != NULL)
				continue;
			check_combination(&s);
			nb++;
		}
	/* pcvm: 12 interfaces, two of them with and without vhost. microvm: 3, likewise, and ioregionfd. */
	assert_int_equal(nb, 12 + 2 + (3 + 2) * 2);
}

static void without_kvm(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "vhost-user");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	cfg.accel = VM_TCG;
	cfg.tsc_khz = 2100000;
	check("pcvm_tcg", &cfg);
	s.machine = MACHINE_MICROVM;
	check("microvm_tcg", &cfg);
	/* MSI-X kills QEMU there, however many queues there are. */
	s.machine = MACHINE_PCVM;
	cfg.queues = 4;
	check("pcvm_tcg_queues", &cfg);
}

static void several_queues(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "bridge");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	s.vhost = TRUE;
	cfg.queues = 4;
	check("pcvm_bridge_queues", &cfg);
	s.machine = MACHINE_MICROVM;
	check("microvm_bridge_queues", &cfg);
	s = setup_of(MACHINE_PCVM, "macvtap");
	check("pcvm_macvtap_queues", &cfg);
	s = setup_of(MACHINE_PCVM, "vhost-user");
	check("pcvm_vhost-user_queues", &cfg);
}

static void a_disk_of_the_users(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "bridge");
	struct vm_cfg cfg = cfg_of(&s);
	const char *const extra[] = { "-device", "virtio-rng-pci", NULL };
	const char *const folders[] = { "home:/home", "store:/a, b", NULL };

	(void)state;
	cfg.fsdevs = folders;
	s.qemu_path = "/opt/qemu, new/bin";
	cfg.kernel = cfg.initrd = NULL;
	cfg.disk = "/images/guest,2.qcow2";
	cfg.admin_tap = "tap-admin-2";
	cfg.admin_mac = "52:54:00:fb:00:02";
	cfg.cpus = "4-7";
	cfg.hugepages = TRUE;
	cfg.rx_queue_size = cfg.tx_queue_size = 0;
	cfg.extra = extra;
	check("pcvm_disk", &cfg);
	s = setup_of(MACHINE_MICROVM, "macvtap");
	s.ioregionfd = TRUE;
	cfg.disk = "/images/guest.img";
	cfg.kernel = "/images/vmlinuz";
	cfg.append = "root=/dev/vda";
	cfg.extra = NULL;
	check("microvm_disk", &cfg);
}

static void words_that_qemu_renamed(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "vhost-user");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	cfg.qemu_version = 902;
	check("pcvm_vhost-user_qemu902", &cfg);
	s = setup_of(MACHINE_PCVM, "vmux-emu");
	cfg.qemu_version = 1001;
	cfg.socket = "/run/a \"b\", c.sock";
	check("pcvm_vmux-emu_qemu1001", &cfg);
	cfg.qemu_version = 1000;
	check("pcvm_vmux-emu_qemu1000", &cfg);
}

static void transmit_rings_of_taps_stay_at_256(void **state)
{
	struct setup s = setup_of(MACHINE_MICROVM, "bridge");
	struct vm_cfg cfg = cfg_of(&s);
	g_auto(GStrv) tap = vm_command(&cfg), vhost_user = NULL;

	(void)state;
	assert_true(contains(tap, "rx_queue_size=1024,tx_queue_size=256"));
	s = setup_of(MACHINE_MICROVM, "vhost-user");
	vhost_user = vm_command(&cfg);
	assert_true(contains(vhost_user, "rx_queue_size=1024,tx_queue_size=1024"));
}

static void vmux_of_every_mode(void **state)
{
	const char *const taps[] = { "tap-a-0", "tap-a-1", NULL };
	const char *const functions[] = { "0000:01:10.0", "0000:01:10.1", NULL };
	const char *const sockets[] = { "/run/vmux.sock-0", "/run/vmux.sock-1", NULL };

	(void)state;
	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
		struct setup s = setup_of(MACHINE_PCVM, words[i]);
		g_autofree char *name = g_strdup_printf("vmux_%s", words[i]);
		g_auto(GStrv) command = NULL;

		if ((s.interface->needs & SETUP_VMUX) == 0)
			continue;
		s.guests = 2;
		command = vmux_command(&(struct vmux_cfg){ .program = "/opt/vmux",
			.setup = &s,
			.base_mac = "52:54:00:fa:00:60",
			.attached = (s.interface->needs & SETUP_TAP) != 0 ? taps : functions,
			.sockets = sockets });
		same_as_file(name, command);
	}
}

static void vmux_on_chosen_cpus(void **state)
{
	const char *const sockets[] = { "/run/vmux.sock-0", NULL }, *const none[] = { NULL };
	const char *const receive[] = { "3", NULL }, *const run[] = { "2", NULL };
	struct setup s = setup_of(MACHINE_PCVM, "vmux-vdpdk");
	g_auto(GStrv) command = NULL;

	(void)state;
	s.guests = 1;
	command = vmux_command(&(struct vmux_cfg){ .program = "vmux",
		.setup = &s,
		.base_mac = "52:54:00:fa:00:60",
		.attached = none,
		.sockets = sockets,
		.main_cpu = "1",
		.receive_cpus = receive,
		.run_cpus = run });
	same_as_file("vmux_cpus", command);
}

static void refuse(struct vm_cfg cfg, const char *says)
{
	g_autoptr(GError) error = NULL;

	assert_false(vm_check(&cfg, &error));
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
	if (strstr(error->message, says) == NULL)
		fail_msg("'%s' does not say '%s'", error->message, says);
}

static void what_qemu_would_refuse_is_refused_before(void **state)
{
	struct setup macvtap = setup_of(MACHINE_PCVM, "macvtap");
	struct setup e1000 = setup_of(MACHINE_PCVM, "bridge-e1000");
	struct vm_cfg good = cfg_of(&macvtap), bad;

	(void)state;
	assert_true(vm_check(&good, NULL));
	bad = good;
	bad.rx_queue_size = 300;
	refuse(bad, "256, 512 and 1024");
	bad = good;
	bad.tx_queue_size = 2048;
	refuse(bad, "256, 512 and 1024");
	bad = good;
	bad.queues = 8;
	refuse(bad, "at most 7");
	bad = good;
	bad.setup = &e1000;
	bad.queues = 2;
	refuse(bad, "bridge-e1000 has one");
	bad = good;
	bad.memory_mib = 16;
	refuse(bad, "64 MiB or more");
	bad = good;
	bad.vcpus = 0;
	refuse(bad, "vCPUs");
	bad = good;
	bad.kernel = NULL;
	refuse(bad, "neither");
}

/* A stand-in for QEMU that says text. */
static unsigned version_of(const char *text, GError **error)
{
	g_autofree char *dir = g_dir_make_tmp("qemu-XXXXXX", NULL);
	g_autofree char *program = g_build_filename(dir, "qemu-system-x86_64", NULL);
	g_autofree char *script = g_strdup_printf("#!/bin/sh\necho '%s'\n", text);
	struct server *s = server_new_local("host");
	unsigned version = 0;

	assert_true(g_file_set_contents(program, script, -1, NULL));
	assert_int_equal(g_chmod(program, 0755), 0);
	if (!vm_qemu_version(s, dir, &version, error))
		version = 0;
	g_unlink(program);
	g_rmdir(dir);
	server_free(s);
	return version;
}

static void versions_are_read(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_int_equal(version_of("QEMU emulator version 7.2.22 (Debian 1:7.2)", NULL), 702);
	assert_int_equal(version_of("QEMU emulator version 10.1.0-rc2", NULL), 1001);
	assert_int_equal(version_of("QEMU emulator version 6.1.92 (v6.2.0-rc2-dirty)", NULL), 601);
	assert_int_equal(version_of("hello", &error), 0);
	assert_non_null(strstr(error->message, "says no version: hello"));
}

static void a_dry_run_says_all_that_it_would_do(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "bridge");
	struct vm_cfg cfg = cfg_of(&s);
	struct server *host = server_new_local("host");
	g_autoptr(GError) error = NULL;
	struct image image = { 0 };
	struct journal *j;
	char *said = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);
	struct vm *vm;

	(void)state;
	server_set_dry(host, out);
	j = journal_open(host, NULL, &error);
	assert_non_null(j);
	assert_true(image_make(host, &s, &image, &error) ||
		    g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
	vm = vm_start(j, "tsim", &cfg, NULL);
	assert_non_null(vm);
	assert_true(vm_wait(vm, 1000, NULL));
	assert_null(vm_death(vm));
	assert_true(vm_stop(vm, NULL));
	vm_free(vm);
	journal_close(j);
	server_free(host);
	image_clear(&image);
	fclose(out);
	assert_non_null(strstr(said, "ip netns exec tsim qemu-system-x86_64 -nodefaults"));
	assert_non_null(strstr(said, "stop qemu-2"));
	assert_non_null(strstr(said, "/run/tsim/vm/console-2.log"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_that_can_exist),
		cmocka_unit_test(without_kvm),
		cmocka_unit_test(several_queues),
		cmocka_unit_test(a_disk_of_the_users),
		cmocka_unit_test(words_that_qemu_renamed),
		cmocka_unit_test(transmit_rings_of_taps_stay_at_256),
		cmocka_unit_test(vmux_of_every_mode),
		cmocka_unit_test(vmux_on_chosen_cpus),
		cmocka_unit_test(what_qemu_would_refuse_is_refused_before),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(a_dry_run_says_all_that_it_would_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
