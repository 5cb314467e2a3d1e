/* SPDX-License-Identifier: BSD-3-Clause */
/* What the doctor finds: machines as they answered, and this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <json-glib/json-glib.h>

#include "sim/commands/doctor.h"

/* A server made ready for measuring. */
static const char good[] =
	"uid 0\ncpus 32\nhuge 2048kB 0 0 \nhuge 1048576kB 16 12 \ngovernor performance \n"
	"shmem_huge always within_size [advise] never deny force \n"
	"no_turbo 1 \nisolated 2-15 \nsmt 0 \niommu 87\nflags vmx constant_tsc nonstop_tsc \n"
	"mhz 2100.000\nclocksource tsc \nkvm_device yes\nqemu QEMU emulator version 7.2.9\nkvm "
	"yes\n"
	"vhost_net yes\nvhost_module yes\ntun yes\nbridge yes\nmacvtap yes\ntap yes\nvfio_pci yes\n"
	"caps 000001ffffffffff\nlockdown [none] integrity confidentiality \n"
	"limits unlimited 1048576 99 \nquota /sys/fs/cgroup/cpu/cpu.cfs_quota_us -1 100000\n"
	"bridge_nf 1 \nmac_policy /usr/lib/systemd/network/99-default.link \n"
	"mac_policy_off /etc/systemd/network/10-tsim.link \n";

static const struct doctor_row *row_of(const GPtrArray *rows, const char *what)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct doctor_row *r = g_ptr_array_index(rows, i);

		if (g_str_equal(r->what, what))
			return r;
	}
	fail_msg("no row %s", what);
	return NULL;
}

static void a_good_machine_needs_nothing(void **state)
{
	g_autoptr(GPtrArray) rows = doctor_rows_new();

	(void)state;
	doctor_judge("host", good, rows);
	assert_true(rows->len >= 18);
	for (guint i = 0; i < rows->len; i++) {
		const struct doctor_row *r = g_ptr_array_index(rows, i);

		if (r->verdict != DOCTOR_OK || r->remedy != NULL)
			fail_msg("%s: %s (%s)", r->what, r->found, r->remedy);
		assert_string_equal(r->machine, "host");
	}
	assert_string_equal(row_of(rows, "hugepages")->found, "16 of 1048576kB, 12 free");
	assert_string_equal(row_of(rows, "IOMMU")->found, "87 groups");
	assert_string_equal(row_of(rows, "turbo")->found, "off");
}

/* One line of the good machine's answer is another, "KEY" alone: missing. */
static void each_lack_has_its_remedy(void **state)
{
	static const struct {
		const char *line, *what, *found, *remedy;
		enum doctor_verdict verdict;
	} cases[] = {
		{ "uid 1000", "user", "user 1000", "sudo", DOCTOR_WARN },
		{ "huge", "hugepages", "none", "nr_hugepages", DOCTOR_WARN },
		{ "shmem_huge always within_size advise [never] deny force", "queue memory",
			"pages of 4 KiB", "shmem_enabled", DOCTOR_WARN },
		{ "shmem_huge", "queue memory", "pages of 4 KiB", "nr_hugepages", DOCTOR_WARN },
		{ "governor performance powersave", "governor", "performance powersave", "cpupower",
			DOCTOR_WARN },
		{ "no_turbo 0", "turbo", "on", "no_turbo", DOCTOR_WARN },
		{ "boost 1", "turbo", "on", "boost", DOCTOR_WARN },
		{ "isolated", "isolated CPUs", "none", "isolcpus=", DOCTOR_WARN },
		{ "smt 1", "hyperthreads", "on", "smt/control", DOCTOR_WARN },
		{ "cpus 1", "CPUs", "1", "more", DOCTOR_WARN },
		{ "iommu 0", "IOMMU", "none", "intel_iommu=on", DOCTOR_WARN },
		{ "flags vmx constant_tsc", "TSC", "may stop", "nonstop_tsc", DOCTOR_BAD },
		{ "flags vmx nonstop_tsc", "TSC", "not constant", "constant_tsc", DOCTOR_BAD },
		{ "kvm no", "KVM", "not usable by QEMU", "group kvm", DOCTOR_WARN },
		{ "qemu", "QEMU", "no qemu-system-x86_64", "qemu-system-x86", DOCTOR_BAD },
		{ "vhost_net", "vhost-net", "not loaded", "modprobe vhost_net", DOCTOR_WARN },
		{ "bridge no", "bridge", "not available", "modprobe bridge", DOCTOR_BAD },
		{ "macvtap no", "macvtap", "not available", "modprobe macvtap", DOCTOR_BAD },
		{ "tap", "tap", "requires root", "as root", DOCTOR_WARN },
		{ "vfio_pci", "vfio-pci", "not available", "CONFIG_VFIO_PCI", DOCTOR_WARN },
		{ "caps 0000000000001000", "XDP", "not allowed", "CAP_BPF", DOCTOR_WARN },
		{ "lockdown none integrity [confidentiality]", "XDP", "locked down", "lockdown",
			DOCTOR_WARN },
		{ "limits unlimited 1024 0", "open files", "1024: enough for 124 guests", "nofile",
			DOCTOR_WARN },
		{ "clocksource hpet", "TSC", "clock source hpet", "unstable", DOCTOR_BAD },
		{ "quota /cg/a/cpu.max max 100000\nquota /cg/cpu.max 120000 100000", "CPU quota",
			"1.2 CPUs (/cg/cpu.max)", "CPUQuota=", DOCTOR_WARN },
		{ "quota /cg/cpu/cpu.cfs_quota_us 20000 100000", "CPU quota",
			"0.2 CPUs (/cg/cpu/cpu.cfs_quota_us)", "--cpus", DOCTOR_WARN },
		{ "bridge_nf 1\nforward P FORWARD DROP", "bridge filter", "FORWARD policy DROP",
			"bridge-nf-call-iptables=0", DOCTOR_BAD },
		{ "mac_policy_off", "MACAddressPolicy", "persistent (/usr/lib",
			"MACAddressPolicy=none", DOCTOR_WARN },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rows = doctor_rows_new();
		size_t key = strcspn(cases[i].line, " ");
		g_autofree char *pattern = g_strdup_printf("^%.*s .*\n", (int)key, cases[i].line);
		g_autoptr(GRegex) old = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
		g_autofree char *rest = g_regex_replace_literal(old, good, -1, 0, "", 0, NULL);
		g_autofree char *answer = g_strdup_printf("%s%s\n", rest, cases[i].line);
		const struct doctor_row *r;

		doctor_judge("host", answer, rows);
		r = row_of(rows, cases[i].what);
		if (r->verdict != cases[i].verdict || strstr(r->found, cases[i].found) == NULL ||
			r->remedy == NULL || strstr(r->remedy, cases[i].remedy) == NULL)
			fail_msg("%s: %d, %s, %s", cases[i].line, r->verdict, r->found,
				r->remedy == NULL ? "none" : r->remedy);
	}
}

static void queue_memory_is_on_reserved_pages_first(void **state)
{
	static const struct {
		const char *answer, *found;
		enum doctor_verdict verdict;
	} cases[] = {
		{ "huge 2048kB 512 300 \n", "pages of 2 MiB (300 reserved)", DOCTOR_OK },
		{ "huge 1048576kB 4 4 \nhuge 2048kB 512 0 \nshmem_huge [always] advise never\n",
			"pages of 2 MiB (transparent)", DOCTOR_OK },
		{ "huge 1048576kB 4 4 \nhuge 2048kB 512 0 \n", "pages of 4 KiB", DOCTOR_WARN },
		{ "huge 2048kB 0 0 \nshmem_huge always never [deny] force\n", "pages of 4 KiB",
			DOCTOR_WARN },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rows = doctor_rows_new();

		doctor_judge("host", cases[i].answer, rows);
		assert_string_equal(row_of(rows, "queue memory")->found, cases[i].found);
		assert_int_equal(row_of(rows, "queue memory")->verdict, cases[i].verdict);
	}
}

static void kvm_says_what_is_missing(void **state)
{
	static const struct {
		const char *answer, *found, *remedy;
	} cases[] = {
		{ "flags hypervisor\nkvm_device yes\nkvm no\n", "neither vmx nor svm", "nested" },
		{ "flags constant_tsc\n", "neither vmx nor svm", "firmware" },
		{ "flags svm\n", "no /dev/kvm", "modprobe" },
		{ "", "TCG", "firmware" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rows = doctor_rows_new();
		const struct doctor_row *r;

		doctor_judge("host", cases[i].answer, rows);
		r = row_of(rows, "KVM");
		assert_int_equal(r->verdict, DOCTOR_WARN);
		assert_non_null(strstr(r->found, cases[i].found));
		assert_non_null(strstr(r->remedy, cases[i].remedy));
	}
}

static void this_machine_answers_in_all_formats(void **state)
{
	g_autoptr(GPtrArray) rows = doctor_rows_new();
	struct server *s = server_new_local("here");
	g_autofree char *text = NULL, *csv = NULL, *json = NULL;
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) error = NULL;

	(void)state;
	if (!doctor_examine(s, rows, &error))
		fail_msg("%s", error->message);
	server_free(s);
	assert_string_not_equal(row_of(rows, "CPUs")->found, "?");
	text = doctor_format(rows, CLI_TEXT);
	print_message("%s", text);
	assert_non_null(strstr(text, "hugepages"));
	csv = doctor_format(rows, CLI_CSV);
	assert_true(g_str_has_prefix(csv, "schema,machine,what,verdict,found,remedy\n"));
	json = doctor_format(rows, CLI_JSON);
	assert_true(json_parser_load_from_data(parser, json, -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_needs_nothing),
		cmocka_unit_test(each_lack_has_its_remedy),
		cmocka_unit_test(queue_memory_is_on_reserved_pages_first),
		cmocka_unit_test(kvm_says_what_is_missing),
		cmocka_unit_test(this_machine_answers_in_all_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
