/* SPDX-License-Identifier: BSD-3-Clause */
/* What a testbed's file says: grammar, references, keys of autotest's old and present version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/host/testbed.h"

static struct testbed *parsed(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct testbed *t = testbed_parse("/home/me/lab/autotest.cfg", text, &error);

	if (t == NULL)
		fail_msg("%s", error->message);
	return t;
}

static void expect_text(const char *is, const char *want)
{
	if (g_strcmp0(is, want) != 0)
		fail_msg("'%s', not '%s'", is == NULL ? "none" : is, want == NULL ? "none" : want);
}

static void without_a_file_it_is_this_machine(void **state)
{
	struct testbed *t = testbed_read(NULL, NULL);
	struct server *host;

	(void)state;
	assert_non_null(t);
	assert_null(t->path);
	expect_text(t->host.fqdn, "localhost");
	expect_text(t->guest.fqdn, NULL);
	expect_text(t->host.nic.name, NULL);
	expect_text(t->host.nic.dpdk_driver, "vfio-pci");
	expect_text(t->qemu_path, "");
	assert_int_equal(t->vcpus, 1);
	assert_int_equal(t->guest_mac[3], 0xfa);
	assert_false(t->vfs);
	assert_null(t->fsdevs);
	host = testbed_server(&t->host, "host");
	assert_true(server_is_local(host));
	server_free(host);
	testbed_free(t);
}

/* Every key that the first version of autotest requires, in its plain form. */
static const char old_file[] = "[local]\n"
			       "moonprogs_dir = ./moonprogs\n"
			       "\n"
			       "[host]\n"
			       "fqdn = host.lab.example\n"
			       "admin_bridge = adminbr0\n"
			       "admin_bridge_ip_net = 192.168.56.1/24\n"
			       "admin_tap = admintap0\n"
			       "test_iface = enp24s0f0\n"
			       "test_iface_addr = 0000:18:00.0\n"
			       "test_iface_mac = 64:9d:99:b1:0b:59\n"
			       "test_iface_driv = ixgbe\n"
			       "test_bridge = testbr0\n"
			       "test_tap = testtap0\n"
			       "test_macvtap = testmv0\n"
			       "root_disk_file = /srv/guest.qcow2\n"
			       "moongen_dir = /opt/moongen\n"
			       "moonprogs_dir = /opt/moonprogs\n"
			       "xdp_reflector_dir = /opt/xdp\n"
			       "\n"
			       "[guest]\n"
			       "fqdn = guest.lab.example\n"
			       "vcpus = 4\n"
			       "memory = 4096\n"
			       "admin_iface_mac = 52:54:00:ea:00:0f\n"
			       "test_iface_mac = 52:54:00:fa:00:60\n"
			       "test_iface = ens7\n"
			       "test_iface_addr = 00:07.0\n"
			       "test_iface_driv = virtio-pci\n"
			       "moongen_dir = /root/moongen\n"
			       "moonprogs_dir = /root/moonprogs\n"
			       "xdp_reflector_dir = /root/xdp\n"
			       "\n"
			       "[loadgen]\n"
			       "fqdn = loadgen.lab.example\n"
			       "test_iface = enp24s0f1\n"
			       "test_iface_addr = 0000:18:00.1\n"
			       "test_iface_mac = 64:9d:99:b1:0b:58\n"
			       "test_iface_driv = ixgbe\n"
			       "moongen_dir = /opt/moongen\n"
			       "moonprogs_dir = /opt/moonprogs\n";

static void autotests_old_file(void **state)
{
	struct testbed *t = parsed(old_file);

	(void)state;
	expect_text(t->host.fqdn, "host.lab.example");
	expect_text(t->admin_bridge, "adminbr0");
	expect_text(t->admin_bridge_ip_net, "192.168.56.1/24");
	expect_text(t->admin_tap, "admintap0");
	expect_text(t->host.nic.name, "enp24s0f0");
	expect_text(t->host.nic.pci, "0000:18:00.0");
	expect_text(t->host.nic.mac, "64:9d:99:b1:0b:59");
	expect_text(t->host.nic.driver, "ixgbe");
	expect_text(t->test_bridge, "testbr0");
	expect_text(t->test_tap, "testtap0");
	expect_text(t->test_macvtap, "testmv0");
	expect_text(t->root_disk, "/srv/guest.qcow2");
	expect_text(t->guest.fqdn, "guest.lab.example");
	expect_text(t->guest.nic.pci, "0000:00:07.0");
	assert_int_equal(t->vcpus, 4);
	assert_int_equal(t->memory_mib, 4096);
	assert_int_equal(t->admin_mac[5], 0x0f);
	expect_text(t->loadgen.nic.pci, "0000:18:00.1");
	assert_false(t->loadgen.as_root);
	testbed_free(t);
}

/* The present version: references, injected names, empty values, users, optional keys. */
static const char
	present_file[] = "[common]\n"
			 "home_dir = /home/${username}x\n"
			 "tmux_socket = ${username}-tmux\n"
			 "\n"
			 "[local]\n"
			 "moonprogs_dir = ${projectDirectory}/moonprogs\n"
			 "[host]\n"
			 "fqdn = root@river.lab.example\n"
			 "ssh_config = ${projectDirectory}/ssh_config\n"
			 "ssh_as_root = True\n"
			 "admin_bridge = br-${common:name}\n"
			 "admin_bridge_ip_net = 192.168.56.1/21\n"
			 "admin_tap = tap-adm\n"
			 "test_iface = ens1f0\n"
			 "test_iface_addr = 0000:81:00.0\n"
			 "test_iface_mac = b4:96:91:b3:8b:3c\n"
			 "test_iface_driv = ice\n"
			 "test_iface_dpdk_driv = vfio-pci\n"
			 "test_iface_vfio_driv = vfio-pci\n"
			 "test_bridge = br-test\n"
			 "test_bridge_ip_net = 10.1.0.1/21\n"
			 "test_tap = tap-okelmann\n"
			 "test_macvtap = macvtap-x\n"
			 "vmux_path = ${projectDirectoryParent}/vmux/build/vmux\n"
			 "vmux_socket_path = /tmp/vmux-${common:name}.sock\n"
			 "qemu_path = ${common:home_dir}/$$sub/qemu\n"
			 "vmux_qemu_path =\n"
			 "root_disk_file = ${projectDirectory}/VMs/${projectDirectoryName}.qcow2\n"
			 "fsdevs = home:/home/x,\n"
			 "    nixstore:/nix/store\n"
			 "tmux_socket = ${common:tmux_socket}\n"
			 "moongen_dir = x\n"
			 "moonprogs_dir = x\n"
			 "xdp_reflector_dir = x\n"
			 "; of guests\n"
			 "[guest]\n"
			 "fqdn: vm.river.lab.example\n"
			 "vcpus = 1\n"
			 "Memory = 1024\n"
			 "admin_iface_mac = 52:54:00:ea:00:0f\n"
			 "test_iface_mac = 52:54:00:fa:00:60\n"
			 "test_iface = eth1\n"
			 "test_iface_addr = 0000:00:07.0\n"
			 "test_iface_driv = ice\n"
			 "test_iface_dpdk_driv = vfio-pci\n"
			 "test_iface_ip_net = 10.1.0.20/21\n"
			 "tmux_socket = x\n"
			 "moongen_dir = x\n"
			 "moonprogs_dir = x\n"
			 "xdp_reflector_dir = x\n"
			 "[loadgen]\n"
			 "fqdn = wilfred.lab.example\n"
			 "ssh_as_root = no\n"
			 "test_iface = ens1\n"
			 "test_iface_addr = 0000:18:00.0\n"
			 "test_iface_mac = b4:96:91:b3:8b:04\n"
			 "test_iface_driv = ice\n"
			 "test_iface_dpdk_driv = vfio-pci\n"
			 "test_iface_ip_net = 10.1.0.2/21\n"
			 "tmux_socket = x\n"
			 "moongen_dir = x\n"
			 "moonprogs_dir = x\n";

static void autotests_present_file(void **state)
{
	g_autofree char *text = g_strconcat(present_file, "[DEFAULT]\nname = okel\n", NULL);
	g_autofree char *qemu = g_strdup_printf("/home/%sx/$sub/qemu", g_get_user_name());
	struct testbed *t = parsed(text);

	(void)state;
	expect_text(t->host.ssh_config, "/home/me/lab/ssh_config");
	expect_text(t->guest.ssh_config, "/home/me/lab/ssh_config");
	assert_true(t->host.as_root && t->guest.as_root && !t->loadgen.as_root);
	expect_text(t->admin_bridge, "br-okel");
	expect_text(t->test_bridge_ip_net, "10.1.0.1/21");
	expect_text(t->vmux_path, "/home/me/vmux/build/vmux");
	expect_text(t->vmux_socket_path, "/tmp/vmux-okel.sock");
	expect_text(t->qemu_path, qemu);
	expect_text(t->vmux_qemu_path, "");
	expect_text(t->root_disk, "/home/me/lab/VMs/lab.qcow2");
	expect_text(t->fsdevs[0], "home:/home/x");
	expect_text(t->fsdevs[1], "nixstore:/nix/store");
	assert_null(t->fsdevs[2]);
	expect_text(t->guest.fqdn, "vm.river.lab.example");
	expect_text(t->guest.nic.ip_net, "10.1.0.20/21");
	assert_int_equal(t->memory_mib, 1024);
	expect_text(t->loadgen.nic.ip_net, "10.1.0.2/21");
	testbed_free(t);
}

static void mistakes_are_named_with_their_place(void **state)
{
	static const struct {
		const char *text, *words[3];
	} cases[] = {
		{ "[hots]\n", { "autotest.cfg:1: unknown group [hots]", "did you mean 'host'?" } },
		{ "[host]\n\ntest_ifcae = a\n",
			{ "autotest.cfg:3: [host] test_ifcae", "did you mean 'test_iface'?" } },
		{ "fqdn = a\n", { "autotest.cfg:1: 'fqdn = a': key before the first [section]; "
				  "move it into a section, or a variable to [DEFAULT]" } },
		{ "[host\n", { "missing ']'" } },
		{ "[host]\nfqdn\n", { ":2: 'fqdn': expected [section]" } },
		{ "[host]\nfqdn = a\nFQDN = b\n", { ":3: [host] fqdn given twice" } },
		{ "[guest]\nvcpus = four\n", { ":2: [guest] vcpus: invalid value 'four'; expected "
					       "a number from 1 to 255" } },
		{ "[guest]\nvcpus = 0\n", { "from 1 to 255" } },
		{ "[guest]\nmemory = 1e3\n", { "from 64 to 1048576" } },
		{ "[guest]\nmemory = -512\n", { "from 64 to 1048576" } },
		{ "[guest]\nrx_queue_size = 300\n",
			{ "expected a power of two from 256 to 1024" } },
		{ "[guest]\ntest_iface_mac = 52:54\n", { "expected a unicast MAC" } },
		{ "[host]\ntest_iface_mac = 52:54:00:fa:00:6g\n", { "expected a unicast MAC" } },
		{ "[loadgen]\ntest_iface_mac = 01:00:5e:00:00:01\n", { "expected a unicast MAC" } },
		{ "[guest]\ntest_iface_mac = ff:ff:ff:ff:ff:ff\n", { "expected a unicast MAC" } },
		{ "[host]\ntest_iface_addr = eth0\n", { "expected a PCI address" } },
		{ "[host]\ntest_iface_addr = 0000:18:00.9\n", { "expected a PCI address" } },
		{ "[host]\ntest_bridge = a-very-long-bridge\n", { "1 to 15 characters" } },
		{ "[host]\ntest_bridge = a/b\n", { "1 to 15 characters" } },
		{ "[host]\nadmin_bridge_ip_net = 10.0.0.1\n", { "10.1.0.20/21" } },
		{ "[host]\nadmin_bridge_ip_net = 10.0.0.1/33\n", { "10.1.0.20/21" } },
		{ "[host]\nfqdn = -oProxyCommand=x\n", { "expected a name" } },
		{ "[host]\nfqdn = a b\n", { "expected a name" } },
		{ "[host]\nssh_as_root = perhaps\n", { "expected true or false" } },
		{ "[host]\nfsdevs = home\n", { "NAME:PATH" } },
		{ "[host]\nguest_cpus = all\n", { "expected CPU lists" } },
		{ "[host]\nvmux_cpus = 0-3\n", { "expected CPU lists by role", "main:0/rx:3;9" } },
		{ "[host]\nvmux_cpus = main:0/main:1\n", { "each once" } },
		{ "[host]\nvmux_cpus = main:0;1\n", { "expected CPU lists by role" } },
		{ "[host]\nvmux_cpus = rx:1/\n", { "expected CPU lists by role" } },
		{ "[host]\ntest_iface_driv = a;b\n", { "expected a driver name" } },
		{ "[guest]\nqemu_args = -a 'b\n", { "words with shell quoting" } },
		{ "[host]\nfqdn = ${name}\n", { ":2: [host] fqdn: ${name}: key not found" } },
		{ "[host]\nfqdn = ${common:name}\n", { "${common:name}: key not found" } },
		{ "[host]\nfqdn = $name\n", { "write $$ for a dollar" } },
		{ "[host]\nfqdn = ${name\n", { "write $$ for a dollar" } },
		{ "[host]\nfqdn = ${fqdn}\n", { "${fqdn}: circular" } },
		{ "[common]\na = ${b}\nb = ${c}\nc = ${a}\n[host]\nfqdn = ${common:a}\n",
			{ ":6: [host] fqdn: ${", "circular" } },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		if (testbed_parse("autotest.cfg", cases[i].text, &error) != NULL)
			fail_msg("taken: %s", cases[i].text);
		for (size_t w = 0; w < 3 && cases[i].words[w] != NULL; w++)
			if (strstr(error->message, cases[i].words[w]) == NULL)
				fail_msg("%s\n'%s' does not say '%s'", cases[i].text,
					error->message, cases[i].words[w]);
	}
}

/* Each name stands for ten of the one before: a value that nobody's memory could hold. */
static void a_value_that_explodes_is_refused(void **state)
{
	g_autoptr(GString) text = g_string_new("[common]\na0 = 0123456789\n");
	g_autoptr(GError) error = NULL;

	(void)state;
	for (int i = 1; i < 9; i++) {
		g_string_append_printf(text, "a%d = ", i);
		for (int n = 0; n < 10; n++)
			g_string_append_printf(text, "${a%d}", i - 1);
		g_string_append_c(text, '\n');
	}
	g_string_append(text, "[host]\nqemu_path = ${common:a8}\n");
	assert_null(testbed_parse("x", text->str, &error));
	assert_non_null(strstr(error->message, "longer than 64 KiB"));
}

static void options_of_trials_are_passed_over(void **state)
{
	struct testbed *t = parsed("[tsim]\nguests = 4\nrate = $x\n[host]\nfqdn = a\n");

	(void)state;
	expect_text(t->host.fqdn, "a");
	assert_true(testbed_group_known("host") && testbed_group_known("common"));
	assert_false(testbed_group_known("tsim") || testbed_group_known("Host"));
	testbed_free(t);
}

static void values_are_what_they_stand_for(void **state)
{
	struct testbed *t = parsed("[host]\nguest_cpus = 0-1;2\nqemu_path = /a$$b\n"
				   "vmux_cpus = main:0/rx:3;9/runner:2;8\n"
				   "fsdevs = a:/b , c:/d\nvfs = On\n"
				   "[guest]\nqemu_args = -device 'x y' \"$$1\"\nqueues = 4\n");

	(void)state;
	expect_text(t->guest_cpus, "0-1;2");
	expect_text(t->vmux_cpus, "main:0/rx:3;9/runner:2;8");
	expect_text(t->qemu_path, "/a$b");
	expect_text(t->qemu_args[1], "x y");
	expect_text(t->qemu_args[2], "$1");
	expect_text(t->fsdevs[0], "a:/b");
	expect_text(t->fsdevs[1], "c:/d");
	assert_true(t->vfs);
	assert_int_equal(t->queues, 4);
	testbed_free(t);
}

static char *source_file(const char *name)
{
	const char *source = g_getenv("SOURCE");

	if (source == NULL)
		skip();
	return g_build_filename(source, name, NULL);
}

static void the_readme_has_every_key(void **state)
{
	g_autofree char *path = source_file("conf/README.md"), *text = NULL;
	g_autofree char *want = testbed_keys_markdown();

	(void)state;
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	if (strstr(text, want) == NULL)
		fail_msg("conf/README.md has to have:\n%s", want);
}

/* As they are, and with every key that is a comment in them. */
static void the_shipped_files_can_be_read(void **state)
{
	static const char *const names[] = { "conf/local.conf", "conf/two-servers.conf" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = source_file(names[i]), *text = NULL, *more = NULL;
		g_autoptr(GRegex) off = g_regex_new("^#([a-z_]+ = )", G_REGEX_MULTILINE, 0, NULL);
		g_autoptr(GError) error = NULL;
		struct testbed *t = testbed_read(path, &error);

		if (t == NULL)
			fail_msg("%s", error->message);
		expect_text(t->path, path);
		testbed_free(t);
		assert_true(g_file_get_contents(path, &text, NULL, NULL));
		more = g_regex_replace(off, text, -1, 0, "\\1", 0, NULL);
		assert_string_not_equal(more, text);
		testbed_free(parsed(more));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_it_is_this_machine),
		cmocka_unit_test(autotests_old_file),
		cmocka_unit_test(autotests_present_file),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(a_value_that_explodes_is_refused),
		cmocka_unit_test(options_of_trials_are_passed_over),
		cmocka_unit_test(values_are_what_they_stand_for),
		cmocka_unit_test(the_readme_has_every_key),
		cmocka_unit_test(the_shipped_files_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
