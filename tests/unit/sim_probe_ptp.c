/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timer worker's loop for PTP probes against a NIC of the test's own. Time goes by slowly, so that
 * a test that loses its CPU for a while does not miss its trial.
 */
#include "tests/unit/traffic_check.h"

#include <rte_cycles.h>

#include "sim/engine/probe_ptp.h"

enum {
	GUESTS = 3,
	CYCLES_PER_NS = 8, /* exact in the clock */
	GAP_NS = 100000,
	WARM_UP_NS = 1000000,
	SPAN_NS = 21000000,
	TIMEOUT_NS = 500000,
	/* From departure by the TSC: the NIC sends, and receives; the receiver sees it. */
	TX_NS = 1000,
	RX_NS = 8000,
	BACK_NS = 10000,
};

enum fate { ANSWERED, LOST, LATE, REFUSED, NO_STAMP, OLD_STAMP };

struct world {
	struct worker w;
	struct datapath d;
	struct tsc_clock clock;
	struct probes probes;
	struct ptp_probes ptp;
	struct tx_guest tx[GUESTS];
	struct probe_tx probe_tx[GUESTS];
	struct probe_rx probe_rx[GUESTS];
	struct stamp_head heads[GUESTS];
	uint32_t gap_ns;
	_Atomic int stop, stop_tx;

	gboolean tx_stamps, rx_stamps;
	enum fate (*fate)(uint64_t nth); /* of the nth probe that was sent; NULL: ANSWERED */
	/* The one that is under way, or was the last. */
	uint64_t nb_sent, sent_ns, until_ns;
	struct frame_sig sig;
	struct datapath_stamps latched;
	uint64_t fates[NO_STAMP + 2]; /* of the measuring phase */
	uint64_t nb_late;
};

static uint64_t tsc_at(const struct world *x, uint64_t ns)
{
	return x->clock.epoch + ns * CYCLES_PER_NS;
}

/* The NIC: one stamp a direction, until it is read. */
static void take_stamps(struct datapath *d, struct datapath_stamps *out)
{
	struct world *x = d->state;

	*out = x->latched;
	x->latched = (struct datapath_stamps){ 0 };
}

static void answer_late(struct world *x)
{
	probe_ptp_answer(&x->w, x->sig.guest, x->sig.seq, x->until_ns + 1000);
	/* It is stamped, too: what is read next is not the next one's. */
	x->latched.arrived_tsc = tsc_at(x, x->sent_ns + RX_NS);
	x->nb_late++;
}

static gboolean send_ptp(struct datapath *d, unsigned q, const uint8_t *frame, uint32_t len)
{
	struct world *x = d->state;
	enum fate fate = x->fate == NULL ? ANSWERED : x->fate(x->nb_sent);
	uint64_t now_ns = tsc_clock_ns(&x->clock, rte_rdtsc());
	uint8_t mac[6];

	(void)q;
	/* One at a time: the last one is back, or its time is up. */
	assert_true(x->until_ns <= now_ns);
	if (x->nb_sent != 0 && x->fate != NULL && x->fate(x->nb_sent - 1) == LATE &&
		x->nb_sent % 2 == 0)
		answer_late(x);
	assert_int_equal(frame_classify(frame, len, &x->sig), FRAME_OURS);
	assert_int_equal(len + FRAME_FCS_LEN, FRAME_LEN_MIN);
	assert_int_equal(frame_get_be16(frame + 12), 0x88f7);
	frame_guest_mac(frame_guest_base_mac, x->sig.guest, mac);
	assert_memory_equal(frame, mac, sizeof(mac));
	assert_int_equal(frame_sig_phase(&x->sig), FRAME_PROBE);
	x->sent_ns = frame_sig_due_ns(&x->sig) + x->sig.delay_ns;
	x->until_ns = 0;
	x->nb_sent++;
	if (frame_sig_due_ns(&x->sig) >= WARM_UP_NS)
		x->fates[fate]++;
	if (fate == REFUSED)
		return FALSE;
	if (fate == LOST || fate == LATE) {
		x->until_ns = x->sent_ns + TIMEOUT_NS;
		return TRUE;
	}
	if (x->tx_stamps)
		x->latched.sent_tsc = tsc_at(x, x->sent_ns + TX_NS);
	if (x->rx_stamps && fate != NO_STAMP)
		x->latched.arrived_tsc = tsc_at(
			x, fate == OLD_STAMP ? x->sent_ns - GAP_NS / 2 : x->sent_ns + RX_NS);
	probe_ptp_answer(&x->w, x->sig.guest, x->sig.seq, x->sent_ns + BACK_NS);
	probe_ptp_answer(
		&x->w, x->sig.guest, x->sig.seq - 1, 7); /* long past: nobody waits for it */
	return TRUE;
}

static const struct datapath_ops ops = { .send_ptp = send_ptp, .take_stamps = take_stamps };

static struct world *world_new(gboolean nic, gboolean tx_stamps, gboolean rx_stamps)
{
	struct world *x = g_aligned_alloc0(1, sizeof(*x), RTE_CACHE_LINE_SIZE);

	x->tx_stamps = tx_stamps;
	x->rx_stamps = rx_stamps;
	x->d = (struct datapath){ .ops = &ops, .state = x, .nb_guests = GUESTS, .ptp = nic };
	x->gap_ns = GAP_NS;
	for (uint32_t i = 0; i < GUESTS; i++) {
		struct frame_template t;
		uint8_t mac[6];

		frame_guest_mac(frame_guest_base_mac, i, mac);
		frame_template_ptp(&t, mac);
		stamp_head_init_ptp(&x->heads[i], &t);
		x->tx[i].datapath = &x->d;
		x->probe_rx[i].latency = hist_new();
	}
	x->ptp = (struct ptp_probes){ .head = x->heads, .tries = nic ? 0 : PTP_TRIES };
	x->probes = (struct probes){ .tx = x->probe_tx,
		.rx = x->probe_rx,
		.gap_ns = &x->gap_ns,
		.nb_gaps = 1,
		.timeout_ns = TIMEOUT_NS,
		.ptp = &x->ptp };
	x->w = (struct worker){ .clock = &x->clock,
		.tx = x->tx,
		.probes = &x->probes,
		.nb_guests = GUESTS,
		.tx_step = 1,
		.warm_up_ns = WARM_UP_NS,
		.span_ns = SPAN_NS,
		.slack_ns = SPAN_NS,
		.stop = &x->stop,
		.stop_tx = &x->stop_tx,
		.run = 9,
		.times = TRUE };
	return x;
}

/* What all guests have counted, and their latencies. */
struct sums {
	uint64_t offered, offered_bytes, forwarded, unsent, refused, least_ns, most_ns;
};

static struct sums run(struct world *x)
{
	struct sums s = { .least_ns = UINT64_MAX };

	tsc_clock_start(&x->clock, rte_rdtsc(), 1e9 * CYCLES_PER_NS);
	probe_ptp_loop(&x->w);
	assert_int_equal(ctr_get(&x->w.tx_done), 1);
	for (uint32_t i = 0; i < GUESTS; i++) {
		const hist *h = x->probe_rx[i].latency;

		s.offered += ctr_get(&x->probe_tx[i].offered);
		s.offered_bytes += ctr_get(&x->probe_tx[i].offered_bytes);
		s.unsent += ctr_get(&x->probe_tx[i].unsent);
		s.refused += ctr_get(&x->probe_tx[i].refused);
		s.forwarded += ctr_get(&x->probe_rx[i].forwarded);
		assert_int_equal(ctr_get(&h->count), ctr_get(&x->probe_rx[i].forwarded));
		s.least_ns = MIN(s.least_ns, ctr_get(&h->min_ns));
		s.most_ns = MAX(s.most_ns, ctr_get(&h->max_ns));
	}
	/* Every departure of the measuring phase is accounted for. */
	assert_int_equal(
		s.offered + s.unsent + ctr_get(&x->ptp.set_aside), (SPAN_NS - WARM_UP_NS) / GAP_NS);
	assert_int_equal(s.offered_bytes, s.offered * FRAME_LEN_MIN);
	return s;
}

static void world_free(struct world *x)
{
	for (uint32_t i = 0; i < GUESTS; i++)
		hist_free(x->probe_rx[i].latency);
	g_aligned_free(x);
}

static void each_direction_is_timed_by_the_nic_or_else_by_the_tsc(void **state)
{
	static const struct {
		gboolean nic, tx, rx;
		uint64_t latency_ns;
	} cases[] = {
		{ TRUE, TRUE, TRUE, RX_NS - TX_NS },
		{ TRUE, FALSE, TRUE, RX_NS },
		{ TRUE, TRUE, FALSE, BACK_NS - TX_NS },
		{ TRUE, FALSE, FALSE, BACK_NS },
		{ FALSE, FALSE, FALSE, BACK_NS },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct world *x = world_new(cases[i].nic, cases[i].tx, cases[i].rx);
		struct sums s = run(x);

		assert_int_equal(x->ptp.tx.nic, cases[i].tx);
		assert_int_equal(x->ptp.rx.nic, cases[i].rx);
		assert_true(s.offered > 10);
		assert_int_equal(s.forwarded, s.offered);
		assert_int_equal(s.least_ns, cases[i].latency_ns);
		assert_int_equal(s.most_ns, cases[i].latency_ns);
		world_free(x);
	}
}

static void guests_are_probed_in_turn(void **state)
{
	struct world *x = world_new(TRUE, FALSE, TRUE);
	uint64_t least = UINT64_MAX, most = 0;

	(void)state;
	run(x);
	for (uint32_t i = 0; i < GUESTS; i++) {
		least = MIN(least, ctr_get(&x->probe_tx[i].seq));
		most = MAX(most, ctr_get(&x->probe_tx[i].seq));
	}
	assert_in_range(most - least, 0, 1);
	world_free(x);
}

static void frames_with_a_time_of_arrival_need_no_register(void **state)
{
	struct world *x = world_new(TRUE, TRUE, FALSE);
	struct sums s;

	(void)state;
	x->d.stamps = TRUE;
	s = run(x);
	assert_true(x->ptp.rx.nic && x->ptp.tx.nic);
	assert_int_equal(s.most_ns, BACK_NS - TX_NS);
	world_free(x);
}

static enum fate lose_some(uint64_t nth)
{
	return nth % 4 == 3 ? LOST : ANSWERED;
}

static void a_lost_probe_counts_as_lost_when_its_time_is_up(void **state)
{
	struct world *x = world_new(TRUE, FALSE, TRUE);
	struct sums s;

	(void)state;
	x->fate = lose_some;
	s = run(x);
	assert_true(x->fates[LOST] > 3);
	assert_int_equal(s.offered - s.forwarded, x->fates[LOST]);
	assert_true(s.unsent >= x->fates[LOST] * 3); /* due meanwhile */
	assert_int_equal(s.most_ns, RX_NS);
	world_free(x);
}

static enum fate answer_some_late(uint64_t nth)
{
	return nth % 4 == 3 ? LATE : ANSWERED;
}

/* Before the next one is sent, or after: it is lost, and no other's answer or stamp. */
static void a_late_answer_is_nobodys(void **state)
{
	struct world *x = world_new(TRUE, FALSE, TRUE);
	struct sums s;

	(void)state;
	x->fate = answer_some_late;
	s = run(x);
	assert_true(x->fates[LATE] > 3 && x->nb_late > 3);
	assert_int_equal(s.offered - s.forwarded, x->fates[LATE]);
	assert_int_equal(s.least_ns, RX_NS);
	assert_int_equal(s.most_ns, RX_NS);
	world_free(x);
}

static enum fate refuse_some(uint64_t nth)
{
	return nth % 5 == 4 ? REFUSED : ANSWERED;
}

static void a_probe_without_room_is_offered_and_refused(void **state)
{
	struct world *x = world_new(FALSE, FALSE, FALSE);
	struct sums s;

	(void)state;
	x->fate = refuse_some;
	s = run(x);
	assert_true(s.refused > 3);
	assert_int_equal(s.refused, x->fates[REFUSED]);
	assert_int_equal(s.offered - s.forwarded, s.refused);
	world_free(x);
}

static enum fate miss_some(uint64_t nth)
{
	return nth % 8 == 5 ? NO_STAMP : nth % 8 == 7 ? OLD_STAMP : ANSWERED;
}

/* Else latencies of two kinds would be in one distribution. */
static void a_probe_without_its_stamp_is_set_aside(void **state)
{
	struct world *x = world_new(TRUE, FALSE, TRUE);
	struct sums s;

	(void)state;
	x->fate = miss_some;
	s = run(x);
	assert_true(x->ptp.rx.nic);
	assert_true(x->fates[NO_STAMP] > 3 && x->fates[OLD_STAMP] > 3);
	assert_int_equal(ctr_get(&x->ptp.set_aside), x->fates[NO_STAMP] + x->fates[OLD_STAMP]);
	assert_int_equal(s.offered, s.forwarded);
	assert_int_equal(s.least_ns, RX_NS);
	assert_int_equal(s.most_ns, RX_NS);
	world_free(x);
}

static enum fate stamp_first_only(uint64_t nth)
{
	return nth == 0 ? ANSWERED : OLD_STAMP;
}

/* As QEMU's igb does for DPDK: it never lets go of its first stamp. */
static void a_stamp_that_stays_leaves_the_direction_to_the_tsc(void **state)
{
	struct world *x = world_new(TRUE, FALSE, TRUE);
	struct sums s;

	(void)state;
	x->fate = stamp_first_only;
	s = run(x);
	assert_false(x->ptp.rx.nic);
	assert_true(s.forwarded > 10);
	assert_int_equal(ctr_get(&x->ptp.set_aside), 0); /* they were of the warm-up */
	assert_int_equal(s.least_ns, BACK_NS);
	assert_int_equal(s.most_ns, BACK_NS);
	world_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_direction_is_timed_by_the_nic_or_else_by_the_tsc),
		cmocka_unit_test(guests_are_probed_in_turn),
		cmocka_unit_test(frames_with_a_time_of_arrival_need_no_register),
		cmocka_unit_test(a_lost_probe_counts_as_lost_when_its_time_is_up),
		cmocka_unit_test(a_late_answer_is_nobodys),
		cmocka_unit_test(a_probe_without_room_is_offered_and_refused),
		cmocka_unit_test(a_probe_without_its_stamp_is_set_aside),
		cmocka_unit_test(a_stamp_that_stays_leaves_the_direction_to_the_tsc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
