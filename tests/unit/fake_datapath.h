/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tests/unit/fake_datapath.h: an interface in memory, for tests of sim/engine. What it has room for,
 * what it takes and what comes back is the test's to say; where it is given a clock it moves that
 * clock, too. Memory that was committed is overwritten, as a port's may be.
 */
#ifndef TESTS_UNIT_FAKE_DATAPATH_H
#define TESTS_UNIT_FAKE_DATAPATH_H

#include <string.h>

#include <rte_cycles.h>

#include "sim/datapath/datapath.h"
#include "sim/engine/clock.h"
#include "sim/engine/worker.h"
#include "traffic/frame.h"

enum { FAKE_QUEUE = 1 << 16, FAKE_LEN = 2048, FAKE_CYCLES_PER_NS = 10000, FAKE_GUESTS = 8 };

struct fake {
	uint16_t room, takes; /* of each burst: as much is given, and taken */
	gboolean loops;       /* what was taken comes back */
	uint8_t payload;      /* each byte behind its head then */
	/* NULL, or called for each frame that was taken, before it may come back. */
	void (*on_taken)(struct fake *f, uint8_t *frame, uint32_t len);
	/* Its time stands still but for these: to each frame, and what nobody waits for. */
	struct tsc_clock *clock; /* NULL: leave time alone */
	uint64_t commit_ns;
	const struct worker *waits; /* with an empty queue time goes on to its next departure */
	void *user;

	uint8_t memory[WORKER_BURST][FAKE_LEN];
	uint64_t nb_given, nb_taken, nb_refused[FRAME_CLASSES_MAX]; /* refused: measuring phase */
	uint32_t head, tail;
	struct fake_frame {
		uint32_t slot, len;
		uint8_t bytes[FRAME_HEAD_LEN];
	} * queue;
};

/* Time is 0 at once, and goes on by a ns in 10,000 cycles: hardly at all, for a test. */
static inline void fake_clock_start(struct tsc_clock *c)
{
	tsc_clock_start(c, rte_rdtsc(), 1e9 * FAKE_CYCLES_PER_NS);
}

static inline void fake_clock_to(struct tsc_clock *c, uint64_t ns)
{
	c->epoch = rte_rdtsc() - (ns + 1) * FAKE_CYCLES_PER_NS;
}

static inline struct frame_sig fake_sig(const uint8_t *frame)
{
	struct frame_sig sig;

	memcpy(&sig, frame + FRAME_SIG_OFFSET, sizeof(sig));
	return sig;
}

static uint16_t fake_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct fake *k = d->state;

	(void)q;
	(void)slot;
	n = MIN(n, k->room);
	for (uint16_t i = 0; i < n; i++)
		f[i] = (struct frame_slot){ .data = k->memory[i] };
	k->nb_given += n;
	return n;
}

static uint16_t fake_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct fake *k = d->state;
	uint16_t taken = MIN(nb, k->takes);

	(void)q;
	for (uint16_t i = 0; i < taken; i++) {
		if (k->on_taken != NULL)
			k->on_taken(k, f[i].data, f[i].len);
		if (!k->loops)
			continue;
		g_assert(k->tail - k->head < FAKE_QUEUE);
		k->queue[k->tail % FAKE_QUEUE].slot = slot;
		k->queue[k->tail % FAKE_QUEUE].len = f[i].len;
		memcpy(k->queue[k->tail++ % FAKE_QUEUE].bytes, f[i].data, FRAME_HEAD_LEN);
	}
	for (uint16_t i = taken; i < nb; i++) {
		struct frame_sig sig = fake_sig(f[i].data);

		k->nb_refused[frame_sig_class(&sig)] += frame_sig_phase(&sig) == FRAME_MEASURE;
	}
	for (uint16_t i = 0; i < n; i++)
		memset(f[i].data, 0xa5, FAKE_LEN);
	k->nb_taken += taken;
	if (k->clock != NULL)
		fake_clock_to(k->clock, tsc_clock_ns(k->clock, rte_rdtsc()) + k->commit_ns * nb);
	return taken;
}

static uint16_t fake_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct fake *k = d->state;
	uint16_t got = 0;

	while (got < n && k->head != k->tail && k->queue[k->head % FAKE_QUEUE].slot == slot) {
		struct fake_frame *frame = &k->queue[k->head++ % FAKE_QUEUE];

		memset(k->memory[got], k->payload, frame->len);
		memcpy(k->memory[got], frame->bytes, FRAME_HEAD_LEN);
		f[got] = (struct frame_slot){ .data = k->memory[got], .len = frame->len };
		got++;
	}
	if (k->clock != NULL && k->waits != NULL && k->head == k->tail && got == 0 &&
		tsc_clock_ns(k->clock, rte_rdtsc()) < MIN(k->waits->next_due_ns, k->waits->span_ns))
		fake_clock_to(k->clock, MIN(k->waits->next_due_ns, k->waits->span_ns));
	return got;
}

static void fake_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)d;
	(void)slot;
	(void)f;
	(void)n;
}

static const struct datapath_ops fake_ops = {
	.interface = "fake",
	.mechanism = "a test's memory",
	.reserve = fake_reserve,
	.commit = fake_commit,
	.receive = fake_receive,
	.release = fake_release,
};

static inline struct fake *fake_new(void)
{
	struct fake *k = g_new0(struct fake, 1);

	k->room = k->takes = WORKER_BURST;
	k->queue = g_new0(struct fake_frame, FAKE_QUEUE);
	return k;
}

static inline void fake_free(struct fake *k)
{
	g_free(k->queue);
	g_free(k);
}

#endif
