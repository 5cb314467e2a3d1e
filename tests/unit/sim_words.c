/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of tsim's command line: CPUs, times, faults. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/cores.h"
#include "sim/datapath/fabric.h"
#include "sim/base/duration.h"
#include "sim/reflector/fault.h"

/* error points to where the call leaves it: arguments are evaluated in any order. */
static void expect_error(gboolean taken, const char *word, GError *const *error, const char *remedy)
{
	if (taken)
		fail_msg("'%s' was taken", word);
	if (strstr((*error)->message, remedy) == NULL)
		fail_msg("'%s': '%s' does not say '%s'", word, (*error)->message, remedy);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = { { "10s", 10000000000 }, { "500ms", 500000000 }, { "1.5us", 1500 }, { "0s", 0 },
		{ "2min", 120000000000 }, { "1h", 3600000000000 }, { "7ns", 7 } };
	static const struct {
		const char *text, *why;
	} bad[] = { { "", "expected a number with its unit" }, { "s", "expected a number" },
		{ "nans", "expected a number" }, { "10", "unit missing (ns, us, ms, s, min, h)" },
		{ "90m", "unknown unit 'm' (ns, us, ms, s, min, h)" }, { "1d", "unknown unit 'd'" },
		{ "10 s", "unknown unit ' s'" }, { "1,5s", "decimal separator" },
		{ "-1s", "negative" }, { "2h", "above 1h" }, { "1e99s", "above 1h" },
		{ "1e999s", "above 1h" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		uint64_t ns = 1;

		assert_true(duration_parse("--x", good[i].text, 0, 3600000000000, &ns, NULL));
		if (ns != good[i].ns)
			fail_msg("%s: %lu, not %lu", good[i].text, ns, good[i].ns);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		uint64_t ns = 42;

		expect_error(duration_parse("--x", bad[i].text, 0, 3600000000000, &ns, &error),
			bad[i].text, &error, bad[i].why);
		assert_int_equal(ns, 42);
	}
}

static void fault_plans(void **state)
{
	static const struct {
		const char *spec, *remedy;
	} bad[] = { { "drop", "KIND=SHARE" }, { "drop=", "KIND=SHARE" },
		{ "loss=0.1", "KIND=SHARE" }, { "drop=1.5", "0 to 1" }, { "drop=-1", "0 to 1" },
		{ "drop=nan", "0 to 1" }, { "drop=x", "0 to 1" },
		{ "drop=0.6,corrupt=0.6", "sum of shares" }, { "reorder=0.1:0", "1 to 1024" },
		{ "delay=0.1", "requires a time" }, { "delay=0.1:5", "unit" },
		{ "drop=0.1:3", "unexpected value after" }, { "drop=0.1,,", "KIND=SHARE" } };
	struct fault_plan p;

	(void)state;
	assert_true(fault_plan_parse(NULL, &p, NULL) && fault_plan_is_empty(&p));
	assert_true(fault_plan_parse("", &p, NULL) && fault_plan_is_empty(&p));
	assert_true(fault_plan_parse("drop=0.25,reorder=0.5:7,delay=0.25:2ms", &p, NULL));
	assert_true(p.share[FAULT_DROP] == 0.25 && p.share[FAULT_REORDER] == 0.5 &&
		    p.share[FAULT_DELAY] == 0.25 && p.share[FAULT_DUPLICATE] == 0);
	assert_int_equal(p.reorder_depth, 7);
	assert_int_equal(p.delay_ns, 2000000);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		expect_error(fault_plan_parse(bad[i].spec, &p, &error), bad[i].spec, &error,
			bad[i].remedy);
	}
}

static unsigned first_cpu(void)
{
	cpu_set_t set;
	unsigned cpu = 0;

	sched_getaffinity(0, sizeof(set), &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

static const struct cores_place self = { .index = 0, .count = 1 };

/* cores_parse and cores_assign. */
static gboolean parse_assign(const char *spec, const char *guests, struct cores_place place,
	struct cores *c, GError **error)
{
	return cores_parse(spec, guests, NULL, place.count, c, error) &&
	       cores_assign(c, place, c, error);
}

static void core_lists(void **state)
{
	static const struct {
		const char *spec, *remedy;
	} bad[] = { { "x", "invalid list of CPUs" }, { "4094", "up to 1023" },
		{ "3-1", "invalid list" }, { "0,", "invalid list" }, { "0,0", "twice" },
		{ "load:0/rx:0", "omit the roles" }, { "0/timer:0", "for timer and worker" },
		{ "load:1/rx:2/timer:1", "for timer and load" },
		{ "load:1/rx:2/timer:2", "for timer and rx" }, { "timer:1", "load and rx or" } };
	g_autofree char *one = g_strdup_printf("%u", first_cpu());
	g_autofree char *lcores = NULL, *want = NULL;
	struct cores c;

	(void)state;
	assert_true(parse_assign("", NULL, self, &c, NULL));
	assert_int_equal(cores_nb_workers(&c), 1);
	assert_true(c.combined && c.nb_guest >= 1);
	assert_true(parse_assign(one, one, self, &c, NULL));
	assert_true(c.shared);
	lcores = cores_eal_lcores(&c);
	want = g_strdup_printf("0@(%u),1@%u", first_cpu(), first_cpu());
	assert_string_equal(lcores, want);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) e = NULL;

		expect_error(cores_parse(bad[i].spec, NULL, NULL, 1, &c, &e), bad[i].spec, &e,
			bad[i].remedy);
	}
}

/* Words are judged on any machine; which CPUs it has is found when they are assigned. */
static void cpus_of_another_machine_are_words(void **state)
{
	static const char *const guests[] = { "1023", NULL };
	g_autofree char *one = g_strdup_printf("%u", first_cpu());
	struct cores c;
	cpu_set_t allowed;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	if (CPU_ISSET(1023, &allowed))
		skip();
	for (size_t i = 0; i < G_N_ELEMENTS(guests); i++) {
		const char *spec = guests[i] == NULL ? "load:1022-1023/rx:1021" : one;
		g_autoptr(GError) error = NULL;

		assert_true(cores_parse(spec, guests[i], NULL, 1, &c, NULL));
		expect_error(cores_assign(&c, self, &c, &error), spec, &error,
			guests[i] == NULL ? "--cores: CPU 1022 is not available"
					  : "--guest-cores: CPU 1023 is not available");
	}
}

/* Generators of one machine: equal parts, none twice; without names each its own, as far as they go. */
static void cores_are_shared_out(void **state)
{
	static const unsigned nb_ranks = 2;
	unsigned nb_cpus = 0, first = first_cpu(), second = first;
	g_autofree char *one = NULL, *both = NULL;
	g_autoptr(GError) error = NULL;
	struct cores c[2];
	cpu_set_t allowed;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &allowed))
			continue;
		if (nb_cpus++ == 1)
			second = i;
	}
	for (unsigned i = 0; i < nb_ranks; i++)
		assert_true(parse_assign(NULL, NULL,
			(struct cores_place){ .index = i, .count = nb_ranks }, &c[i], NULL));
	assert_true(nb_cpus < nb_ranks ? c[0].shared && c[1].shared
				       : c[0].load_cpu[0] > c[1].load_cpu[0]);
	one = g_strdup_printf("%u", first);
	expect_error(parse_assign(one, NULL, (struct cores_place){ 0, 2, 0 }, &c[0], &error), one,
		&error, "give 2");
	if (nb_cpus < 2)
		return;
	both = g_strdup_printf("%u,%u", first, second);
	for (unsigned i = 0; i < nb_ranks; i++) {
		assert_true(parse_assign(both, one,
			(struct cores_place){ .index = i, .count = nb_ranks }, &c[i], NULL));
		assert_int_equal(c[i].nb_load, 1);
		assert_int_equal(c[i].load_cpu[0], i == 0 ? first : second);
		/* The guests of both are on one CPU, which is that of a worker. */
		assert_true(c[i].crowded && c[i].shared && c[i].nb_guest == 1);
	}
}

static void interfaces_of_a_fleet(void **state)
{
	static const char *const fleet[] = { "null", "vfio", "null", "vhost-user" };
	g_autofree char *name = fabric_name(fleet, G_N_ELEMENTS(fleet));
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_string_equal(name, "null+vfio+vhost-user");
	for (size_t i = 0; i < G_N_ELEMENTS(fleet); i++)
		assert_non_null(fabric_ops(fleet[i], NULL));
	expect_error(fabric_ops("virtoi", &error) != NULL, "virtoi", &error, "vhost-user");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(fault_plans),
		cmocka_unit_test(core_lists),
		cmocka_unit_test(cpus_of_another_machine_are_words),
		cmocka_unit_test(cores_are_shared_out),
		cmocka_unit_test(interfaces_of_a_fleet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
