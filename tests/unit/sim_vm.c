/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines of QEMU and vmux, for all that can exist of machine x interface x vhost x ioregionfd:
 * every word of each. Six stand in files of sim_vm/, a word a line (TSIM_GOLDEN=write writes them
 * anew: look at the difference before it is committed); the others are one of these but for the
 * words that are said here.
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

static char *golden_path(const char *name)
{
	return g_strdup_printf("%s/tests/unit/sim_vm/%s.txt", g_getenv("SOURCE"), name);
}

static char *text_of(char **command)
{
	g_autofree char *lines = g_strjoinv("\n", command);

	return g_strconcat(lines, "\n", NULL);
}

static GString *golden(const char *name)
{
	g_autofree char *path = golden_path(name), *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		fail_msg("%s is not there; TSIM_GOLDEN=write makes it", path);
	return g_string_new(text);
}

static void same_as_file(const char *name, char **command)
{
	g_autofree char *path = golden_path(name), *text = text_of(command);
	g_autoptr(GString) want = NULL;

	if (g_strcmp0(g_getenv("TSIM_GOLDEN"), "write") == 0)
		assert_true(g_file_set_contents(path, text, -1, NULL));
	want = golden(name);
	assert_string_equal(text, want->str);
}

/* The one line that is from becomes to. */
static void change_word(GString *text, const char *from, const char *to)
{
	g_autofree char *old = g_strdup_printf("\n%s\n", from),
			*new = g_strdup_printf("\n%s\n", to);

	assert_int_equal(g_string_replace(text, old, new, 0), 1);
}

/* What comes behind the kernel's arguments: the words of tail. */
static void change_tail(GString *text, const char *tail)
{
	const char *append = strstr(text->str, "\n-append\n");
	g_autofree char *lines = g_strdelimit(g_strdup(tail), " ", '\n');

	assert_non_null(append);
	append = strchr(append + strlen("\n-append\n"), '\n');
	g_string_truncate(text, (gsize)(append + 1 - text->str));
	g_string_append_printf(text, "%s\n", lines);
}

static const char *const setup_words[] = { "vhost-user", "bridge", "bridge-e1000", "macvtap",
	"vfio", "vmux-pt", "vmux-emu", "vmux-emu-e810", "vmux-med", "vmux-dpdk", "vmux-dpdk-e810",
	"vmux-vdpdk", "vmux-virtio" };

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

static void check_like(const struct vm_cfg *cfg, const GString *want)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) command = NULL;
	g_autofree char *text = NULL;

	assert_true(vm_check(cfg, &error));
	command = vm_command(cfg);
	text = text_of(command);
	assert_string_equal(text, want->str);
}

#define PCVM "q35,memory-backend=memory"
#define MICROVM "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on,memory-backend=memory"
#define APPEND "console=ttyS0 reboot=t panic=-1 quiet tsim.mac=52:54:00:fa:00:62"
#define VIRTIO_PCI "virtio-net-pci,netdev=test,mac=52:54:00:fa:00:62,romfile=,"
#define VIRTIO_MMIO "virtio-net-device,netdev=test,mac=52:54:00:fa:00:62,"
#define RINGS "rx_queue_size=1024,tx_queue_size=1024"
#define TAP_RINGS "rx_queue_size=1024,tx_queue_size=256"
#define SOCKET                                                                          \
	"-chardev socket,id=generator,path=/run/tsim/guest-2.sock,reconnect=1 -netdev " \
	"vhost-user,id=test,chardev=generator,queues=1 -device "
#define TAP "-netdev tap,id=test,ifname=tap-tsim-2,script=no,downscript=no"
#define MACVTAP "-netdev tap,id=test,fd=3,vhost=$V -device "
#define VFIO_USER "-device vfio-user-pci,socket=/run/tsim/guest-2.sock"

/* The words of the test interface; $V: on or off by vhost, $I: nothing, or ioregionfd's. */
static const struct {
	enum machine machine;
	const char *word, *tail;
	unsigned combinations; /* of vhost and ioregionfd that can exist */
} test_interfaces[] = {
	{ MACHINE_PCVM, "vhost-user", SOCKET VIRTIO_PCI RINGS, 1 },
	{ MACHINE_PCVM, "bridge", TAP ",vhost=$V -device " VIRTIO_PCI TAP_RINGS, 2 },
	{ MACHINE_PCVM, "bridge-e1000",
		TAP " -device e1000,netdev=test,mac=52:54:00:fa:00:62,romfile=", 1 },
	{ MACHINE_PCVM, "macvtap", MACVTAP VIRTIO_PCI TAP_RINGS, 2 },
	{ MACHINE_PCVM, "vfio", "-device vfio-pci,host=0000:01:10.2", 1 },
	{ MACHINE_PCVM, "vmux-pt", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-emu", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-emu-e810", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-med", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-dpdk", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-dpdk-e810", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-vdpdk", VFIO_USER, 1 },
	{ MACHINE_PCVM, "vmux-virtio", VFIO_USER, 1 },
	{ MACHINE_MICROVM, "vhost-user", SOCKET VIRTIO_MMIO RINGS "$I", 2 },
	{ MACHINE_MICROVM, "bridge", TAP ",vhost=$V -device " VIRTIO_MMIO TAP_RINGS "$I", 4 },
	{ MACHINE_MICROVM, "macvtap", MACVTAP VIRTIO_MMIO TAP_RINGS "$I", 4 },
};

/* A guest with one queue on a macvtap. */
static GString *macvtap_golden(enum machine machine)
{
	GString *text = golden("pcvm_macvtap_queues");

	change_word(text, "4", "1");
	if (machine == MACHINE_MICROVM)
		change_word(text, PCVM, MICROVM);
	return text;
}

static void check_combination(const struct setup *s, const char *tail)
{
	g_autoptr(GString) words = g_string_new(tail), want = NULL;
	struct vm_cfg cfg = cfg_of(s);

	g_string_replace(words, "$V", s->vhost ? "on" : "off", 0);
	g_string_replace(words, "$I", s->ioregionfd ? ",use-ioregionfd=true" : "", 0);
	if (g_str_equal(s->interface->word, "macvtap"))
		want = macvtap_golden(s->machine);
	else
		want = golden(s->machine == MACHINE_PCVM ? "pcvm_vhost-user" : "microvm_bridge");
	change_tail(want, words->str);
	check_like(&cfg, want);
}

static void every_combination_that_can_exist(void **state)
{
	struct setup bridge = setup_of(MACHINE_MICROVM, "bridge"),
		     socket = setup_of(MACHINE_PCVM, "vhost-user");
	struct vm_cfg on_bridge = cfg_of(&bridge), on_socket = cfg_of(&socket);
	unsigned rows = 0;

	(void)state;
	bridge.vhost = bridge.ioregionfd = TRUE;
	check("microvm_bridge", &on_bridge);
	check("pcvm_vhost-user", &on_socket);
	for (unsigned i = 0; i < G_N_ELEMENTS(test_interfaces); i++) {
		unsigned nb = 0;

		for (unsigned bits = 0; bits < 4; bits++) {
			struct setup s = setup_of(
				test_interfaces[i].machine, test_interfaces[i].word);

			s.vhost = (bits & 1) != 0;
			s.ioregionfd = (bits & 2) != 0;
			if (setup_impossible(&s) != NULL)
				continue;
			check_combination(&s, test_interfaces[i].tail);
			nb++;
		}
		assert_int_equal(nb, test_interfaces[i].combinations);
	}
	/* No row is missing. */
	for (unsigned i = 0; i < G_N_ELEMENTS(setup_words); i++)
		for (int m = MACHINE_PCVM; m <= MACHINE_MICROVM; m++) {
			struct setup s = setup_of((enum machine)m, setup_words[i]);

			rows += setup_impossible(&s) == NULL ? 1 : 0;
		}
	assert_int_equal(rows, G_N_ELEMENTS(test_interfaces));
}

static void without_kvm(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "vhost-user");
	g_autoptr(GString) want = golden("pcvm_vhost-user"), microvm = golden("microvm_bridge");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	cfg.accel = VM_TCG;
	cfg.tsc_khz = 2100000;
	change_word(want, "kvm", "tcg");
	change_word(want, "host", "max");
	change_word(want, VIRTIO_PCI RINGS, VIRTIO_PCI "vectors=0," RINGS);
	check_like(&cfg, want);
	/* MSI-X kills QEMU there, however many queues there are. */
	cfg.queues = 4;
	change_word(want, "vhost-user,id=test,chardev=generator,queues=1",
		"vhost-user,id=test,chardev=generator,queues=4");
	change_word(want, VIRTIO_PCI "vectors=0," RINGS, VIRTIO_PCI "vectors=0,mq=on," RINGS);
	check_like(&cfg, want);
	cfg.queues = 1;
	s.machine = MACHINE_MICROVM;
	change_word(microvm, "kvm", "tcg");
	change_word(microvm, "host", "max");
	change_word(microvm, APPEND, APPEND " tsc_early_khz=2100000");
	change_tail(microvm, SOCKET VIRTIO_MMIO RINGS);
	check_like(&cfg, microvm);
}

static void several_queues(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "bridge");
	g_autoptr(GString) pcvm = golden("pcvm_vhost-user"), microvm = golden("microvm_bridge");
	g_autoptr(GString) socket = golden("pcvm_vhost-user");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	s.vhost = TRUE;
	cfg.queues = 4;
	change_tail(
		pcvm, TAP ",vhost=on,queues=4 -device " VIRTIO_PCI "mq=on,vectors=10," TAP_RINGS);
	check_like(&cfg, pcvm);
	s.machine = MACHINE_MICROVM;
	change_tail(microvm, TAP ",vhost=on,queues=4 -device " VIRTIO_MMIO "mq=on," TAP_RINGS);
	check_like(&cfg, microvm);
	s = setup_of(MACHINE_PCVM, "macvtap");
	check("pcvm_macvtap_queues", &cfg);
	s = setup_of(MACHINE_PCVM, "vhost-user");
	change_word(socket, "vhost-user,id=test,chardev=generator,queues=1",
		"vhost-user,id=test,chardev=generator,queues=4");
	change_word(socket, VIRTIO_PCI RINGS, VIRTIO_PCI "mq=on,vectors=10," RINGS);
	check_like(&cfg, socket);
}

static void a_disk_of_the_users(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "bridge");
	struct vm_cfg cfg = cfg_of(&s);
	const char *const extra[] = { "-device", "virtio-rng-pci", NULL };
	g_autoptr(GString) want = NULL;
	const char *const folders[] = { "home:/home", "store:/a, b", NULL };

	(void)state;
	cfg.fsdevs = folders;
	s.qemu_path = "/opt/qemu, new/bin";
	cfg.kernel = cfg.initrd = NULL;
	cfg.disk = "/images/guest,2.qcow2";
	cfg.admin_tap = "tap-admin-2";
	cfg.admin_mac = "52:54:00:fb:00:02";
	cfg.cpus = "4-7";
	cfg.rx_queue_size = cfg.tx_queue_size = 0;
	cfg.extra = extra;
	check("pcvm_disk", &cfg);
	s = setup_of(MACHINE_MICROVM, "macvtap");
	s.ioregionfd = TRUE;
	cfg.disk = "/images/guest.img";
	cfg.kernel = "/images/vmlinuz";
	cfg.append = "root=/dev/vda";
	cfg.extra = NULL;
	want = macvtap_golden(MACHINE_MICROVM);
	change_word(want, "1\nqemu-system-x86_64", "1\ntaskset\n-c\n4-7\nqemu-system-x86_64");
	change_word(want, "/cache/vmlinuz\n-initrd\n/cache/guest.cpio", "/images/vmlinuz");
	change_word(want, APPEND, APPEND " root=/dev/vda");
	change_tail(want, "-drive id=root,if=none,format=raw,file=/images/guest.img "
			  "-device virtio-blk-device,drive=root,use-ioregionfd=true "
			  "-netdev tap,id=admin,ifname=tap-admin-2,script=no,downscript=no "
			  "-device virtio-net-device,netdev=admin,mac=52:54:00:fb:00:02 "
			  "-fsdev local,id=folder0,path=/home,security_model=none "
			  "-device virtio-9p-device,fsdev=folder0,mount_tag=home "
			  "-fsdev local,id=folder1,path=/a,,_b,security_model=none "
			  "-device virtio-9p-device,fsdev=folder1,mount_tag=store "
			  "-netdev tap,id=test,fd=3,vhost=off "
			  "-device virtio-net-device,netdev=test,mac=52:54:00:fa:00:62,"
			  "use-ioregionfd=true");
	change_word(want, "local,id=folder1,path=/a,,_b,security_model=none",
		"local,id=folder1,path=/a,, b,security_model=none");
	check_like(&cfg, want);
}

static void words_that_qemu_renamed(void **state)
{
	struct setup s = setup_of(MACHINE_PCVM, "vhost-user");
	g_autoptr(GString) want = golden("pcvm_vhost-user");
	struct vm_cfg cfg = cfg_of(&s);

	(void)state;
	cfg.qemu_version = 902;
	change_word(want, "socket,id=generator,path=/run/tsim/guest-2.sock,reconnect=1",
		"socket,id=generator,path=/run/tsim/guest-2.sock,reconnect-ms=1000");
	check_like(&cfg, want);
	s = setup_of(MACHINE_PCVM, "vmux-emu");
	cfg.qemu_version = 1001;
	cfg.socket = "/run/a \"b\", c.sock";
	change_tail(want, "-device WORD");
	change_word(want, "WORD",
		"{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"/run/a "
		"\\\"b\\\", c.sock\"}}");
	check_like(&cfg, want);
	cfg.qemu_version = 1000;
	change_tail(want, "-device WORD");
	change_word(want, "WORD", "vfio-user-pci,socket=/run/a \"b\",, c.sock");
	check_like(&cfg, want);
}

/* What vmux is always told: its own default is CPUs 0 to 6. */
#define ANYWHERE " -e 0-1023 -f 0-1023"

static void vmux_of_every_mode(void **state)
{
	/* The words of guest 0; guest 1 has the same with its own numbers. */
	static const struct {
		const char *word, *guest;
		gboolean dpdk;
	} modes[] = {
		{ "vmux-pt", "-s /run/vmux.sock-0 -d 0000:01:10.0 -t none -m passthrough", FALSE },
		{ "vmux-emu", "-s /run/vmux.sock-0 -d none -t tap-a-0 -m e1000-emu", FALSE },
		{ "vmux-emu-e810", "-s /run/vmux.sock-0 -d none -t tap-a-0 -m emulation", FALSE },
		{ "vmux-dpdk", "-s /run/vmux.sock-0 -d none -m e1000-emu", TRUE },
		{ "vmux-dpdk-e810", "-s /run/vmux.sock-0 -d none -m emulation", TRUE },
		{ "vmux-med", "-s /run/vmux.sock-0 -d none -m mediation", TRUE },
		{ "vmux-vdpdk", "-s /run/vmux.sock-0 -d none -m vdpdk", TRUE },
	};
	const char *const taps[] = { "tap-a-0", "tap-a-1", NULL };
	const char *const functions[] = { "0000:01:10.0", "0000:01:10.1", NULL };
	const char *const sockets[] = { "/run/vmux.sock-0", "/run/vmux.sock-1", NULL };
	unsigned nb = 0;

	(void)state;
	for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++) {
		struct setup s = setup_of(MACHINE_PCVM, modes[i].word);
		g_autoptr(GString) want = golden("vmux_dpdk"),
				   second = g_string_new(modes[i].guest);
		g_autofree char *text = NULL, *tail = NULL;
		g_auto(GStrv) command = NULL;

		s.guests = 2;
		command = vmux_command(&(struct vmux_cfg){ .program = "/opt/vmux",
			.setup = &s,
			.base_mac = "52:54:00:fa:00:60",
			.attached = setup_has(&s, SETUP_TAP) ? taps : functions,
			.sockets = sockets });
		if (g_str_equal(modes[i].word, "vmux-dpdk"))
			same_as_file("vmux_dpdk", command);
		g_string_replace(second, "sock-0", "sock-1", 0);
		g_string_replace(second, "tap-a-0", "tap-a-1", 0);
		g_string_replace(second, "10.0", "10.1", 0);
		tail = g_strdup_printf("%s" ANYWHERE " %s" ANYWHERE "%s\n", modes[i].guest,
			second->str, modes[i].dpdk ? " -u -- -l 0 -a 0000:01:10.0" : "");
		g_strdelimit(tail, " ", '\n');
		g_string_truncate(want, (gsize)(strstr(want->str, "\n-s\n") + 1 - want->str));
		g_string_append(want, tail);
		text = text_of(command);
		assert_string_equal(text, want->str);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(setup_words); i++) {
		struct setup s = setup_of(MACHINE_PCVM, setup_words[i]);

		nb += setup_has(&s, SETUP_VMUX) ? 1 : 0;
	}
	assert_int_equal(nb, G_N_ELEMENTS(modes));
}

/* tail: what comes behind the name of the script's shell. */
static void check_vmux(const char *word, const char *cpus, const char *tail)
{
	struct setup s = setup_of(MACHINE_PCVM, word);
	const char *const attached[] = { "a", "b", "c", NULL };
	const char *const sockets[] = { "s0", "s1", "s2", NULL };
	g_auto(GStrv) command = NULL;
	g_autofree char *line = NULL;

	s.guests = 3;
	command = vmux_command(&(struct vmux_cfg){ .program = "vmux",
		.setup = &s,
		.base_mac = "M",
		.cpus = cpus,
		.attached = attached,
		.sockets = sockets });
	line = g_strjoinv(" ", command + 4);
	assert_string_equal(line, tail);
}

static void vmux_has_the_cpus_of_the_testbed(void **state)
{
	(void)state;
	check_vmux("vmux-emu", "main:0/rx:3;9/runner:2;8",
		"taskset -c 0 vmux -q -b M -s s0 -d none -t a -m e1000-emu -e 3 -f 2 "
		"-s s1 -d none -t b -m e1000-emu -e 9 -f 8 "
		"-s s2 -d none -t c -m e1000-emu -e 3 -f 2");
	check_vmux("vmux-emu", "rx:1-2,5",
		"vmux -q -b M -s s0 -d none -t a -m e1000-emu -e 1-2,5 -f 0-1023 "
		"-s s1 -d none -t b -m e1000-emu -e 1-2,5 -f 0-1023 "
		"-s s2 -d none -t c -m e1000-emu -e 1-2,5 -f 0-1023");
	check_vmux("vmux-med", "runner:4;5;6/main:7",
		"vmux -q -b M -s s0 -d none -m mediation -e 0-1023 -f 4 "
		"-s s1 -d none -m mediation -e 0-1023 -f 5 "
		"-s s2 -d none -m mediation -e 0-1023 -f 6 -u -- -l 7 -a a");
}

/* As /proc/net/unix has them: only the third one is listened to. */
static void a_socket_that_nobody_listens_to(void **state)
{
	static const char table
		[] = "Num       RefCount Protocol Flags    Type St Inode Path\n"
		     "ffff9d1f: 00000003 00000000 00000000 0001 03 23551 /run/a\n"
		     "ffff9d2f: 00000002 00000000 00010000 0001 01 23552 /run/a0\n"
		     "ffff9d3f: 00000002 00000000 00010000 0001 01 23553 /run/tsim/vmux 0.sock\n"
		     "ffff9d4f: 00000003 00000000 00000000 0001 03 23554\n";

	(void)state;
	assert_true(vmux_listens(table, "/run/tsim/vmux 0.sock"));
	assert_false(vmux_listens(table, "/run/a"));
	assert_false(vmux_listens(table, "/run/b"));
	assert_false(vmux_listens(table, "0.sock/"));
	assert_false(vmux_listens("", "/run/a"));
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
	refuse(bad, "256, 512 or 1024");
	bad = good;
	bad.tx_queue_size = 2048;
	refuse(bad, "256, 512 or 1024");
	bad = good;
	bad.queues = 8;
	refuse(bad, "at most 7");
	bad = good;
	bad.setup = &e1000;
	bad.queues = 2;
	refuse(bad, "bridge-e1000 supports at most 1");
	bad = good;
	bad.memory_mib = 16;
	refuse(bad, "at least 1 vCPU and 64 MiB");
	bad = good;
	bad.vcpus = 0;
	refuse(bad, "vCPUs");
	bad = good;
	bad.kernel = NULL;
	refuse(bad, "an image or a disk");
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
	assert_non_null(strstr(error->message, "unknown version: hello"));
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
	assert_true(image_make(host, &s, NULL, &image, &error) ||
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
		cmocka_unit_test(vmux_of_every_mode),
		cmocka_unit_test(vmux_has_the_cpus_of_the_testbed),
		cmocka_unit_test(a_socket_that_nobody_listens_to),
		cmocka_unit_test(what_qemu_would_refuse_is_refused_before),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(a_dry_run_says_all_that_it_would_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
