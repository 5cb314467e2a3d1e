/* SPDX-License-Identifier: BSD-3-Clause */
/* A process that stood still is told from one that ran, waited, or lost a little to interrupts. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "sim/reflector/presence.h"

#define S 1000000000ULL
#define MS 1000000ULL

/* Four seconds; each adds {time, ran, waited} in ms. */
static double story(const uint64_t (*second)[3], unsigned nb)
{
	struct presence p = { .pid = 1 };
	struct presence_look now = { .now_ns = 7 * S, .ran_ns = 3 * S, .waited_ns = S };

	p.last = now;
	for (unsigned i = 0; i < nb; i++) {
		now.now_ns += second[i][0] * MS;
		now.ran_ns += second[i][1] * MS;
		now.waited_ns += second[i][2] * MS;
		presence_judge(&p, &now);
	}
	return presence_stood_still_s(&p);
}

#define STORY(...)                                  \
	story((const uint64_t[][3]){ __VA_ARGS__ }, \
		sizeof((const uint64_t[][3]){ __VA_ARGS__ }) / sizeof(uint64_t[3]))

static gboolean is_about(double s, double wanted)
{
	return s > wanted - 0.001 && s < wanted + 0.001;
}

static void guest_stopped_for_a_while(void **state)
{
	(void)state;
	/* 1.5 s in a trial of 4 s, over three rows. */
	assert_true(is_about(
		STORY({ 1000, 700, 0 }, { 1000, 0, 0 }, { 1000, 800, 0 }, { 1000, 1000, 0 }), 1.5));
	assert_true(is_about(STORY({ 1000, 1000, 0 }, { 1000, 500, 0 }, { 1000, 1000, 0 }), 0.5));
	assert_true(is_about(STORY({ 1000, 1000, 0 }, { 1000, 0, 0 }, { 1000, 0, 0 }), 2));
	assert_true(is_about(STORY({ 400, 100, 0 }, { 100, 100, 0 }), 0.3));
}

static void guest_that_ran_or_waited_did_not_stand_still(void **state)
{
	(void)state;
	assert_true(STORY({ 1000, 1000, 0 }, { 1000, 1001, 0 }) == 0);
	assert_true(STORY({ 1000, 20, 980 }, { 1000, 0, 1000 }, { 1000, 500, 500 }) == 0);
	/* Interrupts and other guests of a hypervisor: 10 % for a minute. */
	assert_true(STORY({ 20000, 18000, 1800 }, { 1000, 900, 0 }, { 1000, 900, 0 }) == 0);
	/* One wait of 1.2 s is counted when it ends. */
	assert_true(STORY({ 1000, 400, 0 }, { 1000, 400, 1200 }, { 1000, 1000, 0 }) == 0);
	assert_true(STORY({ 1000, 1000, 0 }, { 1000, 600, 0 }) == 0); /* and may go on at the end */
	assert_true(is_about(STORY({ 1000, 1000, 0 }, { 1000, 400, 0 }), 0.6));
}

static void a_real_process(void **state)
{
	struct presence p;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		for (;;)
			;
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	presence_start(&p, pid);
	if (p.pid == 0)
		skip();         /* a kernel without schedstat */
	p.last.now_ns -= 2 * S; /* as if it had been stopped for two seconds */
	presence_second(&p);
	assert_true(presence_stood_still_s(&p) >= 1.9);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	presence_second(&p); /* it has gone: nothing more */
	presence_start(&p, pid);
	assert_int_equal(p.pid, 0);
	assert_true(presence_stood_still_s(&p) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_stopped_for_a_while),
		cmocka_unit_test(guest_that_ran_or_waited_did_not_stand_still),
		cmocka_unit_test(a_real_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
