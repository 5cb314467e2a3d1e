/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of autotest, MoonGen's logs and tables, and what becomes of odd ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/foreign/autotest.h"

static void names_are_parsed_in_both_grammars(void **state)
{
	static const struct {
		const char *name;
		enum autotest_kind kind;
		const char *infix; /* as ours; NULL: not of autotest */
		uint32_t repetition;
	} cases[] = {
		{ "output_host_pnic_moongen_1000kpps_60B_30s_rep1.log", AUTOTEST_LOG,
			"host_pnic_none_vhostoff_ioregionfdoff_moongen_1000kpps_60B_30s", 1 },
		{ "acc_histogram_pcvm_vfio_normal_vhostoff_ioregionfdoff_moongen_11000kpps_60B_30s"
		  ".csv",
			AUTOTEST_ACCUMULATED,
			"pcvm_vfio_normal_vhostoff_ioregionfdoff_moongen_11000kpps_60B_30s", 0 },
		{ "histogram_microvm_vmux-dpdk-e810_measure-vnf_vhoston_ioregionfdon_xdp_10kpps_"
		  "1020B_60s_rep12.csv",
			AUTOTEST_HISTOGRAM,
			"microvm_vmux-dpdk-e810_measure-vnf_vhoston_ioregionfdon_xdp_10kpps_1020B_"
			"60s",
			12 },
		{ "moongen_host_bridge_xdp_10kpps_60B_30s_rep0.csv", AUTOTEST_THROUGHPUT,
			"host_bridge_none_vhostoff_ioregionfdoff_xdp_10kpps_60B_30s", 0 },
		{ "output_pnic_xdp_r10000_t4_2.log", AUTOTEST_LOG,
			"host_pnic_none_vhostoff_ioregionfdoff_xdp_10000kpps_60B_60s", 2 },
		{ "acc_histogram_pnic_moongen_r150_t1.csv", AUTOTEST_ACCUMULATED,
			"host_pnic_none_vhostoff_ioregionfdoff_moongen_150kpps_60B_60s", 0 },
		{ "output_host_pnic_moongen_1000kpps_60B_30s.log", AUTOTEST_NONE, NULL, 0 },
		{ "output_host_pnic_dpdk_1000kpps_60B_30s_rep0.log", AUTOTEST_NONE, NULL, 0 },
		{ "output_pcvm_x_none_vhostoff_ioregionfdoff_xdp_4vms_10kpps_imix_30s_rep0.log",
			AUTOTEST_NONE, NULL, 0 },
		{ "output_host_pnic_moongen_1000kpps_60B_30s_rep-1.log", AUTOTEST_NONE, NULL, 0 },
		{ "output_host_pnic_moongen_1000kpps_60B_30s_rep99999999999.log", AUTOTEST_NONE,
			NULL, 0 },
		{ "output_\xff_pnic_moongen_1000kpps_60B_30s_rep0.log", AUTOTEST_NONE, NULL, 0 },
		{ "output_.log", AUTOTEST_NONE, NULL, 0 },
		{ "", AUTOTEST_NONE, NULL, 0 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct trial_params p = { 0 };
		g_autofree char *key = NULL, *infix = NULL;
		enum autotest_kind kind = autotest_name(cases[i].name, &p, &key);

		assert_int_equal(kind, cases[i].kind);
		if (kind == AUTOTEST_NONE)
			continue;
		infix = trial_infix(&p);
		assert_string_equal(infix, cases[i].infix);
		assert_int_equal(p.repetition, cases[i].repetition);
		trial_params_clear(&p);
	}
}

static trial *read_log(const char *text)
{
	trial *t = trial_new();

	t->params.frame_len = 64;
	t->moongen = trial_moongen_new();
	(void)autotest_read_log(t, "log", text, strlen(text));
	return t;
}

static gboolean says(const GPtrArray *texts, const char *part)
{
	for (guint i = 0; i < texts->len; i++) {
		if (strstr(g_ptr_array_index(texts, i), part) != NULL)
			return TRUE;
	}
	return FALSE;
}

#define RX(id, mpps, mbit)                                              \
	"\033[1;36m[Device: id=" id "] RX\033[0m: " mpps " Mpps, " mbit \
	" Mbit/s (1 Mbit/s with framing)\n"
#define TX(id, mpps, mbit)                                              \
	"\033[0;34m[Device: id=" id "] TX\033[0m: " mpps " Mpps, " mbit \
	" Mbit/s (1 Mbit/s with framing)\n"
#define END(id, direction, mbit, deviation, packets)                                         \
	"\033[1;36m[Device: id=" id "] " direction "\033[0m: 1.00 (StdDev 0.01) Mpps, " mbit \
	" (StdDev " deviation ") Mbit/s (700 Mbit/s with framing), total " packets           \
	" packets with 6400 bytes (incl. CRC)\n"
#define SAMPLES "Samples: 3, Average: 20.5 ns, StdDev: 1.5 ns, Quartiles: 10.0/20.0/30.0 ns\n"

static void a_log_is_read_through_its_colours(void **state)
{
	g_autoptr(trial) t = read_log("EAL: whatever\n" RX("0", "0.97", "500")
			TX("0", "1.00", "512") SAMPLES RX("0", "0.50", "250") END(
				"0", "RX", "500", "20", "900") END("0", "TX", "512", "0", "1000"));
	double linear;
	gboolean bound;
	uint64_t ns;

	(void)state;
	assert_true(t->trustworthy);
	assert_int_equal(t->totals.offered, 1000);
	assert_int_equal(t->totals.lost, 100);
	assert_int_equal(t->totals.foreign, 0);
	assert_true(t->moongen->loss_known);
	assert_true(fabs(t->moongen->loss - 12.0 / 512) < 1e-12);
	assert_true(fabs(t->moongen->loss_spread - 20.0 / 512) < 1e-12);
	assert_int_equal(t->moongen->samples, 3);
	assert_int_equal(trial_dist_quantile(&t->latency, 0.75, &ns, &bound), 0);
	assert_int_equal(ns, 30);
	assert_int_equal(trial_dist_linear(&t->latency, 0.25, &linear, &bound), 0);
	assert_true(linear == 10);
	assert_true(trial_dist_quantile(&t->latency, 0.99, &ns, &bound) < 0);
	assert_int_equal(t->seconds->len, 1);
	assert_true(says(t->moongen->oddities, "1 more RX line than TX lines"));
}

static void odd_logs_are_what_they_are(void **state)
{
	static const struct {
		const char *text;
		const char *oddity, *reason; /* NULL: none */
		guint64 offered, lost, foreign;
	} cases[] = {
		{ END("0", "RX", "500", "0", "1010") END("0", "TX", "500", "0", "1000") SAMPLES,
			"10 more frames received than sent", NULL, 1000, 0, 10 },
		{ END("0", "RX", "500", "0", "1000") END("0", "TX", "500", "0", "1000") SAMPLES,
			"precede the samples", NULL, 1000, 0, 0 },
		{ RX("0", "0.00", "-146785709446650") TX("0", "0.01", "5") SAMPLES END(
			  "0", "RX", "500", "0", "1000") END("0", "TX", "500", "0", "1000"),
			"malformed line", NULL, 1000, 0, 0 },
		{ SAMPLES END("1", "RX", "500", "0", "900") END("1", "TX", "500", "0", "1000")
				END("0", "RX", "0", "0", "7") END("0", "TX", "0", "0", "0"),
			"2 devices found; using the one with the most TX packets (Device: id=1)",
			NULL, 1000, 100, 0 },
		{ SAMPLES RX("0", "1.00", "500") TX("0", "1.00", "5"), NULL, "is truncated", 0, 0,
			0 },
		{ "Samples: 0, Average: nan ns, StdDev: 0.0 ns, Quartiles: nan/nan/nan ns\n" END(
			  "0", "RX", "0", "0", "8") END("0", "TX", "500", "0", "1000"),
			NULL, "no probe came back", 1000, 992, 0 },
		{ END("0", "RX", "500", "0", "900") END("0", "TX", "500", "101", "1000") SAMPLES,
			NULL, "autotest drops such a log", 1000, 100, 0 },
		{ SAMPLES END("0", "RX", "500", "0", "99999999999999999999")
				END("0", "TX", "500", "0", "1000"),
			"malformed line", "is truncated", 0, 0, 0 },
		{ "", NULL, "is truncated", 0, 0, 0 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(trial) t = read_log(cases[i].text);

		if (cases[i].oddity != NULL && !says(t->moongen->oddities, cases[i].oddity))
			fail_msg("case %u: no oddity '%s'", i, cases[i].oddity);
		assert_int_equal(t->trustworthy, cases[i].reason == NULL);
		if (cases[i].reason != NULL && !says(t->reasons, cases[i].reason))
			fail_msg("case %u: no reason '%s'", i, cases[i].reason);
		assert_int_equal(t->totals.offered, cases[i].offered);
		assert_int_equal(t->totals.lost, cases[i].lost);
		assert_int_equal(t->totals.foreign, cases[i].foreign);
	}
}

/* Quartiles that are no numbers must not come out as latencies. */
static void quartiles_of_nothing_are_not_known(void **state)
{
	g_autoptr(trial) t = read_log(
		"Samples: 1, Average: 20.5 ns, StdDev: 0.0 ns, Quartiles: nan/20.5/20.5 ns\n");
	uint64_t ns;
	gboolean bound;

	(void)state;
	assert_true(t->moongen->samples_known);
	assert_true(trial_dist_quantile(&t->latency, 0.5, &ns, &bound) < 0);
}

#define HEADER "Time,Device,Direction,PacketRate,Mbit,MbitWithFraming,TotalPackets,TotalBytes\n"

static void the_last_rows_of_a_throughput_table_are_averages(void **state)
{
	static const char text[] = HEADER "1,Device: id=0,RX,0.010,5.1,7.0,100,6400\n1,Device: "
					  "id=0,TX,0.010,5.1,7.0,110,7040\n"
					  "2,Device: id=0,RX,nan,5.1,7.0,220,14080\n2,Device: "
					  "id=0,TX,0.010,5.1,7.0,230,14720\n"
					  "3,Device: id=0,RX,0.011,5.3,7.1,240,15360\n3,Device: "
					  "id=0,TX,0.0115,5.4,7.2,250,16000\n";
	g_autoptr(trial) t = trial_new();
	g_autoptr(GError) error = NULL;

	(void)state;
	t->moongen = trial_moongen_new();
	assert_true(autotest_read_throughput(t, "x", text, strlen(text), &error));
	assert_int_equal(t->seconds->len, 2);
	assert_int_equal(g_array_index(t->seconds, struct trial_second, 1).offered, 120);
	assert_int_equal(g_array_index(t->seconds, struct trial_second, 1).forwarded, 120);
	assert_int_equal(t->totals.offered, 250);
	assert_int_equal(t->totals.lost, 10);
	assert_true(t->moongen->tx_mpps == 0.0115);
}

static void a_broken_throughput_table_names_its_line(void **state)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ "1,2\n", "x:1: not a row" },
		{ HEADER "1,Device: id=0,UP,0,0,0,1,1\n", "x:2: not a row" },
		{ HEADER "1,Device: id=0,RX,zero,0,0,1,1\n", "x:2: invalid PacketRate 'zero'" },
		{ HEADER "1,Device: id=0,RX,0,0,0,-1,1\n", "x:2: invalid TotalPackets '-1'" },
		{ HEADER "1,Device: id=0,RX,0,0,0,1,1\n", "no rows of RX and TX" },
		{ "", "no rows of RX and TX" },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(trial) t = trial_new();
		g_autoptr(GError) error = NULL;

		t->moongen = trial_moongen_new();
		assert_false(autotest_read_throughput(
			t, "x", cases[i].text, strlen(cases[i].text), &error));
		assert_non_null(strstr(error->message, cases[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_parsed_in_both_grammars),
		cmocka_unit_test(a_log_is_read_through_its_colours),
		cmocka_unit_test(odd_logs_are_what_they_are),
		cmocka_unit_test(quartiles_of_nothing_are_not_known),
		cmocka_unit_test(the_last_rows_of_a_throughput_table_are_averages),
		cmocka_unit_test(a_broken_throughput_table_names_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
