/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole engine over an interface in memory: whom it believes. */
#include "tests/unit/traffic_check.h"

#include "sim/base/eal.h"
#include "sim/engine/engine.h"
#include "tests/unit/fake_datapath.h"

/* The loop has one memory: load worker and timer worker must not write it at once. */
static GMutex one_at_a_time;

static uint16_t locked_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	uint16_t got;

	g_mutex_lock(&one_at_a_time);
	got = fake_reserve(d, q, slot, f, n);
	if (got == 0)
		g_mutex_unlock(&one_at_a_time);
	return got;
}

static uint16_t locked_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	uint16_t taken = fake_commit(d, q, slot, f, nb, n);

	g_mutex_unlock(&one_at_a_time);
	return taken;
}

static uint16_t locked_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	uint16_t got;

	g_mutex_lock(&one_at_a_time);
	got = fake_receive(d, slot, f, n);
	if (got == 0)
		g_mutex_unlock(&one_at_a_time);
	return got;
}

static void locked_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	fake_release(d, slot, f, n);
	g_mutex_unlock(&one_at_a_time);
}

/* By the same loop. There is no NIC. */
static gboolean locked_send_ptp(struct datapath *d, unsigned q, const uint8_t *frame, uint32_t len)
{
	struct frame_slot f;

	if (locked_reserve(d, q, 0, &f, 1) == 0)
		return FALSE;
	memcpy(f.data, frame, len);
	f.len = len;
	return locked_commit(d, q, 0, &f, 1, 1) == 1;
}

static const struct datapath_ops locked_ops = {
	.interface = "fake",
	.mechanism = "a test's memory",
	.reserve = locked_reserve,
	.commit = locked_commit,
	.receive = locked_receive,
	.release = locked_release,
	.send_ptp = locked_send_ptp,
};

/* Some probes come back with numbers that were never given out, and a checksum that is good. */
static void forge_probes(struct fake *f, uint8_t *frame, uint32_t len)
{
	enum { SUM = 40, SEQ_LOW = FRAME_SIG_OFFSET + 4, FORGED = 0x4000 };
	struct frame_sig sig = fake_sig(frame);
	uint16_t word, sum;
	uint32_t fresh;

	(void)f;
	(void)len;
	if (frame_sig_phase(&sig) != FRAME_PROBE || sig.seq < 10 || sig.seq % 10 != 0)
		return;
	memcpy(&word, frame + SEQ_LOW, 2);
	memcpy(&sum, frame + SUM, 2);
	/* RFC 1624: ~(~HC + ~m + m'). */
	fresh = (uint16_t)~sum + (uint32_t)(uint16_t)~word;
	word = (uint16_t)(word + FORGED);
	fresh += word;
	fresh = (fresh & 0xffff) + (fresh >> 16);
	fresh = (fresh & 0xffff) + (fresh >> 16);
	sum = (uint16_t)~fresh;
	memcpy(frame + SEQ_LOW, &word, 2);
	memcpy(frame + SUM, &sum, 2);
}

static trial *run(void (*on_taken)(struct fake *, uint8_t *, uint32_t), gboolean ptp)
{
	static const uint8_t base_mac[6] = { 0x52, 0x54, 0, 0xfa, 0, 0 };
	static const char *const word[] = { "fake" };
	GError *error = NULL;
	g_autoptr(mix) m = mix_new("fixed:64", "1", NULL, "cbr", 1518, &error);
	g_autoptr(schedule) s = schedule_new(
		&(struct schedule_cfg){ .mix = m, .pps = 1e4, .span_ns = 60000000, .seed = 1 },
		&error);
	struct fake *fake = fake_new();
	struct datapath d = { .ops = &locked_ops, .state = fake, .nb_guests = 1 };
	struct datapath *datapaths[] = { &d };
	struct datapath_guest guest = { .datapath = &d, .ops = &locked_ops };
	struct fabric fabric = {
		.nb = 1, .datapath = datapaths, .nb_guests = 1, .guest = &guest, .word = word
	};
	struct cores cores = {
		.nb_load = 1, .nb_rx = 1, .combined = TRUE, .nb_timer = 1, .shared = TRUE
	};
	struct clock_pair origin = clock_pair_now();
	struct engine *e;
	trial *t = trial_new();

	pthread_mutex_init(&d.quiesce_lock, NULL);
	fake->loops = TRUE;
	fake->on_taken = on_taken;
	e = engine_new(&(struct engine_cfg){ .fabric = &fabric,
			       .share = { .step = 1 },
			       .mix = m,
			       .schedule = s,
			       .cores = &cores,
			       .warm_up_ns = 10000000,
			       .duration_ns = 50000000,
			       .slack_ns = 1000000,
			       .base_mac = base_mac,
			       .tsc_hz = clock_hz_since(&origin),
			       .run = 1,
			       .probe_pps = 5000,
			       .probe_timeout_ns = 1000000000,
			       .probe_ptp = ptp },
		&error);
	check_ok("engine", error);
	engine_ready(e, &error);
	engine_go(e, 0);
	while (!engine_sent(e))
		g_usleep(1000);
	/* Forged ones never come back: then there is something under way for ever. */
	for (unsigned i = 0; i < 20 && engine_under_way(e) != 0; i++)
		g_usleep(1000);
	engine_stop(e);
	t->params.guests = 1;
	engine_collect(e, t, 1000000000);
	trial_balance(t, &error);
	check_ok("balance", error);
	engine_accounts_agree(e, t, &error);
	check_ok("accounts", error);
	engine_free(e);
	fake_free(fake);
	return t;
}

static void a_guest_that_returns_what_it_got_is_believed(void **state)
{
	g_autoptr(trial) t = run(NULL, FALSE);

	(void)state;
	check_text("state", t->guests[0].state, "ok");
	assert_true(t->totals.forwarded > 0 && t->probes.c.forwarded > 0);
	assert_in_range(t->totals.intended, 499, 501);
	assert_int_equal(t->probes.c.intended,
		t->probes.c.offered + t->probes.c.not_sent + t->probes.c.unsent);
}

static void forged_probes_are_believed_no_more_than_forged_frames(void **state)
{
	g_autoptr(trial) t = run(forge_probes, FALSE);

	(void)state;
	check_has("state", t->guests[0].state, "returned frames that were never sent");
	assert_int_equal(t->totals.forwarded, 0);
	assert_int_equal(t->probes.c.forwarded, 0);
	assert_int_equal(t->probes.c.lost, t->probes.c.offered);
	assert_int_equal(t->probes.latency.count, 0);
}

/* A frame that an Ethernet guest returns, with a signature where no UDP is. */
static void ptp_probes_come_back_and_are_no_frames_of_the_load(void **state)
{
	g_autoptr(trial) t = run(NULL, TRUE);
	const struct trial_counts *c = &t->probes.c;

	(void)state;
	check_text("state", t->guests[0].state, "ok");
	assert_true(c->forwarded > 0);
	assert_int_equal(c->intended, c->offered + c->unsent);
	assert_int_equal(c->offered_bytes, c->offered * FRAME_LEN_MIN);
	assert_int_equal(t->probes.latency.count, c->forwarded);
	assert_int_equal(t->totals.foreign + t->totals.corrupt, 0);
	assert_in_range(t->totals.intended, 499, 501);
	check_text("receive", t->probes.rx_stamps, "tsc");
	check_text("transmit", t->probes.tx_stamps, "tsc");
	assert_int_equal(t->probes.set_aside + t->probes.stamp_error_ns, 0);
}

static void forged_ptp_probes_are_not_believed_either(void **state)
{
	g_autoptr(trial) t = run(forge_probes, TRUE);

	(void)state;
	check_has("state", t->guests[0].state, "returned frames that were never sent");
	assert_int_equal(t->probes.c.forwarded, 0);
	assert_int_equal(t->probes.c.lost, t->probes.c.offered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_that_returns_what_it_got_is_believed),
		cmocka_unit_test(forged_probes_are_believed_no_more_than_forged_frames),
		cmocka_unit_test(ptp_probes_come_back_and_are_no_frames_of_the_load),
		cmocka_unit_test(forged_ptp_probes_are_not_believed_either),
	};
	char lcores[] = "0@0,1@0,2@0";
	g_autoptr(GError) error = NULL;
	GPtrArray *args = eal_start(
		&(struct eal_cfg){ .program = "test", .lcores = lcores, .memory_mib = 32 }, &error);
	int failed;

	if (args == NULL)
		g_error("%s", error->message);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_ptr_array_unref(args);
	return failed;
}
