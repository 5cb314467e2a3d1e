/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotas, memory and tasks of made-up hierarchies, version 1, 2 and both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/base/file.h"
#include "made_up_host.h"
#include "sim/base/cgroup.h"

static const char v2_mount
	[] = "24 1 0:22 / /proc rw - proc proc rw\n"
	     "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
static const char v1_mounts
	[] = "30 24 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
	     "31 24 0:27 /docker/abc /sys/fs/cgroup/mem\\040ory rw - cgroup cgroup rw,memory\n"
	     "32 24 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
	     "33 24 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

static char *v2_host(void)
{
	char *root = made_up_host();

	made_up_file(root, "proc/self/mountinfo", v2_mount);
	made_up_file(root, "proc/self/cgroup", "0::/user.slice/run-1.scope\n");
	made_up_file(root, "sys/fs/cgroup/cpu.stat", "usage_usec 9\nnr_throttled 100\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope", NULL);
	return root;
}

static char *v1_host(void)
{
	char *root = made_up_host();

	made_up_file(root, "proc/self/mountinfo", v1_mounts);
	made_up_file(root, "proc/self/cgroup",
		"9:pids:/a\n4:memory:/docker/abc/inner\n1:cpu,cpuacct:/a/b\n0::/x\n");
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
	return root;
}

static void end(char *root)
{
	file_remove_tree(root);
	g_free(root);
}

static void quota_of_v2_is_the_smallest_up_to_the_root(void **state)
{
	char *root = v2_host();
	struct cgroup_cpu c;

	(void)state;
	made_up_file(root, "sys/fs/cgroup/user.slice/cpu.max", "120000 100000\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/cpu.stat",
		"nr_periods 50\nnr_throttled 7\nthrottled_usec 2500\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope/cpu.max", "max 100000\n");
	cgroup_read_cpu(root, 0, &c);
	assert_true(c.quota_cpus > 1.199 && c.quota_cpus < 1.201);
	assert_string_equal(c.file, "cpu.max");
	assert_true(g_str_has_suffix(c.path, "/sys/fs/cgroup/user.slice/cpu.max"));
	assert_int_equal(c.nr_throttled, 107);
	assert_int_equal(c.throttled_ns, 2500000);
	cgroup_cpu_clear(&c);
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope/cpu.max", "50000 100000\n");
	cgroup_read_cpu(root, 0, &c);
	assert_true(c.quota_cpus > 0.499 && c.quota_cpus < 0.501);
	cgroup_cpu_clear(&c);
	end(root);
}

static void quota_of_v1(void **state)
{
	char *root = v1_host();
	struct cgroup_cpu c;

	(void)state;
	cgroup_read_cpu(root, 0, &c);
	assert_null(c.path);
	assert_true(c.quota_cpus == 0);
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "20000\n");
	made_up_file(root, "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.stat",
		"nr_periods 40\nnr_throttled 39\nthrottled_time 3113692129\n");
	cgroup_read_cpu(root, 0, &c);
	assert_true(c.quota_cpus > 0.199 && c.quota_cpus < 0.201);
	assert_string_equal(c.file, "cpu.cfs_quota_us");
	assert_int_equal(c.nr_throttled, 39);
	assert_int_equal(c.throttled_ns, 3113692129);
	cgroup_cpu_clear(&c);
	end(root);
}

static void quota_of_another_process(void **state)
{
	char *root = v2_host();
	struct cgroup_cpu c;

	(void)state;
	made_up_file(root, "proc/77/cgroup", "0::/guests\n");
	made_up_file(root, "sys/fs/cgroup/guests/cpu.max", "10000 100000\n");
	cgroup_read_cpu(root, 77, &c);
	assert_true(c.quota_cpus > 0.099 && c.quota_cpus < 0.101);
	cgroup_cpu_clear(&c);
	cgroup_read_cpu(root, 0, &c);
	assert_null(c.path);
	cgroup_read_cpu(root, 78, &c); /* there is none */
	assert_null(c.path);
	end(root);
}

static void room_is_what_is_left_in_the_tightest_group(void **state)
{
	char *root = v2_host();
	struct cgroup_room r;

	(void)state;
	assert_false(cgroup_read_memory(root, &r));
	assert_false(cgroup_read_tasks(root, &r));
	made_up_file(root, "sys/fs/cgroup/user.slice/memory.max", "1000\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/memory.current", "900\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/memory.stat",
		"anon 500\ninactive_file 300\nactive_file 50\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope/memory.max", "max\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope/pids.max", "10\n");
	made_up_file(root, "sys/fs/cgroup/user.slice/run-1.scope/pids.current", "4\n");
	assert_true(cgroup_read_memory(root, &r));
	assert_int_equal(r.limit, 1000);
	assert_int_equal(r.left, 450); /* page cache can go */
	assert_true(g_str_has_suffix(r.path, "user.slice/memory.max"));
	cgroup_room_clear(&r);
	assert_true(cgroup_read_tasks(root, &r));
	assert_int_equal(r.left, 6);
	cgroup_room_clear(&r);
	end(root);
}

/* A container: the mount shows its own group as the top. */
static void memory_of_v1_in_a_container(void **state)
{
	char *root = v1_host();
	struct cgroup_room r;

	(void)state;
	made_up_file(root, "sys/fs/cgroup/mem ory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_false(cgroup_read_memory(root, &r));
	made_up_file(root, "sys/fs/cgroup/mem ory/inner/memory.limit_in_bytes", "31457280\n");
	made_up_file(root, "sys/fs/cgroup/mem ory/inner/memory.usage_in_bytes", "1457280\n");
	made_up_file(root, "sys/fs/cgroup/mem ory/inner/memory.oom_control",
		"oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
	assert_true(cgroup_read_memory(root, &r));
	assert_int_equal(r.left, 30000000);
	assert_int_equal(cgroup_read_oom_kills(root), 2);
	cgroup_room_clear(&r);
	made_up_file(root, "sys/fs/cgroup/pids/a/pids.max", "5\n");
	made_up_file(root, "sys/fs/cgroup/pids/a/pids.current", "7\n");
	assert_true(cgroup_read_tasks(root, &r));
	assert_int_equal(r.left, 0);
	cgroup_room_clear(&r);
	end(root);
}

static void nothing_is_known_without_files(void **state)
{
	char *root = made_up_host();
	struct cgroup_cpu c;
	struct cgroup_room r;

	(void)state;
	cgroup_read_cpu(root, 0, &c);
	assert_null(c.path);
	assert_int_equal(c.nr_throttled, 0);
	assert_false(cgroup_read_memory(root, &r));
	assert_false(cgroup_read_tasks(root, &r));
	end(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quota_of_v2_is_the_smallest_up_to_the_root),
		cmocka_unit_test(quota_of_v1),
		cmocka_unit_test(quota_of_another_process),
		cmocka_unit_test(room_is_what_is_left_in_the_tightest_group),
		cmocka_unit_test(memory_of_v1_in_a_container),
		cmocka_unit_test(nothing_is_known_without_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
