/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/recording.h: a mirror of the frames that interfaces took from a load worker, kept in memory during the
 * trial and written as pcap afterwards. One writer each.
 */
#ifndef SIM_ENGINE_RECORDING_H
#define SIM_ENGINE_RECORDING_H

#include <stdint.h>
#include <string.h>

#include <glib.h>

struct recording {
	uint8_t *data; /* a header before each frame */
	size_t size, used;
	uint64_t frames, dropped; /* dropped: did not fit */
};

struct recording_header {
	uint64_t time_ns; /* since the trial's epoch */
	uint32_t len;     /* bytes that follow: the frame without FCS */
};

void recording_init(struct recording *c, size_t size);
void recording_clear(struct recording *c);

/* Hot, but only where a capture was asked for. */
static inline void recording_frame(
	struct recording *c, const void *frame, uint32_t len, uint64_t now_ns)
{
	struct recording_header h = { .time_ns = now_ns, .len = len };

	/* Nothing behind a frame that did not fit: what is kept is the trial's beginning. */
	if (c->dropped != 0 || c->size - c->used < sizeof(h) + len) {
		c->dropped++;
		return;
	}
	memcpy(c->data + c->used, &h, sizeof(h));
	memcpy(c->data + c->used + sizeof(h), frame, len);
	c->used += sizeof(h) + len;
	c->frames++;
}

/* c was as before when frames were recorded, of which only the first nb are to stay. */
static inline void recording_rewind(
	struct recording *c, const struct recording *before, uint64_t nb)
{
	uint64_t recorded = c->frames - before->frames, kept = nb < recorded ? nb : recorded;

	c->used = before->used;
	for (uint64_t i = 0; i < kept; i++) {
		struct recording_header h;

		memcpy(&h, c->data + c->used, sizeof(h));
		c->used += sizeof(h) + h.len;
	}
	c->frames = before->frames + kept;
	c->dropped = before->dropped + (nb - kept);
}

/* All captures, merged by time, as pcap with ns time stamps. */
gboolean recording_write(const struct recording *c, unsigned nb, const char *path, GError **error);

#endif
