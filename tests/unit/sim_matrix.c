/* SPDX-License-Identifier: BSD-3-Clause */
/* Test matrices: what a file means, in which order, and what of it is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/base/cli.h"
#include "sim/base/error.h"
#include "sim/matrix/matrix_private.h"
#include "sim/search/search_plan.h"
#include "sim/trial/params.h"
#include "sim/trial/environment.h"
#include "tests/unit/fake_search.h"

static struct matrix *parse_ordered(const char *text, enum matrix_order order, uint32_t seed)
{
	g_autoptr(GError) error = NULL;
	struct matrix *m = matrix_parse("t.cfg", text, order, seed, &error);

	if (m == NULL)
		fail_msg("%s: %s", text, error->message);
	return m;
}

static struct matrix *parse(const char *text)
{
	return parse_ordered(text, MATRIX_TREE, 1);
}

static guint nb_trials(const struct matrix *m)
{
	return matrix_trials(m)->len;
}

static const struct matrix_trial *trial_at(const struct matrix *m, guint i)
{
	assert_true(i < nb_trials(m));
	return matrix_trials(m)->pdata[i];
}

static gboolean has_word(const struct matrix_trial *t, const char *word)
{
	return g_strv_contains((const char *const *)t->args->pdata, word);
}

static char *print(const struct matrix *m)
{
	GString *text = g_string_new(NULL);

	matrix_print(m, text);
	return g_string_free(text, FALSE);
}

/* Text of a section, and parts of what is said of it. */
static const struct {
	const char *text, *place, *error;
} errors[] = {
	{ "machine = pcvm", "t.cfg:2: [a] machine", "did you mean 'machines'?" },
	{ "outputdr = x", "t.cfg:2: [a] outputdr", "did you mean 'outputdir'?" },
	{ "x = ${nosuch}", "t.cfg: [a]", "unknown key 'x'" },
	{ "machines = pcwm", "t.cfg:2: [a] machines", "did you mean 'pcvm'?" },
	{ "machines = pcvm,", "", NULL },
	{ "machines = ,", "t.cfg:2: [a] machines", "empty list" },
	{ "rates =", "t.cfg:2: [a] rates", "empty list" },
	{ "interfaces = brigde", "t.cfg:2: [a] interfaces", "did you mean 'bridge'?" },
	{ "interfaces = bridge-vhosts", "t.cfg:2: [a] interfaces", "expected vhost-user, virtio" },
	{ "qemus = normal", "t.cfg:2: [a] qemus", "NAME:DIRECTORY" },
	{ "qemus = :/opt", "t.cfg:2: [a] qemus", "NAME:DIRECTORY" },
	{ "qemus = a_b:", "t.cfg:2: [a] qemus", "no '_'" },
	{ "vhosts = maybe", "t.cfg:2: [a] vhosts", "'maybe': expected true or false" },
	{ "ioregionfds = 2", "t.cfg:2: [a] ioregionfds", "true or false" },
	{ "guests = 0", "t.cfg:2: [a] guests", "from 1 to 4096" },
	{ "guests = 1..4097:1", "t.cfg:2: [a] guests", "from 1 to 4096" },
	{ "guests = two", "t.cfg:2: [a] guests", "from 1 to 4096" },
	{ "reflectors = moongem", "t.cfg:2: [a] reflectors", "expected dpdk, xdp" },
	{ "rates = 0", "t.cfg:2: [a] rates", "not above zero" },
	{ "rates = 10 kbps x", "t.cfg:2: [a] rates", "unit" },
	{ "rates = 1e3", "t.cfg:2: [a] rates", "unit missing" },
	{ "rates = 10..20", "t.cfg:2: [a] rates", "first..last:step" },
	{ "rates = 20..10:1", "t.cfg:2: [a] rates", "first..last:step" },
	{ "rates = 10..20:0", "t.cfg:2: [a] rates", "first..last:step" },
	{ "rates = 10..4000000000:1", "t.cfg:2: [a] rates", "first..last:step" },
	{ "rates = 1..9000:1, 10001..19000:1", "t.cfg:2: [a] rates", "more than 10000" },
	{ "rates = 1G..5Gbit/s:1G", "t.cfg:2: [a] rates", "list other rates" },
	{ "rates = 40%", "t.cfg: [a]", "--link" },
	{ "sizes = 59", "t.cfg:2: [a] sizes", "from 60 to" },
	{ "sizes = 9213", "t.cfg:2: [a] sizes", "to 9212" },
	{ "sizes = 60B", "t.cfg:2: [a] sizes", "from 60 to" },
	{ "size = small", "t.cfg:2: [a] size:", "from 60 to" },
	{ "profiles = nosuch", "t.cfg:2: [a] profiles", "nosuch" },
	{ "mixes = /nosuch.mix", "t.cfg:2: [a] mixes", "/nosuch.mix" },
	{ "arrivals = sometimes", "t.cfg:2: [a] arrivals", "poisson" },
	{ "arrivals = poisson, off=9ms", "t.cfg:2: [a] arrivals", "'off=9ms'" },
	{ "arrivals = onoff:on=1ms,of=9ms", "t.cfg:2: [a] arrivals", "'of'" },
	{ "guests = 3\nshares = 3, 1", "t.cfg: [a]", "expected 3, one per guest, got 2" },
	{ "guests = 2\nshares = zipf:x", "t.cfg: [a]", "zipf" },
	{ "runtimes = 0", "t.cfg: [a]", "below 1ms" },
	{ "runtimes = -1", "t.cfg:2: [a] runtimes", "negative" },
	{ "runtimes = 73h", "t.cfg:2: [a] runtimes", "above 72h" },
	{ "runtimes = 30..10:10", "t.cfg:2: [a] runtimes", "first..last:step" },
	{ "runtimes = 1s..3s:1s", "t.cfg:2: [a] runtimes", "10..30:10" },
	{ "runtimes = 0..2:1", "t.cfg: [a]", "below 1ms" },
	{ "runtimes = 10x", "t.cfg:2: [a] runtimes", "unknown unit" },
	{ "seeds = -1", "t.cfg:2: [a] seeds", "a number from 0" },
	{ "seeds = 9223372036854775808", "t.cfg:2: [a] seeds", "from 0 to 9223372036854775807" },
	{ "repetitions = 0", "t.cfg:2: [a] repetitions", "from 1 to 10000" },
	{ "repetitions = 1, 2", "t.cfg:2: [a] repetitions", "from 1 to 10000" },
	{ "repetitions = 10001", "t.cfg:2: [a] repetitions", "from 1 to 10000" },
	{ "warm-up = 2h", "t.cfg:2: [a] warm-up", "above 1h" },
	{ "drain = soon", "t.cfg:2: [a] drain", "expected a number" },
	{ "warmup = 1s", "t.cfg:2: [a] warmup", "true or false" },
	{ "cooldown = 1s", "t.cfg:2: [a] cooldown", "true or false" },
	{ "accumulate = sum", "t.cfg:2: [a] accumulate", "true or false" },
	{ "warmup_runtime = long", "t.cfg:2: [a] warmup_runtime", "expected a number" },
	{ "cooldown_runtime = -2", "t.cfg:2: [a] cooldown_runtime", "negative" },
	{ "outputdir = /", "t.cfg:2: [a] outputdir", "invalid name of the series" },
	{ "outputdir = ..", "t.cfg:2: [a] outputdir", "invalid name of the series" },
	{ "label = .x", "t.cfg:2: [a] label", "invalid name of the series" },
	{ "outputdir = ${out}", "t.cfg:2: [a] outputdir", "${out}: key not found" },
	{ "tsim_args = 'x", "t.cfg:2: [a] tsim_args", "'x" },
	{ "tsim_args = --frobnicate", "t.cfg: [a]", "--frobnicate" },
	/* These would make other trials of those that the matrix has. */
	{ "tsim_args = --rate=1Mpps", "t.cfg:2: [a] tsim_args", "equivalent key of the matrix" },
	{ "tsim_args = --hugepages --reps 5", "t.cfg:2: [a] tsim_args", "'--reps'" },
	{ "tsim_args = --hugepages -n 5", "t.cfg:2: [a] tsim_args", "'-n'" },
	{ "tsim_args = --hugepages -- --no-pci", "t.cfg:2: [a] tsim_args", "'--'" },
	{ "tsim_args = --overwrite", "t.cfg:2: [a] tsim_args", "'--overwrite'" },
	{ "tsim_args = --max-load=1Mpps", "t.cfg: [a]", "--max-load" },
	{ "search = loss=2", "t.cfg:2: [a] search", "loss" },
	{ "search = fast", "t.cfg:2: [a] search", "fast" },
	{ "search = quick loss=0 csit", "t.cfg:2: [a] search", "'csit': second preset" },
	{ "search = loss=0@guest=7", "t.cfg: [a]", "guest" },
	{ "search = default\nrates = 10", "t.cfg:3: [a] rates", "not supported with 'search'" },
	{ "search = default\nruntimes = 1", "t.cfg:3: [a] runtimes", "with 'search'" },
	{ "search = default\nwarmup = true", "t.cfg:3: [a] warmup", "with 'search'" },
	{ "search = default\ntsim_args = --goal=loss=0", "t.cfg:3: [a] tsim_args", "'--goal=" },
	{ "search = default\ntsim_args = --suite=rfc2544", "t.cfg:3: [a] tsim_args", "--suite" },
	{ "search = default\ntsim_args = --ramp=1M", "t.cfg:3: [a] tsim_args", "--ramp" },
	{ "search = default\ntsim_args = --max-load=1pps", "t.cfg: [a]", "--max-load" },
	/* More than can be, or than could ever be looked at. */
	{ "rates = 1..10000:1\nruntimes = 1..10\n", "t.cfg:3: [a] runtimes", "first..last:step" },
	{ "rates = 1..10000:1\nseeds = 1..10000:1\nguests = 1..4096:1\n", "t.cfg: [a]",
		"more than the maximum of 1000000" },
	{ "rates = 1..11:1\nrepetitions = 10000", "t.cfg: [a]", "more than 100000 trials" },
};

static void errors_name_the_place_and_the_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		g_autofree char *text = g_strdup_printf("[a]\n%s\n", errors[i].text);
		g_autoptr(GError) error = NULL;
		struct matrix *m = matrix_parse("t.cfg", text, MATRIX_TREE, 1, &error);

		if (errors[i].error == NULL) {
			assert_non_null(m);
			matrix_free(m);
			continue;
		}
		if (m != NULL || error == NULL) {
			fail_msg("no error in '%s'", errors[i].text);
			continue;
		}
		if (!g_str_has_prefix(error->message, errors[i].place) ||
			strstr(error->message, errors[i].error) == NULL)
			fail_msg("%s: '%s', without '%s' or '%s'", errors[i].text, error->message,
				errors[i].place, errors[i].error);
	}
}

static void a_file_without_a_matrix_is_an_error(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_null(matrix_parse("t.cfg", "[DEFAULT]\nrates = 1\n", MATRIX_TREE, 1, &error));
	assert_non_null(strstr(error->message, "t.cfg: no matrix found"));
	g_clear_error(&error);
	assert_null(
		matrix_read((const char *const[]){ "/nosuch.cfg", NULL }, MATRIX_TREE, 1, &error));
	assert_int_equal(sim_error_status(error), CLI_USAGE);
	assert_non_null(strstr(error->message, "/nosuch.cfg"));
}

static void everything_has_a_default(void **state)
{
	struct matrix *m = parse("[a]\n");
	const struct matrix_trial *t = trial_at(m, 0);

	(void)state;
	assert_int_equal(nb_trials(m), 1);
	assert_int_equal(matrix_impossible(m)->len, 0);
	assert_string_equal(t->dir, "out/a");
	assert_string_equal(t->section, "t.cfg: [a]");
	assert_string_equal(
		t->infix, "pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_100kpps_imix_10s");
	assert_string_equal(t->setup.qemu_path, "");
	assert_string_equal(t->params.label, "a");
	assert_int_equal(t->params.rate_pps, 100000);
	assert_int_equal(t->params.seed, 1);
	assert_true(t->params.warm_up_s == 1 && t->params.drain_s == 2);
	assert_true(t->warm_up_s == 0 && t->cool_down_s == 0 && !t->accumulate);
	matrix_free(m);
}

/* A section, the infix of its first trial, and how many trials. */
static const struct {
	const char *text, *infix;
	guint nb;
} meanings[] = {
	{ "rates = 10..150:10\nsizes = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_10kpps_60B_10s", 15 },
	{ "rates = 10..25:10", "pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_10kpps_imix_10s",
		2 },
	{ "rates = 10..10:1", "pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_10kpps_imix_10s",
		1 },
	{ "rates = 500pps, 1Mpps, 0.5kpps\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_0.5kpps_60B_10s", 2 },
	{ "rates = 1M..3Mpps:1M\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1000kpps_60B_10s", 3 },
	/* 8 * 64 bits at 512 Mbit/s. */
	{ "rates = 512Mbit/s\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1000kpps_60B_10s", 1 },
	{ "rates = max\nsize = 60", "pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_maxkpps_60B_10s",
		1 },
	{ "rates = 10, 10, 10kpps", /* sets, as autotest's */
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_10kpps_imix_10s", 1 },
	{ "sizes = 60..64:1, 1514", "pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s",
		6 },
	{ "size = 60\nprofiles = imix, fixed:64", /* 64 with FCS is 60 without */
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 2 },
	{ "guests = 2\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_2vms_100kpps_fixed-64_10s", 1 },
	{ "guests = 1..4:1, 16",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_100kpps_imix_10s", 5 },
	{ "runtimes = 300ms, 5, 2min\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_0.3s", 3 },
	{ "vhosts = True, no\nsize = 60",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_100kpps_60B_10s", 2 },
	{ "machines = microvm\nioregionfds = yes, off\nqemus = allregs:/a, intstatus:/b\nsize = 60",
		"microvm_bridge_allregs_vhostoff_ioregionfdon_xdp_100kpps_60B_10s", 4 },
	{ "reflectors = moongen, dpdk\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_dpdk_100kpps_60B_10s", 1 },
	{ "interfaces = vmux\nsize = 60", /* as it was named in the paper's time */
		"pcvm_vmux-pt_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 1 },
	{ "machines = process\ninterfaces = vmux\nsize = 60",
		"process_vmux_none_vhostoff_ioregionfdoff_dpdk_100kpps_60B_10s", 1 },
	{ "machines = host\ninterfaces = pnic\nvhosts = true, false\nqemus = a:, b:\nsize = 60",
		"host_pnic_none_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 1 },
	{ "machines = process\ninterfaces = virtio\nvhosts = true\nreflectors = xdp, dpdk\nsize = "
	  "60",
		"process_virtio_none_vhoston_ioregionfdoff_dpdk_100kpps_60B_10s", 1 },
	{ "seeds = 1..3:1\narrivals = cbr, poisson\nshares = equal, zipf:1.1\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 12 },
	{ "search = default\nsize = 60, 1020\nrepetitions = 3",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_searchkpps_60B_1s", 6 },
	{ "search = rfc2544; loss=0.1%\nguests = 1, 2",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_1vms_searchkpps_imix_60s", 2 },
	/* Commas within a word. */
	{ "arrivals = onoff:on=1ms,off=9ms, poisson, onoff:on=2ms,off=9ms,dist=pareto\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 3 },
	{ "guests = 3\nshares = equal, 3,1,1; 1,1,2, zipf:1\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_3vms_100kpps_fixed-64_10s", 4 },
	{ "profiles = genome:AAG:A=64,G=1518, imix\nguests = 2",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_2vms_100kpps_genome-AAG-A-64-G-1518_"
		"10s",
		2 },
	{ "runtimes = 0.5, 500ms, 10..30:10\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_0.5s", 4 },
	/* autotest's older words. */
	{ "interfaces = bridge-vhost\nsize = 60",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_100kpps_60B_10s", 1 },
	{ "interfaces = bridge, bridge-vhost\nvhosts = false, true\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 2 },
	{ "machines = pcvm, microvm, process\ninterfaces = vmux, vmux-pt\nsize = 60",
		"pcvm_vmux-pt_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 2 },
	{ "repetitions = 4\nsize = 60",
		"pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_10s", 4 },
};

static void a_section_is_the_product_of_its_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
		g_autofree char *text = g_strdup_printf("[a]\n%s\n", meanings[i].text);
		struct matrix *m = parse(text);

		if (nb_trials(m) != meanings[i].nb)
			fail_msg("%s: %u trials, not %u", text, nb_trials(m), meanings[i].nb);
		assert_string_equal(trial_at(m, 0)->infix, meanings[i].infix);
		matrix_free(m);
	}
}

/* The first trial with a word among its own. */
static guint first_with(const struct matrix *m, const char *word)
{
	for (guint i = 0; i < nb_trials(m); i++)
		if (has_word(trial_at(m, i), word))
			return i;
	fail_msg("no trial has %s", word);
	return 0;
}

/* Whatever the order in which they are written, and each once; words stay as they are. */
static void numbers_ascend(void **state)
{
	static const char *const kinds[][5] = {
		{ "--guests=1", "--guests=4" },
		{ "--rate=2000pps", "--rate=10kpps", "--rate=1Gbit/s", "--rate=max" },
		{ "--profile=fixed:64", "--profile=fixed:128", "--profile=imix",
			"--profile=fixed:72" },
		{ "--duration=500ms", "--duration=30s" },
		{ "--seed=2", "--seed=10" },
	};
	struct matrix *m = parse("[a]\nrates = max, 10, 2000pps, 1Gbit/s, 10\nsizes = 124,60\n"
				 "profiles = imix, fixed:72\nruntimes = 30, 500ms\nseeds = 10, 2\n"
				 "guests = 4, 1\n");

	(void)state;
	assert_int_equal(nb_trials(m), 2 * 4 * 4 * 2 * 2);
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (size_t w = 1; kinds[k][w] != NULL; w++)
			if (first_with(m, kinds[k][w - 1]) >= first_with(m, kinds[k][w]))
				fail_msg("%s is after %s", kinds[k][w - 1], kinds[k][w]);
	matrix_free(m);
}

static void what_is_meant_otherwise_is_told_once(void **state)
{
	static const char *const notes[] = { "note: bridge-vhost means bridge with vhost on\n",
		"note: moongen means dpdk", "note: vmux of a virtual machine means vmux-pt\n" };
	struct matrix *m = parse(
		"[a]\ninterfaces = bridge-vhost, vmux\nreflectors = moongen\n"
		"[b]\ninterfaces = bridge-vhost, vmux\nreflectors = moongen,xdp\n");
	struct matrix *plain = parse("[a]\n");
	g_autofree char *text = print(m), *nothing = print(plain);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
		const char *at = strstr(text, notes[i]);

		assert_non_null(at);
		assert_null(strstr(at + 1, notes[i]));
	}
	assert_null(strstr(nothing, "note:"));
	matrix_free(m);
	matrix_free(plain);
}

/* Which a testbed's port has, whatever its name. */
static void timer_workers_are_for_guests_on_a_wire(void **state)
{
	static const char args[] = "tsim_args = --cores=0/timer:1";
	g_autofree char *wire = g_strdup_printf("[a]\ninterfaces = bridge\n%s\n", args);
	g_autofree char *sockets = g_strdup_printf("[a]\ninterfaces = vhost-user\n%s\n", args);
	g_autoptr(GError) error = NULL;
	struct matrix *m;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip();
	m = parse(wire);
	assert_string_equal(trial_at(m, 0)->params.extra, "--probes=1kpps");
	assert_string_equal(trial_at(m, 0)->params.cores, "0/timer:1");
	matrix_free(m);
	assert_null(matrix_parse("t.cfg", sockets, MATRIX_TREE, 1, &error));
	assert_non_null(strstr(error->message, "timer"));
}

static void sizes_are_without_the_fcs(void **state)
{
	struct matrix *m = parse("[a]\nsizes = 60\n");
	const struct matrix_trial *t = trial_at(m, 0);

	(void)state;
	assert_true(has_word(t, "--profile=fixed:64"));
	assert_int_equal(t->params.frame_len, 64);
	assert_non_null(strstr(t->infix, "_60B_"));
	matrix_free(m);
}

static void switches_and_phases_reach_the_trial(void **state)
{
	struct matrix *m = parse("[a]\nwarmup = TRUE\nwarmup_runtime = 3\ncooldown = on\n"
				 "cooldown_runtime = 500ms\naccumulate = yes\nwarm-up = 100ms\n"
				 "drain = 3\ntsim_args = --slack '20us' --hugepages\n");
	const struct matrix_trial *t = trial_at(m, 0);

	(void)state;
	assert_true(t->warm_up_s == 3 && t->cool_down_s == 0.5 && t->accumulate);
	assert_true(t->params.warm_up_s == 0.1 && t->params.drain_s == 3);
	assert_true(has_word(t, "--slack") && has_word(t, "20us") && has_word(t, "--hugepages"));
	assert_string_equal(t->params.extra, "--hugepages");
	/* The phases of the trial, its pause, and what comes before the first. */
	assert_true(t->estimate_s > 10 + 0.1 + 0.5 + 3);
	matrix_free(m);
}

static void folders_are_outputdir_and_label(void **state)
{
	static const struct {
		const char *keys, *dir, *label;
	} cases[] = {
		{ "", "out/a", "a" },
		{ "label = b\n", "out/b", "b" },
		{ "outputdir = /x/y\n", "/x/y", "y" },
		{ "outputdir = /x/y/\n", "/x/y", "y" },
		{ "outputdir = /x/y\nlabel = b\n", "/x/y/b", "b" },
		{ "outputdir = ./y//z\n", "y/z", "z" },
		{ "arrivals = poisson\n", "out/a", "a" },
		{ "arrivals = poisson, cbr\n", "out/a-poisson", "a-poisson" },
		{ "guests = 2\nshares = zipf:1.1, equal\nseeds = 7, 8\n", "out/a-zipf-1.1-seed7",
			"a-zipf-1.1-seed7" },
		{ "seeds = 9223372036854775807, 1\n", "out/a-seed1", "a-seed1" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("[a]\n%s", cases[i].keys);
		struct matrix *m = parse(text);

		assert_string_equal(trial_at(m, 0)->dir, cases[i].dir);
		assert_string_equal(trial_at(m, 0)->params.label, cases[i].label);
		matrix_free(m);
	}
}

static void a_mix_says_how_many_guests_there_are(void **state)
{
	g_autofree char *path = g_strdup("/tmp/tsim-mix-XXXXXX");
	g_autofree char *text = NULL;
	int fd = g_mkstemp(path);
	struct matrix *m;

	(void)state;
	assert_true(fd >= 0);
	g_close(fd, NULL);
	assert_true(g_file_set_contents(path,
		"[web]\nguests=2\nprofile=imix\n[db]\nguests=1\nprofile=fixed:64\n", -1, NULL));
	text = g_strdup_printf("[a]\nmixes = %s\nguests = 5, 6\nshares = equal, zipf:1.1\n", path);
	m = parse(text);
	/* guests and shares are other profiles' words. */
	assert_int_equal(nb_trials(m), 1);
	assert_int_equal(trial_at(m, 0)->setup.guests, 3);
	assert_int_equal(trial_at(m, 0)->params.guests, 3);
	assert_string_equal(trial_at(m, 0)->params.arrival, "mix");
	matrix_free(m);
	g_unlink(path);
}

static struct matrix *read_one(const char *name)
{
	g_autofree char *path = g_build_filename(
		g_getenv("SOURCE"), "tests/unit/sim_matrix", name, NULL);
	const char *const files[] = { path, NULL };
	g_autoptr(GError) error = NULL;
	struct matrix *m = matrix_read(files, MATRIX_TREE, 1, &error);

	if (m == NULL)
		fail_msg("%s", error->message);
	return m;
}

/* Combinations that autotest has of these files, and those of them that cannot exist. */
static const struct {
	const char *file;
	guint combinations, trials;
} known[] = {
	/*
	 * Two machines, interfaces, vhosts, reflectors and sizes, 15 rates: 480. Of microvm
	 * moongen is left out, as by autotest: 2 interfaces * 2 vhosts * 15 rates * 2 sizes = 120.
	 */
	{ "paper.cfg", 480 - 120, 3 * 360 },
	{ "present.cfg", 480 - 120, 3 * 360 },
	/* 2 interfaces * 2 QEMUs * 2 vhosts * 15 rates. */
	{ "ioregionfd.cfg", 120, 3 * 120 },
	/* 2 QEMUs * 15 rates. */
	{ "posted_writes.cfg", 30, 3 * 30 },
	/* As the paper's with 19 rates and one size, 16 * 19 - 4 * 19; vfio: 2 * 20 rates * 5 sizes. */
	{ "published.cfg", 12 * 19 + 200, 3 * (228 + 200) },
	/*
	 * autotest: pcvm 12 (bridge and macvtap 2 vhosts * 2 reflectors each, vfio and vmux-emu 2
	 * reflectors each), microvm 10 (bridge and macvtap 2 vhosts * 2 ioregionfds each with xdp,
	 * vmux-emu 2 ioregionfds), host 6 (pnic 2, and xdp on the other four) = 28. It lets through
	 * microvm with vmux-emu (2: needs PCI), host with vfio and vmux-emu (2: guests' own), and pcvm
	 * with vmux-emu and dpdk (1: vMux ends).
	 */
	{ "rules.cfg", 28 - 2 - 2 - 1, 23 },
};

static void autotests_files_have_autotests_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		struct matrix *m = read_one(known[i].file);
		g_autofree char *text = print(m);
		g_autofree char *counts = g_strdup_printf(
			"\n%u combinations, %u trials, 0 done, %u left;", known[i].combinations,
			known[i].trials, known[i].trials);

		assert_int_equal(nb_trials(m), known[i].trials);
		if (strstr(text, counts) == NULL)
			fail_msg("%s: no '%s' in %s", known[i].file, counts, text);
		matrix_free(m);
	}
}

static void what_cannot_exist_is_counted_with_its_reason(void **state)
{
	struct matrix *m = read_one("rules.cfg");
	const GPtrArray *impossible = matrix_impossible(m);
	g_autofree char *text = print(m);
	guint64 sum = 0;

	(void)state;
	/*
	 * Distinct ones: pcvm and microvm 5 interfaces * 2 vhosts * 2 ioregionfds * 2 reflectors = 40
	 * each, host 5 * 2 (it has no vhost and no ioregionfd) = 10; 23 of the 90 exist.
	 */
	for (guint i = 0; i < impossible->len; i++) {
		const char *line = impossible->pdata[i];
		g_autofree char *whole = g_strdup_printf("impossible: %s\n", line);

		sum += g_ascii_strtoull(strrchr(line, '(') + 1, NULL, 10);
		assert_non_null(strstr(text, whole));
	}
	assert_int_equal(sum, 90 - 23);
	matrix_free(m);
}

static void only_impossible_ones_are_no_trials(void **state)
{
	struct matrix *m = parse("[a]\nmachines = microvm\ninterfaces = vfio\nrates = 1..9:1\n");
	g_autofree char *text = print(m);

	(void)state;
	assert_int_equal(nb_trials(m), 0);
	assert_int_equal(matrix_impossible(m)->len, 1);
	assert_string_equal(matrix_impossible(m)->pdata[0],
		"microvm has no PCI bus, which this interface requires (9 combinations)");
	assert_non_null(strstr(text, "0 combinations, 0 trials"));
	matrix_free(m);
}

static void old_files_make_autotests_names(void **state)
{
	struct matrix *m = read_one("paper.cfg");
	g_autofree char *dir = g_build_filename(
		g_getenv("SOURCE"), "tests/unit/sim_matrix/out-paper", NULL);
	gboolean found = FALSE;

	(void)state;
	for (guint i = 0; i < nb_trials(m); i++) {
		const struct matrix_trial *t = trial_at(m, i);
		g_autofree char *absolute = g_canonicalize_filename(t->dir, NULL);
		struct trial_params p;

		assert_string_equal(absolute, dir);
		assert_true(trial_infix_parse(t->infix, &p));
		trial_params_clear(&p);
		assert_string_equal(t->setup.qemu_path, "/opt/qemu/build");
		found |= g_str_equal(t->infix,
			"microvm_macvtap_normal_vhoston_ioregionfdoff_xdp_150kpps_1020B_30s");
	}
	assert_true(found);
	matrix_free(m);
}

static void equal_trials_of_two_sections_are_one(void **state)
{
	struct matrix *m = parse("[a]\nrates = 10,20\nrepetitions = 2\noutputdir = /x/y\n"
				 "[b]\nrates = 20,30\nrepetitions = 3\noutputdir = /x/./y/\n"
				 "[c]\nrates = 20\noutputdir = /x/z\n");

	(void)state;
	/* a: 2 * 2; b: 30 has 3, of 20 the third repetition is new; c is another folder. */
	assert_int_equal(nb_trials(m), 4 + 3 + 1 + 1);
	for (guint i = 0; i < nb_trials(m); i++)
		for (guint j = 0; j < i; j++) {
			const struct matrix_trial *x = trial_at(m, i), *y = trial_at(m, j);

			assert_false(g_str_equal(x->dir, y->dir) &&
				     g_str_equal(x->infix, y->infix) &&
				     x->params.repetition == y->params.repetition);
		}
	matrix_free(m);
}

/* One file name cannot hold two trials; autotest's shared it without a word. */
static const struct {
	const char *first, *second, *error;
} clashes[] = {
	{ "", "warm-up = 2s\n", "warm-up 2 s, not 1 s" },
	{ "", "arrivals = poisson\n", "arrival" },
	{ "", "seeds = 2\n", "seed" },
	{ "guests = 2\n", "guests = 2\nshares = zipf:1.1\n", "share" },
	{ "search = loss=0\n", "search = loss=0.1%\n", "other goals or options" },
	{ "search = loss=0\n", "search = loss=0\ntsim_args = --max-load=9Mpps\n",
		"other goals or options" },
	{ "", "tsim_args = --hugepages\n", "extra" },
	{ "", "qemus = normal:/opt\n", "another QEMU directory" },
};

static void different_trials_of_one_name_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(clashes); i++) {
		g_autofree char *text = g_strdup_printf(
			"[a]\nlabel = x\n%s[b]\nlabel = x\n%s[c]\nlabel = y\n%s", clashes[i].first,
			clashes[i].second, clashes[i].second);
		g_autoptr(GError) error = NULL;

		assert_null(matrix_parse("t.cfg", text, MATRIX_TREE, 1, &error));
		assert_non_null(error);
		if (strstr(error->message, clashes[i].error) == NULL ||
			!g_str_has_prefix(error->message, "t.cfg: [b]: ") ||
			strstr(error->message, "t.cfg: [a]") == NULL)
			fail_msg("'%s' without '%s'", error->message, clashes[i].error);
	}
}

/* The words that a trial is run by, as the lab puts them together. */
static GPtrArray *run_words(const struct matrix_trial *t)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const struct setup *s = &t->setup;
	g_autofree char *label = g_path_get_basename(t->dir);

	if (s->machine != MACHINE_PROCESS) {
		g_ptr_array_add(
			words, g_strdup_printf("--as=machine=%s,interface=%s,qemu=%s,vhost=%s,"
					       "ioregionfd=%s,reflector=%s",
				       setup_machine_word(s->machine), s->interface->word, s->qemu,
				       s->vhost ? "on" : "off", s->ioregionfd ? "on" : "off",
				       setup_reflector_word(s->reflector)));
		g_ptr_array_add(words, g_strdup("--machine=external"));
		g_ptr_array_add(words, g_strdup("--port=net_af_packet0,iface=x"));
		g_ptr_array_add(words, g_strdup("--mac=52:54:00:fa:00:60"));
		g_ptr_array_add(words, g_strdup("--connect-timeout=30s"));
		g_ptr_array_add(words, g_strdup("--note=wire=veth"));
	}
	for (guint i = 0; t->args->pdata[i] != NULL; i++)
		g_ptr_array_add(words, g_strdup(t->args->pdata[i]));
	g_ptr_array_add(words, g_strdup("--out=/nowhere"));
	g_ptr_array_add(words, g_strdup_printf("--label=%s", label));
	g_ptr_array_add(words, g_strdup("--quiet"));
	g_ptr_array_add(words, NULL);
	return words;
}

static void check_params(const struct matrix_trial *t)
{
	g_autoptr(GPtrArray) words = run_words(t);
	g_autoptr(GError) error = NULL;
	g_autofree char *digest = NULL, *difference = NULL, *infix = NULL;
	gboolean searches = t->goals != NULL;
	struct search_options o = { 0 };
	struct trial_params *p;

	if (!options_parse_words((const char *const *)words->pdata,
		    searches ? &search_options_kind : &options_of_run, &o.run, &error))
		fail_msg("%s: %s", t->infix, error->message);
	digest = environment_mix_digest(o.run.traffic);
	if (searches) {
		p = search_plan_params(&o, &o.run, digest, (uint32_t)o.run.first_rep);
		assert_int_equal(g_strv_length(t->goals), o.goals->len);
	} else {
		assert_int_equal(o.run.nb_pps, 1);
		p = params_new(&o.run, digest, 1, (uint64_t)(o.run.pps[0] + 0.5),
			(uint32_t)o.run.first_rep);
	}
	difference = trial_params_difference(&t->params, p);
	if (difference != NULL)
		fail_msg("%s: %s", t->infix, difference);
	infix = searches ? trial_infix_with(p, "search") : trial_infix(p);
	assert_string_equal(infix, t->infix);
	assert_int_equal(p->repetition, t->params.repetition);
	assert_string_equal(t->params.machine, setup_machine_word(t->setup.machine));
	trial_params_clear(p);
	g_free(p);
	(searches ? search_options_kind : options_of_run).clear(&o.run);
}

static void params_are_those_that_tsim_stores(void **state)
{
	static const char *const texts[] = {
		"[a]\nmachines = pcvm, microvm, host\ninterfaces = bridge, vfio, pnic\n"
		"vhosts = false, true\nioregionfds = false, true\nreflectors = xdp, dpdk\n"
		"qemus = a:/x, b:\nguests = 1, 3\nsizes = 60\nprofiles = imix\nrepetitions = 2\n",
		"[a]\nmachines = process\ninterfaces = vhost-user, vfio, virtio, vmux\n"
		"vhosts = true, false\nguests = 2\narrivals = poisson, onoff\nshares = zipf:1.1\n"
		"seeds = 3, 4\nrates = 10, 3Mpps, max, 1Gbit/s\nruntimes = 300ms\nwarm-up = 20ms\n"
		"drain = 30ms\ntsim_args = --link 10G --swap=ip --pattern both --cores 0\n",
		"[a]\nmachines = process, pcvm, host\ninterfaces = vhost-user, virtio, bridge\n"
		"vhosts = true, false\nguests = 1, 2\nsizes = 60\nseeds = 3, 4\nwarm-up = 20ms\n"
		"search = csit loss=0,p99=1ms@every-guest loss=1%\nrepetitions = 3\n"
		"tsim_args = --max-load=1Mpps --link 100G\n",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct matrix *m = parse(texts[i]);

		assert_true(nb_trials(m) > 30);
		for (guint n = 0; n < nb_trials(m); n++)
			check_params(trial_at(m, n));
		matrix_free(m);
	}
}

/* Set-ups that differ, and where. */
static const char
	orders[] = "[a]\nmachines = process\ninterfaces = vhost-user, null, vfio\n"
		   "guests = 1, 2\nrates = 10, 20, 30\nrepetitions = 3\n"
		   "[b]\nmachines = pcvm\ninterfaces = bridge, vfio\nreflectors = xdp, dpdk\n"
		   "rates = 10, 20, 30\nrepetitions = 3\n"
		   "[c]\nmachines = process\ninterfaces = null\nguests = 2, 3\nrates = 40\n"
		   "repetitions = 3\nlabel = a\n";
enum { SETUPS = 6 + 4 + 1, TRIALS = 3 * (18 + 12 + 2) };

static char *text_of(const struct matrix_trial *t)
{
	g_autofree char *setup = setup_text(&t->setup);

	return g_strdup_printf("%s %s %s %u", setup, t->dir, t->infix, t->params.repetition);
}

static char *text_of_all(const struct matrix *m)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < nb_trials(m); i++) {
		g_autofree char *text = text_of(trial_at(m, i));

		g_string_append_printf(all, "%s\n", text);
	}
	return g_string_free(all, FALSE);
}

static guint nb_changes(const struct matrix *m, int from)
{
	guint n = 1;

	for (guint i = 1; i < nb_trials(m); i++)
		n += setup_differs_at(&trial_at(m, i - 1)->setup, &trial_at(m, i)->setup) <= from;
	return n;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *sorted_text(const struct matrix *m)
{
	g_autofree char *text = text_of_all(m);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	qsort(lines, g_strv_length(lines), sizeof(*lines), by_text);
	return g_strjoinv("\n", lines);
}

/* What starts machines is done once for each, whatever the order. */
static void set_ups_stand_once_in_every_order(void **state)
{
	struct matrix *tree = parse(orders);
	g_autofree char *all = sorted_text(tree);

	(void)state;
	for (int order = MATRIX_TREE; order <= MATRIX_INTERLEAVED; order++)
		for (uint32_t seed = 0; seed < 20; seed++) {
			struct matrix *m = parse_ordered(orders, (enum matrix_order)order, seed);
			g_autofree char *same = sorted_text(m);

			assert_int_equal(nb_trials(m), TRIALS);
			assert_string_equal(same, all);
			assert_int_equal(nb_changes(m, 6), SETUPS);
			/* pcvm's set-ups differ by pairs in the reflector alone. */
			assert_int_equal(nb_changes(m, 5), SETUPS - 2);
			matrix_free(m);
		}
	/* Section c's set-ups are branches of section a's tree: machines are changed once. */
	assert_int_equal(nb_changes(tree, 0), 2);
	assert_int_equal(nb_changes(tree, 1), 5);
	matrix_free(tree);
}

static void the_tree_is_the_same_every_time(void **state)
{
	struct matrix *a = parse_ordered(orders, MATRIX_TREE, 1);
	struct matrix *b = parse_ordered(orders, MATRIX_TREE, 2);
	g_autofree char *x = text_of_all(a), *y = text_of_all(b);

	(void)state;
	assert_string_equal(x, y);
	/* As written: rates in order, repetitions within. */
	for (guint i = 0; i < 9; i++) {
		assert_int_equal(trial_at(a, i)->params.rate_pps, (i / 3 + 1) * 10000);
		assert_int_equal(trial_at(a, i)->params.repetition, i % 3);
	}
	matrix_free(a);
	matrix_free(b);
}

static void seeds_make_orders(void **state)
{
	(void)state;
	for (int order = MATRIX_RANDOM; order <= MATRIX_INTERLEAVED; order++) {
		struct matrix *m[] = { parse_ordered(orders, (enum matrix_order)order, 7),
			parse_ordered(orders, (enum matrix_order)order, 7),
			parse_ordered(orders, (enum matrix_order)order, 8) };
		g_autofree char *a = text_of_all(m[0]), *b = text_of_all(m[1]);
		g_autofree char *c = text_of_all(m[2]);

		assert_string_equal(a, b);
		assert_string_not_equal(a, c);
		for (unsigned i = 0; i < G_N_ELEMENTS(m); i++)
			matrix_free(m[i]);
	}
}

/* The wire is checked for each trial's frames, also where the first repetition is done. */
static void every_repetition_has_its_longest_frame(void **state)
{
	struct matrix *m = parse("[a]\nrates = 10, 20\nsizes = 60, 1500\nrepetitions = 3\n");
	const GPtrArray *trials = matrix_trials(m);

	(void)state;
	assert_int_equal(trials->len, 12);
	for (guint i = 0; i < trials->len; i++) {
		const struct matrix_trial *t = trials->pdata[i];

		assert_int_equal(t->frame_len_max, t->params.frame_len);
		assert_true(t->frame_len_max == 64 || t->frame_len_max == 1504);
	}
	matrix_free(m);
}

static void interleaved_repetitions_ascend(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 50; seed++) {
		struct matrix *m = parse_ordered(orders, MATRIX_INTERLEAVED, seed);

		for (guint i = 1; i < nb_trials(m); i++) {
			const struct matrix_trial *a = trial_at(m, i - 1), *b = trial_at(m, i);

			if (setup_differs_at(&a->setup, &b->setup) != 7)
				continue;
			assert_true(b->params.repetition >= a->params.repetition);
			/* Set-ups with one rate alone have no other choice. */
			if (b->params.rate_pps != 40000)
				assert_string_not_equal(a->infix, b->infix);
		}
		matrix_free(m);
	}
}

struct folder {
	char *path, *text;
};

static void folder_make(struct folder *f)
{
	f->path = g_dir_make_tmp("tsim-matrix-XXXXXX", NULL);
	assert_non_null(f->path);
	f->text = g_strdup_printf("[a]\nmachines = process\ninterfaces = null\nguests = 3\n"
				  "rates = 10, 20\nrepetitions = 2\noutputdir = %s\nlabel = a\n",
		f->path);
}

static void folder_clear(struct folder *f)
{
	file_remove_tree(f->path);
	g_free(f->path);
	g_free(f->text);
}

static void store(const struct matrix_trial *t, gboolean interrupted)
{
	const struct fake_cfg cfg = {
		.guests = t->params.guests, .worst = -1, .interrupted = interrupted
	};
	g_autoptr(trial) made = fake_trial(&cfg);
	g_autoptr(GError) error = NULL;

	trial_params_clear(&made->params);
	trial_params_copy(&made->params, &t->params);
	if (!trial_write(made, t->dir, &error))
		fail_msg("%s", error->message);
}

static char *json_of(const struct matrix_trial *t)
{
	return g_strdup_printf("%s/trial_%s_rep%u.json", t->dir, t->infix, t->params.repetition);
}

static void done_ones_are_taken_away_broken_ones_are_not(void **state)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *cut = NULL, *text = NULL;
	struct folder f;
	struct matrix *m;

	(void)state;
	folder_make(&f);
	m = parse(f.text);
	assert_int_equal(matrix_prune(m, again, &error), 0);
	assert_int_equal(nb_trials(m), 4);
	store(trial_at(m, 0), FALSE); /* done */
	store(trial_at(m, 1), TRUE);  /* interrupted */
	store(trial_at(m, 2), FALSE); /* cut off below */
	cut = json_of(trial_at(m, 2));
	assert_int_equal(truncate(cut, 500), 0);
	matrix_free(m);

	m = parse(f.text);
	assert_int_equal(matrix_prune(m, again, &error), 1);
	assert_null(error);
	assert_int_equal(nb_trials(m), 3);
	assert_int_equal(again->len, 2);
	assert_non_null(strstr(again->pdata[0], "interrupted after 1.25 s"));
	assert_non_null(strstr(again->pdata[1], cut));
	assert_int_equal(trial_at(m, 0)->params.repetition, 1);
	assert_int_equal(trial_at(m, 1)->params.rate_pps, 20000);
	text = print(m);
	assert_non_null(
		strstr(text, "2 combinations, 4 trials, 1 done, 3 left; 0 virtual machines"));
	/* Again makes no difference. */
	assert_int_equal(matrix_prune(m, again, &error), 0);
	for (guint i = 0; i < nb_trials(m); i++)
		store(trial_at(m, i), FALSE);
	assert_int_equal(matrix_prune(m, again, &error), 3);
	assert_int_equal(nb_trials(m), 0);
	matrix_free(m);
	folder_clear(&f);
}

static const char *word_with(const struct matrix_trial *t, const char *prefix)
{
	for (guint i = 0; t->args->pdata[i] != NULL; i++)
		if (g_str_has_prefix(t->args->pdata[i], prefix))
			return t->args->pdata[i];
	return NULL;
}

static void a_search_chooses_its_loads_and_durations(void **state)
{
	struct matrix *m = parse("[DEFAULT]\nrates = 10, 20\nruntimes = 5\nwarmup = true\n"
				 "search = default\n"
				 "[a]\nsearch = csit\n  loss=0\n  loss=1%,p99=1ms@every-guest\n"
				 "repetitions = 2\ntsim_args = --max-load 1Mpps\n"
				 "[b]\nsearch =\n[c]\n");
	const struct matrix_trial *a = trial_at(m, 0), *again = trial_at(m, 1);
	const struct matrix_trial *b = trial_at(m, 2), *c = trial_at(m, 4);

	(void)state;
	assert_int_equal(nb_trials(m), 2 + 2 + 1);
	assert_true(has_word(a, "--preset=csit") && has_word(a, "--goal=loss=0") &&
		    has_word(a, "--goal=loss=1%,p99=1ms@every-guest") && has_word(a, "--rep=0"));
	assert_null(word_with(a, "--rate"));
	assert_null(word_with(a, "--duration"));
	assert_null(word_with(a, "--warm-up"));
	assert_int_equal(g_strv_length(a->goals), 2);
	assert_non_null(strstr(a->goals[1], "loss=1%,p99=1ms@every-guest,"));
	assert_string_equal(a->options, "--max-load=1Mpps");
	assert_true(a->params.rate_pps == 0 && a->warm_up_s == 0);
	/* Each repetition has a seed of its own, and is of the same combination. */
	assert_true(again->params.repetition == 1 && again->params.seed == a->params.seed + 1);
	assert_true(matrix_same_leaf(a, again));
	assert_true(g_strv_equal((const char *const *)a->goals, (const char *const *)again->goals));
	/* An empty one is none; without goals they are the preset's. */
	assert_null(b->goals);
	assert_true(b->params.rate_pps == 10000 && b->warm_up_s > 0);
	assert_int_equal(g_strv_length(c->goals), 2);
	assert_null(word_with(c, "--preset"));
	/* Longer trials take longer. */
	assert_true(a->estimate_s > 20 && a->estimate_s < 600);
	matrix_free(m);
	m = parse("[a]\nsearch = rfc2544\n");
	assert_true(trial_at(m, 0)->estimate_s > 110);
	matrix_free(m);
}

static void store_search(const struct matrix_trial *t, gboolean interrupted, uint64_t tester_pps)
{
	const struct fake_search_cfg cfg = {
		.guests = t->params.guests, .interrupted = interrupted, .tester_pps = tester_pps
	};
	g_autoptr(search) made = fake_search(&cfg);
	g_autoptr(GError) error = NULL;

	assert_int_equal(g_strv_length(t->goals), made->nb_goals);
	for (uint32_t i = 0; i < made->nb_goals; i++) {
		g_free(made->goals[i].text);
		made->goals[i].text = g_strdup(t->goals[i]);
	}
	trial_params_clear(&made->params);
	trial_params_copy(&made->params, &t->params);
	if (!search_write(made, t->dir, &error))
		fail_msg("%s", error->message);
}

static void searches_that_are_done_are_not_made_again(void **state)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL, *searches = NULL, *other = NULL;
	struct folder f;
	struct matrix *m;

	(void)state;
	folder_make(&f);
	searches = g_strdup_printf("%s[b]\nmachines = process\ninterfaces = null\nguests = 3\n"
				   "search = default\nrepetitions = 4\noutputdir = %s\nlabel = a\n",
		f.text, f.path);
	m = parse(searches);
	assert_int_equal(nb_trials(m), 4 + 4);
	store_search(trial_at(m, 4), FALSE, 0);
	store_search(trial_at(m, 5), TRUE, 0);
	store_search(trial_at(m, 6), FALSE, 500000);
	assert_int_equal(matrix_prune(m, again, &error), 2);
	assert_null(error);
	assert_int_equal(again->len, 1);
	assert_non_null(strstr(again->pdata[0], "search_process_null_"));
	assert_int_equal(matrix_done(m)->len, 2);
	assert_true(matrix_trial_is_sound(matrix_done(m)->pdata[0]));
	assert_false(matrix_trial_is_sound(matrix_done(m)->pdata[1]));
	assert_true(matrix_trial_is_sound(trial_at(m, nb_trials(m) - 1))); /* not there yet */
	text = print(m);
	assert_non_null(strstr(text, "      dpdk: 4 trials, 2 searches\n"));
	assert_non_null(strstr(text, "3 combinations, 4 trials, 4 searches, 2 done, 6 left;"));
	matrix_free(m);
	/* With other goals it would be another one. */
	other = g_strdup_printf("[b]\nmachines = process\ninterfaces = null\nguests = 3\n"
				"search = loss=0 loss=1%%\noutputdir = %s\nlabel = a\n",
		f.path);
	m = parse(other);
	assert_int_equal(matrix_prune(m, again, &error), 0);
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
	assert_non_null(strstr(error->message, "t.cfg: [b]: "));
	assert_non_null(strstr(error->message, "use another outputdir or label"));
	matrix_free(m);
	folder_clear(&f);
}

static void other_parameters_are_not_overwritten(void **state)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *other = NULL;
	struct folder f;
	struct matrix *m;

	(void)state;
	folder_make(&f);
	m = parse(f.text);
	store(trial_at(m, 3), FALSE);
	matrix_free(m);
	other = g_strconcat(f.text, "seeds = 2\n", NULL);
	m = parse(other);
	assert_int_equal(matrix_prune(m, again, &error), 0);
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE));
	assert_non_null(strstr(error->message, "t.cfg: [a]: "));
	assert_non_null(strstr(error->message, "seed 1, not 2"));
	assert_int_equal(nb_trials(m), 4);
	matrix_free(m);
	folder_clear(&f);
}

static void the_tree_is_printed_with_its_counts(void **state)
{
	struct matrix *m = parse("[a]\nmachines = pcvm, host\nvhosts = false, true\nguests = 2, 1\n"
				 "reflectors = xdp, dpdk\nrates = 10, 20\nruntimes = 30\n");
	g_autofree char *text = print(m);
	static const char *const lines[] = { "pcvm\n  bridge\n", "host\n  bridge\n",
		"    normal vhost off ioregionfd off, 2 guests\n      xdp: 2 trials\n      dpdk: 2",
		"    normal vhost on ioregionfd off, 1 guest\n",
		"    none vhost off ioregionfd off, 1 guest\n      xdp: 2 trials\n",
		"impossible: machine host supports a single guest (2 combinations)\n",
		/* pcvm 2 vhosts * 2 guests * 2 reflectors * 2 rates, host 2 rates. */
		"18 combinations, 18 trials, 0 done, 18 left; 6 virtual machines; about " };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		if (strstr(text, lines[i]) == NULL)
			fail_msg("no '%s' in %s", lines[i], text);
	matrix_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_name_the_place_and_the_remedy),
		cmocka_unit_test(a_file_without_a_matrix_is_an_error),
		cmocka_unit_test(everything_has_a_default),
		cmocka_unit_test(a_section_is_the_product_of_its_lists),
		cmocka_unit_test(numbers_ascend),
		cmocka_unit_test(what_is_meant_otherwise_is_told_once),
		cmocka_unit_test(timer_workers_are_for_guests_on_a_wire),
		cmocka_unit_test(sizes_are_without_the_fcs),
		cmocka_unit_test(switches_and_phases_reach_the_trial),
		cmocka_unit_test(folders_are_outputdir_and_label),
		cmocka_unit_test(a_mix_says_how_many_guests_there_are),
		cmocka_unit_test(autotests_files_have_autotests_counts),
		cmocka_unit_test(what_cannot_exist_is_counted_with_its_reason),
		cmocka_unit_test(only_impossible_ones_are_no_trials),
		cmocka_unit_test(old_files_make_autotests_names),
		cmocka_unit_test(equal_trials_of_two_sections_are_one),
		cmocka_unit_test(different_trials_of_one_name_are_refused),
		cmocka_unit_test(params_are_those_that_tsim_stores),
		cmocka_unit_test(set_ups_stand_once_in_every_order),
		cmocka_unit_test(the_tree_is_the_same_every_time),
		cmocka_unit_test(seeds_make_orders),
		cmocka_unit_test(every_repetition_has_its_longest_frame),
		cmocka_unit_test(interleaved_repetitions_ascend),
		cmocka_unit_test(done_ones_are_taken_away_broken_ones_are_not),
		cmocka_unit_test(a_search_chooses_its_loads_and_durations),
		cmocka_unit_test(searches_that_are_done_are_not_made_again),
		cmocka_unit_test(other_parameters_are_not_overwritten),
		cmocka_unit_test(the_tree_is_printed_with_its_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
