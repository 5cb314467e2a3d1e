/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/pcap_sizes.h: how long the frames of a packet capture are, of all or of each host, and
 * that as a size profile (traffic/profile.h).
 *
 * A frame counts with its length on the wire, however little of it was captured, plus 4 for the
 * FCS, which captures leave out. Shorter ones than 64 bytes are padded to 64, as the wire does;
 * longer ones than 9216 count as 9216, and are no frames of a wire: the host's own segmentation
 * (TSO, GRO) joined them.
 */
#ifndef TRAFFIC_PCAP_SIZES_H
#define TRAFFIC_PCAP_SIZES_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "traffic/frame.h"

enum { PCAP_SIZES_HOSTS_MAX = 65536, PCAP_SIZES_CLASSES = FRAME_CLASSES_MAX };

enum pcap_sizes_by {
	PCAP_SIZES_ALL,    /* one host, named "" */
	PCAP_SIZES_BY_MAC, /* by source */
	PCAP_SIZES_BY_IP,  /* by source, IPv4 and IPv6, also behind VLAN tags */
};

/* An address of a frame: MAC, IPv4 or IPv6; kind 0 is none. */
struct pcap_sizes_address {
	uint8_t kind, byte[16];
};

struct pcap_sizes_options {
	enum pcap_sizes_by by;
	struct pcap_sizes_address host; /* only frames from it (in FALSE) or to it (TRUE), if any */
	gboolean in;
	char *direction; /* as given, for texts; NULL without host */
};

/* "52:54:00:fa:00:60:out" or "198.18.0.1:in" into host, in and direction (newly allocated). */
gboolean pcap_sizes_direction(const char *text, struct pcap_sizes_options *o, GError **error);

struct pcap_sizes_host {
	struct pcap_sizes_address address;
	char *name; /* "52:54:00:fa:00:60", "198.18.0.1"; "" for frames without such an address */
	uint64_t frames, bytes;
	GHashTable *counts; /* frame_len -> frames, above 0; both GUINT_TO_POINTER or wider */
};

struct pcap_sizes {
	char *path;       /* for people: valid UTF-8 */
	char *direction;  /* of the options */
	GPtrArray *hosts; /* struct pcap_sizes_host *, most frames first; at least one */
	uint64_t frames;  /* of all hosts; captured is all that the file has */
	uint64_t captured;
	uint64_t nb_padded, nb_long; /* of the frames: below 64, above 9216 */
	uint64_t nb_cut;             /* captured too short to hold the address that was asked for */
	uint64_t first_ns;           /* when the first of the file was captured; since 1970 */
	uint64_t least_ns, most_ns;  /* the earliest and the latest */
};
typedef struct pcap_sizes pcap_sizes;

/*
 * A pcap or pcapng file of an Ethernet interface, to its end: a cut or broken one is an error, and
 * so is one without a frame that is asked for. Memory grows with hosts and their lengths, not with
 * frames.
 */
pcap_sizes *pcap_sizes_open(
	const char *path, const struct pcap_sizes_options *options, GError **error);
/* The same from a file in memory; name stands for it. */
pcap_sizes *pcap_sizes_parse(const char *name, const void *data, size_t len,
	const struct pcap_sizes_options *options, GError **error);
void pcap_sizes_free(pcap_sizes *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pcap_sizes, pcap_sizes_free)

/*
 * The profile of a host, at most nb_classes rows (1 .. PCAP_SIZES_CLASSES), weights are frames. If it
 * has more lengths, the most frequent ones have rows of their own and all others share
 * min(8, (nb_classes + 1) / 2) ranges, from neighbour to neighbour and of about equal frames: every
 * frame is in one row. *mean_len, if not NULL: of the frames that the profile stands for, where
 * every length of a range is equally likely.
 */
char *pcap_sizes_profile(const pcap_sizes *s, const struct pcap_sizes_host *h, unsigned nb_classes,
	double *mean_len);

#endif
