/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/recording.h: a mirror of the frames that a load worker sends, kept in memory during the
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

	if (c->size - c->used < sizeof(h) + len) {
		c->dropped++;
		return;
	}
	memcpy(c->data + c->used, &h, sizeof(h));
	memcpy(c->data + c->used + sizeof(h), frame, len);
	c->used += sizeof(h) + len;
	c->frames++;
}

/* All captures, merged by time, as pcap with ns time stamps. */
gboolean recording_write(const struct recording *c, unsigned nb, const char *path, GError **error);

#endif
