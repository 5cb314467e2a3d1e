/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/nic_clock.h: a NIC's clock in terms of the TSC. The main thread reads both clocks
 * together every few milliseconds; receivers turn a frame's stamp into a TSC reading along the line
 * through the last two pairs: two oscillators drift apart by microseconds a second.
 */
#ifndef SIM_DATAPATH_NIC_CLOCK_H
#define SIM_DATAPATH_NIC_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

/* A line: tsc = tsc0 + (ticks - ticks0) * slope. */
struct nic_line {
	uint64_t ticks0, tsc0;
	double slope; /* TSC cycles a tick; 0 until two pairs are known */
};

struct nic_clock {
	struct nic_line line[2]; /* the one that is in use, and the one that is made next */
	_Atomic unsigned current;
	uint64_t first_ticks, first_tsc;
	unsigned nb; /* pairs */
};

/* One writer. ticks and tsc were read at the same moment. */
static inline void nic_clock_update(struct nic_clock *c, uint64_t ticks, uint64_t tsc)
{
	unsigned next = 1 - atomic_load_explicit(&c->current, memory_order_relaxed);
	struct nic_line *l = &c->line[next];

	if (c->nb++ == 0) {
		c->first_ticks = ticks;
		c->first_tsc = tsc;
	}
	*l = (struct nic_line){ .ticks0 = ticks, .tsc0 = tsc };
	/* The slope from the first pair on: the error of reading two clocks shrinks with the time. */
	if (ticks != c->first_ticks)
		l->slope = (double)(tsc - c->first_tsc) / (double)(ticks - c->first_ticks);
	atomic_store_explicit(&c->current, next, memory_order_release);
}

/* Stamps lie before or after the pair: the difference is signed. */
static inline uint64_t nic_clock_tsc(const struct nic_clock *c, uint64_t ticks)
{
	const struct nic_line
		*l = &c->line[atomic_load_explicit(&c->current, memory_order_acquire)];

	return l->tsc0 + (uint64_t)(int64_t)((double)(int64_t)(ticks - l->ticks0) * l->slope);
}

/* Can stamps be turned yet? */
static inline int nic_clock_runs(const struct nic_clock *c)
{
	return c->line[atomic_load_explicit(&c->current, memory_order_acquire)].slope != 0;
}

/* TSC cycles between a pair and the line through those before it; the writer, before the update. */
static inline uint64_t nic_clock_error(const struct nic_clock *c, uint64_t ticks, uint64_t tsc)
{
	int64_t cycles = (int64_t)(nic_clock_tsc(c, ticks) - tsc);

	return (uint64_t)(cycles < 0 ? -cycles : cycles);
}

#endif
