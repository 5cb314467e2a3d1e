/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interfaces of a server: names and addresses by number, the commands of a dry run, and what needs
 * a NIC (virtual functions, drivers) on files made up like /sys, with a made-up ip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/host/network.h"
#include "sim/host/pci.h"

static void names_have_whole_numbers_and_15_characters(void **state)
{
	static const struct {
		const char *base;
		uint32_t number;
		const char *want;
	} cases[] = { { "tap-okelmann", 7, "tap-okelman-7" }, { "tap", 0, "tap-0" },
		{ "tap-okelmann", 1023, "tap-okelma-1023" }, { "a", 4294967295, "a-4294967295" },
		{ "macvtap", 4294967295, "macv-4294967295" }, { "", 1, "-1" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = network_numbered(cases[i].base, cases[i].number);

		assert_string_equal(name, cases[i].want);
		assert_in_range(strlen(name), 1, 15);
	}
}

static void expect_says(const GError *error, const char *words)
{
	if (error == NULL || strstr(error->message, words) == NULL)
		fail_msg("'%s' does not say '%s'", error == NULL ? "" : error->message, words);
}

struct place {
	char *dir, *sysfs;
	struct server *server;
	struct journal *journal;
};

/* Answers as ip does, as far as it is asked here; what it is told to do goes to said. */
static const char made_up_ip[] =
	"#!/bin/sh\n"
	"case \"$*\" in\n"
	"*'route show default') echo 'default via 10.0.0.1 dev br0 proto dhcp' ;;\n"
	"*'route get'*) echo \"$4 dev eth-ssh src 10.0.0.2 uid 0\" ;;\n"
	"*'-j -d link show dev eth-port') echo '[{\"ifindex\":3,\"ifname\":\"eth-port\",\"flags\":"
	"[\"UP\"],\"master\":\"user-br\"}]' ;;\n"
	"*' vf '*' mac '*) echo \"$8\" >\"${0%/bin/ip}/vf$6\"\n"
	"	echo \"ip $*\" >>\"${0%/bin/ip}/said\" ;;\n"
	"*'link show dev eth'*) vf() { cat \"${0%/bin/ip}/vf$1\" 2>/dev/null || echo "
	"02:00:00:00:00:aa; }\n"
	"	f='\"trust\":false,\"spoofchk\":true}'\n"
	"	echo '[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[],\"vfinfo_list\":['\n"
	"	echo \"{\\\"vf\\\":0,\\\"address\\\":\\\"$(vf 0)\\\",$f,\"\n"
	"	echo \"{\\\"vf\\\":1,\\\"address\\\":\\\"$(vf 1)\\\",$f]}]\" ;;\n"
	"*'link show dev'*) exit 1 ;;\n"
	"*) echo \"ip $*\" >>\"${0%/bin/ip}/said\" ;;\n"
	"esac\n";

static void write_file(const char *root, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void link_file(const char *root, const char *name, const char *target)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	assert_int_equal(symlink(target, path), 0);
}

static void expect_file(const char *root, const char *name, const char *want)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = g_strdup("");
	assert_string_equal(text, want);
}

#define NIC "bus/pci/devices/0000:18:00.0"

static int arrive(void **state)
{
	struct place *p = g_new0(struct place, 1);
	g_autofree char *bin = NULL, *path = NULL, *states = NULL, *ip = NULL;

	p->dir = g_dir_make_tmp("tsim-network-XXXXXX", NULL);
	p->sysfs = g_build_filename(p->dir, "sys", NULL);
	states = g_build_filename(p->dir, "state", NULL);
	bin = g_build_filename(p->dir, "bin", NULL);
	ip = g_build_filename(bin, "ip", NULL);
	path = g_strdup_printf("%s:%s", bin, g_getenv("PATH"));
	g_setenv("TSIM_STATE_DIR", states, TRUE);
	g_setenv("TSIM_SYSFS", p->sysfs, TRUE);
	g_setenv("PATH", path, TRUE);
	g_setenv("SSH_CONNECTION", "10.0.0.9 4711 10.0.0.2 22", TRUE);
	write_file(p->dir, "bin/ip", made_up_ip);
	g_chmod(ip, 0755);
	write_file(p->sysfs, NIC "/driver_override", "(null)\n");
	write_file(p->sysfs, "bus/pci/drivers/ice/unbind", "");
	write_file(p->sysfs, "bus/pci/drivers/ice/bind", "");
	write_file(p->sysfs, "bus/pci/drivers/vfio-pci/bind", "");
	link_file(p->sysfs, NIC "/driver", "../../../../bus/pci/drivers/ice");
	write_file(p->sysfs, NIC "/net/eth-test/mtu", "1500\n");
	write_file(p->sysfs, NIC "/sriov_numvfs", "0\n");
	write_file(p->sysfs, NIC "/sriov_drivers_autoprobe", "1\n");
	write_file(p->sysfs, NIC "/sriov_totalvfs", "8\n");
	link_file(p->sysfs, NIC "/virtfn0", "../0000:18:01.0");
	link_file(p->sysfs, NIC "/virtfn1", "../0000:18:01.1");
	link_file(p->sysfs, "class/net/eth-test/device", "../../../" NIC);
	p->server = server_new_local("here");
	p->journal = journal_open(p->server, NULL, NULL);
	*state = p;
	return p->journal == NULL;
}

static int leave(void **state)
{
	struct place *p = *state;

	journal_close(p->journal);
	file_remove_tree(p->dir);
	server_free(p->server);
	g_free(p->dir);
	g_free(p->sysfs);
	g_free(p);
	return 0;
}

static void expect_done(gboolean done, GError *const *error)
{
	if (!done)
		fail_msg("%s", (*error)->message);
}

static const uint8_t base_mac[6] = { 0x52, 0x54, 0, 0xfa, 0, 0xff };

static gboolean said_last(const struct place *p, const char *line)
{
	g_autofree char *path = g_build_filename(p->dir, "said", NULL);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && g_str_has_suffix(text, line);
}

static void virtual_functions_come_and_go(void **state)
{
	struct place *p = *state;
	g_auto(GStrv) addresses = NULL;
	g_autoptr(GError) error = NULL;

	expect_done(pci_vfs(p->journal, "eth-test", 2, base_mac, &addresses, &error), &error);
	assert_string_equal(addresses[0], "0000:18:01.0");
	assert_string_equal(addresses[1], "0000:18:01.1");
	assert_null(addresses[2]);
	expect_file(p->sysfs, NIC "/sriov_numvfs", "2\n");
	expect_file(p->dir, "said",
		"ip link set dev eth-test up\n"
		"ip link set dev eth-test vf 0 mac 52:54:00:fa:00:ff\n"
		"ip link set dev eth-test vf 0 trust on\n"
		"ip link set dev eth-test vf 0 spoofchk off\n"
		"ip link set dev eth-test vf 1 mac 52:54:00:fa:01:00\n"
		"ip link set dev eth-test vf 1 trust on\n"
		"ip link set dev eth-test vf 1 spoofchk off\n");
	expect_file(p->sysfs, NIC "/sriov_drivers_autoprobe", "1\n");
	assert_true(journal_undo(p->journal, 0, NULL));
	expect_file(p->sysfs, NIC "/sriov_numvfs", "0\n");
	assert_true(said_last(p, "ip link set dev eth-test down\n"));
}

static void virtual_functions_of_the_user_stay(void **state)
{
	struct place *p = *state;
	g_auto(GStrv) addresses = NULL, none = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) few = NULL;

	write_file(p->sysfs, NIC "/sriov_numvfs", "2\n");
	expect_done(pci_vfs(p->journal, "eth-test", 1, base_mac, &addresses, &error), &error);
	assert_int_equal(g_strv_length(addresses), 1);
	assert_true(journal_undo(p->journal, 0, NULL));
	expect_file(p->sysfs, NIC "/sriov_numvfs", "2\n");
	expect_file(p->dir, "said",
		"ip link set dev eth-test up\n"
		"ip link set dev eth-test vf 0 mac 52:54:00:fa:00:ff\n"
		"ip link set dev eth-test vf 0 trust on\n"
		"ip link set dev eth-test vf 0 spoofchk off\n"
		"ip link set dev eth-test vf 0 spoofchk on\n"
		"ip link set dev eth-test vf 0 trust off\n"
		"ip link set dev eth-test vf 0 mac 02:00:00:00:00:aa\n"
		"ip link set dev eth-test down\n");
	assert_false(pci_vfs(p->journal, "eth-test", 3, base_mac, &none, &few));
	expect_says(few, "has 2 virtual functions not created by tsim, 3 required");
	assert_null(none);
}

static void too_many_virtual_functions_and_none(void **state)
{
	struct place *p = *state;
	g_auto(GStrv) none = NULL;
	g_autoptr(GError) many = NULL;
	g_autoptr(GError) never = NULL;
	g_autoptr(GError) odd = NULL;

	assert_false(pci_vfs(p->journal, "eth-test", 9, base_mac, &none, &many));
	expect_says(many, "here: eth-test: supports at most 8 virtual functions, 9 required");
	assert_false(pci_vfs(p->journal, "eth-other", 1, base_mac, &none, &never));
	expect_says(never, "no virtual functions");
	assert_false(pci_vfs(p->journal, "../eth-test", 1, base_mac, &none, &odd));
	expect_says(odd, "invalid interface name");
	assert_int_equal(journal_mark(p->journal), 0);
}

static void has_iommu(struct place *p)
{
	write_file(p->sysfs, "kernel/iommu_groups/0/type", "DMA\n");
}

/* The made-up kernel does nothing by itself: the NIC's driver changes here. */
static void driver_is(struct place *p, const char *driver)
{
	g_autofree char *path = g_build_filename(p->sysfs, NIC "/driver", NULL);
	g_autofree char *target = g_strdup_printf("../../../../bus/pci/drivers/%s", driver);

	unlink(path);
	link_file(p->sysfs, NIC "/driver", target);
}

static void a_device_changes_its_driver_and_gets_it_back(void **state)
{
	struct place *p = *state;
	g_autoptr(GError) error = NULL;

	has_iommu(p);
	expect_done(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &error), &error);
	expect_file(p->sysfs, NIC "/driver_override", "vfio-pci\n");
	expect_file(p->sysfs, "bus/pci/drivers/ice/unbind", "0000:18:00.0\n");
	expect_file(p->sysfs, "bus/pci/drivers/vfio-pci/bind", "0000:18:00.0\n");
	driver_is(p, "vfio-pci");
	write_file(p->sysfs, "bus/pci/drivers/vfio-pci/unbind", "");
	expect_done(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &error), &error);
	assert_int_equal(journal_mark(p->journal), 1);
	expect_done(journal_undo(p->journal, 0, &error), &error);
	expect_file(p->sysfs, NIC "/driver_override", "\n");
	expect_file(p->sysfs, "bus/pci/drivers/vfio-pci/unbind", "0000:18:00.0\n");
	expect_file(p->sysfs, "bus/pci/drivers/ice/bind", "0000:18:00.0\n");
}

/* Its interface came back as eth0 and down; it was up. */
static void an_interface_gets_its_name_back(void **state)
{
	struct place *p = *state;
	g_autofree char *was = g_build_filename(p->sysfs, NIC "/net/eth-test", NULL);
	g_autofree char *is = g_build_filename(p->sysfs, NIC "/net/eth0", NULL);
	g_autofree char *name = NULL;
	g_autoptr(GError) error = NULL;

	has_iommu(p);
	expect_done(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &error), &error);
	driver_is(p, "vfio-pci");
	write_file(p->sysfs, "bus/pci/drivers/vfio-pci/unbind", "");
	assert_int_equal(rename(was, is), 0);
	name = pci_interface(p->journal, "eth-test", "0000:18:00.0");
	assert_string_equal(name, "eth0");
	expect_done(journal_undo(p->journal, 0, &error), &error);
	expect_file(p->dir, "said", "ip link set dev eth0 down name eth-test\n");
}

static void a_packet_socket_leaves_nothing_behind(void **state)
{
	struct place *p = *state;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) none = NULL;

	expect_done(network_listen(p->journal, NULL, "eth-test", &error), &error);
	expect_done(journal_undo(p->journal, 0, &error), &error);
	expect_file(p->dir, "said",
		"ip link set dev eth-test up\nip link set dev eth-test promisc on\n"
		"ip link set dev eth-test promisc off\nip link set dev eth-test down\n");
	assert_false(network_listen(p->journal, NULL, "no-such", &none));
	expect_says(none, "here: no-such: interface not found");
}

static void a_device_that_went_away_is_undone(void **state)
{
	struct place *p = *state;
	g_autofree char *nic = g_build_filename(p->sysfs, NIC, NULL);
	g_autofree char *gone = g_build_filename(p->sysfs, "gone", NULL);
	g_autoptr(GError) error = NULL;

	has_iommu(p);
	expect_done(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &error), &error);
	assert_int_equal(rename(nic, gone), 0);
	expect_done(journal_undo(p->journal, 0, &error), &error);
}

static void no_vfio_without_an_iommu(void **state)
{
	struct place *p = *state;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) none = NULL;

	assert_false(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &error));
	expect_says(error, "intel_iommu=on");
	assert_int_equal(journal_mark(p->journal), 0);
	write_file(p->sysfs, "module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
	assert_true(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", NULL));
	assert_false(pci_bind(p->journal, "0000:19:00.0", "vfio-pci", &none));
	expect_says(none, "here: 0000:19:00.0: PCI device not found");
}

/* The default route's bridge stands on one; another is where the SSH connection comes in. */
static void what_the_machine_hangs_on_is_not_taken(void **state)
{
	struct place *p = *state;
	g_autoptr(GError) route = NULL;
	g_autoptr(GError) ssh = NULL;
	g_autoptr(GError) port = NULL;

	has_iommu(p);
	link_file(p->sysfs, "class/net/br0/lower_eth-test", "../eth-test");
	assert_false(pci_bind(p->journal, "0000:18:00.0", "vfio-pci", &route));
	expect_says(route, "here: eth-test: carries the default route or the SSH connection");
	assert_false(network_enslave(p->journal, NULL, "eth-ssh", "tsim-br", &ssh));
	expect_says(ssh, "here: eth-ssh: carries the default route or the SSH connection");
	assert_false(network_enslave(p->journal, NULL, "eth-port", "tsim-br", &port));
	expect_says(port, "already a port of bridge user-br, cannot be added to tsim-br");
	assert_int_equal(journal_mark(p->journal), 0);
	expect_file(p->sysfs, NIC "/driver_override", "(null)\n");
}

static void a_nic_is_a_port_and_up_until_undone(void **state)
{
	struct place *p = *state;
	g_autoptr(GError) error = NULL;

	expect_done(network_enslave(p->journal, NULL, "eth-test", "tsim-br", &error), &error);
	expect_done(journal_undo(p->journal, 0, &error), &error);
	expect_file(p->dir, "said",
		"ip link set dev eth-test master tsim-br\nip link set dev eth-test up\n"
		"ip link set dev eth-test down\nip link set dev eth-test nomaster\n");
}

static gboolean all_of_it(struct journal *j, GError **error)
{
	g_autofree char *device = NULL;
	g_auto(GStrv) vfs = NULL;

	return network_netns(j, "gen", error) && network_veth(j, "gen", "a", NULL, "b", error) &&
	       network_bridge(j, NULL, "tsim-br", error) &&
	       network_address(j, NULL, "tsim-br", "10.1.0.1/21", error) &&
	       network_enslave(j, NULL, "b", "tsim-br", error) &&
	       network_tap(j, "gen", "tap-1", 4, error) &&
	       network_fdb(j, "gen", "tap-1", "52:54:00:fa:00:61", error) &&
	       network_macvtap(j, NULL, "mv-1", "b", "52:54:00:fa:00:62", &device, error) &&
	       g_str_equal(device, "/dev/tsim/tap-mv-1") &&
	       pci_vfs(j, "eth-test", 1, base_mac, &vfs, error) &&
	       pci_bind(j, vfs[0], "vfio-pci", error);
}

/* What a dry run says, but for the scripts: their first words and their arguments. */
static char *without_scripts(const char *text)
{
	g_autoptr(GRegex) scripts = g_regex_new("'[^']*('\\\\''[^']*)*'", 0, 0, NULL);
	g_autofree char *short_text = g_regex_replace_literal(scripts, text, -1, 0, "S", 0, NULL);

	return g_steal_pointer(&short_text);
}

static void dry_runs_say_all_that_would_be_done(void **state)
{
	static const char want[] =
		"here: ip netns add gen\n"
		"here: ip link add name a netns gen type veth peer name b\n"
		"here: ip netns exec gen sh -c S sh a\n"
		"here: sh -c S sh b\n"
		"here: ip link add name tsim-br type bridge stp_state 0 mcast_snooping 0\n"
		"here: sh -c S sh tsim-br\n"
		"here: ip addr add 10.1.0.1/21 dev tsim-br\n"
		"here: ip link set dev b master tsim-br\n"
		"here: ip -n gen tuntap add dev tap-1 mode tap multi_queue\n"
		"here: ip netns exec gen sh -c S sh tap-1\n"
		"here: bridge -n gen fdb replace 52:54:00:fa:00:61 dev tap-1 master static\n"
		"here: ip link add link b name mv-1 address 52:54:00:fa:00:62 type macvtap mode "
		"bridge\n"
		"here: sh -c S sh mv-1\n"
		"here: sh -c S sh /sys/class/net/eth-test/device 1\n"
		"here: ip link set dev eth-test vf 0 mac 52:54:00:fa:00:ff\n"
		"here: modprobe vfio-pci\n"
		"here: sh -c S sh /sys eth-test-vf0 vfio-pci vfio-pci\n"
		/* Undone: driver, functions, macvtap, MAC, tap, port, address, bridge, wire. */
		"here: sh -c S sh /sys eth-test-vf0 - -\n"
		"here: sh -c S sh /sys/class/net/eth-test/device 0\n"
		"here: sh -c S sh S mv-1\n"
		"here: sh -c S sh gen tap-1 52:54:00:fa:00:61\n"
		"here: sh -c S sh gen tap-1\n"
		"here: sh -c S sh S b\n"
		"here: sh -c S sh S tsim-br 10.1.0.1/21\n"
		"here: sh -c S sh S tsim-br\n"
		"here: sh -c S sh gen a\n"
		"here: sh -c S sh gen\n";
	struct server *s = server_new_local("here");
	g_autoptr(GError) error = NULL;
	char *said = NULL;
	g_autofree char *is = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);
	struct journal *j;

	(void)state;
	g_unsetenv("TSIM_SYSFS");
	server_set_dry(s, out);
	j = journal_open(s, NULL, NULL);
	expect_done(all_of_it(j, &error), &error);
	expect_done(journal_undo(j, 0, &error), &error);
	journal_close(j);
	server_free(s);
	fclose(out);
	is = without_scripts(said);
	free(said);
	assert_string_equal(is, want);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arrive, leave)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_whole_numbers_and_15_characters),
		TEST(virtual_functions_come_and_go),
		TEST(virtual_functions_of_the_user_stay),
		TEST(too_many_virtual_functions_and_none),
		TEST(a_device_changes_its_driver_and_gets_it_back),
		TEST(an_interface_gets_its_name_back),
		TEST(a_device_that_went_away_is_undone),
		TEST(no_vfio_without_an_iommu),
		TEST(what_the_machine_hangs_on_is_not_taken),
		TEST(a_nic_is_a_port_and_up_until_undone),
		TEST(a_packet_socket_leaves_nothing_behind),
		cmocka_unit_test(dry_runs_say_all_that_would_be_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
