/* SPDX-License-Identifier: BSD-3-Clause */
/* Which set-ups can exist, and why the others cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/error.h"
#include "sim/host/setup.h"

static struct setup make(enum machine machine, const char *interface, gboolean vhost,
	gboolean ioregionfd, enum reflector_kind reflector)
{
	struct setup s = { .machine = machine,
		.interface = setup_interface_find("test", interface, NULL),
		.qemu = "normal",
		.qemu_path = "",
		.vhost = vhost,
		.ioregionfd = ioregionfd,
		.guests = 1,
		.reflector = reflector };

	assert_non_null(s.interface);
	return s;
}

/* NULL: it can exist; else a part of the reason. */
static const struct {
	enum machine machine;
	const char *interface;
	gboolean vhost, ioregionfd;
	enum reflector_kind reflector;
	const char *reason;
} cases[] = {
	{ MACHINE_PCVM, "bridge", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PCVM, "bridge", TRUE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PCVM, "macvtap", TRUE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PCVM, "vhost-user", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PCVM, "vfio", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PCVM, "vmux-emu", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PCVM, "vmux-virtio", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PCVM, "vmux-virtio", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PCVM, "vmux-vdpdk", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_MICROVM, "bridge", TRUE, TRUE, REFLECTOR_XDP, NULL },
	{ MACHINE_MICROVM, "macvtap", FALSE, TRUE, REFLECTOR_XDP, NULL },
	{ MACHINE_HOST, "pnic", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_HOST, "pnic", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_HOST, "bridge", FALSE, FALSE, REFLECTOR_XDP, NULL },
	{ MACHINE_PROCESS, "vfio", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PROCESS, "virtio", TRUE, FALSE, REFLECTOR_DPDK, NULL },
	/* The rules of autotest. */
	{ MACHINE_HOST, "bridge", FALSE, FALSE, REFLECTOR_DPDK, "kernel devices" },
	{ MACHINE_PCVM, "pnic", FALSE, FALSE, REFLECTOR_XDP, "requires machine host" },
	{ MACHINE_PCVM, "bridge", FALSE, TRUE, REFLECTOR_XDP, "(microvm)" },
	{ MACHINE_MICROVM, "bridge", FALSE, FALSE, REFLECTOR_DPDK, "no PCI bus" },
	{ MACHINE_MICROVM, "vfio", FALSE, FALSE, REFLECTOR_XDP, "no PCI bus" },
	{ MACHINE_PCVM, "vfio", TRUE, FALSE, REFLECTOR_XDP, "vhost requires" },
	{ MACHINE_PCVM, "bridge-e1000", TRUE, FALSE, REFLECTOR_XDP, "vhost requires" },
	/* What autotest lets through. */
	{ MACHINE_HOST, "vfio", FALSE, FALSE, REFLECTOR_XDP, "the host supports only" },
	{ MACHINE_HOST, "vmux-emu", FALSE, FALSE, REFLECTOR_XDP, "the host supports only" },
	{ MACHINE_MICROVM, "vmux-emu", FALSE, FALSE, REFLECTOR_XDP, "no PCI bus" },
	{ MACHINE_MICROVM, "vmux-virtio", FALSE, FALSE, REFLECTOR_XDP, "no PCI bus" },
	{ MACHINE_PCVM, "vmux-virtio", TRUE, FALSE, REFLECTOR_XDP, "vhost requires" },
	{ MACHINE_MICROVM, "vmux-dpdk-e810", FALSE, FALSE, REFLECTOR_XDP, "no PCI bus" },
	{ MACHINE_PCVM, "vmux-emu", FALSE, TRUE, REFLECTOR_XDP, "(microvm)" },
	{ MACHINE_PCVM, "vhost-user", TRUE, FALSE, REFLECTOR_XDP, "vhost requires" },
	{ MACHINE_PCVM, "vmux-vdpdk", FALSE, FALSE, REFLECTOR_XDP, "no kernel driver" },
	{ MACHINE_PCVM, "vmux-emu", FALSE, FALSE, REFLECTOR_DPDK, "vmux's e1000 panics" },
	{ MACHINE_PCVM, "vmux-dpdk", FALSE, FALSE, REFLECTOR_DPDK, "requires reflector xdp" },
	{ MACHINE_PCVM, "vmux-emu-e810", FALSE, FALSE, REFLECTOR_DPDK, "does not answer" },
	{ MACHINE_PCVM, "vmux-med", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PCVM, "bridge-e1000", FALSE, FALSE, REFLECTOR_DPDK, NULL },
	{ MACHINE_PROCESS, "vfio", FALSE, FALSE, REFLECTOR_XDP, "requires reflector dpdk" },
	{ MACHINE_PROCESS, "bridge", FALSE, FALSE, REFLECTOR_DPDK,
		"does not support this interface" },
	{ MACHINE_PROCESS, "vfio", TRUE, FALSE, REFLECTOR_DPDK, "vhost requires" },
};

static void what_can_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct setup s = make(cases[i].machine, cases[i].interface, cases[i].vhost,
			cases[i].ioregionfd, cases[i].reflector);
		const char *why = setup_impossible(&s);
		g_autofree char *text = setup_text(&s);

		if ((why == NULL) != (cases[i].reason == NULL) ||
			(why != NULL && strstr(why, cases[i].reason) == NULL))
			fail_msg("%s: %s, not %s", text, why == NULL ? "possible" : why,
				cases[i].reason == NULL ? "possible" : cases[i].reason);
	}
}

static void the_host_is_one_guest(void **state)
{
	struct setup s = make(MACHINE_HOST, "pnic", FALSE, FALSE, REFLECTOR_XDP);

	(void)state;
	s.guests = 2;
	assert_non_null(setup_impossible(&s));
}

static void values_without_meaning_are_made_equal(void **state)
{
	struct setup s = make(MACHINE_HOST, "pnic", TRUE, TRUE, REFLECTOR_XDP);

	(void)state;
	setup_normal(&s);
	assert_string_equal(s.qemu, "none");
	assert_false(s.vhost);
	assert_false(s.ioregionfd);
	assert_null(setup_impossible(&s));
	s = make(MACHINE_PCVM, "bridge", TRUE, FALSE, REFLECTOR_XDP);
	setup_normal(&s);
	assert_string_equal(s.qemu, "normal");
	assert_true(s.vhost);
}

static void differences_are_in_the_order_of_cost(void **state)
{
	struct setup a = make(MACHINE_PCVM, "bridge", FALSE, FALSE, REFLECTOR_XDP), b = a;

	(void)state;
	assert_int_equal(setup_differs_at(&a, &b), 7);
	b.reflector = REFLECTOR_DPDK;
	assert_int_equal(setup_differs_at(&a, &b), 6);
	b.guests = 2;
	assert_int_equal(setup_differs_at(&a, &b), 5);
	b.qemu_path = "/opt/qemu";
	assert_int_equal(setup_differs_at(&a, &b), 2);
	b.machine = MACHINE_MICROVM;
	assert_int_equal(setup_differs_at(&a, &b), 0);
}

static void unknown_words_name_the_nearest(void **state)
{
	g_autoptr(GError) error = NULL;
	enum machine machine;

	(void)state;
	assert_null(setup_interface_find("tests.cfg: [a] interfaces", "bridg", &error));
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
	assert_non_null(strstr(error->message, "tests.cfg: [a] interfaces"));
	assert_non_null(strstr(error->message, "did you mean 'bridge'?"));
	g_clear_error(&error);
	assert_false(setup_machine_parse("--machine", "pc-vm", &machine, &error));
	assert_non_null(strstr(error->message, "did you mean 'pcvm'?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_exist),
		cmocka_unit_test(the_host_is_one_guest),
		cmocka_unit_test(values_without_meaning_are_made_equal),
		cmocka_unit_test(differences_are_in_the_order_of_cost),
		cmocka_unit_test(unknown_words_name_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
