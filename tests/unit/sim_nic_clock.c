/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib.h>

#include "sim/datapath/nic_clock.h"

enum { PAIRS = 1000 };

/* Two oscillators: the NIC's of 1 GHz that drifts by ppm, a TSC of 2.9 GHz, both with large readings. */
static const double tsc_hz = 2.9e9, nic_hz = 1e9;
static const uint64_t tsc0 = UINT64_C(0x7fffffff00000000), nic0 = UINT64_C(0xfffffffffff00000);

static uint64_t tsc_at(double s)
{
	return tsc0 + (uint64_t)(s * tsc_hz);
}

static uint64_t nic_at(double s, double ppm)
{
	return nic0 + (uint64_t)(s * nic_hz * (1 + ppm / 1e6)); /* wraps soon after the start */
}

/* Stamps of frames between two readings of both clocks, 10 ms apart, to less than 20 ns. */
static void stamps_follow_a_clock_that_drifts(void **state)
{
	static const double ppms[] = { 0, 37.5, -80 };

	(void)state;
	for (size_t k = 0; k < G_N_ELEMENTS(ppms); k++) {
		struct nic_clock c = { 0 };

		for (int i = 0; i < PAIRS; i++) {
			double s = i * 0.01, frame_s = s + 0.0073;
			double error_ns;

			/* The next pair shows what is off before it is part of the line. */
			if (i >= 2 && fabs((double)nic_clock_error(
						   &c, nic_at(s, ppms[k]), tsc_at(s + 1e-6)) /
						      tsc_hz * 1e9 -
					      1000) > 20)
				fail_msg("%g ppm, pair %d: an error of 1 us is not seen", ppms[k],
					i);
			assert_int_equal(nic_clock_runs(&c), i >= 2);
			nic_clock_update(&c, nic_at(s, ppms[k]), tsc_at(s));
			if (i < 2)
				continue;
			error_ns = ((double)(int64_t)(nic_clock_tsc(&c, nic_at(frame_s, ppms[k])) -
						      tsc_at(frame_s))) /
				   tsc_hz * 1e9;
			if (fabs(error_ns) > 20)
				fail_msg("%g ppm, pair %d: %g ns off", ppms[k], i, error_ns);
			/* A frame that was stamped before the pair. */
			error_ns = ((double)(int64_t)(nic_clock_tsc(
							      &c, nic_at(s - 0.004, ppms[k])) -
						      tsc_at(s - 0.004))) /
				   tsc_hz * 1e9;
			if (fabs(error_ns) > 20)
				fail_msg("%g ppm, before pair %d: %g ns off", ppms[k], i, error_ns);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_follow_a_clock_that_drifts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
