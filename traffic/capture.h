/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/capture.h: when the frames of a packet capture left and how long they were. */
#ifndef TRAFFIC_CAPTURE_H
#define TRAFFIC_CAPTURE_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

enum { CAPTURE_FRAMES_MAX = 16 << 20 };

struct capture {
	char *path;
	uint32_t nb;         /* frames, 2 .. CAPTURE_FRAMES_MAX */
	uint64_t *at_ns;     /* since the first frame, never less than the one before */
	uint16_t *frame_len; /* with FCS, FRAME_LEN_MIN .. FRAME_LEN_MAX */
	double period_ns; /* of its repetition: a mean gap from the last frame to the first again */
	char digest[65];  /* SHA-256 of times and lengths, hexadecimal */
	char *notice;     /* what of the file is not as it was; NULL if all is */
};
typedef struct capture capture;

/*
 * A pcap or pcapng file of an Ethernet interface, as libpcap reads them. A frame's length is that on
 * the wire, however little of it was captured, plus 4 for the FCS, which captures leave out. Frames
 * that are too short or long for FRAME_LEN_MIN .. FRAME_LEN_MAX are taken as the nearest of these, a
 * frame that is older than the one before as one of the same time, and frames after
 * CAPTURE_FRAMES_MAX are left out: notice says how many. 10 bytes of memory a frame.
 */
capture *capture_open(const char *path, GError **error);
/* The same from a file in memory; name is used in errors as the file name is. */
capture *capture_parse(const char *name, const void *data, size_t len, GError **error);
void capture_free(capture *c); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(capture, capture_free)

#endif
