/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits of the machine: at both sides of each, and what the errors name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/base/file.h"
#include "made_up_host.h"
#include "sim/base/error.h"
#include "sim/base/limits.h"

static void refused(gboolean ok, GError *error, const char *const *says)
{
	assert_false(ok);
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_RESOURCES));
	for (; *says != NULL; says++)
		if (strstr(error->message, *says) == NULL)
			fail_msg("'%s' does not say '%s'", error->message, *says);
	g_error_free(error);
}

#define REFUSED(call, ...)                                                      \
	do {                                                                    \
		GError *error = NULL;                                           \
		gboolean ok = (call);                                           \
		refused(ok, error, (const char *const[]){ __VA_ARGS__, NULL }); \
	} while (0)

static void soft_limit_is_raised_to_the_need_and_no_further(void **state)
{
	struct rlimit l = { .rlim_cur = 1024, .rlim_max = 1073741816 };

	(void)state;
	assert_true(limits_fit_files("64 guests", 474, &l, NULL));
	assert_int_equal(l.rlim_cur, 1024);
	assert_true(limits_fit_files("600 guests", 4200, &l, NULL));
	assert_int_equal(l.rlim_cur, 4200);
	l = (struct rlimit){ .rlim_cur = 256, .rlim_max = RLIM_INFINITY };
	assert_true(limits_fit_files("600 guests", 4200, &l, NULL));
	assert_int_equal(l.rlim_cur, 4200);
	l = (struct rlimit){ .rlim_cur = 100, .rlim_max = 474 };
	assert_true(limits_fit_files("64 guests", 474, &l, NULL));
	assert_int_equal(l.rlim_cur, 474);
}

static void too_few_open_files_say_how_many_and_who_limits(void **state)
{
	struct rlimit l = { .rlim_cur = 64, .rlim_max = 473 };

	(void)state;
	REFUSED(limits_fit_files("64 guests", 474, &l, &error), "open files", "64 guests need 474",
		"limit is 473", "ulimit -Hn");
	assert_int_equal(l.rlim_cur, 64);
}

static void memory_and_tasks_name_the_group_s_file(void **state)
{
	char *root = made_up_host();

	(void)state;
	assert_true(limits_check_memory(root, "tsim", UINT64_MAX, NULL)); /* no groups at all */
	assert_true(limits_check_tasks(root, "tsim", UINT64_MAX, NULL));
	made_up_file(root, "proc/self/mountinfo", "30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
	made_up_file(root, "proc/self/cgroup", "0::/run\n");
	made_up_file(root, "cg/run/memory.max", "31457280\n");
	made_up_file(root, "cg/run/memory.current", "1048576\n");
	made_up_file(root, "cg/run/pids.max", "10\n");
	made_up_file(root, "cg/run/pids.current", "3\n");
	assert_true(limits_check_memory(root, "tsim", 30408704, NULL));
	REFUSED(limits_check_memory(root, "tsim", 30408705, &error), "tsim needs about 29 MiB",
		"limit of 30 MiB", "cg/run/memory.max", "MemoryMax=");
	assert_true(limits_check_tasks(root, "9 guests", 7, NULL));
	REFUSED(limits_check_tasks(root, "9 guests", 8, &error), "9 guests need 8", "limit of 10",
		"leaves 7", "cg/run/pids.max", "TasksMax=");
	file_remove_tree(root);
	g_free(root);
}

static void locked_memory_is_for_nics_without_root(void **state)
{
	const struct rlimit l = { .rlim_cur = 8 << 20, .rlim_max = 8 << 20 };
	const struct rlimit none = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

	(void)state;
	assert_true(limits_fit_locked("0000:01:00.0", 8 << 20, &l, FALSE, NULL));
	assert_true(limits_fit_locked("0000:01:00.0", 64 << 20, &l, TRUE, NULL));
	assert_true(limits_fit_locked("0000:01:00.0", 64 << 20, &none, FALSE, NULL));
	REFUSED(limits_fit_locked("0000:01:00.0", 64 << 20, &l, FALSE, &error), "0000:01:00.0",
		"64 MiB", "8 MiB", "ulimit -l");
}

static void tmpdir_is_named_not_another_option(void **state)
{
	char *root = made_up_host();
	g_autofree char *none = g_build_filename(root, "none", NULL);
	g_autofree char *file = g_build_filename(root, "file", NULL);
	const size_t len = strlen(root);

	(void)state;
	made_up_file(root, "file", "");
	assert_true(limits_check_tmpdir(root, 0, NULL));
	assert_true(limits_check_tmpdir(root, 107 - len, NULL));
	REFUSED(limits_check_tmpdir(root, 108 - len, &error), "TMPDIR: ", root, "too long");
	REFUSED(limits_check_tmpdir(none, 0, &error), "TMPDIR: ", none, "not found");
	REFUSED(limits_check_tmpdir(file, 0, &error), "TMPDIR: ", file, "not a directory");
	file_remove_tree(root);
	g_free(root);
}

static void no_sysfs_is_named(void **state)
{
	char *root = made_up_host();

	(void)state;
	REFUSED(limits_check_sysfs(root, &error), "/sys", "mount -t sysfs");
	made_up_file(root, "sys/devices/system/cpu", NULL);
	assert_true(limits_check_sysfs(root, NULL));
	file_remove_tree(root);
	g_free(root);
}

static void no_free_hugepages_are_named(void **state)
{
	char *root = made_up_host();

	(void)state;
	REFUSED(limits_check_hugepages(root, &error), "--hugepages", "nr_hugepages");
	made_up_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
	REFUSED(limits_check_hugepages(root, &error), "no free hugepages");
	made_up_file(root, "sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "2\n");
	assert_true(limits_check_hugepages(root, NULL));
	file_remove_tree(root);
	g_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soft_limit_is_raised_to_the_need_and_no_further),
		cmocka_unit_test(too_few_open_files_say_how_many_and_who_limits),
		cmocka_unit_test(memory_and_tasks_name_the_group_s_file),
		cmocka_unit_test(locked_memory_is_for_nics_without_root),
		cmocka_unit_test(tmpdir_is_named_not_another_option),
		cmocka_unit_test(no_sysfs_is_named),
		cmocka_unit_test(no_free_hugepages_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
