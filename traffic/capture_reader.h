/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/capture_reader.h: the one reader of packet captures: pcap and pcapng files, by libpcap. */
#ifndef TRAFFIC_CAPTURE_READER_H
#define TRAFFIC_CAPTURE_READER_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

struct capture_frame {
	uint64_t at_ns;      /* since 1970; in the file's order, which need not be that of time */
	uint64_t wire_len;   /* with the FCS, which captures leave out */
	uint16_t frame_len;  /* the nearest to that of FRAME_LEN_MIN .. FRAME_LEN_MAX */
	const uint8_t *data; /* what was captured of it; valid during the call */
	uint32_t data_len;
};

/* FALSE stops: with an error as a failure, without one as at the end of the file. */
typedef gboolean (*capture_frame_fn)(const struct capture_frame *f, void *user, GError **error);

/*
 * Calls fn with every frame of a capture of an Ethernet interface. data: the file's len bytes, of which
 * name is used in errors; NULL: the file of that name. FALSE and an INPUT_ERROR: it cannot be read to
 * its end, has another link type, or fn failed.
 */
gboolean capture_each(const char *name, const void *data, size_t len, capture_frame_fn fn,
	void *user, GError **error);

#endif
